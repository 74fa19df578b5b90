"""Whether a catalog is ready for a market: what its rules and the gates say of every product, before any listing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from attrs import evolve

from storesync.catalog import Read
from storesync.compliance import Claimed, check_claims, check_readiness, kind_of
from storesync.config import MARKETS, Config
from storesync.config.wording import ComplianceConfig
from storesync.engine.channeltexts import grouped, recalled
from storesync.engine.check import Checked
from storesync.engine.setup import Setup
from storesync.errors import ConfigError
from storesync.issues import Issue, Issues, Severity, nearest
from storesync.localization import (
    Gates,
    Reference,
    ReferenceText,
    TextMemory,
    completed,
    own_names,
    told_facts,
)
from storesync.model import Channel, Market, Product
from storesync.plan import Held
from storesync.prepare import Settings, check_texts

__all__ = ["check_market"]


def _claimed(text: ReferenceText | None, locale: str) -> Iterator[Claimed]:
    if text is None:
        return
    path, at = f"texts/{locale}", text.at
    yield Claimed(f"{path}/title", locale, "title", text.title, at)
    yield Claimed(f"{path}/short_description", locale, "short_description", text.short_description, at)
    for name, value in text.attributes.items():
        yield Claimed(f"{path}/attributes/{name}", locale, "attributes", value, at)
    for name in own_names(text.attributes, locale):
        yield Claimed(f"{path}/attributes/{name}/name", locale, "attributes", name, at)


def _options(product: Product, reference: Reference, locale: str) -> Iterator[Claimed]:
    """What the tables call the options; those without a text are told when a listing is prepared."""
    for axis in product.axes:
        path, name = f"axes/{axis.code}", reference.option("name", axis.name, locale)
        yield Claimed(f"{path}/name", locale, "option_values", name)
        for code, choice in axis.choices.items():
            value = reference.option("value", choice.text, locale)
            yield Claimed(f"{path}/choices/{code}", locale, "option_values", value)


def _source(product: Product) -> Iterator[Claimed]:
    yield Claimed("text/title", product.locale, "title", product.text.title, product.at)
    for number, point in enumerate(product.text.points):
        yield Claimed(f"text/points/{number}", product.locale, "short_description", point, product.at)


def _off(config: Config) -> Issue:
    return Issue(
        "claim.off",
        "compliance",
        f"{config.path.name} has no [compliance]: no evidence is read here, and plans hold nothing back for these rules",
        Severity.WARNING,
        'add [compliance] with evidence = "evidence.csv"',
    )


async def check_market(setup: Setup, code: str) -> Checked:
    """Whether the catalog is ready for a market: texts, claims, numbers, ingredients, labels, before any listing.

    The market's code in any case. ConfigError for a market that nobody described.
    """
    configured = (one for two in setup.config.channels.values() for one in two.channel.markets)
    said = code.strip().casefold()
    market = next((one for one in (*configured, *MARKETS.values()) if one.code.casefold() == said), None)
    if market is None:
        raise ConfigError(
            f"market {code!r} is unknown; {nearest(code, MARKETS)}, or describe it under [markets.{code}]"
        )
    today, rules = (
        setup.today,
        (setup.config.compliance or ComplianceConfig()).of((market.code,), setup.reference),
    )
    settings = Settings(
        channel=Channel(name=f"market {market.code}", driver="", markets=(market,)),
        reference=setup.reference,
        today=today,
        accept=setup.config.accept,
        gates=Gates(glossary=setup.config.glossary),
    )
    held: list[Held] = []
    issues: list[Issue] = [] if setup.config.compliance is not None else [_off(setup.config)]
    not_offered: list[Held] = []
    count = 0
    async for read, memory in _read(setup, market):
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
        own = completed(setup.reference, product, market.locales, memory, setup.config.accept)
        claims = [
            *_source(product),
            *(one for locale in market.locales for one in _claimed(own.text(product.key, locale), locale)),
            *(one for locale in market.locales for one in _options(product, own, locale)),
        ]
        found: Issues = check_claims(
            claims,
            compliance=rules,
            market=market.code,
            product=product.key,
            kind=kind_of(product),
            today=today,
        )
        text = own.text(product.key, market.locales[0])
        told = told_facts(
            product, text.title if text else "", text.attributes if text else {}, market.locales[0]
        )
        found += check_readiness(product, compliance=rules, market=market.code, today=today, told=told)
        found += check_texts(product, evolve(settings, reference=own))
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


async def _read(setup: Setup, market: Market) -> AsyncIterator[tuple[Read, TextMemory]]:
    """The catalog, each product with what is remembered of it."""
    for group in grouped(setup.source.products()):
        products = [read.product for read in group if read.product is not None]
        memory = await recalled(setup.store, setup.reference, products, market.locales, setup.config.glossary)
        for read in group:
            yield read, memory
