"""map, attributes: from canonical sources to the market's own fields and value ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from unicodedata import normalize

from storesync.issues import Issue, Severity
from storesync.localization import country_name, separator, split
from storesync.model import Attribute, Category, Choice, Product
from storesync.prepare.localize import Localized
from storesync.prepare.remedy import attribute_line
from storesync.prepare.settings import Settings

__all__ = ["fold", "map_attributes", "match", "near"]

_SHOWN = 5  # near choices that a message names
_NUMBERS = frozenset({"integer", "int", "long", "decimal", "double", "float", "number"})
_SOURCES = (
    "fact:<code>, key:<kind>, text:<localized attribute>, origin, hs, brand, title, const:<text>; "
    "first:<source> takes the first value, a | b takes b where a gives nothing"
)


def fold(text: str) -> str:
    """How two texts are compared: compatibility forms, letter case and spaces do not count."""
    return "".join(normalize("NFKC", text).casefold().split())


def match(text: str, choices: Mapping[str, str]) -> str:
    """The id of the choice that says `text`, by its text or by its id; empty when none does."""
    wanted = fold(text)
    for id_, said in choices.items():
        if fold(said) == wanted:
            return id_
    return text if text in choices else ""


def near(text: str, choices: Mapping[str, str]) -> str:
    """The choices that look most like `text`, or the first few, as a message names them."""
    said = list(choices.values())
    close = [one for one in said if fold(text) in fold(one) or fold(one) in fold(text)]
    close += [one for one in get_close_matches(text, said, _SHOWN, 0.5) if one not in close]
    shown = (close or said)[:_SHOWN]
    more = len(said) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


class _Sources:
    """Reads canonical sources of one product, collecting what is wrong on the way."""

    def __init__(self, product: Product, localized: Localized, settings: Settings) -> None:
        self.product = product
        self.localized = localized
        self.settings = settings
        self.locale = settings.channel.locales[0]

    def read(self, source: str, path: str) -> tuple[tuple[str, ...], bool, list[Issue]]:
        """The values of a source, whether they are one written list, and findings."""
        issues: list[Issue] = []
        for alternative in source.split(" | "):
            values, written, found = self._one(alternative.strip(), path)
            issues += found
            if values:
                return values, written, issues
        return (), False, issues

    def _one(self, source: str, path: str) -> tuple[tuple[str, ...], bool, list[Issue]]:
        kind, _, rest = source.partition(":")
        product = self.product
        if kind == "first":
            values, written, issues = self._one(rest, path)
            return (split(values[0]) if written and values else values)[:1], False, issues
        if kind == "fact":
            return self._some(product.facts.get(rest, "")), True, []
        if kind == "text":
            return self._some(self.localized.attributes.get(self.locale, {}).get(rest, "")), True, []
        if kind == "key":
            return self._keys(rest, path)
        if kind == "const":
            return self._some(rest), False, []
        if source == "hs":
            return self._some(product.hs), False, []
        if source == "brand":
            return self._some(product.brand.latin), False, []
        if source == "title":
            text = self.localized.texts.get(self.locale)
            return self._some(text.title if text else ""), False, []
        if source == "origin":
            return self._origin(path)
        issue = Issue(
            "map.source_unknown", path, f"{source!r} is no source of an attribute", hint=f"use {_SOURCES}"
        )
        return (), False, [issue]

    @staticmethod
    def _some(text: str) -> tuple[str, ...]:
        return (text.strip(),) if text.strip() else ()

    def _keys(self, kind: str, path: str) -> tuple[tuple[str, ...], bool, list[Issue]]:
        words, issues = [], []
        for key in self.product.keys.get(kind, ()):
            word = self.settings.reference.word(kind, key, self.locale)
            if word:
                words.append(normalize("NFC", word))
                continue
            issues.append(
                Issue(
                    "text.word_missing",
                    path,
                    f"the vocabulary has no {self.locale} word for {kind} {key!r}",
                    hint=f"add a row {kind},{key},… to the vocabulary of the catalog",
                )
            )
        return tuple(words), False, issues

    def _origin(self, path: str) -> tuple[tuple[str, ...], bool, list[Issue]]:
        code = self.product.origin
        name = self.settings.reference.word("country", code, self.locale) or country_name(code, self.locale)
        if name:
            return (name,), False, []
        issue = Issue(
            "text.word_missing",
            path,
            f"no {self.locale} name for the country {code!r}",
            hint=f"add a row country,{code},… to the vocabulary of the catalog",
        )
        return (), False, [issue]


def _table(category: Category, settings: Settings) -> tuple[dict[str, str], list[Issue]]:
    """The mapping lines for this category; those of all categories count where it has such an attribute."""
    lines = {
        id_: source for id_, source in settings.attributes.get("*", {}).items() if id_ in category.attributes
    }
    issues = []
    for id_, source in settings.attributes.get(category.id, {}).items():
        if id_ in category.attributes:
            lines[id_] = source
            continue
        issues.append(
            Issue(
                "map.attribute_unknown",
                f"attributes/{id_}",
                f"category {category.id} has no attribute {id_!r}, so the line that fills it does nothing",
                Severity.WARNING,
                f"remove it, or use one of {', '.join(sorted(category.attributes)[:_SHOWN])}",
            )
        )
    return lines, issues


def _choice(text: str, attribute: Attribute, path: str, line: str) -> tuple[Choice | None, Issue | None]:
    name = f"{attribute.name} ({attribute.id})"
    if attribute.choices:
        id_ = match(text, attribute.choices)
        if id_:
            return Choice(attribute.choices[id_], id_, attribute.unit), None
        if not attribute.custom:
            return None, Issue(
                "map.choice_unknown",
                path,
                f"{text!r} is none of the {len(attribute.choices)} values of {name}: "
                + near(text, attribute.choices),
                hint=line,
            )
    if attribute.type.lower() in _NUMBERS and not _is_number(text):
        return None, Issue("map.not_a_number", path, f"{name} takes a number, not {text!r}", hint=line)
    return Choice(text, "", attribute.unit), None


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _fill(
    attribute: Attribute, values: Sequence[str], path: str, line: str, locale: str
) -> tuple[tuple[Choice, ...], list[Issue]]:
    """The choices for one attribute, and what stands against them."""
    if not attribute.multiple and len(values) > 1:
        if attribute.choices and not attribute.custom:
            single = Issue(
                "map.attribute_single",
                path,
                f"{attribute.name} ({attribute.id}) takes one value and the product has {', '.join(values)}",
                hint=line,
            )
            return (), [single]
        values = [separator(locale).join(values)]
    choices, issues = [], []
    for value in dict.fromkeys(values):
        choice, issue = _choice(value, attribute, path, line)
        if choice is not None and choice not in choices:
            choices.append(choice)
        if issue is not None:
            issues.append(issue)
    return tuple(choices), issues


def map_attributes(
    product: Product, localized: Localized, category: Category, settings: Settings
) -> tuple[dict[str, tuple[Choice, ...]], list[Issue]]:
    """Every attribute of the category that a source fills; a required one that stays empty is an issue.

    Where the text of the channel's language is missing altogether, what only that text could fill is not
    reported again.
    """
    lines, issues = _table(category, settings)
    sources = _Sources(product, localized, settings)
    untold = sources.locale not in localized.attributes
    filled: dict[str, tuple[Choice, ...]] = {}
    for id_, attribute in category.attributes.items():
        path = f"attributes/{id_}"
        line = attribute_line(settings.channel, category.id, id_)
        source = lines.get(id_, "")
        if source:
            values, written, found = sources.read(source, path)
            if written and attribute.multiple:
                values = tuple(part for value in values for part in split(value))
            if len(values) > 1 and not attribute.multiple:
                line = attribute_line(settings.channel, category.id, id_, f"first:{source}")
            choices, more = _fill(attribute, values, path, line, sources.locale)
            issues += (*found, *more)
            if choices:
                filled[id_] = choices
            if choices or found or more or (untold and ("text:" in source or source == "title")):
                continue
        if attribute.required:
            why = f"{source!r} gives nothing for it" if source else "nothing fills it"
            issues.append(
                Issue(
                    "map.attribute_missing",
                    path,
                    f"{attribute.name} ({id_}) is required in category {category.id} and {why}",
                    hint=f"add {line}",
                )
            )
    return filled, issues
