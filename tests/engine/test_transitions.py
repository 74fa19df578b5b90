"""From this state to that one: each test is one way a shop may go."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import LOOSE, Bench, item, profile, step

from storesync.driver import Denied, Postponed, Rejected
from storesync.engine import OutcomeState
from storesync.errors import Locked, StalePlan, UnsafePlan
from storesync.model import Status
from storesync.plan import GuardLimits, Kind
from storesync.testing.plain import plain_driver

IDENTITIES = ["search", "key", "unique", "address"]


def states(report: Any) -> dict[str, str]:
    """Key and kind to how it ended."""
    return {f"{one.kind.value} {one.key}": one.state.value for one in report.outcomes}


@pytest.mark.parametrize("by", [*IDENTITIES, "none"])
def test_a_new_catalog_is_listed_once_and_then_silent(by: Any) -> None:
    """From nothing to what is wanted, then no call that writes."""
    bench = Bench.opened(item("A"), item("B", variants=3), manners=profile(by))
    assert bench.sync().ok
    writes = bench.truth.writes()

    assert bench.wanted() == bench.live()
    assert 0 == len(bench.plan())
    assert [] == bench.sync().outcomes
    assert writes == bench.truth.writes()


def test_only_what_changed_is_sent() -> None:
    """A new price is a price call, a new title an update, a new stock a stock call."""
    bench = Bench.opened(item("A"), item("B"), item("C"), item("D"))
    bench.sync()
    bench.put(item("A", price=110), item("B", stock=9), evolve(item("C"), title="new"))
    made = bench.plan()

    assert {"update": 1, "prices": 1, "stock": 1} == dict(made.counts)
    assert {"prices A": "done", "stock B": "done", "update C": "done"} == states(bench.apply(made))
    assert bench.wanted() == bench.live()
    assert 4 == bench.calls("create")


def test_what_stops_selling_goes_first_then_stock_then_price_then_content() -> None:
    """The order in which a late call costs most."""
    bench = Bench.opened(*(item(key) for key in "ABCD"))
    bench.sync()
    bench.channel.channel = evolve(bench.channel.channel, workers=1)
    bench.put(
        evolve(item("A"), title="x"),
        item("B", price=101),
        item("C", stock=6),
        item("D", offered=False),
        item("E"),
    )
    before = len(bench.truth.calls)
    bench.sync()

    assert ["hide", "stock", "prices", "change", "create"] == [
        call.operation for call in list(bench.truth.calls)[before:]
    ]


def test_a_draft_is_hidden_and_shown_again() -> None:
    """Leaving the catalog hides, coming back shows; nothing is made anew."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    bench.put(item("A", offered=False))
    bench.sync()

    assert {"B"} == set(bench.live())
    bench.put(item("A"))
    bench.sync()
    assert {"A", "B"} == set(bench.live())
    assert 2 == bench.calls("create")


def test_a_product_gone_from_the_catalog_is_hidden_and_ended_only_on_demand() -> None:
    """Hidden by itself, ended by a person's word."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    del bench.world.wanted.items["A"]
    bench.sync()

    assert ["hidden"] == [one.status for one in bench.truth.alive("A")]
    with pytest.raises(UnsafePlan, match="1 to end"):
        bench.apply(bench.plan(end=["A"]))
    report = bench.apply(bench.plan(end=["A"]), reasons={"end": "discontinued"})
    assert {"end A": "done"} == states(report)
    assert () == bench.truth.alive("A")
    assert 0 == len(bench.plan())


def test_a_broken_row_leaves_what_is_live_as_it_is() -> None:
    """A wrong cell takes nothing off sale."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    before = bench.live()
    bench.put(item("A", price=1, broken=True))
    made = bench.plan()

    assert [] == list(made.operations)
    assert ["A"] == [held.key for held in made.held]
    assert before == bench.live()


@pytest.mark.parametrize("by", IDENTITIES)
@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("fault", ["lost_after", "lost_before", "garbage_after", "error_after", "truncated"])
def test_a_lost_answer_to_a_create_never_makes_two(by: Any, steps: Any, fault: str) -> None:
    """Every identity has its own way to be sure."""
    bench = Bench.opened(item("A"), item("B"), manners=profile(by, steps=steps, lag=3.0))
    bench.faults(step(fault, operation="create"))
    bench.sync()
    bench.faults()
    bench.sync()

    assert {} == bench.truth.duplicates()
    assert bench.wanted() == bench.live()


