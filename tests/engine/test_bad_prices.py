"""Bad input for prices, through `check`, `plan` and `sync`: told with policy, stage and variant; what is live stays."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from attrs import frozen
from tests.engine.exchange import SHOPEE, TMALL, Merchant, merchant

from storesync.config import load
from storesync.engine import Report
from storesync.engine.report import OutcomeState
from storesync.engine.shops import Shops
from storesync.errors import ConfigError, StalePlan
from storesync.issues import Issue, Severity
from storesync.plan import Kind, Plan

Spoil: TypeAlias = Callable[[Merchant], None]
BUFFER = 'fx_buffer = "0.02"\n'
SERUM = "SBG-001-30,SBG-001,용량,30ml,,,30,ml,1,32000,36000,9000,120,"


def policy(line: str) -> Spoil:
    """One more line in policy `cn`."""
    return lambda shop: shop.edit("prices.toml", BUFFER, f"{BUFFER}{line}\n")


def variant(row: str) -> Spoil:
    """Another row for the first serum."""
    return lambda shop: shop.edit("catalog/variants.csv", SERUM, row)


def later(days: int) -> Spoil:
    """So many days pass."""
    return lambda shop: shop.wait(days=days)


def silent(shop: Merchant) -> None:
    """No rate service answers any more."""
    shop.services.down |= {"ecos", "kexim"}


@frozen(kw_only=True)
class Case:
    """What is spoiled after the shop is live, and what must be said of it."""

    spoil: tuple[Spoil, ...]
    code: str
    stage: str
    said: str
    hint: str
    channel: str = TMALL
    name: str = "cn"
    keys: frozenset[str] = frozenset({"SBG-001", "SBG-002", "SBG-008"})


ONE = frozenset({"SBG-001"})
CASES = {
    "missing cost where a floor needs it": Case(
        spoil=(policy('guards = { min_margin = "0.20" }'), variant(SERUM.replace(",9000,", ",,"))),
        code="price.cost_missing",
        stage="guards",
        said="min_margin 0.20 needs the cost, and the catalog gives none",
        hint="fill in the cost of SBG-001-30",
        keys=ONE,
    ),
    "missing net content where a threshold needs it": Case(
        spoil=(
            policy('tax = { mode = "buyer_pays", regime = "cn-cbec" }'),
            variant(SERUM.replace(",30,ml,", ",,,")),
        ),
        code="price.content_missing",
        stage="tax",
        said="needs the net content in ml or g, and it is not known",
        hint="fill in the net content in ml or g of SBG-001-30",
        keys=ONE,
    ),
    "a rate older than allowed": Case(
        spoil=(silent, later(14)),
        code="price.rate_stale",
        stage="convert",
        said="is 14 days old and missed 9 business days of its source; at most 10 and 5 are allowed",
        hint="storesync rates fetch; the live price stays until then",
    ),
    "a policy that ended": Case(
        spoil=(policy("valid_until = 2026-11-30"), later(8)),
        code="price.policy_expired",
        stage="policy",
        said="the policy ended on 2026-11-30, today is 2026-12-01",
        hint="the line `valid_until = 2026-11-30` under [prices.cn] in prices.toml",
    ),
    "a policy that has not begun": Case(
        spoil=(policy("valid_from = 2027-01-01"),),
        code="price.policy_gap",
        stage="policy",
        said="the policy begins on 2027-01-01, today is 2026-11-23",
        hint="the line `valid_from = 2027-01-01` under [prices.cn] in prices.toml",
    ),
    "a day between two periods": Case(
        spoil=(
            lambda shop: shop.edit(
                "prices.toml",
                "[prices.vn]",
                "[[prices.cn.periods]]\nvalid_until = 2026-11-23\n\n"
                "[[prices.cn.periods]]\nvalid_from = 2026-11-24\nvalid_until = 2026-11-26\n\n[prices.vn]",
            ),
            later(6),
        ),
        code="price.policy_expired",
        stage="policy",
        said="the policy ended on 2026-11-26, today is 2026-11-29",
        hint="check its figures",
    ),
    "a fee that ended": Case(
        spoil=(
            lambda shop: shop.edit(
                "prices.toml", 'rate = "0.01" }', 'rate = "0.01", valid_until = 2026-11-24 }'
            ),
            later(2),
        ),
        code="price.policy_expired",
        stage="fees",
        said="fee 'payment' ended on 2026-11-24, today is 2026-11-25",
        hint="change its valid_until under [prices.cn] fees",
    ),
    "Vietnam's reduced VAT, which ends with the year": Case(
        spoil=(later(39),),
        code="price.policy_expired",
        stage="tax",
        said="tax.vat 0.08 ended on 2026-12-31, today is 2027-01-01",
        hint="`vat_until = 2026-12-31` under [prices.vn.tax] in prices.toml",
        channel=SHOPEE,
        name="vn",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_holds_its_listings_and_what_is_live_stays(tmp_path: Path, name: str) -> None:
    """Said alike by check and plan; not one price is sent, no zero and none of yesterday's."""
    case = CASES[name]
    with merchant(tmp_path) as shop:
        shop.sync(case.channel)
        before = shop.prices(case.channel)
        for spoil in case.spoil:
            spoil(shop)
        checked = shop.run(lambda shops: shops.check(case.channel))
        plan, report = shop.sync(case.channel, meant=True)
        report.raise_for_faults()
        said = [issue for one in plan.held for issue in one.issues if issue.code == case.code]

        assert case.keys == {
            one.key for one in plan.held if any(issue.code == case.code for issue in one.issues)
        }
        assert case.keys == {one.key for one in checked.held}
        for issue in said:
            _told(issue, case)
        assert {sku: before[sku] for sku in before if sku[:7] in case.keys} == {
            sku: price for sku, price in shop.prices(case.channel).items() if sku[:7] in case.keys
        }
        assert all(price > 0 for price in shop.prices(case.channel).values())
        assert case.keys.isdisjoint(operation.key for operation in plan)


