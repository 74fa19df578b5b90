"""The gates where listings are prepared: who delivered a text makes no difference."""

from typing import Any

import pytest
from attrs import evolve
from tests.localization import corpus
from tests.prepare import example, world
from tests.prepare.test_example import on_paper

from storesync.issues import Issue, Severity
from storesync.localization import Gates, Glossary, Reference, source_hash
from storesync.model import Copy, Product
from storesync.prepare import Prepared, Settings, input_digest, prepare
from storesync.prepare.localize import localize
from storesync.prepare.wording import check_wording

GATES = Gates(glossary=corpus.glossary())
SEA = "동해 미역 크림"


def settings(reference: Reference | None = None, **changes: Any) -> Settings:
    """The example's shop in China, with the house's words."""
    changes = {"gates": GATES, "reference": reference or example.reference(), **changes}
    return example.settings("tmall", example.CN, **changes)


def sea() -> Product:
    """SBG-001 with another source."""
    product = example.products()["SBG-001"]
    return evolve(product, text=evolve(product.text, title=SEA))


def delivered(**changes: Any) -> Reference:
    """The delivered Chinese text of SBG-001, changed."""
    reference = example.reference()
    texts = {key: dict(by_locale) for key, by_locale in reference.texts.items()}
    texts["SBG-001"]["zh-Hans"] = evolve(texts["SBG-001"]["zh-Hans"], **changes)
    return evolve(reference, texts=texts)


def wording(product: Product, given: Settings) -> list[Issue]:
    """What the gates say of one product."""
    localized, _ = localize(product, given)
    listing = on_shop(evolve(product, status="active"), given).listing
    assert listing is not None
    return list(check_wording(product, localized, listing, given))


def on_shop(product: Product, given: Settings) -> Prepared:
    """One product on a market that asks for no attribute."""
    known = on_paper("SBG-001", given)
    assert known.listing is not None

    return prepare(
        product,
        settings=given,
        driver=world.driver(spec_images={}),
        shop=world.sd.Shop(channel=given.channel.name, markets=given.channel.markets),
        category=world.Category(given.categories[product.category]),
    )


@pytest.mark.parametrize("state", ["reference", "reviewed", "final"])
def test_a_delivered_title_with_words_that_are_never_right_is_held(state: str) -> None:
    """Brand-new numbers, Traditional characters and two wrong seas: nobody can approve that."""
    wrong = delivered(title="東海海带保濕面霜 999ml", state=state)

    result = on_shop(sea(), settings(wrong))
    before = on_shop(sea(), settings(wrong, gates=None))

    assert result.held
    assert result.content is None
    assert {"text.glossary", "text.simplified", "text.numbers"} <= {one.code for one in result.issues.errors}
    assert not before.held


def test_the_example_passes_on_both_shops() -> None:
    """No finding about any of the 80 lines in either language."""
    for driver, market in (("tmall", example.CN), ("shopee", example.VN)):
        given = example.settings(driver, market, gates=GATES)
        found = {key: wording(product, given) for key, product in example.products().items()}
        assert {} == {key: issues for key, issues in found.items() if issues}


def test_a_word_that_is_never_right_holds_in_options_and_attributes() -> None:
    """With the place of each."""
    product = example.products()["SBG-001"]
    axis = product.axes[0]
    code = next(iter(axis.choices))
    choices = {**axis.choices, code: evolve(axis.choices[code], text="미역")}
    product = evolve(
        product,
        axes=(evolve(axis, choices=choices),),
        facts={**product.facts, "storage": "동해 보관"},
    )
    reference = delivered(
        attributes={**example.reference().texts["SBG-001"]["zh-Hans"].attributes, "储存方式": "东海保存"}
    )
    options = {kind: dict(table) for kind, table in reference.options.items()}
    options["value"]["미역"] = {"zh-Hans": "海带"}

    found = wording(product, settings(evolve(reference, options=options)))

    assert all(one.severity is Severity.ERROR for one in found if "never" in one.message)
    assert {f"axes/{axis.code}/choices/{code}/0", "texts/zh-Hans/attributes/储存方式/0"} == {
        one.path for one in found if "never" in one.message
    }


