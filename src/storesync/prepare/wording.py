"""check: every translated text of a listing against its source, whoever delivered it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from storesync.compliance import kind_of
from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    APPROVED,
    NAMES,
    Gates,
    Level,
    Reference,
    matches,
    normal,
    own_names,
    short_source,
    source_facts,
    stale_parts,
)
from storesync.model import Listing, Product
from storesync.prepare.claims import mapped_words
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings

__all__ = ["check_wording"]

# What holds of a text whatever it was made of. Scripts are looked for in the whole listing.
_ALWAYS = frozenset({"simplified", "traditional", "glossary", "no_other", "garbled", "unfinished", "remark"})
# What holds beside all that a product says of an attribute that nobody wrote in the source language, and of a title or
# description. A figure that the product does not say may be right all the same.
_UNSURE = frozenset({"numbers", "units", "markup"})
_OWN = _ALWAYS | _UNSURE | {"placeholders", "protection", "allergens"}
_FREE = _OWN | {"language", "diacritics", "repetition"}
# Ingredients have official names: 적색202호 is CI 15850, and a plant goes by its Latin name. The house's words for
# them, their figures and their length are no measure; what is never right stays so.
_OFFICIAL = frozenset({"numbers", "units", "length_ratio"})


@frozen
class _Said:
    """One text beside what it was made of. An `approved` one has had its review.

    A `stale` one was made from another source: `old` as far as somebody knows it. One with `rules` was made of nothing
    that anybody knows: it stands beside all that the product says, and these rules hold.
    """

    path: str
    source: str
    text: str
    locale: str
    field: str
    approved: bool = False
    stale: bool = False
    old: str = ""
    at: str = ""
    rules: frozenset[str] = frozenset()


def _texts(product: Product, localized: Localized, settings: Settings, locale: str) -> Iterator[_Said]:
    delivered, shown = settings.reference.text(product.key, locale), localized.texts.get(locale)
    if delivered is None or shown is None:
        return
    own, path, at = product.text, f"texts/{locale}", delivered.at
    changed = stale_parts(delivered, product, locale)
    for name, source, text in (
        ("title", own.title, shown.title),
        *_short(short_source(product), shown.points),
    ):
        made, stale = delivered.made.get(name), changed.get(name)
        approved = (made.state if made else delivered.state) in APPROVED
        old = stale.source if stale is not None else ""
        rules = frozenset() if source.strip() else _FREE
        yield _Said(f"{path}/{name}", source, text, locale, name, approved, stale is not None, old, at, rules)
    attributes = localized.attributes.get(locale, {})
    sources, approved = source_facts(product, settings.reference, locale), delivered.state in APPROVED
    names = NAMES.get(locale)
    lists = names.every_list if names is not None else ()
    listed = next((sources[name] for name in lists if name in sources), "")
    for name, value in attributes.items():
        source = listed if name in lists else sources.get(name, "")
        field = "ingredients" if source and name in lists else "attributes"
        place = f"{path}/attributes/{name}"
        rules = frozenset() if source else _OWN
        yield _Said(place, source, value, locale, field, approved, at=at, rules=rules)
    for name in own_names(attributes, locale):
        place = f"{path}/attributes/{name}/name"
        yield _Said(place, "", name, locale, "attributes", approved, at=at, rules=_OWN)


def _short(source: str, points: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    if points:  # a missing one is told where texts are gathered
        yield "short_description", source, "\n".join(points)


def _mapped(product: Product, localized: Localized, listing: Listing, settings: Settings) -> Iterator[_Said]:
    """What the market's fields say by the vocabulary, or by a line of the configuration."""
    locale, reference = settings.channel.locales[0], settings.reference
    words = {
        reference.word(kind, key, locale): reference.word(kind, key, product.locale)
        for kind, keys in product.keys.items()
        for key in keys
    }
    for path, text in mapped_words(localized, listing):
        source = words.get(text, "")
        rules = frozenset() if source else _ALWAYS
        yield _Said(path, source, text, locale, "attributes", rules=rules)


def _all(product: Product, reference: Reference, locale: str) -> str:
    """Everything that a product says in its own language, and what a table makes of that for another one."""
    text, own = product.text, product.locale
    words = [reference.word(kind, key, own) for kind, keys in product.keys.items() for key in keys]
    options = [
        word for axis in product.axes for word in (axis.name, *(one.text for one in axis.choices.values()))
    ]
    facts = (*product.facts.values(), *source_facts(product, reference, locale).values())
    return "\n".join((text.title, text.description, *text.points, *facts, *words, *options))


