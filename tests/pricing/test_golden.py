"""The thirty worked price cases, digit for digit."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

import pytest
from attrs import evolve

from storesync.issues import Severity
from storesync.model import Money, Price, minor_digits
from storesync.pricing import Codec, Ending, Fee, Rate, Snapshot, Tax
from storesync.pricing.china import cbec, inside, order_route
from storesync.pricing.exact import Exact, figure
from storesync.pricing.fee import FeePlan
from storesync.pricing.policy import Guards
from storesync.pricing.vietnam import Agreement
from tests.pricing.golden import AS_OF, CASES, KRW_PER, fixture, p02, policy, priced, product, sale, stages

UP_9 = Ending("10", ["9"])


def expect(case: str) -> dict[str, object]:
    """What the case file expects."""
    expected: dict[str, object] = CASES[case]["expect"]
    return expected


def steps(case: str) -> dict[str, str]:
    """The intermediate amounts of the case file."""
    found: dict[str, str] = CASES[case]["steps"]
    return found


def land(amount: str, ending: Ending) -> str:
    """The amount that ends right."""
    return str(ending.apply(Exact(Decimal(amount))))


def test_p01_plain_yuan() -> None:
    """32,000 won at 200.71 are 159.43 yuan, half up, and 15943 fen."""
    result = priced(product(32000), policy("CNY"))

    assert steps("P01")["converted"] == stages(result)["converted"]
    assert expect("P01")["amount"] == sale(result)
    assert expect("P01")["fen"] == Codec("fen").encode(Money(sale(result), "CNY"))


@pytest.mark.parametrize(("mode", "key"), [("up", "amount"), ("nearest", "nearest"), ("down", "down")])
def test_p02_full_yuan_pipeline(mode: str, key: str) -> None:
    """Every stage of the yuan policy, and each rounding mode of the 9 ending."""
    result = priced(product(32000), p02(ending=Ending("10", ["9"], mode)))  # type: ignore[arg-type]  # parametrized

    assert steps("P02") == stages(result)
    assert expect("P02")[key] == sale(result)


def test_p03_an_exact_candidate_stays() -> None:
    """209 ends on 9 already; a hundredth more goes to the next one."""
    assert expect("P03")["amount"] == f"{land('209.00', UP_9)}.00"
    assert expect("P03")["amount_209_01"] == f"{land('209.01', UP_9)}.00"
    assert "219" == land("209.00", Ending("10", ["9"], "up", inclusive=False))


def test_p04_a_tie_goes_up() -> None:
    """12.345 is 12.35; half-even would give 12.34 and is nowhere used."""
    result = priced(product(2469), policy("CNY"), fixture(CNY="200"))
    half_even = Decimal("12.345").quantize(Decimal("0.01"), ROUND_HALF_EVEN)

    assert steps("P04")["converted"] == str(result.trace.stage("convert").after.amount)  # type: ignore[union-attr]  # set
    assert expect("P04") == {"half_up": sale(result), "half_even": str(half_even)}


def test_p05_yen_from_a_quote_per_hundred() -> None:
    """JPY(100)=849.13 is 8.4913 a yen; forgetting the unit would sell for 38 yen."""
    plain = priced(product(32000), policy("JPY"))
    charm = priced(product(32000), policy("JPY", ending=Ending("100", ["80"])))
    wrong = priced(product(32000), policy("JPY"), fixture(JPY="849.13"))

    assert steps("P05") == {"per_yen": KRW_PER["JPY"], "converted": stages(plain)["converted"]}
    assert expect("P05") == {
        "amount": sale(plain),
        "charm_up": sale(charm),
        "wrong_if_unit_ignored": sale(wrong),
    }


def test_p06_dong_in_thousands() -> None:
    """VND(100)=5.08: nearest thousand, next 9,000, nearest 9,000."""
    thousands = priced(product(32000), policy("VND"))
    up = priced(product(32000), policy("VND", ending=Ending("10000", ["9000"])))
    nearest = priced(product(32000), policy("VND", ending=Ending("10000", ["9000"], "nearest")))

    assert steps("P06") == {"per_dong": KRW_PER["VND"], "converted": stages(thousands)["converted"]}
    assert expect("P06") == {
        "nearest_1000": sale(thousands),
        "charm_up": sale(up),
        "charm_nearest": sale(nearest),
    }


def test_p07_full_dong_pipeline() -> None:
    """Import VAT borne by the seller, 19 % fees, 9,000 ending; the voucher fee stays under its cap."""
    voucher = Fee(name="voucher", rate="0.03", cap="50000")
    by = policy(
        "VND",
        source_vat="0.10",
        markup="0.10",
        addons="3000",
        fx_buffer="0.02",
        fees=("0.12", "0.04", "0.03"),
        tax=Tax(mode="included", duty="0", vat="0.08", vat_until=date(2026, 12, 31)),
        ending=Ending("10000", ["9000"]),
    )
    result = priced(product(32000), by)

    assert steps("P07") == stages(result)
    assert expect("P07") == {
        "amount": sale(result),
        "voucher_fee_at_price": str(voucher.at(Decimal(sale(result))).to_integral_value()),
    }


def test_p08_capped_fee_in_closed_form() -> None:
    """A 3 % fee that stops at 50,000: neither the uncapped nor an iterated price is right."""
    wanted = Exact(Decimal(1500000))
    open_fees = [Fee(name="fixed", rate="0.12"), Fee(name="payment", rate="0.04")]
    voucher = Fee(name="voucher", rate="0.03", cap="50000")
    uncapped = FeePlan.of([*open_fees, Fee(name="voucher", rate="0.03")]).gross_up(wanted)
    capped = FeePlan.of([*open_fees, voucher]).gross_up(wanted)
    assert uncapped is not None
    assert capped is not None

    assert steps("P08")["try_uncapped"] == figure(uncapped.value, 2)
    assert steps("P08")["fee_uncapped"] == figure(uncapped.value * Decimal("0.03"), 2)
    assert steps("P08")["capped_price"] == figure(capped.value, 1)
    assert expect("P08")["amount_before_rounding"] == figure(capped.value, 1)
    assert expect("P08")["charm_up"] == str(Ending("10000", ["9000"]).apply(capped))


def test_p09_dong_tie() -> None:
    """628,500 is 629,000 to the nearest thousand, half up."""
    half_even = Decimal("628500").quantize(Decimal("1E3"), ROUND_HALF_EVEN)
    ceiling = Decimal("628500").quantize(Decimal("1E3"), ROUND_CEILING)

    assert expect("P09") == {
        "half_up": land("628500", Ending.step("1000")),
        "half_even": f"{half_even:f}",
        "ceiling": land("628500", Ending.step("1000", "up")),
    }
    assert f"{ceiling:f}" == land("628500", Ending.step("1000", "up"))


def test_p10_dollars_end_on_99() -> None:
    """23.96 plain, 23.99 with the ending; 23.995 already needs the next one."""
    by_99 = Ending("1", ["0.99"])
    plain = priced(product(32000), policy("USD"))
    charm = priced(product(32000), policy("USD", ending=by_99))

    assert steps("P10")["converted"] == stages(plain)["converted"]
    assert expect("P10") == {
        "amount": sale(plain),
        "charm_up": sale(charm),
        "from_23.995": land("23.995", by_99),
    }


def test_p11_rupiah_in_thousands() -> None:
    """ISO gives the rupiah two digits, practice none."""
    result = priced(product(32000), policy("IDR"))

    assert steps("P11")["converted"] == stages(result)["converted"]
    assert expect("P11")["amount"] == sale(result)
    assert expect("P11")["cldr_cash_digits"] == policy("IDR").price_digits
    assert expect("P11")["iso_digits"] == minor_digits("IDR")


def test_p12_taiwan_dollars() -> None:
    """Whole dollars, ending 9."""
    plain = priced(product(32000), policy("TWD"))
    charm = priced(product(32000), policy("TWD", ending=UP_9))

    assert steps("P12")["converted"] == stages(plain)["converted"]
    assert expect("P12") == {"amount": sale(plain), "charm_up": sale(charm)}


@pytest.mark.parametrize("case", ["P13", "P14", "P15"])
def test_p13_to_p15_cross_border_tax(case: str) -> None:
    """Just under the high-end line, on it, and the customs office's own example."""
    given = CASES[case]["inputs"]
    made = cbec(Decimal(given["dutiable_value"]), amount=Decimal(given["net_content"]))
    shown = {
        "high_end": made.high_end,
        "consumption_tax": f"{made.charge('consumption tax').amount:.2f}",
        "vat": str(made.charge("VAT").amount),
        "tax": str(made.tax.amount),
        "buyer_total": str(made.total.amount),
    }

    assert expect(case) == shown
    assert steps(case)["per_unit"] == (
        figure(Exact(made.value.amount).over(Decimal(given["net_content"])).value, 4).rstrip("0").rstrip(".")
    )


