"""localize: the product's texts, axes and pictures in the languages of one channel, each with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal
from unicodedata import normalize

from attrs import evolve, field, frozen

from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    Provenance,
    ReferenceText,
    compose,
    country_name,
    foreign,
    matches,
    short_source,
    source_hash,
    stale_parts,
    template_for,
)
from storesync.localization.reference import FIELDS
from storesync.model import Axis, Choice, Copy, Image, Product, Variant, frozen_map
from storesync.prepare.remedy import accept_line, stale_way
from storesync.prepare.settings import Settings

__all__ = ["ALWAYS", "Localized", "localize"]

ALWAYS = frozenset({"reviewed", "final"})
"""States that a person approved: they count without being named."""

# Facts that may be shown in the product's own language, with the names that Korean labels use.
_HOME_NAMES = {
    "region": "원산지",
    "maker": "제조업자",
    "shelf_life_months": "사용기한(개월)",
    "pao_months": "개봉 후 사용기간(개월)",
    "ingredients": "전성분",
    "allergens": "알레르기 유발 물질",
    "storage": "보관 방법",
}


@frozen(kw_only=True)
class Localized:
    """One product in the languages of one channel; whatever is missing here is an issue beside it.

    `attributes` are localized names to localized values by locale; `axes` are in the channel's own language
    with further ones in `names`; `images` and `variants` show no picture with text of another language. `lacks`
    are the languages in which a text is missing, or approved for another source.
    """

    texts: Mapping[str, Copy] = field(converter=frozen_map)
    attributes: Mapping[str, Mapping[str, str]] = field(converter=frozen_map)
    axes: tuple[Axis, ...]
    images: tuple[Image, ...]
    variants: tuple[Variant, ...]
    provenance: Mapping[str, Mapping[str, Provenance]] = field(converter=frozen_map)
    lacks: tuple[str, ...] = field(default=(), converter=tuple[str, ...])


def _clean(text: str) -> str:
    return normalize("NFC", text).strip()


def _home(product: Product) -> ReferenceText:
    """The product's own words, for a market that reads the source language."""
    facts = {"브랜드": product.brand.name, "원산지": country_name(product.origin, product.locale)}
    facts |= {name: product.facts[code] for code, name in _HOME_NAMES.items() if product.facts.get(code)}
    return ReferenceText(
        title=product.text.title,
        short_description=product.text.description,
        attributes=facts if matches(product.locale, "ko") else {},
        state="final",
        source=source_hash(product.text),
    )


def _text(product: Product, locale: str, settings: Settings) -> tuple[ReferenceText | None, list[Issue]]:
    """The delivered text of one language, and what is wrong with its standing."""
    if matches(locale, product.locale):
        return _home(product), []
    path = f"texts/{locale}"
    delivered = settings.reference.text(product.key, locale)
    refused = [
        Issue(
            "text.refused",
            f"{path}/{part}",
            said,
            hint=f"write a better one: storesync texts export --locale {locale}, or "
            + ("deliver one" if delivered is not None else "have it translated once more"),
            at=product.at if delivered is None else delivered.at,
        )
        for part, said in settings.reference.refused.get(product.key, {}).get(locale, {}).items()
    ]
    if delivered is None:
        return None, [
            Issue(
                "text.missing",
                path,
                f"{product.key} has no text in {locale}",
                hint=f"add a row {product.key},{locale},… to the translations of the catalog, or have it "
                f"translated: storesync texts export --locale {locale}",
            ),
            *refused,
        ]
    issues = [
        Issue(
            "text.not_accepted",
            path,
            f"the {locale} text of {product.key} is only {standing!r}, which does not count here",
            hint=accept_line(standing, locale),
            at=delivered.at,
        )
        for standing in delivered.standings
        if standing not in ALWAYS and standing not in settings.accept
    ]
    issues += _stale(delivered, product, locale, path)
    issues += refused
    for part, value in (("title", delivered.title), ("short_description", delivered.short_description)):
        if not value.strip():
            issues.append(
                Issue(
                    "text.missing",
                    f"{path}/{part}",
                    f"the {locale} text of {product.key} has no {part.replace('_', ' ')}",
                    hint=f"fill {part} in the translations of the catalog",
                    at=delivered.at,
                )
            )
    return delivered, issues


def _stale(delivered: ReferenceText, product: Product, locale: str, path: str) -> Iterator[Issue]:
    """What was made from another source than there is now, each change once."""
    old = stale_parts(delivered, product, locale)
    for said in dict.fromkeys(one.said for one in old.values()):
        concerned = [name for name, one in old.items() if one.said == said]
        yield Issue(
            "text.stale",
            f"{path}/{concerned[0]}" if len(concerned) == 1 else path,
            said,
            Severity.WARNING,
            stale_way(product.key, locale, delivered, concerned),
            delivered.at,
        )


