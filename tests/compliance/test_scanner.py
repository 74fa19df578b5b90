"""Offsets, spread characters, exceptions, scopes, and every term of the packaged table."""

import csv
from importlib.resources import files
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storesync.compliance import Pack, Scanner, Term, built_in, compliance_pack, fold, merged, worst

CHINA = compliance_pack("CN").scanner("zh-Hans")
VIETNAM = compliance_pack("VN").scanner("vi")


def packaged() -> list[dict[str, str]]:
    """The rows of the packaged table."""
    table = files("storesync.compliance") / "data" / "terms.csv"
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def test_every_literal_term_is_found_in_itself() -> None:
    """492 terms, none lost on the way from the table to the search."""
    missed = []
    for row in packaged():
        if row["match"] != "literal":
            continue
        for market in ("CN", "VN", "TW", "KR", "US"):
            pack = built_in(market)
            assert pack is not None
            if any(term.id == row["id"] for term in pack.terms):
                hits = pack.scanner(row["locale"]).scan(row["term"], field="title")
                if row["id"] not in {hit.term.id for hit in hits}:
                    missed.append(row["id"])

    assert [] == missed
    assert 492 == len(packaged())


@pytest.mark.parametrize(
    ("text", "excerpt", "offset"),
    [
        ("这款是第·一·品·牌", "第·一·品·牌", 3),
        ("A\u200b 抗\u200b炎 B", "抗\u200b炎", 3),
        ("①抗炎㎖", "抗炎", 1),
        ("½ ml ＥＧＦ", "ＥＧＦ", 5),
        ("最，佳", "最，佳", 0),
    ],
)
def test_an_offset_points_into_what_was_written(text: str, excerpt: str, offset: int) -> None:
    """Whatever was folded away before the wording."""
    hits = [hit for hit in CHINA.scan(text) if hit.term.severity == "block"]

    assert (excerpt, offset) in [(hit.excerpt, hit.offset) for hit in hits]


@pytest.mark.parametrize(
    "text",
    [
        "第一步洁面",
        "最后涂抹面霜",
        "适用于干性皮肤，炎热季节也清爽",
        "配方平衡，水润不腻",
        "用量适中，药瓶请勿混放",
    ],
)
def test_clauses_do_not_run_into_each_other(text: str) -> None:
    """适中，药 is not 中药: only characters that stand alone are joined over a comma."""
    assert "clean" == worst(CHINA.scan(text))


@pytest.mark.parametrize("text", ["Kem cho da nhạy cảm", "Bảo quản nơi khô mát", "Nhật Bản", "chấm chàmpa"])
def test_a_vietnamese_term_is_whole_words(text: str) -> None:
    """chàm, an illness, is no part of another word."""
    assert "clean" == worst(VIETNAM.scan(text))


def test_digits_may_follow_a_term() -> None:
    """SPF50 speaks of SPF."""
    assert "evidence" == worst(VIETNAM.scan("Sữa SPF50+"))


def test_dots_do_not_hide_vietnamese_words() -> None:
    """Nor do decomposed accents."""
    assert "block" == worst(VIETNAM.scan("Kem tốt.nhất"))
    assert "block" == worst(VIETNAM.scan(normalize("NFD", "Kem tốt nhất")))


def test_a_term_counts_for_its_kind_of_goods_only() -> None:
    """养胃 is a health claim on food; on a face cream it is only odd."""
    assert "block" == worst(CHINA.scan("养胃", kind="food"))
    assert "clean" == worst(CHINA.scan("养胃", kind="cosmetic"))
    assert "block" == worst(CHINA.scan("养胃"))


def test_an_exception_excuses_only_what_lies_inside_it() -> None:
    """The second 最佳 stands outside of the phrase."""
    assert "waived" == worst(CHINA.scan("最佳使用时间：早晚"))
    assert "block" == worst(CHINA.scan("最佳使用时间，最佳面霜"))


def test_users_add_and_replace_terms() -> None:
    """The same id takes the place of the built-in one; others are added."""
    pack = compliance_pack("CN")
    old = next(term for term in pack.terms if term.term == "最佳" and term.locale == "zh-Hans")
    own = Pack(
        market="CN",
        version="shop",
        terms=(
            Term(id=old.id, locale="zh-Hans", term="最佳", severity="warn"),
            Term(id="own-1", locale="zh-Hans", term="闺蜜价", severity="block"),
        ),
    )

    scanner = merged((pack, own)).scanner("zh-Hans")

    assert "warn" == worst(scanner.scan("最佳"))
    assert "block" == worst(scanner.scan("闺蜜价"))
    assert "clean" == worst(CHINA.scan("闺蜜价"))
    assert "1+shop" == merged((pack, own)).version


@given(st.text())
def test_any_text_folds_with_offsets_that_fit(text: str) -> None:
    """Every folded character has a place inside the original, in order."""
    folded = fold(text)

    places = [folded.place(index, index + 1) for index in range(len(folded.text))]

    assert all(0 <= start < end <= len(text) for start, end in places)
    assert sorted(places) == places


@given(st.text(alphabet="最佳第一 .·,，步好\u200bａA后品牌", max_size=14))
def test_any_text_is_scanned_and_told_in_its_own_words(text: str) -> None:
    """No arrangement of wordings, gaps and invisible characters breaks the scanner."""
    for hit in CHINA.scan(text):
        assert hit.excerpt == text[hit.offset : hit.end]
        assert hit.excerpt


def test_an_empty_pack_finds_nothing() -> None:
    """A language without terms is not an error."""
    assert () == Scanner(()).scan("最佳")
    assert () == compliance_pack("CN").scanner("th").scan("最佳")


def test_a_term_is_no_excuse_for_itself() -> None:
    """A table that names it among its own exceptions lets nothing pass; a longer phrase does."""
    term = Term(id="t", locale="zh-Hans", term="最佳", severity="block", exceptions=("最佳", "最佳使用时间"))
    scanner = Scanner((term,))

    assert [""] == [hit.waived for hit in scanner.scan("最佳面霜")]
    assert ["最佳使用时间"] == [hit.waived for hit in scanner.scan("最佳使用时间")]
