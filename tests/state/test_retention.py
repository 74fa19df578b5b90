"""What is finished goes after a while; what a recovery or a person still reads stays."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, select
from tests.state.conftest import Place
from tests.state.samples import CHANNEL, NOW, later, operation, settled, wanted

from storesync.model import Ref, Ticket, digest
from storesync.state import Store, journal, standing
from storesync.state.retention import Compacted, compact
from storesync.state.schema import documents, operations

OLD, CUT, NEW = NOW, later(100), later(200)


def ended(db: Connection, name: str, state: str = "done", *, entry: str = "done", **values: Any) -> None:
    """An operation with one request that ended."""
    operation(db, name, at=OLD, **{"key": "P1", **values})
    seq = journal.intend(db, operation=name, step=0, effect="once", digest="d" * 32, request={}, at=OLD)
    if entry != "intended":
        journal.answered(db, seq=seq, state=entry, at=OLD, answer={"status": 200})  # type: ignore[arg-type]  # a state
    if state != "running":
        journal.end(db, id=name, state=state, at=OLD)


def kept(store: Store) -> list[str]:
    """The names of the operations that are there, by their first letter."""
    return store.read_now(
        lambda db: sorted(str(name)[0] for name in db.execute(select(operations.c.id)).scalars())
    )


def test_old_finished_operations_go_with_their_journal(store: Store) -> None:
    """Done, refused or resolved: nothing more can come of them."""

    def write(db: Connection) -> None:
        settled(db, "P1")
        ended(db, "a" * 32, "done")
        ended(db, "b" * 32, "failed", entry="refused")
        ended(db, "c" * 32, "resolved", entry="doubtful")
        ended(db, "d" * 32, "done", key="no longer known")

    store.write_now(write)
    gone = store.write_now(lambda db: compact(db, CUT))

    assert (4, 4) == (gone.operations, gone.entries)
    assert [] == kept(store)
    assert [] == store.read_now(lambda db: journal.last(db, CHANNEL, "P1"))


def test_what_is_open_stays_however_old(store: Store) -> None:
    """Unfinished and doubtful operations, and those with a request that nobody knows the outcome of."""

    def write(db: Connection) -> None:
        settled(db, "P1")
        ended(db, "a" * 32, "running", entry="intended")
        ended(db, "b" * 32, "running")
        ended(db, "c" * 32, "doubtful", entry="doubtful")
        ended(db, "d" * 32, "failed", entry="doubtful")
        ended(db, "e" * 32, "done", entry="intended")

    store.write_now(write)
    gone = store.write_now(lambda db: compact(db, CUT))
    left = store.read_now(lambda db: journal.unfinished(db, CHANNEL))

    assert Compacted(operations=0, entries=0, documents=0, runs=0) == gone
    assert ["a", "b", "c", "d", "e"] == kept(store)
    assert [1, 1] == [len(one.entries) for one in left]


def test_what_ended_lately_stays(store: Store) -> None:
    """The time counts at which an operation ended, not at which it began."""

    def write(db: Connection) -> None:
        settled(db, "P1")
        ended(db, "a" * 32)
        operation(db, "b" * 32, key="P1", at=OLD)
        journal.end(db, id="b" * 32, state="done", at=NEW)

    store.write_now(write)
    store.write_now(lambda db: compact(db, CUT))

    assert ["b"] == kept(store)


@pytest.mark.parametrize(
    "values",
    [
        {"doubt": NOW},
        {"ticket": Ticket("review", "T-1")},
        {"parked": "look"},
        {"made": False, "ref": Ref("half")},
    ],
    ids=",".join,
)
def test_the_story_of_an_open_listing_stays(store: Store, values: Mapping[str, Any]) -> None:
    """A person who is asked what happened can still read it."""

    def write(db: Connection) -> None:
        settled(db, "P1", **values)
        settled(db, "P2")
        ended(db, "a" * 32)
        ended(db, "b" * 32, key="P2")

    store.write_now(write)
    store.write_now(lambda db: compact(db, CUT))

    assert ["a"] == kept(store)


def test_documents_that_nothing_names_go_and_the_others_stay(store: Store) -> None:
    """Wanted, shown, under review, refused, or what an unfinished operation would make live."""
    roles = ("want", "have", "asked", "refused", "running", "nothing")
    contents = {role: {"role": role} for role in roles}
    names = {role: digest(content) for role, content in contents.items()}

    def write(db: Connection) -> None:
        for role in roles:
            standing.want(db, CHANNEL, wanted("P1", content=contents[role]))
        values = {role: names[role] for role in ("want", "have", "asked", "refused")}
        standing.change(db, CHANNEL, "P1", **values)
        ended(db, "a" * 32, "running", input={"want": names["running"]})
        ended(db, "b" * 32, "done", input={"want": names["nothing"]})

    store.write_now(write)
    gone = store.write_now(lambda db: compact(db, CUT))
    left = store.read_now(lambda db: set(db.execute(select(documents.c.digest)).scalars()))

    assert {names[role] for role in roles if role != "nothing"} == left
    assert 1 == gone.documents


def test_many_operations_go_in_one_call(store: Store) -> None:
    """More than a database takes in one list of names."""
    store.write_now(lambda db: [ended(db, f"{number:032}") for number in range(1_100)])
    gone = store.write_now(lambda db: compact(db, CUT))

    assert (1_100, 1_100) == (gone.operations, gone.entries)


def test_a_document_that_is_wanted_again_while_compacting_is_not_lost(shared: Place) -> None:
    """A planner that keeps a document waits for the compaction, or the compaction for it."""
    import time
    from threading import Barrier, Thread

    first, second = shared.open(), shared.open()
    old, again = {"version": "old"}, digest({"version": "old"})

    def forget(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted("P1", content=old))
        standing.want(db, CHANNEL, wanted("P1", content={"version": "new"}))

    first.write_now(forget)
    inside = Barrier(2)

    def want_again(db: Connection) -> None:
        standing.want(db, CHANNEL, wanted("P2", content=old))
        inside.wait()
        time.sleep(0.3)

    def clean() -> None:
        inside.wait()
        second.write_now(lambda db: compact(db, CUT))

    thread = Thread(target=clean)
    thread.start()
    first.write_now(want_again)
    thread.join()
    found = first.read_now(lambda db: standing.document(db, again))
    first.close()
    second.close()

    assert old == found
