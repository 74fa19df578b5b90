"""Whatever a buyer may read is looked at, wherever it comes from: claims, and words that are never right."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from tests.localization import corpus
from tests.prepare.world import REFERENCE, SERUM, SERUMS, VN, driver, prepared, settings

import storesync.driver as sd
from storesync.compliance import Compliance, compliance_pack
from storesync.issues import Severity
from storesync.localization import Gates, Reference
from storesync.model import Category, Market
from storesync.prepare import Prepared, Settings

BOTH = Market("CN", ("zh-Hans", "vi"), "CNY")
FREE = evolve(SERUMS, attributes={**SERUMS.attributes, "p4": sd.Attribute("p4", "卖点")}, brands={})
WORD = "东海最佳"
Change = Callable[[str], Settings]


def given(reference: Reference = REFERENCE, **changes: Any) -> Settings:
    """The serum's shop in China with its rules and the house's words."""
    rules = Compliance(packs={"CN": compliance_pack("CN")}, holding=frozenset({"block"}))
    full = {"compliance": rules, "gates": Gates(glossary=corpus.glossary()), "reference": reference}
    return settings(**{**full, **changes})


def text(**changes: Any) -> Reference:
    """The Chinese text of the serum, changed."""
    own = REFERENCE.texts["SBG-001"]
    return evolve(REFERENCE, texts={"SBG-001": {**own, "zh-Hans": evolve(own["zh-Hans"], **changes)}})


def attributes(**changes: str) -> Reference:
    """The same with other attributes."""
    return text(attributes={**REFERENCE.texts["SBG-001"]["zh-Hans"].attributes, **changes})


def option(kind: str, source: str, word: str) -> Reference:
    """Another word for one option."""
    table = {**REFERENCE.options[kind], source: {"zh-Hans": word, "vi": "Dung tích"}}
    return evolve(REFERENCE, options={**REFERENCE.options, kind: table})


def vocabulary(word: str) -> Settings:
    """Another word for one key, which a line of the configuration sends to a field of the market."""
    keys = {**REFERENCE.vocabulary, "tag": {"sea": {"ko": "동해", "zh-Hans": word}}}
    lines = {"*": {"p1": "origin", "p3": "text:成分", "p4": "key:tag"}, "50011978": {"p2": "key:efficacy"}}
    return given(evolve(REFERENCE, vocabulary=keys), attributes=lines)


def constant(word: str) -> Settings:
    """A word that stands in the configuration itself."""
    lines = {
        "*": {"p1": "origin", "p3": "text:成分", "p4": f"const:{word}"},
        "50011978": {"p2": "key:efficacy"},
    }
    return given(attributes=lines)


PLACES: dict[str, Change] = {
    "texts/zh-Hans/title": lambda word: given(text(title=f"SEOLBITGAON 林下参玻尿酸保湿精华液{word}")),
    "texts/zh-Hans/short_description": lambda word: given(
        text(short_description=f"为干燥肌肤补充水分，{word}。")
    ),
    "texts/zh-Hans/attributes/功效": lambda word: given(attributes(功效=f"保湿、{word}")),
    "texts/zh-Hans/attributes/特色": lambda word: given(attributes(特色=word)),
    "texts/zh-Hans/attributes/特色/name": lambda word: given(attributes(**{f"特色{word}": "清爽"})),
    "axes/용량/name": lambda word: given(option("name", "용량", word)),
    "axes/용량/choices/30ml": lambda word: given(option("value", "30ml", f"30ml{word}")),
    "attributes/p4": constant,
    "attributes/p4 by key": vocabulary,
}
# Where claims count the lines of a text, gates see it whole; a name is told by itself.
CLAIMED = {
    "texts/zh-Hans/short_description": "texts/zh-Hans/points/0",
    "texts/zh-Hans/attributes/特色/name": f"texts/zh-Hans/attributes/特色{WORD}/name",
    "attributes/p4 by key": "attributes/p4",
}


def looked(given: Settings) -> Prepared:
    """The serum that names the sea, on a market that takes any word."""
    sea = evolve(
        SERUM,
        text=evolve(SERUM.text, title=f"{SERUM.text.title} 동해", points=("동해 보습 세럼",)),
        keys={**SERUM.keys, "tag": ("sea",)},
        facts={**SERUM.facts, "storage": "동해 보관"},
    )
    spec = {"spec_text": {}}
    category: Category = evolve(FREE, axes={}, text={})
    return prepared(sea, settings=given, driver=driver(**spec), category=category)


def at(place: str, result: Prepared, code: str) -> list[str]:
    """The errors of a kind at one place, without their offsets."""
    paths = [one.path.rpartition("/")[0] for one in result.issues.errors if one.code == code]
    return [path for path in paths if path == f"SBG-001/{place}"]


@pytest.mark.parametrize("place", PLACES)
def test_a_banned_claim_is_held_wherever_it_stands(place: str) -> None:
    """At its own place, and nowhere before it was written there."""
    where = CLAIMED.get(place, place)

    assert at(where, looked(PLACES[place](WORD)), "claim.block")
    assert not at(where, looked(PLACES[place]("清爽")), "claim.block")


def test_a_brand_is_looked_at_too() -> None:
    """A mark may be registered: then a person waives it."""
    marked = evolve(SERUM, brand=evolve(SERUM.brand, latin="药妆 DERMA"))

    result = prepared(
        marked, settings=given(), driver=driver(spec_text={}), category=evolve(FREE, axes={}, text={})
    )

    assert ["SBG-001/brand/0"] == [
        one.path for one in result.issues.errors if one.code == "claim.block" and "药妆" in one.message
    ]


def test_a_further_language_of_a_shop_is_looked_at_too() -> None:
    """The name of an axis that only its Vietnamese readers see."""
    reference = evolve(
        REFERENCE,
        options={
            **REFERENCE.options,
            "name": {"용량": {"zh-Hans": "容量", "vi": "Dung tích Biển Đông tốt nhất"}},
        },
    )
    pack = evolve(compliance_pack("VN"), market="CN")
    rules = Compliance(packs={"CN": pack}, holding=frozenset({"block"}))
    channel = evolve(settings(VN).channel, markets=(BOTH,))

    result = looked(given(reference, channel=channel, compliance=rules))

    assert at("axes/용량/name", result, "claim.block")


@pytest.mark.parametrize("place", [place for place in PLACES if not place.startswith("axes")])
def test_a_word_that_is_never_right_is_held_wherever_it_stands(place: str) -> None:
    """Also where nobody knows what a text was made of: the product speaks of the sea, and this is another one."""
    name = "texts/zh-Hans/attributes/特色" + WORD + "/name" if place.endswith("name") else place
    where = name.removesuffix(" by key")

    assert at(where, looked(PLACES[place](WORD)), "text.glossary")
    assert not at(where, looked(PLACES[place]("清爽")), "text.glossary")


def test_a_traditional_spelling_is_held_in_an_attribute_of_ones_own() -> None:
    """Nobody knows its source, and needs none to see that."""
    assert at("texts/zh-Hans/attributes/特色", looked(given(attributes(特色="保濕"))), "text.simplified")


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("功效", "滋润、滋养", Severity.WARNING),
        ("适用肤质", "所有肤质", None),
        ("特色", "随便说说", None),
    ],
)
def test_the_house_asks_for_its_words_in_attributes(name: str, value: str, severity: Severity | None) -> None:
    """보습 is 保湿 in what efficacy says; of an attribute that is nobody's fact nothing is missing."""
    keys = {
        **REFERENCE.vocabulary,
        "efficacy": {
            "moist": {"ko": "보습", "zh-Hans": "保湿"},
            "nourish": {"ko": "영양", "zh-Hans": "滋养"},
        },
        "skin_type": {"dry": {"ko": "건성", "zh-Hans": "干性肤质"}},
    }
    reference = evolve(attributes(**{name: value}), vocabulary=keys)

    result = looked(given(reference))

    path = f"SBG-001/texts/zh-Hans/attributes/{name}"
    found = [one for one in result.issues if one.path.startswith(path) and one.code == "text.glossary"]
    assert ([severity] if severity else []) == [one.severity for one in found]
    assert all("보습 is not rendered as 保湿" in one.message for one in found)
