"""Texts as people handle them: what leaves for review, what comes back, and what nobody may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, field, frozen
from sqlalchemy import Connection

from storesync.catalog import Source
from storesync.engine.channeltexts import recalled
from storesync.engine.setup import Setup
from storesync.engine.translating import Translators, brands_of, category_limits, text_rules
from storesync.errors import ConfigError
from storesync.issues import Issue, Issues, Severity
from storesync.localization import (
    MemoryText,
    Segment,
    TextRules,
    delivered_hash,
    delivered_parts,
    handed_texts,
    key_of,
    segments,
    undelivered,
)
from storesync.localization.engines import Translated
from storesync.localization.review import Reviewed, ReviewRow, Taken, rows_of, take, unimported
from storesync.model import Product
from storesync.state import sightings, texts

__all__ = [
    "TextPlaces",
    "confirm_texts",
    "export_texts",
    "import_texts",
    "lock_texts",
    "translate_catalog",
    "unimported_texts",
]


def _products(source: Source) -> Iterator[Product]:
    for read in source.products():
        if read.product is not None:
            yield read.product


def _readable(setup: Setup) -> None:
    """ConfigError while the glossary cannot be read: what people or engines say could not be checked."""
    if place := setup.config.glossary.doubt:
        raise ConfigError(f"{place}: the glossary cannot be read; correct it, then bring or make texts")


async def _rules(setup: Setup, products: Sequence[Product], target: str) -> TextRules:
    lengths = await category_limits(setup.store, setup.config, target, products)
    return text_rules(setup.config, brands_of(products), target, lengths)


async def _remembered(
    setup: Setup, products: Sequence[Product], rules: TextRules
) -> tuple[list[Segment], dict[str, MemoryText]]:
    """Every segment of the catalog, and the text that stands at each place."""
    some = [segment for product in products for segment in segments(product)]
    memory = await recalled(setup.store, setup.reference, products, [rules.target], rules.glossary)
    known: dict[str, MemoryText] = {}
    for product in products:
        known |= handed_texts(setup.reference, product, rules.target, memory)
    return some, known


async def export_texts(setup: Setup, target: str, *, waiting: bool = False) -> tuple[ReviewRow, ...]:
    """The rows for people: all texts of one language, or with `waiting` those that nobody approved."""
    products = list(_products(setup.source))
    rules = await _rules(setup, products, target)
    some, known = await _remembered(setup, products, rules)
    rows = rows_of(some, target, known, rules.gates)
    return tuple(row for row in rows if not waiting or row.state not in ("reviewed", "final"))


async def import_texts(setup: Setup, target: str, file: Reviewed, *, by: str) -> Taken:
    """What a reviewed file changes is remembered; conflicts and faults are issues, and the rest comes in.

    ConfigError while the glossary cannot be read.
    """
    _readable(setup)
    products = list(_products(setup.source))
    rules = await _rules(setup, products, target)
    places = [row.place for row in file.rows]
    since = await setup.store.read(lambda db: texts.said_at(db, target, places))
    some, known = await _remembered(setup, products, rules)
    taken = take(file, some, rules, known, by=by)
    refused = await _kept(setup, _beside(setup, products, taken.texts), since)
    if not refused:
        return taken
    gone = {one.place: one for one in refused}
    kept = tuple(one for one in taken.texts if one.place not in gone)
    told = [
        Issue(
            "review.conflict",
            f"{row.place}/{target}",
            f"{row.place} was changed by somebody else at this very moment; the file says {row.text!r}",
            hint="import it again: what stands there now is told then",
            at=row.at,
        )
        for row in file.rows
        if row.place in gone
    ]
    return evolve(taken, texts=kept, issues=taken.issues + told)


async def unimported_texts(setup: Setup, target: str, file: Reviewed) -> tuple[ReviewRow, ...]:
    """The rows of a file that hold work which is not remembered yet."""
    products = list(_products(setup.source))
    rules = await _rules(setup, products, target)
    some, known = await _remembered(setup, products, rules)
    return unimported(file, some, rules, known)


def _beside(setup: Setup, products: Iterable[Product], some: Iterable[MemoryText]) -> Iterator[MemoryText]:
    """Texts with the hash of what was delivered at their places: a later delivery is news, this one is not."""
    parts = {part.place: (product.key, part) for product in products for part in segments(product)}
    for one in some:
        product, part = parts[one.place]
        text = setup.reference.text(product, one.key.target_locale)
        yield evolve(one, instead=delivered_hash(text, part))


def _locked_meanwhile(refused: Iterable[MemoryText], target: str) -> list[Issue]:
    return [
        Issue(
            "review.locked",
            f"{one.place}/{target}",
            f"{one.place} was locked meanwhile",
            hint=f"free it first: storesync texts unlock {one.place} --locale {target}",
        )
        for one in refused
    ]


@frozen(kw_only=True)
class TextPlaces:
    """The places whose texts a person locked, freed or confirmed, and what could not be."""

    places: tuple[str, ...] = ()
    issues: Issues = field(factory=Issues)

    def __str__(self) -> str:
        lines = [", ".join(self.places) or "no text"]
        return "\n".join([*lines, *(f"  {issue.severity.value} {issue}" for issue in self.issues)])


async def lock_texts(setup: Setup, target: str, places: Iterable[str], *, locked: bool) -> TextPlaces:
    """Lock the texts at some places in one language against every change, or free them.

    A product's key means all its texts. A text that came with the catalog is remembered as it is, and locked.
    ConfigError while the glossary cannot be read.
    """
    _readable(setup)
    named = tuple(dict.fromkeys(places))
    meant = [product for product in _products(setup.source) if _named(product, named)]
    rules = await _rules(setup, meant, target)
    some, known = await _remembered(setup, meant, rules)
    freed: list[str] = []
    new: dict[str, MemoryText] = {}
    issues: list[Issue] = []
    for name in named:
        own = [part for part in some if part.place == name or part.place.startswith(f"{name}/")]
        if not own:
            message = f"the catalog has no text at {name}"
            issues.append(Issue("text.place", name, message, hint="write a place as an export names it"))
        for part in own:
            one = known.get(part.place)
            if one is None or not one.text or one.state == "initial":
                if locked:
                    message = f"{part.place} has no {target} text that could be locked"
                    issues.append(
                        Issue("text.place", part.place, message, Severity.WARNING, "have it translated first")
                    )
                continue
            if not locked:
                freed.append(part.place)
            elif not one.locked:
                version = rules.glossary.version(part.text, target)
                key = key_of(part, rules.source, target, version, own=True)
                key = one.key if one.key.place == part.place else key
                # Why a delivered text waited is said; a remembered one keeps what its gates said.
                note = "" if one.by == "catalog" else one.note
                new[part.place] = evolve(one, key=key, place=part.place, locked=True, note=note)
    if freed:
        done = await setup.store.write(lambda db: texts.free_texts(db, target, freed))
        return TextPlaces(places=done, issues=Issues(tuple(issues)))
    refused = await _kept(setup, _beside(setup, meant, new.values()))
    issues += _locked_meanwhile(refused, target)
    gone = {one.place for one in refused}
    return TextPlaces(places=tuple(place for place in new if place not in gone), issues=Issues(tuple(issues)))


async def confirm_texts(setup: Setup, target: str, places: Iterable[str]) -> TextPlaces:
    """Say that the delivered texts at some places hold for their source as it is now, though that changed.

    Places are as findings name them (`SBG-001/title`, `SBG-001/attributes/NAME`), or a product's key for all its texts.
    """
    named = tuple(dict.fromkeys(places))
    given = [
        one
        for product in _products(setup.source)
        if _named(product, named) and (one := delivered_parts(setup.reference, product, target)) is not None
    ]
    meant: dict[str, list[str]] = {}
    issues: list[Issue] = []
    for name in named:
        found = False
        for one in given:
            parts = [part for part in one.parts if name in (one.product, f"{one.product}/{part}")]
            meant.setdefault(one.product, []).extend(parts)
            found = found or bool(parts)
        if not found:
            message = f"no {target} text came with the catalog at {name} that says nothing of its source"
            hint = "write a place as the finding names it; a row with a source_hash is confirmed by a new one"
            issues.append(Issue("text.place", name, message, hint=hint))

    def write(db: Connection) -> None:
        for one in given:
            sightings.confirm(db, one, meant[one.product])

    if any(meant.values()):
        await setup.store.write(write)
    return TextPlaces(
        places=tuple(f"{key}/{part}" for key, parts in meant.items() for part in dict.fromkeys(parts)),
        issues=Issues(tuple(issues)),
    )


async def _kept(
    setup: Setup, some: Iterable[MemoryText], since: Mapping[str, datetime] | None = None
) -> tuple[MemoryText, ...]:
    """Remember what a person says; gives what was locked, or changed since, meanwhile."""
    new = tuple(some)
    if not new:
        return ()
    at = setup.env.now()
    return await setup.store.write(lambda db: texts.keep_texts(db, new, person=True, at=at, since=since))


def _named(product: Product, places: Sequence[str]) -> bool:
    return any(place == product.key or place.startswith(f"{product.key}/") for place in places)


async def translate_catalog(
    setup: Setup, translators: Translators, target: str, *, budget: int | None = None, again: bool = False
) -> Translated:
    """Have an engine translate what nobody delivered and nobody remembers; every text is judged before it counts.

    What an engine was paid for is remembered even when a later text fails. ConfigError while the glossary cannot be
    read.
    """
    _readable(setup)
    products = list(_products(setup.source))
    some = [segment for product in products for segment in undelivered(setup.reference, product, target)]
    memory = await recalled(setup.store, setup.reference, products, [target], setup.config.glossary)
    return await translators.translate(
        target,
        products,
        some,
        brands_of(products),
        known=memory,
        budget=budget,
        again=again,
        resting=False,
    )
