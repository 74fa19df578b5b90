"""What goods are: no single cell, however it is written, takes a cosmetic out of its rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.compliance.test_example import rules
from tests.compliance.test_readiness import TODAY
from tests.prepare import example

from storesync.compliance import Evidence, Waiver, check_readiness, inventory_of, kind_of
from storesync.issues import Issue, Issues, Severity
from storesync.model import Product

WORDS = (
    "", "ordinary", "special", "food-general", "food-registered", "food-restricted", "other",
    "Special", " ＳＰＥＣＩＡＬ ", "speical", "sunscreen", "food", "특수", "cosmetic", "-", "0",
)  # fmt: skip
CODES = ("", "330499", "3304.99", "210690", "392690", "340600", "330741", "130219", "99", "x")


RULES = {market: rules(market) for market in ("CN", "VN")}


def serum(cn: str = "ordinary", hs: str = "330499", *, vn: str = "", **facts: str) -> Product:
    """SBG-001 with other cells; a fact that is empty is none."""
    product = example.products()["SBG-001"]
    classes = {market: word for market, word in (("cn", cn), ("vn", vn)) if word}
    told = {code: text for code, text in {**product.facts, **facts}.items() if text}
    return evolve(product, classes=classes, hs=hs, facts=told, at="products.csv:2")


def told(product: Product, market: str = "CN", *evidence: Evidence, **changes: Any) -> Issues:
    """What a market asks of it."""
    given = evolve(RULES[market], evidence=evidence, **changes)
    return check_readiness(product, compliance=given, market=market, today=TODAY)


def errors(issues: Issues) -> dict[str, Issue]:
    """The errors by code."""
    return {issue.code: issue for issue in issues.errors}


NUMBERS = {
    "CN": Evidence(product="SBG-001", market="CN", kind="filing", reference="F-1"),
    "VN": Evidence(product="SBG-001", market="VN", kind="notification", reference="N-1"),
}


@pytest.mark.parametrize("market", ["CN", "VN"])
@pytest.mark.parametrize("hs", CODES)
@pytest.mark.parametrize("word", WORDS)
def test_no_class_and_no_code_lets_a_cosmetic_go_without_its_number(word: str, hs: str, market: str) -> None:
    """Whatever stands in both cells: its INCI names tell what it is."""
    for product in (serum(word, hs), serum(word, hs, vn="food"), serum("", hs, vn=word)):
        assert told(product, market).errors
        assert "food" != kind_of(product)


@pytest.mark.parametrize("market", ["CN", "VN"])
@pytest.mark.parametrize(("word", "hs"), [(word, "330499") for word in WORDS] + [("food-general", "")])
def test_nor_does_a_cosmetic_without_inci_names(word: str, hs: str, market: str) -> None:
    """A class says nothing against the HS code, and nothing without one."""
    assert told(serum(word, hs, inci="", ingredients=""), market).errors


@pytest.mark.parametrize("word", ["special", "Special", "SPECIAL", " special ", "ｓｐｅｃｉａｌ"])
def test_a_special_cosmetic_is_one_however_it_is_written(word: str) -> None:
    """A filing is no registration."""
    found = errors(told(serum(word), "CN", NUMBERS["CN"]))

    assert {"claim.registration"} == found.keys()


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("speical", "did you mean 'special'?"),
        ("food general", "did you mean 'food-general'?"),
        ("sunscreen", "known are food-general, food-registered, food-restricted, ordinary, other, special"),
    ],
)
def test_an_unknown_class_holds_at_its_line(word: str, near: str) -> None:
    """With its number on file as well: nobody knows whether it is the right number."""
    (issue,) = told(serum(word), "CN", NUMBERS["CN"]).errors

    assert ("claim.class", "products.csv:2", near) == (issue.code, issue.at, issue.hint)
    assert repr(word) in issue.message
    assert {} == errors(told(serum(word), "VN", NUMBERS["VN"]))


@pytest.mark.parametrize(
    ("product", "said"),
    [
        (
            serum("food-general"),
            "cn_class 'food-general' says food, but HS 330499 and its list of INCI names say cosmetic",
        ),
        (
            serum("ordinary", "210690"),
            "cn_class 'ordinary' and its list of INCI names say cosmetic, but HS 210690 says food",
        ),
        (serum("other"), "cn_class 'other' says neither cosmetic nor food, but HS 330499 and its"),
        (serum("ordinary", vn="food"), "vn_class 'food' says food"),
        (serum("food-general", "210690"), "HS 210690 say food, but its list of INCI names says cosmetic"),
        (serum("ordinary", "392690"), "HS 392690 says neither cosmetic nor food"),
    ],
)
def test_cells_that_contradict_each_other_hold_in_every_market(product: Product, said: str) -> None:
    """Both are named; a number on file is no way around."""
    for market in ("CN", "VN"):
        (issue,) = told(product, market, NUMBERS[market]).errors

        assert ("claim.kind_conflict", "products.csv:2") == (issue.code, issue.at)
        assert said in issue.message
        assert "hs_code6" in issue.hint


@pytest.mark.parametrize("market", ["CN", "VN"])
@pytest.mark.parametrize("hs", ["", "392690", "130219"])
def test_goods_of_which_nobody_knows_what_they_are_are_held(hs: str, market: str) -> None:
    """The way out names the classes of the market that was asked."""
    (issue,) = told(serum("", hs, inci=""), market).errors  # what it is made of may be written in Korean only

    assert "claim.kind_unknown" == issue.code
    assert f"{market.lower()}_class: " in issue.hint
    assert "other" in issue.hint


@pytest.mark.parametrize(
    ("cells", "kind", "held"),
    [
        ({"cn": "", "hs": "330499"}, "cosmetic", {"claim.filing"}),
        ({"cn": "", "hs": ""}, "cosmetic", {"claim.filing"}),
        ({"cn": "ordinary", "hs": ""}, "cosmetic", {"claim.filing"}),
        ({"cn": "ordinary", "hs": "130219"}, "cosmetic", {"claim.filing"}),
        ({"cn": "food-general", "hs": "130219", "inci": ""}, "food", set()),
        ({"cn": "food-general", "hs": "", "inci": ""}, "food", {"claim.kind_unknown"}),
        ({"cn": "", "hs": "210690", "inci": ""}, "food", {"claim.class"}),
        ({"cn": "other", "hs": "392690", "inci": ""}, "other", set()),
        ({"cn": "", "vn": "other", "hs": "250100", "inci": ""}, "other", set()),
        ({"cn": "", "hs": "6302.60", "inci": ""}, "", {"claim.kind_unknown"}),
        ({"cn": "other", "hs": "", "inci": ""}, "", {"claim.kind_unknown"}),
        ({"cn": "", "vn": "cosmetic", "hs": ""}, "cosmetic", {"claim.filing"}),
    ],
)
def test_what_says_enough(cells: Mapping[str, str], kind: str, held: set[str]) -> None:
    """What lifts rules takes two signs; food without a class may be of a registered producer."""
    product = serum(**cells)

    assert kind == kind_of(product)
    assert held == errors(told(product)).keys()


@pytest.mark.parametrize("market", ["CN", "VN"])
@pytest.mark.parametrize("hs", ["630260", "6505.00", "420292", "691110", "732393", "940360", "481820"])
def test_a_towel_is_neither_cosmetic_nor_food(hs: str, market: str) -> None:
    """What a code is never used for needs no class, where the product has nothing of a cosmetic and of food."""
    towel = evolve(serum("", hs), facts={"shelf_life_months": "36"})

    assert ("other", {}) == (kind_of(towel), errors(told(towel, market)))
    for fact in ("inci", "ingredients", "pao_months", "kr_functional", "allergens"):
        strange = evolve(towel, facts={fact: "6M"})
        assert "" == kind_of(strange)
        assert {"claim.kind_conflict", "claim.kind_unknown"} & errors(told(strange, market)).keys()


@pytest.mark.parametrize("hs", ["392690", "340600", "300590", "960329", "99"])
def test_what_masks_and_soaps_may_be_sold_under_needs_a_class(hs: str) -> None:
    """A code alone does not lift the rules for cosmetics."""
    assert {"claim.kind_unknown"} == errors(told(evolve(serum("", hs), facts={}))).keys()


def test_a_food_without_its_class_is_no_ordinary_food() -> None:
    """The restricted one of the example, with its class taken away."""
    product = evolve(example.products()["GGT-076"], classes={})

    (issue,) = told(product).errors

    assert "claim.class" == issue.code
    assert "food-restricted" in issue.hint


def test_every_line_of_the_example_is_of_one_kind() -> None:
    """60 cosmetics and 20 foods, and no finding about that."""
    kinds = [kind_of(product) for product in example.products().values()]

    assert (60, 20) == (kinds.count("cosmetic"), kinds.count("food"))
    for product in example.products().values():
        assert not {"claim.class", "claim.kind_conflict", "claim.kind_unknown"} & {
            issue.code for market in ("CN", "VN") for issue in told(product, market)
        }


OWN = "정제수; 글리세린; 판테놀"
INCI = "Water; Glycerin; Panthenol"


@pytest.mark.parametrize(
    ("own", "inci", "said"),
    [
        ("", "", ["SBG-001 is a cosmetic without a list of ingredients"]),
        (" ; ；", ";", ["SBG-001 is a cosmetic without a list of ingredients"]),
        (f"{OWN}; 미승인신물질추출물", "", ["미승인신물질추출물 is not confirmed"]),
        ("정제수; 미승인신물질추출물", INCI, ["미승인신물질추출물 is not", "3 INCI names and 2 in its own"]),
        (f"{OWN}; 미승인신물질추출물", f"{INCI}; Novel Extract", ["Novel Extract is not confirmed"]),
        (f"{OWN}; 베타인", f"{INCI}; Novel Extract", ["Novel Extract is not confirmed"]),
        (OWN, "Water; Glycerin", ["2 INCI names and 3 in its own"]),
        (OWN, "Water; Betaine; Panthenol", ["ingredient 2 of SBG-001 is Betaine in one list and 글리세린"]),
        ("정제수； 글리세린; 판테놀", "WATER; glycerin ; Ｐanthenol", []),
        ("", INCI, []),
        (OWN, "", []),
    ],
)
def test_both_lists_of_ingredients_are_looked_at(own: str, inci: str, said: list[str]) -> None:
    """Every name is known there, and both tell of the same ones; one complete list is enough."""
    found = told(serum(inci=inci, ingredients=own), "CN", NUMBERS["CN"]).errors

    assert {"claim.ingredient"} >= {issue.code for issue in found}
    assert len(said) == len(found)
    assert all(words in issue.message for words, issue in zip(said, found, strict=True))
    assert all(Severity.ERROR is issue.severity and issue.hint and issue.at for issue in found)


def test_without_a_table_of_ingredients_none_is_known() -> None:
    """An inventory of nothing is no inventory that was not asked for."""
    assert "claim.ingredient" in errors(
        told(serum(), "CN", NUMBERS["CN"], inventory={"CN": inventory_of({}, "CN")})
    )


@pytest.mark.parametrize("key", ["PDM-061", "PDM-062", "GGT-077", "GGT-078"])
def test_a_food_of_a_registered_producer_is_none_of_an_ordinary_one(key: str) -> None:
    """Fish, honey and oil wait for the number of their producer, whatever class is typed."""
    product = evolve(example.products()[key], classes={"cn": "food-general"})
    number = Evidence(product=key, market="CN", kind="producer", reference="CKOR01")

    assert {"claim.producer"} == errors(told(product)).keys()
    assert {} == errors(told(product, "CN", number))


@pytest.mark.parametrize(
    ("word", "function", "held"),
    [
        ("ordinary", "자외선차단", {"claim.class"}),
        ("ordinary", "탈모증상완화", {"claim.class"}),
        ("ordinary", "미백", set()),
        ("ordinary", "주름개선", set()),
        ("", "자외선차단;미백", {"claim.registration"}),
        ("", "주름개선", set()),
        ("special", "자외선차단", {"claim.registration"}),
    ],
)
def test_a_sun_cream_is_no_ordinary_cosmetic(word: str, function: str, held: set[str]) -> None:
    """Its function says so in Korea; brightening is special only where a text says it, and a warning until then."""
    found = told(serum(word, kr_functional=function), "CN", NUMBERS["CN"])

    assert held == errors(found).keys()
    assert ("미백" == function) == ("claim.class" in {issue.code for issue in found.warnings})


TITLES = {
    "special": (
        "설빛가온 산양삼 데일리 선크림", "톤업선크림 50ml", "설빛가온 썬스틱", "썬 쿠션", "자외선 차단 로션",
        "UV 프로텍터 베이스", "UV 데일리 에센스", "메이크업 위에 바르는 선 쿠션",
        "데이크림 SPF30", "설빛가온 염색 크림", "새치커버 샴푸", "셀프 펌제", "탈모 케어 샴푸", "헤어컬러 트리트먼트",
    ),
    "ordinary": (
        "설빛가온 산양삼 보습 크림", "신선크림 세트", "주름개선 크림", "주름개선크림", "선크림 클렌저",
        "선크림 지우는 오일",
        "염색모 전용 샴푸", "염색 후 트리트먼트", "펌프형 보습 로션", "생선 오일 크림", "헤어컬러 케어 샴푸",
        "파마자 오일", "UV 젤 네일 리무버",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "title"), [(word, title) for word, some in TITLES.items() for title in some]
)
def test_what_a_cosmetic_is_called_in_korean_tells_what_it_does(word: str, title: str) -> None:
    """A class of one's own choice beside an empty function makes no sun cream an ordinary cosmetic."""
    named = evolve(serum(), text=evolve(serum().text, title=title))
    unclassed = evolve(named, classes={})

    assert ({"claim.class"} if word == "special" else set()) == errors(
        told(named, "CN", NUMBERS["CN"])
    ).keys()
    asked = {"claim.registration"} if word == "special" else set()
    assert asked == errors(told(unclassed, "CN", NUMBERS["CN"])).keys()