def test_p16_all_in_price() -> None:
    """219 yuan all in are 200.73 and 18.27 tax, and add up."""
    made = inside(Decimal("219.00"))
    before, tax = made.value, made.tax

    assert expect("P16") == {
        "ex_tax_price": str(before.amount),
        "tax": str(tax.amount),
        "sum": str((before + tax).amount),
    }
    assert steps("P16")["ex_tax"] == figure(Exact(Decimal(219)).over(Decimal("1.091")).value, 6)


def test_p17_order_limit() -> None:
    """5,000 is allowed; above it several pieces are split and one piece pays in full."""
    assert expect("P17") == {
        "4999.99": order_route(Decimal("4999.99")).text,
        "5000.00": order_route(Decimal("5000.00")).text,
        "5000.01 (2 items)": order_route(Decimal("5000.01"), pieces=2).text,
        "5000.01 (1 item)": order_route(Decimal("5000.01")).text,
    }


def test_p18_general_trade() -> None:
    """HS 3304.99 at 1 %: ordinary in 10.01 ml and high-end in 10 ml, as a policy asks for it."""
    by = policy("CNY", fixed="100.00", tax=Tax(mode="buyer_pays", regime="cn-general", agreement="mfn"))
    (ordinary,) = priced(product(32000, content="10.01"), by).trace.estimates
    (high,) = priced(product(32000, content="10"), by).trace.estimates

    assert expect("P18") == {
        "ordinary_total": str(ordinary.total.amount),
        "high_end_total": str(high.total.amount),
        "vat_part_ordinary": str(ordinary.charge("VAT").amount),
    }
    for key, made in (("ordinary", ordinary), ("high_end", high)):
        dutied = made.value + made.charge("duty")
        composed = Exact(dutied.amount).over(Decimal("0.85") if made.high_end else Decimal(1))
        parts = (Exact(dutied.amount), composed, composed.times(Decimal("1.13")))
        assert CASES["P18"]["steps"][key] == [figure(part.value, 4).rstrip("0").rstrip(".") for part in parts]


