"""What the state keeps of a listing comes back as it was, digit for digit."""

from collections.abc import Mapping
from decimal import Decimal
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection
from tests.state.conftest import Place
from tests.state.samples import CHANNEL, CONTENT, ISSUES, NOW, SKUS, later, offer, wanted

from storesync.model import Money, Offer, Price, Ref, Status, Ticket, digest
from storesync.state import SHOWN, UNKNOWN, Standing, Store, standing


def stand(store: Store, key: str = "SBG-001") -> Standing:
    """How a listing stands."""
    found = store.read_now(lambda db: standing.read(db, CHANNEL, key))
    assert found is not None
    return found


def test_what_is_wanted_comes_back_as_it_was(store: Store) -> None:
    """Issues with their places, causes, the title in any script and both halves of an offer."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(issues=ISSUES, reason="why not")))
    found = stand(store)

    assert ISSUES == found.issues
    assert {"catalog": "a", "rate": "b"} == found.causes
    assert ("title of SBG-001", "1" * 32, "why not") == (found.title, found.input, found.reason)
    assert (True, False, False) == (found.want_shown, found.held, found.made)
    assert {sku: offer(sku) for sku in SKUS} == {sku: one.want for sku, one in found.offers.items()}
    assert [None, None] == [one.have for one in found.offers.values()]


def test_a_document_keeps_every_digit(store: Store) -> None:
    """A number is neither rounded nor made a float on its way through the database."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(content=CONTENT)))
    name = stand(store).want
    kept = store.read_now(lambda db: standing.document(db, name))

    assert kept is not None
    assert CONTENT == kept
    assert str(CONTENT["weight"]) == str(kept["weight"])
    assert digest(CONTENT) == name


def test_nothing_and_the_unknown_have_no_document(store: Store) -> None:
    """Neither mark is looked up as if it were a name."""
    assert [None, None, None] == [
        store.read_now(lambda db, name=name: standing.document(db, name)) for name in ("", UNKNOWN, "0" * 32)
    ]


@pytest.mark.parametrize("amount", ["0.10", "939000", "123456789012345678901234567890.123456789", "1E+3"])
def test_a_price_keeps_every_digit(store: Store, amount: str) -> None:
    """Wanted and acknowledged prices, list prices and named prices stay exact, trailing zeros too."""
    money = Money(Decimal(amount), "CNY")
    exact = Offer("SBG-001-30", {"CN": Price(money, money, {"member": money})}, 2**40)

    def write(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted(offers={"SBG-001-30": exact}))
        standing.acknowledge_offers(db, CHANNEL, [exact], prices=True, stock=True)

    store.write_now(write)
    kept = stand(store).offers["SBG-001-30"]

    assert exact == kept.want == kept.have
    assert kept.want is not None
    assert format(Decimal(amount), "f") == str(kept.want.prices["CN"].points["member"].amount)


CHANGES: tuple[Mapping[str, Any], ...] = (
    {"ref": Ref("9007199254740993", {"SBG-001-30": "1"}, {"spu": "7"})},
    {"ref": None},
    {"ticket": Ticket("review", "T-1", ("SBG-001",)), "asked": "2" * 32, "asked_at": NOW},
    {"ticket": None, "asked": "", "asked_at": None},
    {"doubt": later(0.000001), "token": "3" * 32, "unsettled": later(60)},
    {"doubt": None, "unsettled": None},
    {"have": UNKNOWN, "have_shown": SHOWN, "have_causes": {"rate": "c"}, "made": True},
    {"status": Status.IN_REVIEW, "remarks": ISSUES, "parked": "look at 여기", "refused": "4" * 32},
)


@pytest.mark.parametrize("values", CHANGES, ids=",".join)
def test_what_changed_is_changed_and_nothing_else(store: Store, values: Mapping[str, Any]) -> None:
    """Each column takes its value back out as the value it was."""

    def write(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted())
        standing.want(db, CHANNEL, wanted("SBG-002"))

    store.write_now(write)
    before, other = stand(store), stand(store, "SBG-002")
    store.write_now(lambda db: standing.change(db, CHANNEL, "SBG-001", **values))

    assert evolve(before, **values) == stand(store)
    assert other == stand(store, "SBG-002")


def test_a_held_listing_keeps_what_was_wanted_before(store: Store) -> None:
    """An issue in today's data neither empties nor changes what is live."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted()))
    before = stand(store)
    spoiled = wanted(content=None, offers={}, held=True, issues=ISSUES)
    store.write_now(lambda db: standing.want(db, CHANNEL, spoiled))
    after = stand(store)

    assert (before.want, before.offers) == (after.want, after.offers)
    assert (True, ISSUES) == (after.held, after.issues)


def test_a_gone_product_keeps_its_listing_until_it_is_hidden(store: Store) -> None:
    """A product without content is wanted off sale; what is known of its listing stays."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted()))
    store.write_now(lambda db: standing.change(db, CHANNEL, "SBG-001", ref=Ref("1"), have_shown=SHOWN))
    gone = wanted(title="", content=None, offers={}, shown=False, reason="no longer in the catalog")
    store.write_now(lambda db: standing.want(db, CHANNEL, gone))
    after = stand(store)

    assert (False, "no longer in the catalog") == (after.want_shown, after.reason)
    assert ("title of SBG-001", Ref("1"), SHOWN) == (after.title, after.ref, after.have_shown)
    assert set(SKUS) == set(after.offers)


def test_a_variant_that_is_wanted_no_more_is_gone(store: Store) -> None:
    """Only variants of the newest wish are offered."""
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted()))
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(skus=SKUS[1:])))

    assert list(SKUS[1:]) == list(stand(store).offers)