@pytest.mark.parametrize("shape", ["huge", "nested", "type", "redirect"])
@pytest.mark.parametrize("operation", ["create", "prices", "change", "stock", "search", "get"])
def test_a_hostile_answer_stops_nothing(shape: str, operation: str) -> None:
    """Huge, nested, of a wrong type, pointing elsewhere: the next runs put it right."""
    bench = Bench.opened(item("A"), item("B"))
    bench.faults(step("hostile", shape, operation="create"), step("lost_after", operation="create"))
    bench.sync()
    bench.put(evolve(item("A", price=120, stock=7), title="new"))
    bench.faults(step("hostile", shape, operation=operation), step("hostile", shape, operation=operation))
    for _ in range(3):
        bench.sync()

    assert {} == bench.truth.duplicates()
    assert bench.wanted() == bench.live()


def test_without_identity_a_doubtful_create_waits_for_a_person() -> None:
    """Nobody guesses; the others go on."""
    bench = Bench.opened(item("A"), item("B"), manners=profile("none"))
    bench.faults(step("lost_after", operation="create"))
    report = bench.sync()

    assert sorted(["parked", "done"]) == sorted(states(report).values())
    parked = next(one.key for one in report.outcomes if one.state is OutcomeState.PARKED)
    assert "storesync resolve" in bench.stand(parked).parked
    assert [] == bench.sync().outcomes
    assert {} == bench.truth.duplicates()


def test_one_bad_listing_of_ten_stops_no_other() -> None:
    """What the market refuses is told, and sent again only when it changes."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(10)))
    bench.faults(step("refuse", operation="create"))
    report = bench.sync()
    (bad,) = report.bad

    assert {"done": 9, "refused": 1} == dict(report.counts)
    assert 9 == len(bench.live())
    assert [bad.key] == [held.key for held in bench.plan().held]
    bench.put(evolve(item(bad.key), title="better"))
    assert {f"create {bad.key}": "done"} == states(bench.sync())
    assert bench.wanted() == bench.live()


def test_a_plan_is_refused_when_the_state_moved() -> None:
    """Two plans, one applied: the other is old."""
    bench = Bench.opened(item("A"))
    one, other = bench.plan(), bench.plan()
    bench.apply(one)
    writes = bench.truth.writes()
    with pytest.raises(StalePlan, match="plan again"):
        bench.apply(other)

    assert writes == bench.truth.writes()


def test_a_plan_of_another_channel_is_refused() -> None:
    """The name on the plan counts."""
    bench = Bench.opened(item("A"))
    with pytest.raises(StalePlan, match="for channel 'else'"):
        bench.apply(evolve(bench.plan(), channel="else"))


@pytest.mark.parametrize(
    ("limits", "change", "guard"),
    [
        (GuardLimits(floor=1), lambda b: [b.world.wanted.items.pop(k) for k in ("P0", "P1", "P2")], "hidden"),
        (GuardLimits(), lambda b: b.world.wanted.items.clear(), "empty source"),
        (GuardLimits(), lambda b: b.put(item("P0", price=900)), "price swing"),
        (
            GuardLimits(floor=1),
            lambda b: b.put(*(evolve(item(f"P{n}"), title="x") for n in range(6))),
            "touched",
        ),
    ],
)
def test_a_guard_stops_everything_until_a_reason_is_given(
    limits: GuardLimits, change: Any, guard: str
) -> None:
    """A catastrophe sends nothing; a person's reason is kept."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(10)))
    bench.sync()
    change(bench)
    made, writes = bench.plan(limits=limits), bench.truth.writes()
    with pytest.raises(UnsafePlan, match=guard):
        bench.apply(made)
    with pytest.raises(UnsafePlan, match=guard):
        bench.apply(made, reasons={guard: "  "})

    assert guard in [one.name for one in made.tripped]
    assert writes == bench.truth.writes()
    assert bench.apply(made, reasons={one.name: "season ends" for one in made.tripped}).ok


