"""A market's rules as data: terms, sources, label fields, efficacy classes, each with where it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from attrs import define, evolve, field

from storesync.compliance.scanner import Scanner
from storesync.compliance.term import Source, Term
from storesync.compliance.termfile import read_terms
from storesync.errors import ConfigError
from storesync.model import frozen_map

__all__ = ["LOCALES", "Pack", "built_in", "merged"]

LOCALES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"CN": ("zh-Hans",), "VN": ("vi",), "TW": ("zh-Hant",), "KR": ("ko",), "US": ("en",)}
)
"""The languages whose terms a market's pack holds."""

_SPACED = frozenset({"vi", "en"})


def _words(table: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return frozen_map({name: tuple(words) for name, words in table.items()})


@define(slots=False, frozen=True, kw_only=True)
class Pack:
    """The rules of one market.

    `labels` are the fields that a label must carry by kind of goods, `label_facts` the fact of a product that fills
    one; `special` are the efficacy classes that
    need a registration, `efficacy` those that need evidence only. `source_locale` is the merchant's language,
    whose terms are looked for before anything is translated.
    """

    market: str
    version: str
    terms: tuple[Term, ...] = field(converter=tuple[Term, ...])
    sources: Mapping[str, Source] = field(factory=dict, converter=frozen_map)
    labels: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=_words)
    label_facts: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    special: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    efficacy: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    @cached_property
    def _scanners(self) -> Mapping[str, Scanner]:
        by_locale: dict[str, list[Term]] = {}
        for term in self.terms:
            by_locale.setdefault(term.locale, []).append(term)
        return {locale: Scanner(tuple(terms), locale in _SPACED) for locale, terms in by_locale.items()}

    def scanner(self, locale: str) -> Scanner:
        """What finds this market's terms in one language; it finds nothing in a language without terms."""
        return self._scanners.get(locale) or _NOTHING

    def named(self, source: str) -> str:
        """A rule's id with the name under which it was published."""
        known = self.sources.get(source)
        return f"{source} ({known.name}) [{known.confidence}]" if known else source

    def with_terms(self, terms: Iterable[Term]) -> Pack:
        """The pack with further terms; one with the id of an old one takes its place."""
        by_id = {term.id: term for term in (*self.terms, *terms)}
        return evolve(self, terms=tuple(by_id.values()))


_NOTHING = Scanner(())


def merged(packs: Iterable[Pack]) -> Pack:
    """Several packs of one market as one; of equal ids the later one counts. ValueError for none."""
    first, *rest = packs
    for pack in rest:
        first = evolve(
            first.with_terms(pack.terms),
            version=f"{first.version}+{pack.version}",
            sources={**first.sources, **pack.sources},
            labels={**first.labels, **pack.labels},
            label_facts={**first.label_facts, **pack.label_facts},
            special=tuple(dict.fromkeys((*first.special, *pack.special))),
            efficacy=tuple(dict.fromkeys((*first.efficacy, *pack.efficacy))),
        )
    return first


@cache
def _packaged() -> tuple[tuple[Term, ...], Mapping[str, Any]]:
    folder = files("storesync.compliance") / "data"
    rules = tomllib.loads((folder / "rules.toml").read_text(encoding="utf-8"))
    terms, issues = read_terms((folder / "terms.csv").read_text(encoding="utf-8"), at="terms.csv")
    if issues:
        raise ConfigError("the packaged table of terms is damaged", issues)
    return terms, rules


@cache
def built_in(market: str) -> Pack | None:
    """The pack that comes with storesync for a market, or None.

    Source: compliance/data, read on 2026-11-23; no legal advice, each rule carries how sure we are.
    """
    if market not in LOCALES:
        return None
    terms, rules = _packaged()
    # The merchant's own language belongs to every pack: a banned idea is best found before it is paid for.
    locales = {*LOCALES[market], "ko"}
    prefix = f"{market.lower()}_"
    labels = {
        kind.removesuffix("s"): words
        for kind, words in rules.get(f"{prefix}label_required", {}).items()
        if isinstance(words, list)
    }
    classes = rules.get(f"{prefix}efficacy_classes", {})
    return Pack(
        market=market,
        version=str(rules["version"]),
        terms=tuple(term for term in terms if term.locale in locales),
        sources={
            id_: Source(id=id_, name=row["name"], confidence=row["confidence"], note=row.get("note", ""))
            for id_, row in rules["sources"].items()
        },
        labels=labels,
        label_facts=rules.get("label_facts", {}),
        special=tuple(classes.get("special", ())),
        efficacy=tuple(classes.get("ordinary", ())),
    )
