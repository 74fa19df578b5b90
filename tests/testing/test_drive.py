"""The tools for driver authors fail loudly when a test and a flow disagree."""

from collections.abc import Generator
from typing import Any

import pytest

import storesync.driver as sd
from storesync.testing import drive, spoiled


def twice() -> sd.Flow[list[Any]]:
    """A flow that asks two things and survives a refusal of the second."""
    first = yield sd.get("/one")
    try:
        second = yield sd.get("/two")
    except sd.Rejected as fault:
        return [first.body, fault.code]
    return [first.body, second.body]


def test_answers_reach_the_flow_in_order() -> None:
    """Bodies, whole responses and faults, each its way."""
    requests, result = drive(twice(), {"n": 2**63}, sd.Response("second"))
    _, refused = drive(twice(), {}, sd.Rejected("no"))

    assert ["/one", "/two"] == [request.path for request in requests]
    assert [{"n": 2**63}, "second"] == result
    assert [{}, "no"] == refused


def test_too_few_answers_name_the_request() -> None:
    """The message tells what was asked."""
    with pytest.raises(AssertionError, match=r"asked 2 times and was given 1 answer; request 2 is GET /two"):
        drive(twice(), {})


def test_too_many_answers_name_the_rest() -> None:
    """A flow that ends early is no success."""
    with pytest.raises(
        AssertionError, match=r"ended after 2 requests, 1 answer left over; .* GET /one; GET /two"
    ):
        drive(twice(), {}, {}, {})


def test_an_uncaught_fault_comes_out() -> None:
    """What the flow does not catch ends it, as in the engine."""
    with pytest.raises(sd.NotFound):
        drive(twice(), sd.NotFound("gone"))


def test_a_float_is_refused() -> None:
    """No answer of a market has one."""
    with pytest.raises(TypeError, match="float"):
        drive(twice(), {"price": 1.5}, {})


def test_what_is_no_request_is_refused() -> None:
    """A driver's bug is named."""

    def wrong() -> Generator[Any, Any, None]:
        yield "GET /"

    with pytest.raises(TypeError, match="'GET /', which is no Request"):
        drive(wrong(), {})


def test_spoiled_changes_one_place_at_a_time() -> None:
    """Missing keys, wrong types and cut texts at every depth; never the answer itself."""
    body = {"a": [{"b": "text"}]}
    worse = list(spoiled(body))

    assert body not in worse
    assert {} in worse
    assert {"a": []} in worse
    assert {"a": [{"b": "te"}]} in worse
    assert {"a": [{"b": None}]} in worse
    assert {"a": [{"b": "text"}]} == body
