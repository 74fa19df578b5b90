"""Write what the documentation generates into its pages: between `<!-- generated: NAME -->` and `<!-- /generated -->`.

With --check nothing is written; exit code 1 when a page is not as it would be generated.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from unittest.mock import patch

from attrs import NOTHING, Attribute, fields

from storesync import errors, registry
from storesync.cli.app import COMMANDS, application
from storesync.config import MARKETS
from storesync.driver import Driver, Shop
from storesync.pricing.currency import currency
from storesync.report.matrix import markdown, matrix
from storesync.state.schema import METADATA

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z -]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
_ASSUMED = re.compile(r"assumption: ?(?P<words>.*)")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *map(list, rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _commands() -> str:
    """Every command as its own help tells it, without the list of contents that the site makes itself."""
    # A command of a command is called by the running program's name, which may have spaces: python -m pytest.
    with patch.object(sys, "argv", ["storesync"]):
        text = application(*COMMANDS).generate_docs(output_format="markdown", heading_level=1)
    return text[text.index("## storesync init") :].rstrip()


def _matrix() -> str:
    return markdown(matrix()).rstrip()


def _faults() -> str:
    tree = (errors.__doc__ or "").partition("\n\n")[2].rstrip()
    return f"```text\n{tree}\n```"


def _facts(driver: Driver[Any, Any]) -> str:
    spec = driver.spec
    tier = next((row.tier for row in matrix() if row.name == spec.name), "none")
    rows = [
        ("support tier", tier),
        ("rules checked", f"{spec.source.checked}, <{spec.source.url}>"),
        ("markets", ", ".join(spec.markets) or "any"),
        ("currencies", ", ".join(spec.currencies) or "any"),
        ("locales", ", ".join(spec.locales) or "any"),
        ("axes, variants", f"at most {spec.variants.axes}, at most {spec.variants.max}"),
        ("variants may be", ", ".join(_CAN[can] for can in sorted(spec.variants.can)) or "not changed"),
    ]
    if spec.refused_scripts:
        rows.append(("scripts refused in every text", ", ".join(sorted(spec.refused_scripts))))
    rows += [(f"{name}: a lost create is found", _identity(driver, name)) for name in spec.hosts]
    rows += [(f"{name}: pace", _pace(driver, name)) for name in spec.hosts]
    rows += [
        (f"limit of {name}", f"{limit.min} to {limit.max} {_UNITS.get(limit.unit, limit.unit)}")
        for name, limit in spec.text.items()
    ]
    rows += [
        (
            f"{role} pictures",
            f"{rule.min} to {rule.max}" + (f", {rule.bytes // 1024**2} MiB each" if rule.bytes else ""),
        )
        for role, rule in spec.images.items()
    ]
    rows += [
        (f"sale price in {code}", f"{low:f} to {high:f}") for code, (low, high) in spec.price_range.items()
    ]
    if spec.price_ratio is not None:
        rows.append(("dearest over cheapest variant", f"at most {spec.price_ratio:f}"))
    return _table(("", ""), rows)


_CAN: Final = {"add": "added", "remove": "removed", "rename": "renamed", "axes": "given other axes"}
_UNITS: Final = {"columns": "columns (a wide letter counts as two)", "chars": "characters"}


def _identity(driver: Driver[Any, Any], environment: str) -> str:
    identity = driver.spec.within(environment).identity
    return f"by {identity.by}; a search trails {identity.lag:g} s, a lost request acts within {identity.late:g} s"


def _pace(driver: Driver[Any, Any], environment: str) -> str:
    quotas = driver.spec.within(environment).quotas
    return "; ".join(
        f"{quota.limit} {quota.unit}s in {quota.per:g} s for each {quota.scope}"
        for some in quotas.values()
        for quota in some
    )


def _assumptions(driver: Driver[Any, Any]) -> str:
    """What the driver's own source marks as an assumption, each with its file."""
    folder = ROOT / "src" / "storesync" / "drivers" / driver.spec.name
    rows = [
        (words, f"`{path.name}`")
        for path in sorted(folder.glob("*.py"))
        for words in _assumed(path.read_text(encoding="utf-8").splitlines())
    ]
    return _table(("assumed", "where"), rows)


