"""No fact of a product is dropped in silence: what no table holds, and what a delivered row leaves out."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from tests.prepare import example
from tests.prepare.world import CN, REFERENCE, SERUM, settings

from storesync.compliance import Compliance, compliance_pack
from storesync.issues import Issues, Severity
from storesync.localization import NAMES, Provenance, Reference, ReferenceText, facts_of
from storesync.model import Product
from storesync.prepare.facts import check_facts
from storesync.prepare.localize import Localized

ZH = NAMES["zh-Hans"]
SQUID = evolve(
    SERUM,
    facts={
        "ingredients": "오징어(국산) 70%, 고춧가루",
        "allergens": "우유·땅콩·새우",
        "storage": "실온 보관",
    },
    keys={},
    hs="030749",
    classes={"cn": "food-registered"},
)


def found(
    product: Product, attributes: Mapping[str, str], reference: Reference, locale: str, **more: Any
) -> Issues:
    """What is found of a product with these attributes in one language."""
    text = ReferenceText(title="x", attributes=attributes, **more)
    given = evolve(reference, texts={product.key: {locale: text}})
    localized = Localized(
        texts={}, attributes={locale: attributes}, axes=(), images=(), variants=(), provenance={}
    )
    return check_facts(product, localized, evolve(settings(CN), reference=given))


def told(
    product: Product, attributes: dict[str, str], *, composed: bool = False, **more: Any
) -> list[tuple[str, str]]:
    """Severity and place of every finding about these attributes in Chinese."""
    made = {"attributes": Provenance(by="template", state="final")} if composed else {}
    issues = found(product, attributes, REFERENCE, "zh-Hans", made=made, **more)
    assert all("text.fact_missing" == issue.code and issue.hint for issue in issues)
    return [(issue.severity.value, issue.path.rpartition("/")[2]) for issue in issues]


def whole(product: Product, **changes: str) -> dict[str, str]:
    """Every fact of a product under its name."""
    facts = {
        "品牌": "SEOLBITGAON", "产地": "韩国", "净含量": "30ml", "功效": "保湿", "适用肤质": "干性", "保质期": "36个月",
        "储存方式": "常温保存", "配料": "鱿鱼（韩国）70%、辣椒粉", "致敏物质": "牛奶、花生、虾",
    }  # fmt: skip
    return {**facts, **changes}


def test_the_sample_leaves_nothing_out() -> None:
    """Every delivered row of the example, in both languages, tells all facts, whole."""
    reference = example.reference()
    some = [
        str(issue)
        for product in example.products().values()
        for locale in ("zh-Hans", "vi")
        if (text := reference.text(product.key, locale)) is not None
        for issue in found(product, text.attributes, reference, locale)
    ]

    assert [] == some


@pytest.mark.parametrize("name", ["配料", "致敏物质"])
@pytest.mark.parametrize("state", ["reference", "reviewed", "final"])
def test_a_row_without_ingredients_or_allergens_holds(name: str, state: str) -> None:
    """Whoever approved it: nobody can approve that a buyer is not told of nuts."""
    attributes = whole(SQUID)
    del attributes[name]

    assert [("error", name)] == told(SQUID, attributes, state=state)


@pytest.mark.parametrize(
    ("name", "value"),
    [("致敏物质", "牛奶"), ("致敏物质", "牛奶、花生"), ("配料", "鱿鱼（韩国、国产）70%")],
)
def test_a_list_that_is_cut_short_holds(name: str, value: str) -> None:
    """By their number; what stands in brackets is no name of its own."""
    assert [("error", name)] == told(SQUID, whole(SQUID, **{name: value}))


@pytest.mark.parametrize(
    "value", ["牛奶、花生、虾", "牛奶·花生·虾", "含牛奶，花生；虾的设施", "牛奶, 花生, 虾, 大豆"]
)
def test_a_list_is_whole_however_it_is_written(value: str) -> None:
    """Any mark between names, and more of them."""
    assert [] == told(SQUID, whole(SQUID, 致敏物质=value))


@pytest.mark.parametrize(
    ("source", "locale", "value"),
    [
        ("우유, 대두 함유", "zh-Hans", "含有牛奶和大豆"),
        ("우유, 대두 함유", "vi", "Có chứa sữa và đậu nành"),
        ("우유·땅콩·새우", "zh-Hans", "本品含乳制品、花生及虾"),
        ("우유·땅콩·새우", "vi", "Sữa, lạc, tôm"),
        ("밀 함유, 대두·메밀과 같은 시설에서 제조", "zh-Hans", "含小麦；与使用大豆和荞麦的产品在同一工厂生产"),
        ("밀 함유, 대두·메밀과 같은 시설에서 제조", "vi", "Có lúa mì; cùng cơ sở với đậu tương và kiều mạch"),
        ("난류(가금류), 조개류(굴, 홍합)", "zh-Hans", "蛋类与贝类"),
        ("아황산류, 잣", "vi", "Sulfite và hạt thông"),
        ("게, 오징어", "zh-Hans", "甲壳类及软体类"),
    ],
)  # fmt: skip
def test_allergens_are_known_by_their_names_however_they_are_joined(
    source: str, locale: str, value: str
) -> None:
    """和, 及, và and sentences; the law names them, so storesync knows what they are called."""
    product = evolve(SQUID, facts={"allergens": source})
    name = NAMES[locale].allergens

    issues = found(product, {name: value}, REFERENCE, locale)

    assert [] == [str(one) for one in issues if one.path.endswith(name)]


@pytest.mark.parametrize(
    ("source", "locale", "value", "lost"),
    [
        ("우유, 대두 함유", "zh-Hans", "含有牛奶、糖、盐", "대두"),
        ("우유, 땅콩", "vi", "Có chứa sữa và đường", "땅콩"),
        ("우유, 대두, 밀", "zh-Hans", "牛奶和大豆，可能含坚果", "밀"),
        ("메밀", "zh-Hans", "小麦", "메밀"),
        ("밀", "zh-Hans", "荞麦", "밀"),
        ("쇠고기", "zh-Hans", "牛奶", "쇠고기"),
        ("닭고기", "vi", "trứng gà", "닭고기"),
        ("복숭아", "zh-Hans", "核桃", "복숭아"),
    ],
)
def test_an_allergen_that_another_name_stands_for_is_not_told(
    source: str, locale: str, value: str, lost: str
) -> None:
    """However many names there are: it holds, whoever approved it."""
    product = evolve(SQUID, facts={"allergens": source})
    name = NAMES[locale].allergens

    issues = found(product, {name: value}, REFERENCE, locale, state="final")

    (issue,) = [one for one in issues if one.path.endswith(name)]
    assert Severity.ERROR is issue.severity
    assert f"leave {lost} of" in issue.message


@pytest.mark.parametrize("state", ["reference", "final"])
@pytest.mark.parametrize(
    ("source", "locale", "value"),
    [
        ("우유, 대두 함유", "zh-Hans", "不含牛奶、大豆"),
        ("우유, 대두 함유", "zh-Hans", "不含牛奶，大豆"),
        ("우유, 대두 함유", "zh-Hans", "无牛奶，含大豆"),
        ("우유, 대두 함유", "vi", "Không chứa sữa và đậu nành"),
        ("우유, 대두 함유", "vi", "Không chứa sữa, đậu nành"),
        ("우유", "zh-Hans", "椰奶"),
        ("우유", "zh-Hans", "豆奶"),
        ("대두", "zh-Hans", "红豆、咖啡豆"),
        ("복숭아", "zh-Hans", "猕猴桃、樱桃"),
        ("우유", "vi", "bơ đậu phộng, sữa hạnh nhân"),
        ("난류", "zh-Hans", "大豆蛋白"),
        ("난류", "vi", "trứng cá"),
        ("조개류", "zh-Hans", "贝果、杏鲍菇"),
        ("밀", "vi", "bột khoai mì, mì chính"),
        ("새우", "vi", "tép bưởi"),
    ],
)
def test_what_a_text_denies_or_only_sounds_like_is_not_told(
    source: str, locale: str, value: str, state: str
) -> None:
    """Coconut milk has no milk in it, and who says that there is none does not tell that there is."""
    product = evolve(SQUID, facts={"allergens": source})
    name = NAMES[locale].allergens

    issues = found(product, {name: value}, REFERENCE, locale, state=state)

    assert Severity.ERROR in {one.severity for one in issues if one.path.endswith(name)}


@pytest.mark.parametrize(
    ("source", "locale", "value"),
    [
        ("땅콩버터", "zh-Hans", "花生酱"),
        ("땅콩버터", "vi", "Bơ đậu phộng"),
        ("코코넛밀크, 대두", "zh-Hans", "椰奶、大豆"),
        ("두유", "zh-Hans", "豆奶"),
        ("우유 무첨가, 대두 함유", "zh-Hans", "不含牛奶，含大豆"),
        ("우유 무첨가, 대두 함유", "vi", "Không chứa sữa, có đậu nành"),
        (
            "우유 함유, 땅콩을 사용한 제품과 같은 시설에서 제조",
            "zh-Hans",
            "含牛奶，与使用花生的产品同一设施生产",
        ),
        ("우유, 대두 함유", "zh-Hans", "含牛奶、大豆；不含花生"),
    ],
)
def test_what_a_text_tells_is_known_beside_what_it_denies(source: str, locale: str, value: str) -> None:
    """Peanut butter is no butter, in Korean either."""
    product = evolve(SQUID, facts={"allergens": source})
    name = NAMES[locale].allergens

    issues = found(product, {name: value}, REFERENCE, locale)

    assert [] == [str(one) for one in issues if one.path.endswith(name)]


def test_no_text_says_that_an_allergen_of_the_product_is_not_in_it() -> None:
    """Neither title nor attribute, in an approved row either, unless the product's own text says so of something."""
    product = evolve(SQUID, facts={"allergens": "우유, 대두 함유"})
    own = evolve(product, text=evolve(product.text, title="우유를 넣지 않은 소스를 곁들인 과자"))
    row = {"致敏物质": "含牛奶、大豆", "提示": "不含牛奶"}

    def wrong(product: Product, title: str, **more: str) -> list[str]:
        text = ReferenceText(title=title, attributes={**row, **more}, state="final")
        given = evolve(REFERENCE, texts={product.key: {"zh-Hans": text}})
        shown = Localized(
            texts={}, attributes={"zh-Hans": text.attributes}, axes=(), images=(), variants=(), provenance={}
        )
        issues = check_facts(product, shown, evolve(settings(CN), reference=given))
        return [one.path for one in issues.errors if "is not in it" in one.message]

    place = "texts/zh-Hans"
    assert [f"{place}/title", f"{place}/attributes/提示"] == wrong(product, "无牛奶饼干")
    assert [] == wrong(own, "不含牛奶的酱汁配饼干")
    assert [] == wrong(product, "饼干", 提示="牛奶过敏者慎食")