def _told(issue: Issue, case: Case) -> None:
    assert issue.message.startswith(f"policy '{case.name}', stage '{case.stage}', variant SBG-00")
    assert case.said in issue.message
    assert case.hint in issue.hint


REFUSED = {
    "an unknown fee profile": ('fees = ["tmal"]', "fee profile 'tmal' is unknown", "[fees.tmal]"),
    "an ending above its modulus": (
        'ending = { modulus = "10", endings = ["19"] }',
        "policy 'cn', stage 'ending', every variant: the ending contradicts itself",
        "change the ending",
    ),
    "an ending off the step": (
        'ending = { modulus = "10", endings = ["9"] }\nstep = "2"',
        "policy 'cn', stage 'ending', every variant: the ending contradicts itself",
        "change the ending",
    ),
    "periods that overlap": (
        "periods = [{ valid_until = 2026-12-31 }, { valid_from = 2026-12-31 }]",
        "the periods the beginning to 2026-12-31 and 2026-12-31 to no end overlap",
        "the day after the one before it ended",
    ),
    "periods with a gap": (
        "periods = [{ valid_until = 2026-12-31 }, { valid_from = 2027-01-02 }]",
        "leave a gap",
        "the day after the one before it ended",
    ),
    "two refinements that contradict each other, with a third between them": (
        'refine = [{ where = { product = "SBG-001" }, markup = "0.3" }, '
        '{ where = { product = "SBG-001" }, packing = "100" }, { where = { product = "SBG-001" }, markup = "0.4" }]',
        "every variant of product SBG-001: two refinements set markup differently",
        "keep one of the two refinements",
    ),
    "a band for one product": (
        'refine = [{ where = { product = "SBG-001" }, quiet = "0.01" }]',
        "every variant of product SBG-001: quiet is refined, but a rate holds for a whole channel",
        "refine it for a channel alone",
    ),
    "8 for 8 %": (
        'tax = { mode = "included", duty = "0", vat = "8" }',
        "policy 'cn', stage 'tax', every variant: tax.vat is 8",
        '8 % is written "0.08"',
    ),
    "a parcel that pays": (
        'packing = "-500"',
        "policy 'cn', stage 'add-ons', every variant: packing is -500",
        "zero or above",
    ),
    "Vietnam's tax on yuan": (
        'tax = { mode = "buyer_pays", regime = "vn-import" }',
        "regime 'vn-import' taxes prices in VND, this policy makes CNY",
        "leave tax.regime out",
    ),
    "a channel that does not exist": (
        'refine = [{ where = { channel = "tmall-cm" }, markup = "0.20" }]',
        "policy 'cn', stage 'policy': a refinement is for channel 'tmall-cm', which does not exist",
        "tmall-cn",
    ),
}


