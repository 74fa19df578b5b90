"""The Gangwon example under the rules of its markets: which lines are held, and why."""

from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from attrs import evolve
from tests.prepare import example
from tests.prepare.test_example import on_paper

from storesync.compliance import (
    Compliance,
    Evidence,
    Waiver,
    check_claims,
    compliance_pack,
    inventory_of,
    read_evidence,
)
from storesync.compliance.claims import Claimed
from storesync.prepare.inputs import Inputs

HELD = {
    "SBG-011": "claim.registration",
    "SBG-012": "claim.registration",
    "NKS-049": "claim.registration",
    "MBY-047": "claim.ingredient",
    "GGT-076": "claim.restricted",
}


def rules(market: str, **changes: Any) -> Compliance:
    """The rules of one market with the example's evidence and inventory."""
    table = (files("storesync.examples") / "gangwon" / "evidence.csv").read_text(encoding="utf-8")
    evidence, issues = read_evidence(table, at="evidence.csv")
    assert () == issues
    known = inventory_of(example.reference().ingredients, "CN")
    made = Compliance(packs={market: compliance_pack(market)}, evidence=evidence, inventory={"CN": known})
    return evolve(made, **changes)


def held(driver: str, market: Any, **changes: Any) -> dict[str, set[str]]:
    """The codes of the errors by product, over all active lines."""
    given = example.settings(driver, market, compliance=rules(market.code, **changes))
    found = {}
    for key, product in example.products().items():
        if product.status == "active":
            codes = {issue.code for issue in on_paper(key, given).issues.errors}
            if codes:
                found[key] = codes
    return found


def test_china_holds_five_lines_and_lets_the_others_pass() -> None:
    """Three special cosmetics, one unknown ingredient, one restricted food."""
    found = held("tmall", example.CN)

    assert HELD.keys() == found.keys()
    for key, code in HELD.items():
        assert code in found[key]


def test_vietnam_lets_all_lines_pass() -> None:
    """With the example's notifications and files."""
    assert {} == held("shopee", example.VN)


def test_a_claim_in_the_name_or_value_of_an_option_is_held() -> None:
    """A buyer reads those, too."""
    reference = example.reference()
    options = {
        kind: {source: {**words, "zh-Hans": "最佳药妆"} for source, words in table.items()}
        for kind, table in reference.options.items()
    }
    given = example.settings(
        "tmall", example.CN, compliance=rules("CN"), reference=evolve(reference, options=options)
    )
    axis = example.products()["SBG-008"].axes[0]

    paths = {one.path for one in on_paper("SBG-008", given).issues.errors if one.code == "claim.block"}

    assert any(path.startswith(f"SBG-008/axes/{axis.code}/name/") for path in paths)
    assert any(path.startswith(f"SBG-008/axes/{axis.code}/choices/") for path in paths)


def test_without_evidence_every_cosmetic_waits_for_its_number() -> None:
    """57 ordinary cosmetics in China, 60 cosmetics in Vietnam, ten foods of registered producers."""
    china = held("tmall", example.CN, evidence=())
    vietnam = held("shopee", example.VN, evidence=())

    assert 57 == sum("claim.filing" in codes for codes in china.values())
    assert 10 == sum("claim.producer" in codes for codes in china.values())
    assert 60 == sum("claim.notification" in codes for codes in vietnam.values())


def test_evidence_that_ended_no_longer_counts() -> None:
    """And the message names its end."""
    given = example.settings("shopee", example.VN, compliance=rules("VN"), today=date(2031, 1, 1))

    result = on_paper("SBG-001", given)

    told = [issue.message for issue in result.issues.errors if issue.code == "claim.notification"]
    assert ["2030-12-31" in message for message in told] == [True]


def test_a_registration_lets_a_special_cosmetic_pass() -> None:
    """The number covers its class and its wordings."""
    number = Evidence(product="SBG-011", market="CN", kind="registration", reference="国妆特进字J-EXAMPLE")
    given = rules("CN")

    codes = held("tmall", example.CN, evidence=(*given.evidence, number))

    assert HELD.keys() - {"SBG-011"} == codes.keys()


def test_without_the_setting_nothing_is_checked() -> None:
    """A first run lists all lines; compliance is a decision."""
    given = example.settings("tmall", example.CN)

    assert not [issue for issue in on_paper("SBG-011", given).issues if issue.code.startswith("claim.")]


@pytest.mark.parametrize(
    ("today", "code"), [(date(2026, 11, 23), "claim.waived"), (date(2027, 1, 2), "claim.block")]
)
def test_a_waiver_lets_a_wording_pass_until_its_end(today: date, code: str) -> None:
    """With reason, evidence and name in the finding."""
    waiver = Waiver(
        product="*",
        market="CN",
        term="独家设计",
        reason="the design is registered",
        evidence="DESIGN-7",
        approved_by="Kim",
        expires_on=date(2027, 1, 1),
    )
    text = Claimed("title", "zh-Hans", "title", "独家设计 面霜")

    issues = check_claims(
        [text],
        compliance=rules("CN", waivers=(waiver,)),
        market="CN",
        product="X",
        kind="cosmetic",
        today=today,
    )

    assert [code] == [issue.code for issue in issues]
    assert "Kim" in issues[0].message


@pytest.mark.parametrize("title", ["治疗糖尿病咖啡豆", "治愈系红参", "红参疗效", "药用价值高的人参"])
@pytest.mark.parametrize(("kind", "held"), [("cosmetic", True), ("food", True), ("other", False)])
def test_no_food_promises_to_cure(title: str, kind: str, held: bool) -> None:
    """The advertising law keeps words of medicine from whatever is no medicine: from food as from cosmetics."""
    text = Claimed("title", "zh-Hans", "title", title)
    issues = check_claims(
        [text], compliance=rules("CN"), market="CN", product="X", kind=kind, today=date(2026, 11, 23)
    )

    assert held == any(issue.code == "claim.block" for issue in issues)


def test_only_what_a_product_depends_on_prepares_it_again() -> None:
    """A new number of one product touches no other; a new rule touches all."""
    product = example.products()["SBG-011"]
    other = example.products()["SBG-001"]
    number = Evidence(product="SBG-011", market="CN", kind="registration", reference="R-1")
    before = rules("CN")
    after = evolve(before, evidence=(*before.evidence, number))

    def text(compliance: Compliance | None, one: Any) -> str:
        given = example.settings("tmall", example.CN, compliance=compliance)
        return Inputs(given, "", {}, claims_of(given)).causes(one, None)["text"]

    assert text(before, product) != text(after, product)
    assert text(before, other) == text(after, other)
    assert text(None, other) != text(before, other)


def claims_of(given: Any) -> tuple[str, ...]:
    """The shared digest of the rules, as a run makes it."""
    driver, shop = example.tmall.DRIVER, example.tmall.Shop(channel="tmall-cn", markets=(example.CN,))
    return Inputs.of(given, driver, shop).claims
