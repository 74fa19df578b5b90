"""Bad data and bad policies: an issue that names policy, stage and variant, and the live price stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from storesync.issues import Severity
from storesync.model import Money, Price, Supply
from storesync.pricing import (
    Ending,
    Fee,
    Guards,
    Policy,
    Priced,
    Rate,
    RateRules,
    Snapshot,
    Tax,
    WeightStep,
    policies_from,
    price,
)
from storesync.pricing.policy import AddOn
from tests.pricing.golden import AS_OF, MARKETS, TODAY, fixture, p02, policy, priced, product, sale


def live(observed: date, *, calendar: str = "KR", value: str = "200.71") -> Snapshot:
    """A real rate of one day."""
    return Snapshot(
        rates=(
            Rate(base="CNY", quote="KRW", value=value, observed=observed, source="ecos", calendar=calendar),
        )
    )


def codes(result: Priced) -> list[str]:
    """The codes of all findings."""
    return [issue.code for issue in result.issues]


BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "no price": ({"krw": None}, {}, "price.missing", "base"),
    "price of zero": ({"krw": 0}, {}, "price.not_positive", "base"),
    "price below zero": ({"krw": -5}, {}, "price.not_positive", "base"),
    "no cost for the floor": (
        {"krw": 32000},
        {"guards": Guards(min_margin="0.2")},
        "price.cost_missing",
        "guards",
    ),
    "no net content for the line": (
        {"krw": 32000, "content": None},
        {"tax": Tax(mode="buyer_pays", regime="cn-cbec")},
        "price.content_missing",
        "tax",
    ),
    "no weight for the freight": (
        {"krw": 32000, "weight": 0},
        {"freight": (WeightStep("3000", 500),)},
        "price.weight_missing",
        "add-ons",
    ),
    "heavier than the last weight step": (
        {"krw": 32000, "weight": 501},
        {"freight": (WeightStep("3000", 500),)},
        "price.freight",
        "add-ons",
    ),
    "an ending above its modulus": (
        {"krw": 32000},
        {"ending": Ending("10", ["19"])},
        "price.ending",
        "ending",
    ),
    "an ending off the step": (
        {"krw": 32000},
        {"ending": Ending("10", ["9"]), "step": "2"},
        "price.ending",
        "ending",
    ),
    "no ending at all": ({"krw": 32000}, {"ending": Ending("10", [])}, "price.ending", "ending"),
    "no price ends so low": (
        {"krw": 900},
        {"ending": Ending("100", ["99"], "down")},
        "price.ending",
        "ending",
    ),
    "fees that take everything": ({"krw": 32000}, {"fees": ("0.6", "0.5")}, "price.fees_too_high", "fees"),
    "a fee of 5 for 5 %": ({"krw": 32000}, {"fees": ("5",)}, "price.fee", "fees"),
    "a tax without a rate": (
        {"krw": 32000},
        {"tax": Tax(mode="included", duty="0")},
        "price.tax_missing",
        "tax",
    ),
    "floor above ceiling": (
        {"krw": 32000},
        {"guards": Guards(min_price="200", max_price="100")},
        "price.policy_value",
        "guards",
    ),
    "above the ceiling": ({"krw": 32000}, {"guards": Guards(max_price="100")}, "price.ceiling", "guards"),
    "a fee that ended": (
        {"krw": 32000},
        {"fees_at": date(2026, 11, 22)},
        "price.policy_expired",
        "fees",
    ),
    "a markup of 15 for 15 %": ({"krw": 32000}, {"markup": "15"}, "price.policy_value", "markup"),
    "a change of 20 for 20 %": (
        {"krw": 32000},
        {"guards": Guards(max_change="20")},
        "price.policy_value",
        "guards",
    ),
    "thousands in a base": ({"krw": 32000}, {"base": "32.000"}, "price.policy_value", "base"),
    "thousands in packing": ({"krw": 32000}, {"packing": "1.500"}, "price.policy_value", "add-ons"),
    "thousands in an add-on": ({"krw": 32000}, {"addons": "4.500"}, "price.policy_value", "add-ons"),
    "thousands in freight": (
        {"krw": 32000},
        {"freight": (WeightStep("3.000", 500),)},
        "price.policy_value",
        "add-ons",
    ),
    "thousands in a floor": (
        {"krw": 32000},
        {"guards": Guards(min_price="1.200")},
        "price.policy_value",
        "guards",
    ),
    "thousands in a ceiling": (
        {"krw": 32000},
        {"guards": Guards(max_price="1.200")},
        "price.policy_value",
        "guards",
    ),
    "thousands in a fixed price": ({"krw": 32000}, {"fixed": "1.200"}, "price.policy_value", "base"),
    "a slipped digit": ({"krw": "1e25"}, {}, "price.out_of_range", "base"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_bad_input_is_held_with_policy_stage_and_variant(case: str) -> None:
    """No price, one error, and a message a person can act on."""
    of, by, code, stage = BROKEN[case]
    by = dict(by)
    if "fees_at" in by:
        until = by.pop("fees_at")
        made = evolve(policy("CNY", **by), fees=(Fee(name="commission", rate="0.05", valid_until=until),))
    else:
        made = policy("CNY", **by)
    result = priced(product(**of), made)
    issue = result.issues.errors[0]

    assert None is result.price
    assert code == issue.code
    assert issue.message.startswith(f"policy 'cny', stage '{stage}', variant V-1: ")
    assert issue.message == result.held
    assert issue.hint
    assert "P-1/variants/V-1/price/CN" == issue.path


def test_thousands_in_a_cap_are_no_decimals() -> None:
    """50.000 dong as the cap of a fee would sell a shop below what its fees leave."""
    held = priced(
        product(krw=32000), evolve(policy("VND"), fees=(Fee(name="sale", rate="0.1", cap="50.000"),))
    )

    assert None is held.price
    assert "fees is 50.000: a thousands point, or a fraction of 1 VND?" in held.held
    assert 'write "50000" if thousands are meant, and "50" if not' == held.issues.errors[0].hint


def test_a_fraction_of_three_digits_can_be_written() -> None:
    """A label of 12.125 won each is meant now and then; one more digit says so."""
    asked, meant = (
        priced(product(krw=32000), policy("CNY", addons=amount)) for amount in ("12.125", "12.1250")
    )

    assert 'write "12125" if thousands are meant, and "12.1250" if not' == asked.issues.errors[0].hint
    assert () == tuple(meant.issues.errors)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"tax": {"mode": "included", "regime": "cn-cbec", "on": "price", "vat": "0.091"}},
            'tax.vat 0.091 is stated, and a tax with on = "price" takes the published figures alone',
        ),
        (
            {"rounding": "up", "ending": {"modulus": "10", "endings": ["9"], "mode": "down"}},
            'rounding = "up" and an ending with mode = "down" cannot both hold',
        ),
        ({"rounding": "down", "ending": "usual"}, "cannot both hold"),
    ],
)
def test_what_would_be_left_out_in_silence_is_told(fields: dict[str, Any], said: str) -> None:
    """A figure or a direction that was written down decides of the price, or the file is refused."""
    books, found = policies_from({"cn": {"currency": "CNY", **fields}}, at="prices.toml")

    assert {} == dict(books)
    assert said in found.errors[0].message


def test_a_price_may_be_let_double() -> None:
    """max_change = "1" is a hundred percent, no slip for one percent."""
    made = priced(product(krw=32000), policy("CNY", guards=Guards(max_change="1")))

    assert () == tuple(made.issues.errors)


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("ending", {"ending": Ending("10.000", ["9.000"])}),
        ("ending", {"ending": Ending("10000", ["9.000"])}),
        ("step", {"step": "1.000"}),
    ],
)
def test_thousands_in_an_ending_or_a_step_are_no_decimals(key: str, fields: dict[str, Any]) -> None:
    """An ending of 9 dong in each 10 would make prices that nobody meant."""
    held = priced(product(krw=32000), policy("VND", **fields))

    assert None is held.price
    assert "a thousands point, or a fraction of 1 VND?" in held.held
    assert f"stage 'ending', variant V-1: {key}: {key} is" in held.held


def test_three_digits_after_a_zero_are_a_fraction() -> None:
    """A fee of an eighth of a dollar is no hundred and twenty-five."""
    made = priced(
        product(krw=32000), evolve(policy("USD"), fees=(Fee(name="item", rate="0", fixed="0.125"),))
    )

    assert () == tuple(made.issues.errors)


def test_three_digits_after_four_are_a_fraction() -> None:
    """2500.500 has no thousands point: it would be written 2.500.500."""
    made = priced(product(krw=32000), policy("CNY", freight=(WeightStep("2500.500"),)))

    assert () == tuple(made.issues.errors)


VAT_CHANGES: dict[str, Any] = {
    "currency": "VND",
    "valid_until": date(2026, 12, 31),
    "tax": {"mode": "included", "duty": "0.05", "vat": "0.08", "vat_until": date(2026, 12, 31)},
    "periods": [{"valid_from": date(2027, 1, 1), "tax": {"vat": "0.10"}}],
}


def test_a_policy_with_an_end_and_one_period_after_it_changes_over_at_midnight() -> None:
    """The policy's own days are the first period, and no period inherits them."""
    books, found = policies_from({"vn": VAT_CHANGES}, at="prices.toml")
    first, then = books["vn"].policies

    assert () == tuple(found)
    assert (None, date(2026, 12, 31), Decimal("0.08")) == (first.valid_from, first.valid_until, first.tax.vat)
    assert (date(2027, 1, 1), None, Decimal("0.10")) == (then.valid_from, then.valid_until, then.tax.vat)
    assert (date(2026, 12, 31), None) == (first.tax.vat_until, then.tax.vat_until)


