"""Laws for every flow: no spoiled answer crashes it, the same input asks the same, effects are right."""

from collections.abc import Callable, Generator, Iterator
from importlib.metadata import entry_points
from typing import Any

import pytest
from attrs import evolve, frozen
from tests.drivers.shopee.samples import (
    BARE,
    CATEGORY,
    DRIVER,
    SHOP,
    Emulated,
    change,
    listing,
    new,
    offers,
    variant,
)

import storesync.driver as sd
from storesync.testing import drive, spoiled

ONCE = {"add_item", "init_tier_variation", "add_model", "get"}  # the last is auth/access_token/get


@frozen
class Case:
    """One flow with the emulated shop's answers to it."""

    flow: Callable[[], Generator[sd.Request, sd.Response, Any]]
    requests: tuple[sd.Request, ...]
    answers: tuple[Any, ...]


def recorded(shop: Emulated, flow: Callable[[], Generator[sd.Request, sd.Response, Any]]) -> Case:
    """The flow with what the shop answered."""
    running, answers, requests = flow(), [], []
    request = next(running)
    while True:
        requests.append(request)
        answer = shop._answer(request)
        assert DRIVER.classify(request, answer) is None
        answers.append(answer.body)
        try:
            request = running.send(answer)
        except StopIteration:
            return Case(flow, tuple(requests), tuple(answers))


def cases() -> Iterator[tuple[str, Case]]:
    """Every flow of the driver, the long ways included."""
    d: Any = DRIVER
    shop = Emulated.made()
    picture = shop.picture()
    one, two = listing(variant("30")), listing()
    yield "upload", recorded(shop, lambda: d.upload(SHOP, sd.Media("a" * 64, "image/jpeg", 1)))
    yield "create", recorded(shop, lambda: d.create(SHOP, new(two, picture)))
    yield "create single", recorded(shop, lambda: d.create(SHOP, new(one, picture)))
    ref = shop.run(d.create(SHOP, new(two, picture))).ref
    three = listing(variant("30"), variant("50"), variant("80"))
    half = evolve(ref, skus={"GW-30": ref.skus["GW-30"]})
    yield "create found", recorded(shop, lambda: d.create(SHOP, new(three, picture, found=half)))
    yield "find", recorded(shop, lambda: d.find(SHOP, sd.Sought("GW", tuple(ref.skus))))
    yield "observe", recorded(shop, lambda: d.observe(SHOP, [ref]))
    yield "listings", recorded(shop, lambda: d.listings(SHOP, None))
    changes = [sd.OfferChange(ref, offer) for offer in offers(two).values()]
    yield "prices", recorded(shop, lambda: d.prices(SHOP, changes))
    yield "stock", recorded(shop, lambda: d.stock(SHOP, changes))
    yield "update", recorded(shop, lambda: d.update(SHOP, change(None, two, ref, picture)))
    other = listing(variant("80"), variant("30", code="OTHER"))
    yield "update renamed", recorded(shop, lambda: d.update(SHOP, change(two, other, ref, picture)))
    fresh = shop.run(d.create(SHOP, new(two, picture))).ref
    away = listing(variant("80"))
    yield "update replaced", recorded(shop, lambda: d.update(SHOP, change(two, away, fresh, picture)))
    for part in ("hide", "show", "end"):
        yield part, recorded(shop, lambda part=part: getattr(d, part)(SHOP, ref))
    yield "category", recorded(shop, lambda: d.category(SHOP, sd.CategoryKey(CATEGORY.id)))
    yield "discover", recorded(shop, lambda: d.discover(BARE))
    yield "refresh", recorded(shop, lambda: d.refresh(shop.account))


CASES = dict(cases())
FAULTS = (sd.Rejected("x"), sd.NotFound("x"), sd.Malformed("x"), sd.Ambiguous("x"))
SPOILED = [*spoiled({"error": "", "response": {"model": []}}), *FAULTS]


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


def thinned(answer: Any) -> Any:
    """The answer with at most two of each list, so that spoiling every place of it stays quick."""
    if isinstance(answer, dict):
        return {key: thinned(part) for key, part in answer.items()}
    return [thinned(part) for part in answer[:2]] if isinstance(answer, list) else answer


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_spoiled_answer_raises_anything_but_a_fault(case: Case) -> None:
    """Wrong types, missing keys and cut texts at every place of every answer."""
    tried = 0
    for position, answer in enumerate(case.answers):
        for bad in spoiled(thinned(answer)):
            rest = case.answers[position + 1 :]
            tried += 1
            outcome(case.flow(), *case.answers[:position], bad, *rest, *[bad] * 12)

    assert tried > len(case.answers) * 10


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize("spoiling", SPOILED)
def test_whatever_follows_the_id_keeps_the_listing(spoiling: Any, position: int) -> None:
    """A fault in the second or third step carries the ref of what exists."""
    case = CASES["create"]
    left = outcome(case.flow(), *case.answers[:position], *[spoiling] * 9)

    assert left is None or str(case.answers[0]["response"]["item_id"]) == left.ref.listing


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_input_asks_the_same(case: Case) -> None:
    """A resumed flow replays its recorded answers."""
    first, one = drive(case.flow(), *case.answers)
    second, other = drive(case.flow(), *case.answers)

    assert list(case.requests) == first == second
    assert one == other


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_effects_say_what_a_repeat_does(case: Case) -> None:
    """What makes something new is ONCE, a GET is READ, all other writes may be repeated."""
    for request in case.requests:
        name = request.path.partition("?")[0].rpartition("/")[2]
        made = request.method == "POST" and name in ONCE
        expected = sd.Effect.ONCE if made else sd.Effect.READ if request.method == "GET" else sd.Effect.SET

        assert (name, expected) == (name, request.effect)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_request_draws_on_a_declared_quota(case: Case) -> None:
    """In every environment, below the one root of the interface."""
    for environment in DRIVER.spec.hosts:
        quotas = DRIVER.spec.within(environment).quotas

        assert all(one.quota in quotas and one.path.startswith("/api/v2/") for one in case.requests)


def test_the_driver_is_found_by_its_entry_point() -> None:
    """The registry needs no import by name."""
    (found,) = entry_points(group="storesync.drivers", name="shopee")

    assert found.load() is DRIVER


def test_the_parts_say_what_shopee_can_do() -> None:
    """Presence is capability: no tickets, no documents of many listings, no joint offers, no told quota."""
    assert {
        "category", "check", "create", "discover", "end", "event", "find", "hide", "listings", "observe",
        "prices", "refresh", "show", "sign", "stock", "update", "upload",
    } == DRIVER.parts  # fmt: skip
