"""The reference texts of the example, and the same texts with one failure injected each, by seed."""

import csv
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from storesync.compliance import compliance_pack, traditional
from storesync.localization.gates import Gates
from storesync.localization.glossary import Glossary, read_glossary
from storesync.model import Limit

EXAMPLE = files("storesync.examples") / "gangwon"
DATA = Path(__file__).parent.parent / "data" / "texts"
LIMITS = {
    "tmall-cn": {"title": Limit(60, 2, "columns"), "short_description": Limit(300, 5)},
    "bytes": {"option_values": Limit(200, 0, "bytes")},
}


@frozen
class Pair:
    """A source text and its translation; `rule` is the one that must speak, empty for none."""

    source: str
    text: str
    locale: str
    field: str
    rule: str = ""


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the example's tables."""
    text = EXAMPLE.joinpath(*name.split("/")).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def glossary() -> Glossary:
    """The example's glossary."""
    found, issues = read_glossary((EXAMPLE / "glossary.csv").read_text(encoding="utf-8"), at="glossary.csv")
    assert () == issues
    return found


@cache
def brands() -> dict[str, str]:
    """Brand names to their Latin forms."""
    return {row["brand_ko"]: row["brand_latin"] for row in table("catalog/brands.csv")}


@cache
def gates() -> Gates:
    """All gates, claims included."""
    return Gates(
        brands=brands(),
        glossary=glossary(),
        scanners={
            "zh-Hans": compliance_pack("CN").scanner("zh-Hans"),
            "vi": compliance_pack("VN").scanner("vi"),
        },
    )


@cache
def references() -> tuple[Pair, ...]:
    """Titles, short descriptions, options and vocabulary in both languages."""
    products = {row["product_code"]: row for row in table("catalog/products.csv")}
    found = []
    for row in table("catalog/translations.csv"):
        product = products[row["product_code"]]
        found.append(Pair(product["name_ko"], row["title"], row["locale"], "title"))
        found.append(
            Pair(
                product["short_description_ko"], row["short_description"], row["locale"], "short_description"
            )
        )
    for row in table("catalog/option-translations.csv"):
        for column, locale in (("zh_Hans", "zh-Hans"), ("vi", "vi")):
            found.append(Pair(row["ko"], row[column], locale, "option_values"))
    for row in table("catalog/vocabulary.csv"):
        for column, locale in (("zh_Hans", "zh-Hans"), ("vi", "vi")):
            field = row["kind"] if row["kind"] in ("category", "ingredients") else "attributes"
            found.append(Pair(row["ko"], row[column], locale, field))
    return tuple(found)


# What people put between characters so that no machine finds a word; Vietnamese words stand apart anyway.
SIGNS = ("·", "-", "★", "♥", "✨", "“", "’", "_", "~", "|", "😀", "\u200b \u2060")

Break = Callable[[Pair, random.Random], Pair | None]


def _spot(text: str, chance: random.Random) -> int:
    return chance.randrange(len(text) + 1)


def _insert(piece: str, rule: str) -> Break:
    def broken(pair: Pair, chance: random.Random) -> Pair:
        place = _spot(pair.text, chance)
        return Pair(pair.source, pair.text[:place] + piece + pair.text[place:], pair.locale, pair.field, rule)

    return broken


def _empty(pair: Pair, _: random.Random) -> Pair:
    return Pair(pair.source, " ", pair.locale, pair.field, "empty")


def _copied(pair: Pair, _: random.Random) -> Pair | None:
    if not re.search("[가-힣]", pair.source):
        return None
    return Pair(pair.source, pair.source, pair.locale, pair.field, "copied")


def _traditional(pair: Pair, _: random.Random) -> Pair | None:
    text = traditional(pair.text) if pair.locale == "zh-Hans" else pair.text
    return Pair(pair.source, text, pair.locale, pair.field, "simplified") if text != pair.text else None


def _unbrand(pair: Pair, _: random.Random) -> Pair | None:
    for latin in brands().values():
        if latin in pair.text:
            return Pair(
                pair.source, pair.text.replace(latin, latin.lower()), pair.locale, pair.field, "brand_kept"
            )
    return None


def _number(pair: Pair, chance: random.Random) -> Pair | None:
    found = list(re.finditer(r"\d+", pair.text))
    if not found:
        return None
    one = chance.choice(found)
    changed = str(int(one.group()) + chance.randrange(11, 99))
    if changed.rstrip("0") == one.group().rstrip("0"):
        changed += "7"  # 1.5 and 1.50 are one number
    return Pair(
        pair.source,
        pair.text[: one.start()] + changed + pair.text[one.end() :],
        pair.locale,
        pair.field,
        "numbers",
    )