@pytest.mark.parametrize(
    ("begins", "told"), [(date(2026, 12, 31), "overlap"), (date(2027, 1, 2), "leave a gap")]
)
def test_the_policy_s_own_days_and_its_periods_neither_overlap_nor_leave_a_gap(
    begins: date, told: str
) -> None:
    """Told when the file is read, not on the day."""
    changed = {**VAT_CHANGES, "periods": [{**VAT_CHANGES["periods"][0], "valid_from": begins}]}
    _, found = policies_from({"vn": changed}, at="prices.toml")

    assert told in found.errors[0].message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,299,000", "1299000"),
        ("1.299.000", "1299000"),
        ("1,299.50", "1299.50"),
        ("1 299 000", "1299000"),
        ("1.299.000,50", "1299000.50"),
        ("9,90", "9.90"),
    ],
)
def test_a_number_with_thousands_parted_is_told_without(written: str, meant: str) -> None:
    """The way out is the number that was meant."""
    _, found = policies_from({"vn": {"currency": "VND", "guards": {"min_price": written}}}, at="prices.toml")

    assert [f'write min_price = "{meant}"'] == [issue.hint for issue in found]


def test_an_unknown_sku_is_a_missing_price() -> None:
    """A SKU without supply is an issue, not a KeyError."""
    result = price(
        product=product(32000),
        sku="V-9",
        market=MARKETS["CNY"],
        policy=policy("CNY"),
        rates=fixture(),
        environment="sandbox",
        today=TODAY,
    )

    assert ["price.missing"] == codes(result)


