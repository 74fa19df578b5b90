"""The chain of rate sources: who is asked, who stands in, and which rate is not believed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from storesync.driver import Request, Response
from storesync.errors import Denied, Transient
from storesync.pricing import Rate, Snapshot, policies_from
from storesync.pricing.need import rate_needs
from storesync.pricing.rates import Chain, collect

DAY = date(2026, 10, 30)
NOW = datetime(2026, 10, 30, 3, 0, tzinfo=UTC)


class Told:
    """A source that says what the test wants."""

    hosts: dict[str, str] = {}  # noqa: RUF012 - a test value

    def __init__(self, name: str, answer: Any) -> None:
        self.name, self.answer, self.calls = name, answer, 0

    async def fetch(self, send: Any, **_: Any) -> tuple[Rate, ...]:
        """The answer, or the fault."""
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return tuple(
            Rate(
                base=base,
                quote="KRW",
                value=value,
                observed=day,
                source=self.name,
                calendar="KR",
                kind=kind[0] if kind else "mid",
            )
            for base, value, day, *kind in self.answer
        )


async def run(
    chain: Chain, *sources: Told, before: Snapshot | None = None, want: str = "CNY", **more: Any
) -> Any:
    """What the chain makes of these sources on 2026-10-30."""

    async def send(request: Request, sign: Any = None) -> Response:
        raise AssertionError(f"these sources send nothing, not even {request}")

    return await collect(
        home="KRW",
        currencies=want.split(),
        chain=chain,
        sources={source.name: source for source in sources},
        send=send,
        now=NOW,
        today=DAY,
        before=before,
        **more,
    )


ONE_TWO = Chain(sources={"*": ("one", "two")})
GOOD = [("CNY", "200.71", DAY)]


@pytest.mark.parametrize(
    "first",
    [
        Transient("unreachable", "ConnectError"),
        [],
        [("USD", "1335.30", DAY)],
        [("CNY", "200.00", date(2026, 10, 15))],
        [("CNY", "200.00", date(2026, 10, 31))],
        KeyError("s3cr3t"),
    ],
    ids=["down", "empty", "another currency", "old", "from tomorrow", "broken"],
)
async def test_the_next_source_stands_in(first: Any) -> None:
    """The rate of the second, and a warning that says what was wrong with the first."""
    result = await run(ONE_TWO, Told("one", first), Told("two", GOOD))
    (issue,) = result.issues

    assert ["two"] == [rate.source for rate in result.snapshot.rates]
    assert "rates.fallback" == issue.code
    assert "one: " in issue.message
    assert "s3cr3t" not in str(issue)


async def test_no_source_is_an_error_and_no_rate() -> None:
    """Every attempt is told; the currency is missing in the snapshot, so its prices are held."""
    result = await run(ONE_TWO, Told("one", Denied("x.3", "key")), want="CNY USD")

    assert () == result.snapshot.rates
    assert ["rates.none", "rates.none"] == [issue.code for issue in result.issues.errors]
    assert "one: x.3: key; two: not configured" in result.issues[0].message


async def test_each_source_is_asked_once_for_all_currencies() -> None:
    """Three currencies, one call."""
    one = Told("one", [*GOOD, ("USD", "1335.30", DAY), ("VND", "0.0508", DAY)])
    result = await run(ONE_TWO, one, want="CNY USD VND KRW")

    assert (1, 3, 0) == (one.calls, len(result.snapshot.rates), len(result.issues))


async def test_a_chain_may_differ_by_currency() -> None:
    """The dong from where it is quoted."""
    chain = Chain(sources={"*": ("one",), "VND": ("two",)})
    result = await run(chain, Told("one", GOOD), Told("two", [("VND", "0.0508", DAY)]), want="CNY VND")

    assert [("CNY", "one"), ("VND", "two")] == [(rate.base, rate.source) for rate in result.snapshot.rates]


@pytest.mark.parametrize(
    ("witness", "codes"), [("200.9", []), ("203", ["rates.disagree"]), ("20071", ["rates.disagree"])]
)
async def test_two_sources_must_agree(witness: str, codes: list[str]) -> None:
    """Within one percent; else the currency is left out."""
    chain = evolve(ONE_TWO, sources={"*": ("one",)}, witness="two")
    result = await run(chain, Told("one", GOOD), Told("two", [("CNY", witness, DAY)]))

    assert codes == [issue.code for issue in result.issues]
    assert bool(codes) != bool(result.snapshot.rates)


async def test_a_silent_witness_warns() -> None:
    """The rate is used, and the report says that nobody confirmed it."""
    chain = evolve(ONE_TWO, sources={"*": ("one",)}, witness="two")
    result = await run(chain, Told("one", GOOD), Told("two", Transient("unreachable", "ConnectError")))

    assert ["rates.unconfirmed"] == [issue.code for issue in result.issues]
    assert 1 == len(result.snapshot.rates)


REQUIRED = evolve(ONE_TWO, witness="two", witness_required=frozenset({"CNY"}))


@pytest.mark.parametrize(
    ("first", "witness", "told"),
    [
        (GOOD, Transient("unreachable", "ConnectError"), "unreachable"),
        (GOOD, [("USD", "1335.30", DAY)], "no mid rate for CNY/KRW"),
        (GOOD, [("CNY", "200.71", date(2026, 10, 1))], "days old"),
        (Transient("unreachable", "ConnectError"), GOOD, "from the witness itself"),
    ],
    ids=["down", "another currency", "old", "it stands in"],
)
async def test_a_required_witness_that_is_silent_holds(first: Any, witness: Any, told: str) -> None:
    """Without a second voice the currency is left out and doubted; a witness that speaks lets it through."""
    held = await run(REQUIRED, Told("one", first), Told("two", witness))
    spoken = await run(REQUIRED, Told("one", GOOD), Told("two", [("CNY", "200.9", DAY)]))
    (issue,) = held.issues.errors

    assert ("rates.unconfirmed", (), {"CNY"}) == (issue.code, held.snapshot.rates, set(held.doubted))
    assert told in issue.message
    assert "two confirms it" in issue.hint
    assert (1, 0) == (len(spoken.snapshot.rates), len(spoken.issues))


async def test_a_witness_is_required_only_where_it_is_named() -> None:
    """The dong has no second official voice; the yuan has."""
    both = [("CNY", "200.71", DAY), ("VND", "0.0508", DAY)]
    result = await run(REQUIRED, Told("one", both), Told("two", []), want="CNY VND")
    every = await run(
        evolve(REQUIRED, witness_required=frozenset({"*"})),
        Told("one", both),
        Told("two", []),
        want="CNY VND",
    )

    assert ["VND"] == [rate.base for rate in result.snapshot.rates]
    assert ({"CNY", "VND"}, ()) == (set(every.doubted), every.snapshot.rates)


@pytest.mark.parametrize(
    ("value", "believed"), [("214.7", True), ("214.8", False), ("301", False), ("187", False)]
)
async def test_a_jump_is_not_believed(value: str, believed: bool) -> None:
    """More than 7 % from the last accepted rate: a unit error until somebody confirms it."""
    before = Snapshot(rates=(Rate(base="CNY", quote="KRW", value="200.71", observed=DAY, source="one"),))
    told = Told("one", [("CNY", value, DAY)])
    result = await run(ONE_TWO, told, before=before)
    confirmed = await run(evolve(ONE_TWO, confirmed=frozenset({"CNY"})), told, before=before)

    assert ([] if believed else ["rates.jump"]) == [issue.code for issue in result.issues]
    assert believed == bool(result.snapshot.rates)
    assert 1 == len(confirmed.snapshot.rates)


@pytest.mark.parametrize(("value", "codes"), [("0.05", ["rates.coarse"]), ("0.0508", []), ("5", [])])
async def test_a_rate_below_one_with_few_digits_warns(value: str, codes: list[str]) -> None:
    """0.05 instead of 0.0508 makes prices two percent too high; it is used, and told."""
    result = await run(ONE_TWO, Told("one", [("PHP", value, DAY)]), want="PHP")

    assert (codes, 1) == ([issue.code for issue in result.issues], len(result.snapshot.rates))


class Bank(Told):
    """A source that quotes what it is told, by kind."""

    async def fetch(self, send: Any, **_: Any) -> tuple[Rate, ...]:
        """One rate of the yuan for each kind."""
        return tuple(
            Rate(base="CNY", quote="KRW", value=value, observed=DAY, source=self.name, kind=kind)
            for kind, value in self.answer.items()
        )


SPREAD = {"mid": "200.5", "buy": "198", "sell": "203"}


@pytest.mark.parametrize("kind", ["buy", "sell"])
@pytest.mark.parametrize("known", [True, False], ids=["known before", "at first"])
async def test_a_buying_or_selling_rate_that_slipped_is_not_believed(kind: str, *, known: bool) -> None:
    """A witness confirms the middle rate alone: the others must lie near it, and must not jump."""
    slipped = {**SPREAD, kind: "98"}
    before = (await run(ONE_TWO, Bank("one", SPREAD))).snapshot if known else None
    chain = evolve(ONE_TWO, sources={"*": ("one",)}, witness="two")
    result = await run(chain, Bank("one", slipped), Told("two", [("CNY", "200.5", DAY)]), before=before)
    fine = await run(chain, Bank("one", SPREAD), Told("two", [("CNY", "200.5", DAY)]), before=before)

    assert (["rates.jump"], ()) == ([issue.code for issue in result.issues], result.snapshot.rates)
    assert f"one {kind}" in result.issues[0].message
    assert (3, 0) == (len(fine.snapshot.rates), len(fine.issues))


def test_an_altered_snapshot_is_refused() -> None:
    """The id is the digest of the rates."""
    document = Snapshot(
        rates=(Rate(base="CNY", quote="KRW", value="2", observed=DAY, source="x"),)
    ).document()
    document["rates"][0]["value"] = "3"

    with pytest.raises(ValueError, match="altered"):
        Snapshot.from_document(document)


CROSSED = Chain(sources={"EUR": ("own",), "CNY": ("table",)}, witness="witness")


@pytest.mark.parametrize("want", ["EUR CNY", "CNY EUR"])
async def test_a_crossed_rate_is_the_one_that_was_looked_at(want: str) -> None:
    """Another currency's slipped leg is in the same snapshot: nothing crosses with it after jump and witness."""
    table = (
        Rate(base="EUR", quote="KRW", value="1550", observed=DAY, source="table", calendar="KR"),
        Rate(base="EUR", quote="CNY", value="7.7203", observed=DAY, source="table", calendar="KR"),
    )
    crossing = Told("table", [])

    async def fetch(send: Any, **_: Any) -> tuple[Rate, ...]:
        return table

    crossing.fetch = fetch  # type: ignore[method-assign]
    before = Snapshot(rates=(Rate(base="CNY", quote="KRW", value="200.6", observed=DAY, source="table"),))
    slipped = Told("own", [("EUR", "1050", DAY)])
    result = await run(
        CROSSED, crossing, slipped, Told("witness", [("CNY", "200.77", DAY)]), before=before, want=want
    )
    believed = {rate.base: rate for rate in result.snapshot.rates}

    assert {"CNY", "EUR"} == set(believed)
    assert 200 < believed["CNY"].value < 201
    assert "own" == believed["EUR"].source
    assert "KRW" == believed["CNY"].quote


