"""Food that heals: every way to say it is held, in both languages, and what careful people write of food is not."""

import random
from datetime import date

import pytest
from tests.localization.corpus import SIGNS

from storesync.compliance import Claimed, Compliance, Scanner, check_claims, compliance_pack, worst

SCANNERS: dict[str, Scanner] = {
    "zh-Hans": compliance_pack("CN").scanner("zh-Hans"),
    "vi": compliance_pack("VN").scanner("vi"),
}
GOODS = {
    "zh-Hans": ("红参", "柚子茶", "五味子饮品", "海带粉", "荞麦茶"),
    "vi": ("Hồng sâm", "Trà thanh yên", "Nước ngũ vị tử", "Bột tảo bẹ", "Trà kiều mạch"),
}
ACTS = {
    "zh-Hans": ("治疗", "预防", "治", "防治", "根治", "预防各种", "治愈", "主治"),
    "vi": (
        "chữa", "chữa khỏi", "trị", "điều trị", "đặc trị", "hỗ trợ điều trị", "ngừa", "phòng ngừa", "ngăn ngừa",
        "phòng",
        "phòng chống", "chống", "phòng ngừa các chứng", "trị dứt điểm", "đẩy lùi", "giảm nguy cơ",
        "cải thiện tình trạng",
    ),
}  # fmt: skip
ILLS = {
    "zh-Hans": (
        "糖尿病", "感冒", "高血压", "癌症", "肿瘤", "便秘", "失眠", "胃痛", "贫血", "痛风", "血栓", "咳嗽", "关节炎",
        "流感",
        "骨质疏松", "脂肪肝",
    ),
    "vi": (
        "bệnh", "tiểu đường", "ung thư", "mất ngủ", "táo bón", "cảm cúm", "cao huyết áp", "viêm họng", "đau dạ dày",
        "gút",
        "tim mạch", "đột quỵ", "xương khớp", "thiếu máu", "béo phì", "loãng xương",
    ),
}  # fmt: skip
WORKS = {
    "zh-Hans": (
        "解酒", "缓解便秘", "改善便秘", "助眠", "减肥", "瘦身", "增强免疫力", "降低胆固醇", "护肝", "护胃", "润肠",
        "抗癌",
        "清热解毒", "止咳化痰", "药用", "有疗效", "抗疲劳", "替代药物",
        "改善贫血", "缓解关节疼痛", "预防新冠", "软化血管",
        "稳定血糖", "宿醉", "告别便秘",
    ),
    "vi": (
        "giảm cân", "tăng sức đề kháng", "tăng cường miễn dịch", "nâng cao sức đề kháng", "hết mất ngủ", "ngủ ngon",
        "giải rượu", "hạ huyết áp", "ổn định đường huyết", "giảm mỡ máu", "bổ não", "mát gan", "thải độc", "chữa lành",
        "thay thế thuốc", "có tác dụng thay thế thuốc chữa bệnh", "tăng cường sinh lý", "kháng viêm", "giảm đau",
        "hết táo bón", "ngăn chặn ung thư", "tiêu diệt tế bào ung thư", "trị bách bệnh", "ngừa các loại ung thư",
        "chống lại bệnh tật", "giã rượu", "cân bằng đường huyết",
    ),
}  # fmt: skip
HONEST = {
    "zh-Hans": (
        "富含膳食纤维，口感清爽", "高温杀菌后密封包装", "防止受潮，请密封保存", "预防结块，请置于干燥处",
        "可能引起失眠，睡前慎饮",
        "过敏者请确认配料后食用", "产自延边朝鲜族自治州的黄豆", "采用绿色防治病虫害的栽培方式", "含抗氧化剂（维生素C）",
        "不添加防腐剂", "政治中心附近的老铺", "不含激素的散养鸡蛋", "第一口即可尝到浓香", "以第一视角记录采摘过程",
        "唯一规格：500克",
        "第一茬春茶", "红酒建议醒酒30分钟", "糖尿病患者慎食", "本品不能代替药物", "胆固醇0毫克", "每份热量120千卡",
        "酸甜解腻，清凉爽口",
        "孕妇及婴幼儿不宜食用", "炎热天气请冷藏", "预防炎热天气变质，请冷藏", "除湿剂不可食用", "低糖低脂，轻食之选",
        "明目张胆的辣",
        "治大国若烹小鲜",
    ),
    "vi": (
        "Giàu chất xơ, vị thanh mát", "Giá trị dinh dưỡng trong 100g", "Quà tặng trị giá 50.000 đồng",
        "Đặt ở vị trí khô ráo",
        "Ngăn ngừa ẩm mốc, đậy kín nắp", "Phòng ngừa hư hỏng, bảo quản lạnh", "Bảo quản ở nhiệt độ phòng",
        "Sản phẩm này không phải là thuốc và không có tác dụng thay thế thuốc chữa bệnh",
        "Thực phẩm này không phải là thuốc, không có tác dụng thay thế thuốc chữa bệnh.",
        "Có thể gây mất ngủ nếu uống buổi tối", "Người mất ngủ nên tránh dùng buổi tối",
        "Hương vị cân bằng, hậu vị ngọt",
        "Tăng giảm cân bằng vị chua ngọt", "Chất chống oxy hóa (E300)",
        "Người đang điều trị bệnh nên hỏi ý kiến bác sĩ",
        "Chống ẩm bằng gói hút ẩm", "Không chứa cholesterol", "Vị đắng nhẹ, chua ngọt hài hòa",
        "Trị giá lô hàng ghi trên hóa đơn",
        "Sản phẩm của ban quản trị hợp tác xã", "Ngừa côn trùng bằng túi zip", "Chữa cháy bằng bình bột",
        "Phòng tránh ánh nắng",
        "Gà ta thả vườn, không dùng hormone", "Phụ nữ mang thai hỏi ý kiến trước khi dùng", "Giảm đường, giảm muối",
        "Tốt nhất trước ngày ghi trên bao bì", "Xem hạn dùng ở vị trí đáy hũ",
    ),
}  # fmt: skip