def test_p19_vietnam_landed_cost() -> None:
    """The certificate decides the duty, the date decides the VAT."""

    def landed(agreement: Agreement, on: date) -> str:
        by = policy(
            "VND", fixed="1000000", tax=Tax(mode="buyer_pays", regime="vn-import", agreement=agreement)
        )
        (made,) = priced(product(32000), by, today=on).trace.estimates
        return str(made.total.amount)

    before, after = date(2026, 12, 31), date(2027, 1, 1)

    assert expect("P19") == {
        "vkfta_0_vat8": landed("vkfta", before),
        "akfta_5_vat8": landed("akfta", before),
        "akfta_5_vat10_from_2027": landed("akfta", after),
    }


def test_p20_a_jump_is_held() -> None:
    """209 to 169 is 19.14 % down: more than 15 % holds the price and says so."""
    by = policy("CNY", fixed="169.00", guards=Guards(max_change="0.15"))
    result = priced(product(32000), by, last=Price(Money("209.00", "CNY")))

    assert expect("P20")["decision"] == ("hold" if result.price is None and result.held else "send")
    assert ["price.change"] == [issue.code for issue in result.issues]
    assert "-19.14 %" in result.held
    assert steps("P20")["change"] == figure(Exact(Decimal(169 - 209)).over(Decimal(209)).value, 4)