SELL = [("CNY", "202.70", DAY, "sell")]
BOTH = [("CNY", "200.71", DAY), ("CNY", "198.70", DAY, "buy")]
FLOOR = {"CNY": {"mid": ["rate.kind of policy 'cn'"], "buy": ["rate.floor_kind of policy 'cn'"]}}


async def test_a_source_of_selling_rates_alone_is_taken_by_who_asks_for_them() -> None:
    """No mid rate is needed for that, and none is made up."""
    result = await run(ONE_TWO, Told("one", SELL), kinds={"CNY": {"sell": ()}})

    assert [("sell", "one")] == [(rate.kind, rate.source) for rate in result.snapshot.rates]
    assert [] == list(result.issues)


async def test_the_first_source_that_gives_every_kind_is_taken() -> None:
    """The mid rate of one bank and the buying rate of another are no pair."""
    result = await run(ONE_TWO, Told("one", GOOD), Told("two", BOTH), kinds=FLOOR)
    (issue,) = result.issues

    assert {("mid", "two"), ("buy", "two")} == {(rate.kind, rate.source) for rate in result.snapshot.rates}
    assert ("rates.fallback", True) == (
        issue.code,
        "one: no buy rate for CNY/KRW, it gives mid" in issue.message,
    )


async def test_a_kind_that_nobody_gives_is_told_and_nothing_stands_in() -> None:
    """The mid rate still serves who asks for it; the error names kind, policy and source."""
    result = await run(ONE_TWO, Told("one", GOOD), Told("two", SELL), kinds=FLOOR)
    (issue,) = result.issues

    assert [("mid", "one")] == [(rate.kind, rate.source) for rate in result.snapshot.rates]
    assert "rates.kind" == issue.code
    assert "no buy rate for CNY/KRW, which rate.floor_kind of policy 'cn' asks for: one: " in issue.message
    assert issue in result.issues.errors


