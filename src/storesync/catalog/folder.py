"""A folder of CSV files: products.csv, variants.csv, brands.csv, and a folder of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from storesync.catalog.assembly import Assembly
from storesync.catalog.gallery import Gallery
from storesync.catalog.layout import BRANDS, PRODUCTS, VARIANTS, Layout
from storesync.catalog.record import Record, finding, shown
from storesync.catalog.rowindex import RowIndex
from storesync.catalog.source import Read
from storesync.catalog.table import Table
from storesync.catalog.wording import code
from storesync.issues import Issue, Severity
from storesync.model import Brand

__all__ = ["Folder", "duplicates", "key_form", "nameless", "read_csv", "unreadable"]


class Folder:
    """A catalog in CSV files. Rows may stand in any order; memory does not grow with the catalog.

    `images` is the folder of the pictures, `images/` beside the tables when not given; `home` the currency
    of the price columns; `encoding` is found out when not given.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        images: Path | str | None = None,
        home: str = "KRW",
        encoding: str | None = None,
        today: date | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.gallery = Gallery(Path(images) if images is not None else self.folder / "images")
        self.home = home
        self.encoding = encoding
        self.today = today

    def products(self) -> Iterator[Read]:
        """Every product of products.csv in its order, then what belongs to no product."""
        if not self.folder.is_dir():
            hint = "correct [catalog] path; it is the folder of products.csv and variants.csv"
            message = f"{self.folder}: there is no such folder"
            yield Read(key="", product=None, issues=(Issue("catalog.file_missing", "", message, hint=hint),))
            return
        products = self._table("products.csv", PRODUCTS.with_aliases({}, self.home))
        variants = self._table("variants.csv", VARIANTS.with_aliases({}, self.home))
        brands, found = self._brands()
        issues = (*products.issues, *variants.issues, *found)
        if issues:
            yield Read(key="", product=None, issues=issues)
        if not products.usable or not variants.usable:
            return
        assembly = Assembly(gallery=self.gallery, brands=brands, home=self.home, today=self.today)
        with RowIndex() as index:
            try:
                yield from self._fill(index, products, variants)
                yield from self._assemble(index, products, assembly)
            except OSError as error:
                yield unreadable(self.folder, error)

    def _assemble(self, index: RowIndex, products: Table, assembly: Assembly) -> Iterator[Read]:
        for record in products.rows():
            if key := code(record.cells["product_code"]):
                rows = index.variants(key)
                more = [*key_form(record, key), *duplicates(index, key, record, rows)]
                yield assembly.read(key, record, rows, more)
        for key, place in index.orphans():
            if torn := [row for row in index.variants(key) if row.torn]:
                # Under the wrong column stands a wrong code: whose row it is cannot be told.
                yield Read(key="", product=None, issues=[issue for row in torn for issue in row.issues])
                continue
            message = f"variant rows name a product {key!r} that products.csv does not have"
            issue = Issue("catalog.product_unknown", key, message, hint="add the product's row", at=place)
            yield Read(key=key, product=None, issues=(issue,))

    def _table(self, name: str, layout: Layout) -> Table:
        return Table(self.folder / name, layout, encoding=self.encoding)

    def _fill(self, index: RowIndex, products: Table, variants: Table) -> Iterator[Read]:
        for record in products.rows():
            if key := code(record.cells["product_code"]):
                index.product(key, record)
            else:
                yield nameless(record, "product_code")
        for record in variants.rows():
            if key := code(record.cells["product_code"]):
                index.variant(key, code(record.cells["sku"]), record)
            else:
                yield nameless(record, "product_code")
        index.close_filling()

    def _brands(self) -> tuple[Mapping[str, Brand] | None, Iterable[Issue]]:
        if not (self.folder / "brands.csv").exists():
            return None, ()
        table = self._table("brands.csv", BRANDS)
        brands: dict[str, Brand] = {}
        issues = list(table.issues)
        for record in table.rows():
            name = record.cells["brand_code"].strip()
            issues += record.issues
            if name in brands:
                issues.append(
                    Issue(
                        "catalog.brand_double",
                        "",
                        f"brand {name!r} is there twice",
                        at=record.at("brand_code"),
                    )
                )
            elif name and not record.issues:
                latin = record.cells.get("brand_latin", "").strip()
                brands[name] = Brand(code=name, name=record.cells["brand_ko"].strip(), latin=latin)
        return (brands if table.usable else None), issues


def nameless(record: Record, column: str) -> Read:
    """A row that does not say which product it belongs to: nobody may call a product gone on this reading."""
    stands = f", {shown(written)} is none" if (written := record.cells[column].strip()) else ""
    issue = Issue(
        "catalog.key_missing",
        "",
        f"the row has no {record.headers.get(column, column)}{stands}",
        hint="give every product a stable code of its own",
        at=record.at(column),
    )
    return Read(key="", product=None, issues=(*record.issues, issue))


def key_form(record: Record, key: str) -> Iterator[Issue]:
    """A note where the code was not written as it is read; white space at its ends is not worth one."""
    given = record.cells["product_code"].strip()
    if given != key:
        message = f"product code {shown(given)} read as {key!r}"
        path = f"{key}/product_code"
        yield finding(record, "product_code", "key_form", message, path=path, severity=Severity.NOTE)


def unreadable(place: Path, error: OSError) -> Read:
    """A file that could not be read to its end."""
    message = f"{error.filename or place} cannot be read to its end: {error.strerror}"
    return Read(
        key="", product=None, issues=(Issue("catalog.file_unreadable", "", message, hint="try again"),)
    )


def duplicates(index: RowIndex, key: str, record: Record, rows: Iterable[Record]) -> Iterator[Issue]:
    """A product code or SKU that stands twice: no row of them is taken, none is dropped silently."""
    places = index.products_at(key)
    if len(places) > 1:
        yield Issue(
            "catalog.key_duplicate",
            key,
            f"product code {key!r} stands at {', '.join(places)}",
            hint="one row per product",
            at=record.at("product_code"),
        )
    for row in rows:
        sku = code(row.cells["sku"])
        places = index.skus_at(sku) if sku else []
        if len(places) > 1:
            yield Issue(
                "catalog.sku_duplicate",
                f"{key}/variants/{sku}",
                f"SKU {sku!r} stands at {', '.join(places)}",
                hint="one row per sellable unit",
                at=row.at("sku"),
            )


def read_csv(
    folder: Path | str, *, images: Path | str | None = None, today: date | None = None
) -> Iterator[Read]:
    """Every product of a CSV folder, streamed."""
    return Folder(folder, images=images, today=today).products()
