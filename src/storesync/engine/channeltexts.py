"""The texts of one channel beside its catalog: remembered ones at hand, missing ones fetched once and for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection

from storesync.catalog import Read
from storesync.engine.preparer import ChannelPreparer
from storesync.engine.translating import Translators, brands_of
from storesync.errors import ConfigError
from storesync.issues import Issue, Severity
from storesync.localization import (
    Delivered,
    Glossary,
    Reference,
    Sighting,
    Stale,
    TextMemory,
    delivered_parts,
    segments,
    undelivered,
)
from storesync.localization.engines import Translated
from storesync.model import Product
from storesync.state import Store, sightings, texts

__all__ = ["ChannelTexts", "Told", "changed", "grouped", "recalled"]

_SHOWN = 3  # places that a message names
_TOGETHER = 200


def grouped(reads: Iterable[Read]) -> Iterator[tuple[Read, ...]]:
    """A catalog in pieces whose texts are looked up together."""
    some = iter(reads)
    while group := tuple(islice(some, _TOGETHER)):
        yield group


async def changed(
    store: Store, reference: Reference, products: Iterable[Product], locales: Sequence[str]
) -> Mapping[str, Mapping[str, Stale]]:
    """By language and product (`vi SBG-001`), the delivered texts that were first seen beside another source.

    What is seen for the first time is noted.
    """
    given = {
        (locale, product.key): one
        for product in products
        for locale in locales
        if (one := delivered_parts(reference, product, locale)) is not None
    }
    if not given:
        return {}

    def read(db: Connection) -> dict[tuple[str, str], Sighting]:
        return {
            (locale, key): one
            for locale in locales
            for key, one in sightings.sighted(
                db, locale, [key for here, key in given if here == locale]
            ).items()
        }

    known = await store.read(read)
    new = [one for place, one in given.items() if _unlike(known.get(place), one)]
    if new:
        known |= await store.write(lambda db: sightings.keep_sightings(db, new))
    return {" ".join(place): told for place, one in given.items() if (told := one.stale(known[place]))}


def _unlike(known: Sighting | None, one: Delivered) -> bool:
    return known is None or known.fingerprint != one.fingerprint


async def recalled(
    store: Store,
    reference: Reference,
    products: Sequence[Product],
    locales: Sequence[str],
    glossary: Glossary,
) -> TextMemory:
    """What is remembered of some products in some languages: by source text, by place, and of delivered texts."""
    parts = [segment for product in products for segment in segments(product)]
    sources, places = [part.hash for part in parts], [part.place for part in parts]
    stale = await changed(store, reference, products, locales)

    def read(db: Connection) -> TextMemory:
        found = (one for locale in locales for one in texts.texts_of(db, locale, sources, places))
        return TextMemory.of(found, glossary, stale)

    return await store.read(read)


@frozen
class Told:
    """What came of asking: findings about single products by key, and about all that wait alike."""

    issues: Mapping[str, tuple[Issue, ...]]
    general: tuple[Issue, ...] = ()


@define
class ChannelTexts:
    """The memory of one channel's languages during one reading of the catalog, and its translators."""

    store: Store
    preparer: ChannelPreparer
    reference: Reference
    glossary: Glossary
    translators: Translators
    _brands: dict[str, str] = field(factory=dict, init=False)
    _some: bool = field(default=False, init=False)

    async def begin(self) -> None:
        """Look whether anything is remembered at all: most shops with reviewed tables have nothing."""
        self._brands.clear()
        locales = self.preparer.settings.channel.locales
        self._some = await self.store.read(lambda db: texts.any_in(db, locales))

    async def recall(self, reads: Iterable[Read]) -> None:
        """Have what is remembered of these products at hand for the preparer; it forgets the others."""
        await self._at_hand([read.product for read in reads if read.product is not None])

    async def _at_hand(self, products: Sequence[Product]) -> None:
        self._brands |= brands_of(products)
        locales = self.preparer.settings.channel.locales
        if self._some:
            memory = await recalled(self.store, self.reference, products, locales, self.glossary)
        else:
            memory = TextMemory(stale=await changed(self.store, self.reference, products, locales))
        self.preparer.knows(memory)

    def places(self, product: Product) -> list[str]:
        """Where the delivered texts of a product stand."""
        locales = self.preparer.settings.channel.locales
        given = (self.reference.text(product.key, locale) for locale in locales)
        return [text.at for text in given if text is not None]

    def serves(self, locales: Iterable[str]) -> bool:
        """Whether a translator is asked for texts in one of these languages when a plan lacks them."""
        return any(
            one is not None and one.plan for one in (self.translators.of(locale) for locale in locales)
        )

    async def ask(self, lacking: Sequence[tuple[Product, tuple[str, ...]]]) -> Told:
        """Have what these products lack translated, each language in one go; then it is at hand."""
        by_locale: dict[str, list[Product]] = defaultdict(list)
        for product, locales in lacking:
            for locale in locales:
                if self.serves([locale]):
                    by_locale[locale].append(product)
        issues: dict[str, list[Issue]] = defaultdict(list)
        general: list[Issue] = []
        for locale, products in by_locale.items():
            try:
                done = await self._translate(locale, products)
            except ConfigError as error:
                general.append(evolve(_unusable(error, locale), at=self._named_at(locale)))
                continue
            for issue in done.issues:
                if issue.code == "text.engine" or issue.severity is Severity.NOTE:
                    continue  # one for all; notes are for those who review
                issues[issue.path.partition("/")[0]].append(evolve(issue, severity=Severity.WARNING))
            waiting = [issue for issue in done.issues if issue.code == "text.engine"]
            if waiting:
                general.append(evolve(_waiting(waiting, locale, done), at=self._named_at(locale)))
        self._some = True
        await self._at_hand([product for product, _ in lacking])
        return Told({key: tuple(found) for key, found in issues.items()}, tuple(general))

    def _named_at(self, locale: str) -> str:
        """The line of the configuration that names the translator."""
        configured = self.translators.of(locale)
        return configured.at if configured is not None else ""

    async def _translate(self, locale: str, products: Sequence[Product]) -> Translated:
        some = [part for product in products for part in undelivered(self.reference, product, locale)]
        memory = await recalled(self.store, self.reference, products, [locale], self.glossary)
        return await self.translators.translate(locale, products, some, self._brands, known=memory)


def _unusable(error: ConfigError, locale: str) -> Issue:
    said = f"no text was translated to {locale}: {error}"
    return Issue("text.engine", "texts", said, Severity.WARNING, "correct the configuration and plan again")


def _waiting(issues: Sequence[Issue], locale: str, done: Translated) -> Issue:
    places = [issue.path.removesuffix(f"/{locale}") for issue in issues]
    named = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
    why = str(done.stopped) if done.stopped is not None else issues[0].message.partition(": ")[2]
    return Issue(
        "text.engine",
        "texts",
        f"{len(places)} texts were not translated to {locale} ({named}): {why}",
        Severity.WARNING,
        "plan again later, or have people translate them: storesync texts export",
    )