TABLED = evolve(
    REFERENCE,
    vocabulary={
        **REFERENCE.vocabulary,
        "ingredients": {
            "커피원두 100%(브라질)": {"zh-Hans": "咖啡豆（巴西）100%", "vi": "Hạt cà phê 100% (Brazil)"},
            "메밀가루 60%, 밀가루, 소금": {
                "zh-Hans": "荞麦粉60%、小麦粉、食用盐", "vi": "Bột kiều mạch 60%, bột mì, muối",
            },
        },
    },
)  # fmt: skip
COFFEE, NOODLES = TABLED.vocabulary["ingredients"]


@pytest.mark.parametrize("state", ["reference", "final"])
@pytest.mark.parametrize(
    ("source", "locale", "value", "weight"),
    [
        (COFFEE, "zh-Hans", "可可粉、白砂糖、花生", "error"),
        (COFFEE, "zh-Hans", "咖啡豆（巴西）100%、花生", "error"),
        (COFFEE, "zh-Hans", "咖啡豆60%", "error"),
        (COFFEE, "zh-Hans", "咖啡豆（巴西、花生）100%", "error"),
        (COFFEE, "zh-Hans", "咖啡豆（巴西）100%", ""),
        (COFFEE, "zh-Hans", "配料：烘焙咖啡豆（巴西）100%", ""),
        (COFFEE, "vi", "Bột ca cao, đường", "error"),
        (COFFEE, "vi", "Thành phần: hạt cà phê 100%", ""),
        (NOODLES, "zh-Hans", "荞麦粉60%、小麦粉、食用盐", ""),
        (NOODLES, "zh-Hans", "荞麦粉60%，小麦粉，盐", ""),
        (NOODLES, "zh-Hans", "荞麦粉60%、小麦粉、食用盐、虾", "error"),
        (NOODLES, "zh-Hans", "荞麦粉60%、小麦粉、味精", "error"),
        ("토마토케첩, 굴소스, 잣", "vi", "Tương cà, dầu hào, hạt thông", ""),
        ("생크림, 글루텐, 카제인나트륨", "zh-Hans", "鲜奶油、谷朊粉、酪朊酸钠", ""),
        (NOODLES, "vi", "bột kiều mạch 60% và bột mì, muối", ""),
        ("유자 50%, 설탕 50%", "zh-Hans", "柚子10%、砂糖90%", "error"),
        ("유자 50%, 설탕 50%", "zh-Hans", "柚子50%、砂糖50%", ""),
        ("유자 50%, 설탕 50%", "vi", "Thanh yên 50%, đường 50%", ""),
        ("유자 2.5%, 설탕", "vi", "Thanh yên 2,5%, đường", ""),
        ("두유 60%, 밀가루, 설탕", "zh-Hans", "豆奶60%、玉米粉、白砂糖", "error"),
        ("두유 60%, 밀가루, 설탕", "zh-Hans", "豆奶60%、小麦粉、白砂糖", ""),
        ("볶은커피, 설탕", "zh-Hans", "烘焙咖啡、白砂糖、花生", "unsure"),
        ("볶은커피, 설탕", "zh-Hans", "烘焙咖啡、花生", "unsure"),
        ("볶은커피, 설탕", "vi", "cà phê rang, đường, muối", "unsure"),
    ],
)
def test_the_list_of_a_food_is_compared_both_ways(
    source: str, locale: str, value: str, weight: str, state: str
) -> None:
    """What the table calls otherwise, what is added, other shares; without a table only allergens are known by name."""
    product = evolve(SQUID, facts={"ingredients": source})
    name = NAMES[locale].food_ingredients

    issues = found(product, {name: value}, TABLED, locale, state=state)

    weights = {one.severity.value for one in issues if one.path.endswith(f"/{name}")}
    expected = {"unsure": "note" if state == "final" else "warning"}.get(weight, weight)
    assert ({expected} if expected else set()) == weights
    assert all(one.hint for one in issues)


