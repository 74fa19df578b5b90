"""What careful people write in Chinese and Vietnamese for six makers' catalogs: nothing of it is held."""

import csv

import pytest
from attrs import evolve
from tests.localization import corpus

from storesync.localization import Protection
from storesync.localization.gates import Gates, Level

ROWS = tuple(csv.DictReader((corpus.DATA / "careful.csv").read_text(encoding="utf-8").splitlines()))
LOCALES = {"zh_Hans": "zh-Hans", "vi": "vi"}


def test_no_text_of_a_careful_person_is_held() -> None:
    """Cosmetics, farm and sea food, household goods and textiles; what wants a look is named in the table."""
    held, looks = [], []
    for row in ROWS:
        gates = evolve(corpus.gates(), brands={row["brand_ko"]: row["brand_latin"]})
        found = set()
        for column, locale in LOCALES.items():
            verdict = gates.check(row["ko"], row[column], locale=locale, field=row["field"], kind=row["kind"])
            held += [
                (row["ko"], row[column], str(one)) for one in verdict.findings if one.level is Level.FAIL
            ]
            found |= {f"{locale} {one.rule}" for one in verdict.findings if one.level is Level.REVIEW}
        looks += [(row["ko"], found)] if found != set(filter(None, row["look"].split(";"))) else []

    assert [] == held
    assert [] == looks


def test_the_table_is_whole() -> None:
    """Each row in both languages, of several makers and all kinds of goods."""
    assert all(row["ko"] and row["zh_Hans"] and row["vi"] for row in ROWS)
    assert len(ROWS) >= 80
    assert {"cosmetic", "food", "other"} == {row["kind"] for row in ROWS}
    assert len({row["brand_ko"] for row in ROWS}) >= 3


@pytest.mark.parametrize(
    ("source", "text", "locale", "result"),
    [
        ("꿀 2병", "蜂蜜2罐", "zh-Hans", "pass"),
        ("타월 5장", "毛巾5条", "zh-Hans", "pass"),
        ("마스크팩 10매", "面膜10盒", "zh-Hans", "fail"),
        ("홍삼 60정", "红参60盒", "zh-Hans", "fail"),
        ("꿀 2병", "蜂蜜2盒", "zh-Hans", "fail"),
        ("세럼 2배", "精华2瓶", "zh-Hans", "fail"),
        ("쿠션 21호", "气垫21片", "zh-Hans", "fail"),
        ("양말 5켤레", "袜子5只", "zh-Hans", "fail"),
        ("홍삼 30포", "红参30片", "zh-Hans", "fail"),
        ("꿀 2병", "Mật ong 2 miếng", "vi", "fail"),
        ("쿠키 250kcal", "曲奇250千焦", "zh-Hans", "fail"),
        ("쿠키 250kcal", "曲奇250千克", "zh-Hans", "fail"),
        ("러그 1.5㎡", "地毯1.5平方厘米", "zh-Hans", "fail"),
        ("러그 1.5㎡", "地毯2.5平方米", "zh-Hans", "fail"),
        ("원단 300g/m²", "面料300克", "zh-Hans", "pass"),
        ("2겹 휴지", "三层卫生纸", "zh-Hans", "fail"),
        ("2배 진한 두유", "三倍浓郁豆奶", "zh-Hans", "fail"),
        ("진한 두유", "双倍浓郁豆奶", "zh-Hans", "review"),
        ("10주년 수건", "khăn kỷ niệm 10 tuần", "vi", "fail"),
        ("10주 프로그램", "chương trình 10 năm", "vi", "fail"),
        ("비타민 1,000mg", "Vitamin 1,000mg dạng viên", "vi", "review"),
        ("비타민 1,000mg", "维生素1.000mg", "zh-Hans", "review"),
        ("비타민 1,000mg", "Vitamin 1mg dạng viên", "vi", "fail"),
        ("1일 2회", "每日两次", "zh-Hans", "pass"),
        ("3달 숙성", "熟成3个月", "zh-Hans", "pass"),
        ("3달러", "3个月", "zh-Hans", "review"),
        ("석 달 숙성", "ủ 3 tháng", "vi", "review"),
        ("하루 숙성", "熟成1天", "zh-Hans", "review"),
        ("만 원의 행복", "1万韩元的幸福", "zh-Hans", "review"),
        ("약 30분", "约半小时", "zh-Hans", "review"),
        ("약 20분", "约半小时", "zh-Hans", "fail"),
        ("수저 10벌", "餐具10套", "zh-Hans", "pass"),
        ("1포 드림", "附赠", "zh-Hans", "review"),
        ("2포 드림", "附赠", "zh-Hans", "fail"),
        ("면 100% 셔츠", "纯棉衬衫", "zh-Hans", "review"),
        ("면 95% 셔츠", "纯棉衬衫", "zh-Hans", "fail"),
    ],
)
def test_another_counting_word_wants_a_look_and_another_amount_is_held(
    source: str, text: str, locale: str, result: str
) -> None:
    """A container against what is in it is another amount."""
    assert result == Gates().check(source, text, locale=locale, field="attributes").result


