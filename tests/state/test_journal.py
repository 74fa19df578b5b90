"""What was asked and what was answered comes back in order, and nothing finished is taken up again."""

from decimal import Decimal

from sqlalchemy import Connection
from tests.state.samples import CHANNEL, ISSUES, NOW, SKUS, later, operation

from storesync.errors import Rejected
from storesync.state import Store, journal

REQUEST = {"method": "POST", "path": "/add", "form": {"price": Decimal("219.00")}}


def intend(db: Connection, name: str, step: int = 0, effect: str = "once") -> int:
    """A request that is about to leave."""
    return journal.intend(
        db, operation=name, step=step, effect=effect, digest="d" * 32, request=REQUEST, at=later(step)
    )


def test_an_unfinished_operation_comes_back_with_all_that_its_flow_needs(store: Store) -> None:
    """Its input and every request, with its answer when there was one, in the order they left."""

    def write(db: Connection) -> None:
        operation(db, "a" * 32)
        first = intend(db, "a" * 32, 0)
        journal.answered(
            db, seq=first, state="done", at=later(1), answer={"status": 200, "fee": Decimal("0.10")}
        )
        intend(db, "a" * 32, 1, "set")

    store.write_now(write)
    (found,) = store.read_now(lambda db: journal.unfinished(db, CHANNEL))
    first, second = found.entries

    assert ("a" * 32, "SBG-001", "create", SKUS, NOW) == (
        found.id,
        found.key,
        found.kind,
        found.skus,
        found.began,
    )
    assert {"want": "", "price": Decimal("219.00")} == found.input
    assert "219.00" == str(found.input["price"])
    assert (0, "once", "done", REQUEST, NOW) == (
        first.step,
        first.effect,
        first.state,
        first.request,
        first.at,
    )
    assert {"status": 200, "fee": Decimal("0.10")} == first.answer
    assert (1, "set", "intended", None) == (second.step, second.effect, second.state, second.answer)


def test_unfinished_operations_come_oldest_first_and_of_one_channel_only(store: Store) -> None:
    """Recovery goes the way the dead process went."""

    def write(db: Connection) -> None:
        operation(db, "2" * 32, at=later(2))
        operation(db, "1" * 32, at=later(1))
        operation(db, "3" * 32, at=later(1))
        operation(db, "4" * 32, channel="shopee-vn")

    store.write_now(write)

    assert ["1" * 32, "3" * 32, "2" * 32] == [
        one.id for one in store.read_now(lambda db: journal.unfinished(db, CHANNEL))
    ]


def test_what_ended_is_not_unfinished(store: Store) -> None:
    """However it ended, nobody takes it up again."""

    def write(db: Connection) -> None:
        for number, state in enumerate(("done", "failed", "doubtful", "resolved")):
            operation(db, str(number) * 32)
            journal.end(db, id=str(number) * 32, state=state, at=later(1))

    store.write_now(write)

    assert [] == store.read_now(lambda db: journal.unfinished(db, CHANNEL))


def test_the_last_operations_of_a_listing_are_told_newest_first(store: Store) -> None:
    """With what the market said, its issues and how many requests it took."""
    fault = Rejected("isv.title-too-long", "标题过长", issues=ISSUES)

    def write(db: Connection) -> None:
        for number in range(4):
            operation(db, str(number) * 32, at=later(number))
        operation(db, "9" * 32, key="SBG-002", at=later(9))
        intend(db, "3" * 32)
        journal.end(db, id="3" * 32, state="failed", at=later(5), fault=fault)

    store.write_now(write)
    newest, *rest = store.read_now(lambda db: journal.last(db, CHANNEL, "SBG-001", limit=3))

    assert ["2" * 32, "1" * 32] == [one["id"] for one in rest]
    assert ("failed", 1, list(SKUS)) == (newest["state"], newest["requests"], newest["skus"])
    assert ("Rejected", "isv.title-too-long", "标题过长") == tuple(
        newest["fault"][name] for name in ("fault", "code", "message")
    )
    assert [issue.path for issue in ISSUES] == [row["path"] for row in newest["fault"]["issues"]]
    assert (None, None) == (rest[0]["fault"], rest[0]["ended"])


def test_entries_are_numbered_in_the_order_they_were_written(store: Store) -> None:
    """The journal is read as it happened."""
    numbers = [store.write_now(lambda db, step=step: intend(db, "a" * 32, step)) for step in range(3)]

    assert sorted(set(numbers)) == numbers