def test_a_price_in_another_currency_is_refused() -> None:
    """The policy starts from won."""
    subject = evolve(product(1), supply={"V-1": Supply(sku="V-1", price=Money("20", "USD"))})

    assert ["price.currency"] == codes(priced(subject, policy("CNY")))


def test_a_policy_of_another_currency_is_refused() -> None:
    """The market's currency decides."""
    result = price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["VND"],
        policy=policy("CNY"),
        rates=fixture(),
        environment="sandbox",
        today=TODAY,
    )

    assert ["price.currency"] == codes(result)


def test_an_unknown_currency_is_refused() -> None:
    """XYZ is no currency; the known ones are listed."""
    by = Policy(name="x", currency="XYZ")
    market = evolve(MARKETS["CNY"], currency="XYZ")
    result = price(
        product=product(32000),
        sku="V-1",
        market=market,
        policy=by,
        rates=fixture(),
        environment="sandbox",
        today=TODAY,
    )

    assert ["price.unknown_currency"] == codes(result)
    assert "XYZ" in result.held


def test_a_missing_rate_is_held() -> None:
    """The message lists what the snapshot has."""
    result = priced(product(32000), policy("CNY"), Snapshot(rates=(), kind="fixture"))

    assert ["price.rate_missing"] == codes(result)


# 2026-11-20 is a Friday.
AGES = {
    "the same day": (date(2026, 11, 20), date(2026, 11, 20), []),
    "Friday's on Sunday": (date(2026, 11, 20), date(2026, 11, 22), []),
    "Friday's on Monday": (date(2026, 11, 20), date(2026, 11, 23), []),
    "Friday's on Tuesday": (date(2026, 11, 20), date(2026, 11, 24), ["price.rate_aging"]),
    "five business days missed": (date(2026, 11, 20), date(2026, 11, 28), ["price.rate_aging"]),
    "six business days missed": (date(2026, 11, 20), date(2026, 12, 1), ["price.rate_stale"]),
    "over Chuseok": (date(2026, 9, 23), date(2026, 9, 28), []),
    "from tomorrow": (date(2026, 11, 24), date(2026, 11, 23), ["price.rate_future"]),
}