def _unit(pair: Pair, _: random.Random) -> Pair | None:
    match = re.search(r"(\d+)\s?(ml|g)\b", pair.text)
    if match is None:
        return None
    other = "g" if match.group(2) == "ml" else "ml"
    text = pair.text[: match.start()] + match.group(1) + other + pair.text[match.end() :]
    return Pair(pair.source, text, pair.locale, pair.field, "units")


def _placeholder(pair: Pair, chance: random.Random) -> Pair:
    mark = chance.choice(
        [
            "{fee}",
            "%s",
            "%i",
            "%.2f",
            "{{name}}",
            "{{ name }}",
            "{ name }",
            "${total}",
            "#{name}",
            "[[name]]",
            "%1$s",
        ]
    )
    lost = chance.choice(["", mark.replace("{", "｛").replace("%", "％").replace("[[", "[")])
    # Korean writes what belongs to a mark right after it: %s님, %d개.
    place, tail = _spot(pair.source, chance), chance.choice([" ", "님", "개", ""])
    if not tail and re.match("[A-Za-z]", pair.source[place:]):
        tail = " "
    source = f"{pair.source[:place]} {mark}{tail}{pair.source[place:]}"
    return Pair(source, f"{pair.text} {lost}", pair.locale, pair.field, "placeholders")


def _tag(pair: Pair, chance: random.Random) -> Pair:
    whole, broken = chance.choice([("<b>A</b>", "A</b>"), ("A<br>", "A"), ("<i>A</i>", "<i>A<i>")])
    return Pair(f"{pair.source} {whole}", f"{pair.text} {broken}", pair.locale, pair.field, "markup")


def _never(pair: Pair, chance: random.Random) -> Pair | None:
    traps = {
        "zh-Hans": [("동해", "东海"), ("한방", "韩方"), ("진정", "消炎")],
        "vi": [("동해", "Biển Đông"), ("진정", "kháng viêm")],
    }
    korean, wrong = chance.choice(traps[pair.locale])
    gap = chance.choice(SIGNS)
    wrong = wrong.replace(" ", gap) if " " in wrong else f"{wrong[0]}{chance.choice(['', gap])}{wrong[1:]}"
    return Pair(f"{pair.source} {korean}", f"{pair.text} {wrong}", pair.locale, pair.field, "glossary")


def _missing(pair: Pair, _: random.Random) -> Pair | None:
    if pair.field != "title":
        return None
    found = [term for _, term in glossary().find(pair.source) if term.enforce == "warn"]
    if not found:
        return None
    text = pair.text
    for word in found[0].accepted[pair.locale]:
        text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
    rest = [word for word in found[0].accepted[pair.locale] if word.casefold() in text.casefold()]
    return None if rest or not text.strip() else Pair(pair.source, text, pair.locale, pair.field, "glossary")


def _claim(pair: Pair, chance: random.Random) -> Pair:
    """A banned wording, spelled as people do, with or without a sign in it, right behind or before the text."""
    words = {
        "zh-Hans": ["最佳", "抗炎", "药妆", "第一品牌", "頂級"],
        "vi": [
            "tốt nhất",
            "trị mụn",
            "đặc trị",
            "xoá sẹo",
            "xóa sẹo",
            "bác sỹ khuyên dùng",
            "bác sĩ khuyên dùng",
        ],
    }
    word, gap = chance.choice(words[pair.locale]), chance.choice(SIGNS)
    word = word.replace(" ", gap, 1) if " " in word else f"{word[0]}{chance.choice(['', gap])}{word[1:]}"
    return Pair(pair.source, f"{pair.text} {word}", pair.locale, pair.field, "compliance")


def _latin_claim(pair: Pair, chance: random.Random) -> Pair | None:
    """A banned wording in Latin letters, right beside Chinese; the source says the same."""
    if pair.locale != "zh-Hans" or pair.text[:1].isascii():
        return None
    word = chance.choice(["No.1", "TOP1", "NO 1"])
    return Pair(f"{word} {pair.source}", f"{word}{pair.text}", pair.locale, pair.field, "compliance")


def _loop(pair: Pair, chance: random.Random) -> Pair | None:
    if len(pair.text) < 8:
        return None
    return Pair(
        pair.source, " ".join([pair.text] * chance.choice([3, 4])), pair.locale, pair.field, "repetition"
    )


def _stutter(pair: Pair, chance: random.Random) -> Pair:
    words = {"zh-Hans": ["五味子", "保湿霜", "保湿面霜", "面霜"], "vi": ["kem", "dưỡng ẩm", "tinh chất"]}
    piece = chance.choice(["", " "]).join([chance.choice(words[pair.locale])] * chance.randrange(3, 6))
    place = _spot(pair.text, chance)
    text = f"{pair.text[:place]} {piece} {pair.text[place:]}"
    return Pair(pair.source, text, pair.locale, pair.field, "repetition")


