"""A folder of CSV files: what is sound arrives, what is wrong is told with its place and stops no other."""

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.catalog.conftest import Shelf

from storesync.catalog import read_csv
from storesync.catalog.record import Record
from storesync.catalog.table import Table
from storesync.model import Money, NetContent


def test_a_sound_catalog_gives_every_product_without_a_finding(shelf: Shelf) -> None:
    """Two rows of products.csv are two products, in their order."""
    reads = shelf.read()

    assert [("AAA-001", ()), ("AAA-002", ())] == [(read.key, read.issues) for read in reads]
    assert not any(read.held for read in reads)


def test_a_product_carries_variants_supply_axes_and_pictures(shelf: Shelf) -> None:
    """Every cell has its place in the model."""
    product = shelf.read()[0].product

    assert product is not None
    assert ("보습 세럼", "촉촉합니다.", ("촉촉합니다.",)) == (
        product.text.title,
        product.text.description,
        product.text.points,
    )
    assert ["용량"] == [axis.code for axis in product.axes]
    assert ["30ml", "50ml"] == list(product.axes[0].choices)
    assert Money("32000", "KRW") == product.supply["AAA-001-30"].price
    assert product.supply["AAA-001-50"].cost is None
    assert 240 == product.supply["AAA-001-30"].stock
    assert [("main", ""), ("detail", "ko")] == [(image.role, image.locale) for image in product.images]
    assert {image.sha256 for image in product.images} == set(product.files)
    assert "AAY" == product.brand.latin
    assert "products.csv:2" == product.at


# file, what stands there, what is put there, the product that is held, code, place
FAULTS = {
    "missing price": (
        "variants.csv",
        "50ml,46000",
        "50ml,",
        "AAA-001",
        "price_missing",
        "variants.csv:3:price_krw",
    ),
    "zero price": (
        "variants.csv",
        "50ml,46000",
        "50ml,0",
        "AAA-001",
        "price_zero",
        "variants.csv:3:price_krw",
    ),
    "price in words": (
        "variants.csv",
        "50ml,46000",
        "50ml,4.6만",
        "AAA-001",
        "price_unreadable",
        "variants.csv:3:price_krw",
    ),
    "fraction of a won": (
        "variants.csv",
        "50ml,46000",
        "50ml,46000.5",
        "AAA-001",
        "price_unreadable",
        "variants.csv:3:price_krw",
    ),
    "unreadable cost": (
        "variants.csv",
        "36000,9000",
        "36000,약",
        "AAA-001",
        "price_unreadable",
        "variants.csv:2:cost_krw",
    ),
    "no stock": ("variants.csv", ",180,", ",,", "AAA-001", "stock_missing", "variants.csv:3:stock"),
    "stock with a fraction": (
        "variants.csv",
        ",180,",
        ",1.5,",
        "AAA-001",
        "stock_unreadable",
        "variants.csv:3:stock",
    ),
    "no name": ("products.csv", "보습 크림", "", "AAA-002", "name_missing", "products.csv:3:name_ko"),
    "unknown brand": (
        "products.csv",
        "AAA-002,AAA",
        "AAA-002,AAB",
        "AAA-002",
        "brand_unknown",
        "products.csv:3:brand_code",
    ),
    "no category": (
        "products.csv",
        "C-CRM",
        "",
        "AAA-002",
        "category_missing",
        "products.csv:3:category_code",
    ),
    "unknown status": (
        "products.csv",
        "b.jpg,330499,active",
        "b.jpg,330499,aktive",
        "AAA-002",
        "status",
        "products.csv:3:status",
    ),
    "bad HS code": (
        "products.csv",
        "b.jpg,330499",
        "b.jpg,3304x9",
        "AAA-002",
        "hs",
        "products.csv:3:hs_code6",
    ),
    "picture not there": (
        "products.csv",
        "b.jpg,b.jpg",
        "b.jpg,c.jpg",
        "AAA-002",
        "image_missing",
        "products.csv:3:image_files",
    ),
    "picture outside": (
        "products.csv",
        "b.jpg,b.jpg",
        "b.jpg,../b.jpg",
        "AAA-002",
        "image_name",
        "products.csv:3:image_files",
    ),
    "same options twice": (
        "variants.csv",
        "용량,50ml,46000",
        "용량,30ml,46000",
        "AAA-001",
        "option_same",
        "variants.csv:3",
    ),
    "option missing": (
        "variants.csv",
        "용량,50ml,46000",
        ",,46000",
        "AAA-001",
        "option_missing",
        "variants.csv:3",
    ),
    "half an option": (
        "variants.csv",
        "용량,50ml,46000",
        "용량,,46000",
        "AAA-001",
        "option_half",
        "variants.csv:3:option1_value_ko",
    ),
    "a name that a formula failed to make": (
        "products.csv",
        "보습 크림",
        "#N/A",
        "AAA-002",
        "formula_failed",
        "products.csv:3:name_ko",
    ),
    "an option that a formula failed to make": (
        "variants.csv",
        "용량,50ml,46000",
        "용량,#REF!,46000",
        "AAA-001",
        "formula_failed",
        "variants.csv:3:option1_value_ko",
    ),
    "a SKU that a formula failed to make": (
        "variants.csv",
        "AAA-002-50,",
        "#VALUE!,",
        "AAA-002",
        "sku_missing",
        "variants.csv:4:sku",
    ),
    "no SKU": ("variants.csv", "AAA-002-50,", ",", "AAA-002", "sku_missing", "variants.csv:4:sku"),
    "short row": ("variants.csv", ",,,7,", "", "AAA-002", "row_short", "variants.csv:4"),
    "row too long": ("variants.csv", ",,,7,", ",,,7,,,", "AAA-002", "row_long", "variants.csv:4"),
    "NUL byte": ("products.csv", "보습 크림", "보습\0크림", "AAA-002", "nul", "products.csv:3"),
    "open quote": ("products.csv", "보습 크림", '"보습 크림', "AAA-002", "quote_unclosed", "products.csv:3"),
}