def test_a_figure_that_another_language_reads_otherwise_is_told_as_both() -> None:
    """Its digits are the same: the message names what differs."""
    (finding,) = Gates().check("젤리 1,000mg", "Kẹo dẻo 1,000mg", locale="vi").findings

    assert "'1,000mg' reads as 1 in vi, and the source says 1000" == finding.message
    assert "write 1.000mg" == finding.suggestion


@pytest.mark.parametrize(
    ("source", "text", "locale", "message", "hint"),
    [
        (
            "30,000원", "30.000 đồng", "vi",
            "'30,000원' of the source became '30.000 đồng', which is another unit", "translate 30,000원",
        ),
        ("30,000원", "30.000", "vi", "'30,000원' of the source lost its unit: '30.000'", "translate 30,000원"),
        (
            "1시간 30분", "90分钟", "zh-Hans",
            "'1시간 30분' of the source is written '90分钟': the same time in other units", "translate 1시간 30분",
        ),
        ("오후 3시", "下午5点", "zh-Hans", "'오후 3시' of the source became '下午5点'", "translate 오후 3시"),
        (
            "95,100 셔츠", "95、100衬衫", "zh-Hans",
            "'95,100' may be one number or a list: the two texts agree only if it is a list",
            "write a list with spaces or 、 between its numbers",
        ),
    ],
)  # fmt: skip
def test_a_figure_is_told_in_words_that_make_sense(
    source: str, text: str, locale: str, message: str, hint: str
) -> None:
    """No message says that thirty thousand reads as thirty thousand, or asks for Korean in another language."""
    (finding,) = Gates().check(source, text, locale=locale, field="attributes").findings

    assert (message, hint) == (finding.message, finding.suggestion)


@pytest.mark.parametrize(
    ("source", "text", "field", "result"),
    [
        ("햇살을 담아 말린 감", "饱含阳光的柿饼", "title", "pass"),
        ("햇살을 담은 곶감", "饱含阳光的柿饼", "title", "review"),
        ("담 곶감", "柿饼", "title", "fail"),
        ("담 곶감", "DAM 柿饼", "title", "pass"),
        ("담 너머 익은 감", "墙外成熟的柿子", "short_description", "review"),
        ("DAM 곶감", "柿饼", "short_description", "fail"),
        ("정담 곶감", "柿饼", "title", "pass"),
    ],
)
def test_a_brand_of_one_syllable_is_no_part_of_a_word(
    source: str, text: str, field: str, result: str
) -> None:
    """담 is a brand, and a wall; 담아 is neither."""
    assert result == Gates(brands={"담": "DAM"}).check(source, text, locale="zh-Hans", field=field).result


@pytest.mark.parametrize(
    ("source", "result"), [("하루 크림", "fail"), ("하루크림", "review"), ("설하루 크림", "review")]
)
def test_a_brand_of_two_syllables_may_be_a_word(source: str, result: str) -> None:
    """하루 is a day; in prose nobody can tell."""
    gates = Gates(brands={"하루": "HARU"})

    assert result == gates.check(source, "面霜", locale="zh-Hans").result
    assert "review" == gates.check(source, "面霜", locale="zh-Hans", field="short_description").result


def test_no_engine_gets_a_word_with_a_brand_cut_out_of_it() -> None:
    """담아 leaves as it is."""
    keep = Protection(brands={"담": "DAM", "모란": "MORAN"})

    assert () == keep.protect("햇살을 담아", "vi").kept
    assert ("DAM",) == keep.protect("담 곶감", "vi").kept
    assert ("MORAN",) == keep.protect("모란의 향", "vi").kept
