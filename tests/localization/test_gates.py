"""The gates: worked cases, reference texts without a false alarm, injected failures without a miss."""

import ast
import csv
from decimal import Decimal
from pathlib import Path
from unicodedata import normalize

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.localization import corpus

from storesync.localization import Protection
from storesync.localization import gates as gates_package
from storesync.localization.gates import Gates, Level, figures
from storesync.localization.glossary import Glossary, GlossaryTerm, read_glossary
from storesync.model import Limit

CASES = list(csv.DictReader((corpus.DATA / "quality-cases.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['gate']}: {case['candidate']}")
def test_a_candidate_gets_the_verdict_that_a_person_gave(case: dict[str, str]) -> None:
    """Over all gates, as they run in a real pass."""
    verdict = corpus.gates().check(case["source_ko"], case["candidate"], locale=case["locale"])

    assert case["expected"] == verdict.result
    for finding in verdict.findings:
        assert "title" == finding.field
        assert 0 <= finding.offset <= len(case["candidate"])
        assert finding.suggestion or finding.level is Level.NOTE


def test_all_cases_are_there() -> None:
    """A lost table would let everything pass."""
    assert 29 == len(CASES)


def test_the_reference_texts_pass_without_a_false_alarm() -> None:
    """320 texts, all options and the whole vocabulary in both languages, claims included."""
    tables = corpus.table("catalog/option-translations.csv") + corpus.table("catalog/vocabulary.csv")
    gates = evolve(corpus.gates(), limits=corpus.LIMITS)

    alarms = [
        (pair, [str(finding) for finding in verdict.findings])
        for pair in corpus.references()
        if (verdict := gates.check(pair.source, pair.text, locale=pair.locale, field=pair.field)).result
        != "pass"
    ]

    assert [] == alarms
    assert 320 + 2 * len(tables) == len(corpus.references())


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("kind", corpus.BREAKS)
def test_an_injected_failure_is_caught_wherever_it_is(kind: str, seed: int) -> None:
    """By the rule that is meant for it, in every text that it can be injected into."""
    gates = evolve(corpus.gates(), limits=corpus.LIMITS)
    missed = []
    count = 0
    for pair in corpus.broken(kind, seed):
        count += 1
        verdict = gates.check(pair.source, pair.text, locale=pair.locale, field=pair.field)
        rules = ("numbers", "units") if pair.rule == "figures" else (pair.rule,)
        if verdict.result == "pass" or not any(verdict.of(rule) for rule in rules):
            missed.append((pair, [str(finding) for finding in verdict.findings]))

    assert [] == missed
    assert count > 10


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("kind", corpus.FIGURES)
def test_an_amount_that_is_written_otherwise_is_no_false_alarm(kind: str, seed: int) -> None:
    """Other signs, counting words, thousands and numerals for the same amount, behind every reference text."""
    alarms = []
    for pair in corpus.sound(kind, seed):
        verdict = corpus.gates().check(
            pair.source, pair.text, locale=pair.locale, field=pair.field, kind="food"
        )
        if verdict.of("numbers") or verdict.of("units"):
            alarms.append((pair, [str(finding) for finding in verdict.findings]))

    assert [] == alarms


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("kind", corpus.TURNED)
def test_what_is_said_as_the_source_says_it_is_no_false_alarm(kind: str, seed: int) -> None:
    """In other words, in another order, behind every reference text that says nothing of it before."""
    some = list(corpus.sound(kind, seed))
    alarms = [
        (pair, [str(one) for one in found])
        for pair in some
        if (
            found := corpus.gates()
            .check(pair.source, pair.text, locale=pair.locale, field=pair.field)
            .of(kind)
        )
    ]

    assert [] == alarms
    assert len(some) > 100


def test_a_dash_before_degrees_that_may_begin_a_line_is_for_a_person() -> None:
    """Neither reading is held for sure."""
    for source, text in (
        ("- 18℃ 보관", "-18℃保存"),
        ("- 25℃ 이하 보관", "25℃以下保存"),
        ("-18℃ 보관", "- 18℃保存"),
    ):
        assert "fail" != Gates().check(source, text, locale="zh-Hans", field="attributes").result


def test_letters_of_formulas_are_no_third_language() -> None:
    """Greek ones, and a single one of any other alphabet."""
    for text in ("β-葡聚糖 α-熊果苷保湿霜", "保湿霜 Д 型"):
        assert () == Gates().check("보습 크림", text, locale="zh-Hans").of("no_other")


def test_every_amount_is_drawn() -> None:
    """Each wrong and each right one, over the seeds."""
    for kind, by_locale in corpus.FIGURES.items():
        texts = "\n".join(
            pair.text
            for seed in (7, 8, 9)
            for pair in (*corpus.broken(kind, seed), *corpus.sound(kind, seed))
        )
        for rows in by_locale.values():
            assert [] == [
                word for _, same, other in rows for word in (*same, *other) if f" {word}" not in texts
            ]


def test_every_rule_of_the_gates_has_a_failure_that_is_injected() -> None:
    """As the source names them: a new gate without a failure of its own stands out."""
    named = set()
    for path in Path(gates_package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                named |= {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
    named |= {
        "no_hangul",
        "no_han",
        "no_kana",
        "simplified",
        "traditional",
    }  # one call each for several scripts

    injected = {next(corpus.broken(kind, seed=7)).rule for kind in corpus.BREAKS}
    assert named == injected - {"figures"} | {"diacritics"}
    assert {"language", "diacritics"} == {pair.rule for pair in corpus.broken("english", seed=7)}


@pytest.mark.parametrize(
    ("text", "locale", "values"),
    [
        ("1,5g x 40", "vi", [("1.5", "g"), ("40", "")]),
        ("27.000 won", "vi", [("27000", "won")]),
        ("27,000원", "ko", [("27000", "won")]),
        ("1,234.5ml", "ko", [("1234.5", "ml")]),
        ("30毫升", "zh-Hans", [("30", "ml")]),
        ("100 ㎖", "ko", [("100", "ml")]),
        ("1,2-헥산다이올 5%", "ko", [("5", "%")]),
        ("36개월", "ko", [("36", "month")]),
        ("-18℃", "ko", [("-18", "°c")]),
        ("2026.11.23", "ko", [("2026", ""), ("11", ""), ("23", "")]),
        ("1.000.000 ml", "vi", [("1000000", "ml")]),
        ("1.5 ml", "vi", [("1.5", "ml")]),
        ("SPF50+", "vi", [("50", "")]),
        ("12 months", "en", [("12", "month")]),
        ("3만 5천원", "ko", [("35000", "won")]),
        ("1억 2천만원", "ko", [("120000000", "won")]),
        ("3천연 5천 연", "ko", [("3", ""), ("5000", "")]),
        ("5千克", "zh-Hans", [("5", "kg")]),
        ("1,5 triệu won", "vi", [("1500000", "won")]),
        ("8.5折", "zh-Hans", [("15", "%")]),
        ("영하 18~20도", "ko", [("-18", ""), ("-20", "degree")]),
        ("-20~-18℃", "ko", [("-20", ""), ("-18", "°c")]),
        ("10-20℃", "ko", [("10", ""), ("20", "°c")]),
        ("오메가-3 SPF-50 -50ml", "ko", [("3", ""), ("50", ""), ("50", "ml")]),
        ("冷冻-18℃", "zh-Hans", [("-18", "°c")]),
        ("-18ºC -18˚C", "ko", [("-18", "°c"), ("-18", "°c")]),
        ("- 18℃ - 18ml", "ko", [("-18", "°c"), ("18", "ml")]),
        ("24h", "vi", [("24", "hour")]),
        ("no figure", "en", []),
    ],
)
def test_a_number_is_read_as_its_language_writes_it(
    text: str, locale: str, values: list[tuple[str, str]]
) -> None:
    """With its unit, whatever the unit is called there."""
    assert [(Decimal(value), unit) for value, unit in values] == [
        (figure.value, figure.unit) for figure in figures(text, locale)
    ]


@pytest.mark.parametrize("text", ["五味子五味子五味子精华液", "保湿霜" * 5, "用保湿面霜保湿面霜保湿面霜"])
def test_a_word_of_a_few_characters_three_times_in_a_row_is_a_loop(text: str) -> None:
    """Wherever it begins."""
    assert (
        "fail"
        == corpus.gates().check("오미자 세럼", text, locale="zh-Hans", field="short_description").result
    )


@pytest.mark.parametrize(
    "mark",
    [
        "%d", "%s", "%i", "%u", "%.2f", "%02d", "%1$s", "%(fee)s", "%@", "{fee}", "{0}", "{ fee }", "{{fee}}",
        "{{ fee }}", "{{ user.name | upper }}", "${fee}", "#{fee}", "[[fee]]", "{% if fee %}",
    ],
)  # fmt: skip
def test_a_placeholder_that_touches_korean_is_one(mark: str) -> None:
    """Korean writes no space between a mark and what belongs to it; no engine sees it."""
    source = f"{mark}개 크림"
    gates = Gates()

    assert "pass" == gates.check(source, f"{mark} 个面霜", locale="zh-Hans").result
    assert gates.check(source, "面霜", locale="zh-Hans").of("placeholders")
    assert gates.check("크림", f"面霜 {mark}", locale="zh-Hans").of("placeholders")
    assert Protection().protect(source, "zh-Hans").kept == (mark,)


def test_spaces_in_a_placeholder_do_not_matter_and_a_share_is_none() -> None:
    """`{{ fee }}` is filled as `{{fee}}` is; 50% is a number."""
    assert "pass" == Gates().check("{{ fee }} 크림", "{{fee}} 面霜", locale="zh-Hans").result
    assert "pass" == Gates().check("50 % 할인 크림", "Kem giảm giá 50 % dưỡng ẩm", locale="vi").result


@pytest.mark.parametrize(
    ("source", "text", "result"),
    [
        ("선크림 SPF50", "防晒霜 50", "fail"),
        ("선크림 SPF50+", "防晒霜 SPF50", "fail"),
        ("선크림 SPF50", "防晒霜 SPF50+", "fail"),
        ("선크림 PA+++", "防晒霜 PA++++", "fail"),
        ("선크림", "防晒霜 PA++++", "fail"),
        ("선크림", "防晒霜 防晒指数", "pass"),
        ("선크림 자외선 차단 지수 50", "防晒霜 SPF50", "pass"),
        ("선크림 SPF 50+ PA ++++", "防晒霜 ＳＰＦ５０＋ PA＋＋＋＋", "pass"),
        ("선크림 spf50+", "防晒霜 防晒指数50+", "pass"),
    ],
)
def test_a_protection_factor_is_neither_lost_nor_made_up(source: str, text: str, result: str) -> None:
    """With and without a plus; width, spaces and words for it do not matter."""
    assert result == Gates().check(source, text, locale="zh-Hans").result


@pytest.mark.parametrize(
    ("locale", "wrong", "offset"),
    [
        ("zh-Hans", "用东\u200b海面霜", 1),
        ("zh-Hans", "用 东 海面霜", 2),
        ("zh-Hans", "用東海面霜", 1),
        ("vi", "Kem Biển  Đông", 4),
        ("vi", "Kem Biển\u00a0Đông", 4),
        ("vi", normalize("NFD", "Kem Biển Đông"), 4),
        ("vi", "Kem BIỂN ĐÔNG", 4),
        ("zh-Hans", "用东·海面霜", 1),
        ("zh-Hans", "用东“海”面霜", 1),
        ("zh-Hans", "用东\n海面霜", 1),
        ("zh-Hans", "用东（海）面霜", 1),
        ("vi", "Kem Biển-Đông", 4),
        ("vi", "Kem Biển\nĐông", 4),
        ("vi", "Kem Biển 🌊 Đông", 4),
        ("vi", "Kem Biển Ðông", 4),
    ],
)
def test_no_spelling_hides_a_word_that_is_never_right(locale: str, wrong: str, offset: int) -> None:
    """Nobody sees the difference; the finding points at what was written."""
    verdict = corpus.gates().check("동해 크림", wrong, locale=locale, field="description")

    assert [offset] == [one.offset for one in verdict.of("glossary") if one.level is Level.FAIL]


def test_a_word_that_another_term_asks_for_is_not_held_against_this_one() -> None:
    """미역 is never 海带, but 다시마 beside it is."""
    gates = corpus.gates()

    both = gates.check("미역 다시마 세트", "裙带菜海带套装", locale="zh-Hans")
    wrong = gates.check("미역 세트", "海带套装", locale="zh-Hans")

    assert "pass" == both.result
    assert "fail" == wrong.result


@pytest.mark.parametrize(
    ("enforce", "field", "result"),
    [
        ("block", "title", "fail"),
        ("warn", "attributes", "review"),
        ("advise", "option_values", "pass"),
        ("block", "short_description", "pass"),
        ("block", "description", "pass"),
    ],
)
def test_a_missing_rendering_counts_by_its_level_in_short_fields_only(
    enforce: str, field: str, result: str
) -> None:
    """Prose may say it otherwise."""
    table = f"ko,zh_Hans,enforce\n미역,裙带菜,{enforce}\n"
    glossary, _ = read_glossary(table, at="glossary.csv")

    verdict = Gates(glossary=glossary).check("미역", "海草", locale="zh-Hans", field=field)

    assert result == verdict.result


def test_a_glossary_that_contradicts_itself_is_told_with_its_lines() -> None:
    """The row does not count, and what it is about waits for a person."""
    table = (
        "ko,zh_Hans,never_zh_Hans,enforce\n"
        "동해,东海|江原,东海,warn\n"
        "미역,裙带菜,海带,warn\n"
        "미역,海菜,,warn\n"
        "쑥,艾草,,hard\n"
    )

    glossary, issues = read_glossary(table, at="glossary.csv")

    assert {"동해": "glossary.csv:2", "미역": "glossary.csv:4", "쑥": "glossary.csv:5"} == {
        term.source: term.doubt for term in glossary.terms
    }
    assert ["미역"] == [term.source for term in glossary.terms if term.accepted]
    verdict = Gates(glossary=glossary).check("동해 크림", "江原面霜", locale="zh-Hans", field="description")
    assert "review" == verdict.result
    assert "glossary.csv:2" in verdict.findings[0].message
    assert ["glossary.csv:2", "glossary.csv:4", "glossary.csv:5"] == [issue.at for issue in issues]
    assert "glossary.csv:3" in issues[1].message


def test_the_longest_term_counts() -> None:
    """아이크림 is eye cream, not cream."""
    found = corpus.glossary().find("탄력 아이크림")

    assert ["탄력", "아이크림"] == [term.source for _, term in found]


def test_another_words_change_leaves_a_texts_version_alone() -> None:
    """Only texts that hold the word are translated again."""
    old = corpus.glossary()
    changed = GlossaryTerm(source="미역", accepted={"vi": ("rong",)})
    new = Glossary(tuple(changed if term.source == "미역" else term for term in old.terms))

    assert old.version("보습 크림", "vi") == new.version("보습 크림", "vi")
    assert old.version("미역 크림", "vi") != new.version("미역 크림", "vi")
    assert "" == old.version("없는 말", "vi")


@pytest.mark.parametrize(
    ("limit", "text", "result", "offset"),
    [
        (Limit(6, 0, "columns"), "面霜面霜", "fail", 3),
        (Limit(8, 0, "columns"), "面霜面霜", "pass", None),
        (Limit(11, 0, "bytes"), "面霜面霜", "fail", 3),
        (Limit(4, 0, "chars"), "面霜面霜", "pass", None),
        (Limit(60, 5, "chars"), "面霜面霜", "fail", 0),
    ],
)
def test_a_length_is_counted_as_the_channel_counts(
    limit: Limit, text: str, result: str, offset: int | None
) -> None:
    """And the finding points at the first character that is too much."""
    verdict = Gates(limits={"shop": {"title": limit}}).check("크림크림", text, locale="zh-Hans")

    assert result == verdict.result
    if offset is not None:
        assert offset == verdict.of("length")[0].offset


def test_a_category_has_lengths_of_its_own() -> None:
    """They go before the channel's, which counts in all others; a text for several categories must fit each."""
    gates = Gates(
        limits={"a": {"title": Limit(8)}, "b": {"title": Limit(8)}},
        categories={"C-SER": {"a": {"title": Limit(3)}}, "C-SET": {"a": {"title": Limit(20)}}},
    )

    def told(text: str, *categories: str) -> list[str]:
        verdict = gates.check("보습 크림", text, locale="zh-Hans", categories=categories)
        return [finding.message for finding in verdict.of("length")]

    assert ["4 characters, a in category C-SER takes at most 3"] == told("保湿面霜", "C-SER")
    assert told("保湿面霜", "C-SER") == told("保湿面霜", "C-SET", "C-SER", "C-NEW")
    assert [] == told("保湿面霜", "C-SET", "C-NEW")
    assert ["10 characters, b takes at most 8"] == told("保湿面霜润泽滋养精华", "C-SET")
    assert 2 == len(told("保湿面霜润泽滋养精华", "C-NEW"))
    assert 2 == len(told("保湿面霜润泽滋养精华", "C-SET", "C-SER"))  # b's own limit once


def test_a_channel_may_refuse_a_script_in_every_language() -> None:
    """Each run of it, with the channel; what the language itself excludes is told once."""
    gates = Gates(refused={"tiktok-sg": frozenset({"han"}), "other": frozenset()})

    chinese = gates.check("보습 크림", "Cream 面霜 水", locale="zh-Hans")
    vietnamese = gates.check("보습 크림", "Kem dưỡng ẩm 面霜", locale="vi")

    assert [("no_han", 6), ("no_han", 9)] == [(one.rule, one.offset) for one in chinese.findings]
    assert "'面霜': tiktok-sg takes no Chinese characters" == chinese.findings[0].message
    assert "fail" == chinese.result
    assert 1 == len(vietnamese.of("no_han"))


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["zh-Hans", "zh-Hant", "vi", "en", "ko"]))
def test_any_two_texts_get_a_verdict(source: str, text: str, locale: str) -> None:
    """The gates are total, and every offset lies inside the text."""
    verdict = corpus.gates().check(source, text, locale=locale, field="description")

    assert all(0 <= finding.offset <= max(len(text), 1) for finding in verdict.of("simplified"))
    assert verdict.result in ("pass", "review", "fail")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("弱酸性pH5.5，3分钟", ["5.5", "3"]),
        ("SPF50，50ml", ["50", "50"]),
        ("水温92.5，300秒", ["92.5", "300"]),
        ("12，50", ["12", "50"]),
        ("容量1，000ml", ["1000"]),
    ],
)
def test_a_chinese_comma_parts_numbers_unless_it_parts_thousands(text: str, values: list[str]) -> None:
    """As Chinese is typed; a number of five digits that nobody wrote could be approved by nobody."""
    assert values == [str(one.value) for one in figures(text, "zh-Hans")]