def test_a_price_that_cannot_be_compared_trips_the_guard() -> None:
    """Won where yuan stood is a unit flip, not a new market."""
    bench = Bench.opened(item("A"))
    bench.sync()
    free = evolve(bench.world.wanted.items["A"], offers={"A-0": (Decimal(0), 5)})
    bench.put(free)
    bench.apply(bench.plan(), reasons={"zero price": "a gift"})
    bench.put(item("A", price=100))

    assert ["price swing"] == [one.name for one in bench.plan(limits=GuardLimits()).tripped]


def test_a_lost_hide_is_repeated_until_it_holds() -> None:
    """What should be off sale is off sale."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    bench.put(item("A", offered=False))
    bench.faults(step("lost_before", "read", operation="hide", times=20))
    assert not bench.sync().ok
    bench.faults()
    bench.sync()

    assert {"B"} == set(bench.live())


@pytest.mark.parametrize("then", [100, 107])
def test_a_price_in_doubt_is_sent_again_wherever_the_merchant_goes(then: int) -> None:
    """The market took a price, its answers were lost, and the merchant went back to the old one, or on to another."""
    bench = Bench.opened(item("A", 100), item("B"))
    bench.sync()
    bench.put(item("A", 105))
    bench.faults(step("lost_after", operation="prices", times=20))
    assert not bench.sync().ok
    bench.faults()
    bench.put(item("A", then))
    assert bench.sync().ok

    assert bench.wanted() == bench.live()


@pytest.mark.parametrize("by", IDENTITIES)
def test_a_create_in_doubt_is_looked_for_before_its_product_counts_as_not_there(by: Any) -> None:
    """The create arrived, its answers did not, and the merchant withdrew the product meanwhile."""
    bench = Bench.opened(item("A"), item("B"), manners=profile(by, lag=2.0))
    bench.faults(
        *(step("lost_after", operation="create") for _ in range(60)),
        step("lost_after", operation="search", times=60),
    )
    bench.sync()
    bench.put(item("A", offered=False), item("B", offered=False))
    bench.faults()
    for _ in range(2):
        bench.sync()

    assert {} == bench.live()
    assert {} == bench.truth.duplicates()


def test_drift_is_found_and_repaired() -> None:
    """A hand in the shop: price, stock, off sale, deleted."""
    bench = Bench.opened(*(item(key) for key in "ABCDE"))
    bench.sync()
    by_key = {one.key: one.id for one in bench.truth.alive()}
    bench.truth.edit(by_key["A"], price=Decimal(1))
    bench.truth.edit(by_key["B"], stock=77)
    bench.truth.edit(by_key["C"], status="hidden")
    bench.truth.edit(by_key["D"], status="deleted")
    found = bench.observe()

    assert [
        "A A-0 price: acknowledged 100.00 CNY, the market shows 1.00 CNY",
        "B B-0 stock: acknowledged 5, the market shows 77",
        "C on sale: acknowledged yes, the market shows no",
        "D is gone from the shop",
    ] == found
    assert {"create": 1, "prices": 1, "stock": 1, "show": 1} == dict(bench.plan().counts)
    bench.sync()
    assert bench.wanted() == bench.live()
    assert [] == bench.observe()


def test_what_the_seller_owns_is_left_alone() -> None:
    """`owned_by_seller` is a promise."""
    bench = Bench.opened(item("A"))
    bench.sync()
    bench.channel.channel = evolve(bench.channel.channel, owned_by_seller=("prices", "stock", "shown"))
    (listing,) = bench.truth.alive()
    bench.truth.edit(listing.id, price=Decimal(1), stock=77, status="hidden")

    assert [
        "A A-0 price: the seller changed 100.00 CNY to 1.00 CNY; it stays",
        "A A-0 stock: the seller changed 5 to 77; it stays",
        "A on sale: the seller changed yes to no; it stays",
    ] == bench.observe()
    assert 0 == len(bench.plan())
    bench.put(item("A", price=150, stock=8))
    assert 0 == len(bench.plan())
    assert [] == bench.observe()


def test_a_second_run_is_told_who_is_at_work_and_since_when() -> None:
    """Two processes never work on one channel."""
    bench = Bench.opened(item("A"))
    made, rival = bench.plan(), bench.rival()

    async def both() -> str:
        from storesync.engine import apply, at_work

        async with at_work(bench.channel):
            try:
                await apply(rival, made)
            except Locked as locked:
                return str(locked)
        return ""

    said = bench.run(both())
    assert "channel 'plain-cn': host:1/" in said
    assert "is at work since 2026-11-23T" in said
    assert 0 == bench.truth.writes()


def test_two_runs_of_one_process_are_rivals_too() -> None:
    """The same owner twice would settle requests that are still on their way."""
    bench = Bench.opened(item("A"))

    async def both() -> None:
        from storesync.engine import at_work

        async with at_work(bench.channel), at_work(bench.channel):
            raise AssertionError("two at work")

    with pytest.raises(Locked):
        bench.run(both())


def test_a_stale_lease_is_taken_over_and_its_old_owner_refused() -> None:
    """A process that slept is told who works now, and sends nothing more."""
    bench = Bench.opened(item("A"))
    made, rival = bench.plan(), bench.rival()

    async def sleep_through() -> None:
        from storesync.engine import apply, at_work

        async with at_work(bench.channel) as old:
            bench.world.loop.skip(3_600.0)  # the machine was asleep: no keeper ran
            report = await apply(rival, made)
            assert report.ok
            with pytest.raises(Locked, match="is over"):
                await old.write(lambda db: None)
            await bench.channel.env.sleep(100.0)
            raise AssertionError("the keeper stops the old owner")

    with pytest.raises(Locked, match="lease of host:1"):
        bench.run(sleep_through())
    assert bench.wanted() == bench.live()


def test_a_denied_account_stops_the_channel_and_defers_the_rest() -> None:
    """No use in asking a hundred times."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(8)))
    usual = bench.world.driver.classify

    def classify(request: Any, answer: Any) -> Any:
        fault = usual(request, answer)
        return Denied("suspended", "the shop is suspended") if fault and fault.code == "refused" else fault

    bench.channel.driver = evolve(bench.world.driver, classify=classify)
    bench.faults(step("refuse", operation="create", times=50))
    report = bench.sync()

    assert "suspended" in report.stopped
    assert {"deferred": 8} == dict(report.counts)
    assert 4 >= bench.truth.writes()  # one per worker was on its way
    bench.faults()
    bench.sync()
    assert bench.wanted() == bench.live()
    assert {} == bench.truth.duplicates()


