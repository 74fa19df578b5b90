"""Words that look right and are wrong: each trap is one that a person fell into."""

import pytest
from attrs import evolve
from tests.localization import corpus

from storesync.compliance import compliance_pack, worst
from storesync.localization import foreign

CHINA = compliance_pack("CN").scanner("zh-Hans")
KOREA = compliance_pack("CN").scanner("ko")


@pytest.mark.parametrize("wrong", ["韩方人参面霜", "汉方人参面霜", "漢方人參面霜"])
def test_hanbang_is_not_han_medicine(wrong: str) -> None:
    """한방 may not become 韩方 or 汉方: the glossary and the claims both say so, in every field."""
    for field in ("title", "short_description", "attributes"):
        verdict = corpus.gates().check("한방 인삼 크림", wrong, locale="zh-Hans", field=field)
        assert "fail" == verdict.result
        assert verdict.of("compliance")
    assert "block" == worst(CHINA.scan(wrong))
    assert "warn" == worst(KOREA.scan("한방 인삼 크림"))
    assert "pass" == corpus.gates().check("한방 인삼 크림", "植物草本人参面霜", locale="zh-Hans").result


@pytest.mark.parametrize(
    ("locale", "wrong", "right"),
    [
        ("zh-Hans", "东海深层海水喷雾", "韩国东部沿海深层海水喷雾"),
        ("vi", "Xịt nước biển sâu Biển Đông", "Xịt nước biển sâu vùng biển Gangwon"),
    ],
)
def test_the_korean_east_sea_is_no_other_sea(locale: str, wrong: str, right: str) -> None:
    """동해 is neither 东海, the East China Sea, nor Biển Đông, the South China Sea."""
    source = "동해 해양심층수 미스트"

    assert "fail" == corpus.gates().check(source, wrong, locale=locale).result
    assert "pass" == corpus.gates().check(source, right, locale=locale).result


@pytest.mark.parametrize("word", ["抗皱", "祛痘", "修护", "舒缓", "紧致"])
def test_legal_efficacy_classes_need_evidence_and_are_not_banned(word: str) -> None:
    """Many public lists of words ban them wrongly."""
    pack = compliance_pack("CN")

    assert "evidence" == worst(CHINA.scan(f"{word}面霜"))
    assert word in pack.efficacy
    assert word not in pack.special
    assert "fail" != corpus.gates().check("크림", f"{word}面霜", locale="zh-Hans").result


def test_tiktok_shop_refuses_han_characters() -> None:
    """A driver says so in its `Spec`, and the gates of its channel hold in any language; Vietnamese has none anyway.

    storesync has no driver for TikTok Shop: `tests/cli/test_extending.py` brings one that declares it.
    """
    runs = foreign("HAMSOLDAM 松林 Toner 舒缓", ("vi",))
    shop = evolve(corpus.gates(), refused={"tiktok-my": frozenset({"han"})})

    assert ["松林", "舒缓"] == [run.text for run in runs]
    assert ["han", "han"] == [run.script for run in runs]
    assert "pass" == corpus.gates().check("솔잎 진정 토너", "松针舒缓化妆水", locale="zh-Hans").result
    for field in ("title", "description", "attributes", "option_values"):
        verdict = corpus.gates().check("솔잎 진정 토너", "Toner 松林 làm dịu da", locale="vi", field=field)
        assert "fail" == verdict.result
        assert shop.check("솔잎 진정 토너", "松针舒缓化妆水", locale="zh-Hans", field=field).of("no_han")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("zh-Hans", "第一步洁面"),
        ("zh-Hans", "最后涂抹"),
        ("vi", "thống nhất màu da"),
        ("vi", "ít nhất hai lần"),
        ("zh-Hans", "中国台湾"),
    ],
)
def test_harmless_words_raise_no_alarm(locale: str, text: str) -> None:
    """第一步 is a step, ít nhất is at least."""
    market = {"zh-Hans": "CN", "vi": "VN"}[locale]

    assert "clean" == worst(compliance_pack(market).scanner(locale).scan(text))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ko", "자외선 차단 모자"),
        ("zh-Hans", "防晒衣"),
        ("zh-Hans", "防晒帽"),
        ("zh-Hans", "抗菌毛巾"),
        ("zh-Hans", "瘦身牛仔裤"),
        ("zh-Hans", "不锈钢消毒架"),
        ("zh-Hans", "紧致针织面料"),
        ("vi", "Áo chống nắng"),
        ("vi", "Vải kháng khuẩn"),
    ],
)
def test_a_sun_hat_is_no_sun_cream(locale: str, text: str) -> None:
    """The law for cosmetics is none for hats, towels and shelves; where nobody knows what goods are it counts."""
    scanner = compliance_pack("VN" if locale == "vi" else "CN").scanner(locale)

    assert "clean" == worst(scanner.scan(text, kind="other"))
    assert worst(scanner.scan(text, kind="cosmetic")) == worst(scanner.scan(text)) != "clean"


@pytest.mark.parametrize("text", ["顶级毛巾", "全国第一的毛巾", "加微信购买毛巾", "老字号毛巾"])
def test_what_counts_for_all_goods_counts_for_towels(text: str) -> None:
    """Superlatives, ranks, other shops."""
    assert "block" == worst(CHINA.scan(text, kind="other"))


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("vi", "Sử dụng tốt nhất trước ngày in trên bao bì"),
        ("vi", "Hạn sử dụng tốt nhất: 12 tháng"),
        ("vi", "Dùng tốt nhất trong vòng 3 ngày sau khi mở"),
        ("zh-Hans", "最佳赏味期12个月"),
        ("zh-Hans", "最佳赏味期限见包装"),
        ("zh-Hans", "最佳饮用温度6度"),
        ("zh-Hans", "最佳食用日期前食用"),
        ("zh-Hans", "最大承重5kg，最小尺寸10cm"),
        ("zh-Hans", "第一泡倒掉"),
    ],
)
def test_a_best_before_date_is_no_superlative(locale: str, text: str) -> None:
    """Nor are measures; the same word beside it is one."""
    scanner = compliance_pack("VN" if locale == "vi" else "CN").scanner(locale)
    more = {"vi": ", kem tốt nhất", "zh-Hans": "，最佳面霜"}[locale]

    assert worst(scanner.scan(text, kind="food")) in ("clean", "waived")
    assert "block" == worst(scanner.scan(text + more, kind="food"))


@pytest.mark.parametrize("text", ["药妆精华", "药粧精华", "藥粧精華", "药·粧精华"])
def test_no_older_character_hides_a_word(text: str) -> None:
    """粧 is 妆, and OpenCC does not say so."""
    assert "block" == worst(CHINA.scan(text, kind="cosmetic"))


def test_regions_are_no_countries_in_china() -> None:
    """Country lists must not hold Taiwan, Hong Kong or Macao."""
    assert "block" == worst(CHINA.scan("适用国家：韩国、台湾、香港"))
