"""Offsets, spread characters, exceptions, scopes, and every term of the packaged table."""

import csv
from importlib.resources import files
from unicodedata import category, normalize

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
    """786 terms, none lost on the way from the table to the search."""
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
    assert 786 == len(packaged())


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


SIGNS = [
    chr(point)
    for point in range(0x20, 0x1FFFF)
    if category(chr(point))[0] in "PS" or category(chr(point)) == "Zs"
]
APART = set(",;:!?、。()[]{}【】《》〈〉「」『』〔〕")


def block(text: str, scanner: Scanner = CHINA) -> list[str]:
    """What must not be said, as the text says it."""
    return [hit.excerpt for hit in scanner.scan(text) if hit.term.severity == "block" and not hit.waived]


def test_no_sign_of_unicode_hides_a_chinese_wording() -> None:
    """Whatever is no letter and no digit: between two characters, and between words but for clause marks."""
    lone = [sign for sign in SIGNS if not block(f"最{sign}佳")]
    inside = [
        sign
        for sign in SIGNS
        if not APART & set(normalize("NFKC", sign)) and not block(f"林下参药{sign}妆精华液")
    ]

    assert len(SIGNS) > 7000
    # NFKC turns these into letters or digits: ㊙ reads 秘, ™ reads TM.
    assert [] == [sign for sign in lone + inside if not any(one.isalnum() for one in normalize("NFKC", sign))]
    assert ["顶“级"] == block("林下参顶“级”精华液")
    assert ["药（妆"] == block("林下参药（妆）精华液")
    assert ["药<b>妆"] == block("林下参药<b>妆</b>精华液")
    assert ["E·G·F"] == block("E·G·F精华液")


@pytest.mark.parametrize(
    "text",
    [
        "No.1林下参精华液", "TOP1面霜", "面霜NO.1", "韩国No.1！", "NUMBER ONE面霜", "№1面霜", "ＮＯ．１面霜", "No：1面霜",
        "Top·1面霜", "电话13812345678咨询", "电话138-1234-5678咨询", "电话 138 1234 5678", "第1品牌", "第①品牌",
        "第壹品牌",
    ],
)  # fmt: skip
def test_a_wording_in_latin_letters_or_digits_ends_before_chinese(text: str) -> None:
    """To an expression Han are letters, too: without care a word would never end there."""
    assert block(text)


@pytest.mark.parametrize(
    "text", ["No.12色号", "EGFR", "第1步洁面", "第11支", "编号213812345678", "step1 面霜"]
)
def test_part_of_a_longer_word_or_number_is_none(text: str) -> None:
    """As before."""
    assert [] == block(text)


def test_expressions_of_users_see_letters_as_their_language_has_them() -> None:
    """In Chinese a border parts Latin from Han; a letter inside an expression is any."""
    terms = (
        Term(id="a", locale="zh-Hans", term=r"\bBB\b", regex=True, severity="block"),
        Term(id="b", locale="zh-Hans", term=r"(?<!\w)CC(?!\w)", regex=True, severity="block"),
        Term(id="c", locale="zh-Hans", term=r"神\w疗法", regex=True, severity="block"),
    )
    own, spaced = (
        Scanner(terms),
        Scanner((Term(id="v", locale="vi", term=r"trẻ hoá|kỳ[ýA-Z]?", regex=True),), True),
    )

    for text in ("用BB霜", "用CC霜", "神奇疗法"):
        assert [1] == [len(own.scan(text))], text
    for text in ("ABBA", "ACCA", "用BB1"):
        assert () == own.scan(text)
    for text in ("trẻ hóa", "Trẻ Hoá", "kì", "Kỳ"):
        assert spaced.scan(text), text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("xóa sẹo", "xoá sẹo"),
        ("trẻ hóa da vĩnh viễn", "trẻ hoá da vĩnh viễn"),
        ("bác sĩ khuyên dùng", "bác sỹ khuyên dùng"),
        ("dược sĩ khuyên dùng", "dược sỹ khuyên dùng"),
        ("thần kỳ", "thần kì"),
        ("rụng tóc bệnh lý", "rụng tóc bệnh lí"),
        ("đặc trị", "Ðặc trị"),  # the Icelandic letter of old fonts
        ("tốt nhất", "тốt nhấт"),  # two Cyrillic letters
        ("đặc trị", "dac tri"),  # without marks
    ],
)
def test_every_everyday_spelling_of_vietnamese_is_found(one: str, other: str) -> None:
    """In capitals, too, with accents apart, and where the text stands."""
    for text in (other, other.upper(), normalize("NFD", other), f"Kem {other} tại nhà"):
        assert (
            {hit.term.id for hit in VIETNAM.scan(text)} >= {hit.term.id for hit in VIETNAM.scan(one)} != set()
        )
    assert [other] == [hit.excerpt for hit in VIETNAM.scan(f"Kem {other}") if hit.term.severity == "block"][
        :1
    ]


@pytest.mark.parametrize(
    "text",
    [
        "tốt-nhất",
        "tốt★nhất",
        "tốt ✨ nhất",
        "tốt “nhất”",
        "tốt (nhất)",
        "tốt_nhất",
        "tốt <b>nhất</b>",
        "số·1",
        "số·một",
    ],
)
def test_no_sign_hides_vietnamese_words(text: str) -> None:
    """Whether spaces stand around it or not."""
    assert block(text, VIETNAM)


@pytest.mark.parametrize(
    "text", ["Da rất tốt. Nhất là da khô", "tốt, nhất là", "tốt – nhất là", "tốt (nhất là da khô)"]
)
def test_vietnamese_sentences_do_not_run_into_each_other(text: str) -> None:
    """A dot, a comma, a dash between spaces and brackets around several words part them."""
    assert [] == block(text, VIETNAM)


@pytest.mark.parametrize(
    "text",
    [
        "第一步洁面",
        "最后涂抹面霜",
        "适用于干性皮肤，炎热季节也清爽",
        "配方平衡，水润不腻",
        "用量适中，药瓶请勿混放",
        "用量适中\n药瓶请勿混放",
        "（用量适中）药瓶请勿混放",
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