def _cut(pair: Pair, _: random.Random) -> Pair | None:
    if pair.field != "short_description" or len(pair.source) < 25:
        return None
    return Pair(
        pair.source, pair.text[: max(2, len(pair.source) // 12)], pair.locale, pair.field, "length_ratio"
    )


def _english(pair: Pair, _: random.Random) -> Pair | None:
    if pair.field not in ("title", "short_description"):
        return None
    rule = "language" if pair.locale == "zh-Hans" else "diacritics"
    return Pair(pair.source, "Moisture cream for dry skin", pair.locale, pair.field, rule)


def _long(pair: Pair, _: random.Random) -> Pair | None:
    limit = LIMITS["tmall-cn"].get(pair.field)
    if limit is None:
        return None
    return Pair(pair.source, pair.text + "字" * limit.max, pair.locale, pair.field, "length")


def _short(pair: Pair, _: random.Random) -> Pair | None:
    least = LIMITS["tmall-cn"]["short_description"].min
    if pair.field != "short_description":
        return None
    return Pair(pair.source, pair.text[: least - 1], pair.locale, pair.field, "length")


def _bytes(pair: Pair, _: random.Random) -> Pair | None:
    if pair.field != "option_values":
        return None
    return Pair(pair.source, pair.text + "字" * 67, pair.locale, pair.field, "length")


def _protection(pair: Pair, chance: random.Random) -> Pair:
    factor, lost = chance.choice(
        [
            ("SPF50+", "SPF50"), ("SPF50", "50"), ("SPF50", "SPF50+"), ("PA++++", "PA+++"), ("PA+++", ""), ("SPF30+", ""),
            ("", "PA++++"), ("", "SPF15"),
        ]
    )  # fmt: skip
    return Pair(
        f"{pair.source} {factor}".strip(),
        f"{pair.text} {lost}".strip(),
        pair.locale,
        pair.field,
        "protection",
    )


# What a source says, how a translation says the same, and how it says something else.
FIGURES: dict[str, dict[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]]] = {
    "sign": {
        "zh-Hans": (
            ("-18℃", ("-18℃", "-18ºC", "-18˚C", "－18°C", "零下18度", "零下摄氏18度", "−18℃", "负18℃"), ("18℃", "18度")),
            ("영하 18도", ("-18℃", "零下18度"), ("18度", "零下8度")),
            ("18℃", ("18℃", "18度"), ("-18℃", "零下18度")),
            ("-20~-18℃", ("-20～-18℃", "零下20~18℃"), ("-20～18℃", "20～18℃")),
            ("0~10℃", ("0-10℃", "0～10度"), ("-10～0℃",)),
        ),
        "vi": (
            ("-18℃", ("-18°C", "âm 18 độ C", "−18 độ C"), ("18°C", "18 độ")),
            ("영하 18도", ("-18°C", "âm 18 độ"), ("18 độ C",)),
            ("18℃", ("18°C",), ("-18°C", "âm 18°C")),
        ),
    },
    "counter": {
        "zh-Hans": (
            ("10매", ("10片", "10张", "10片装", "10"), ("10盒", "10瓶", "10袋")),
            ("21호", ("21号", "#21", "21"), ("21支", "21片")),
            ("60정", ("60片", "60粒"), ("60盒", "60瓶")),
            ("5병", ("5瓶", "5支"), ("5盒", "5片")),
            ("7개", ("7个", "7支", "7片", "7"), ("7倍", "7步")),
            ("30포", ("30包", "30条", "30袋"), ("30片", "30盒")),
            ("3회", ("3次",), ("3倍", "3盒")),
            ("2배", ("2倍", "两倍", "二倍"), ("2次", "十二倍")),
        ),
        "vi": (
            ("10매", ("10 miếng", "10 tờ", "10"), ("10 hộp", "10 chai")),
            ("60정", ("60 viên",), ("60 hộp", "60 gói")),
            ("5병", ("5 chai", "5 lọ"), ("5 miếng",)),
            ("30포", ("30 gói", "30 que"), ("30 viên",)),
            ("3세트", ("3 bộ",), ("3 miếng",)),
        ),
    },
    "factor": {
        "zh-Hans": (
            ("3만원", ("3万韩元", "30000韩元", "30,000韩元", "三万韩元"), ("3千韩元", "300000韩元")),
            ("3만 5천원", ("3万5千韩元", "35000韩元"), ("3万韩元", "5千韩元")),
            ("1억원", ("1亿韩元",), ("1万韩元",)),
            ("20%", ("20%", "8折", "八折"), ("2折", "7折")),
            ("1,000원", ("1000韩元", "1，000韩元", "1,000韩元"), ("1000元", "1.5韩元", "1、000韩元", "1千元")),
        ),
        "vi": (
            ("3만원", ("30.000 won", "30 nghìn won", "30k won"), ("3.000 won", "3 won")),
            ("100만원", ("1 triệu won", "1.000.000 won"), ("100 nghìn won",)),
            ("30,000원", ("30.000 won",), ("30.000 đồng", "30.000đ", "3.000 won")),
        ),
    },
    "dose": {
        "zh-Hans": (
            (
                "비타민C 500mg, 아연 10mg",
                ("维生素C500mg、锌10mg", "500mg维生素C和10mg锌", "锌10mg，维生素C500mg", "10毫克锌与500毫克维生素C"),
                ("维生素C10mg、锌500mg", "锌500mg、维生素C10mg", "含10mg维生素C和500mg锌", "10mg、500mg"),
            ),
            ("1일 3회", ("1天3次", "每日3次", "一日三次"), ("每3天1次", "3天1次")),
            (
                "성인 2알, 어린이 1알",
                ("成人2粒，儿童1粒", "成人两粒，儿童一粒"),
                ("成人1粒，儿童2粒", "成人一粒，儿童两粒"),
            ),
            ("냉장 3일, 냉동 30일", ("冷藏3天，冷冻30天",), ("冷藏30天，冷冻3天", "冷冻3天，冷藏30天")),
            ("100g당 단백질 20g", ("每100g含蛋白质20g", "蛋白质20g/100g"), ("每20g含蛋白质100g",)),
        ),
        "vi": (
            (
                "비타민C 500mg, 아연 10mg",
                ("vitamin C 500mg, kẽm 10mg", "10mg kẽm và 500mg vitamin C"),
                ("vitamin C 10mg, kẽm 500mg", "500mg kẽm và 10mg vitamin C"),
            ),
            ("1일 3회", ("1 ngày 3 lần", "mỗi ngày 3 lần"), ("3 ngày 1 lần",)),
            ("성인 2알, 어린이 1알", ("người lớn 2 viên, trẻ em 1 viên",), ("người lớn 1 viên, trẻ em 2 viên",)),
            ("100g당 단백질 20g", ("20g đạm mỗi 100g",), ("100g đạm mỗi 20g",)),
        ),
    },
    "power": {
        "zh-Hans": (
            ("220V", ("220V", "220伏", "220 v"), ("220W", "220瓦", "220")),
            ("30W", ("30W", "30瓦"), ("30V", "30kW", "30千瓦")),
            ("250kcal", ("250kcal", "250千卡", "250大卡"), ("250kJ", "250千焦")),
            ("10μg", ("10μg", "10µg", "10mcg"), ("10mg", "10IU", "10g")),
            ("400IU", ("400IU", "400国际单位"), ("400μg", "400mg")),
            ("5켤레", ("5双", "五双", "5对"), ("5只", "3双")),
        ),
        "vi": (
            ("220V", ("220V", "220 vôn"), ("220W",)),
            ("250kcal", ("250 kcal", "250 calo"), ("250 kJ",)),
            ("5켤레", ("5 đôi",), ("5 chiếc",)),
        ),
    },
    # What is sold by the hundred, the dozen or the old pound.
    "bundle": {
        "zh-Hans": (
            ("1접(100개)", ("100个", "100头", "1串（100个）"), ("50个", "1个", "10头")),
            ("2접", ("200条", "200个"), ("20条", "2条", "100条")),
            ("1톳(100장)", ("100张", "100片"), ("10张", "1张")),
            ("2축", ("40条",), ("2条", "20条")),
            ("2다스", ("24支", "2打", "两打"), ("20支", "2支", "12支")),
            ("1다스", ("一打", "12支"), ("1支", "10支")),
            ("1근", ("600克", "0.6公斤"), ("500克", "1斤", "1公斤", "600毫克")),
            ("2근", ("1.2公斤", "1200克"), ("1公斤", "2斤", "2公斤", "1.2克")),
            ("1근(600g)", ("600克",), ("500克", "1斤（500克）")),
            ("5켤레", ("10只", "5双"), ("5只", "10双")),
        ),
        "vi": (
            ("1접(100개)", ("100 quả", "100 củ"), ("10 quả",)),
            ("2다스", ("24 cây", "2 tá"), ("20 cây", "2 cây")),
            ("1근", ("600g",), ("500g", "1kg")),
        ),
    },
    "date and time": {
        "zh-Hans": (
            ("오후 3시", ("15:00", "15点", "下午3点", "下午三点"), ("13:00", "下午5点", "3:00", "上午4点", "上午3点")),
            ("오전 9시 30분", ("9:30", "上午9点半", "早上9点30分"), ("21:30", "9:00", "上午8点半")),
            ("3분 30초", ("3分30秒", "3分钟30秒"), ("3分20秒", "30分3秒", "3小时30秒")),
            ("2026년 5월", ("2026-05", "2026年5月", "2026年五月", "2026.05"), ("2026-06", "2025年5月", "2026年六月")),
            ("2026년 5월 3일", ("2026-05-03", "2026/5/3", "2026年5月3日"), ("2026-05-13", "2026-03-05")),
            ("12개월", ("一年", "12个月"), ("两年", "2年", "十年")),
            ("24개월", ("两年", "二十四个月"), ("一年", "三年", "24年")),
            ("24시간", ("24小时", "一整天", "全天"), ("12小时", "24天", "半天")),
            ("6개월", ("半年", "6个月", "六个月"), ("一年", "6年", "半天")),
            ("3시간 30분", ("3小时30分钟",), ("2.5小时", "3小时20分钟", "3.5分钟")),
        ),
        "vi": (
            ("오후 3시", ("15:00", "15h", "3 giờ chiều", "15 giờ"), ("5 giờ chiều", "13:00", "3 giờ sáng")),
            ("3분 30초", ("3 phút 30 giây",), ("3 phút 20 giây", "3 giờ 30 giây")),
            ("2026년 5월", ("tháng 5/2026", "tháng 5 năm 2026", "05/2026"), ("tháng 6/2026", "tháng 5/2025")),
            ("2026년 5월 3일", ("03/05/2026", "ngày 3 tháng 5 năm 2026"), ("05/03/2026", "ngày 3 tháng 5 năm 2027")),
            ("24개월", ("hai năm", "24 tháng"), ("ba năm", "24 năm")),
        ),
    },
    "offer": {
        "zh-Hans": (
            ("1+1", ("买一送一", "1+1", "买1送1", "买一赠一"), ("买二送一", "2+1", "买一送二")),
            ("2+1", ("买二送一", "买2送1", "2+1"), ("买一送一", "1+1")),
            ("3-in-1", ("三合一", "3合1"), ("二合一", "四合一")),
            ("1/2", ("减半", "一半", "二分之一"), ("三分之一", "1/3")),
            ("0.5티스푼", ("半茶匙", "0.5茶匙"), ("1茶匙", "5茶匙")),
            ("0kcal", ("0卡", "0千卡", "0大卡"), ("10卡", "5千卡")),
            ("2.4GHz", ("2.4G", "2.4GHz"), ("5G", "2.4g", "24G")),
            ("95,100,105 사이즈", ("95、100、105码", "95/100/105码", "95，100，105码"), ("95、100、110码", "95、105码")),
            ("1,000ml", ("1000ml", "1，000ml", "1,000毫升"), ("1、000ml", "1ml", "1L500ml")),
        ),
        "vi": (
            ("1+1", ("mua 1 tặng 1", "mua một tặng một", "1+1"), ("mua 2 tặng 1", "2+1")),
            ("3-in-1", ("3 trong 1", "ba trong một"), ("2 trong 1",)),
            ("1/2", ("một nửa", "1/2"), ("1/3",)),
            ("95,100,105 사이즈", ("size 95, 100, 105", "size 95/100/105"), ("size 95, 100, 110",)),
        ),
    },
    "numeral": {
        "zh-Hans": (
            ("", ("一瓶", "十分", "百合", "千万"), ("十倍", "七十三毫升", "三十片", "壹佰克", "百分之五十%", "八折")),
            ("10배", ("十倍", "10倍"), ("二十倍",)),
            ("열 배", ("十倍",), ("百倍",)),
            ("50ml", ("50毫升", "五十毫升"), ("五毫升", "十五毫升")),
        ),
        "vi": (
            ("", ("một chai",), ("gấp mười lần", "hai mươi miếng", "năm mươi phần trăm")),
            ("10배", ("gấp mười lần", "gấp 10 lần"), ("gấp hai mươi lần",)),
            ("2년", ("hai năm", "2 năm"), ("năm năm",)),
        ),
    },
}  # fmt: skip


def _figure(kind: str, *, right: bool = False) -> Break:
    """The same or another amount behind source and text; a text says it once."""

    def changed(pair: Pair, chance: random.Random) -> Pair:
        said, same, other = chance.choice(FIGURES[kind][pair.locale])
        word = chance.choice(same if right else other)
        rule = "" if right else "figures"
        return Pair(f"{pair.source} {said}".strip(), f"{pair.text} {word}", pair.locale, pair.field, rule)

    return changed


# What a source says of what is in it and of when to take it; how a translation says the same, and how the opposite.
TURNED: dict[str, dict[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]]] = {
    "allergens": {
        "zh-Hans": (
            (
                "우유 함유",
                ("含牛奶", "含有乳制品", "含全脂奶粉"),
                ("不含牛奶", "无牛奶", "未添加牛奶", "零乳糖", "無牛奶", "牛奶：无"),
            ),
            (
                "우유, 대두 무첨가",
                ("不含牛奶、大豆", "未添加牛奶及大豆", "无牛奶、无大豆"),
                ("含牛奶、大豆", "添加牛奶", "大豆制品"),
            ),
            (
                "우유를 넣지 않은 두유",
                ("不含牛奶的豆奶", "不用牛奶的豆奶", "以豆奶代替牛奶"),
                ("含牛奶的豆奶", "牛奶味豆奶"),
            ),
            ("우유, 대두 미포함", ("牛奶、大豆：无", "牛奶、大豆均不含", "牛奶 ×、大豆 ×"), ("牛奶：有",)),
            ("호두 불포함", ("不含坚果（核桃）", "不含以下过敏原：核桃"), ("含坚果（核桃）",)),
            ("무첨가 우유", ("无添加牛奶", "牛奶"), ("不含牛奶",)),
            ("설탕과 우유를 넣지 않은 두유", ("不加糖和牛奶的豆奶",), ("加牛奶的豆奶",)),
            ("글루텐프리", ("无麸质", "不含麸质"), ("含麸质", "小麦制")),
            ("새우 함유, 게 무첨가", ("含虾，不含蟹", "不含蟹，含虾"), ("含蟹，不含虾",)),
            ("설탕 없는 우유", ("无糖牛奶", "不含糖的牛奶"), ("不含牛奶",)),
            ("땅콩을 사용하지 않았습니다", ("未使用花生", "没有花生"), ("使用花生",)),
            ("복숭아가 들어 있습니다", ("含有桃", "含黄桃"), ("不含桃",)),
        ),
        "vi": (
            ("우유 함유", ("có chứa sữa", "Chứa sữa"), ("Không chứa sữa", "không sữa", "Sữa: không")),
            (
                "우유, 대두 무첨가",
                ("không chứa sữa và đậu nành", "Không có sữa hoặc đậu nành"),
                ("có chứa sữa", "Đậu nành"),
            ),
            ("우유를 넣지 않은 두유", ("sữa đậu nành không dùng sữa bò",), ("sữa đậu nành có sữa bò",)),
            ("글루텐프리", ("không chứa gluten", "gluten-free"), ("có chứa gluten", "bột mì")),
            ("새우 함유, 게 무첨가", ("có tôm, không có cua",), ("không có tôm, có cua",)),
            ("땅콩을 사용하지 않았습니다", ("không dùng đậu phộng", "không sử dụng lạc"), ("có dùng đậu phộng",)),
        ),
    },
    "times": {
        "zh-Hans": (
            (
                "1일 1포",
                ("每日1包", "每天1包", "一日1包", "一天一包"),
                ("每周1包", "一周1包", "每月1包", "隔日1包", "每小时1包"),
            ),
            ("하루 2회", ("每日2次", "一日两次", "早晚各一次，每天2次"), ("每周2次", "每个月2次")),
            ("일주일에 3회", ("每周3次", "一周三次", "每星期3次"), ("每日3次", "每天三次", "每月3次")),
            ("한 달에 1회", ("每月1次", "一个月一次"), ("每周1次", "每天1次")),
            ("식후 30분", ("饭后30分钟", "餐后30分钟", "用餐后30分钟"), ("饭前30分钟", "餐前30分钟", "空腹30分钟")),
            ("식전에 드세요", ("饭前食用", "空腹食用", "餐前食用"), ("饭后食用", "餐后食用")),
            ("식사와 함께", ("随餐食用", "用餐时食用"), ("饭前食用", "餐后食用")),
            ("아침 1포", ("早上1包", "每早1包"), ("晚上1包", "每晚1包")),
            ("저녁에 바르세요", ("晚间涂抹", "每晚涂抹"), ("早上涂抹", "清晨涂抹")),
            ("식사 전후", ("饭前后", "餐前或餐后"), ()),
            ("세안 후 바르세요", ("洁面后涂抹", "洗脸后涂抹"), ("洁面前涂抹", "洗脸之前涂抹")),
            ("취침 전 1포", ("睡前1包", "就寝前1包"), ("睡后1包",)),
            ("개봉 후 냉장", ("开封后冷藏",), ("开封前冷藏",)),
        ),
        "vi": (
            (
                "1일 1포",
                ("mỗi ngày 1 gói", "ngày 1 gói", "1 gói/ngày"),
                ("mỗi tuần 1 gói", "mỗi tháng 1 gói", "tuần 1 gói"),
            ),
            ("일주일에 3회", ("3 lần mỗi tuần", "mỗi tuần 3 lần"), ("mỗi ngày 3 lần", "ngày 3 lần")),
            ("아침 1포", ("1 gói buổi sáng", "mỗi sáng 1 gói"), ("1 gói buổi tối",)),
            ("식사와 함께", ("dùng trong bữa ăn", "dùng khi ăn"), ("dùng trước bữa ăn", "dùng sau khi ăn")),
            ("식후 30분", ("30 phút sau bữa ăn", "sau khi ăn 30 phút"), ("30 phút trước bữa ăn", "lúc đói 30 phút")),
            ("식전에 드세요", ("dùng trước bữa ăn", "dùng khi bụng đói"), ("dùng sau bữa ăn",)),
            ("취침 전 1포", ("1 gói trước khi ngủ",), ("1 gói sau khi ngủ",)),
            ("개봉 후 냉장", ("sau khi mở nắp để lạnh",), ("trước khi mở nắp để lạnh",)),
        ),
    },
}  # fmt: skip
_SPEAKS = re.compile(
    "우유|대두|콩|두유|밀|글루텐|새우|게|땅콩|복숭아|하루|매|[0-9한]\\s?[일주달]|"
    "일주일|월|식|공복|세안|취침|개봉|[전후뒤]|아침|저녁|데일리"
)


