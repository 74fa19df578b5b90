"""Answers are read by path and type: a wrong shape is a Malformed fault, never a KeyError."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import storesync.driver as sd
from storesync.driver import Part, Response
from storesync.testing import spoiled

BODY = {
    "response": {
        "id": 9007199254740993,
        "name": "精华",
        "price": Decimal("219.00"),
        "models": [{"sku": "S-1", "id": 11}, {"sku": "S-2", "id": "12"}, {"id": 13}],
        "inner": '{"a": [1]}',
        "xml": "<r><f id='1'/></r>",
        "empty": "",
        "flag": True,
        "none": None,
    }
}
PART = Part(BODY)


def test_values_are_found_by_path_and_type() -> None:
    """Ids beyond 2^53 and digits of prices survive."""
    assert "精华" == PART.at("response.name", str)
    assert "9007199254740993" == PART.id("response.id")
    assert Decimal("219.00") == PART.decimal("response.price")
    assert 12 == PART.whole("response.models.1.id")
    assert {"S-1": "11", "S-2": "12"} == PART.ids("response.models", "sku", "id")
    assert [1] == PART.inner("response.inner").at("a", list)
    assert "f" == PART.xml("response.xml")[0].tag
    assert "" == PART.text("response.nothing")
    assert PART.maybe("response.models.7.id") is None


@pytest.mark.parametrize(
    "read",
    [
        lambda part: part.at("response.nothing", str),
        lambda part: part.at("response.name", int),
        lambda part: part.at("response.flag", int),
        lambda part: part.at("response.models.9", dict),
        lambda part: part.at("response.name.deeper", str),
        lambda part: part.id("response.empty"),
        lambda part: part.id("response.flag"),
        lambda part: part.id("response.price"),
        lambda part: part.text("response.models"),
        lambda part: part.text("response.flag"),
        lambda part: part.decimal("response.name"),
        lambda part: part.whole("response.price.x"),
        lambda part: part.inner("response.name"),
        lambda part: part.xml("response.name"),
        lambda part: part.each("response.name"),
        lambda part: Part({"a": [1, 2]}).each("a"),
        lambda part: Part({"a": "1.5"}).whole("a"),
        lambda part: Part({"a": "NaN"}).decimal("a"),
        lambda part: Part({"a": "1e999999999"}).whole("a"),
        lambda part: Part({"a": "[" * 5_000}).inner("a"),
        lambda part: Part({"a": '<!DOCTYPE r [<!ENTITY e "x">]><r>&e;</r>'}).xml("a"),
    ],
)
def test_a_wrong_shape_is_malformed(read: Any) -> None:
    """Whatever a market sends, a flow sees one kind of fault."""
    with pytest.raises(sd.Malformed):
        read(PART)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"list": []}, "list"),
        ({"list": None}, "list"),
        ({}, "list"),
        ({"response": {}}, "response.list"),
        ({"response": {"list": None}}, "response.list"),
    ],
)
def test_nothing_found_is_none(body: Any, path: str) -> None:
    """The envelope is there, the list is empty or left out."""
    assert [] == Response(body).each(path)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (None, "list"),
        ("<html>", "list"),
        (0, "list"),
        ([], "list"),
        ({}, "response.list"),
        ({"error": "x"}, "response.list"),
        ({"response": None}, "response.list"),
        ({"response": []}, "response.list"),
        ({"response": "later"}, "response.list"),
    ],
)
def test_nothing_understood_is_never_nothing_found(body: Any, path: str) -> None:
    """An error page read as an empty search would make a listing twice."""
    with pytest.raises(sd.Malformed):
        Response(body).each(path)


def test_a_row_may_lack_anything() -> None:
    """Markets leave out what is empty: a row is no envelope."""
    assert [] == Part({"id": 1}).each("skus.sku")


def test_a_single_object_is_a_list_of_one() -> None:
    """Gateways that translate XML lose the list around one element."""
    assert ["7"] == [row.id("id") for row in Part({"a": {"row": {"id": 7}}}).each("a.row")]


@given(st.sampled_from(list(spoiled(BODY))))
def test_no_spoiled_answer_raises_anything_but_malformed(body: Any) -> None:
    """Every reader bears every answer."""
    part = Part(body)
    for read in (part.id, part.text, part.decimal, part.whole, part.each, part.inner, part.xml):
        for path in ("response.id", "response.models", "response.inner", "response.xml", "response"):
            try:
                read(path)  # type: ignore[operator]  # each takes a path
            except sd.Malformed:
                continue


def test_headers_are_found_whatever_their_case() -> None:
    """HTTP does not care, so a driver must not."""
    answer = Response({}, headers={"Retry-After": "3"})

    assert "3" == answer.header("retry-after")
    assert "" == answer.header("etag")
