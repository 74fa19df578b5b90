"""From raw rows to one product: everything is checked, and all findings come at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from attrs import evolve, frozen

from storesync.catalog import figure, wording
from storesync.catalog.gallery import Gallery
from storesync.catalog.layout import option_columns
from storesync.catalog.record import Cells, Record, shown
from storesync.catalog.source import Read
from storesync.issues import Issue, Severity
from storesync.model import (
    Axis,
    Brand,
    Choice,
    Copy,
    File,
    Image,
    NetContent,
    Product,
    Supply,
    Variant,
)

__all__ = ["Assembly"]

NAME_LONG = 150  # a longer name fits no market; limits proper are the market's
_LISTED = re.compile(r"[;|]")
_DETAIL = re.compile(r"_detail_([a-z]{2}(?:-[A-Za-z]{2,4})?)\.[A-Za-z]+$")
_SEVERAL = re.compile(r"\s/\s|\d\s*[A-Za-z가-힣]{0,2}/\d")
_FIGURES = frozenset({
    "price", "list_price", "cost", "stock", "net_content_value", "net_content_unit", "gross_weight_g", "pieces",
    "length_mm", "width_mm", "height_mm",
})  # fmt: skip
_FACTS = {
    "storage": "storage_ko",
    "allergens": "allergens_ko",
    "maker": "manufacturer_ko",
    "region": "origin_region_ko",
    "ingredients": "ingredients_ko",
    "inci": "ingredients_inci",
    "kr_functional": "kr_functional",
}


@frozen(kw_only=True)
class Assembly:
    """What is the same for every product of a source.

    `brands` None means that the rows name the brands themselves; `today` (None: not compared) is the day on
    which goods past their date are found; `home` is the currency of the prices.
    """

    gallery: Gallery
    brands: Mapping[str, Brand] | None = None
    locale: str = "ko"
    home: str = "KRW"
    today: date | None = None

    def read(self, key: str, record: Record, rows: Sequence[Record], more: Iterable[Issue] = ()) -> Read:
        """The product of one record and its variant rows; `more` are findings that the reader made itself."""
        cells = Cells(record, key)
        files: dict[str, File] = {}
        made = None if record.torn else self._product(cells, key, files)
        issues = [_under(issue, key) for issue in record.issues] + list(more) + cells.issues
        if not rows:
            issues.append(
                Issue(
                    "catalog.variant_none",
                    key,
                    "the product has no variant",
                    hint="add a row",
                    at=record.at(),
                )
            )
        variants, supply, found, flaws = self._variants(key, record, rows, files)
        issues += found
        # What cannot be taken of one figure is for each channel to judge: it holds what depends on it, and no more.
        if made is None or any(issue.severity is Severity.ERROR for issue in issues if issue not in flaws):
            lost = any(row.torn or not wording.code(row.cells.get("sku", "")) for row in rows)
            stocks = _stocks(rows, supply, issues)
            return Read(key=key, product=None, issues=issues, stocks=stocks, rows_lost=lost)
        # A table of variants has one status cell per row, which counts for that row alone.
        own = "active" if any(row is record for row in rows) else made.status
        status: Literal["active", "draft"] = "draft" if own == "draft" or not variants else "active"
        axes = _axes(variants)
        product = evolve(made, variants=variants, axes=axes, supply=supply, files=files, status=status)
        return Read(key=key, product=product, issues=issues)

    def _variants(
        self, key: str, record: Record, rows: Sequence[Record], files: dict[str, File]
    ) -> tuple[list[Variant], dict[str, Supply], list[Issue], set[Issue]]:
        """What is for sale, drafts left out, all that is wrong with any row, and what of it is about one figure."""
        variants: list[Variant] = []
        supply: dict[str, Supply] = {}
        issues: list[Issue] = []
        flaws: set[Issue] = set()
        combinations: dict[tuple[tuple[str, str], ...], str] = {}
        for row in rows:
            sku = wording.code(row.cells.get("sku", ""))
            part = Cells(row, f"{key}/variants/{sku or row.row}")
            if row is not record:
                issues += [_under(issue, part.path) for issue in row.issues]
            if row.torn:
                continue
            if not sku:
                part.error("sku", "sku_missing", "the row has no SKU", "give every sellable unit an id")
            else:
                variant, its_supply = self._variant(part, sku, files)
                flaws.update(its_supply.flaws.values())
                # The row that also tells of the product has had its status judged already.
                draft = (part.raw("status").lower() if row is record else _status(part)) == "draft"
                if not draft:
                    variants.append(variant)
                    supply[sku] = its_supply
                    same = combinations.setdefault(tuple(sorted(variant.options.items())), sku)
                    if same != sku:
                        words = ", ".join(variant.options.values()) or "no option at all"
                        part.error("", "option_same", f"{sku} and {same} have the same options: {words}")
            issues += part.issues
        issues += _uneven(key, variants, rows)
        return variants, supply, issues, flaws

    def _product(self, cells: Cells, key: str, files: dict[str, File]) -> Product | None:
        name = wording.line(cells, "name_ko")
        if not name:
            cells.error("name_ko", "name_missing", "the product has no name")
        elif len(name) > NAME_LONG:
            cells.warn(
                "name_ko", "name_long", f"the name has {len(name)} characters", "markets allow 60 to 150"
            )
        category = wording.line(cells, "category_code")
        if not category:
            cells.error("category_code", "category_missing", "the product has no category")
        brand = self._brand(cells)
        short = wording.passage(cells, "short_description_ko")
        hs, national = figure.customs(cells, "hs_code6")
        facts = {code: wording.line(cells, column) for code, column in _FACTS.items()}
        facts["shelf_life_months"] = figure.months(cells, "shelf_life_months")
        facts["pao_months"] = figure.months(cells, "pao_months")
        facts["hs_national"] = national
        facts["expiry"] = figure.expiry(cells, "expiry", self.today)
        keys = {"efficacy": _listed(cells, "efficacy_keys"), "skin_type": _listed(cells, "skin_type_key")}
        marks = {market: cells.raw(f"{market}_class") for market in ("cn", "vn")}
        notes = {market: wording.line(cells, f"{market}_note") for market in ("cn", "vn")}
        images = tuple(self._images(cells, files))
        status = _status(cells)
        description = wording.passage(cells, "description_ko")
        origin = figure.country(cells, "origin_country")
        if brand is None or not name or not category:
            return None
        return Product(
            key=key,
            text=Copy(name, description or short, points=(short,) if short else ()),
            brand=brand,
            category=category,
            locale=self.locale,
            category_path=[part.strip() for part in cells.raw("category_path_ko").split(">") if part.strip()],
            images=images,
            facts={code: text for code, text in facts.items() if text},
            keys={kind: found for kind, found in keys.items() if found},
            classes={market: text for market, text in marks.items() if text},
            notes={market: text for market, text in notes.items() if text},
            origin=origin,
            hs=hs,
            tags=_listed(cells, "tags"),
            status="draft" if status == "draft" else "active",
            at=cells.record.at(),
        )

    def _brand(self, cells: Cells) -> Brand | None:
        code = wording.line(cells, "brand_code")
        if not code:
            cells.error("brand_code", "brand_missing", "the product has no brand")
            return None
        if self.brands is None:
            name = wording.line(cells, "brand_ko")
            return Brand(code=code, name=name or code, latin=wording.line(cells, "brand_latin"))
        if code not in self.brands:
            near = get_close_matches(code, self.brands, 1)
            hint = f"did you mean {near[0]!r}?" if near else "add it to the brands"
            cells.error("brand_code", "brand_unknown", f"brand {shown(code)} is not among the brands", hint)
            return None
        return self.brands[code]

    def _images(self, cells: Cells, files: dict[str, File]) -> Iterator[Image]:
        main = cells.raw("image_main")
        names = list(dict.fromkeys(_listed(cells, "image_files")))
        column = "image_files"
        if main and main not in names:
            names.insert(0, main)
        if not names:
            cells.warn(
                "image_files" if cells.has("image_files") else "image_main", "image_none", "no picture"
            )
        first = main or next((name for name in names if not _DETAIL.search(name)), "")
        for name in sorted(names, key=lambda name: name != first):
            file = self.gallery.file(cells, "image_main" if name == main else column, name)
            if file is None:
                continue
            files[file.sha256] = file
            if name == first:
                yield Image(file.sha256, "main")
            elif detail := _DETAIL.search(name):
                yield Image(file.sha256, "detail", locale=detail[1])
            else:
                yield Image(file.sha256, "gallery")

    def _variant(self, cells: Cells, sku: str, files: dict[str, File]) -> tuple[Variant, Supply]:
        options, net = _options(cells), _content(cells)
        if cells.raw("size"):
            size = figure.content(cells, "size")
            if size is None and _SEVERAL.search(cells.raw("size")):
                _refuse_several(cells, "size")
            elif size is not None:
                net = net or size
            word = f"{size.value:f}{size.unit}" if size else wording.line(cells, "size")
            options = {**options, "용량": word}
        price = figure.price(cells, "price", self.home, needed=True)
        listed = figure.price(cells, "list_price", self.home, needed=False)
        if price and listed and listed < price:
            cells.warn("list_price", "list_below_sale", f"list price {listed} is below {price}: left out")
            listed = None
        stock = figure.stock(cells, "stock")
        image: tuple[Image, ...] = ()
        if name := cells.raw("image"):
            file = self.gallery.file(cells, "image", name)
            if file is not None:
                files[file.sha256] = file
                image = (Image(file.sha256, "variant", variant=sku),)
        sides = [
            figure.whole(cells, f"{side}_mm", least=1, default=0) for side in ("length", "width", "height")
        ]
        pieces = figure.whole(cells, "pieces", least=1, default=1)
        variant = Variant(
            sku=sku,
            options=options,
            gtin=figure.gtin(cells, "barcode"),
            images=image,
            weight_g=figure.measure(cells, "gross_weight_g"),
            size_mm=(sides[0], sides[1], sides[2]),
            net_content=net,
            pieces=pieces,
        )
        cost = figure.price(cells, "cost", self.home, needed=False)
        flaws = _flaws(cells)
        if "pieces" in flaws:
            variant = evolve(variant, pieces=0)
        return variant, Supply(sku=sku, price=price, list_price=listed, cost=cost, stock=stock, flaws=flaws)


def _flaws(cells: Cells) -> dict[str, Issue]:
    """The figures of a row that cannot be taken, by column."""
    wrong = (issue for issue in cells.issues if issue.severity is Severity.ERROR)
    named = ((issue.path.rpartition("/")[2], issue) for issue in wrong)
    return {column: issue for column, issue in named if column in _FIGURES}


def _stocks(
    rows: Sequence[Record], supply: Mapping[str, Supply], issues: Iterable[Issue]
) -> dict[str, int | None]:
    """The stock of each SKU on offer; None unless it is told once, in a row that is whole."""
    doubtful = {wording.code(row.cells.get("sku", "")) for row in rows if row.issues}
    doubtful |= {issue.path.rpartition("/")[2] for issue in issues if issue.code == "catalog.sku_duplicate"}
    return {sku: None if sku in doubtful else one.stock for sku, one in supply.items()}


def _under(issue: Issue, path: str) -> Issue:
    return issue if issue.path else evolve(issue, path=path)


def _listed(cells: Cells, column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _LISTED.split(cells.raw(column)) if part.strip())


def _status(cells: Cells) -> str:
    word = cells.raw("status").lower() or "active"
    if word not in ("active", "draft"):
        cells.error("status", "status", f"status {shown(word)} is unknown", "write active or draft")
    return word


def _options(cells: Cells) -> dict[str, str]:
    options: dict[str, str] = {}
    for name_column, value_column in option_columns(cells.record.cells):
        name, value = wording.line(cells, name_column), wording.line(cells, value_column)
        if bool(name) != bool(value):
            given, absent = (name, value_column) if name else (value, name_column)
            if name and name_column not in cells.record.headers:
                continue  # a constant names the option for all rows; this one has none
            cells.error(
                absent, "option_half", f"option {shown(given)} lacks its other half", "fill both cells"
            )
        elif name in options:
            cells.error(name_column, "option_double", f"option {shown(name)} is given twice")
        elif name:
            if _SEVERAL.search(value):
                _refuse_several(cells, value_column)
            options[name] = value
    return options


def _refuse_several(cells: Cells, column: str) -> None:
    cells.error(
        column,
        "option_several",
        f"{shown(cells.raw(column))} holds several variants",
        "write one row for each",
    )


def _content(cells: Cells) -> NetContent | None:
    value, unit = cells.raw("net_content_value"), cells.raw("net_content_unit")
    if not value and not unit:
        return None
    if unit not in ("ml", "g"):
        cells.error("net_content_unit", "unit", f"unit {shown(unit)} is unknown", "write ml or g")
        return None
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value) or not Decimal(value):
        message = f"net content {shown(value)} is no amount above 0"
        cells.error("net_content_value", "number", message, "write digits only, like 50")
        return None
    return NetContent(Decimal(value), unit)


def _axes(variants: Sequence[Variant]) -> tuple[Axis, ...]:
    choices: dict[str, dict[str, Choice]] = {}
    for variant in variants:
        for name, value in variant.options.items():
            choices.setdefault(name, {})[value] = Choice(value)
    return tuple(Axis(name, name, choices=found) for name, found in choices.items())


def _uneven(key: str, variants: Sequence[Variant], rows: Sequence[Record]) -> Iterator[Issue]:
    """Variants of one product differ in the same ways: a missing option would be merged or guessed."""
    names = list(dict.fromkeys(name for variant in variants for name in variant.options))
    for variant in variants:
        absent = [name for name in names if name not in variant.options]
        if absent:
            at = next((row.at() for row in rows if wording.code(row.cells.get("sku", "")) == variant.sku), "")
            yield Issue(
                "catalog.option_missing",
                f"{key}/variants/{variant.sku}",
                f"option {', '.join(absent)} is missing though other variants have it",
                hint="give every variant the same options",
                at=at,
            )