def _turned(kind: str, *, right: bool = False) -> Break:
    """The same or the opposite said behind source and text, where the source says nothing of the kind before."""

    def changed(pair: Pair, chance: random.Random) -> Pair | None:
        said, same, other = chance.choice(TURNED[kind][pair.locale])
        if _SPEAKS.search(pair.source) or not (same if right else other):
            return None
        word = chance.choice(same if right else other)
        return Pair(f"{pair.source}. {said}", f"{pair.text}. {word}", pair.locale, pair.field, kind)

    return changed


def _simplified(pair: Pair, _: random.Random) -> Pair | None:
    if pair.locale != "zh-Hans" or traditional(pair.text) == pair.text:
        return None
    return Pair(pair.source, pair.text, "zh-Hant", pair.field, "traditional")


def _wordy(pair: Pair, _: random.Random) -> Pair | None:
    if len(pair.source) < 12:
        return None
    others = (one.text for one in references() if one.locale == pair.locale and one.field == pair.field)
    text = pair.text
    while len(text) <= 6 * len(pair.source):
        text += f" {next(others)}"
    return Pair(pair.source, text, pair.locale, pair.field, "length_ratio")


def _other(pair: Pair, chance: random.Random) -> Pair | None:
    """A word of a third language; a supplier's sheet has several."""
    word = chance.choice(["крем", "ครีม", "كريم", "קרם", "ㄅㄠㄕ", "կրեմ", "ক্রিম"])
    return _insert(f" {word} ", "no_other")(pair, chance)