def _assumed(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        found = _ASSUMED.search(line)
        if found is None:
            continue
        words = [found["words"]]
        for after in lines[number + 1 :]:
            if not line.lstrip().startswith("#") or not after.lstrip().startswith("#"):
                break
            words.append(after.lstrip(" #"))
        yield " ".join(words).removesuffix("[U]").strip()


def _account(driver: Driver[Any, Any]) -> str:
    return _fields(driver.account, "a reference")


def _shop(driver: Driver[Any, Any]) -> str:
    inherited = {field.name for field in fields(Shop)}
    return _fields(driver.shop, "", without=inherited)


def _fields(kind: type, secret: str, without: Iterable[str] = ()) -> str:
    hints = get_type_hints(kind)
    rows = [
        (f"`{field.alias or field.name}`", _type(hints[field.name]), _given(field), _remark(field, secret))
        for field in fields(kind)
        if field.init and field.name not in without
    ]
    return _table(("key", "type", "default", ""), rows)


_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    datetime: "time",
    date: "day",
}


def _type(hint: Any) -> str:
    """A field's type as a person writes it in TOML."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inside)
    if origin in (Union, UnionType):
        return " or ".join(_type(part) for part in inside if part is not NoneType)
    if origin is tuple:
        return f"list of {_type(inside[0])}s"
    return _WORDS.get(hint, "table")


def _given(field: Attribute[Any]) -> str:
    if field.default is NOTHING:
        return "must be given"
    made = (
        field.default.factory()
        if field.default is not None and hasattr(field.default, "factory")
        else field.default
    )
    return "none" if made is None else f"`{made!r}`" if made not in ((), {}, "") else "empty"


def _remark(field: Attribute[Any], secret: str) -> str:
    if not field.repr:
        return f"secret: {secret}" if secret else "secret"
    if field.metadata.get("found"):
        return "the shop tells it; a value set here stays"
    if field.metadata.get("expires"):
        return "when the token ends"
    return ""


def _state() -> str:
    return _table(
        ("table", "named by", "further columns"),
        (
            (
                f"`{table.name}`",
                ", ".join(f"`{column.name}`" for column in table.primary_key),
                ", ".join(f"`{column.name}`" for column in table.columns if not column.primary_key),
            )
            for table in METADATA.sorted_tables
        ),
    )


def _markets() -> str:
    rows = (
        (
            f"`{code}`",
            ", ".join(market.locales),
            market.currency,
            "yes" if currency(market.currency).ending else "no",
        )
        for code, market in sorted(MARKETS.items())
    )
    return _table(("market", "locales, its own first", "currency", "has a usual price ending"), rows)


def _of_driver(make: Callable[[Driver[Any, Any]], str], name: str) -> str:
    return make(registry.driver(name))


def generators() -> Mapping[str, Callable[[], str]]:
    """Every block by name."""
    found: dict[str, Callable[[], str]] = {
        "commands": _commands,
        "matrix": _matrix,
        "faults": _faults,
        "markets": _markets,
        "state": _state,
    }
    kinds = {"facts": _facts, "assumptions": _assumptions, "account": _account, "shop": _shop}
    for name in ("shopee", "tmall"):
        for kind, make in kinds.items():
            found[f"{kind} {name}"] = partial(_of_driver, make, name)
    return found


def generated(text: str) -> str:
    """The page with every block made anew; KeyError for a block that nobody makes."""
    known = generators()
    return _BLOCK.sub(lambda found: f"{found[1]}\n{known[found['name']]()}\n\n{found[3]}", text)


def pages() -> Iterator[Path]:
    """Every page that has a generated block."""
    for path in sorted(DOCS.rglob("*.md")):
        if _BLOCK.search(path.read_text(encoding="utf-8")):
            yield path


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 when a page is stale"
    )
    check = parser.parse_args(arguments).check
    stale = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        new = generated(text)
        if new != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(new, encoding="utf-8")
    for name in stale:
        print(name)
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
