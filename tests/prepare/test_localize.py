"""Texts: which count, where they came from, and that nothing foreign is left."""

from typing import Any
from unicodedata import normalize

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.localization.test_script import hangul
from tests.prepare.world import CN, REFERENCE, SERUM, SERUMS, VN, codes, driver, prepared, settings

import storesync.driver as sd
from storesync.issues import Severity
from storesync.localization import Provenance, Reference, delivered_parts, foreign, source_hash
from storesync.model import Copy
from storesync.prepare.localize import localize

KR = sd.Market("KR", ("ko",), "KRW")


def with_text(locale: str = "zh-Hans", **changes: Any) -> Reference:
    """The reference with one text changed."""
    texts = {key: dict(by_locale) for key, by_locale in REFERENCE.texts.items()}
    texts["SBG-001"][locale] = evolve(texts["SBG-001"][locale], **changes)
    return evolve(REFERENCE, texts=texts)


def test_a_reference_text_counts_only_where_it_is_accepted() -> None:
    """Without the line in the configuration the listing is held, and the message names the line."""
    result = prepared(settings=settings(accept=frozenset()))

    assert ["text.not_accepted"] == codes(result)
    assert (
        '[localization] accept = ["reference"], or have the text reviewed: '
        "storesync texts export --locale zh-Hans --waiting"
    ) == result.issues[0].hint


@pytest.mark.parametrize("state", ["reviewed", "final"])
def test_an_approved_text_counts_always(state: str) -> None:
    """A person's word needs no line in the configuration."""
    result = prepared(settings=settings(accept=frozenset(), reference=with_text(state=state)))

    assert [] == codes(result)
    assert "human" == result.provenance["zh-Hans"]["title"].by


def test_machine_text_needs_its_own_acceptance() -> None:
    """Accepting reference texts accepts no machine."""
    machine = with_text(state="machine")

    refused = prepared(settings=settings(reference=machine))
    accepted = prepared(settings=settings(reference=machine, accept=frozenset({"machine"})))

    assert ["text.not_accepted"] == codes(refused)
    assert [] == codes(accepted)
    assert "machine" == accepted.provenance["zh-Hans"]["title"].by


def test_a_text_of_an_older_source_is_a_warning() -> None:
    """The listing goes on; a person is told."""
    changed = evolve(SERUM, text=evolve(SERUM.text, title="설빛가온 새 세럼"))

    result = prepared(changed)

    assert [("text.stale", Severity.WARNING)] == [(issue.code, issue.severity) for issue in result.issues]
    assert result.content is not None


def test_a_text_without_a_source_hash_is_not_called_stale() -> None:
    """Nobody knows is not the same as no."""
    assert [] == codes(
        prepared(settings=settings(VN, attributes={}), category=evolve(SERUMS, attributes={}, axes={}))
    )


@pytest.mark.parametrize("part", ["title", "short_description"])
def test_an_empty_part_of_a_text_is_missing(part: str) -> None:
    """A blank title is no title."""
    result = prepared(settings=settings(reference=with_text(**{part: "  "})))

    assert [("text.missing", f"SBG-001/texts/zh-Hans/{part}")] == [(i.code, i.path) for i in result.issues]


def test_every_text_says_where_it_came_from() -> None:
    """And which source it translates; composed text names its template and keeps the source hash of its parts."""
    result = prepared()
    own = Provenance(by="reference", state="reference", source=source_hash(SERUM.text))

    assert {
        "title": evolve(own, original=SERUM.text.title),
        "short_description": evolve(own, original="\n".join(SERUM.text.points)),
        "attributes": own,
        "description": evolve(own, by="template"),
    } == dict(result.provenance["zh-Hans"])


def test_a_market_of_the_source_language_shows_the_merchants_own_words() -> None:
    """Korean on a Korean page is no leak, and needs no translation."""
    bare = evolve(SERUMS, attributes={}, axes={}, brands={})

    seoul = settings(KR, policies={"KR": "kr"}, attributes={})
    result = prepared(settings=seoul, category=bare, driver=driver(spec_currencies={}))

    assert [] == codes(result)
    assert result.listing is not None
    assert SERUM.text.title == result.listing.text.title
    assert "보관 방법: 실온 보관" in result.listing.text.description
    assert "human" == result.provenance["ko"]["title"].by