def _misread(pair: Pair, chance: random.Random) -> Pair | None:
    """The text's bytes in UTF-8 as another program reads them, which may drop what it cannot show."""
    if len(re.findall("[\u4e00-\u9fff]" if pair.locale == "zh-Hans" else "[\u1ea0-\u1ef9]", pair.text)) < 4:
        return None
    codec, errors = chance.choice(
        [("latin-1", "strict"), ("cp1252", "ignore"), ("cp1252", "replace")]
        + ([("gbk", "ignore"), ("gbk", "replace")] if pair.locale == "zh-Hans" else [])
    )
    text = pair.text.encode().decode(codec, errors)
    if chance.random() < 0.5:
        text = "".join(one for one in text if one.isprintable())
    return Pair(pair.source, text, pair.locale, pair.field, "garbled")


def _unheld(pair: Pair, _: random.Random) -> Pair | None:
    """What an encoding without these letters keeps of a Vietnamese text."""
    if pair.locale != "vi" or len(re.findall("[a-z][\u1ea0-\u1ef9][a-z]", pair.text)) < 2:
        return None
    text = pair.text.encode("cp1252", "replace").decode("cp1252")
    return Pair(pair.source, text, pair.locale, pair.field, "garbled")


def _open(pair: Pair, chance: random.Random) -> Pair:
    words = {"zh-Hans": ["待翻译", "待确认", "需要翻译"], "vi": ["chưa dịch", "Cần dịch", "chờ xác nhận"]}
    word = chance.choice([*words[pair.locale], "TODO", "FIXME", "TBD"])
    text = chance.choice([word, f"{pair.text}（{word}）", f"{word}: {pair.text}", f"[{word}] {pair.text}"])
    return Pair(pair.source, text, pair.locale, pair.field, "unfinished")


