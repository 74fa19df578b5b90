"""Four broken supplier files against their answer key: every defect is told at its line."""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from storesync.catalog import Read, Sheet
from storesync.issues import Issue, Severity
from storesync.model import Money

MESSY = Path(__file__).parents[1] / "data" / "messy"
TODAY = date(2026, 11, 23)
COMMON = {"brand_code": "MS", "category_code": "C-X", "option1_name_ko": "옵션"}

SHEETS: Mapping[str, Mapping[str, Any]] = {
    "supplier-a.csv": {
        "columns": {
            "상품코드": "product_code",
            "옵션코드": "sku",
            "상품명": "name_ko",
            "용량": "size",
            "판매가(원)": "price_krw",
            "소비자가": "list_price_krw",
            "재고수량": "stock",
            "바코드": "barcode",
            "중량": "gross_weight_g",
            "상세설명": "description_ko",
            "대표이미지": "image_main",
            "원산지": "origin_country",
        },
        "codes": "upper",
    },
    "supplier-b.csv": {
        "columns": {
            "name": "name_ko",
            "option": "option1_value_ko",
            "price": "price_krw",
            "list": "list_price_krw",
            "qty": "stock",
            "ean": "barcode",
            "weight_g": "gross_weight_g",
            "desc": "description_ko",
            "images": "image_files",
            "hs": "hs_code6",
        },
    },
    "supplier-mixed.csv": {"columns": {"name": "name_ko", "price": "price_krw", "qty": "stock"}},
    "supplier-d.tsv": {"columns": {"name": "name_ko", "price": "price_krw", "qty": "stock"}},
}

# The key's code to ours.
CODES = {
    "HEADER_WHITESPACE": "header_space",
    "ENCODING_CP949": "encoding_cp949",
    "UTF8_BOM": "encoding_bom",
    "ENCODING_UTF16": "encoding_utf16",
    "MIXED_ENCODING": "encoding_mixed",
    "DELIMITER_SEMICOLON": "delimiter",
    "PRICE_THOUSANDS_SUFFIX": "price_format",
    "PRICE_THOUSANDS": "price_format",
    "CURRENCY_SIGN": "price_format",
    "FULLWIDTH_DIGITS": "fullwidth",
    "FULLWIDTH_AND_SYMBOL_UNIT": "fullwidth",
    "UNIT_CASE": "unit_case",
    "HTML_WITH_SCRIPT": "html",
    "EXTENSION_CASE": "image_case",
    "DUPLICATE_SKU": "sku_duplicate",
    "PRICE_MISSING": "price_missing",
    "PRICE_ZERO": "price_zero",
    "DOT_THOUSANDS": "price_unreadable",
    "KOREAN_MYRIAD": "price_unreadable",
    "PRICE_RANGE": "price_unreadable",
    "MULTI_VALUE_CELL": "option_several",
    "LIST_BELOW_SALE": "list_below_sale",
    "STOCK_NEGATIVE": "stock_negative",
    "STOCK_ABSURD": "stock_absurd",
    "STOCK_NOT_A_NUMBER": "stock_unreadable",
    "STOCK_SCIENTIFIC": "stock_unreadable",
    "BARCODE_CHECK_DIGIT": "barcode_check_digit",
    "BARCODE_LENGTH": "barcode_length",
    "ORIGIN_FREE_TEXT": "origin",
    "CODE_CASE_AND_SPACE": "key_form",
    "PRODUCT_CODE_MISSING": "key_missing",
    "NAME_MISSING": "name_missing",
    "IMAGE_MISSING": "image_none",
    "EMOJI": "emoji",
    "HS_PUNCTUATION": "hs_format",
    "HS_10_DIGITS": "hs_national",
    "DATE_MONTH_ONLY": "date_month_only",
    "DATE_DOTS": "date_dots",
    "DATE_COMPACT": "date_compact",
    "DATE_DMY": "date_dmy",
    "EXPIRY_MISSING": "expiry_missing",
    "EXPIRED": "expired",
    "FORMULA_INJECTION": "formula",
    "UNIT_MISMATCH": "unit_mismatch",
    "PATH_TRAVERSAL": "image_name",
    "ZERO_WIDTH": "hidden_character",
    "NAME_TOO_LONG": "name_long",
    "NEWLINE_IN_CELL": "newline",
    "UNICODE_NFD": "unicode_nfd",
    "NBSP": "space",
    "NUL_BYTE": "nul",
    "SHORT_ROW": "row_short",
    "UNCLOSED_QUOTE": "quote_unclosed",
}

# What the text means and what one market takes are judged by other rooms.
ELSEWHERE = {"CLAIM_MEDICAL_FOOD", "CLAIM_ABSOLUTE", "CLAIM_GUARANTEE", "DANGEROUS_GOODS", "IMAGE_FORMAT"}