def test_what_wants_a_look_is_a_warning_until_a_person_approved_it() -> None:
    """미역 is not named: a person may say that this is right."""
    product = evolve(sea(), text=evolve(sea().text, title="미역 크림"))
    codes = {}
    for state in ("reference", "reviewed"):
        found = wording(product, settings(delivered(title="海草面霜", state=state)))
        codes[state] = [(one.code, one.severity) for one in found]

    assert {"reference": [("text.glossary", Severity.WARNING)], "reviewed": []} == codes


def test_a_text_of_an_older_source_that_nobody_knows_may_lack_what_the_new_one_says() -> None:
    """It is told as stale and goes on showing; a hash that anybody may write excuses nothing that it adds."""
    old = source_hash(Copy("옛 이름"))
    product = evolve(sea(), text=evolve(sea().text, title="동해 설빛가온 크림 50ml SPF50 {name}"))
    whole = "韩国东部沿海 SEOLBITGAON 面霜50ml SPF50 {name}"

    def told(title: str) -> set[tuple[str, Severity]]:
        found = wording(product, settings(delivered(title=title, source=old)))
        return {(one.code, one.severity) for one in found if "/title/" in one.path}

    lost = ("numbers", "protection", "placeholders", "brand_kept", "length_ratio")
    assert {(f"text.{rule}", Severity.WARNING) for rule in lost} == told("韩国东部沿海面霜")
    assert set() == told(whole)
    for more, rule in (
        ("999ml", "numbers"), ("SPF15", "protection"), ("{fee}", "placeholders"), ("<b>A</b>", "markup"),
        ("面霜面霜面霜", "repetition"),
    ):  # fmt: skip
        assert (f"text.{rule}", Severity.ERROR) in told(f"{whole} {more}")
    assert ("text.numbers", Severity.ERROR) in told(whole.replace("50ml", "30ml"))
    assert ("text.glossary", Severity.ERROR) in told(whole.replace("韩国东部沿海", "东海"))


def test_only_a_word_that_a_product_says_prepares_it_again() -> None:
    """Another word of the glossary changes nothing."""

    def digest(glossary: Glossary) -> str:

        product = example.products()["SBG-001"]
        return input_digest(
            product,
            settings(gates=Gates(glossary=glossary)),
            None,
            driver=world.driver(),
            shop=world.sd.Shop(channel="tmall-cn", markets=(world.CN,)),
        )

    def without(source: str) -> Glossary:
        return Glossary(tuple(term for term in corpus.glossary().terms if term.source != source))

    title = example.products()["SBG-001"].text.title
    said = corpus.glossary().find(title)[0][1].source
    assert digest(corpus.glossary()) == digest(without("동해"))
    assert digest(corpus.glossary()) != digest(without(said))


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ("添加999ml的保湿精华，赠三十片", "text.numbers", Severity.WARNING),
        ("SPF50保湿精华，水润滋养", "text.protection", Severity.ERROR),
        ("感谢 {{ name }} 选购保湿精华", "text.placeholders", Severity.ERROR),
        ("保濕精華，水润滋养", "text.simplified", Severity.ERROR),
        ("东·海保湿精华，水润滋养", "text.glossary", Severity.ERROR),
        ("Moisture serum for dry skin", "text.language", Severity.ERROR),
    ],
)
def test_a_text_that_nobody_wrote_in_korean_stands_beside_all_that_the_product_says(
    text: str, code: str, severity: Severity
) -> None:
    """What the product does not say wants a look, and what is never right holds."""
    product = evolve(sea(), text=Copy(SEA))

    found = wording(product, settings(delivered(title="韩国东部沿海裙带菜面霜", short_description=text)))

    told = [one for one in found if one.path.startswith("texts/zh-Hans/short_description/")]
    assert (code, severity) in [(one.code, one.severity) for one in told]
    assert {code} >= {one.code for one in told} - {"text.numbers"}
    assert all("which no source text tells" in one.message and one.hint for one in told)