def test_a_list_of_some_ingredients_of_a_food_names_none_beside_its_table() -> None:
    """Under a name of one's own, also in an approved row; where its raw material is from is another thing."""
    product = evolve(SQUID, facts={"ingredients": COFFEE})
    row = {"配料": "咖啡豆（巴西）100%", "主要原料": "咖啡豆、花生", "原料产地": "巴西", "添加物": "无"}

    issues = found(product, row, TABLED, "zh-Hans", state="final")

    assert ["主要原料"] == [one.path.rpartition("/")[2] for one in issues if one.code == "text.fact_strange"]


@pytest.mark.parametrize("name", ["过敏原信息", "致敏原"])
def test_allergens_may_stand_under_another_name(name: str) -> None:
    """As labels call them."""
    attributes = whole(SQUID)
    attributes[name] = attributes.pop("致敏物质")

    assert [] == told(SQUID, attributes)
    assert [("error", name)] == told(SQUID, {**attributes, name: "牛奶"})


def test_names_that_nobody_knows_are_counted_and_a_person_decides() -> None:
    """Where most of them are told; half a list is none."""
    facts = {"ingredients": "볶은커피 70%, 정제수, 설탕, 구연산", "allergens": ""}
    product = evolve(SQUID, facts={key: text for key, text in facts.items() if text})
    right = "烘焙咖啡70% 水 白砂糖 柠檬酸"

    assert [] == told(product, whole(product, 配料=right))
    assert [("warning", "配料")] == told(product, whole(product, 配料="烘焙咖啡70%、水、白砂糖"))
    assert [("note", "配料")] == told(product, whole(product, 配料="烘焙咖啡70%、水、白砂糖"), state="final")
    assert [("error", "配料")] == told(product, whole(product, 配料="烘焙咖啡70%、水"), state="final")


