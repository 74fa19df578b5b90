"""Translations that lie beside a catalog: translations.csv and the tables for what repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storesync.catalog.layout import Layout
from storesync.catalog.record import Record, finding, shown
from storesync.catalog.table import Table
from storesync.issues import Issue
from storesync.localization.reference import Reference, ReferenceText
from storesync.model import loads

__all__ = ["read_reference"]

_STATES = {"yes": "reviewed", "no": "reference", "": "reference"}
_LOCALES = {
    "zh_Hans": "zh-Hans",
    "zh_Hant": "zh-Hant",
    "vi": "vi",
    "ko": "ko",
    "en": "en",
    "ja": "ja",
    "th": "th",
}
_KNOWN_LOCALES = frozenset(_LOCALES)

TRANSLATIONS = Layout(
    required=("product_code", "locale", "title"),
    known=frozenset(
        {
            "product_code", "locale", "title", "short_description", "category_path", "attributes_json",
            "origin_method", "reviewed", "source_hash",
        }
    ),
)  # fmt: skip
OPTIONS = Layout(required=("kind", "ko"), known=_KNOWN_LOCALES | {"kind"})
VOCABULARY = Layout(required=("kind", "key"), known=_KNOWN_LOCALES | {"kind", "key"})
INGREDIENTS = Layout(required=(), known=_KNOWN_LOCALES | {"key", "inci", "note"})


def read_reference(folder: Path | str) -> tuple[Reference, tuple[Issue, ...]]:
    """The delivered translations of a catalog folder; an absent file is empty, a wrong row an issue."""
    place = Path(folder)
    issues: list[Issue] = []
    texts: dict[str, dict[str, ReferenceText]] = {}
    for record in _rows(place / "translations.csv", TRANSLATIONS, issues):
        key, locale = record.cells["product_code"].strip(), record.cells["locale"].strip()
        if not key or not locale:
            column = "locale" if key else "product_code"
            issues.append(_wrong(record, column, f"the row has no {column}"))
        elif locale in texts.get(key, {}):
            first = texts[key][locale].at
            issues.append(_wrong(record, "locale", f"{key} has a text in {locale} at {first} already"))
        elif (text := _text(record, issues)) is not None:
            texts.setdefault(key, {})[locale] = text
    options: dict[str, dict[str, Mapping[str, str]]] = {}
    for record in _rows(place / "option-translations.csv", OPTIONS, issues):
        kind = record.cells["kind"].strip()
        if kind not in ("name", "value"):
            issues.append(_wrong(record, "kind", f"kind {shown(kind)} is unknown", "write name or value"))
            continue
        options.setdefault(kind, {})[record.cells["ko"].strip()] = _words(record)
    vocabulary: dict[str, dict[str, Mapping[str, str]]] = {}
    for record in _rows(place / "vocabulary.csv", VOCABULARY, issues):
        vocabulary.setdefault(record.cells["kind"].strip(), {})[record.cells["key"].strip()] = _words(record)
    ingredients: dict[str, Mapping[str, str]] = {}
    for record in _rows(place / "ingredients.csv", INGREDIENTS, issues):
        inci = record.cells.get("inci", "").strip()
        if name := record.cells.get("ko", "").strip() or inci:
            ingredients[name] = {**_words(record), **({"inci": inci} if inci else {})}
        else:
            issues.append(_wrong(record, "ko", "the row names no ingredient", "fill ko, inci or both"))
    reference = Reference(texts=texts, options=options, vocabulary=vocabulary, ingredients=ingredients)
    return reference, tuple(issues)


def _rows(path: Path, layout: Layout, issues: list[Issue]) -> Iterator[Record]:
    """The rows that can be trusted; what is wrong with the others goes to `issues`."""
    if not path.exists():
        return
    table = Table(path, layout)
    issues += table.issues
    for record in table.rows():
        issues += record.issues
        if not record.issues:
            yield record


def _wrong(record: Record, column: str, message: str, hint: str = "correct the row") -> Issue:
    path = record.cells.get("product_code", "").strip()
    return finding(record, column, "reference", message, path=path, hint=hint)


def _text(record: Record, issues: list[Issue]) -> ReferenceText | None:
    cells = {column: cell.strip() for column, cell in record.cells.items()}
    reviewed = cells.get("reviewed", "").lower()
    if reviewed not in _STATES:
        issues.append(_wrong(record, "reviewed", f"reviewed {shown(reviewed)} is unknown", "write yes or no"))
        return None
    attributes: Any = {}
    if raw := cells.get("attributes_json", ""):
        try:
            attributes = loads(raw)
        except ValueError as error:
            issues.append(_wrong(record, "attributes_json", f"no JSON: {error}", 'write {"name": "value"}'))
            return None
        if not isinstance(attributes, dict) or not all(isinstance(v, str) for v in attributes.values()):
            issues.append(_wrong(record, "attributes_json", f"{shown(raw)} is no object of texts"))
            return None
    return ReferenceText(
        title=cells["title"],
        short_description=cells.get("short_description", ""),
        attributes=attributes,
        state=_STATES[reviewed],
        source=cells.get("source_hash", ""),
        at=record.at(),
    )


def _words(record: Record) -> Mapping[str, str]:
    """Locale to text; a language without a text is left out."""
    return {
        locale: text for column, locale in _LOCALES.items() if (text := record.cells.get(column, "").strip())
    }