def test_a_text_that_nobody_wrote_in_korean_may_say_what_the_product_says_elsewhere() -> None:
    """Contents, months and options are facts of it."""
    product = evolve(sea(), text=Copy(SEA))
    text = "30ml装保湿精华，开封后12个月，保质期36个月"

    assert [] == wording(product, settings(delivered(title="韩国东部沿海裙带菜面霜", short_description=text)))


@pytest.mark.parametrize("state", ["reference", "reviewed", "final"])
@pytest.mark.parametrize(
    ("name", "value", "code", "severity"),
    [
        ("提示", "{{name}}您好 %s", "text.placeholders", Severity.ERROR),
        ("防晒值", "SPF50", "text.protection", Severity.ERROR),
        ("用途", "东海面霜", "text.glossary", Severity.ERROR),
        ("规格", "500ml", "text.numbers", Severity.WARNING),
        ("含量", "10%", "text.numbers", Severity.WARNING),
        ("500ml", "大瓶", "text.numbers", Severity.WARNING),
        ("{{name}}", "大瓶", "text.placeholders", Severity.ERROR),
    ],
)
def test_an_attribute_of_ones_own_stands_beside_all_that_the_product_says(
    state: str, name: str, value: str, code: str, severity: Severity
) -> None:
    """Whoever approved it: a placeholder is filled by nobody, and a factor stands in a registration."""
    kept = example.reference().texts["SBG-001"]["zh-Hans"].attributes

    found = wording(sea(), settings(delivered(attributes={**kept, name: value}, state=state)))

    told = {(one.code, one.severity) for one in found if f"/{name}/" in one.path}
    assert (code, severity) in told
    assert {(code, severity), ("text.numbers", Severity.WARNING)} >= told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("规格", "30ml"),
        ("开封后", "12个月"),
        ("执行标准", "GB/T 29665"),
        ("上市年份", "2026年"),
        ("型号", "A-7"),
    ],
)
def test_what_an_approved_attribute_of_ones_own_says_is_no_false_alarm(name: str, value: str) -> None:
    """What the product says elsewhere, and bare numbers, of which a person knows."""
    kept = example.reference().texts["SBG-001"]["zh-Hans"].attributes
    given = settings(delivered(attributes={**kept, name: value}, state="reviewed"))

    assert [] == [one for one in wording(example.products()["SBG-001"], given) if f"/{name}/" in one.path]


def test_amounts_in_another_order_are_told_whoever_approved_them() -> None:
    """All figures are there, so a person who reads fast sees nothing; where the nouns are known, nobody has to look."""
    product = evolve(sea(), text=evolve(sea().text, title="동해 크림 30ml, 토너 50ml"))
    dose = evolve(sea(), text=evolve(sea().text, title="동해 비타민C 500mg, 아연 10mg"))
    codes = {
        text: {
            (one.code, one.severity)
            for one in wording(which, settings(delivered(title=text, state="final")))
            if "/title/" in one.path
        }
        for which, text in (
            (product, "韩国东部沿海面霜30ml、化妆水50ml"),
            (product, "韩国东部沿海面霜50ml、化妆水30ml"),
            (dose, "韩国东部沿海 锌10mg、维生素C500mg"),
            (dose, "韩国东部沿海 锌500mg、维生素C10mg"),
        )
    }

    told = [
        set(),
        {("text.numbers", Severity.WARNING)},
        set(),
        {("text.numbers", Severity.ERROR)},
    ]
    assert told == [{one for one in some if one[0] == "text.numbers"} for some in codes.values()]