SLIPS = {
    "variant": 'variant = "SBG-001-3O"',
    "product": 'product = "NO-SUCH"',
    "category": 'channel = "tmall-cn", category = "C-SRE"',
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_refinement_that_meets_nothing_is_told(tmp_path: Path, slip: str) -> None:
    """Else the general price would go out in silence; one that meets a variant is not told."""
    right = 'where = { channel = "tmall-cn", variant = "SBG-001-30" }, markup = "0.16"'
    wrong = f'where = {{ {SLIPS[slip]} }}, markup = "0.17"'
    with merchant(tmp_path) as shop:
        policy(f"refine = [{{ {right} }}, {{ {wrong} }}]")(shop)
        checked, planned = shop.run(lambda shops: shops.check(TMALL)).issues, shop.plan().warnings
        again = shop.run(lambda shops: shops.plan(TMALL, only=["SBG-002"])).warnings
        (issue,) = [one for one in checked if one.code == "price.unmet_refinement"]

        for told in (planned, again):
            assert [issue] == [one for one in told if one.code == "price.unmet_refinement"]

        assert issue.severity is Severity.WARNING
        assert SLIPS[slip].rpartition('"')[0].rpartition('"')[2] in issue.message
        assert "policy 'cn', stage 'policy'" in issue.message
        assert issue.at.startswith("prices.toml:")


def test_a_price_that_was_held_from_the_start_is_explained(tmp_path: Path) -> None:
    """No offer knows its SKU yet, and who looks for the reason asks for just that one."""
    with merchant(tmp_path) as shop:
        policy('guards = { min_margin = "0.20" }')(shop)
        variant(SERUM.replace(",9000,", ",,"))(shop)
        shop.plan()
        by_sku, by_key, nobody = (
            shop.run(lambda shops, name=name: shops.explain(TMALL, name))  # type: ignore[misc]  # a default of a lambda
            for name in ("SBG-001-30", "SBG-001", "SBG-001-3")
        )
        assert by_sku is not None
        assert by_key is not None

        assert None is nobody
        assert ("SBG-001", "SBG-001-30", ("SBG-001-50",)) == (by_sku.key, by_sku.sku, by_sku.others)
        assert "min_margin 0.20 needs the cost" in by_sku.held
        assert ["fees", "ending"] == [step["stage"] for step in by_sku.prices["CN"]["steps"]][-2:]
        assert by_sku == by_key


def test_a_refinement_may_be_for_a_product_that_cannot_be_read(tmp_path: Path) -> None:
    """A broken row is told as what it is; nobody can say whether the refinement was for it."""
    with merchant(tmp_path) as shop:
        policy('refine = [{ where = { category = "C-NEW" }, markup = "0.17" }]')(shop)
        shop.edit("catalog/products.csv", "SBG-001,SBG,", "SBG-001,SBX,")
        checked, planned = shop.run(lambda shops: shops.check(TMALL)), shop.plan()

        assert ["SBG-001"] == [one.key for one in checked.held] == [one.key for one in planned.held]
        for found in (checked.issues, planned.warnings):
            assert "price.unmet_refinement" not in [one.code for one in found]


@pytest.mark.parametrize("name", REFUSED)
def test_a_policy_that_cannot_be_is_refused_before_anything_is_priced(tmp_path: Path, name: str) -> None:
    """The configuration is not loaded; the finding names policy, line and the way out."""
    line, said, hint = REFUSED[name]
    with merchant(tmp_path) as shop:
        if line.startswith("ending"):
            shop.edit("prices.toml", 'ending = { modulus = "10", endings = ["9"], mode = "up" }', line)
        elif line.startswith("fees"):
            text = (shop.folder / "prices.toml").read_text("utf-8")
            fees = text[text.index("fees = [") : text.index("]\nending")] + "]"
            shop.edit("prices.toml", fees, line)
        else:
            shop.edit("prices.toml", BUFFER, f"{BUFFER}{line}\n")
        with pytest.raises(ConfigError) as refused:
            load(shop.folder / "storesync.toml")
        (issue,) = refused.value.issues

        assert said in issue.message
        assert "cn" in issue.message
        assert hint in issue.hint
        assert issue.at.startswith("prices.toml:")


def late(channel: str, days: int, line: str = "") -> tuple[Plan, str, dict[str, Decimal], dict[str, Decimal]]:
    """A plan for dearer serums, made before so many days and applied after them; the refusal, and what is live."""
    with TemporaryDirectory() as folder, merchant(Path(folder)) as shop:
        shop.sync(channel)
        before = shop.prices(channel)
        if line:
            policy(line)(shop)
        variant(SERUM.replace(",32000,", ",34000,"))(shop)
        if channel == SHOPEE:
            shop.wait(days=38)  # 31 December, the last day of the reduced VAT
        made = shop.plan(channel)
        assert ["SBG-001"] == [one.key for one in made if one.kind is Kind.PRICES]
        stored = Plan.from_json(made.as_json())
        silent(shop)
        shop.wait(days=days)
        try:
            shop.run(lambda shops: shops.apply(stored)).raise_for_faults()
            said = ""
        except StalePlan as refused:
            said = str(refused)
        return made, said, before, shop.prices(channel)


def test_a_plan_made_in_the_old_year_does_not_send_its_vat_in_the_new_one() -> None:
    """Vietnam's reduced VAT ends between plan and apply: nothing is sent, and the way out is said."""
    made, said, before, after = late(SHOPEE, 2)

    assert "2026-12-31" == made.good_until
    assert "until 2026-12-31: tax.vat 0.08 of policy 'vn' ends" in str(made)
    assert "(tax.vat 0.08 of policy 'vn' ends), today is 2027-01-02: nothing was sent; plan again" in said
    assert before == after


def test_a_plan_does_not_send_prices_of_a_rate_that_grew_too_old() -> None:
    """Its rate was fresh when it was made: three weeks later it is sent no more."""
    made, said, before, after = late(TMALL, 20)

    assert "2026-12-01" == made.good_until
    assert "is too old for policy 'cn'), today is 2026-12-13: nothing was sent; plan again" in said
    assert before == after


@pytest.mark.parametrize(("days", "sent"), [(0, True), (1, True), (2, False)])
def test_a_plan_holds_until_the_day_its_policy_ends(days: int, sent: bool) -> None:
    """Who reviews it until the next day may apply it; the day after the end nobody may."""
    made, said, before, after = late(TMALL, days, "valid_until = 2026-11-24")

    assert ("2026-11-24", sent) == (made.good_until, not said)
    assert sent == (before != after)
    assert sent or "(policy 'cn' ends), today is 2026-11-25" in said


def dearer(shop: Merchant) -> Plan:
    """A plan for dearer serums, as it comes back from a file."""
    variant(SERUM.replace(",32000,", ",34000,"))(shop)
    made = shop.plan()
    assert ["SBG-001"] == [one.key for one in made if one.kind is Kind.PRICES]
    return Plan.from_json(made.as_json())


def mistyped(shop: Merchant) -> Plan:
    """The plan was made with a slipped markup, which a person corrects."""
    shop.edit("prices.toml", 'markup = "0.15"', 'markup = "0.12"')
    made = shop.plan()
    shop.edit("prices.toml", 'markup = "0.12"', 'markup = "0.15"')
    return Plan.from_json(made.as_json())


def unpinned(shop: Merchant) -> Plan:
    """The plan was made under a pin, which ends."""
    snapshot = shop.run(lambda shops: shops.rates()).channels[0].snapshot
    assert snapshot is not None
    shop.run(lambda shops: shops.pin_rates(snapshot.id, reason="promotion", channels=[TMALL]))
    made = dearer(shop)
    shop.run(lambda shops: shops.unpin_rates(reason="over", channels=[TMALL]))
    return made


def doubted(shop: Merchant) -> Plan:
    """A newer rate jumps, and nobody believes it yet."""
    made = dearer(shop)
    shop.services.quote("ecos", CNY="150")
    shop.wait(days=3)
    shop.run(lambda shops: shops.fetch_rates())
    return made


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (mistyped, "the price policies were changed"),
        (unpinned, "the rates were pinned or unpinned"),
        (doubted, "the rates to price with are others, or one is doubted"),
    ],
)
def test_a_plan_whose_prices_come_from_what_holds_no_more_is_stale(
    tmp_path: Path, since: Callable[[Merchant], Plan], said: str
) -> None:
    """Nobody wants its prices sent; nothing of it is, and the message says what changed."""
    with merchant(tmp_path) as shop:
        shop.sync()
        before = shop.prices()
        made = since(shop)
        with pytest.raises(StalePlan, match=f"since this plan was made {said}: nothing was sent; plan again"):
            shop.run(lambda shops: shops.apply(made))

        assert before == shop.prices()