WEIGHT = {"fix": Severity.NOTE, "warn": Severity.WARNING, "reject": Severity.ERROR}
# The picture's own kind is JPEG in this test, whatever its name says.
PICTURES = "b01.jpg b01_2.jpg b02.png b03.jpg b06.webp "
PICTURES += " ".join(f"a{number:02}.jpg" for number in range(1, 10)) + " "
PICTURES += " ".join(f"b{number:02}.jpg" for number in range(4, 15))


def key_rows() -> list[dict[str, str]]:
    """The answer key."""
    with (MESSY / "defects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(name: str, images: Path) -> list[Read]:
    """One supplier file, under its own headers."""
    settings = {**SHEETS[name], "constants": COMMON}
    return list(Sheet(MESSY / name, images=images, today=TODAY, **settings).products())


def place(issue: Issue) -> tuple[str, str]:
    """File and line of a finding; what is about the file stands in its first line."""
    file, _, rest = issue.at.partition(":")
    return file, rest.partition(":")[0] or "1"


def test_the_answer_key_is_whole() -> None:
    """Every defect of the key is looked for, here or in another room."""
    codes = {row["defect_code"] for row in key_rows()}

    assert codes == CODES.keys() | ELSEWHERE
    assert 61 == len(key_rows())


@pytest.mark.parametrize("name", SHEETS)
def test_every_defect_of_a_supplier_file_is_told_at_its_line(
    name: str, gallery: Callable[[str], Path]
) -> None:
    """The code, the line, and whether it was put right, needs a look, or holds the row."""
    issues = [issue for each in read(name, gallery(PICTURES)) for issue in each.issues]
    told = {(*place(issue), issue.code, issue.severity) for issue in issues}

    missed = [
        (row["line"], row["defect_code"])
        for row in key_rows()
        if row["file"] == name
        and row["defect_code"] in CODES
        # The file as a whole is told once, with the lines in the message; its rows are told one by one.
        and (name, row["line"], f"catalog.{CODES[row['defect_code']]}", WEIGHT[row["action"]]) not in told
    ]
    assert [] == missed


def test_rows_that_the_key_rejects_are_held_and_the_others_arrive(gallery: Callable[[str], Path]) -> None:
    """Nothing is dropped: every row is a product or a finding."""
    held = {each.key for name in SHEETS for each in read(name, gallery(PICTURES)) if each.held}
    made = {
        each.key for name in SHEETS for each in read(name, gallery(PICTURES)) if each.key and not each.held
    }

    assert {
        "MS-A02",
        "MS-A03",
        "MS-A04",
        "MS-A05",
        "MS-A08",
        "MS-A10",
        "MS-B02",
        "MS-B03",
        "MS-B04",
        "MS-B05",
        "MS-B06",
        "MS-B10",
        "MS-C02",
        "MS-C04",
        "MS-C06",
        "MS-C07",
    } == held
    assert {
        "MS-A01",
        "MS-A06",
        "MS-A07",
        "MS-B01",
        "MS-B07",
        "MS-B08",
        "MS-B09",
        "MS-B11",
        "MS-B12",
        "MS-B13",
        "MS-B14",
        "MS-C01",
        "MS-C03",
        "MS-C05",
        "MS-D01",
        "MS-D02",
    } == made


def test_repaired_rows_say_what_the_key_expects(gallery: Callable[[str], Path]) -> None:
    """What was put right is right."""
    products = {
        each.key: each.product for name in SHEETS for each in read(name, gallery(PICTURES)) if each.product
    }

    joined = products["MS-A01"]
    assert ["50ml", "80ml"] == [variant.options["용량"] for variant in joined.variants]
    assert Money("36000", "KRW") == joined.supply["MS-A01-50"].price
    assert 190 == joined.variants[0].weight_g
    assert 0 == products["MS-A06"].supply["MS-A06-1"].stock
    assert None is products["MS-A06"].supply["MS-A06-1"].list_price
    assert "" == products["MS-A07"].variants[0].gtin
    assert ("330410", "2028-03-31") == (products["MS-B01"].hs, products["MS-B01"].facts["expiry"])
    assert '="0012345"' == products["MS-B09"].text.title
    assert "솔잎 비누" == products["MS-B11"].text.title
    assert "줄바꿈이 들어간 이름" == products["MS-B14"].text.title
    assert "쑥 클레이 팩" == products["MS-C03"].text.title
    assert Money("9900", "KRW") == products["MS-D01"].supply["MS-D01"].price


def test_reading_twice_says_the_same(gallery: Callable[[str], Path]) -> None:
    """The report of a file does not depend on anything but the file."""
    pictures = gallery(PICTURES)

    assert [read(name, pictures) for name in SHEETS] == [read(name, pictures) for name in SHEETS]
