"""Reading and judging a submitted TOP parameter document against a category's rules."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from attrs import frozen
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from storesync.sandbox.top_rules import Field, Rule


@frozen
class Finding:
    """One reason to refuse a document: the field, the kind of trouble, and words for people."""

    field: str
    kind: str
    text: str


class Unreadable(Exception):
    """The document is not XML of the expected shape."""


def read_document(text: str, fields: Sequence[Field]) -> tuple[dict[str, Any], list[Finding]]:
    """Read `<itemParam>` into values by field id: text, list, mapping, or list of mappings."""
    try:
        root = fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(f"xml_data cannot be read: {error}") from error
    if root.tag != "itemParam":
        raise Unreadable(f"xml_data has the root {root.tag!r}; itemParam is expected")
    return _read(root, {field.id: field for field in fields})


def _read(parent: Element, known: Mapping[str, Field]) -> tuple[dict[str, Any], list[Finding]]:
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for node in parent:
        name = node.get("id", "")
        field = known.get(name)
        if node.tag != "field" or field is None:
            findings.append(Finding(name or node.tag, "invalid", f"字段 {name or node.tag} 不存在"))
            continue
        if node.get("type") != field.type:
            findings.append(Finding(name, "invalid", f"字段 {name} 类型应为 {field.type}"))
            continue
        inner = {child.id: child for child in field.fields}
        match field.type:
            case "complex" | "multiComplex":
                rows = []
                for row in node.findall("complex-values"):
                    read, wrong = _read(row, inner)
                    rows.append(read)
                    findings += wrong
                if field.type == "complex" and len(rows) > 1:
                    findings.append(Finding(name, "invalid", f"字段 {name} 只能填写一组"))
                values[name] = rows if field.type == "multiComplex" else (rows[0] if rows else {})
            case "multiCheck" | "multiInput":
                values[name] = [(item.text or "") for item in node.findall("values/value")]
            case _:
                values[name] = node.findtext("value") or ""
    return values, findings


def judge(
    fields: Sequence[Field], values: Mapping[str, Any], only: frozenset[str] | None = None
) -> list[Finding]:
    """Every breach of the rules; `only` limits the check to the named top-level fields."""
    findings: list[Finding] = []
    for field in fields:
        if only is None or field.id in only:
            findings += _judge(field, values.get(field.id), values)
    return findings


def _judge(field: Field, value: Any, around: Mapping[str, Any]) -> list[Finding]:
    rules = [rule for rule in field.rules if _applies(rule, around)]
    if any(rule.name == "disableRule" and rule.value == "true" for rule in rules):
        return [Finding(field.id, "invalid", f"{field.name} 当前不可填写")] if value else []
    if not value:
        required = any(rule.name == "requiredRule" and rule.value == "true" for rule in rules)
        return [Finding(field.id, "missing", f"{field.name} 必填")] if required else []
    match field.type:
        case "complex":
            return [found for child in field.fields for found in _judge(child, value.get(child.id), value)]
        case "multiComplex":
            findings = _counted(field, rules, len(value))
            for row in value:
                for child in field.fields:
                    findings += _judge(child, row.get(child.id), row)
            return findings
        case "multiCheck":
            allowed = {option for _, option in field.options}
            wrong = [item for item in value if item not in allowed]
            findings = _counted(field, rules, len(value))
            return findings + [
                Finding(field.id, "invalid", f"{field.name} 选项 {item} 无效") for item in wrong
            ]
        case "singleCheck":
            if value not in {option for _, option in field.options}:
                return [Finding(field.id, "invalid", f"{field.name} 选项 {value} 无效")]
            return []
        case _:
            return [found for rule in rules if (found := _broken(field, rule, value)) is not None]


def _counted(field: Field, rules: Sequence[Rule], count: int) -> list[Finding]:
    limits = [int(rule.value) for rule in rules if rule.name == "maxInputNumRule"]
    return [
        Finding(field.id, "invalid", f"{field.name} 最多 {limit} 个") for limit in limits if count > limit
    ]


def _applies(rule: Rule, around: Mapping[str, Any]) -> bool:
    for field, wanted, symbol in rule.depends:
        value = around.get(field)
        # an empty field makes every symbol but `is null` false [S]
        if value is None or value == "":
            return False
        if (value == wanted) != (symbol == "=="):
            return False
    return True


def text_length(text: str, unit: str) -> int:
    """Length in characters, or in bytes by Taobao's convention: a Chinese character counts 2 [D]."""
    return len(text) if unit == "character" else sum(1 if char.isascii() else 2 for char in text)


PATTERNS: Mapping[str, re.Pattern[str]] = {
    "integer": re.compile(r"-?\d+"),
    "long": re.compile(r"-?\d+"),
    "decimal": re.compile(r"-?\d+(\.\d+)?"),
    "url": re.compile(r"https?://\S+"),
    "text": re.compile(r"[^<>]*", re.DOTALL),
}


def _broken(field: Field, rule: Rule, value: str) -> Finding | None:
    limit = rule.value
    match rule.name:
        case "valueTypeRule":
            pattern = PATTERNS.get(limit)
            broken = pattern is not None and pattern.fullmatch(value) is None
        case "maxLengthRule":
            broken = text_length(value, rule.unit) > int(limit)
        case "minLengthRule":
            broken = text_length(value, rule.unit) < int(limit)
        case "maxValueRule" | "minValueRule":
            broken = not _within(value, rule)
        case "maxDecimalDigitsRule":
            broken = len(value.partition(".")[2]) > int(limit)
        case _:
            broken = False
    return Finding(field.id, "invalid", f"{field.name} 不符合规则 {rule.name}={limit}") if broken else None


def _within(value: str, rule: Rule) -> bool:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    bound = Decimal(rule.value)
    if number == bound:
        return rule.bound == "include"
    return number < bound if rule.name == "maxValueRule" else number > bound
