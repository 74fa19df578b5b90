"""The invented vocabulary of both emulated platforms: categories, brands, properties and their options.

Every id here is made up; see `data/README.md`. A simulation may load its own table instead.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from attrs import frozen


@frozen
class Term:
    """One option: the invented id, the Chinese and the Vietnamese text."""

    id: str
    zh: str
    vi: str


@frozen
class Category:
    """One leaf category: its two digits, the catalog's own code, and its path in both languages."""

    number: str
    code: str
    zh: str
    vi: str

    @property
    def food(self) -> bool:
        """Whether food rules apply instead of cosmetics rules."""
        return self.code.startswith("F-")


@frozen
class Axis:
    """One sale property: color, volume, …; `pid` is its id on the emulated Tmall."""

    code: str
    pid: str
    zh: str
    vi: str
    values: tuple[Term, ...]


@frozen(kw_only=True, eq=False)  # what is generated from it is kept by it, and its words are many
class Table:
    """Everything the rule documents and attribute trees are generated from."""

    categories: tuple[Category, ...]
    brands: tuple[tuple[str, str], ...]
    efficacies: tuple[Term, ...]
    skin_types: tuple[Term, ...]
    origins: tuple[Term, ...]
    axes: tuple[Axis, ...]


@cache
def table() -> Table:
    """The table shipped with the sandbox; it fits the sample catalog."""
    data = orjson.loads(files("storesync.sandbox").joinpath("data/invented.json").read_bytes())
    return read_table(data)


def read_table(data: dict[str, Any]) -> Table:
    """Read a table from its JSON form."""
    return Table(
        categories=tuple(Category(*row) for row in data["categories"]),
        brands=tuple((str(brand), str(name)) for brand, name in data["brands"]),
        efficacies=_terms(data["efficacies"]),
        skin_types=_terms(data["skin_types"]),
        origins=_terms(data["origins"]),
        axes=tuple(
            Axis(row["code"], row["pid"], row["zh"], row["vi"], _terms(row["values"])) for row in data["axes"]
        ),
    )


def _terms(rows: Sequence[Sequence[str]]) -> tuple[Term, ...]:
    return tuple(Term(*row) for row in rows)
