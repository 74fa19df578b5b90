"""A nested JSON document: brands, and products with their variants inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from storesync.catalog.assembly import Assembly
from storesync.catalog.folder import duplicates, key_form, nameless
from storesync.catalog.gallery import Gallery
from storesync.catalog.jsonstream import Broken, Member, members
from storesync.catalog.layout import PRODUCTS, VARIANTS, Layout
from storesync.catalog.record import Record, shown
from storesync.catalog.rowindex import RowIndex
from storesync.catalog.source import Read
from storesync.catalog.wording import code
from storesync.issues import Issue, Severity
from storesync.model import Brand, loads
from storesync.model.money import MINOR_DIGITS

__all__ = ["Document", "read_json"]

_BESIDE = frozenset({"variants", "translations"})  # parts of a product that are no cells


class Document:
    """A JSON file with `currency`, `brands` and `products`; read one product at a time.

    `images` is the folder of the pictures, `images/` beside the file when not given.
    """

    def __init__(
        self, path: Path | str, *, images: Path | str | None = None, today: date | None = None
    ) -> None:
        self.path = Path(path)
        self.gallery = Gallery(Path(images) if images is not None else self.path.parent / "images")
        self.today = today

    def products(self) -> Iterator[Read]:
        """Every product in the order of the document."""
        try:
            with RowIndex() as index:
                yield from self._read(index)
        except Broken as error:
            yield self._whole(
                "json", f"no JSON from here on: {error}", "correct the document", str(error.line)
            )
        except OSError as error:
            yield self._whole(
                "file_missing", f"{self.path} cannot be read: {error.strerror}", "check the path"
            )
        except UnicodeDecodeError as error:
            korean = " (it looks like CP949)" if _is_korean(self.path) else ""
            yield self._whole(
                "encoding", f"{self.path.name} is not UTF-8{korean}: byte {error.start}", "save it as UTF-8"
            )

    def _whole(self, kind: str, message: str, hint: str, row: str = "") -> Read:
        at = f"{self.path.name}:{row}" if row else self.path.name
        return Read(key="", product=None, issues=(Issue(f"catalog.{kind}", "", message, hint=hint, at=at),))

    def _read(self, index: RowIndex) -> Iterator[Read]:
        home, brands = "KRW", None
        for member in members(self.path, streamed="products"):
            if member.index is not None:
                self._survey(index, member)
            elif member.name == "currency":
                home = str(_value(member))
            elif member.name == "brands":
                brands = _brands(_value(member))
        if home not in MINOR_DIGITS:
            yield self._whole(
                "currency_unknown", f"currency {shown(home)} is unknown", "write its three letters, like KRW"
            )
            return
        index.close_filling()
        assembly = Assembly(gallery=self.gallery, brands=brands, home=home, today=self.today)
        for member in members(self.path, streamed="products"):
            if member.index is None:
                continue
            body = _value(member)
            if not isinstance(body, Mapping):
                yield self._whole(
                    "json", f"product {member.index} is no JSON object", "correct it", str(member.line)
                )
                continue
            record, rows = self._records(member, body, home)
            key = code(record.cells["product_code"])
            if not key:
                yield nameless(record, "product_code")
                continue
            more = [*key_form(record, key), *duplicates(index, key, record, rows)]
            yield assembly.read(key, record, rows, more)

    def _survey(self, index: RowIndex, member: Member) -> None:
        body = _value(member)
        if not isinstance(body, Mapping):
            return
        record, rows = self._records(member, body, "KRW")
        key = code(record.cells["product_code"])
        if key:
            index.product(key, record)
            for row in rows:
                index.sku(key, code(row.cells["sku"]), row)

    def _records(self, member: Member, body: Mapping[str, Any], home: str) -> tuple[Record, list[Record]]:
        line, spot = str(member.line), f"products[{member.index}]"
        record = self._record(line, spot, body, PRODUCTS.with_aliases({}, home))
        layout = VARIANTS.with_aliases({}, home)
        inner = body.get("variants")
        rows = [
            self._record(
                line, f"{spot}.variants[{position}]", part if isinstance(part, Mapping) else {}, layout
            )
            for position, part in enumerate(inner if isinstance(inner, list) else ())
        ]
        return record, rows

    def _record(self, line: str, spot: str, body: Mapping[str, Any], layout: Layout) -> Record:
        cells: dict[str, str] = {}
        headers: dict[str, str] = {}
        issues: list[Issue] = []
        at = f"{self.path.name}:{line}:{spot}"
        for name, value in body.items():
            if name in _BESIDE:
                continue
            column = layout.canonical(name)
            headers[column] = f"{spot}.{name}"
            text = _text(value)
            if text is None:
                message = f"{name} holds {type(value).__name__} {shown(str(value))}"
                hint = "write text, a number or a list of texts"
                issues.append(Issue("catalog.json_value", "", message, hint=hint, at=f"{at}.{name}"))
            elif currency := layout.strange_currency(column):
                message = f"{name} is in {currency}, no known currency"
                issues.append(Issue("catalog.currency_unknown", "", message, at=f"{at}.{name}"))
            elif not layout.knows(column):
                message = f"{name} is not read"
                issues.append(
                    Issue("catalog.column_unknown", "", message, Severity.WARNING, at=f"{at}.{name}")
                )
            cells[column] = text or ""
        for column in layout.required:
            cells.setdefault(column, "")
            headers.setdefault(column, f"{spot}.{column}")
        if "\0" in "".join(cells.values()):
            issues.append(Issue("catalog.nul", "", "the row holds a NUL byte", at=at))
            cells = {column: text.replace("\0", "") for column, text in cells.items()}
        return Record(self.path.name, line, cells, headers, tuple(issues))


def _value(member: Member) -> Any:
    """The value, or None when it is no JSON."""
    try:
        return loads(member.text)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    """A JSON value as a cell; None when a cell cannot hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    return None


def _brands(body: Any) -> Mapping[str, Brand] | None:
    if not isinstance(body, Mapping):
        return None
    return {
        name: Brand(code=name, name=str(names.get("ko", name)), latin=str(names.get("latin", "")))
        for name, names in body.items()
        if isinstance(names, Mapping)
    }


def _is_korean(path: Path) -> bool:
    try:
        with path.open(encoding="cp949") as file:
            while file.read(1 << 16):
                pass
    except UnicodeDecodeError:
        return False
    return True


def read_json(
    path: Path | str, *, images: Path | str | None = None, today: date | None = None
) -> Iterator[Read]:
    """Every product of a JSON document, streamed."""
    return Document(path, images=images, today=today).products()