def test_a_reviewed_plan_is_good_while_the_rate_stays_in_its_band(tmp_path: Path) -> None:
    """Another day and another rate by a hair change no price: what a person looked at over night goes out."""
    with merchant(tmp_path) as shop:
        shop.sync()
        made = dearer(shop)
        shop.services.quote("ecos", CNY="200.9")
        shop.wait(days=1)
        shop.run(lambda shops: shops.fetch_rates())
        shop.run(lambda shops: shops.apply(made)).raise_for_faults()

        assert Decimal(229) == shop.prices()["SBG-001-30"]


def test_prices_that_end_while_a_plan_is_carried_out_go_out_no_more(tmp_path: Path) -> None:
    """It begins a second before midnight: what was begun is finished, the rest waits for the next plan."""
    with merchant(tmp_path) as shop:
        shop.edit("prices.toml", "[prices.vn]\n", "[prices.vn]\nvalid_until = 2026-11-23\n")
        shop.edit("storesync.toml", 'driver = "shopee"\n', 'driver = "shopee"\nworkers = 1\n')
        shop.wait(hours=11, minutes=59, seconds=59)

        async def work(shops: Shops) -> Report:
            return await shops.apply(await shops.plan(SHOPEE))

        report = shop.run(work)
        late = [one for one in report.outcomes if one.state is OutcomeState.DEFERRED]

        assert (
            "may be sent until 2026-11-23 (policy 'vn' ends), today is 2026-11-24; plan again" in late[0].said
        )
        assert {one.key for one in late}.isdisjoint(sku[:7] for sku in shop.prices(SHOPEE))