def _provenance(delivered: ReferenceText, product: Product, *, home: bool) -> Mapping[str, Provenance]:
    by: Literal["human", "reference", "machine"] = "reference"
    if home or delivered.state in ALWAYS:
        by = "human"
    elif delivered.state == "machine":
        by = "machine"
    own = Provenance(by=by, state=delivered.state, source=delivered.source)
    composed = evolve(own, by="template")
    text = product.text
    sources = {"title": text.title, "short_description": short_source(product)}
    if home:
        sources = dict.fromkeys(sources, "")
    # Where the source changed meanwhile, somebody may know what a text was made from, or nobody.
    sources |= {
        name: one.source for name, one in stale_parts(delivered, product, "").items() if name in sources
    }
    return {
        **{name: delivered.made.get(name, evolve(own, original=sources[name])) for name in FIELDS},
        "attributes": delivered.made.get("attributes", own),
        "description": composed,
    }


def _word(
    kind: str, source: str, locale: str, path: str, product: Product, settings: Settings
) -> tuple[str, list[Issue]]:
    """One option name or value in one language; text that is foreign nowhere (`30ml`) may stay as it is."""
    if matches(locale, product.locale):
        return source, []
    found = _clean(settings.reference.option(kind, source, locale))
    if found:
        return found, []
    if source and not foreign(source, ()):
        return source, []
    return "", [
        Issue(
            "text.option_missing",
            path,
            f"option {kind} {source!r} has no text in {locale}",
            hint=f"add a row {kind},{source},… with its {locale} text to the option translations",
        )
    ]


def _axis(axis: Axis, product: Product, settings: Settings) -> tuple[Axis, list[Issue]]:
    issues: list[Issue] = []
    names: dict[str, str] = {}
    for locale in settings.channel.locales:
        names[locale], found = _word("name", axis.name, locale, f"axes/{axis.code}/name", product, settings)
        issues += found
    own, *further = settings.channel.locales
    choices = {}
    used = {variant.options.get(axis.code) for variant in product.variants}
    for code, choice in axis.choices.items():
        if code not in used:
            continue
        text, found = _word("value", choice.text, own, f"axes/{axis.code}/choices/{code}", product, settings)
        choices[code] = Choice(text)
        issues += found
    return Axis(axis.code, names[own], "", choices, {locale: names[locale] for locale in further}), issues


def _shown(images: tuple[Image, ...], locales: tuple[str, ...]) -> tuple[Image, ...]:
    """The pictures that this channel's buyers can read; the others are left out, which is no finding."""
    return tuple(
        image
        for image in images
        if not image.locale or any(matches(image.locale, locale) for locale in locales)
    )


def _outdated(delivered: ReferenceText) -> bool:
    """Whether a remembered text stands there for another source: an engine may be asked for a new one."""
    return any(name in delivered.made for name in delivered.stale)


def localize(product: Product, settings: Settings) -> tuple[Localized, Issues]:
    """Everything a buyer will read or see of this product on this channel, and what is missing.

    Texts whose standing is not accepted are kept, so that the later stages find their faults as well; the
    issue holds the listing back all the same.
    """
    issues: list[Issue] = []
    texts: dict[str, Copy] = {}
    attributes: dict[str, Mapping[str, str]] = {}
    provenance: dict[str, Mapping[str, Provenance]] = {}
    lacks: list[str] = []
    locales = settings.channel.locales
    for locale in locales:
        delivered, found = _text(product, locale, settings)
        issues += found
        if delivered is None or _outdated(delivered) or any(issue.code == "text.missing" for issue in found):
            lacks.append(locale)
        if delivered is None:
            continue
        attributes[locale] = {_clean(name): _clean(value) for name, value in delivered.attributes.items()}
        provenance[locale] = _provenance(delivered, product, home=matches(locale, product.locale))
        template = template_for(locale, settings.templates)
        if template is None:
            issues.append(
                Issue(
                    "text.no_template",
                    f"texts/{locale}/description",
                    f"no template composes a description in {locale}",
                    hint=f"give one, or use one of {', '.join(settings.templates)}",
                )
            )
            continue
        short = _clean(delivered.short_description)
        points = product.text.points if matches(locale, product.locale) else (short,) if short else ()
        description = compose(short, attributes[locale], template)
        texts[locale] = Copy(_clean(delivered.title), description, tuple(map(_clean, points)))
    axes = []
    for axis in product.axes:
        localized, found = _axis(axis, product, settings)
        axes.append(localized)
        issues += found
    variants = tuple(
        # A variant's words in the catalog are in the source language: only mapping may fill them.
        evolve(variant, images=_shown(variant.images, locales), attributes={})
        for variant in product.variants
    )
    localized_product = Localized(
        texts=texts,
        attributes=attributes,
        axes=tuple(axes),
        images=_shown(product.images, locales),
        variants=variants,
        provenance=provenance,
        lacks=tuple(lacks),
    )
    return localized_product, Issues(tuple(issues))