def test_ten_ingredients_are_not_water() -> None:
    """Of a cosmetic the table names those that are missing."""
    product = example.products()["SBG-001"]
    reference = example.reference()
    attributes = {**facts_of(product, reference, "zh-Hans"), ZH.ingredients: "水"}

    (issue,) = found(product, attributes, reference, "zh-Hans", state="final")

    assert Severity.ERROR is issue.severity
    assert "甘油、丁二醇、1,2-己二醇 and 6 more".replace("、", ", ") in issue.message


def test_what_else_a_row_leaves_out_is_a_warning_until_somebody_approves_it() -> None:
    """Storage, origin, shelf life."""
    attributes = {name: value for name, value in whole(SQUID).items() if name not in ("储存方式", "产地")}

    assert [("warning", "产地"), ("warning", "储存方式")] == told(SQUID, attributes)
    assert [("note", "产地"), ("note", "储存方式")] == told(SQUID, attributes, state="reviewed")
    assert [("error", "产地"), ("error", "储存方式")] == told(SQUID, attributes, composed=True)


def test_a_fact_under_a_name_of_ones_own_is_told() -> None:
    """Where it says what the table says."""
    product = evolve(SERUM, facts={"shelf_life_months": "36"}, keys={})
    attributes = {name: whole(product)[name] for name in ("品牌", "产地")}
    attributes |= {"内容量": "30ml/50ml", "有效期": "36个月"}

    assert [] == [one for one in told(product, attributes) if one[1] == "保质期"]