def healing(locale: str, seed: int) -> list[str]:
    """Texts that let food heal, each with a claim at another place, some with a sign where people put one."""
    chance = random.Random(f"healing {locale} {seed}")
    gap = "" if locale == "zh-Hans" else " "
    claims = [f"{act}{gap}{ill}" for act in ACTS[locale] for ill in ILLS[locale]] + list(WORKS[locale])
    found = []
    for claim in claims:
        sign = chance.choice(["", "", *SIGNS])
        said = claim.replace(gap, sign, 1) if gap and sign else claim[0] + sign + claim[1:]
        parts = [said, *chance.sample(HONEST[locale], 1)]
        chance.shuffle(parts)
        text = f"{chance.choice(GOODS[locale])} {'，'.join(parts) if not gap else '. '.join(parts)}"
        found.append(chance.choice((str, str.upper, str.capitalize))(text))
    return found


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("locale", SCANNERS)
def test_food_that_heals_is_held_however_it_is_said(locale: str, seed: int) -> None:
    """Every act with every illness, and every effect of a medicine, among honest words, in capitals, with signs."""
    some = healing(locale, seed)
    missed = [text for text in some if "block" != worst(SCANNERS[locale].scan(text, kind="food"))]

    assert [] == missed
    assert len(some) > 100


@pytest.mark.parametrize("locale", SCANNERS)
def test_what_careful_people_write_of_food_is_not_held(locale: str) -> None:
    """Worth, places, rooms, storage, allergens, the sentence that the law itself asks for."""
    alarms = [
        (text, [(hit.excerpt, hit.term.id) for hit in hits])
        for text in HONEST[locale]
        if "block" == worst(hits := SCANNERS[locale].scan(text, kind="food"))
    ]

    assert [] == alarms


@pytest.mark.parametrize(
    "text",
    ["tang suc de khang", "giam can nhanh", "chua benh", "TRI BENH", "tri mat ngu", "phong ngua ung thu"],
)
def test_food_that_heals_is_held_without_marks(text: str) -> None:
    """As people type on a telephone."""
    assert "block" == worst(SCANNERS["vi"].scan(text, kind="food"))


def test_words_of_food_say_nothing_of_cosmetics_and_other_goods() -> None:
    """A mug is washed, and may hold a drink for a hangover."""
    for text, locale in (("解酒汤碗", "zh-Hans"), ("Bát canh giải rượu", "vi"), ("健脑积木", "zh-Hans")):
        assert "clean" == worst(SCANNERS[locale].scan(text, kind="other"))


def test_the_word_hormone_is_none_for_a_cosmetic_whatever_it_says_of_it() -> None:
    """The list forbids the word on labels, with and without 不含; food may say it."""
    zh = SCANNERS["zh-Hans"]

    assert ["block", "clean"] == [worst(zh.scan("不含激素", kind=kind)) for kind in ("cosmetic", "food")]


@pytest.mark.parametrize(
    ("text", "locale", "field", "said"),
    [
        ("Số 1", "vi", "option_values", "clean"),
        ("Số 1 Việt Nam", "vi", "option_values", "block"),
        ("Phấn nước tông số 1", "vi", "title", "waived"),
        ("Son tint số 1 hồng", "vi", "title", "waived"),
        ("Son tint số 1", "vi", "title", "block"),
        ("Son số một", "vi", "option_values", "block"),
        ("唯一尺码", "zh-Hans", "option_values", "waived"),
        ("唯一的面霜", "zh-Hans", "title", "block"),
        ("第一视角", "zh-Hans", "title", "clean"),
        ("第一手机品牌", "zh-Hans", "title", "block"),
        ("第一代言人", "zh-Hans", "title", "block"),
    ],
)
def test_the_number_of_a_shade_and_the_only_size_are_no_superlatives(
    text: str, locale: str, field: str, said: str
) -> None:
    """What stands beside it tells; an option is a number unless it names whom it surpasses."""
    assert said == worst(SCANNERS[locale].scan(text, field=field, kind="cosmetic"))


@pytest.mark.parametrize(
    ("locale", "market", "text", "rules"),
    [
        ("vi", "VN", "Trà chữa bệnh", ("VN-D15-27", "VN-D38-2021")),
        ("zh-Hans", "CN", "预防感冒的茶", ("CN-FSL-73",)),
    ],
)
def test_the_rule_that_forbids_it_is_named(
    locale: str, market: str, text: str, rules: tuple[str, ...]
) -> None:
    """With how sure we are of it."""
    (issue, *_) = check_claims(
        (Claimed("texts/x/title", locale, "title", text),),
        compliance=Compliance(packs={market: compliance_pack(market)}),
        market=market,
        product="F-1",
        kind="food",
        today=date(2026, 11, 23),
    )

    assert "claim.block" == issue.code
    assert all(f"{rule} (" in issue.message and "[D]" in issue.message for rule in rules)