def test_a_postponed_listing_waits_and_the_others_go_on() -> None:
    """A promotion lock is nobody's fault."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    bench.put(evolve(item("A"), title="x"), evolve(item("B"), title="y"))
    usual, locked = bench.world.driver.classify, {str(one.id) for one in bench.truth.alive("A")}

    def classify(request: Any, answer: Any) -> Any:
        if request.method == "PATCH" and request.path.split("/")[2] in locked:
            return Postponed("promotion", "locked until Sunday")
        return usual(request, answer)

    bench.channel.driver = evolve(bench.world.driver, classify=classify)
    assert {"update A": "postponed", "update B": "done"} == states(bench.sync())
    bench.channel.driver = bench.world.driver
    assert {"update A": "done"} == states(bench.sync())


def test_an_all_or_nothing_batch_is_halved_until_the_bad_one_is_alone() -> None:
    """Nineteen good prices go through beside one that the market refuses."""
    bench = Bench.opened(item("A", variants=16))
    bench.sync()
    bench.put(item("A", price=120, variants=16))
    usual = bench.world.driver.classify

    def classify(request: Any, answer: Any) -> Any:
        if request.path.endswith("/prices") and b'"A-11"' in request.payload:
            return Rejected("price", "A-11 is too dear")
        return usual(request, answer)

    bench.channel.driver = evolve(bench.world.driver, classify=classify)
    report = bench.sync()
    (bad,) = report.bad

    assert ("A-11",) == bad.skus
    assert "A-11 is too dear" in bad.said
    assert 15 == sum(
        price == 120
        for price in [
            one.have_prices["CN"].sale.amount for one in bench.stand("A").offers.values() if one.have_prices
        ]
    )
    assert 0 == len(bench.plan(limits=LOOSE))


def test_a_token_that_ended_is_renewed_once_for_all_workers() -> None:
    """Four workers learn it at once; one renews."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(12)))
    bench.truth.expire_tokens("plain-shop")

    assert bench.sync().ok
    assert 1 == bench.calls("refresh")
    assert bench.wanted() == bench.live()


def test_a_renewed_token_serves_the_next_process() -> None:
    """It was saved before its first use."""
    bench = Bench.opened(item("A"))
    bench.truth.expire_tokens("plain-shop")
    bench.sync()
    bench.put(item("B"))

    assert bench.sync(bench.rival()).ok
    assert 1 == bench.calls("refresh")


