"""The planner's cheap question gives every listing that needs something, and the numbers of the rest."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection
from tests.state.samples import CHANNEL, NOW, offer, settled, wanted

from storesync.driver import Driver, Spec
from storesync.engine.diff import blocked, operations
from storesync.issues import Issue, Severity
from storesync.model import Money, Offer, Price, Ref, Status, Ticket
from storesync.plan import Kind
from storesync.state import ENDED, HIDDEN, SHOWN, UNKNOWN, Standing, Store, due, standing
from storesync.testing.plain import plain_driver

KEY = "SBG-001"
DRIVER = plain_driver()


def keys(store: Store) -> list[str]:
    """The keys of what is pending."""
    return store.read_now(lambda db: [stand.key for stand in due.pending(db, CHANNEL)])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": Status.HIDDEN},
        {"token": "t" * 32, "remarks": (Issue("market.note", KEY, "shown with a note"),)},
        {"asked": "", "unsettled": NOW},
        {"have_causes": {"catalog": "another"}},
    ],
    ids=lambda values: ",".join(values) or "as wanted",
)
def test_a_listing_that_stands_as_wanted_is_not_read(store: Store, values: Mapping[str, Any]) -> None:
    """An unchanged shop costs nothing, whatever else is noted of it."""
    store.write_now(lambda db: settled(db, KEY, **values))

    assert [] == keys(store)


@pytest.mark.parametrize(
    "values",
    [
        {"have": UNKNOWN},
        {"have": ""},
        {"want": "0" * 32},
        {"made": False},
        {"ref": None},
        {"ref": Ref("1", {"SBG-001-30": "1"})},
        {"ref": Ref("1", {"SBG-001-30": "1", "SBG-001-50": "2", "SBG-001-99": "3"})},
        {"have_shown": HIDDEN},
        {"have_shown": UNKNOWN},
        {"ticket": Ticket("review", "T-1")},
        {"doubt": NOW},
        {"parked": "look"},
        {"refused": "0" * 32},
        {"held": True},
        {"want_shown": False},
        {"want_shown": False, "have_shown": UNKNOWN},
        {"want_shown": False, "have_shown": ""},
        {"want_shown": False, "ref": None, "doubt": NOW},
    ],
    ids=lambda values: ",".join(f"{name}={value!r}"[:24] for name, value in values.items()),
)
def test_a_listing_with_something_open_is_read(store: Store, values: Mapping[str, Any]) -> None:
    """One difference is enough, and the others are left alone."""

    def write(db: Connection) -> None:
        settled(db, "SBG-000")
        settled(db, KEY, **values)

    store.write_now(write)

    assert [KEY] == keys(store)


@pytest.mark.parametrize("have_shown", [HIDDEN, ENDED])
def test_a_listing_off_sale_as_wanted_is_not_read(store: Store, have_shown: str) -> None:
    """What is hidden stays hidden without being looked at, also when its offers were never acknowledged."""

    def write(db: Connection) -> None:
        settled(db, KEY, want_shown=False, have_shown=have_shown)
        standing.doubt_offers(db, CHANNEL, ["SBG-001-30"], prices=True, stock=True)

    store.write_now(write)

    assert [] == keys(store)


def test_a_product_that_was_never_offered_is_not_read(store: Store) -> None:
    """A draft is counted and no more."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(shown=False)))

    assert [] == keys(store)
    assert 1 == store.read_now(lambda db: due.counts(db, CHANNEL)).not_offered


@pytest.mark.parametrize("change", ["price", "list price", "stock", "doubted prices", "doubted stock"])
def test_a_listing_with_another_offer_is_read(store: Store, change: str) -> None:
    """A price or stock figure that differs, or that nobody knows, is found without reading the others."""
    old = offer("SBG-001-50")
    price = old.prices["CN"]
    new = {
        "price": evolve(old, prices={"CN": Price(Money(Decimal("219.01"), "CNY"))}),
        "list price": evolve(old, prices={"CN": evolve(price, list=Money(Decimal("300"), "CNY"))}),
        "stock": evolve(old, stock=0),
    }.get(change, old)

    def write(db: Connection) -> None:
        settled(db, "SBG-000")
        settled(db, KEY)
        standing.want(db, CHANNEL, wanted(offers={"SBG-001-30": offer("SBG-001-30"), "SBG-001-50": new}))
        standing.doubt_offers(
            db,
            CHANNEL,
            ["SBG-001-50"],
            prices=change == "doubted prices",
            stock=change == "doubted stock",
        )

    store.write_now(write)

    assert [KEY] == keys(store)


