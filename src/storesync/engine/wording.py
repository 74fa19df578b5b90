"""Texts as people handle them: what leaves for review, what comes back, and what a market's rules say of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from storesync.catalog import Source
from storesync.compliance import (
    Claimed,
    Compliance,
    check_claims,
    check_readiness,
    ingredient_names,
    kind_of,
    merged,
)
from storesync.config import Config
from storesync.config.secret import is_reference, resolve
from storesync.engine.check import Checked
from storesync.engine.env import Env
from storesync.errors import ConfigError
from storesync.issues import Issue, Issues
from storesync.localization import (
    Gates,
    MemoryText,
    Protection,
    Reference,
    ReferenceText,
    Segment,
    TextKey,
    TextMemory,
    TextRules,
    completed,
    delivered_texts,
    key_of,
    segments,
)
from storesync.localization.engines import (
    Budget,
    Engine,
    Key,
    Runner,
    Translated,
    engines,
    translate_texts,
)
from storesync.localization.engines import engine as find_engine
from storesync.localization.review import Reviewed, ReviewRow, Taken, rows_of, take
from storesync.model import Market, Product
from storesync.plan import Held
from storesync.state import Store, texts
from storesync.transport import Transport, join_hosts

__all__ = ["check_market", "export_texts", "import_texts", "text_rules", "translate_catalog", "translator"]


def _products(source: Source) -> Iterator[Product]:
    for read in source.products():
        if read.product is not None:
            yield read.product


def text_rules(config: Config, products: Iterable[Product], target: str) -> TextRules:
    """What translations into one language go by: the glossary, the brands, and the claims of its markets."""
    brands = {product.brand.name: product.brand.latin for product in products if product.brand.latin}
    markets = {
        market.code: market
        for channel in config.channels.values()
        for market in channel.channel.markets
        if target in market.locales
    }
    if not markets:
        known = sorted(
            {locale for one in config.channels.values() for locale in one.channel.locales} - {"ko"}
        )
        raise ConfigError(f"no channel shows texts in {target!r}; there are {', '.join(known) or 'none'}")
    rules = config.compliance
    packs = rules.of(markets, Reference()).packs if rules is not None else {}
    scanners = {target: merged(packs.values()).scanner(target)} if packs else {}
    return TextRules(
        target=target,
        glossary=config.glossary,
        gates=Gates(brands=brands, glossary=config.glossary, scanners=scanners),
    )


async def _remembered(
    store: Store, products: Sequence[Product], reference: Reference, rules: TextRules
) -> tuple[list[Segment], dict[str, MemoryText]]:
    """Every segment of the catalog, and the text of each by place: remembered, else as it was delivered."""
    some = [segment for product in products for segment in segments(product)]
    known: dict[str, MemoryText] = {}
    for product in products:
        known |= delivered_texts(reference, product, rules.target)
    keys = {
        segment.place: key_of(
            segment, rules.source, rules.target, rules.glossary.version(segment.text, rules.target)
        )
        for segment in some
    }

    def read(db: Connection) -> TextMemory:
        return TextMemory.of(
            [*texts.remembered(db, keys.values()).values(), *texts.texts_in(db, rules.target)]
        )

    memory = await store.read(read)
    for segment in some:
        one = memory.find(segment, rules.target)
        if one is not None and (one.approved or segment.place not in known):
            known[segment.place] = one
    return some, known


async def export_texts(
    store: Store,
    config: Config,
    source: Source,
    reference: Reference,
    target: str,
    *,
    waiting: bool = False,
) -> tuple[ReviewRow, ...]:
    """The rows for people: all texts of one language, or with `waiting` those that nobody approved."""
    products = list(_products(source))
    rules = text_rules(config, products, target)
    some, known = await _remembered(store, products, reference, rules)
    rows = rows_of(some, target, known)
    return tuple(row for row in rows if not waiting or row.state not in ("reviewed", "final"))


async def import_texts(
    store: Store,
    config: Config,
    source: Source,
    reference: Reference,
    target: str,
    file: Reviewed,
    *,
    by: str,
    at: datetime,
) -> Taken:
    """What a reviewed file changes is remembered; conflicts and faults are issues, and the rest comes in."""
    products = list(_products(source))
    rules = text_rules(config, products, target)
    some, known = await _remembered(store, products, reference, rules)
    taken = take(file, some, rules, known, by=by)
    if taken.texts:
        refused = await store.write(lambda db: texts.keep_texts(db, taken.texts, person=True, at=at))
        if refused:
            more = [
                Issue(
                    "review.locked",
                    f"{one.place}/{target}",
                    f"{one.place} was locked meanwhile",
                    hint="free it first",
                )
                for one in refused
            ]
            kept = tuple(one for one in taken.texts if one not in refused)
            return Taken(texts=kept, issues=taken.issues + more, same=taken.same)
    return taken


def translator(config: Config, environ: Mapping[str, str] | None) -> Engine:
    """The engine that [localization.translator] names, with its keys; ConfigError when it cannot be made."""
    at = config.place("localization.translator")
    table = dict(config.translator)
    name = table.pop("name", "")
    if not isinstance(name, str) or not name:
        raise ConfigError(
            f"{at or config.path}: no translator is named; add [localization.translator] name = "
            f'"deepl" (there are: {", ".join(engines())})'
        )
    make = find_engine(name)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, str) and is_reference(value):
            values[key] = Key(resolve(value, folder=config.folder, environ=environ).reveal())
        else:
            values[key] = value
    secret = [key for key in table if ("key" in key or key == "token") and not isinstance(values[key], Key)]
    if secret:
        raise ConfigError(
            f'{at or config.path}: {secret[0]} of the translator is no reference; write {secret[0]} = "env:NAME"'
        )
    try:
        return make(**values)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{at or config.path}: translator {name!r} cannot be made: {error}") from None


async def translate_catalog(
    store: Store,
    config: Config,
    source: Source,
    reference: Reference,
    target: str,
    engine: Engine,
    *,
    env: Env,
    budget: int | None = None,
) -> Translated:
    """Have an engine translate what nobody delivered and nobody remembers; every text is judged before it counts.

    What an engine was paid for is remembered even when a later text fails.
    """
    products = [one for one in _products(source) if reference.text(one.key, target) is None]
    rules = text_rules(config, products, target)
    some = [segment for product in products for segment in segments(product)]
    inci = frozenset(
        name for product in products if product.facts.get("inci") for name in ingredient_names(product)
    )
    transport = Transport(join_hosts(engine.hosts, {}, what="the translator"), now=env.now)
    runner = Runner(
        engine=engine,
        send=transport.send,
        source=rules.source,
        target=target,
        protection=Protection(brands=rules.gates.brands, names=inci, glossary=rules.glossary),
        budget=Budget(budget),
        sleep=env.sleep,
    )

    async def recall(keys: Sequence[TextKey]) -> Mapping[TextKey, MemoryText]:
        return await store.read(lambda db: texts.remembered(db, keys))

    async def remember(new: Sequence[MemoryText]) -> object:
        return await store.write(lambda db: texts.keep_texts(db, new, person=False, at=env.now()))

    places = [segment.place for segment in some]
    earlier = await store.read(lambda db: texts.newest_approved(db, target, places))
    try:
        return await translate_texts(
            some, rules, runner, recall=recall, remember=remember, earlier=earlier, at=env.now()
        )
    finally:
        await transport.close()


def _claimed(text: ReferenceText | None, locale: str) -> Iterator[Claimed]:
    if text is None:
        return
    path = f"texts/{locale}"
    yield Claimed(f"{path}/title", locale, "title", text.title)
    yield Claimed(f"{path}/short_description", locale, "short_description", text.short_description)
    for name, value in text.attributes.items():
        yield Claimed(f"{path}/attributes/{name}", locale, "attributes", value)


def _source(product: Product) -> Iterator[Claimed]:
    yield Claimed("text/title", product.locale, "title", product.text.title)
    for number, point in enumerate(product.text.points):
        yield Claimed(f"text/points/{number}", product.locale, "short_description", point)


def check_market(
    source: Source, reference: Reference, memory: TextMemory, rules: Compliance, market: Market, today: date
) -> Checked:
    """Whether the catalog is ready for a market: claims, numbers, ingredients and labels, before any listing."""
    held: list[Held] = []
    issues: list[Issue] = []
    not_offered: list[Held] = []
    count = 0
    for read in source.products():
        issues += read.issues
        if not read.key:
            continue
        count += 1
        product = read.product
        if product is None:
            said = read.errors[0].message if read.errors else "held back"
            held.append(Held(key=read.key, title="", reason=said, issues=read.errors))
            continue
        if product.status != "active":
            not_offered.append(Held(key=product.key, title=product.text.title, reason="a draft"))
            continue
        own = completed(reference, product, market.locales, memory)
        claims = [
            *_source(product),
            *(one for locale in market.locales for one in _claimed(own.text(product.key, locale), locale)),
        ]
        found: Issues = check_claims(
            claims,
            compliance=rules,
            market=market.code,
            product=product.key,
            kind=kind_of(product),
            today=today,
        )
        found += check_readiness(product, compliance=rules, market=market.code, today=today)
        placed = found.under(product.key)
        issues += placed
        if placed.errors:
            held.append(
                Held(
                    key=product.key,
                    title=product.text.title,
                    reason=placed.errors[0].message,
                    issues=placed.errors,
                )
            )
    return Checked(
        channel=f"market {market.code}",
        products=count,
        ready=count - len(held) - len(not_offered),
        held=tuple(held),
        not_offered=tuple(not_offered),
        issues=tuple(issues),
    )