@pytest.mark.parametrize("case", AGES)
def test_rates_age_by_business_days(case: str) -> None:
    """Fresh over a weekend, a warning after one missed day, held after five."""
    observed, today, expected = AGES[case]
    result = price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["CNY"],
        policy=policy("CNY"),
        rates=live(observed),
        environment="live",
        today=today,
    )

    assert expected == codes(result)
    assert (result.price is None) == bool(result.issues.errors)


def test_ten_calendar_days_are_the_end_whatever_the_calendar() -> None:
    """A policy that allows many business days still refuses after its calendar days."""
    by = policy("CNY", rate=RateRules(max_business_days=30))
    result = priced(product(32000), by, live(TODAY - timedelta(days=11)))

    assert "price.rate_stale" in codes(result)


def test_no_rates_at_all_hold_every_price() -> None:
    """Nobody could fetch anything: an issue, not an exception."""
    result = price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["CNY"],
        policy=policy("CNY"),
        rates=None,
        environment="live",
        today=TODAY,
    )

    assert ["price.rate_missing"] == codes(result)


def test_a_cross_of_two_days_is_no_rate() -> None:
    """Both legs must be of one day, unless the policy allows a skew."""
    rates = Snapshot(
        rates=(
            Rate(base="EUR", quote="KRW", value="1491.76", observed=date(2026, 11, 20), source="ecb"),
            Rate(base="EUR", quote="CNY", value="7.4326", observed=date(2026, 11, 19), source="ecb"),
        )
    )

    assert ["price.rate_missing"] == codes(priced(product(32000), policy("CNY"), rates))
    assert "159.44" == sale(priced(product(32000), policy("CNY", rate=RateRules(max_skew_days=1)), rates))


def test_the_floor_may_use_the_buying_rate() -> None:
    """The bank buys yuan for less won: the floor rises."""
    rates = fixture().with_rates(
        [Rate(base="CNY", quote="KRW", value="190", observed=AS_OF, source="kexim", kind="buy")]
    )
    guards = Guards(min_margin="0")
    mid = priced(product(13500, cost=13500), policy("CNY", guards=guards, markup="-0.5"), rates)
    buy = priced(
        product(13500, cost=13500),
        policy("CNY", guards=guards, markup="-0.5", rate=RateRules(floor_kind="buy")),
        rates,
    )

    assert ("67.27", "71.06") == (sale(mid), sale(buy))


def test_a_live_price_in_another_currency_holds_the_change_guard() -> None:
    """A guard that cannot be evaluated trips."""
    by = policy("CNY", guards=Guards(max_change="0.1"))
    result = priced(product(32000), by, last=Price(Money("30", "USD")))

    assert ["price.change"] == codes(result)


def test_a_fixed_price_below_the_floor_is_held_not_moved() -> None:
    """What a person set is never changed behind their back."""
    by = policy("CNY", fixed="50", guards=Guards(min_margin="0.2"))

    assert ["price.floor"] == codes(priced(product(32000, cost=32000), by))


@pytest.mark.parametrize("cost", [0, -5000])
def test_a_cost_of_nothing_is_no_cost(cost: int) -> None:
    """A floor made of it would be no floor; a source may give what a CSV file may not."""
    result = priced(product(32000, cost=cost), policy("CNY", guards=Guards(min_margin="0.2")))

    assert (None, ["price.cost_missing"]) == (result.price, codes(result))
    assert f"gives {cost} KRW" in result.held


@pytest.mark.parametrize(("fixed", "held"), [("400", ["price.floor"]), ("447", ["price.floor"]), ("448", [])])
def test_a_fixed_price_above_the_tax_line_is_judged_with_the_higher_tax(fixed: str, held: list[str]) -> None:
    """30 ml for 400 are high-end: the floor is 447.31, whatever it would be with the ordinary rate."""
    tax = Tax(mode="included", on="price", regime="cn-cbec")
    by = policy("CNY", fixed=fixed, tax=tax, guards=Guards(min_margin="0.20"))

    assert held == codes(priced(product(32000, cost=55_000), by))