def _chat(pair: Pair, chance: random.Random) -> Pair:
    """A chat model that talks about its work, or refuses it."""
    before = {
        "zh-Hans": ["译文：", "翻译结果：", "以下是翻译：", "中文翻译: "],
        "vi": ["Bản dịch: ", "Đây là bản dịch:\n", "Dịch: ", "Tiếng Việt: "],
    }
    instead = {
        "zh-Hans": [
            "抱歉，我无法翻译此内容。",
            "作为一个人工智能语言模型，我不能提供该内容。",
            "对不起，这段文字无法翻译。",
        ],
        "vi": [
            "Xin lỗi, tôi không thể dịch nội dung này.",
            "Là một mô hình ngôn ngữ, tôi không hỗ trợ việc này.",
        ],
    }
    text = chance.choice(
        [
            one + pair.text
            for one in (*before[pair.locale], "Translation: ", "Here is the translation: ", "Sure! ")
        ]
        + [
            *instead[pair.locale],
            f"As an AI language model, I cannot translate {pair.text}",
            f"```\n{pair.text}\n```",
        ]
    )
    return Pair(pair.source, text, pair.locale, pair.field, "remark")


def _nameless(pair: Pair, _: random.Random) -> Pair | None:
    """A title of which only the brand is there."""
    if pair.field != "title":
        return None
    name = next(latin for latin in brands().values() if latin in pair.text)
    return Pair(pair.source, name, pair.locale, pair.field, "brand_only")


