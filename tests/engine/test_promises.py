"""What takes longer than one answer, or more than one listing: tickets, pictures, categories, parked listings."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, Pictured, item, profile, step

import storesync.driver as sd
from storesync.catalog import Read
from storesync.engine import OutcomeState, Report, at_work
from storesync.engine.status import resolve
from storesync.errors import StateError
from storesync.issues import Issue
from storesync.model import File
from storesync.testing.plain import plain_driver
from storesync.transport import Transport

VERDICT: dict[str, Any] = {}


def reviewing() -> sd.Driver[Any, Any]:
    """The plain driver on a market that decides every document later."""
    usual = plain_driver()
    create, update = usual.create, usual.update
    assert create is not None
    assert update is not None

    def ticketed(flow: Any) -> Any:
        receipt = yield from flow
        return evolve(receipt, ticket=sd.Ticket("review", receipt.ref.listing))

    def poll(shop: sd.Shop, ticket: sd.Ticket) -> sd.Flow[sd.Verdicts]:
        yield sd.get(f"/listings/{ticket.id}")
        return VERDICT

    return evolve(
        usual,
        create=lambda shop, new: ticketed(create(shop, new)),
        update=lambda shop, change: ticketed(update(shop, change)),
        poll=poll,
        spec=evolve(usual.spec, review=timedelta(seconds=60), deadline=timedelta(days=2)),
    )


@pytest.fixture
def bench() -> Bench:
    """A shop whose market decides later."""
    VERDICT.clear()
    return Bench.opened(item("A"), driver=reviewing())


def test_accepted_is_not_live(bench: Bench) -> None:
    """Until its verdict nothing is sent again, and nothing counts as shown."""
    report = bench.sync()
    stand = bench.stand("A")

    assert [OutcomeState.IN_REVIEW] == [one.state for one in report.outcomes]
    assert (sd.Status.IN_REVIEW, "", False) == (stand.status, stand.have, stand.made)
    assert 1 == bench.plan().waiting
    assert 0 == len(bench.plan())


def test_a_verdict_makes_what_was_asked_live(bench: Bench) -> None:
    """By the document that was asked about, not the one wanted since."""
    bench.sync()
    asked = bench.stand("A").want
    bench.put(evolve(item("A"), title="newer"))
    bench.plan()
    VERDICT["A"] = sd.Receipt(bench.stand("A").ref)
    bench.world.loop.skip(61.0)
    made = bench.plan()

    assert asked == bench.stand("A").have
    assert bench.stand("A").made
    assert {"update": 1} == dict(made.counts)


def test_a_price_wanted_during_review_is_sent_after_it(bench: Bench) -> None:
    """The verdict acknowledges no price that the market never saw."""
    bench.sync()
    bench.put(item("A", price=150))
    bench.plan()
    VERDICT["A"] = sd.Receipt(bench.stand("A").ref)
    bench.world.loop.skip(61.0)
    bench.sync()

    assert {"A": {"A-0": (Decimal(150), 5)}} == bench.live()


def test_an_approved_edit_of_a_hidden_listing_leaves_it_hidden(bench: Bench) -> None:
    """A verdict about content says nothing about being on sale."""
    VERDICT["A"] = sd.DONE
    bench.sync()
    bench.world.loop.skip(61.0)
    bench.plan()
    (listing,) = bench.truth.alive()
    bench.truth.edit(listing.id, status="hidden")
    bench.channel.channel = evolve(bench.channel.channel, workers=1)
    bench.observe()
    bench.put(evolve(item("A"), title="newer"))
    bench.channel.driver = evolve(bench.channel.driver, show=None)
    bench.sync()
    bench.world.loop.skip(61.0)
    bench.plan()

    assert "-" == bench.stand("A").have_shown


def test_a_refused_document_waits_for_another_one(bench: Bench) -> None:
    """The moderator's words are kept; the same document is not sent again."""
    bench.sync()
    VERDICT["A"] = sd.Rejected("claim", issues=[Issue("market.refused", "texts/title", "no such claims")])
    bench.world.loop.skip(61.0)
    made = bench.plan()

    assert 0 == len(made)
    assert "no such claims" in made.held[0].reason
    assert "A" == made.held[0].key


