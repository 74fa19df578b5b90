"""A category's rule document: XML in, plain data out, and back into the parameter document that is sent.

The plain data of one field is `{"id", "name", "type", "rules", "options", "fields"}`; of one rule `{"name",
"value", "unit", "exclusive", "when"}`, where `when` is a group `{"any", "of"}` of `{"field", "symbol",
"value"}` and of further groups. Everything is JSON, so that it can lie in the state. A value is text, a list
of texts, a mapping by field id (complex) or a list of such mappings (multiComplex).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias
from xml.etree import ElementTree as ET

import storesync.driver as sd
from storesync.drivers.tmall.call import clean

__all__ = ["MULTIPLE", "Field", "Value", "current", "document", "parse"]

Field: TypeAlias = Mapping[str, Any]
Value: TypeAlias = "str | Sequence[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]]"

MULTIPLE: Final = ("multiCheck", "multiInput")
_TYPES: Final = ("input", "singleCheck", *MULTIPLE, "complex", "multiComplex", "label")


def parse(root: ET.Element) -> dict[str, Field]:
    """The fields of a rule document by id, in its order; Malformed when it is none."""
    if root.tag not in ("itemRule", "itemSchema"):
        raise sd.Malformed("shape", f"the rule document has the root {root.tag!r}, not 'itemRule'")
    try:
        fields = _fields(root)
    except RecursionError:
        raise sd.Malformed("shape", "the rule document is nested too deeply") from None
    if not fields:
        raise sd.Malformed("shape", "the rule document has no fields")
    return fields


def _fields(parent: ET.Element | None) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for node in () if parent is None else parent.findall("field"):
        id_, type_ = node.get("id", ""), node.get("type", "")
        if not id_ or type_ not in _TYPES:
            raise sd.Malformed("shape", f"the rule document has a field {id_!r} of the type {type_!r}")
        fields[id_] = {
            "id": id_,
            "name": node.get("name", ""),
            "type": type_,
            "rules": [_rule(rule) for rule in node.findall("rules/rule")],
            "options": {o.get("value", ""): o.get("displayName", "") for o in node.findall("options/option")},
            "fields": _fields(node.find("fields")),
        }
    return fields


def _rule(node: ET.Element) -> dict[str, Any]:
    groups = [_group(group) for group in node.findall("depend-group")]
    return {
        "name": node.get("name", ""),
        "value": node.get("value", ""),
        "unit": node.get("unit", ""),
        "exclusive": node.get("exProperty", "") == "not include",
        "when": {"any": False, "of": groups} if groups else None,
    }


def _group(node: ET.Element) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [_group(group) for group in node.findall("depend-group")]
    parts += [
        {"field": e.get("fieldId", ""), "symbol": e.get("symbol", "=="), "value": e.get("value", "")}
        for e in node.findall("depend-express")
    ]
    return {"any": node.get("operator", "and") == "or", "of": parts}


def current(root: ET.Element) -> dict[str, Value]:
    """What the market shows now: the default values of an update rule document by field id."""
    values: dict[str, Value] = {}
    for node in root.findall("field"):
        id_, type_ = node.get("id", ""), node.get("type", "")
        if type_ in ("complex", "multiComplex"):
            found = [_shown(block) for block in node.findall("default-complex-values")]
            rows = [row for row in found if row]
            if rows:
                values[id_] = rows if type_ == "multiComplex" else rows[0]
        elif type_ in MULTIPLE:
            many = [one.text or "" for one in node.findall("default-values/default-value")]
            if many:
                values[id_] = many
        elif node.findtext("default-value"):
            values[id_] = node.findtext("default-value") or ""
    return values


def _shown(block: ET.Element) -> dict[str, Value]:
    """The fields of one complex value, which are written as in a parameter document."""
    values: dict[str, Value] = {}
    for node in block.findall("field"):
        if node.get("type") in MULTIPLE:
            values[node.get("id", "")] = [one.text or "" for one in node.findall("values/value")]
        elif (inner := node.find("complex-values")) is not None:
            values[node.get("id", "")] = _shown(inner)
        else:
            values[node.get("id", "")] = node.findtext("value") or ""
    return values


def document(fields: Sequence[tuple[str, str, Any]]) -> str:
    """The `itemParam` document of these (id, type, value); an empty value clears its field.

    The parts of a complex value are such triples again, those of a multiComplex one lists of triples.
    """
    root = ET.Element("itemParam")
    for id_, type_, value in fields:
        _put(root, id_, type_, value)
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _put(parent: ET.Element, id_: str, type_: str, value: Any) -> None:
    node = ET.SubElement(parent, "field", id=id_, name="", type=type_)
    if type_ in ("complex", "multiComplex"):
        for row in [value] if type_ == "complex" and value else value:
            block = ET.SubElement(node, "complex-values")
            for part in row:
                _put(block, *part)
    elif type_ in MULTIPLE:
        many = ET.SubElement(node, "values")
        for one in [value] if isinstance(value, str) else value:
            ET.SubElement(many, "value").text = clean(one)
    else:
        ET.SubElement(node, "value").text = clean(value)