def test_p21_floor_after_the_ending() -> None:
    """A candidate below cost and margin is raised to the floor and ends right again."""
    by = policy(
        "CNY",
        addons="4500",
        fees=("0.09",),
        ending=UP_9,
        guards=Guards(min_margin="0.20"),
        # A base that lands on the candidate of the case.
        base="11500",
    )
    result = priced(product(32000, cost=9000), by)
    guards = result.trace.stage("guards")

    assert CASES["P21"]["inputs"]["candidate"] == str(guards.before.amount)  # type: ignore[union-attr]  # set
    assert steps("P21")["floor"] in guards.detail
    assert str(expect("P21")["decision"]) in guards.detail
    assert expect("P21")["amount"] == sale(result)


def test_p22_compare_at_takes_the_same_way() -> None:
    """The list price runs through the same stages."""
    result = priced(product(32000, list_krw=36000), p02(compare_at="list"))
    assert result.price is not None
    assert result.price.list is not None

    assert steps("P22") == stages(result, listed=True)
    assert expect("P22") == {"compare_at": str(result.price.list.amount), "sale": sale(result)}


@pytest.mark.parametrize(("step", "struck"), [("1000", "600000"), ("10000", "600000"), ("7000", "595000")])
def test_p23_promotion_cap(step: str, struck: str) -> None:
    """A discount above 50 % caps the struck-through price at twice the price, on a step at or below it."""
    by = policy("VND", fixed="300000", step=step, compare_at="list", guards=Guards(max_discount="0.50"))
    result = priced(product(32000, list_krw=33020), by)
    assert result.price is not None
    assert result.price.list is not None

    assert str(CASES["P23"]["inputs"]["compare_at"]) == str(
        Ending.step("1000").apply(Exact(Decimal(33020)).over(Decimal("0.0508")))
    )
    asked = Decimal(CASES["P23"]["inputs"]["compare_at"])
    assert steps("P23")["discount"] == figure(1 - Decimal(sale(result)) / asked, 4)
    assert "capped" in str(expect("P23")["decision"])
    assert "capped to" in result.trace.stage("compare-at").detail
    assert struck == str(result.price.list.amount)
    assert str(expect("P23")["max_compare_at"]) in result.trace.stage("compare-at").detail
    assert ["price.compare_at"] == [issue.code for issue in result.issues.warnings]


def test_vietnam_s_cap_holds_where_the_policy_says_nothing() -> None:
    """Half of the price just before, by decree; a policy that goes further is told, and another market is free."""
    by = policy("VND", fixed="300000", compare_at="list")
    crossed = product(32000, list_krw=45000)
    quiet, stated = priced(crossed, by), priced(crossed, evolve(by, guards=Guards(max_discount="0.70")))
    china = priced(crossed, policy("CNY", fixed="50", compare_at="list"))
    assert quiet.price is not None
    assert stated.price is not None
    assert china.price is not None

    assert Money(600_000, "VND") == quiet.price.list
    assert "above 50 % of it (Decree 81/2018 as amended by Decree 128/2024)" in quiet.issues[0].message
    assert Money(886_000, "VND") == stated.price.list
    (warned,) = stated.issues
    assert ("price.compare_at", Severity.WARNING) == (warned.code, warned.severity)
    assert "300000 VND instead of 886000 VND is a discount above 50 % (Decree 81/2018" in warned.message
    assert (Money("224.20", "CNY"), ()) == (china.price.list, tuple(china.issues))


def test_p24_fen_without_floats() -> None:
    """19.99 yuan are 1999 fen; floating point would give 1998."""
    assert expect("P24")["fen"] == Codec("fen").encode(Money("19.99", "CNY"))
    assert str(steps("P24")["float_int"]) == str(int(19.99 * 100))


def test_p25_cross_rate_over_the_euro() -> None:
    """Both legs are used unrounded, and the trace names them."""
    rates = Snapshot(
        kind="fixture",
        rates=tuple(
            Rate(base="EUR", quote=quote, value=value, observed=AS_OF, source="ecb")
            for quote, value in (("KRW", "1491.76"), ("CNY", "7.4326"))
        ),
    )
    result = priced(product(32000), policy("CNY"), rates)
    route = rates.route("KRW", "CNY")
    assert route is not None

    assert steps("P25") == {
        "krw_per_cny": figure(route.per_target, 6),
        "converted": stages(result)["converted"],
    }
    assert expect("P25")["amount"] == sale(result)


