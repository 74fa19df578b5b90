"""What the rules of a document demand of values: conditions, and every breach (notes, section 8.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attrs import frozen

from storesync.drivers.tmall.schema import MULTIPLE, Field

__all__ = ["Breach", "breaches", "columns", "demanded", "holds", "limit", "locked"]

_TOKEN: Final = re.compile(r"media:[0-9a-f]{64}:[a-z][a-z0-9_-]*")
_TYPES: Final = {
    "integer": re.compile(r"-?[0-9]+"),
    "long": re.compile(r"-?[0-9]+"),
    "decimal": re.compile(r"-?[0-9]+(\.[0-9]+)?"),
    "url": re.compile(r"https?://\S+"),
}
_COMPARE: Final = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


@frozen
class Breach:
    """One demand that a value does not meet: `row` is the position in a multiComplex field, else None."""

    field: str
    part: str
    name: str
    kind: str
    message: str
    row: int | None = None


def columns(text: str) -> int:
    """Bytes as Taobao counts them: one for ASCII, two for anything else, as for Chinese [D]."""
    return sum(1 if char.isascii() else 2 for char in text)


def holds(when: Mapping[str, Any] | None, values: Mapping[str, Any], rules: Mapping[str, Field]) -> bool:
    """Whether a condition is true for these values; no condition always is."""
    if when is None:
        return True
    if "of" in when:
        met = [holds(part, values, rules) for part in when["of"]]
        return any(met) if when["any"] else all(met)
    given = values.get(when["field"])
    if not given:
        return bool(when["symbol"] == "is null")  # for an empty field every other symbol is false [S]
    texts = [given] if isinstance(given, str) else [one for one in given if isinstance(one, str)]
    wanted = when["value"]
    match when["symbol"]:
        case "" | "==":
            return wanted in texts
        case "!=":
            return wanted not in texts
        case "contains":
            return any(wanted in text for text in texts)
        case "not contains":
            return not any(wanted in text for text in texts)
        case "in fieldOptions":
            return all(text in rules.get(when["field"], {}).get("options", {}) for text in texts)
        case "not in fieldOptions":
            return not any(text in rules.get(when["field"], {}).get("options", {}) for text in texts)
        case symbol:
            left, right = _number(texts[0] if texts else ""), _number(wanted)
            compare = _COMPARE.get(symbol)
            return compare is not None and left is not None and right is not None and compare(left, right)


def _flag(name: str, field: Field, values: Mapping[str, Any], rules: Mapping[str, Field]) -> bool:
    for rule in field["rules"]:  # asked of every field for every value
        if rule["name"] == name and rule["value"] == "true" and holds(rule["when"], values, rules):
            return True
    return False


def locked(field: Field, values: Mapping[str, Any], rules: Mapping[str, Field]) -> bool:
    """Whether the field takes no value now: disabled or read-only."""
    return _flag("disableRule", field, values, rules) or _flag("readOnlyRule", field, values, rules)


def demanded(field: Field) -> bool:
    """Whether the field must be filled whatever the other values are."""
    return any(
        r["name"] == "requiredRule" and r["value"] == "true" and r["when"] is None for r in field["rules"]
    )


def limit(field: Field, name: str) -> tuple[int, str] | None:
    """The bound of an unconditional length or count rule, as the last number allowed, and its unit."""
    for rule in field["rules"]:
        if rule["name"] == name and rule["when"] is None and rule["value"].isdecimal():
            step = (-1 if name.startswith("max") else 1) if rule["exclusive"] else 0
            return max(0, int(rule["value"]) + step), rule["unit"]
    return None


def breaches(
    rules: Mapping[str, Field], values: Mapping[str, Any], around: Mapping[str, Any] | None = None
) -> Iterator[Breach]:
    """Every demand that `values` do not meet; in a complex field `around` are the values outside of it."""
    scope = {**(around or {}), **values}
    for id_, field in rules.items():
        if field["type"] == "label" or locked(field, scope, rules):
            continue
        value = values.get(id_)
        if not value:
            if _flag("requiredRule", field, scope, rules):
                yield from _missing(field, scope)
            continue
        active = [rule for rule in field["rules"] if holds(rule["when"], scope, rules)]
        for message in _broken(field, active, value):
            yield Breach(id_, "", field["name"], "invalid", message)
        if field["type"] in ("complex", "multiComplex"):
            rows = value if field["type"] == "multiComplex" else [value]
            for index, row in enumerate(rows):
                for found in breaches(field["fields"], row, scope):
                    where = index if field["type"] == "multiComplex" else None
                    yield Breach(id_, found.field, found.name, found.kind, found.message, where)


def _missing(field: Field, scope: Mapping[str, Any]) -> Iterator[Breach]:
    """A required field without a value; of a complex one the parts that it requires."""
    parts = list(breaches(field["fields"], {}, scope)) if field["type"] == "complex" else []
    for part in parts:
        yield Breach(field["id"], part.field, part.name, part.kind, part.message)
    if not parts:
        name = field["name"]
        yield Breach(field["id"], "", name, "missing", f"{name or field['id']} is required")


def _broken(field: Field, active: Sequence[Mapping[str, Any]], value: Any) -> Iterator[str]:
    name = field["name"] or field["id"]
    if field["type"] in (*MULTIPLE, "multiComplex"):
        for rule in active:
            bound = _number(rule["value"])
            if bound is None or rule["name"] not in ("maxInputNumRule", "minInputNumRule"):
                continue
            if not _within(Decimal(len(value)), bound, rule):
                yield f"{name} has {len(value)} values; {_bound(rule)}"
    if field["type"] in ("complex", "multiComplex"):
        return
    for text in [value] if isinstance(value, str) else value:
        if field["type"] in ("singleCheck", "multiCheck"):
            if text not in field["options"]:
                some = ", ".join(f"{key} {shown}" for key, shown in list(field["options"].items())[:5])
                yield f"{name}: {text!r} is none of its options ({some or 'there are none'}, …)"
        else:
            yield from (f"{name}: {wrong}" for rule in active if (wrong := _wrong(rule, text)))


def _wrong(rule: Mapping[str, Any], text: str) -> str:
    """What is wrong with a text by one rule; empty when nothing is.

    A picture stands as a token until it is sent, so its address and its length are unknown.
    """
    kind, bound = rule["name"], _number(rule["value"])
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    pictured = _TOKEN.search(text) is not None
    match kind:
        case "valueTypeRule":
            pattern = _TYPES.get(rule["value"])
            if pattern is not None and not pictured and pattern.fullmatch(text) is None:
                return f"{shown!r} is no {rule['value']}"
            if rule["value"] in ("date", "time") and not _moment(text):
                return f"{shown!r} is no {rule['value']} (write 2026-11-23, or 2026-11-23 09:30:00)"
        case "maxLengthRule" | "minLengthRule" if bound is not None and _TOKEN.fullmatch(text) is None:
            size = len(text) if rule["unit"] == "character" else columns(text)
            if not _within(Decimal(size), bound, rule):
                how = (
                    "characters" if rule["unit"] == "character" else "bytes (a Chinese character counts two)"
                )
                return f"{shown!r} has {size} {how}; {_bound(rule)}"
        case "maxValueRule" | "minValueRule" if bound is not None:
            number = _number(text)
            if number is None or not _within(number, bound, rule):
                return f"{shown!r} is out of range; {_bound(rule)}"
        case "maxDecimalDigitsRule" | "minDecimalDigitsRule" if bound is not None:
            if not _within(Decimal(len(text.partition(".")[2])), bound, rule):
                return f"{shown!r} has the wrong number of decimals; {_bound(rule)}"
        case "regexRule":
            # assumption: the pattern is for the whole text, as Java's matches(); "not include" forbids it [U]
            try:
                hit = re.fullmatch(rule["value"], text) is not None
            except (re.error, OverflowError, RecursionError):
                return ""  # a Java pattern that Python cannot read: the market itself will judge
            if hit == rule["exclusive"]:
                return f"{shown!r} does not fit the pattern {rule['value']!r}"
    return ""


def _within(number: Decimal, bound: Decimal, rule: Mapping[str, Any]) -> bool:
    if number == bound:
        return not rule["exclusive"]
    return number < bound if rule["name"].startswith("max") else number > bound


def _bound(rule: Mapping[str, Any]) -> str:
    side = "at most" if rule["name"].startswith("max") else "at least"
    return f"{side} {rule['value']}" + (", that itself excluded" if rule["exclusive"] else "")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
