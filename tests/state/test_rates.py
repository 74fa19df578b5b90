"""Rates and what happened to them are told as they were, whatever came later."""

from decimal import Decimal

from tests.state.samples import CHANNEL, NOW, later

from storesync.state import Store, rates
from storesync.state.rates import COLLECTED, PINNED, PRICED, UNPINNED, RateEvent


def test_a_snapshot_is_never_written_over(store: Store) -> None:
    """A price that was made from it can be proven for ever."""
    for rate in ("190.5", "191"):
        body = {"CNY": Decimal(rate)}
        store.write_now(lambda db, body=body: rates.keep_snapshot(db, "2026-11-23", body, NOW))

    assert {"CNY": Decimal("190.5")} == store.read_now(lambda db: rates.snapshot(db, "2026-11-23"))


def test_the_log_tells_the_last_event_of_a_channel_and_of_all(store: Store) -> None:
    """What one channel is priced with is no other one's; a pin holds until it is taken away."""
    told = (
        RateEvent(event=COLLECTED, snapshot="a1", at=NOW, details={"by": {"CNY": "ecos"}}),
        RateEvent(event=PRICED, snapshot="b1", at=NOW, channel=CHANNEL),
        RateEvent(event=PINNED, snapshot="a1", at=later(1), channel=CHANNEL, reason="fair week"),
        RateEvent(event=PRICED, snapshot="b2", at=later(2), channel="shopee-vn"),
        RateEvent(event=UNPINNED, snapshot="a1", at=later(3), channel=CHANNEL, reason="the fair is over"),
    )
    for one in told:
        store.write_now(lambda db, one=one: rates.note(db, one))

    def latest(channel: str, *events: str) -> RateEvent | None:
        return store.read_now(lambda db: rates.latest(db, channel, *events))

    assert told[0] == latest("", COLLECTED)
    assert told[1] == latest(CHANNEL, PRICED)
    assert told[3] == latest("shopee-vn", PRICED)
    assert told[4] == latest(CHANNEL, PINNED, UNPINNED)
    assert latest("shopee-vn", PINNED, UNPINNED) is None
    assert [*told[:-3:-1]] == store.read_now(lambda db: list(rates.history(db, 2)))


def test_a_snapshot_is_found_by_its_first_digits(store: Store) -> None:
    """People copy the eight that they see; a wildcard of SQL is no digit."""
    for name in ("abcd12", "abcd34", "ef0000"):
        store.write_now(lambda db, name=name: rates.keep_snapshot(db, name, {}, NOW))

    def like(start: str) -> tuple[str, ...]:
        return store.read_now(lambda db: rates.snapshots_like(db, start))

    assert ("abcd12", "abcd34") == like("abcd")
    assert ("ef0000",) == like("ef0000")
    assert () == like("%")
    assert () == like("")
