"""TOP category rule documents: what a category demands, as values and as the XML that Tmall answers.

Generated from the invented table, one document per category. Structure, rule names and the field ids of the
old family are [S] (notes, section 8.5 and 8.6); which fields a category has is invented.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from attrs import evolve, frozen

from storesync.sandbox.invented import Category, Table

CATEGORY_BASE = 50_200_000
OTHER_BRAND = "-1"
ON_SHELF, WAREHOUSE = "0", "2"
MAX_SKUS = 600


@frozen
class Rule:
    """One rule of a field.

    `bound` (include, not include) is the exProperty of a limit, `depends` the condition it is under.
    """

    name: str
    value: str
    bound: str = ""
    unit: str = ""
    depends: tuple[tuple[str, str, str], ...] = ()


@frozen(kw_only=True)
class Field:
    """One field of a rule document: its rules, options, and sub-fields of a complex one."""

    id: str
    name: str
    type: str = "input"
    rules: tuple[Rule, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    fields: tuple["Field", ...] = ()


REQUIRED = Rule("requiredRule", "true")


def kind(value: str) -> Rule:
    """A field's value is of this type."""
    return Rule("valueTypeRule", value)


def most(value: int, unit: str = "byte") -> Rule:
    """A text has at most this length."""
    return Rule("maxLengthRule", str(value), "include", unit)


def least(value: int, unit: str = "byte") -> Rule:
    """A text has at least this length."""
    return Rule("minLengthRule", str(value), "include", unit)


MONEY = (
    kind("decimal"),
    Rule("minValueRule", "0", "not include"),
    Rule("maxValueRule", "100000000", "not include"),
    Rule("maxDecimalDigitsRule", "2", "include"),
)
COUNT = (kind("integer"), Rule("minValueRule", "0", "include"), Rule("maxValueRule", "999999", "include"))


def category_id(category: Category) -> str:
    """The invented Tmall id of a category: 502000NN."""
    return str(CATEGORY_BASE + int(category.number))


@lru_cache(maxsize=256)
def rule_fields(table: Table, category: Category) -> tuple[Field, ...]:
    """The fields of a category's rule document for a new listing."""
    return (
        Field(id="title", name="商品标题", rules=(REQUIRED, kind("text"), most(60))),
        Field(id="sub_title", name="副标题", rules=(kind("text"), most(150))),
        Field(id="outer_id", name="商家外部编码", rules=(kind("text"), most(60))),
        Field(
            id="item_status",
            name="商品状态",
            type="singleCheck",
            rules=(REQUIRED,),
            options=(("上架", ON_SHELF), ("放入仓库", WAREHOUSE)),
        ),
        Field(id="price", name="商品价格", rules=(REQUIRED, *MONEY)),
        Field(id="quantity", name="商品数量", rules=COUNT),
        Field(
            id="description",
            name="商品描述",
            rules=(REQUIRED, kind("html"), least(5, "character"), most(25_000, "character")),
        ),
        Field(
            id="item_images",
            name="商品图片",
            type="complex",
            rules=(REQUIRED,),
            fields=tuple(
                Field(
                    id=f"item_image_{index}",
                    name="主图" if index == 0 else f"图{index + 1}",
                    rules=(REQUIRED, kind("url")) if index == 0 else (kind("url"),),
                )
                for index in range(5)
            ),
        ),
        Field(id="hscode", name="HS编码", rules=(kind("text"), most(512))),
        Field(id="is_xinpin", name="是否新品", type="singleCheck", options=(("是", "true"), ("否", "false"))),
        Field(
            id="prop_20000",
            name="品牌",
            type="singleCheck",
            rules=(REQUIRED,),
            options=(*((name, brand) for brand, name in table.brands), ("其他", OTHER_BRAND)),
        ),
        Field(
            id="in_prop_20000",
            name="品牌(自填)",
            rules=(
                Rule("disableRule", "true", depends=(("prop_20000", OTHER_BRAND, "!="),)),
                Rule("requiredRule", "true", depends=(("prop_20000", OTHER_BRAND, "=="),)),
                most(60),
            ),
        ),
        Field(
            id="prop_21299",
            name="产地",
            type="singleCheck",
            rules=(REQUIRED,),
            options=tuple((term.zh, term.id) for term in table.origins),
        ),
        *(_food() if category.food else _cosmetics(table, category)),
        _sku(table),
    )


def _cosmetics(table: Table, category: Category) -> tuple[Field, ...]:
    return (
        Field(id="prop_30000001", name="净含量", rules=(REQUIRED, kind("text"), most(60))),
        Field(id="prop_30000002", name="保质期", rules=(REQUIRED, kind("text"), most(30))),
        Field(
            id="prop_30000003",
            name="功效",
            type="multiCheck",
            rules=(REQUIRED,),
            options=tuple((term.zh, term.id) for term in table.efficacies),
        ),
        Field(
            id="prop_30000004",
            name="适用发质" if category.code == "C-HAI" else "适用肤质",
            type="singleCheck",
            options=tuple((term.zh, term.id) for term in table.skin_types),
        ),
        Field(id="prop_30000005", name="成分", rules=(kind("text"), most(2_000))),
        Field(id="prop_30000006", name="开封后使用期限", rules=(kind("text"), most(30))),
        Field(id="prop_30000007", name="储存方式", rules=(kind("text"), most(120))),
    )


