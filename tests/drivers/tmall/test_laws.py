"""Laws for every flow: no spoiled answer crashes it, and it asks the same when asked the same."""

from collections.abc import Callable, Generator, Iterator
from importlib.metadata import entry_points
from typing import Any

import pytest
from attrs import frozen
from tests.drivers.tmall import samples
from tests.drivers.tmall.samples import (
    ADDED,
    ITEM,
    MAIN,
    OFFERS,
    REF,
    SHOP,
    SKUS,
    UPDATE_SCHEMA,
    UPDATED,
    change,
    listing,
    new,
    seen,
    skus,
)

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import drive, spoiled

CHANGES = [sd.OfferChange(REF, OFFERS[sku]) for sku in REF.skus]
WHOLE = {**REF.skus, "GW-SERUM-80": "3"}
RULE_ANSWER = {"tmall_item_add_schema_get_response": {"add_item_result": samples.RULES}}
WRITES = {"tmall.item.schema.add"}


@frozen
class Case:
    """One flow with answers under which it succeeds."""

    name: str
    flow: Callable[[], Generator[sd.Request, sd.Response, Any]]
    answers: tuple[Any, ...]


def cases() -> Iterator[Case]:
    """Every flow of the driver, the long ways included."""
    d: Any = DRIVER
    page = {"items_onsale_get_response": {"total_results": 9_000, "items": {"item": [seen()]}}}
    picture = {"picture_upload_response": {"picture": {"picture_path": "https://img/x.jpg"}}}
    yield Case("category", lambda: d.category(SHOP, sd.CategoryKey("1")), (RULE_ANSWER,))
    yield Case("create", lambda: d.create(SHOP, new()), (ADDED, SKUS))
    yield Case("create found", lambda: d.create(SHOP, new(found=sd.Ref(ITEM))), (SKUS,))
    yield Case(
        "create half",
        lambda: d.create(SHOP, new(listing("30", "80"), found=sd.Ref(ITEM))),
        (skus({"GW-SERUM-30": "1"}), UPDATE_SCHEMA, UPDATED, skus(WHOLE)),
    )
    yield Case(
        "update",
        lambda: d.update(SHOP, change(listing(), listing("30", "80"), added=["GW-SERUM-80"])),
        (UPDATE_SCHEMA, UPDATED, skus(WHOLE)),
    )
    yield Case(
        "update unknown", lambda: d.update(SHOP, change(None, listing())), (UPDATE_SCHEMA, UPDATED, SKUS)
    )
    yield Case(
        "prices",
        lambda: d.prices(SHOP, CHANGES),
        ({"tmall_item_price_update_response": {"price_update_result": ITEM}},),
    )
    yield Case(
        "stock",
        lambda: d.stock(SHOP, CHANGES),
        ({"tmall_item_quantity_update_response": {"quantity_update_result": ITEM}},),
    )
    yield Case("upload", lambda: d.upload(SHOP, sd.Media(MAIN, "image/png", 1)), (picture,))
    for part, word in (("show", "upshelf"), ("hide", "downshelf"), ("end", "delete")):
        done = {f"alibaba_item_operate_{word}_response": {"result": "success"}}
        yield Case(part, lambda part=part: getattr(d, part)(SHOP, REF), (done,))
    found = {"items_custom_get_response": {"items": {"item": [seen()]}}}
    yield Case("find", lambda: d.find(SHOP, sd.Sought("GW-SERUM", tuple(REF.skus))), (found,))
    listed = {"items_seller_list_get_response": {"items": {"item": [seen(), seen(item="8")]}}}
    yield Case("observe", lambda: d.observe(SHOP, [REF, sd.Ref("8", {"X": "8"})]), (listed,))
    yield Case("listings", lambda: d.listings(SHOP, "onsale 2 "), (page,))


CASES = {case.name: case for case in cases()}


def worse(answer: Any) -> Iterator[Any]:
    """The answer spoiled at every place; of a rule document, cut and changed ones."""
    yield from spoiled(answer)
    for envelope, body in answer.items():
        for key, text in body.items():
            if isinstance(text, str) and text.startswith("<"):
                for cut in range(0, len(text), 97):
                    yield {envelope: {**body, key: text[:cut]}}
                for old, new_ in (
                    ("<field ", "<f "),
                    ("id=", "di="),
                    ("input", "wheel"),
                    ("value", "other"),
                    ("199.00", "NaN"),
                    ("299.00", "much"),
                    ("12<", "1E999999<"),
                    ("multiComplex", "input"),
                    ("multiCheck", "complex"),
                    ("complex", "label"),
                    ("update_fields", "fields"),
                    ('id="sku"', 'id="uks"'),
                ):
                    yield {envelope: {**body, key: text.replace(old, new_)}}


def outcome(flow: Generator[sd.Request, sd.Response, Any], *answers: Any) -> Any:
    """The result or the fault; None when the flow ended before the last answer. Anything else comes out."""
    try:
        return drive(flow, *answers)[1]
    except sd.Fault as fault:
        return fault
    except AssertionError as stopped:
        if "left over" not in str(stopped):
            raise
        return None


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_spoiled_answer_raises_anything_but_a_fault(case: Case) -> None:
    """Wrong types, missing keys and cut texts at every place of every answer."""
    tried = 0
    for position, answer in enumerate(case.answers):
        for bad in worse(answer):
            rest = case.answers[position + 1 :]
            tried += 1
            outcome(case.flow(), *case.answers[:position], bad, *rest, *[bad] * 4)

    assert tried > len(case.answers) * 10


@pytest.mark.parametrize("spoiling", [*spoiled(SKUS), sd.Malformed("x"), sd.Rejected("x"), sd.Ambiguous("x")])
def test_a_spoiled_second_answer_keeps_the_listing(spoiling: Any) -> None:
    """Whatever comes after the id, a fault carries the ref of what exists."""
    answers = [spoiling] if isinstance(spoiling, sd.Fault) else [spoiling] * 4
    left = outcome(CASES["create"].flow(), ADDED, *answers)

    assert left is None or ITEM == left.ref.listing


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_input_asks_the_same(case: Case) -> None:
    """A resumed flow replays its recorded answers."""
    first, one = drive(case.flow(), *case.answers)
    second, other = drive(case.flow(), *case.answers)

    assert first == second
    assert one == other


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_effects_say_what_a_repeat_does(case: Case) -> None:
    """What only reads is READ, the making of a listing is ONCE, all other writes may be repeated."""
    requests, _ = drive(case.flow(), *case.answers)
    for request in requests:
        method = request.form["method"]
        expected = (
            sd.Effect.ONCE
            if method in WRITES
            else sd.Effect.READ
            if method.endswith(".get")
            else sd.Effect.SET
        )

        assert (method, expected) == (method, request.effect)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_request_draws_on_a_declared_quota(case: Case) -> None:
    """In every environment, at the one route of the gateway."""
    requests, _ = drive(case.flow(), *case.answers)
    for environment in ("live", "sandbox"):
        quotas = DRIVER.spec.within(environment).quotas

        assert all(request.quota in quotas and request.path == "/router/rest" for request in requests)


def test_the_driver_is_found_by_its_entry_point() -> None:
    """The registry needs no import by name."""
    (found,) = entry_points(group="storesync.drivers", name="tmall")

    assert found.load() is DRIVER


def test_the_parts_say_what_tmall_can_do() -> None:
    """Presence is capability: no refresh, no tickets, no joint offers."""
    assert {
        "category", "check", "create", "end", "find", "hide", "listings", "observe", "prices", "show", "sign",
        "stock", "update", "upload",
    } == DRIVER.parts  # fmt: skip