@pytest.mark.parametrize(("file", "old", "new", "held", "code", "at"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_row_is_told_with_its_place_and_holds_only_its_product(
    shelf: Shelf, file: str, old: str, new: str, held: str, code: str, at: str
) -> None:
    """The other product arrives as if nothing had happened; the held one is named, so it is not gone."""
    shelf.spoil(file, old, new)

    found = shelf.found()

    assert {"AAA-001", "AAA-002"} == set(found)
    assert [held] == [key for key, read in found.items() if read.held]
    assert (f"catalog.{code}", at) in [(issue.code, issue.at) for issue in found[held].errors]
    assert all(issue.path.startswith(held) for issue in found[held].issues)


TORN = {
    "a comma in a price": (
        "variants.csv",
        ",32000,36000,",
        ",32,000,36000,",
        "AAA-001",
        "variants.csv:2:price_krw",
        'put quotes around it: "32,000"',
    ),
    "a comma in a name": (
        "products.csv",
        "보습 크림",
        "보습, 크림",
        "AAA-002",
        "products.csv:3:name_ko",
        'put quotes around it: "보습, 크림"',
    ),
    "commas in a sentence": (
        "products.csv",
        "부드럽습니다.",
        "순하고, 촉촉하고, 부드럽습니다.",
        "AAA-002",
        "products.csv:3:short_description_ko",
        'put quotes around it: "순하고, 촉촉하고, 부드럽습니다."',
    ),
    "a cell left out": (
        "products.csv",
        "b.jpg,330499,active",
        "b.jpg,active",
        "AAA-002",
        "products.csv:3:hs_code6",
        "add the cell of hs_code6, empty or not",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "held", "at", "hint"), TORN.values(), ids=TORN)
def test_a_row_with_a_wrong_cell_count_is_one_finding_that_names_the_likely_cell(
    shelf: Shelf, file: str, old: str, new: str, held: str, at: str, hint: str
) -> None:
    """Nothing is read from cells under the wrong columns, so nothing else is said about them."""
    shelf.spoil(file, old, new)

    found = shelf.found()

    assert [(at, hint)] == [(issue.at, issue.hint) for read in found.values() for issue in read.issues]
    assert found[held].held


def test_a_row_whose_product_cannot_be_told_names_no_invented_one(shelf: Shelf) -> None:
    """Without its product code a row shifts: the finding is about the row, and nothing counts as gone."""
    shelf.spoil("variants.csv", "AAA-002-50,AAA-002,용량", "AAA-002-50,용량")

    found = shelf.found()

    assert {"AAA-001", "AAA-002", ""} == set(found)
    assert ["catalog.row_short"] == [issue.code for issue in found[""].issues]


# what is put there, code, what becomes of it
MENDED = {
    "wrong check digit": (",2997000010017,", ",2997000010018,", "barcode_check_digit"),
    "short barcode": (",2997000010017,", ",29970000,", "barcode_check_digit"),
    "list price below price": ("36000,9000", "31000,9000", "list_below_sale"),
    "negative stock": (",240,", ",-3,", "stock_negative"),
    "absurd stock": (",240,", ",9999999,", "stock_absurd"),
}


@pytest.mark.parametrize(("old", "new", "code"), MENDED.values(), ids=MENDED)
def test_a_doubtful_cell_is_told_and_the_product_goes_on(shelf: Shelf, old: str, new: str, code: str) -> None:
    """A warning holds nothing back."""
    shelf.spoil("variants.csv", old, new)

    read = shelf.found()["AAA-001"]

    assert [f"catalog.{code}"] == [issue.code for issue in read.issues]
    assert read.product is not None


def test_a_negative_stock_stops_the_sale(shelf: Shelf) -> None:
    """Sold more than there was: the shop shows none."""
    shelf.spoil("variants.csv", ",240,", ",-3,")

    product = shelf.found()["AAA-001"].product

    assert product is not None
    assert 0 == product.supply["AAA-001-30"].stock


def test_a_barcode_with_a_wrong_check_digit_is_left_out(shelf: Shelf) -> None:
    """No market gets a code that belongs to something else."""
    shelf.spoil("variants.csv", "2997000010017", "2997000010018")

    product = shelf.found()["AAA-001"].product

    assert product is not None
    assert "" == product.variants[0].gtin


def test_a_sku_given_twice_holds_both_products_and_names_both_lines(shelf: Shelf) -> None:
    """Nobody can tell which of the two is meant."""
    shelf.spoil("variants.csv", "AAA-002-50", "AAA-001-30")

    found = shelf.found()

    assert found["AAA-001"].held
    assert found["AAA-002"].held
    (issue,) = found["AAA-002"].errors
    assert "catalog.sku_duplicate" == issue.code
    assert "variants.csv:2:sku" in issue.message
    assert "variants.csv:4:sku" in issue.message


def test_a_product_code_given_twice_is_held(shelf: Shelf) -> None:
    """Neither row wins silently."""
    shelf.spoil("products.csv", "AAA-002", "AAA-001")

    reads = [read for read in shelf.read() if read.key == "AAA-001"]

    assert 2 == len(reads)
    assert all("catalog.key_duplicate" in [issue.code for issue in read.errors] for read in reads)


def test_variants_may_stand_in_any_order(shelf: Shelf) -> None:
    """A file sorted in another way is the same catalog."""
    before = {read.key: read.product for read in shelf.read()}
    header, *rows = (shelf.folder / "variants.csv").read_text(encoding="utf-8").splitlines()

    shelf.write("variants.csv", "\n".join([header, rows[2], rows[0], rows[1]]) + "\n")

    assert before == {read.key: read.product for read in shelf.read()}


def test_a_variant_of_an_unknown_product_is_told_under_its_own_code(shelf: Shelf) -> None:
    """A product whose row was lost is held back: its variants are still there."""
    shelf.spoil("variants.csv", "AAA-002-50,AAA-002", "AAA-002-50,AAA-003")

    found = shelf.found()

    assert ["catalog.product_unknown"] == [issue.code for issue in found["AAA-003"].errors]
    assert ["catalog.variant_none"] == [issue.code for issue in found["AAA-002"].errors]


@pytest.mark.parametrize("code", ["", "#N/A", "Err:502"])
def test_a_row_without_a_code_makes_the_reading_incomplete(shelf: Shelf, code: str) -> None:
    """It may be any product: none may be called gone. A formula that failed names none either."""
    shelf.spoil("products.csv", "AAA-002,AAA,", f"{code},AAA,")

    reads = shelf.read()

    assert ["products.csv:3:product_code"] == [i.at for read in reads if read.incomplete for i in read.errors]


@pytest.mark.parametrize("name", ["products.csv", "variants.csv"])
def test_an_absent_file_gives_no_product_and_says_that_nothing_is_gone(shelf: Shelf, name: str) -> None:
    """An empty disk is not an empty catalog."""
    (shelf.folder / name).unlink()

    (read,) = shelf.read()

    assert read.incomplete
    assert ["catalog.file_missing"] == [issue.code for issue in read.issues]


def test_a_mistyped_header_names_the_column_that_is_meant(shelf: Shelf) -> None:
    """A typo in the first line must not empty the shops."""
    shelf.spoil("variants.csv", "stock,image", "stok,image")

    (read,) = shelf.read()

    assert read.incomplete
    assert "rename 'stok'?" == read.errors[0].hint


def test_a_missing_price_is_never_said_to_be_the_crossed_out_one(shelf: Shelf) -> None:
    """`price_krw` mistyped: whoever follows the hint must not sell at the list price."""
    shelf.spoil("variants.csv", ",price_krw,", ",price_won,")
    (issue,) = [issue for issue in shelf.found()[""].issues if issue.code.endswith("column_missing")]

    assert "rename 'price_won'?" == issue.hint


def test_a_price_in_an_unknown_currency_is_refused_at_the_header(shelf: Shelf) -> None:
    """KWR is nobody's money."""
    shelf.spoil("variants.csv", "list_price_krw", "list_price_kwr")

    (read,) = shelf.read()

    assert ["catalog.currency_unknown"] == [issue.code for issue in read.errors]


def test_text_after_an_open_quote_is_read_on_from_the_next_line(shelf: Shelf) -> None:
    """The quote swallows its own row only."""
    shelf.spoil("products.csv", "AAA,C-SER,보습 세럼", 'AAA,C-SER,"보습 세럼')

    found = shelf.found()

    assert ["catalog.quote_unclosed"] == [
        issue.code for issue in found["AAA-001"].errors if "quote" in issue.code
    ]
    assert not found["AAA-002"].held


def test_a_cell_may_hold_line_breaks_and_the_lines_are_still_counted(shelf: Shelf) -> None:
    """The row after a text of two lines has the line number that an editor shows."""
    shelf.spoil("products.csv", "촉촉합니다.", '"촉촉합니다.\n가볍습니다."')

    found = shelf.found()

    product, after = found["AAA-001"].product, found["AAA-002"].product
    assert product is not None
    assert after is not None
    assert "촉촉합니다.\n가볍습니다." == product.text.description
    assert "products.csv:4" == after.at


@pytest.mark.parametrize(
    ("bytes_", "code"),
    [(b"", "image_broken"), (b"<html>no</html>", "image_broken"), (b"\xff\xd8\xff\xe0cut off", "image_cut")],
)
def test_a_file_that_is_no_whole_picture_holds_its_product(shelf: Shelf, bytes_: bytes, code: str) -> None:
    """An error page saved under a picture's name never reaches a shop."""
    (shelf.folder / "images" / "b.jpg").write_bytes(bytes_)

    found = shelf.found()

    assert {f"catalog.{code}"} == {issue.code for issue in found["AAA-002"].errors}
    assert not found["AAA-001"].held


def test_a_korean_encoding_is_read_and_named(shelf: Shelf) -> None:
    """An export in CP949 is the same catalog, and the message says what it is."""
    before = {read.key: read.product for read in shelf.read()}
    shelf.write("products.csv", (shelf.folder / "products.csv").read_text(encoding="utf-8").encode("cp949"))

    found = shelf.found()

    assert ["catalog.encoding_cp949"] == [issue.code for issue in found[""].issues]
    assert not found[""].incomplete
    assert before == {key: read.product for key, read in found.items() if key}


def test_a_file_with_a_byte_order_mark_is_read(shelf: Shelf) -> None:
    """Spreadsheets write one."""
    shelf.write("products.csv", b"\xef\xbb\xbf" + (shelf.folder / "products.csv").read_bytes())

    found = shelf.found()

    assert not found["AAA-001"].held
    assert ["catalog.encoding_bom"] == [issue.code for issue in found[""].issues]


def test_a_draft_is_read_as_a_draft(shelf: Shelf) -> None:
    """It is no finding; it is offered nowhere."""
    shelf.spoil("products.csv", "b.jpg,330499,active", "b.jpg,330499,draft")

    read = shelf.found()["AAA-002"]

    assert read.product is not None
    assert ("draft", ()) == (read.product.status, read.issues)


def test_a_draft_variant_is_left_out(shelf: Shelf) -> None:
    """The other variants of the product stay."""
    lines = (shelf.folder / "variants.csv").read_text(encoding="utf-8").splitlines()
    words = ["status", "draft", "active", "active"]
    shelf.write("variants.csv", "\n".join(f"{line},{word}" for line, word in zip(lines, words, strict=True)))

    product = shelf.found()["AAA-001"].product

    assert product is not None
    assert ["AAA-001-50"] == [variant.sku for variant in product.variants]
    assert {"AAA-001-50"} == set(product.supply)


def test_three_options_are_three_axes(shelf: Shelf) -> None:
    """How many a market takes is the market's business."""
    shelf.spoil(
        "variants.csv",
        "option1_name_ko,option1_value_ko",
        "option1_name_ko,option1_value_ko,option2_name_ko,option2_value_ko,option3_name_ko,option3_value_ko",
    )
    shelf.spoil("variants.csv", "ml,", "ml,향,솔잎,색상,빨강,")

    product = shelf.found()["AAA-001"].product

    assert product is not None
    assert ["용량", "향", "색상"] == [axis.name for axis in product.axes]


def test_an_invisible_character_makes_no_new_product(shelf: Shelf) -> None:
    """Else the old one would be gone, and its listing with it."""
    shelf.spoil("products.csv", "AAA-002", "AAA\u200b-002")

    read = shelf.found()["AAA-002"]

    assert read.product is not None
    assert ["catalog.key_form"] == [issue.code for issue in read.issues]


def test_a_cell_beyond_all_measure_is_told_and_the_next_row_arrives(shelf: Shelf) -> None:
    """A picture pasted into a cell does not stop the file."""
    shelf.spoil("products.csv", "촉촉합니다.", "x" * 200_000)

    found = shelf.found()

    assert found["AAA-001"].held
    assert not found["AAA-002"].held


def test_a_product_whose_variants_are_all_drafts_is_a_draft(shelf: Shelf) -> None:
    """There is nothing to sell of it."""
    lines = (shelf.folder / "variants.csv").read_text(encoding="utf-8").splitlines()
    words = ["status", "active", "active", "draft"]
    shelf.write("variants.csv", "\n".join(f"{line},{word}" for line, word in zip(lines, words, strict=True)))

    product = shelf.found()["AAA-002"].product

    assert product is not None
    assert "draft" == product.status


def test_a_disk_that_fails_on_the_way_makes_the_reading_incomplete(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before arrives; nothing after it is gone."""
    rows = Table.rows

    def failing(table: Table) -> Iterator[Record]:
        yield from rows(table)
        if table.file == "variants.csv":
            raise OSError(5, "Input/output error", "variants.csv")

    monkeypatch.setattr(Table, "rows", failing)

    (read,) = shelf.read()

    assert read.incomplete
    assert "variants.csv cannot be read to its end" in read.errors[0].message


def test_the_memory_of_a_reading_does_not_grow_with_the_catalog(tmp_path: Path) -> None:
    """One product takes more than 3,000 bytes; a thousand further ones leave less than 200 each."""
    peaks = []
    for count in (500, 1_500):
        folder = tmp_path / str(count)
        folder.mkdir()
        products = [f"P{number},AAA,C-SER,보습 세럼 {number}" for number in range(count)]
        (folder / "products.csv").write_text(
            "\n".join(["product_code,brand_code,category_code,name_ko", *products]), encoding="utf-8"
        )
        variants = [f"P{number}-1,P{number},32000,{number}" for number in range(count)]
        (folder / "variants.csv").write_text(
            "\n".join(["sku,product_code,price_krw,stock", *variants]), encoding="utf-8"
        )
        tracemalloc.start()
        made = sum(read.product is not None for read in read_csv(folder))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == made

    assert peaks[1] - peaks[0] < 200 * 1_000


def test_the_shipped_example_is_sound(example: Path, gallery: Callable[[str], Path]) -> None:
    """Eighty products, 116 variants, one draft; only the pictures are made elsewhere."""
    reads = list(read_csv(example, images=_all_pictures(example, gallery)))

    products = [read.product for read in reads if read.product is not None]
    assert [] == [issue for read in reads for issue in read.issues]
    assert (80, 116) == (len(products), sum(len(product.variants) for product in products))
    assert ["PDM-070"] == [product.key for product in products if product.status == "draft"]
    coffee = next(product for product in products if product.key == "GGT-080")
    assert 2 == len(coffee.axes)
    first = products[0]
    assert ("moist", "nourish") == first.keys["efficacy"]
    assert NetContent(Decimal(30), "ml") == first.variants[0].net_content
    assert ("ordinary", "36") == (first.classes["cn"], first.facts["shelf_life_months"])


def _all_pictures(example: Path, gallery: Callable[[str], Path]) -> Path:
    names: set[str] = set()
    for name in ("products.csv", "variants.csv"):
        with (example / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                names.update((row.get("image_files") or row.get("image") or "").split(";"))
    return gallery(" ".join(names))