def test_a_language_whose_names_nobody_knows_is_told() -> None:
    """Only a delivery can tell facts there; one that tells something is believed."""
    (issue,) = found(SQUID, {}, REFERENCE, "th")

    assert "ingredients, allergens, storage" in issue.message
    assert Severity.ERROR is issue.severity
    assert () == tuple(found(SQUID, {"ส่วนประกอบ": "ปลาหมึก"}, REFERENCE, "th"))


GIVEN = "Water; Glycerin; Sodium Hyaluronate"


def cosmetic(**facts: str) -> Product:
    """SBG-001 of the example with other lists of ingredients."""
    product = example.products()["SBG-001"]
    kept = {name: value for name, value in product.facts.items() if name not in ("inci", "ingredients")}
    return evolve(product, facts={**kept, **facts})


def lists(product: Product, locale: str, **state: Any) -> list[tuple[str, str, str]]:
    """Severity, code and place of what is found of the lists of ingredients; `said` are the attributes of the row."""
    said = state.pop("said")
    issues = found(product, said, example.reference(), locale, **state)
    return [
        (issue.severity.value, issue.code, issue.path.rpartition("/")[2])
        for issue in issues
        if issue.path.rpartition("/")[2] in NAMES[locale].every_list
    ]


@pytest.mark.parametrize("state", ["reference", "final"])
@pytest.mark.parametrize(("locale", "name"), [("zh-Hans", "成分"), ("vi", "Thành phần (INCI)")])
@pytest.mark.parametrize("facts", [{"inci": GIVEN}, {"ingredients": "정제수; 글리세린"}])
def test_a_cosmetic_without_its_ingredients_holds(
    facts: dict[str, str], locale: str, name: str, state: str
) -> None:
    """Whichever list the catalog has, and whoever approved the row."""
    assert [("error", "text.fact_missing", name)] == lists(cosmetic(**facts), locale, said={}, state=state)


