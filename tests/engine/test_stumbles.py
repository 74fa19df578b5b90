"""Whatever code raises over an answer, what the market did is in doubt: looked for, never made again."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, profile

from storesync.driver import Request, Response
from storesync.engine.channel import OpenChannel
from storesync.engine.pace import Place
from storesync.errors import DriverError


def raising(error: BaseException) -> Callable[..., Any]:
    """A function that raises this, whatever it is given."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


ERRORS = [KeyError("id"), RecursionError(), TimeoutError(), AssertionError(), DriverError("broken")]
CASES = [
    *(("search", OpenChannel, "masked", error) for error in ERRORS),
    *((by, Place, "taken", ERRORS[0]) for by in ("search", "key", "unique", "address", "none")),
]


@pytest.mark.parametrize(("by", "owner", "name", "error"), CASES)
def test_an_answer_that_nobody_could_read_is_never_followed_by_a_second_listing(
    monkeypatch: pytest.MonkeyPatch, by: Any, owner: type, name: str, error: Exception
) -> None:
    """The market took the create; the code over its answer failed; the runs after that go on from what is there."""
    bench = Bench.opened(item("A"), manners=profile(by))
    bench.plan()  # the shop has been looked at
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, raising(error))
        bench.sync()
    made = [one.id for one in bench.truth.alive("A")]
    for _ in range(3):
        bench.world.loop.skip(60)
        bench.sync()

    assert 1 == len(made)
    assert made == [one.id for one in bench.truth.alive("A")]
    assert ("none" == by) == bool(bench.stand("A").parked)


def test_a_driver_that_fails_in_the_middle_of_an_update_leaves_the_variant_in_doubt() -> None:
    """The new variant was taken; the flow broke on its answer; the next look finds the variant's id."""
    bench = Bench.opened(item("A"))
    bench.sync()
    bench.world.loop.skip(60)
    driver = bench.channel.driver
    usual = driver.update
    assert usual is not None

    def update(shop: Any, change: Any) -> Any:
        yield from usual(shop, change)
        raise KeyError("variants")

    bench.put(item("A", variants=2))
    bench.channel.driver = evolve(driver, update=update)
    bench.sync()
    bench.channel.driver = driver
    bench.sync()

    assert bench.wanted() == bench.live()
    assert 1 == bench.calls("extend")


def test_what_a_driver_wrote_at_an_address_before_it_failed_is_hidden_when_it_leaves_the_catalog() -> None:
    """The flow broke on the answer that told the ids; the product is gone before anybody could go on."""
    bench = Bench.opened(item("A"), item("B"), manners=profile("address"))
    driver = bench.channel.driver
    usual = driver.create
    assert usual is not None

    def create(shop: Any, new: Any) -> Any:
        yield next(usual(shop, new))
        raise KeyError("id")

    bench.plan()
    bench.channel.driver = evolve(driver, create=create)
    bench.sync()
    bench.channel.driver = driver
    assert "A" in bench.live()
    del bench.world.wanted.items["A"]
    bench.sync()
    bench.sync()

    assert {"B"} == set(bench.live())


def test_what_cannot_be_signed_never_left_and_is_in_no_doubt() -> None:
    """A broken signature parks nothing where a lost create would be parked, and its words stay inside."""
    bench = Bench.opened(item("A"), manners=profile("none"))
    driver = bench.channel.driver

    def sign(request: Request, *_: Any) -> Request:
        if request.method == "POST":
            raise ValueError("the key was 'sandbox0secret0plain'")
        assert driver.sign is not None
        return driver.sign(request, *_)

    bench.channel.driver = evolve(driver, sign=sign)
    report = bench.sync()
    stand = bench.stand("A")
    bench.channel.driver = driver
    bench.sync()

    assert (None, "") == (stand.doubt, stand.parked)
    assert ["driver.broken: driver 'plain' cannot sign /listings: ValueError"] == [
        one.said for one in report.outcomes
    ]
    assert bench.wanted() == bench.live()


def test_an_answer_in_a_shape_that_the_mask_breaks_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is a secret of the account as well: what is left of the answer is no JSON any more."""
    bench = Bench.opened(item("A"))
    bench.plan()
    usual = bench.channel.transport.send

    async def send(request: Request, *given: Any) -> Response:
        answer = await usual(request, *given)
        if request.method == "POST":
            return evolve(answer, content=answer.content[:-1] + b',"seller":20481234}')
        return answer

    monkeypatch.setattr(bench.channel.transport, "send", send)
    bench.channel.account = evolve(bench.channel.account, refresh="20481234")
    for _ in range(3):
        bench.sync()
        bench.world.loop.skip(60)

    assert 1 == len(bench.truth.alive("A"))
    assert bench.wanted() == bench.live()