def test_a_variant_that_moves_to_another_listing_starts_anew_there(store: Store) -> None:
    """What one listing was acknowledged to sell says nothing about another."""

    def write(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted())
        standing.acknowledge_offers(db, CHANNEL, [offer(SKUS[0])], prices=True, stock=True)
        standing.want(db, CHANNEL, wanted("SBG-009", skus=SKUS[:1]))

    store.write_now(write)

    assert list(SKUS[1:]) == list(stand(store).offers)
    assert offer(SKUS[0]) == stand(store, "SBG-009").offers[SKUS[0]].want
    assert stand(store, "SBG-009").offers[SKUS[0]].have is None
    assert "SBG-009" == store.read_now(lambda db: standing.key_of(db, CHANNEL, SKUS[0]))
    assert ("SBG-001", "SBG-009") == tuple(
        sorted(store.read_now(lambda db: standing.keys_of(db, CHANNEL, SKUS)))
    )


def test_prices_and_stock_are_acknowledged_and_doubted_apart(store: Store) -> None:
    """A lost answer to one says nothing about the other; zero in stock is known, not unknown."""
    sku = SKUS[0]

    def known(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted())
        standing.acknowledge_offers(db, CHANNEL, [offer(sku, stock=0)], prices=True, stock=True)

    store.write_now(known)
    store.write_now(lambda db: standing.doubt_offers(db, CHANNEL, [sku], prices=True))
    one = stand(store).offers[sku]

    assert (None, 0, None) == (one.have_prices, one.have_stock, one.have)

    store.write_now(lambda db: standing.doubt_offers(db, CHANNEL, [sku], stock=True, refused="too cheap"))
    one = stand(store).offers[sku]

    assert (None, None, "too cheap") == (one.have_prices, one.have_stock, one.refused)


def test_a_refused_offer_is_free_again_when_another_is_wanted(store: Store) -> None:
    """The market's no is about one price; a new one may be asked for."""
    sku = SKUS[0]
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted()))
    store.write_now(lambda db: standing.doubt_offers(db, CHANNEL, [sku], refused="too cheap"))
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted()))

    assert "too cheap" == stand(store).offers[sku].refused

    dearer = {sku: offer(sku, "220.00"), SKUS[1]: offer(SKUS[1])}
    store.write_now(lambda db: standing.want(db, CHANNEL, wanted(offers=dearer)))

    assert "" == stand(store).offers[sku].refused


def test_listings_come_in_the_order_of_code_points(store: Store) -> None:
    """A plan is the same on every database, whatever language the server sorts by."""
    names = ["a-1", "B", "a1", "가", "Z", "ä", "A", "a_1", "b"]

    def write(db: Connection) -> None:
        for name in names:
            standing.want(db, CHANNEL, wanted(name))

    store.write_now(write)
    found = store.read_now(lambda db: [one.key for one in standing.read_all(db, CHANNEL)])
    some = store.read_now(lambda db: [one.key for one in standing.read_all(db, CHANNEL, keys=["b", "A"])])

    assert sorted(names) == found
    assert ["A", "b"] == some


def test_channels_know_nothing_of_each_other(store: Store) -> None:
    """The same SKU on two channels is two listings."""

    def write(db: Connection) -> None:
        standing.want(db, "tmall-cn", wanted())
        standing.want(db, "shopee-vn", wanted(title="other"))
        standing.change(db, "shopee-vn", "SBG-001", have_shown=SHOWN)
        standing.bump(db, "shopee-vn")

    store.write_now(write)

    assert ("title of SBG-001", "") == (stand(store).title, stand(store).have_shown)
    assert [0, 1] == [
        store.read_now(lambda db, name=name: standing.revision(db, name))
        for name in ("tmall-cn", "shopee-vn")
    ]
    assert {"SBG-001": "1" * 32} == store.read_now(lambda db: standing.keys(db, "tmall-cn"))


def test_the_revision_grows_with_every_change(store: Store) -> None:
    """A plan can tell that the state moved."""

    def grown(db: Connection) -> int:
        standing.bump(db, CHANNEL)
        return standing.revision(db, CHANNEL)

    assert [1, 2, 3] == [store.write_now(grown) for _ in range(3)]


def test_while_a_listing_is_held_no_other_want_of_it_comes_in(shared: Place) -> None:
    """What a run takes over from the shop, and reads again, is what it took: another plan's want waits for its end."""
    first, second = shared.open(), shared.open()
    first.write_now(lambda db: standing.want(db, CHANNEL, wanted()))
    (sku, other) = SKUS
    tried, waits = Event(), Thread(target=lambda: second.write_now(newer))

    def newer(db: Connection) -> None:
        tried.set()
        cheap = {sku: offer(sku, "1.00"), other: offer(other, "1.00")}
        standing.want(db, CHANNEL, wanted(offers=cheap))

    def taking(db: Connection) -> Standing | None:
        before = standing.hold(db, CHANNEL, "SBG-001")
        assert before is not None
        if not waits.ident:
            waits.start()
            tried.wait(0.5)  # on SQLite it cannot even begin
            sleep(0.2)
        seen = offer(sku, "222.00")
        standing.leave_offer(db, CHANNEL, seen, prices=True, stock=False, known=before.offers[sku])
        return standing.read(db, CHANNEL, "SBG-001")

    taken = first.write_now(taking)
    waits.join()
    after = stand(second)
    first.close()
    second.close()

    assert taken is not None
    assert [Decimal(222), Decimal(219)] == [
        one.want.prices["CN"].sale.amount for one in taken.offers.values() if one.want is not None
    ]
    assert {Decimal(1)} == {
        one.want.prices["CN"].sale.amount for one in after.offers.values() if one.want is not None
    }