@pytest.mark.parametrize("verdict", [sd.Transient("busy"), sd.Malformed("shape"), sd.Ambiguous("?")])
def test_what_is_no_verdict_decides_nothing(bench: Bench, verdict: sd.Fault) -> None:
    """A stutter of the market must not make the listing a second time."""
    bench.sync()
    VERDICT["A"] = verdict
    bench.world.loop.skip(61.0)

    assert 1 == bench.plan().waiting
    assert 0 == len(bench.plan())


def test_a_market_that_never_decides_is_told_to_a_person_who_takes_it_up_again(bench: Bench) -> None:
    """After the deadline it is parked; resolved, it is one listing still."""
    bench.sync()
    bench.world.loop.skip(3 * 86_400.0)
    bench.plan()
    assert "has not decided for more than 2 days" in bench.stand("A").parked
    (listing,) = bench.truth.alive()

    async def take_up() -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, "A", listing=str(listing.id))

    assert f"A is listing {listing.id}" in bench.run(take_up())
    assert bench.stand("A").ticket is None
    bench.sync()
    assert {} == bench.truth.duplicates()


@pytest.mark.parametrize("arrived", [True, False])
def test_a_parked_create_is_resolved_by_a_person(arrived: bool) -> None:
    """With the id that was found it is adopted, without it made anew: one listing either way."""
    bench = Bench.opened(item("A"), manners=profile("none"))
    bench.faults(step("lost_after" if arrived else "lost_before", "read", operation="create"))
    bench.sync()
    found = [str(one.id) for one in bench.truth.alive("A")]

    async def take_up(listing: str) -> str:
        async with at_work(bench.channel) as work:
            return await resolve(work, "A", listing=listing)

    with pytest.raises(StateError, match="no listing '404'"):
        bench.run(take_up("404"))
    bench.run(take_up(found[0] if found else ""))
    bench.sync()

    assert {} == bench.truth.duplicates()
    assert bench.wanted() == bench.live()
    with pytest.raises(StateError, match="not parked"):
        bench.run(take_up(""))


def _pictured(tmp_path: Path, keys: str) -> Bench:
    driver = plain_driver()
    bench = Bench.opened(*(item(key) for key in keys), driver=driver)
    path = tmp_path / "main.jpg"
    path.write_bytes(b"picture")
    wanted = bench.world.wanted
    assert isinstance(wanted, Pictured)
    wanted.pictures = dict.fromkeys(keys, ("a" * 64,))
    bench.keep_file(File(sha256="a" * 64, path=str(path), type="image/jpeg", bytes=7, name="main.jpg"))
    transport = bench.channel.transport
    assert isinstance(transport, Transport)
    transport._file = lambda _: path
    return bench


def test_a_shared_picture_is_sent_once_by_many_workers(tmp_path: Path) -> None:
    """Eight listings, one picture, four workers: one upload."""
    bench = _pictured(tmp_path, "ABCDEFGH")

    assert bench.sync().ok
    assert 1 == bench.calls("upload")
    assert bench.wanted() == bench.live()
    assert all("media:" not in str(one.content) for one in bench.truth.alive())


def test_a_picture_that_is_gone_holds_its_listings_only(tmp_path: Path) -> None:
    """The others are listed; nothing is sent with a hole in it."""
    bench = _pictured(tmp_path, "ABC")
    wanted = bench.world.wanted
    assert isinstance(wanted, Pictured)
    wanted.pictures = {"B": ("a" * 64,)}
    (tmp_path / "main.jpg").unlink()
    report = bench.sync()

    assert {"A", "C"} == set(bench.live())
    assert {"B"} == {one.key for one in report.bad}
    assert any("not on disk" in one.said for one in report.bad)


