"""Policy and rate tables as a person writes them: what is read, and what every mistake is called."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from storesync.pricing import Ending, Fee, Tax, policies_from, snapshot_from
from storesync.pricing.policy import AddOn, WeightStep

FULL = """
[prices.cn]
currency = "CNY"
valid_from = 2026-01-01
valid_until = 2026-12-31
source_vat = "0.10"
markup = "0.15"
packing = 1500
addons = [{ name = "sample", amount = "300" }]
freight = [{ up_to_g = 500, amount = "3000" }, { amount = "6000" }]
fx_buffer = "0.02"
fees = ["global", { name = "coupon", rate = "0.03", cap = "50", valid_until = 2026-12-31 }]
ending = "usual"
compare_at = "list"
quiet = "0.005"
tax = { mode = "buyer_pays", regime = "cn-cbec", measure = "piece" }
rate = { max_business_days = 3, pivots = ["EUR"], floor_kind = "buy" }
guards = { max_change = "0.15", min_margin = "0.20" }

[[prices.cn.refine]]
where = { category = "C-CRM" }
markup = "0.25"
tax = { measure = "content" }

[[prices.cn.refine]]
where = { channel = "tmall-cn", variant = "SBG-001-30" }
ending = { modulus = "10", endings = ["8"], mode = "nearest" }

[[prices.vn.periods]]
valid_until = 2026-12-31
tax = { vat = "0.08", vat_until = 2026-12-31 }

[[prices.vn.periods]]
valid_from = 2027-01-01
tax = { vat = "0.10" }

[prices.vn]
currency = "VND"
tax = { mode = "included", duty = "0" }