def test_a_listing_whose_variant_moved_away_is_read(store: Store) -> None:
    """The market still sells it there."""

    def write(db: Connection) -> None:
        settled(db, KEY)
        settled(db, "SBG-009")
        standing.want(db, CHANNEL, wanted("SBG-009", skus=("SBG-009-1", "SBG-001-30")))

    store.write_now(write)

    assert [KEY, "SBG-009"] == keys(store)


def test_pending_listings_come_whole_and_in_key_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the same values that reading everything gives, however many are read at a time."""
    monkeypatch.setattr(due, "_CHUNK", 3)

    def write(db: Connection) -> None:
        for number in range(20, 0, -1):
            settled(db, f"P{number:02}", **({"have": UNKNOWN} if number % 2 else {}))

    store.write_now(write)
    everything = store.read_now(lambda db: list(standing.read_all(db, CHANNEL)))

    assert [stand for stand in everything if stand.have == UNKNOWN] == store.read_now(
        lambda db: list(due.pending(db, CHANNEL))
    )


def test_a_plan_misses_nothing_when_it_reads_only_what_is_pending(store: Store) -> None:
    """Over random histories: every listing with an operation, a ticket or a reason to be held is pending."""
    rng = Random(20261123)
    names = [f"P{number:03}" for number in range(150)]
    store.write_now(lambda db: [muddle(db, rng, name) for name in names])
    everything = store.read_now(lambda db: list(standing.read_all(db, CHANNEL)))
    needed = {stand.key for stand in everything if needs(stand)}
    found = set(keys(store))
    counted = store.read_now(lambda db: due.counts(db, CHANNEL))
    shown = Counter(blocked_by(stand) for stand in everything if stand.want_shown)

    assert set() == needed - found
    assert 20 < len(needed) < 130
    assert len(found) < len(names)
    assert (
        due.Counts(
            listings=len(names),
            pending=sum(stand.want_shown for stand in everything if stand.key in found),
            unchanged=sum(stand.want_shown for stand in everything if stand.key not in found),
            not_offered=sum(not stand.want_shown for stand in everything),
            live=sum(stand.have_shown == SHOWN for stand in everything),
            waiting=sum(stand.ticket is not None for stand in everything),
            held=shown["held"],
            parked=shown["parked"],
            refused=shown["refused"],
        )
        == counted
    )


def muddle(db: Connection, rng: Random, key: str) -> None:
    """One listing after a few random events."""
    settled(db, key)
    events: list[dict[str, Any]] = [
        {"have": UNKNOWN},
        {"made": False},
        {"made": False, "ref": None, "have": "", "have_shown": ""},
        {"ref": Ref("1", {"another": "1"})},
        {"have_shown": rng.choice([HIDDEN, UNKNOWN, ENDED, ""])},
        {"ticket": Ticket("review", key)},
        {"doubt": NOW},
        {"parked": "look"},
        {"held": True},
        {"want_shown": False},
        {"want_shown": False, "have_shown": HIDDEN},
    ]
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        standing.change(db, CHANNEL, key, **rng.choice(events))
    sku = f"{key}-1"
    if rng.random() < 0.1:
        stand = standing.read(db, CHANNEL, key)
        assert stand is not None
        standing.change(db, CHANNEL, key, refused=stand.want)
    if rng.random() < 0.15:
        standing.want(
            db, CHANNEL, wanted(key, offers={sku: Offer(sku, offer(sku).prices, rng.randrange(300))})
        )
    if rng.random() < 0.1:
        standing.doubt_offers(db, CHANNEL, [sku], prices=True)


def needs(stand: Standing) -> bool:
    """Whether the engine would do, ask or tell something, whichever way its driver writes."""
    if stand.ticket is not None or (stand.want_shown and blocked(stand)):
        return True
    bundled = evolve(DRIVER, prices=None, stock=None)
    ways: list[tuple[Driver[Any, Any], Spec]] = [
        (DRIVER, DRIVER.spec),
        (bundled, evolve(DRIVER.spec, update=frozenset({"carries offers"}))),
    ]
    documents = {"after": {}, "before": None, "sent": ()}
    return any(
        operation.kind is not Kind.UPLOAD
        for driver, spec in ways
        for operation in operations(stand, driver, spec, **documents)  # type: ignore[arg-type]  # one of each
    )


def blocked_by(stand: Standing) -> str:
    """What holds a listing back, the first of it."""
    if not blocked(stand):
        return ""
    return "held" if stand.held else "parked" if stand.parked else "refused"


def test_the_planners_question_is_answered_by_the_indexes(store: Store) -> None:
    """A million listings that stand as wanted are not looked through for one that does not."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by the numbers of rows")

    def explain(db: Connection) -> list[str]:
        query, _ = due._PENDING._compile(db)
        return [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (CHANNEL, CHANNEL))]

    steps = store.read_now(explain)
    first = [step for step in steps if "listings" in step or "offers" in step]

    assert [
        "SEARCH listings USING INDEX ix_listings_pending (channel=?)",
        "SEARCH offers USING INDEX ix_offers_pending (channel=?)",
    ] == first[:2]
    assert not any(step.startswith("SCAN") for step in steps)


