"""When a product must be prepared again, and when not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.prepare import world
from tests.prepare.world import REFERENCE, SERUM, SERUMS, channel, driver, settings

from storesync.model import Limit, Money, Product
from storesync.prepare import Inputs, Settings, input_digest
from storesync.pricing import Fee, Policy, PolicyBook, Rate, RateRules, Refinement, Scope, Snapshot, price

FRIDAY = date(2026, 11, 20)
RATE = Rate(base="CNY", quote="KRW", value="200.71", observed=FRIDAY, source="example")
LIVE = Snapshot(rates=(RATE,))
POLICY = Policy(name="cn", currency="CNY", valid_until=date(2026, 12, 31))


def priced(policy: Policy = POLICY, **changes: Any) -> Settings:
    """Settings with a real policy and a live rate."""
    book = PolicyBook(name="cn", policies=(policy,))
    return settings(**{"policies": {"CN": book}, "rates": LIVE, "today": FRIDAY, **changes})


def name(product: Product = SERUM, given: Settings | None = None, **more: Any) -> str:
    """The digest in this world."""
    chosen = given or priced()
    return input_digest(
        product,
        chosen,
        more.get("category", SERUMS),
        driver=more.get("driver", driver()),
        shop=more.get("shop", world.sd.Shop(channel="tmall-cn", markets=(world.CN,))),
    )


def test_equal_input_has_one_name() -> None:
    """Made anew from equal values, in one go or product by product."""
    inputs = Inputs.of(priced(), driver(), world.sd.Shop(channel="tmall-cn", markets=(world.CN,)))

    assert name() == name() == inputs.digest(SERUM, SERUMS)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: evolve(p, text=evolve(p.text, title="다른 이름")),
        lambda p: evolve(p, supply={**p.supply, "SBG-001-30": evolve(p.supply["SBG-001-30"], stock=239)}),
        lambda p: evolve(
            p, supply={**p.supply, "SBG-001-30": evolve(p.supply["SBG-001-30"], price=Money(1, "KRW"))}
        ),
        lambda p: evolve(p, images=p.images[::-1]),
        lambda p: evolve(p, variants=p.variants[::-1]),
        lambda p: evolve(p, axes=(evolve(p.axes[0], choices=dict(reversed(p.axes[0].choices.items()))),)),
        lambda p: evolve(p, status="draft"),
        lambda p: evolve(p, keys={"efficacy": ("moist",)}),
    ],
)
def test_what_the_catalog_says_counts(change: Callable[[Product], Product]) -> None:
    """Stock, price, text, order: each makes another name."""
    assert name(SERUM) != name(change(SERUM))


def test_a_row_inserted_above_changes_nothing() -> None:
    """Where a product stands in its file is no part of what it is."""
    assert name(SERUM) == name(evolve(SERUM, at="products.csv:3"))


@pytest.mark.parametrize(
    "changes",
    [
        {"accept": frozenset({"reference", "machine"})},
        {"categories": {"C-SER": "1"}},
        {"attributes": {"*": {"p1": "const:中国"}}},
        {"brands": {"SBG": "900"}},
        {"axes": {"용량": "50"}},
        {"surplus_axes": "join"},
        {"edition": "0.2"},
        {"rates": None},
        {"rates": Snapshot(rates=(evolve(RATE, value="201"),))},
        {"policies": {"CN": PolicyBook(name="cn", policies=(evolve(POLICY, markup="0.2"),))}},
        {"channel": channel(environment="live")},
        {"channel": channel(never=("SBG-*",))},
        {"templates": {}},
    ],
)
def test_what_the_configuration_says_counts(changes: dict[str, Any]) -> None:
    """Each rule that can change an outcome makes another name."""
    assert name(given=priced()) != name(given=priced(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"categories": {"C-SER": "50011978", "C-TON": "7"}},
        {"channel": channel(never=("DRN-*",), workers=2)},
        {"reference": evolve(REFERENCE, texts={**REFERENCE.texts, "DRN-001": REFERENCE.texts["SBG-001"]})},
    ],
)
def test_what_concerns_other_products_changes_nothing(changes: dict[str, Any]) -> None:
    """A new line elsewhere costs nothing here."""
    assert name(given=priced()) == name(given=priced(**changes))


def test_texts_categories_and_platform_count() -> None:
    """A new word, a new document version, a new limit, another shop."""
    words = {
        **REFERENCE.vocabulary,
        "efficacy": {**REFERENCE.vocabulary["efficacy"], "moist": {"zh-Hans": "水润"}},
    }

    names = {
        name(),
        name(given=priced(reference=evolve(REFERENCE, vocabulary=words))),
        name(category=evolve(SERUMS, version="v2")),
        name(category=None),
        name(driver=driver(spec_text={"title": Limit(9)})),
        name(shop=world.sd.Shop(channel="tmall-cn", markets=())),
    }

    assert 6 == len(names)


def test_a_word_that_the_tables_gain_counts() -> None:
    """Also one that only a check of what is left out asks for, and a text that a person refuses."""
    words = {**REFERENCE.vocabulary, "storage": {"실온 보관": {"zh-Hans": "常温保存"}}}
    refused = {"SBG-001": {"zh-Hans": {"title": "Kim refused it"}}}

    for other in (evolve(REFERENCE, vocabulary=words), evolve(REFERENCE, refused=refused)):
        assert name() != name(given=priced(reference=other))


def test_a_document_without_a_version_counts_as_a_whole() -> None:
    """No version is no promise."""
    bare = evolve(SERUMS, version="")

    assert name(category=bare) != name(category=evolve(bare, brands={}))


def days(given: Settings, first: date, count: int) -> list[str]:
    """The names on so many days in a row."""
    return [name(given=evolve(given, today=first + timedelta(days=day))) for day in range(count)]


def test_a_quiet_day_changes_nothing() -> None:
    """A fixture never ages: between two dates of the policy every morning is the same."""
    given = priced(rates=evolve(LIVE, kind="fixture"))

    assert 1 == len(set(days(given, date(2026, 11, 23), 30)))


@pytest.mark.parametrize(
    "policy",
    [
        POLICY,
        Policy(name="cn", currency="CNY", fees=(Fee(name="f", rate="0.05", valid_until=date(2026, 12, 31)),)),
        Policy(name="cn", currency="CNY", valid_from=date(2027, 1, 1)),
    ],
)
def test_a_boundary_of_a_policy_makes_a_new_name(policy: Policy) -> None:
    """On either side of its last or first day, and only there."""
    given = priced(policy, rates=evolve(LIVE, kind="fixture"))
    # The packaged tax figures end with the same year, so the quiet days are taken well before and after.
    before, after = days(given, date(2026, 12, 24), 6), days(given, date(2027, 1, 2), 6)

    assert 1 == len(set(before))
    assert 1 == len(set(after))
    assert before[0] != after[0]


@pytest.mark.parametrize(("market", "currency", "states"), [("CN", "CNY", 1), ("VN", "VND", 3)])
def test_published_figures_count_where_they_can_be_used(market: str, currency: str, states: int) -> None:
    """Vietnam's reduced VAT ends with the year: that is news for its own prices alone."""
    book = PolicyBook(name="open", policies=(Policy(name="open", currency=currency),))
    given = priced(policies={market: book}, rates=evolve(LIVE, kind="fixture"))

    assert states == len(set(days(given, date(2026, 12, 30), 4)))