def test_inci_names_alone_are_translated_by_the_table_and_shown_as_they_are_in_vietnam() -> None:
    """Chinese labels carry Chinese names, Vietnamese ones INCI, also of what the table does not know."""
    product, reference = cosmetic(inci="water ; GLYCERIN; Sodium Hyaluronate"), example.reference()
    strange = cosmetic(inci="Water; Vaccinium Nobody Extract")

    assert "水、甘油、透明质酸钠" == facts_of(product, reference, "zh-Hans")[ZH.ingredients]
    assert ZH.ingredients not in facts_of(strange, reference, "zh-Hans")
    assert "Water, Vaccinium Nobody Extract" == facts_of(strange, reference, "vi")[NAMES["vi"].ingredients]
    assert ZH.food_ingredients not in facts_of(cosmetic(ingredients="정제수"), reference, "zh-Hans")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("水、汞、铅", "name 汞, 铅 under"),
        ("水、甘油、氢醌", "name 氢醌 under"),
        ("水、甘油、透明质酸钠、氢醌", "name 氢醌 under"),
        ("水、海水、甘油、透明质酸钠", "name 海水 under"),
        ("水，甘油硬脂酸酯，甘油，透明质酸钠", "name 甘油硬脂酸酯 under"),
        ("Aqua Regia, Glycerin, Sodium Hyaluronate", "name Aqua Regia under"),
    ],
)
def test_other_names_do_not_pass_because_their_number_fits(value: str, said: str) -> None:
    """Nobody can approve an ingredient that the product does not have."""
    for name in ("成分", "全成分", "配料"):
        issues = found(cosmetic(inci=GIVEN), {name: value}, example.reference(), "zh-Hans", state="final")
        told = [one for one in issues if one.code == "text.fact_strange"]

        assert [(Severity.ERROR, f"texts/zh-Hans/attributes/{name}")] == [
            (one.severity, one.path) for one in told
        ]
        assert said in told[0].message
        assert "ingredients.csv" in told[0].hint


@pytest.mark.parametrize(
    "value",
    [
        "水、甘油、透明质酸钠",
        "水 甘油 透明质酸钠",
        "全成分：水，甘油，透明质酸钠。",
        "1. 水 2. 甘油 3. 透明质酸钠",
        "水（WATER）、甘油5%、透明质酸钠（保湿剂）等",
        "水/甘油/透明质酸钠(100ppm)",
        "Water (水), Glycerin (甘油), Sodium Hyaluronate (透明质酸钠)",
        "含水、甘油和透明质酸钠",
        "水\n甘油\n透明质酸-钠",
    ],
)
def test_a_list_of_a_cosmetic_is_whole_however_it_is_written(value: str) -> None:
    """Any mark between names and none, INCI names, shares, what an ingredient is for."""
    for name in ("成分", "全成分", "配料"):
        assert [] == lists(cosmetic(inci=GIVEN), "zh-Hans", said={name: value})


def test_of_two_lists_one_must_be_whole_and_neither_strange() -> None:
    """A row may tell the best ones first."""
    whole, some = "水、甘油、透明质酸钠", "透明质酸钠"

    assert [] == lists(cosmetic(inci=GIVEN), "zh-Hans", said={"成分": some, "全成分": whole})
    assert [("error", "text.fact_strange", "成分")] == lists(
        cosmetic(inci=GIVEN), "zh-Hans", said={"成分": "汞", "全成分": whole}
    )


def test_what_brackets_say_besides_is_told() -> None:
    """Also in an approved row: whether it is another ingredient nobody can tell."""
    said = {"成分": "水（汞）、甘油、透明质酸钠"}

    assert [("warning", "text.fact_strange", "成分")] == lists(
        cosmetic(inci=GIVEN), "zh-Hans", said=said, state="final"
    )


def test_where_the_table_does_not_know_all_names_their_number_counts() -> None:
    """Those that it knows must be there; what is too many is told."""
    product = cosmetic(inci=f"{GIVEN}; Vaccinium Nobody Extract")

    assert [] == lists(product, "zh-Hans", said={"成分": "水、甘油、透明质酸钠、某某果提取物"})
    for value in ("水、甘油、透明质酸钠", "水、甘油、氢醌、某某果提取物", "水、甘油、某某果提取物"):
        assert [("error", "text.fact_missing", "成分")] == [
            one for one in lists(product, "zh-Hans", said={"成分": value}) if one[0] == "error"
        ]
    assert [("warning", "text.fact_strange", "成分")] == lists(
        product, "zh-Hans", said={"成分": "水、甘油、透明质酸钠、某某果提取物、氢醌"}
    )


def test_a_table_may_have_several_names_of_one_ingredient() -> None:
    """The first one is written, each is right."""
    reference = Reference(ingredients={"정제수": {"inci": "Water", "zh-Hans": "水|去离子水"}})
    product = cosmetic(inci="Water")

    assert "水" == facts_of(product, reference, "zh-Hans")[ZH.ingredients]
    for value in ("水", "去离子水"):
        issues = found(product, {"成分": value}, reference, "zh-Hans", state="final")
        assert [] == [one for one in issues if one.path.endswith("成分")]