def _food() -> tuple[Field, ...]:
    # assumption: the ids below food_security; the notes only name what the field holds (section 10)
    part = {
        "factory": ("厂名", (REQUIRED, most(120))),
        "mix": ("配料表", (REQUIRED, most(2_000))),
        "plan_storage": ("储藏方法", (REQUIRED, most(120))),
        "period": ("保质期", (REQUIRED, most(30))),
        "factory_site": ("厂址", (most(240),)),
        "contact": ("厂家联系方式", (most(60),)),
        "prd_license_no": ("生产许可证编号", (most(60),)),
        "design_code": ("产品标准号", (most(60),)),
        "food_additive": ("食品添加剂", (most(240),)),
    }
    return (
        Field(id="prop_30000001", name="净含量", rules=(kind("text"), most(60))),
        Field(id="prop_30000002", name="保质期", rules=(REQUIRED, kind("text"), most(30))),
        Field(id="prop_30000007", name="储存方式", rules=(kind("text"), most(120))),
        Field(id="prop_30000008", name="致敏物质", rules=(kind("text"), most(240))),
        Field(
            id="food_security",
            name="食品安全",
            type="complex",
            rules=(REQUIRED,),
            fields=tuple(
                Field(id=f"food_security.{key}", name=name, rules=(*rules, kind("text")))
                for key, (name, rules) in part.items()
            ),
        ),
    )


def _sku(table: Table) -> Field:
    return Field(
        id="sku",
        name="销售规格",
        type="multiComplex",
        rules=(Rule("maxInputNumRule", str(MAX_SKUS), "include"),),
        fields=(
            *(
                Field(
                    id=f"prop_{axis.pid}",
                    name=axis.zh,
                    type="singleCheck",
                    options=tuple((term.zh, term.id) for term in axis.values),
                )
                for axis in table.axes
            ),
            Field(id="sku_price", name="价格", rules=(REQUIRED, *MONEY)),
            Field(id="sku_quantity", name="数量", rules=(REQUIRED, *COUNT)),
            Field(id="sku_outerId", name="商家编码", rules=(kind("text"), most(60))),
            Field(id="sku_barcode", name="条形码", rules=(kind("text"), most(32))),
        ),
    )


def update_fields(fields: Sequence[Field]) -> Field:
    """The multiCheck of an incremental update that names what changes.

    assumption: its options are the field ids of the document (2017 production code sends `description`; 2026
    notes say TITLE, DESC …: sources disagree, notes section 8.8), and `sku` replaces the set of SKU rows.
    """
    return Field(
        id="update_fields",
        name="更新字段",
        type="multiCheck",
        rules=(REQUIRED,),
        options=tuple((field.name, field.id) for field in fields),
    )


@lru_cache(maxsize=256)
def add_document(table: Table, category: Category) -> str:
    """The rule document for a new listing, as XML text."""
    return document(rule_fields(table, category), {})


def increment_fields(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields of an incremental document: `update_fields`, and the others without their own duty."""
    return (update_fields(fields), *(evolve(field, rules=_optional(field.rules)) for field in fields))


def _optional(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.name != "requiredRule")


def document(fields: Sequence[Field], values: Mapping[str, Any]) -> str:
    """A rule document as XML, with current values as defaults."""
    return f"<itemRule>{''.join(_rendered(field, values.get(field.id)) for field in fields)}</itemRule>"


def _rendered(field: Field, value: Any) -> str:
    """A field with its current value; a client asks again and again, and only values differ then."""
    defaults = Element("field")
    _render_defaults(defaults, field, value)
    return _described(field) + "".join(tostring(node, encoding="unicode") for node in defaults) + "</field>"


@lru_cache(maxsize=1024)
def _described(field: Field) -> str:
    """A field up to where its value stands."""
    node = _node(field)
    SubElement(node, "value")
    return tostring(node, encoding="unicode").removesuffix("<value /></field>")


def _node(field: Field) -> Element:
    node = Element("field", id=field.id, name=field.name, type=field.type)
    if field.rules:
        rules = SubElement(node, "rules")
        for rule in field.rules:
            _render_rule(rules, rule)
    if field.options:
        options = SubElement(node, "options")
        for name, option in field.options:
            SubElement(options, "option", displayName=name, value=option)
    if field.fields:
        inner = SubElement(node, "fields")
        for child in field.fields:
            inner.append(_node(child))
    return node


def _render_defaults(node: Element, field: Field, value: Any) -> None:
    if not value:
        return
    match field.type:
        case "complex":
            _render_values(SubElement(node, "default-complex-values"), field, value)
        case "multiComplex":
            for row in value:
                _render_values(SubElement(node, "default-complex-values"), field, row)
        case "multiCheck" | "multiInput":
            defaults = SubElement(node, "default-values")
            for item in value:
                SubElement(defaults, "default-value").text = str(item)
        case _:
            SubElement(node, "default-value").text = str(value)


def _render_rule(parent: Element, rule: Rule) -> None:
    attributes = {"name": rule.name, "value": rule.value}
    if rule.bound:
        attributes["exProperty"] = rule.bound
    if rule.unit:
        attributes["unit"] = rule.unit
    node = SubElement(parent, "rule", attributes)
    if rule.depends:
        group = SubElement(node, "depend-group", operator="and")
        for field, value, symbol in rule.depends:
            SubElement(group, "depend-express", fieldId=field, value=value, symbol=symbol)


def _render_values(parent: Element, field: Field, values: Mapping[str, Any]) -> None:
    for child in field.fields:
        value = values.get(child.id)
        if value is not None and value != "":
            node = SubElement(parent, "field", id=child.id, name=child.name, type=child.type)
            SubElement(node, "value").text = str(value)