def test_a_weekend_ages_no_rate() -> None:
    """Friday's rate on Saturday, Sunday and Monday is one state; on Tuesday it has missed a day."""
    friday, saturday, sunday, monday, tuesday = days(priced(), FRIDAY, 5)

    assert saturday == sunday == monday
    assert monday != tuesday
    # Friday itself is the day of the rate: a rate from the future would be refused, so today's side counts.
    assert friday != saturday


def test_a_rate_that_grows_too_old_makes_a_new_name() -> None:
    """Both the business days and the calendar days that a rule names."""
    far = priced(evolve(POLICY, rate=RateRules(warn_after=90, max_business_days=90, max_calendar_days=10)))

    before, at, beyond, later = (days(far, FRIDAY + timedelta(days=age), 1)[0] for age in (9, 10, 11, 12))

    assert 3 == len({before, at, beyond})
    assert beyond == later


def test_the_age_rule_of_a_refinement_counts_too() -> None:
    """Even where it stands as a bare table."""
    refinement = Refinement(scope=Scope(product="SBG-001"), fields={"rate": {"max_calendar_days": 3}})
    loose = evolve(POLICY, rate=RateRules(warn_after=90, max_business_days=90, max_calendar_days=90))
    book = PolicyBook(name="cn", policies=(loose,), refinements=(refinement,))

    two, three, four = days(priced(policies={"CN": book}), FRIDAY + timedelta(days=2), 3)

    assert 3 == len({two, three, four})


@given(st.integers(0, 60), st.sampled_from(["live", "fixture"]))
def test_an_unchanged_name_means_an_unchanged_outcome(later: int, kind: Any) -> None:
    """The promise itself, over days on which policies end and rates grow old."""
    start = priced(rates=evolve(LIVE, kind=kind))
    then = evolve(start, today=FRIDAY + timedelta(days=later))
    if name(given=start) != name(given=then):
        return
    first, second = (world.prepared(settings=one, pricer=price) for one in (start, then))

    assert first.offers == second.offers
    assert [issue.code for issue in first.issues] == [issue.code for issue in second.issues]