PROSE = {
    "special": (
        "자외선 차단", "촉촉하게 자외선 차단까지 한 번에.", "자외선을 차단하는 데일리 크림입니다.",
        "보습과 함께 자외선으로부터 피부를 보호합니다.",
        "SPF50+, PA++++의 가벼운 사용감.", "백탁 없이 UV를 차단해 줍니다.", "세안 후 바르면 자외선을 막아 줍니다.",
        "새치커버가 되는 트리트먼트",
        "탈모 증상 완화에 도움을 줍니다.", "부드럽습니다. 자외선A 차단 크림",
        "자외선 차단제를 따로 바를 필요 없이 SPF 30.",
    ),
    "ordinary": (
        "자외선 차단제를 바르기 전에 쓰세요.", "낮에는 선크림과 함께 쓰세요.", "자외선에 지친 피부를 진정합니다.",
        "자외선 차단제까지 말끔히 지워 줍니다.",
        "염색이나 파마로 손상된 모발에 좋습니다.", "염색약에 지친 모발을 감쌉니다.", "자외선 차단 기능은 없습니다.",
        "선크림 전 단계에 바르는 크림.",
        "직사광선을 피해 보관하세요.", "SPF 지수가 없는 크림입니다.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("word", "said"), [(word, said) for word, some in PROSE.items() for said in some])
@pytest.mark.parametrize("place", ["description", "points"])
def test_what_a_description_says_that_a_cosmetic_does_counts_as_its_title_does(
    word: str, said: str, place: str
) -> None:
    """Not what it says of other things: of what goes over it, of what it washes off, of hair that was dyed."""
    text = evolve(serum().text, **{place: (said,) if place == "points" else said})
    product = evolve(serum(), text=text)
    found = told(product, "CN", NUMBERS["CN"])

    assert ({"claim.class"} if word == "special" else set()) == errors(found).keys()
    assert all("in its description" in one.message for one in found.errors)
    asked = {"claim.registration"} if word == "special" else set()
    assert asked == errors(told(evolve(product, classes={}), "CN", NUMBERS["CN"])).keys()


def test_a_person_may_say_that_a_title_means_something_else() -> None:
    """By the words around it, for this product, until an end; brightening in a title is a doubt."""
    title = "선크림 다음 단계 보습 크림"
    product = evolve(serum(), text=evolve(serum().text, title=title))
    waiver = Waiver(
        product="SBG-001", market="CN", term="선크림 다음 단계", reason="it goes on after it", evidence="E-2026",
        approved_by="Kim", expires_on=TODAY,
    )  # fmt: skip
    late = evolve(waiver, expires_on=date(2026, 1, 1))
    bright = evolve(serum(), text=evolve(serum().text, title="미백 크림"))

    assert set() == errors(told(product, "CN", NUMBERS["CN"], waivers=(waiver,))).keys()
    assert {"claim.class"} == errors(told(product, "CN", NUMBERS["CN"], waivers=(late,))).keys()
    assert "claim.class" in {one.code for one in told(bright, "CN", NUMBERS["CN"]).warnings}
