"""A nested JSON document: the same products as the tables, one at a time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.catalog.conftest import Shelf

from storesync.catalog import Read, product_digest, read_csv, read_json
from storesync.catalog.jsonstream import members


def body() -> dict[str, Any]:
    """The sound catalog of the shelf, as a document."""
    return {
        "version": 1,
        "currency": "KRW",
        "products": [
            {
                "product_code": "AAA-001",
                "brand_code": "AAA",
                "category_code": "C-SER",
                "name_ko": "보습 세럼",
                "short_description_ko": "촉촉합니다.",
                "image_main": "a.jpg",
                "image_files": ["a.jpg", "a_detail_ko.jpg"],
                "hs_code6": "330499",
                "status": "active",
                "translations": {"vi": {"title": "…"}},
                "variants": [
                    {
                        "sku": "AAA-001-30",
                        "option1_name_ko": "용량",
                        "option1_value_ko": "30ml",
                        "price_krw": 32000,
                        "list_price_krw": 36000,
                        "cost_krw": 9000,
                        "barcode": "2997000010017",
                        "stock": 240,
                    },
                    {
                        "sku": "AAA-001-50",
                        "option1_name_ko": "용량",
                        "option1_value_ko": "50ml",
                        "price_krw": 46000,
                        "stock": 180,
                    },
                ],
            },
            {
                "product_code": "AAA-002",
                "brand_code": "AAA",
                "category_code": "C-CRM",
                "name_ko": "보습 크림",
                "short_description_ko": "부드럽습니다.",
                "image_main": "b.jpg",
                "image_files": ["b.jpg"],
                "hs_code6": "330499",
                "status": "active",
                "variants": [
                    {
                        "sku": "AAA-002-50",
                        "option1_name_ko": "용량",
                        "option1_value_ko": "50ml",
                        "price_krw": 28000,
                        "stock": 7,
                    },
                ],
            },
        ],
        "brands": {"AAA": {"ko": "에이", "latin": "AAY"}},
    }


def read(shelf: Shelf, text: str) -> list[Read]:
    """What the document gives, beside the shelf's pictures."""
    shelf.write("catalogue.json", text)
    return list(read_json(shelf.folder / "catalogue.json"))


def test_a_document_and_tables_that_say_the_same_have_the_same_digests(shelf: Shelf) -> None:
    """Where a product stands in its source changes nothing."""
    tables = {each.key: product_digest(each.product) for each in shelf.read() if each.product}

    assert tables == {
        each.key: product_digest(each.product) for each in read(shelf, json.dumps(body())) if each.product
    }


def test_the_place_of_a_finding_names_line_and_member(shelf: Shelf) -> None:
    """An editor jumps to the product, the member says the rest."""
    document = body()
    document["products"][1]["variants"][0]["price_krw"] = 0

    first, second = read(shelf, json.dumps(document, indent=1))

    assert first.product is not None
    (issue,) = second.errors
    assert "catalog.price_zero" == issue.code
    line = json.dumps(document, indent=1).splitlines()[: int(issue.at.split(":")[1])]
    assert issue.at.endswith(":products[1].variants[0].price_krw")
    assert "{" == line[-1].strip()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "json_value"),
        ({"amount": 1}, "json_value"),
        (None, "price_missing"),
        (28000.5, "price_unreadable"),
        ("28.000", "price_unreadable"),
    ],
)
def test_a_price_that_is_no_clear_amount_holds_its_product(shelf: Shelf, value: object, code: str) -> None:
    """No JSON type is turned into money by luck."""
    document = body()
    document["products"][1]["variants"][0]["price_krw"] = value

    first, second = read(shelf, json.dumps(document))

    assert first.product is not None
    assert f"catalog.{code}" in [issue.code for issue in second.errors]


def test_an_unknown_currency_stops_the_whole_document(shelf: Shelf) -> None:
    """Every price in it would be in it."""
    (only,) = read(shelf, json.dumps({**body(), "currency": "KWR"}))

    assert only.incomplete
    assert ["catalog.currency_unknown"] == [issue.code for issue in only.issues]


def test_a_document_that_breaks_off_says_so_and_nothing_is_gone(shelf: Shelf) -> None:
    """A file that is still being written is no catalog."""
    text = json.dumps(body())

    reads = read(shelf, text[: len(text) // 2])

    assert reads[-1].incomplete
    assert "catalog.json" in [issue.code for issue in reads[-1].errors]


def test_one_product_that_is_no_json_does_not_stop_the_others(shelf: Shelf) -> None:
    """Brackets that fit are enough to find the next one."""
    text = json.dumps(body()).replace('"category_code": "C-SER"', '"category_code": oops')

    reads = read(shelf, text)

    assert [True, False] == [each.incomplete for each in reads]
    assert "AAA-002" == reads[1].key
    assert not reads[1].held


def test_a_document_in_another_encoding_is_named(shelf: Shelf) -> None:
    """The message says which one it looks like."""
    (shelf.folder / "catalogue.json").write_bytes(json.dumps(body(), ensure_ascii=False).encode("cp949"))

    (only,) = read_json(shelf.folder / "catalogue.json")

    assert only.incomplete
    assert "CP949" in only.errors[0].message


@pytest.mark.parametrize("padding", [0, 1, 65_530, 65_536, 200_000])
def test_values_across_the_edge_of_a_buffer_are_whole(tmp_path: Path, padding: int) -> None:
    """Texts with brackets, quotes and backslashes in them are texts, wherever the reading pauses."""
    values = [{"a": 'x"}]\\' * 9, "n": number} for number in range(40)]
    document = {"pad": "p" * padding, "rows": values, "after": [1, 2, "]"], "last": -1.5}
    (tmp_path / "d.json").write_text(json.dumps(document, indent=2), encoding="utf-8")

    found = list(members(tmp_path / "d.json", streamed="rows"))

    assert values == [json.loads(member.text) for member in found if member.index is not None]
    rest = {member.name: json.loads(member.text) for member in found if member.index is None}
    assert {"pad": "p" * padding, "after": [1, 2, "]"], "last": -1.5} == rest


def test_an_unread_member_is_a_warning(shelf: Shelf) -> None:
    """A mistyped name is seen, and holds nothing back when it is not needed."""
    document = body()
    document["products"][0]["tagz"] = "x"

    first, _ = read(shelf, json.dumps(document))

    assert first.product is not None
    assert ["catalog.column_unknown"] == [issue.code for issue in first.issues]


def test_the_digest_changes_with_every_word_and_figure(shelf: Shelf, gallery: Callable[[str], Path]) -> None:
    """Whatever a buyer could see or pay is in it; a line that moved is not."""
    before = {each.key: product_digest(each.product) for each in shelf.read() if each.product}

    shelf.spoil("variants.csv", "28000", "28001")
    shelf.spoil("products.csv", "AAA-001,", "AAA-000,AAA,C-X,새것,,,,,draft\nAAA-001,")
    after = {each.key: product_digest(each.product) for each in read_csv(shelf.folder) if each.product}

    assert before["AAA-001"] == after["AAA-001"]
    assert before["AAA-002"] != after["AAA-002"]