def test_a_list_of_some_ingredients_and_an_origin_say_nothing_else() -> None:
    """Also in an approved row: a name that is none of them is told, another country holds."""
    product = cosmetic(inci=GIVEN)
    whole = {"成分": "水、甘油、透明质酸钠"}

    def told(**more: str) -> list[tuple[str, str]]:
        issues = found(product, {**whole, **more}, example.reference(), "zh-Hans", state="final")
        return [(one.severity.value, one.path.rpartition("/")[2]) for one in issues if "strange" in one.code]

    assert [] == told(核心成分="透明质酸钠+甘油", 产地="韩国江原道", 提示="氢醌", 原料产地="美国")
    for name in ("原产国", "生产国", "原产地", "制造国", "国家", "产国"):
        assert [("error", name)] == told(**{name: "日本"})
        assert [] == told(**{name: "大韩民国"})
    assert [("error", "产地")] == told(产地="Made in China")
    assert [("warning", "主要成分")] == told(主要成分="氢醌、甘油")
    assert [("error", "产地")] == told(产地="中国")
    assert [] == told(产地="韩国（原料：美国）")


@pytest.mark.parametrize("state", ["reference", "final"])
@pytest.mark.parametrize(
    ("name", "value", "weight"),
    [
        ("功效", "祛痘", "error"),
        ("功效", "控油", "error"),
        ("功效", "保湿、控油", "error"),
        ("产品功效", "抗皱", "error"),
        ("功效", "让人开心", "warning"),
        ("适用肤质", "油性肤质", "error"),
        ("适合肌肤", "油性肤质", "error"),
        ("适用肤质", "干性", ""),
        ("适用肤质", "适合干性肌肤", ""),
        ("功效", "{efficacy}", ""),
        ("肤感", "清爽", ""),
    ],
)
def test_what_a_row_says_of_effect_and_skin_is_what_the_keys_say(
    name: str, value: str, weight: str, state: str
) -> None:
    """Under whichever name; a word that the vocabulary has for another key holds, whoever approved it."""
    reference = example.reference()
    product = evolve(example.products()["SBG-001"], keys={"efficacy": ("moist",), "skin_type": ("dry",)})
    value = value.format(efficacy=facts_of(product, reference, "zh-Hans")["功效"])
    text = ReferenceText(title="x", attributes={name: value}, state=state)
    given = evolve(reference, texts={product.key: {"zh-Hans": text}})
    shown = Localized(
        texts={}, attributes={"zh-Hans": text.attributes}, axes=(), images=(), variants=(), provenance={}
    )
    rules = Compliance(packs={"CN": compliance_pack("CN")})
    issues = check_facts(product, shown, evolve(settings(CN), reference=given, compliance=rules))

    strange = [one for one in issues if one.code == "text.fact_strange"]
    assert ([weight] if weight else []) == [one.severity.value for one in strange]
    assert all(one.path.endswith(name) and one.hint for one in strange)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Water, Glycerin, Sodium Hyaluronate", "in Latin letters"),
        ("水、Glycerin、透明质酸钠", "give 甘油 in Latin letters"),
        ("透明质酸钠、甘油、水", "name 水 in another place"),
        ("甘油、水、透明质酸钠", "name 水 in another place"),
    ],
)
def test_a_chinese_list_has_chinese_names_in_the_order_of_the_product(value: str, said: str) -> None:
    """By share, the greatest first; Vietnamese labels carry INCI names."""
    product, reference = cosmetic(inci=GIVEN), example.reference()

    (issue,) = [
        one
        for one in found(product, {"成分": value}, reference, "zh-Hans", state="final")
        if one.path.endswith("成分")
    ]
    best = found(
        product, {"核心成分": "透明质酸钠、甘油", "成分": "水、甘油、透明质酸钠"}, reference, "zh-Hans"
    )

    assert Severity.ERROR is issue.severity
    assert said in issue.message
    assert [] == [one for one in best if "成分" in one.path]
    assert [] == lists(product, "vi", said={"Thành phần (INCI)": "Water, Glycerin, Sodium Hyaluronate"})