def _options(product: Product, localized: Localized, locales: tuple[str, ...]) -> Iterator[_Said]:
    own, *further = locales
    sources = {axis.code: axis for axis in product.axes}
    for axis in localized.axes:
        source = sources[axis.code]
        for locale, name in {own: axis.name, **{one: axis.names.get(one, "") for one in further}}.items():
            yield _Said(f"axes/{axis.code}/name", source.name, name, locale, "option_values")
        for code, choice in axis.choices.items():
            path = f"axes/{axis.code}/choices/{code}"
            yield _Said(path, source.choices[code].text, choice.text, own, "option_values")


def _found(said: _Said, gates: Gates, kind: str) -> Iterator[Issue]:
    """What the gates say beside the source that a text was made from; the house's words hold beside the new one, too."""
    if said.stale and said.old:
        yield from _beside(evolve(said, source=said.old, stale=False), gates, kind)
        told = (one for one in _beside(said, gates, kind) if one.severity is Severity.ERROR)
        yield from (one for one in told if one.code == "text.glossary")
    else:
        yield from _beside(said, gates, kind)


def _beside(said: _Said, gates: Gates, kind: str) -> Iterator[Issue]:
    verdict = gates.check(
        normal(said.source),
        normal(said.text),
        locale=said.locale,
        field=said.field,
        kind=kind,
        part=bool(said.rules),
    )
    for finding in verdict.findings:
        settled = said.approved and not finding.lasting
        if finding.level is Level.NOTE or (finding.level is Level.REVIEW and settled):
            continue
        if said.field == "ingredients" and finding.rule in _OFFICIAL:
            continue
        if said.rules and finding.rule not in said.rules:
            continue
        # A text of an older source that nobody knows may lack what the new one says; what it adds, no source tells.
        excused = (said.stale and finding.lost) or (said.rules and finding.rule in _UNSURE)
        holds = finding.level is Level.FAIL and not excused
        of = (
            ""
            if said.rules == _ALWAYS
            else ", which no source text tells"
            if said.rules
            else f" of {said.source!r}"
        )
        yield Issue(
            f"text.{finding.rule}",
            f"{said.path}/{finding.offset}",
            f"the {said.locale} text {said.text!r}{of}: {finding.message}",
            Severity.ERROR if holds else Severity.WARNING,
            finding.suggestion or "correct the translation",
            said.at,
        )


def check_wording(
    product: Product, localized: Localized, listing: Listing | None, settings: Settings
) -> Issues:
    """What the gates say of the title, short description, attributes and options; nothing where none are set.

    Without a `listing` nothing is said of the market's own fields.

    An attribute of which nobody knows the source, and a text whose source is empty, must hold no placeholder, no sun
    protection factor and no word that is never right for anything that the product says; an amount that the product does
    not say is a warning. So it is with the names of such attributes. Beside an older source that nobody knows a text may
    lack something of the new one; what it adds holds.

    A fail holds the listing, whoever approved the text: nobody can approve a rendering that is never right. A
    review is a warning, unless a person approved the text. Codes are `text.` and the gate's rule. Claims and lengths
    have checks of their own.
    """
    gates = settings.gates
    if gates is None:
        return Issues()
    brand = product.brand
    gates = evolve(gates, brands={brand.name: brand.latin} if brand.name and brand.latin else {})
    kind, locales = kind_of(product), settings.channel.locales
    some = [said for locale in locales for said in _texts(product, localized, settings, locale)]
    some += _options(product, localized, locales)
    some += _mapped(product, localized, listing, settings) if listing is not None else ()
    # What is missing is told where it is missed.
    some = [one for one in some if one.text and not matches(one.locale, product.locale)]
    # The field is prose: what is not said of all that the product says is not missing.
    wholes = {
        locale: _all(product, settings.reference, locale)
        for locale in {one.locale for one in some if one.rules}
    }
    some = [evolve(one, source=wholes[one.locale], field="description") if one.rules else one for one in some]
    return Issues(tuple(issue for said in some for issue in _found(said, gates, kind)))