def test_what_is_told_of_all_listings_is_found_without_reading_them(store: Store) -> None:
    """Reasons, warnings, verdicts, prices and stock are those that reading everything gives."""
    rng = Random(7)
    names = [f"P{number:03}" for number in range(80)]
    notes = (Issue("text.stale", "x", "old", Severity.WARNING), Issue("price.none", "x", "none"))

    def write(db: Connection) -> None:
        for name in names:
            muddle(db, rng, name)
            if rng.random() < 0.3:
                marked = wanted(name, issues=notes, shown=rng.random() < 0.7, reason="draft")
                standing.want(db, CHANNEL, marked)

    store.write_now(write)
    everything = store.read_now(lambda db: list(standing.read_all(db, CHANNEL)))
    offered = [offer for stand in everything for offer in stand.offers.values()]
    amounts = [one.last_prices["CN"].sale.amount for one in offered if one.last_prices]

    assert [stand for stand in everything if stand.ticket is not None] == store.read_now(
        lambda db: list(due.waiting(db, CHANNEL))
    )
    assert [(stand.key, stand.title, stand.reason) for stand in everything if not stand.want_shown] == (
        store.read_now(lambda db: list(due.absent(db, CHANNEL)))
    )
    assert [notes[0] for stand in everything if stand.issues] == store.read_now(
        lambda db: list(due.warnings(db, CHANNEL))
    )
    assert {"CN": due.Sold(count=len(amounts), lowest=min(amounts), highest=max(amounts))} == (
        store.read_now(lambda db: due.sold(db, CHANNEL))
    )
    assert sum(bool(one.last_stock) for one in offered) == store.read_now(
        lambda db: due.on_stock(db, CHANNEL)
    )


def test_the_peers_of_a_category_are_its_first_listings_on_offer(store: Store) -> None:
    """Prices by SKU and market; other categories, and what is not offered, are left out; at most so many listings."""
    for key, category, shown in (
        ("A", "C-1", True),
        ("B", "C-1", False),
        ("C", "C-1", True),
        ("D", "C-2", True),
    ):
        offers = {f"{key}-1": offer(f"{key}-1")}
        one = wanted(key, offers=offers, category=category, shown=shown)
        store.write_now(lambda db, one=one: standing.want(db, CHANNEL, one))

    def peers(most: int) -> set[str]:
        return set(store.read_now(lambda db: due.peers(db, CHANNEL, "C-1", most)))

    assert {"A-1", "C-1"} == peers(10)
    assert {"A-1"} == peers(1)
