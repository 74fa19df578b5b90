"""What holds for every price, whatever the policy."""

from __future__ import annotations

import decimal
import locale
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from storesync.issues import Severity
from storesync.model import Money, dumps
from storesync.model.money import MINOR_DIGITS, minor_digits
from storesync.pricing import AddOn, Codec, Ending, Fee, Guards, Policy, Priced, Rate, Snapshot, Tax
from storesync.pricing.codec import Form
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.fee import FeePlan
from storesync.pricing.settle import settle
from tests.pricing.golden import AS_OF, fixture, p02, policy, priced, product

SHARES = st.decimals("0", "0.30", places=3)
AMOUNTS = st.decimals("0.01", "9999999", places=2)
GRIDS = st.sampled_from(
    [
        ("10", ["9"]),
        ("10", ["8", "9"]),
        ("1", ["0.9"]),
        ("1", ["0.99"]),
        ("1000", ["0"]),
        ("10000", ["9000"]),
        ("100", ["80", "0"]),
        ("0.01", ["0"]),
        ("7", ["3"]),
    ]
)
MODES = st.sampled_from(["up", "down", "nearest"])
ENDINGS = st.builds(lambda grid, mode: Ending(grid[0], grid[1], mode), GRIDS, MODES)
FEES = st.lists(
    st.builds(
        Fee,
        name=st.just("fee"),
        rate=st.decimals("0", "0.12", places=3),
        cap=st.none() | st.decimals("1", "500", places=0),
        fixed=st.just(Decimal(0)) | st.decimals("0", "20", places=1),
    ),
    max_size=4,
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any yuan policy that does not contradict itself."""
    return policy(
        "CNY",
        source_vat=draw(SHARES),
        markup=draw(SHARES),
        fx_buffer=draw(SHARES),
        packing=draw(st.decimals("0", "9000", places=0)),
        tax=draw(
            st.just(Tax())
            | st.builds(Tax, mode=st.just("included"), duty=SHARES, vat=SHARES, consumption=SHARES)
            | st.just(Tax(mode="included", on="price", regime="cn-cbec"))
            | st.just(Tax(mode="included", regime="cn-general", agreement="mfn"))
        ),
        ending=draw(ENDINGS),
    )


def with_fees(by: Policy, fees: list[Fee]) -> Policy:
    """The policy with these fees."""
    return evolve(by, fees=tuple(fees))


def amount_of(result: Priced) -> Decimal | None:
    """The sale price, or None."""
    return None if result.price is None else result.price.sale.amount


@given(by=policies(), fees=FEES, one=st.integers(100, 10**7), more=st.integers(0, 10**6))
def test_a_higher_base_never_gives_a_lower_price(by: Policy, fees: list[Fee], one: int, more: int) -> None:
    """Monotonic through every stage, capped fees and tax lines included; over the limit of an order there is none."""
    by = with_fees(by, fees)
    low, dearer = amount_of(priced(product(one), by)), priced(product(one + more), by)
    high = amount_of(dearer)
    assume(low is not None)

    assert low is not None
    if high is None:
        assert ["price.order_limit"] == [
            issue.code for issue in dearer.issues if issue.severity is Severity.ERROR
        ]
    else:
        assert low <= high


@given(ending=ENDINGS, amount=AMOUNTS)
def test_an_ending_is_idempotent(ending: Ending, amount: Decimal) -> None:
    """What ends right stays."""
    once = ending.apply(Exact(amount))
    assume(once is not None)
    assert once is not None

    assert once == ending.apply(Exact(once))


@given(ending=ENDINGS, top=AMOUNTS, bottom=AMOUNTS)
def test_up_never_gives_less_and_down_never_more(ending: Ending, top: Decimal, bottom: Decimal) -> None:
    """Compared as fractions, since the amount may have no end as a decimal."""
    amount, exactly = Exact(top, bottom), Fraction(top) / Fraction(bottom)
    up, down, nearest = (ending.apply(amount, mode) for mode in ("up", "down", "nearest"))
    assert up is not None
    assert nearest is not None

    assert Fraction(up) >= exactly
    assert down is None or Fraction(down) <= exactly
    assert nearest in (up, down)
    assert Fraction(up) - exactly < Fraction(ending.modulus) or down is None


@given(ending=ENDINGS, amount=AMOUNTS)
def test_a_price_is_a_multiple_of_its_step(ending: Ending, amount: Decimal) -> None:
    """The rest by the modulus is one of the endings."""
    made = ending.apply(Exact(amount))
    assume(made is not None)
    assert made is not None

    assert made > 0
    assert EXACT.remainder(made, ending.modulus) in ending.endings


@given(by=policies(), fees=FEES, krw=st.integers(100, 10**7))
def test_every_price_ends_right_and_up_never_gives_less(by: Policy, fees: list[Fee], krw: int) -> None:
    """The same of whole prices: a multiple of the step, and with `up` at least the amount after the fees."""
    by = with_fees(by, fees)
    assert by.ending is not None
    result = priced(product(krw), by)
    made = amount_of(result)
    assume(made is not None)
    assert made is not None
    _, top, bottom, *_ = next(entry for entry in result.trace.entries if entry[0] == "fees")
    unrounded = Fraction(top) / Fraction(bottom)

    assert EXACT.remainder(made, by.ending.modulus) in by.ending.endings
    assert by.ending.mode != "up" or made >= unrounded
    assert by.ending.mode != "down" or made <= unrounded
    assert made == by.ending.apply(Exact(made))


@given(
    by=policies(),
    fees=FEES,
    krw=st.integers(100, 10**6),
    cost=st.integers(1, 10**6),
    margin=st.decimals("0", "0.30", places=2),
    fixed=st.none() | st.integers(1, 5000).map(Decimal),
)
def test_the_floor_holds_for_every_policy(
    by: Policy, fees: list[Fee], krw: int, cost: int, margin: Decimal, fixed: Decimal | None
) -> None:
    """After fees, tax and cost at least the margin is left of the price, in exact fractions."""
    by = evolve(with_fees(by, fees), guards=Guards(min_margin=margin), fixed=fixed)
    result = priced(product(krw, cost=cost), by)
    assume(result.price is not None)
    sale = Fraction(result.price.sale.amount) if result.price is not None else Fraction(0)
    tax = by.tax
    if tax.on == "price":
        high = sale / _cbec(high_end=False) >= 10 * 30
        net, landed = sale / _cbec(high_end=high), Fraction(1)
    elif tax.regime == "cn-general":
        value = (cost + Fraction(by.packing)) / Fraction("200.71")
        consumption = Fraction(15, 100) if value >= 10 * 30 else Fraction(0)
        net, landed = sale, Fraction(101, 100) / (1 - consumption) * Fraction(113, 100)
    else:
        net = sale
        landed = (
            (1 + Fraction(tax.duty or 0)) / (1 - Fraction(tax.consumption)) * (1 + Fraction(tax.vat or 0))
        )
    spent = (cost + Fraction(by.packing)) / Fraction("200.71") * landed
    price = Decimal(sale.numerator) / Decimal(sale.denominator)
    left = net - sum((Fraction(fee.at(price)) for fee in by.fees), Fraction(0)) - spent

    assert left >= Fraction(margin) * sale


def _cbec(*, high_end: bool) -> Fraction:
    consumption = Fraction(15, 100) if high_end else Fraction(0)
    return 1 + (consumption + Fraction(13, 100)) / (1 - consumption) * Fraction(7, 10)


@given(fees=FEES, wanted=st.decimals("1", "100000", places=2))
def test_the_gross_up_leaves_what_was_wanted(fees: list[Fee], wanted: Decimal) -> None:
    """Price minus fees is the wanted amount, exactly, capped fees included."""
    price = FeePlan.of(fees).gross_up(Exact(wanted))
    assert price is not None
    exactly = Fraction(price.top) / Fraction(price.bottom)
    taken = sum(
        min(Fraction(fee.rate) * exactly, Fraction(fee.cap) if fee.cap is not None else exactly)
        + Fraction(fee.fixed)
        for fee in fees
    )

    assert Fraction(wanted) == exactly - taken


@given(
    form=st.sampled_from(["text", "yuan", "fen", "minor", "number", "integer"]),
    currency=st.sampled_from(sorted(MINOR_DIGITS)),
    units=st.integers(1, 10**12),
)
def test_a_codec_reads_back_what_it_wrote(form: Form, currency: str, units: int) -> None:
    """Serialize and parse are each other's inverse, in every currency."""
    currency = "CNY" if form in ("yuan", "fen") else currency
    digits = 0 if form == "integer" else minor_digits(currency)
    money = Money(Decimal(units).scaleb(-digits), currency)
    codec = Codec(form)
    wire = codec.encode(money)

    assert not isinstance(wire, float)
    assert money == codec.decode(wire, currency)
    assert wire == codec.encode(codec.decode(wire, currency))


def codecs(currency: str) -> list[Codec]:
    """Every form that can write this currency, with every number of digits a channel may ask for."""
    forms: list[Form] = ["yuan", "fen"] if currency == "CNY" else []
    plain: list[Form] = ["integer", "number"]
    counted: list[Form] = ["text", "minor"]
    return [Codec(form) for form in (*forms, *plain)] + [
        Codec(form, digits) for form in counted for digits in (None, 0, 1, 2, 3, 4)
    ]


@pytest.mark.parametrize("currency", sorted(MINOR_DIGITS))
def test_every_codec_reads_back_what_it_wrote_in_every_currency(currency: str) -> None:
    """No sampling: each currency, form and number of digits, minor units times 100 of a dong among them."""
    for codec in codecs(currency):
        digits = {"yuan": 2, "fen": 2, "integer": 0}.get(codec.form, codec.digits)
        digits = minor_digits(currency) if digits is None else digits
        for units in (1, 9, 10, 19, 99, 100, 101, 1999, 28_900, 939_000, 10**9 + 1, 10**15 - 1):
            money = Money(Decimal(units).scaleb(-digits), currency)
            wire = codec.encode(money)

            assert not isinstance(wire, float)
            assert money == codec.decode(wire, currency)
            assert wire == codec.encode(codec.decode(wire, currency))


def test_minor_units_may_be_counted_where_a_currency_has_none() -> None:
    """A channel that counts hundredths of everything gets a dong times 100."""
    assert 93_900_000 == Codec("minor", 2).encode(Money(939_000, "VND"))


def told(result: Priced) -> str:
    """Everything a pricing tells, as text."""
    return dumps(result.trace.document()) + str(result.trace) + str(result.price) + str(list(result.issues))


HOSTS = [
    decimal.Context(prec=3, rounding=decimal.ROUND_UP),
    decimal.Context(prec=50, rounding=decimal.ROUND_FLOOR, capitals=0),
    decimal.Context(prec=9, rounding=decimal.ROUND_05UP, traps=[decimal.Inexact, decimal.Rounded]),
    decimal.Context(prec=1, Emin=0, Emax=1),
]


@pytest.mark.parametrize(
    "host", HOSTS, ids=["three digits, up", "fifty, floor", "inexact traps", "one digit"]
)
def test_the_host_s_decimal_context_has_no_say(host: decimal.Context) -> None:
    """Price, trace, wording and findings are the same under any process-wide context."""
    guards = Guards(min_margin="0.40", max_discount="0.10", max_change="0.01")
    by = p02(compare_at="list", guards=guards, tax=Tax(mode="included", on="price", regime="cn-cbec"))
    subject = product(32000, list_krw=52000, cost=19000)
    plain = told(priced(subject, by))
    with decimal.localcontext(host):
        fresh = p02(compare_at="list", guards=guards, tax=by.tax)
        under_host = told(priced(subject, fresh, fixture()))

    assert plain == under_host


COMMA = 'LC_NUMERIC\ndecimal_point "<U002C>"\nthousands_sep "<U002E>"\ngrouping 3;3\nEND LC_NUMERIC\n'


@pytest.mark.skipif(
    shutil.which("localedef") is None, reason="no localedef to make a locale with a decimal comma"
)
def test_the_host_s_locale_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decimal comma in the environment changes nothing; the locale is made here, for a host may have none."""
    plain = told(priced(product(32000), p02()))
    (tmp_path / "comma").write_text(COMMA, encoding="ascii")
    made = ["localedef", "-c", "-i", str(tmp_path / "comma"), "-f", "UTF-8", str(tmp_path / "xx_XX.UTF-8")]
    subprocess.run(made, capture_output=True, check=False)  # it warns of the parts that are not given
    monkeypatch.setenv("LOCPATH", str(tmp_path))
    before = locale.setlocale(locale.LC_NUMERIC)
    locale.setlocale(locale.LC_NUMERIC, "xx_XX.UTF-8")
    try:
        assert "1.234,5" == f"{Decimal('1234.5'):n}"
        assert plain == told(priced(product(32000), p02()))
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


@given(by=policies(), fees=FEES, krw=st.integers(100, 10**7))
def test_one_snapshot_gives_the_same_bytes_for_ever(by: Policy, fees: list[Fee], krw: int) -> None:
    """Stored as JSON, read back and used again: the same prices, traces and id."""
    by = with_fees(by, fees)
    rates = fixture()
    again = Snapshot.from_document(rates.document())

    assert rates.id == again.id
    assert told(priced(product(krw), by, rates)) == told(priced(product(krw), by, again))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.decimals("150", "250", places=2)), min_size=2, unique=True)
)
def test_equal_ids_give_equal_prices_whatever_the_order(said: list[tuple[str, Decimal]]) -> None:
    """An id does not know an order, so no price may: also where several sources quote one pair on one day."""
    rates = [Rate(base="CNY", quote="KRW", value=value, observed=AS_OF, source=name) for name, value in said]
    one, other = Snapshot(kind="fixture", rates=rates), Snapshot(kind="fixture", rates=rates[::-1])

    assert one.id == other.id
    assert told(priced(product(32000), p02(), one)) == told(priced(product(32000), p02(), other))


def _dong(value: str, calendar: str, observed: date) -> Snapshot:
    rate = Rate(base="KRW", quote="VND", value=value, observed=observed, source="bank", calendar=calendar)
    return Snapshot(rates=[rate])


def test_digits_that_were_written_are_kept() -> None:
    """Four digits are enough for a price, three are refused: two snapshots with two ids."""
    fine, coarse = (_dong(value, "weekdays", AS_OF) for value in ("19.70", "19.7"))
    made, held = (priced(product(32000), policy("VND"), one) for one in (fine, coarse))

    assert fine.id != coarse.id
    assert None is not made.price
    assert "keeps only 3 digits" in held.held


def test_a_calendar_is_part_of_what_a_rate_says() -> None:
    """Over Chuseok the Korean banks miss fewer days than a table of all weekdays: another age, another id."""
    seoul, table = (_dong("19.70", calendar, date(2026, 9, 18)) for calendar in ("KR", "weekdays"))
    one, other = (
        priced(product(32000), policy("VND"), rates, today=date(2026, 9, 28)) for rates in (seoul, table)
    )

    assert seoul.id != table.id
    assert [issue.message for issue in one.issues] != [issue.message for issue in other.issues]


WALKS = st.lists(st.decimals("-0.03", "0.03", places=4), min_size=1, max_size=40)


def settled(values: list[Decimal], band: str) -> list[Decimal]:
    """The rates a channel is priced with, day by day."""
    before: Snapshot | None = None
    used = []
    for value in values:
        before = settle(
            fresh=fixture(CNY=str(value)), before=before, home="KRW", bands={"CNY": Decimal(band)}
        )
        rate = before.pair("CNY", "KRW")
        assert rate is not None
        used.append(rate.value)
    return used


@given(st.lists(st.decimals("200", "200.999", places=3), min_size=2, max_size=30))
def test_rates_within_one_band_never_reprice(values: list[Decimal]) -> None:
    """All within 0.5 % of each other: the first one stays, whatever the order. No oscillation."""
    assert [values[0]] * len(values) == settled(values, "0.005")


@given(
    before=WALKS,
    middle=st.decimals("150", "250", places=3),
    near=st.lists(st.decimals("0", "1", places=3), min_size=1, max_size=40),
    band=st.sampled_from(["0.004", "0.005", "0.01", "0.05"]),
)
def test_rates_that_stay_near_each_other_change_a_price_once_at_most(
    before: list[Decimal], middle: Decimal, near: list[Decimal], band: str
) -> None:
    """No oscillation, whatever was before: of rates that all lie within one band of each other at most one is taken."""
    value, history = Decimal("200.71"), []
    for step in before:
        value = (value * (1 + step)).quantize(Decimal("0.0001"))
        history.append(value)
    # All between `middle` and `middle` times (1 + band), in any order, up and down.
    cluster = [middle * (1 + Decimal(band) * share) for share in near]
    used = settled([*history, *cluster], band)[len(history) - 1 :]

    assert sum(one != other for one, other in pairwise(used)) <= 1


@given(WALKS)
def test_the_rate_in_use_is_never_further_off_than_the_band(steps: list[Decimal]) -> None:
    """And each change is larger than the band, so a walk of a given length has a bounded number of them."""
    value, values = Decimal("200.71"), []
    for step in steps:
        value = (value * (1 + step)).quantize(Decimal("0.0001"))
        values.append(value)
    used = settled(values, "0.01")
    band = Decimal("1.01")

    assert all(one <= other * band and other <= one * band for one, other in zip(values, used, strict=True))
    changes = [(a, b) for a, b in pairwise(used) if a != b]
    assert all(max(a, b) > min(a, b) * band for a, b in changes)


def test_a_rate_that_moves_by_four_per_mille_does_not_reprice() -> None:
    """0.4 % up and down for a month: one price."""
    values = [Decimal("200.71") * factor for factor in (1, Decimal("1.004"), 1, Decimal("0.996"))] * 8
    prices = {
        amount_of(priced(product(krw), policy("CNY"), fixture(CNY=str(rate))))
        for krw in (32000,)
        for rate in settled(values, "0.005")
    }

    assert {Decimal("159.43")} == prices


def test_a_kept_rate_remembers_who_confirmed_it() -> None:
    """A held rate does not grow stale while fresh ones confirm it."""
    first = settle(fresh=fixture(), before=None, home="KRW", bands={"CNY": Decimal("0.005")})
    later = Snapshot(
        kind="fixture",
        rates=tuple(evolve(rate, observed=AS_OF.replace(day=23)) for rate in fixture(CNY="200.9").rates),
    )
    kept = settle(fresh=later, before=first, home="KRW", bands={"CNY": Decimal("0.005")}).pair("CNY", "KRW")
    assert kept is not None

    assert (Decimal("200.71"), AS_OF, AS_OF.replace(day=23)) == (kept.value, kept.observed, kept.fresh_on)


JUNK = st.sampled_from(["0", "-5", "1e-30", "1e20", "1e30", "9" * 60, "0.1", "32000"])


@given(krw=JUNK | st.none(), cost=JUNK | st.none(), content=st.none() | st.just("0"), extra=JUNK)
def test_no_data_makes_pricing_raise(krw: Any, cost: Any, content: Any, extra: str) -> None:
    """Absurd amounts give a price or an issue, and never a price of zero."""
    by = evolve(
        p02(tax=Tax(mode="buyer_pays", regime="cn-cbec"), guards=Guards(min_margin="0.1")),
        addons=(AddOn("x", Decimal(extra)),),
    )
    subject = product(krw, content=content)
    subject = evolve(
        subject,
        supply={"V-1": evolve(subject.supply["V-1"], cost=None if cost is None else Money(cost, "KRW"))},
    )
    result = priced(subject, by)

    assert (result.price is None) == bool(result.issues.errors)
    assert result.price is None or result.price.sale.amount > 0
    assert str(result.trace)
    assert dumps(result.trace.document())