def test_a_category_that_cannot_be_read_holds_its_products_only() -> None:
    """One rule document of two is unreadable; a loop of categories that ask for each other ends."""
    usual = plain_driver()

    def category(shop: sd.Shop, key: sd.CategoryKey) -> sd.Flow[sd.Category]:
        if key.id == "bad":
            raise sd.Malformed("shape", "no rules")
        yield sd.get("/listings", params={"key": "-"})
        return sd.Category(key.id)

    bench = Bench.opened(item("A"), item("B"), item("C"), driver=evolve(usual, category=category))
    wanted = bench.world.wanted
    plain_prepare = wanted.prepare

    def prepared(product: Any, shop: Any, category: Any, last: Any, chosen: Any, live: Any) -> Any:
        made = plain_prepare(product, shop, category, last, chosen, live)
        if product.key == "B":
            return evolve(made, content=None, needs=(sd.CategoryKey("bad"),))
        if product.key == "C":
            other = "2" if chosen.get("x") == "1" else "1"
            return evolve(made, content=None, needs=(sd.CategoryKey("C", {"x": other}),))
        return made

    class Asking(Pictured):
        """A catalog whose products ask for further documents."""

        prepare = staticmethod(prepared)  # type: ignore[assignment]  # the bench's own rules

    bench.world.wanted = Asking(wanted.items, wanted.prices)
    made = bench.plan()

    assert ["A"] == [operation.key for operation in made]
    assert ["B", "C"] == [held.key for held in made.held]


def test_an_incomplete_source_takes_nothing_off_sale() -> None:
    """What was not read is not gone."""
    bench = Bench.opened(item("A"), item("B"))
    bench.sync()
    wanted = bench.world.wanted

    class Cut(Pictured):
        """A source that broke off."""

        def reads(self) -> Any:
            """The first row, and the news that the rest could not be read."""
            yield next(iter(Pictured.reads(self)))
            issue = Issue("catalog.unreadable", "", "the disk failed")
            yield Read(key="", product=None, issues=(issue,))

    bench.world.wanted = Cut(wanted.items, wanted.prices)
    made = bench.plan()

    assert 0 == len(made)
    assert ["the disk failed"] == [issue.message for issue in made.warnings]


def test_a_later_pass_counts_in_place_of_what_failed_before() -> None:
    """A refusal stays, a stumble that was made good does not."""

    def outcome(kind: str, key: str, state: OutcomeState) -> Any:
        from storesync.engine import Outcome
        from storesync.plan import Kind

        return Outcome(kind=Kind(kind), key=key, state=state)

    first, later = Report(channel="c", run="1"), Report(channel="c", run="2")
    for one in (
        outcome("upload", "A", OutcomeState.FAILED),
        outcome("create", "A", OutcomeState.DEFERRED),
        outcome("prices", "B", OutcomeState.REFUSED),
        outcome("update", "B", OutcomeState.FAILED),
        outcome("create", "C", OutcomeState.FAILED),
    ):
        first.add(one)
    later.add(outcome("create", "A", OutcomeState.DONE))
    later.add(outcome("update", "B", OutcomeState.DONE))
    first.follow(later)

    assert [("prices", "B"), ("create", "C")] == [(one.kind.value, one.key) for one in first.bad]


def test_a_report_keeps_words_not_answers() -> None:
    """Ten thousand refusals must not keep ten thousand answers, nor the account in their frames."""
    bench = Bench.opened(item("A"))
    bench.faults(step("refuse", operation="create"))
    (bad,) = bench.sync().bad

    assert bad.fault is not None
    assert (None, None) == (bad.fault.answer, bad.fault.__traceback__)


def test_no_secret_reaches_journal_log_report_or_state(capfd: Any) -> None:
    """A market that repeats the token in its errors makes nobody's journal a key ring."""
    from storesync.state.schema import METADATA

    bench = Bench.opened(item("A"), item("B"))
    secret = bench.channel.account.access
    usual = bench.channel.driver.classify

    def classify(request: sd.Request, answer: sd.Response) -> sd.Fault | None:
        assert secret not in repr(answer)
        return usual(request, answer)

    bench.channel.driver = evolve(bench.channel.driver, classify=classify)
    transport, send = bench.channel.transport, bench.channel.transport.send

    async def echo(request: sd.Request, *given: Any) -> sd.Response:
        answer = await send(request, *given)
        body = {**answer.body, "error": {"code": "refused", "session": secret}} if answer.body else None
        return evolve(answer, body=body, content=sd.dumps(body).encode())

    transport.send = echo  # type: ignore[method-assign]  # a market that repeats what it was sent
    report = bench.sync()
    kept = bench.world.store.read_now(
        lambda db: [str(row) for table in METADATA.sorted_tables for row in db.execute(table.select())]
    )

    assert 2 == len(report.bad)
    assert "refused" in "".join(kept)
    assert secret not in "".join(kept) + str(report.as_json()) + repr(bench.channel) + "".join(
        capfd.readouterr()
    )