def test_an_option_without_a_text_is_named() -> None:
    """A Korean value is never shown as it is; a neutral one may be."""
    scented = evolve(
        SERUM,
        axes=(evolve(SERUM.axes[0], choices={"30ml": sd.Choice("30ml"), "50ml": sd.Choice("쉰")}),),
    )

    result = prepared(scented)

    assert [("text.option_missing", "SBG-001/axes/용량/choices/50ml")] == [
        (i.code, i.path) for i in result.issues
    ]
    assert "add a row value,쉰,…" in result.issues[0].hint


def test_a_language_without_a_template_is_a_finding() -> None:
    """No description is made of another language's headings."""
    hongkong = sd.Market("HK", ("zh-Hant",), "HKD")
    texts = {"SBG-001": {"zh-Hant": REFERENCE.texts["SBG-001"]["zh-Hans"]}}

    _, issues = localize(SERUM, settings(hongkong, reference=evolve(REFERENCE, texts=texts)))

    assert "text.no_template" in [issue.code for issue in issues]


def test_decomposed_letters_are_composed() -> None:
    """Markets count and compare composed letters."""
    localized, _ = localize(
        SERUM, settings(VN, reference=with_text("vi", title=normalize("NFD", "Serum dưỡng ẩm")))
    )

    assert "Serum dưỡng ẩm" == localized.texts["vi"].title


words = st.text(max_size=12)
korean = st.builds(lambda before, one, after: before + one + after, words, hangul, words)


@given(
    korean, st.sampled_from(["title", "short_description", "attribute", "option", "name", "word", "brand"])
)
def test_korean_in_any_part_of_a_text_never_leaves(text: str, part: str) -> None:
    """Whatever carries it, the listing is held and has no document."""
    product, reference = SERUM, REFERENCE
    if part in ("title", "short_description"):
        reference = with_text(**{part: text})
    elif part == "attribute":
        reference = with_text(attributes={**REFERENCE.texts["SBG-001"]["zh-Hans"].attributes, "成分": text})
    elif part == "option":
        reference = evolve(REFERENCE, options={**REFERENCE.options, "value": {"30ml": {"zh-Hans": text}}})
    elif part == "name":
        reference = evolve(REFERENCE, options={**REFERENCE.options, "name": {"용량": {"zh-Hans": text}}})
    elif part == "word":
        vocabulary = {
            **REFERENCE.vocabulary,
            "efficacy": {"moist": {"zh-Hans": text}, "nourish": {"zh-Hans": "滋养"}},
        }
        reference = evolve(REFERENCE, vocabulary=vocabulary)
    else:
        product = evolve(SERUM, brand=evolve(SERUM.brand, latin=text))
    # Everything here takes text of our own: what is none of the market's choices still goes through.
    free = evolve(
        SERUMS,
        attributes={id_: evolve(a, choices={}, custom=True) for id_, a in SERUMS.attributes.items()},
        axes={},
        brands={},
        text={},
    )

    result = prepared(product, settings=settings(reference=reference), category=free)

    assert result.content is None
    assert "text.korean_left" in codes(result)


@given(st.builds(Copy, korean, korean))
def test_the_source_text_itself_never_shows_abroad(text: Copy) -> None:
    """Only delivered translations reach a listing: the Korean text changes nothing but staleness."""
    result = prepared(evolve(SERUM, text=text), settings=settings(CN, VN))

    assert result.content is not None
    assert () == foreign(str(result.content), ("zh-Hans", "vi"))


def test_chinese_in_a_vietnamese_text_is_held() -> None:
    """Leftovers of a pivot translation are no Vietnamese."""
    result = prepared(
        settings=settings(VN, attributes={}, reference=with_text("vi", title="Serum 保湿 dưỡng ẩm")),
        category=evolve(SERUMS, attributes={}, axes={}),
    )

    assert ["text.han_left"] == codes(result)
    assert "Chinese '保湿' stands at 6" in result.issues[0].message


def test_a_row_that_names_its_source_is_taken_at_its_word() -> None:
    """What stood beside it first counts for the others, and for attributes."""
    named = delivered_parts(REFERENCE, SERUM, "zh-Hans")
    unnamed = delivered_parts(REFERENCE, SERUM, "vi")

    assert named is not None
    assert unnamed is not None
    assert "attributes/储存方式" in named.parts
    assert not {"title", "short_description"} & named.parts.keys()
    assert {"title", "short_description"} <= unnamed.parts.keys()
    assert delivered_parts(REFERENCE, SERUM, "en") is None