def test_a_bad_list_price_never_holds_the_price() -> None:
    """The compare-at price is left out with a warning."""
    subject = product(32000)
    supply = evolve(subject.supply["V-1"], list_price=Money("30", "USD"))
    result = priced(evolve(subject, supply={"V-1": supply}), p02(compare_at="list"))

    assert "219.00" == sale(result)
    assert [("price.currency", Severity.WARNING)] == [(issue.code, issue.severity) for issue in result.issues]
    assert result.price is not None
    assert None is result.price.list


# Field, value, and how it was probably meant: 10 for 10 % makes a tenth of the price, or ten times as much.
SLIPPED = [
    ("source_vat", "10", "0.10"),
    ("source_vat", "1", "0.01"),
    ("fx_buffer", "2", "0.02"),
    ("tax.vat", "8", "0.08"),
    ("tax.duty", "6.5", "0.065"),
]


@pytest.mark.parametrize(("field", "value", "meant"), SLIPPED)
def test_a_share_of_one_and_more_is_a_slip(field: str, value: str, meant: str) -> None:
    """Refused with policy, key, value and the way it was probably meant."""
    if field.startswith("tax."):
        shares = {"duty": "0", "vat": "0.08", field.removeprefix("tax."): value}
        by = policy("CNY", tax=Tax(mode="included", **shares))
    else:
        by = policy("CNY", **{field: value})
    result = priced(product(32000), by)
    (problem,) = by.problems

    assert None is result.price
    assert ("price.policy_value", field) == (problem.code, problem.field)
    stage = {"source_vat": "source vat", "fx_buffer": "fx buffer"}.get(field, "tax")
    assert f"policy 'cny', stage '{stage}', variant V-1: {field}: {field} is {value}" == result.held
    assert f'{value} % is written "{meant}"' in problem.hint


UNKNOWN: dict[str, dict[str, Any]] = {
    "tax.mode": {"tax": Tax(mode="include")},  # type: ignore[arg-type]  # what the test is about
    "tax.regime": {"tax": Tax(mode="buyer_pays", regime="vn")},  # type: ignore[arg-type]  # the same
    "tax.agreement": {"tax": Tax(mode="included", vat="0", agreement="kvfta")},  # type: ignore[arg-type]  # the same
    "tax.on": {"tax": Tax(mode="included", duty="0", vat="0", on="sale")},  # type: ignore[arg-type]  # the same
    "tax.measure": {"tax": Tax(measure="pieces")},  # type: ignore[arg-type]  # the same
    "rate.kind": {"rate": RateRules(kind="middle")},  # type: ignore[arg-type]  # the same
    "rate.floor_kind": {"rate": RateRules(floor_kind="bid")},  # type: ignore[arg-type]  # the same
    "rounding": {"rounding": "half"},
    "compare_at": {"compare_at": "yes"},
}


@pytest.mark.parametrize("field", UNKNOWN)
def test_a_word_that_nobody_knows_holds(field: str) -> None:
    """From a program as from a file: an unknown mode is not taken for none."""
    made = policy("CNY", **UNKNOWN[field])
    result = priced(product(32000), made)

    assert [("price.policy_value", field)] == [(one.code, one.field) for one in made.problems]
    assert result.price is None
    assert "none of" in result.held


BELOW: dict[str, dict[str, Any]] = {
    "packing": {"packing": "-500"},
    "addons.sample": {"addons": (AddOn("sample", Decimal(-1)),)},
    "freight": {"freight": (WeightStep("-30000"),)},
    "guards.min_price": {"guards": Guards(min_price="-5")},
    "guards.max_price": {"guards": Guards(max_price="0")},
}


@pytest.mark.parametrize("field", BELOW)
def test_an_amount_below_zero_is_a_slip(field: str) -> None:
    """A cost that pays, and a ceiling that nothing can meet."""
    made = Policy(name="cny", currency="CNY", **BELOW[field])

    assert [("price.policy_value", field)] == [(one.code, one.field) for one in made.problems]
    assert priced(product(32000), made).price is None


@pytest.mark.parametrize(
    ("currency", "regime"), [("VND", "cn-cbec"), ("CNY", "vn-import"), ("USD", "cn-cbec")]
)
@pytest.mark.parametrize("mode", ["none", "included", "buyer_pays"])
def test_a_regime_taxes_its_own_money_only(currency: str, regime: Any, mode: Any) -> None:
    """China's lines are amounts of yuan: 10 yuan per ml are no 10 dong."""
    tax = Tax(mode=mode, regime=regime, on="price" if regime == "cn-cbec" else "import", duty="0", vat="0.1")
    (problem,) = policy(currency, tax=tax).problems

    assert ("price.tax_regime", "tax.regime") == (problem.code, problem.field)
    assert {"cn-cbec": "CNY", "vn-import": "VND"}[regime] in problem.message
    assert currency in problem.message