async def test_a_selling_rate_is_no_mid_rate() -> None:
    """Who asks for mid gets none from a table of selling rates, and reads whose key that is."""
    kinds = {"CNY": {"mid": ["rate.kind of policy 'cn'"]}}
    result = await run(ONE_TWO, Told("one", SELL), kinds=kinds)
    (issue,) = result.issues

    assert ((), "rates.none") == (result.snapshot.rates, issue.code)
    assert "one: no mid rate for CNY/KRW, it gives sell" in issue.message
    assert "mid is asked for by rate.kind of policy 'cn'" in issue.message
    assert "write a kind that is given into the policy's rate" in issue.hint


@pytest.mark.parametrize(("value", "codes"), [("202.70", []), ("402.70", ["rates.jump"])])
async def test_a_kind_that_is_new_is_measured_against_the_known_one(value: str, codes: list[str]) -> None:
    """Who turns from mid to selling rates has no selling rate of yesterday: a slipped point shows all the same."""
    before = Snapshot(rates=[Rate(base="CNY", quote="KRW", value="200.71", observed=DAY, source="one")])
    told = Told("one", [("CNY", value, DAY, "sell")])
    result = await run(ONE_TWO, told, before=before, kinds={"CNY": {"sell": ()}})

    assert codes == [issue.code for issue in result.issues]
    assert bool(codes) != bool(result.snapshot.rates)


@pytest.mark.parametrize(
    ("guards", "kinds"), [({}, ["sell"]), ({"min_margin": "0.2"}, ["sell", "mid"])], ids=["no floor", "floor"]
)
def test_a_floor_asks_for_mid_only_where_there_is_one(guards: dict[str, str], kinds: list[str]) -> None:
    """`kind` is of the price alone: the floor stays on mid until `floor_kind` says otherwise."""
    table = {"currency": "CNY", "rate": {"kind": "sell"}, "guards": guards}
    books, issues = policies_from({"cn": table}, at="prices.toml")
    (need,) = rate_needs(books.values(), "tmall-cn", DAY)

    assert ([], kinds) == (list(issues.errors), list(need.kinds))
    assert ("rate.kind of policy 'cn'",) == need.askers["sell"]