def test_p26_a_rounded_inverse_rate_is_refused() -> None:
    """KRW→USD kept two digits: the price would be 0.15 % wrong, so it is not made."""
    given = CASES["P26"]["inputs"]
    krw = Decimal(given["price_krw"])
    wrong = {code: krw * Decimal(given[f"KRW_{code}_rounded"]) for code in ("USD", "CNY")}
    right = {code: priced(product(32000), policy(code)) for code in ("USD", "CNY")}
    true = {code: krw / Decimal(KRW_PER[code]) for code in ("USD", "CNY")}
    inverse = Snapshot(
        kind="fixture",
        rates=(Rate(base="KRW", quote="USD", value=given["KRW_USD_rounded"], observed=AS_OF, source="x"),),
    )
    refused = priced(product(32000), policy("USD"), inverse)

    assert expect("P26") == {
        "usd_wrong": figure(wrong["USD"], 2),
        "usd_right": sale(right["USD"]),
        "cny_wrong": figure(wrong["CNY"], 2),
        "cny_right": sale(right["CNY"]),
        "usd_error_pct": figure((wrong["USD"] / true["USD"] - 1) * 100, 3),
        "cny_error_pct": figure((wrong["CNY"] / true["CNY"] - 1) * 100, 3),
    }
    assert ["price.rate_coarse"] == [issue.code for issue in refused.issues]


def test_p27_premium_ampoule() -> None:
    """89,000 won in 30 ml land in the high-end band: the buyer's total is estimated in the trace."""
    by = p02(markup="0.20", addons="5000", fees=("0.09",), tax=Tax(mode="buyer_pays", regime="cn-cbec"))
    result = priced(product(89000), by)
    made = cbec(Decimal(sale(result)), amount=Decimal(30))

    assert steps("P27") == stages(result)
    assert expect("P27") == {
        "amount": sale(result),
        "per_ml": str((Decimal(sale(result)) / 30).normalize()),
        "high_end": made.high_end,
        "tax": str(made.tax.amount),
        "buyer_total": str(made.total.amount),
    }
    assert (made,) == result.trace.estimates


def test_p28_single_sheet_mask() -> None:
    """Counted by piece: 22.90 for one sheet is over the line of 15."""
    by = p02(
        addons="900",
        fees=("0.09",),
        ending=Ending("1", ["0.9"]),
        tax=Tax(mode="buyer_pays", regime="cn-cbec", measure="piece"),
    )
    result = priced(product(3000, content=None, pieces=1), by)
    made = cbec(Decimal(sale(result)), amount=Decimal(1), measure="piece")

    assert steps("P28") == stages(result)
    assert expect("P28") == {
        "amount": sale(result),
        "per_piece": str(Decimal(sale(result)) / 1),
        "high_end": made.high_end,
    }


@pytest.mark.parametrize(
    ("case", "currency", "fees", "ending"),
    [("P29", "JPY", "0.12", Ending("100", ["80"])), ("P30", "USD", "0.15", Ending("1", ["0.99"]))],
)
def test_p29_p30_yen_and_dollar_pipelines(case: str, currency: str, fees: str, ending: Ending) -> None:
    """Every stage of the yen and the dollar policy."""
    by = policy(
        currency,
        source_vat="0.10",
        markup="0.10",
        addons="2500",
        fx_buffer="0.02",
        fees=(fees,),
        ending=ending,
    )
    result = priced(product(22000), by)

    assert steps(case) == stages(result)
    assert expect(case)["amount"] == sale(result)


def test_every_case_is_tested() -> None:
    """Thirty cases, thirty names in this module."""
    named = " ".join(name for name in globals() if name.startswith("test_p"))
    covered = {f"P{n:02d}" for n in range(1, 31) if f"p{n:02d}" in named} | {"P14"}

    assert set(CASES) == covered