@pytest.mark.parametrize("stated", [{}, {"vat": "0.091"}, {"duty": "0", "vat": "0.091"}])
def test_the_tax_of_cross_border_retail_is_no_tax_at_import(stated: Any) -> None:
    """Its line of 10 yuan per ml decides between 9.1 % and 23.06 %; figures of one's own would hide it."""
    (problem,) = policy("CNY", tax=Tax(mode="included", regime="cn-cbec", **stated)).problems

    assert ("price.tax_regime", "tax.on") == (problem.code, problem.field)
    assert 'set on = "price"' in problem.hint


def test_a_price_that_the_driver_cannot_write_is_held() -> None:
    """Whole units carry no fen; nothing is rounded in silence."""
    result = price(
        product=product(32000),
        sku="V-1",
        market=MARKETS["CNY"],
        policy=policy("CNY"),
        rates=fixture(),
        environment="sandbox",
        today=TODAY,
        form="integer",
    )

    assert None is result.price
    assert ["price.codec"] == codes(result)
    assert "stage 'codec'" in result.held


MAKERS: list[Any] = [
    lambda number: Ending(number, ["9"]),
    lambda number: Ending("10", [number]),
    lambda number: policy("CNY", markup=number),
    lambda number: Fee(name="x", rate=number),
    lambda number: Rate(base="CNY", quote="KRW", value=number, observed=TODAY, source="x"),
]


@pytest.mark.parametrize("make", MAKERS)
def test_floats_are_refused_wherever_they_knock(make: Any) -> None:
    """A float never becomes a number here."""
    with pytest.raises(TypeError, match="float"):
        make(0.5)


# What is no mistake at all.


def test_a_home_market_needs_no_rate() -> None:
    """Won to won: nothing is converted, nothing can be stale."""
    by = policy("KRW", ending=Ending("1000", ["900"]))
    result = price(
        product=product(32000),
        sku="V-1",
        market=evolve(MARKETS["CNY"], code="KR", currency="KRW"),
        policy=by,
        rates=None,
        environment="live",
        today=TODAY,
    )

    assert "32900" == sale(result)
    assert "KRW as it is" == result.trace.stage("convert").detail


@pytest.mark.parametrize(("weight", "extra"), [(500, "3000"), (501, "6000"), (9000, "6000")])
def test_freight_goes_by_weight_step(weight: int, extra: str) -> None:
    """Up to and including the step's weight; the last one has no end."""
    by = policy("KRW", freight=(WeightStep("3000", 500), WeightStep("6000")), packing="100", step="1")
    result = price(
        product=product(32000, weight=weight),
        sku="V-1",
        market=evolve(MARKETS["CNY"], code="KR", currency="KRW"),
        policy=by,
        rates=None,
        environment="live",
        today=TODAY,
    )

    assert str(32100 + int(extra)) == sale(result)
    assert f"packing 100 KRW, freight for {weight} g {extra} KRW" == result.trace.stage("add-ons").detail


def test_a_base_of_the_policy_replaces_the_catalog_s() -> None:
    """A channel override stands even where the catalog has no price."""
    result = priced(product(None), policy("CNY", base="64000"))

    assert "318.87" == sale(result)
    assert "override of policy cny" == result.trace.stage("base").detail


def test_a_held_price_keeps_trace_and_candidate() -> None:
    """The report can say what would have been sent."""
    by = p02(guards=Guards(max_change="0.01"))
    result = priced(product(32000), by, last=Price(Money("199", "CNY")))

    assert (None, Money("219.00", "CNY")) == (result.price, result.candidate)
    assert "guards" == result.trace.steps[-1].stage


@pytest.mark.parametrize(
    ("live_price", "holds"), [("243.33", False), ("243.34", True), ("199.10", False), ("199.09", True)]
)
def test_the_change_guard_counts_from_the_live_price(live_price: str, holds: bool) -> None:
    """Exactly ten percent is allowed, in both directions."""
    by = p02(guards=Guards(max_change="0.10"))

    assert holds == (priced(product(32000), by, last=Price(Money(live_price, "CNY"))).price is None)