def test_a_market_that_refuses_every_token_is_not_asked_for_ever() -> None:
    """Two renewals of one request are enough."""
    bench = Bench.opened(item("A"))
    bench.faults(step("token_expired", operation="create", times=50))
    report = bench.sync()

    assert "authorize it again" in report.stopped
    assert 3 > bench.calls("refresh")


def test_a_refresh_whose_answer_was_lost_twice_asks_for_a_person() -> None:
    """The single-use token may be spent: nothing else can be done, and nothing is sent in the dark."""
    bench = Bench.opened(item("A"), item("B"))
    bench.truth.expire_tokens("plain-shop")
    bench.faults(step("lost_after", operation="refresh", times=5))
    report = bench.sync()

    assert "authorize it again" in report.stopped
    assert "sandbox0refresh0plain" not in report.stopped
    assert {} == bench.live()


def test_an_unreachable_token_server_is_waited_for() -> None:
    """Nothing left this machine: the refresh token is still good."""
    bench = Bench.opened(item("A"))
    bench.truth.expire_tokens("plain-shop")
    bench.faults(step("lost_before", "connect", operation="refresh", times=3))

    assert bench.sync().ok
    assert bench.wanted() == bench.live()


def test_retry_after_is_kept_to_and_bounded() -> None:
    """A market that asks for a day is left alone, and the run ends."""
    bench = Bench.opened(item("A"))
    usual = bench.world.driver.classify
    bench.channel.driver = evolve(
        bench.world.driver,
        classify=lambda request, answer: _told(usual(request, answer), 86_400.0),
    )
    bench.faults(step("throttle", operation="create", times=50))
    began = bench.world.loop.time()
    report = bench.sync()

    assert not report.ok
    assert "left alone" in report.stopped
    assert 400.0 > bench.world.loop.time() - began


def _told(fault: Any, wait: float) -> Any:
    if fault is not None:
        fault.retry_after = wait
    return fault


def test_concurrent_requests_do_not_share_their_tries() -> None:
    """Each worker counts its own attempts: four busy listings take four times as many."""
    bench = Bench.opened(*(item(f"P{n}") for n in range(4)))
    bench.sync()
    bench.put(*(evolve(item(f"P{n}"), title="x") for n in range(4)))
    bench.faults(step("error_before", operation="change", times=20))

    assert bench.sync().ok
    assert 24 == bench.calls("change")


@pytest.mark.parametrize("by", IDENTITIES)
def test_a_doubt_is_settled_after_a_crash_wherever_it_falls(by: Any) -> None:
    """A process dies at each place where it could; the next one makes everything right."""
    at, dead = 0, True
    while dead:
        at += 1
        bench = Bench.opened(item("A", variants=2), manners=profile(by, steps=2, lag=1.0))
        dead = bench.die(at)
        bench.world.loop.skip(61.0)
        fresh = bench.rival()
        for _ in range(2):
            bench.sync(fresh)

        assert {} == bench.truth.duplicates(), at
        assert bench.wanted() == bench.live(), at
        assert [] == bench.world.unjournaled, at
        bench.close()


def test_a_rejected_status_is_the_markets_own_decision() -> None:
    """A banned listing is told, not shown again every day."""
    bench = Bench.opened(item("A"))
    bench.sync()
    usual = bench.world.driver.observe
    assert usual is not None

    def banned(shop: Any, refs: Any) -> Any:
        seen = yield from usual(shop, refs)
        return {name: evolve(one, status=Status.REJECTED) for name, one in seen.items()}

    bench.channel.driver = evolve(bench.world.driver, observe=banned)
    assert [] == bench.observe()
    assert Status.REJECTED is bench.stand("A").status
    assert 0 == len(bench.plan())


def test_operations_tell_their_history() -> None:
    """The journal knows what was asked and how it ended."""
    bench = Bench.opened(item("A"))
    bench.sync()
    bench.put(item("A", price=120))
    bench.sync()

    assert [("prices", "done", 1), ("create", "done", 1)] == [
        (one["kind"], one["state"], one["requests"]) for one in bench.history("A")
    ]
    assert {Kind.CREATE.value: 1} == dict(Bench.opened(item("A")).plan().counts)
    assert plain_driver().spec.name == "plain"