def _half(pair: Pair, chance: random.Random) -> Pair | None:
    """A description that ends somewhere in it, as a field's limit cuts it."""
    if pair.field != "short_description" or len(pair.source) < 25:
        return None
    text = pair.text[
        : min(len(pair.text) // 2, round(len(pair.source) * (0.4 if pair.locale == "zh-Hans" else 1.2)))
    ]
    if not text[-1:].isalnum() or re.search(r"[。！？!?]|\.(?!\d)", text):
        return None
    return Pair(pair.source, text, pair.locale, pair.field, "length_ratio")


def _japanese(pair: Pair, chance: random.Random) -> Pair:
    return _insert(chance.choice(["セラム", "うるおい", "クリームの", "ｸﾘｰﾑ"]), "no_kana")(pair, chance)


BREAKS: dict[str, Break] = {
    "empty": _empty,
    "copied": _copied,
    "hangul": _insert("보습", "no_hangul"),
    "jamo": _insert("ㅎ", "no_hangul"),
    "han": lambda pair, chance: None if pair.locale != "vi" else _insert("舒缓", "no_han")(pair, chance),
    "traditional": _traditional,
    "brand": _unbrand,
    "number": _number,
    "added number": _insert(" 777 ", "numbers"),
    "unit": _unit,
    "placeholder": _placeholder,
    "tag": _tag,
    "never": _never,
    "missing": _missing,
    "claim": _claim,
    "latin claim": _latin_claim,
    "loop": _loop,
    "stutter": _stutter,
    "cut": _cut,
    "english": _english,
    "long": _long,
    "short": _short,
    "bytes": _bytes,
    # In Chinese shops の is a fashion.
    "kana": lambda pair, chance: None if pair.locale != "vi" else _insert("の", "no_kana")(pair, chance),
    "Japanese": _japanese,
    "other script": _other,
    "misread": _misread,
    "lost character": _insert("\ufffd", "garbled"),
    "letters not held": _unheld,
    "open work": _open,
    "chat": _chat,
    "brand alone": _nameless,
    "half": _half,
    "protection": _protection,
    **{kind: _figure(kind) for kind in FIGURES},
    **{kind: _turned(kind) for kind in TURNED},
    "simplified": _simplified,
    "wordy": _wordy,
}


def sound(kind: str, seed: int) -> Iterator[Pair]:
    """Every reference text with something of this kind behind it, rightly translated."""
    chance = random.Random(f"sound {kind} {seed}")
    make = (_figure if kind in FIGURES else _turned)(kind, right=True)
    for pair in references():
        if (one := make(pair, chance)) is not None:
            yield one


def broken(kind: str, seed: int) -> Iterator[Pair]:
    """Every reference text that this failure can be injected into."""
    chance = random.Random(f"{kind} {seed}")
    for pair in references():
        one = BREAKS[kind](pair, chance)
        if one is not None:
            yield one
