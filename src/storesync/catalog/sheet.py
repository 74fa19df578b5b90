"""One supplier table: a row per sellable unit, under the supplier's own headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from attrs import evolve

from storesync.catalog.assembly import Assembly
from storesync.catalog.folder import duplicates, nameless, unreadable
from storesync.catalog.gallery import Gallery
from storesync.catalog.layout import SHEET
from storesync.catalog.record import Record, finding, shown
from storesync.catalog.rowindex import RowIndex
from storesync.catalog.source import Read
from storesync.catalog.table import Table
from storesync.catalog.wording import code
from storesync.issues import Issue, Severity
from storesync.model import Brand

__all__ = ["Sheet"]

_TOLD_ONCE = ("name_ko", "brand_code", "category_code", "origin_country", "hs_code6", "status")


class Sheet:
    """A CSV or tab-separated table of variants. Rows of one product code join, in whatever order they stand.

    `columns` map the supplier's header to ours (`{"상품명": "name_ko"}`); `constants` give columns that the
    table lacks (`{"category_code": "C-SER"}`). Without a product code the SKU is its own product. `codes`
    "upper" takes `ms-a01` and `MS-A01` for the same product. `home` is the currency of the prices.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        columns: Mapping[str, str] | None = None,
        constants: Mapping[str, str] | None = None,
        codes: Literal["as-is", "upper"] = "as-is",
        images: Path | str | None = None,
        home: str = "KRW",
        encoding: str | None = None,
        delimiter: str | None = None,
        brands: Mapping[str, Brand] | None = None,
        today: date | None = None,
    ) -> None:
        self.path = Path(path)
        self.columns = dict(columns or {})
        self.constants = dict(constants or {})
        self.codes = codes
        self.gallery = Gallery(Path(images) if images is not None else self.path.parent / "images")
        self.home = home
        self.encoding = encoding
        self.delimiter = delimiter
        self.brands = brands
        self.today = today

    def products(self) -> Iterator[Read]:
        """Every product in the order of its first row."""
        layout = SHEET.with_aliases(self.columns, self.home)
        table = Table(self.path, layout, encoding=self.encoding, delimiter=self.delimiter)
        if table.issues:
            yield Read(key="", product=None, issues=table.issues)
        assembly = Assembly(gallery=self.gallery, brands=self.brands, home=self.home, today=self.today)
        with RowIndex() as index:
            try:
                for raw in table.rows():
                    record = self._filled(raw)
                    if not record.cells["product_code"]:
                        yield nameless(record, "product_code")
                    else:
                        index.variant(record.cells["product_code"], code(record.cells["sku"]), record)
            except OSError as error:
                yield unreadable(self.path, error)
            index.close_filling()
            for key in index.groups():
                rows = index.variants(key)
                more = [*duplicates(index, key, rows[0], rows), *_disagreements(key, rows)]
                yield assembly.read(key, rows[0], rows, more)

    def _filled(self, record: Record) -> Record:
        cells = {**self.constants, **record.cells}
        given = cells.get("product_code", cells["sku"])
        key = code(given)
        if self.codes == "upper":
            key = key.upper()
        issues = record.issues
        if key != given:
            issues = (
                *issues,
                finding(
                    record,
                    "product_code",
                    "key_form",
                    f"product code {shown(given)} read as {key!r}",
                    path=f"{key}/product_code",
                    severity=Severity.NOTE,
                ),
            )
        return evolve(record, cells={**cells, "product_code": key}, issues=issues)


def _disagreements(key: str, rows: list[Record]) -> Iterator[Issue]:
    """Rows of one product that say different things of it; the first row counts."""
    first = rows[0]
    for row in rows[1:]:
        for column in _TOLD_ONCE:
            ours, theirs = (record.cells.get(column, "").strip() for record in (first, row))
            if theirs and ours != theirs:
                message = f"{shown(theirs)} differs from {shown(ours)} at {first.at()}: the first counts"
                yield finding(
                    row,
                    column,
                    "rows_disagree",
                    message,
                    path=f"{key}/{column}",
                    hint="say the same in every row of a product",
                    severity=Severity.WARNING,
                )