[fees.global]
rates = [{ name = "service", rate = "0.05" }, { name = "payment", rate = "0.01" }]
"""


def read(text: str, **more: Any) -> tuple[dict[str, Any], list[str]]:
    """The books and the findings as `code path`."""
    data = tomllib.loads(text)
    books, issues = policies_from(data["prices"], at="shop.toml", fees=data.get("fees"), **more)
    return dict(books), [f"{issue.code} {issue.path}" for issue in issues]


def test_every_key_is_read() -> None:
    """One policy with everything in it."""
    books, issues = read(FULL)
    (policy,) = books["cn"].policies

    assert [] == issues
    assert (date(2026, 1, 1), date(2026, 12, 31)) == (policy.valid_from, policy.valid_until)
    assert (Decimal("0.15"), Decimal(1500)) == (policy.markup, policy.packing)
    assert (AddOn("sample", Decimal(300)),) == policy.addons
    assert (WeightStep(Decimal(3000), 500), WeightStep(Decimal(6000))) == policy.freight
    assert ["service", "payment", "coupon"] == [fee.name for fee in policy.fees]
    assert Fee(name="coupon", rate="0.03", cap="50", valid_until=date(2026, 12, 31)) == policy.fees[2]
    assert Ending("10", ["9"]) == policy.ending
    assert Tax(mode="buyer_pays", regime="cn-cbec", measure="piece") == policy.tax
    assert (3, ("EUR",), "buy") == (policy.rate.max_business_days, policy.rate.pivots, policy.rate.floor_kind)
    assert (Decimal("0.15"), Decimal("0.20")) == (policy.guards.max_change, policy.guards.min_margin)
    assert ("list", Decimal("0.005")) == (policy.compare_at, policy.quiet)


def test_refinements_and_periods_are_read() -> None:
    """Nested tables are merged key by key."""
    books, _ = read(FULL)
    crm, sku = books["cn"].refinements
    early, late = books["vn"].policies

    assert ("category C-CRM", "channel tmall-cn, variant SBG-001-30") == (str(crm.scope), str(sku.scope))
    assert Tax(mode="buyer_pays", regime="cn-cbec") == crm.apply(books["cn"].policies[0]).tax
    assert Ending("10", ["8"], "nearest") == sku.fields["ending"]
    assert (Decimal("0.08"), Decimal("0.10")) == (early.tax.vat, late.tax.vat)
    assert ("included", Decimal(0)) == (late.tax.mode, late.tax.duty)


def test_a_duty_stands_in_place_of_an_inherited_agreement() -> None:
    """As the finding about a missing duty tells to write it; and the other way round."""
    text = (
        '[prices.vn]\ncurrency = "VND"\n'
        'tax = { mode = "included", regime = "vn-import", agreement = "akfta" }\n'
        '[[prices.vn.refine]]\nwhere = { category = "C-HAI" }\ntax = { duty = "0.12" }\n'
        '[[prices.vn.refine]]\nwhere = { product = "A" }\ntax = { agreement = "mfn" }\n'
    )
    books, issues = read(text)
    hair, a = books["vn"].refinements
    base = books["vn"].policies[0]
    stated = hair.apply(base)

    assert [] == issues
    assert ("", Decimal("0.12"), ()) == (stated.tax.agreement, stated.tax.duty, stated.problems)
    assert ("mfn", None, ()) == (
        a.apply(stated).tax.agreement,
        a.apply(stated).tax.duty,
        a.apply(stated).problems,
    )


MISTAKES = {
    "markup = 0.15": ("price.config_float prices/cn/markup", 'quote it: markup = "0.15"'),
    'markup = "15 %"': ("price.config_value prices/cn/markup", 'write markup = "0.15"'),
    "markup = true": ("price.config_value prices/cn/markup", 'write markup = "0.15"'),
    'marckup = "0.15"': ("price.config_unknown_key prices/cn/marckup", "did you mean 'markup'?"),
    'tax = { mode = "include" }': ("price.config_value prices/cn/tax/mode", 'write mode = "included"'),
    'tax = { vta = "0.1" }': ("price.config_unknown_key prices/cn/tax/vta", "did you mean 'vat'?"),
    'tax = "0.08"': ("price.config_value prices/cn/tax", "write [prices.cn.tax]"),
    'valid_until = "soon"': ("price.config_value prices/cn/valid_until", "write valid_until = 2026-12-31"),
    'fees = ["globl"]': ("price.unknown_fee prices/cn/fees", "did you mean 'global'?"),
    'fees = [{ rate = "0.05" }]': (
        "price.config_value prices/cn/fees/0/name",
        'write { name = "commission", rate = "0.05" }',
    ),
    'fees = [{ name = "x" }]': ("price.config_value prices/cn/fees/0/rate", 'write rate = "0.05"'),
    'freight = [{ up_to_g = -1, amount = "3" }]': (
        "price.config_value prices/cn/freight/0/up_to_g",
        "write up_to_g = 1",
    ),
    'ending = { modulus = "10" }': (
        "price.config_value prices/cn/ending/endings",
        'such as { modulus = "10", endings = ["9"], mode = "up" }',
    ),
    'ending = { modulus = "10", endings = ["12"] }': ("price.ending prices/cn/ending", "change the ending"),
    "valid_from = 2027-01-01\nvalid_until = 2026-01-01": (
        "price.policy_gap prices/cn/valid_until",
        "swap the two dates",
    ),
    'refine = [{ markup = "0.2" }]': (
        "price.config_value prices/cn/refine/0/where",
        "write [prices.cn.refine.0.where]",
    ),
    'refine = [{ where = { sku = "A" }, markup = "0.2" }]': (
        "price.config_unknown_key prices/cn/refine/0/where/sku",
        "known keys: category, channel, product, variant",
    ),
    'tax = { vat = "0.08" }': (
        "price.config_value prices/cn/tax",
        'write mode = "included", "buyer_pays" or "none"',
    ),
    'refine = [{ where = { product = "A" }, tax.regime = "cn-cbec" }]': (
        "price.config_value prices/cn/tax",
        'write mode = "included", "buyer_pays" or "none"',
    ),
    'fees = [{ name = "x", rate = "0.05" }, { name = "x", rate = "0.05" }]': (
        "price.fee prices/cn/fees",
        "leave one out, or give it another name",
    ),
    "periods = [{ valid_until = 2026-06-30 }, { valid_from = 2026-06-30 }]": (
        "price.policy_overlap prices/cn/periods",
        "let each period begin the day after the one before it ended",
    ),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_an_issue_with_the_way_out(line: str) -> None:
    """Its code, its place, its hint; and the policy is not used."""
    data = tomllib.loads(f'[prices.cn]\ncurrency = "CNY"\n{line}\n[fees.global]\nrates = []\n')
    books, issues = policies_from(data["prices"], at="shop.toml", fees=data["fees"])
    expected, hint = MISTAKES[line]

    assert {} == dict(books)
    assert re.match(r"policy 'cn', stage '[a-z -]+', every variant: ", issues[0].message)
    assert (expected, hint, "shop.toml") == (
        f"{issues[0].code} {issues[0].path}",
        issues[0].hint,
        issues[0].at,
    )


# What is written, and how its finding begins.
NAMED = {
    'fees = ["globl"]': "policy 'cn', stage 'fees', every variant: fee profile 'globl' is unknown",
    'fees = ["local"]': "policy 'cn', stage 'fees', every variant: [fees.local.rates.0] a fee has no name",
    'ending = { modulus = "10", endings = ["12"] }': "policy 'cn', stage 'ending', every variant: the ending",
    "tax = { vat = 0.1 }": "policy 'cn', stage 'tax', every variant: vat = 0.1 is a floating-point number",
    "freight = [{ up_to_g = 5 }]": "policy 'cn', stage 'add-ons', every variant: amount is missing",
    "valid_until = 2026-01-01\nvalid_from = 2027-01-01": "policy 'cn', stage 'policy', every variant: valid_until",
    "periods = [{ valid_until = 2026-06-30 }, { valid_from = 2026-06-30 }]": (
        "policy 'cn', stage 'policy', every variant: the periods the beginning to 2026-06-30"
    ),
    "periods = [{ markup = 0.5 }]": "policy 'cn', stage 'markup', every variant: markup = 0.5 is a floating-",
    'refine = [{ where = { variant = "A-1" }, guards = { min_margn = "0.1" } }]': (
        "policy 'cn', stage 'guards', variant A-1: min_margn is unknown"
    ),
    'refine = [{ where = { category = "C", channel = "x" }, ending = "usual", step = true }]': (
        "policy 'cn', stage 'ending', every variant of channel x, category C: step is a boolean"
    ),
    'refine = [{ where = { category = "C" }, quiet = "0.1" }]': (
        "policy 'cn', stage 'policy', every variant of category C: quiet is refined"
    ),
    'tax.mode="none"\nrefine=[{where={variant="A"}, tax={vat="0.1"}}, {where={variant="A"}, tax.vat="0"}]': (
        "policy 'cn', stage 'tax', variant A: two refinements set tax.vat differently"
    ),
    "refine = [5]": "policy 'cn', stage 'policy', every variant: refine.0 is a whole number, not a table",
}


@pytest.mark.parametrize("line", NAMED)
def test_a_finding_of_the_configuration_names_policy_stage_and_variants(line: str) -> None:
    """Nobody must guess which price it is about."""
    data = tomllib.loads(
        f'[prices.cn]\ncurrency = "CNY"\n{line}\n[fees.local]\nrates = [{{ rate = "0.1" }}]\n'
    )
    _, issues = policies_from(data["prices"], at="shop.toml", fees=data["fees"])

    assert issues[0].message.startswith(NAMED[line])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('currency = "YUAN"', "price.unknown_currency"),
        ("", "price.config_value"),
        ("currency = 5", "price.config_value"),
    ],
)
def test_a_policy_needs_a_currency(line: str, code: str) -> None:
    """Missing, unknown, or no text."""
    books, issues = read(f"[prices.cn]\n{line}\n")

    assert {} == books
    assert f"{code} prices/cn/currency" in issues


def test_one_bad_policy_does_not_stop_the_others() -> None:
    """All findings of all tables at once."""
    books, issues = read(
        '[prices]\na = 1\n[prices.b]\ncurrency = "CNY"\n[prices.c]\ncurrency = "CNY"\nmarkup = 1.5\n'
    )

    assert ["b"] == list(books)
    assert ["price.config_value prices/a", "price.config_float prices/c/markup"] == issues


def test_lines_are_named_where_the_caller_knows_them() -> None:
    """The place of an issue is that of its key."""
    lines = {"prices.cn.markup": "shop.toml:3", "prices.cn": "shop.toml:1"}
    _, issues = policies_from(
        {"cn": {"currency": "CNY", "markup": 0.1}}, at="shop.toml", locate=lambda key: lines.get(key, "")
    )

    assert ["shop.toml:3"] == [issue.at for issue in issues]


RATES = """
kind = "live"
as_of = 2026-11-20
source = "bank"
calendar = "KR"
[quotes]
KRW_per_CNY = "200.71"
KRW_per_100VND = "5.08"
EUR_per_USD = 1
"""


def test_a_rate_table_is_read_per_unit() -> None:
    """A quote per 100 is divided by 100, exactly."""
    snapshot, issues = snapshot_from(tomllib.loads(RATES), at="rates.toml")
    assert snapshot is not None
    dong = snapshot.pair("VND", "KRW")
    assert dong is not None

    assert not len(issues)
    assert "live" == snapshot.kind
    assert (Decimal("0.0508"), date(2026, 11, 20), "bank", "KR", "KRW_per_100VND = 5.08") == (
        dong.value,
        dong.observed,
        dong.source,
        dong.calendar,
        dong.raw,
    )


RATE_MISTAKES = {
    "quotes = { KRW_per_CNY = 200.71 }": "price.config_float rates/quotes/KRW_per_CNY",
    'quotes = { KRW_CNY = "200.71" }': "price.config_value rates/quotes/KRW_CNY",
    'quotes = { KRW_per_12CNY = "200.71" }': "price.config_value rates/quotes/KRW_per_12CNY",
    'quotes = { KRW_per_XXX = "200.71" }': "price.unknown_currency rates/quotes/KRW_per_XXX",
    'quotes = { KRW_per_CNY = "0" }': "price.config_value rates/quotes/KRW_per_CNY",
    'quotes = { KRW_per_KRW = "1" }': "price.config_value rates/quotes/KRW_per_KRW",
    'quotes = { KRW_per_CNY = "1e400" }': "price.config_value rates/quotes/KRW_per_CNY",
    'quotes = { KRW_per_CNY = "0.0000000000000000001" }': "price.config_value rates/quotes/KRW_per_CNY",
    'quotes = { KRW_per_100CNY = "0.00000000000000001" }': "price.config_value rates/quotes/KRW_per_100CNY",
    'quotes = { KRW_per_100000000VND = "5" }': "price.config_value rates/quotes/KRW_per_100000000VND",
    'quotes = { KRW_per_CNY = "200.71", KRW_per_100CNY = "200.71" }': (
        "price.config_value rates/quotes/KRW_per_100CNY"
    ),
    'quotes = { KRW_per_CNY = "200.71", CNY_per_KRW = "0.5" }': "price.config_value rates/quotes/CNY_per_KRW",
    "quotes = { }": "price.config_value rates/quotes",
    'quotes = { KRW_per_CNY = "2" }\nsourse = "x"': "price.config_unknown_key rates/sourse",
}


@pytest.mark.parametrize("line", RATE_MISTAKES)
def test_half_a_rate_table_is_no_rate_table(line: str) -> None:
    """One mistake, no snapshot, and the place of it."""
    snapshot, issues = snapshot_from(
        tomllib.loads(f'kind = "fixture"\nas_of = 2026-11-20\n{line}'), at="rates.toml"
    )

    assert None is snapshot
    assert [RATE_MISTAKES[line]] == [f"{issue.code} {issue.path}" for issue in issues]


def told(quotes: str) -> tuple[str, str]:
    """The one finding of such a table: its message and its way out."""
    text = f'kind = "live"\nas_of = 2026-11-20\nquotes = {{ {quotes} }}'
    _, issues = snapshot_from(tomllib.loads(text, parse_float=Decimal), at="rates.toml")
    (issue,) = issues
    return issue.message, issue.hint


def test_two_lines_of_the_same_currencies_are_refused_with_both_figures() -> None:
    """Per 1 and per 100, or the other way round: which one is meant, nobody can tell."""
    message, way = told('KRW_per_CNY = "200.71", CNY_per_KRW = "0.5"')

    assert (
        "[rates.quotes] CNY_per_KRW = 0.5 and KRW_per_CNY = 200.71 quote the same two currencies: "
        "1 CNY = 2 KRW by the first, 1 CNY = 200.71 KRW by the second"
    ) == message
    assert "keep the one line that is right" == way
    assert told('KRW_per_VND = "0.0508", KRW_per_100VND = "5.08"')[0].endswith("the same two currencies")


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ('KRW_per_CNY = "200,71"', 'write KRW_per_CNY = "200.71"'),
        ('KRW_per_USD = "1.390,50"', 'write KRW_per_USD = "1390.50"'),
        ('KRW_per_USD = "1,390.5"', 'write KRW_per_USD = "1390.5"'),
        ('KRW_per_USD = "1,390"', 'write KRW_per_USD = "1390", or "1.390" if its comma stands for a point'),
        (
            'KRW_per_100VND = "about 5"',
            'write KRW_per_100VND = "…": what 100 VND cost in KRW, in digits and a point',
        ),
        ('KRW_per_CNY = "-200"', 'write KRW_per_CNY = "…": what 1 CNY costs in KRW, in digits and a point'),
        ('KRW_per_CNY = "200_71"', 'write KRW_per_CNY = "…": what 1 CNY costs in KRW, in digits and a point'),
        ('KRW_per_KRW = "1"', "a rate is between two currencies: KRW_per_CNY"),
    ],
)
def test_the_way_out_of_a_wrong_rate_is_about_that_rate(line: str, way: str) -> None:
    """Never a figure that has nothing to do with it."""
    assert way == told(line)[1]


def test_a_rate_table_says_what_it_is_and_of_which_day() -> None:
    """Kind, day and quotes are never guessed."""
    snapshot, issues = snapshot_from({}, at="rates.toml")

    assert None is snapshot
    assert {"rates/kind", "rates/as_of", "rates/quotes"} == {issue.path for issue in issues}
