"""The configured translators at work: asked for what is missing, within their budget, and left alone when down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from inspect import Parameter, signature
from typing import Any

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection

from storesync.compliance import ingredient_names, merged
from storesync.config import Config
from storesync.config.secret import is_reference, resolve
from storesync.config.settings import ChannelConfig
from storesync.config.wording import TranslatorConfig
from storesync.engine.env import Env
from storesync.errors import ConfigError, Fault
from storesync.issues import Issue, Issues, nearest
from storesync.localization import (
    Gates,
    MemoryText,
    Protection,
    Reference,
    Segment,
    TextKey,
    TextMemory,
    TextRules,
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
from storesync.localization.gates import Limits
from storesync.localization.locale import same
from storesync.model import CategoryKey, Limit, Market, Product, frozen_map
from storesync.registry import driver as find_driver
from storesync.state import Store, assets, texts
from storesync.transport import Transport, join_hosts

__all__ = ["Translators", "brands_of", "category_limits", "made_engine", "shown_locale", "text_rules"]

_NONE: Mapping[str, Limits] = frozen_map({})

_REST = timedelta(minutes=10)  # a service that failed is not asked again before
_LONGEST = timedelta(days=1)  # whatever a service says of itself
# What a listing calls a text → what a limit of a platform calls it.
_LIMITS = {"title": "title", "short_description": "point", "option_values": "option"}


def brands_of(products: Iterable[Product]) -> dict[str, str]:
    """The brands of some products: their own name to the Latin one, which stays in every language."""
    return {product.brand.name: product.brand.latin for product in products if product.brand.latin}


def shown_locale(config: Config, name: str) -> str:
    """The language of a channel that another tool calls so: `zh_CN` is `zh-Hans`; the name itself when none is meant."""
    known = _locales(config)
    alike = [locale for locale in known if same(name, locale)]
    return alike[0] if name not in known and len(alike) == 1 else name


def _locales(config: Config) -> tuple[str, ...]:
    shown = (locale for one in config.channels.values() for locale in one.channel.locales)
    return tuple(locale for locale in dict.fromkeys(shown) if locale != "ko")


def _markets(config: Config, target: str) -> dict[str, Market]:
    """The markets where a language is shown; ConfigError for a language that no channel shows."""
    markets = {
        market.code: market
        for channel in config.channels.values()
        for market in channel.channel.markets
        if target in market.locales
    }
    if not markets:
        raise ConfigError(f"no channel shows texts in {target!r}; {nearest(target, _locales(config))}")
    return markets


def text_rules(
    config: Config, brands: Mapping[str, str], target: str, categories: Mapping[str, Limits] = _NONE
) -> TextRules:
    """What translations into one language go by: glossary, brands, the claims of its markets, what channels take.

    `categories` are the lengths of single categories (`category_limits`). ConfigError for a language that no
    channel shows.
    """
    markets, rules = _markets(config, target), config.compliance
    pack = merged(rules.of(markets, Reference()).packs.values()) if rules is not None else None
    specs = {
        name: find_driver(one.channel.driver).spec.within(one.channel.environment)
        for name, one in _showing(config, target)
    }
    return TextRules(
        target=target,
        glossary=config.glossary,
        gates=Gates(
            brands=brands,
            glossary=config.glossary,
            limits={name: _ours(spec.text) for name, spec in specs.items()},
            categories=categories,
            refused={name: spec.refused_scripts for name, spec in specs.items() if spec.refused_scripts},
            scanners={target: pack.scanner(target)} if pack is not None else {},
        ),
        source_scanner=pack.scanner("ko") if pack is not None else None,
    )


async def category_limits(
    store: Store, config: Config, target: str, products: Iterable[Product]
) -> Mapping[str, Limits]:
    """How long texts of some products may be in the categories that channels told of, by the merchant's category.

    A category that no market was asked for yet tells nothing; its channel's own lengths count until then.
    """
    wanted = {product.category for product in products}

    def read(db: Connection) -> dict[str, dict[str, Mapping[str, Limit]]]:
        found: dict[str, dict[str, Mapping[str, Limit]]] = {}
        for name, one in _showing(config, target):
            for category in sorted(wanted & one.categories.keys()):
                kept = assets.category(db, name, CategoryKey(one.categories[category]))
                if kept is not None and (limits := _ours(kept[0].text)):
                    found.setdefault(category, {})[name] = limits
        return found

    return await store.read(read)


def _showing(config: Config, target: str) -> list[tuple[str, ChannelConfig]]:
    return [(name, one) for name, one in config.channels.items() if target in one.channel.locales]


def _ours(given: Mapping[str, Limit]) -> Mapping[str, Limit]:
    """Limits by our names of fields."""
    return {ours: given[theirs] for ours, theirs in _LIMITS.items() if theirs in given}


def made_engine(configured: TranslatorConfig, config: Config, environ: Mapping[str, str] | None) -> Engine:
    """The engine with its keys; ConfigError when it cannot be made."""
    at, name = configured.at or str(config.path), configured.name
    make = find_engine(name)
    values: dict[str, Any] = {}
    for key, value in configured.settings.items():
        if isinstance(value, str) and is_reference(value):
            values[key] = Key(resolve(value, folder=config.folder, environ=environ).reveal())
        else:
            values[key] = value
    secret = [key for key in values if ("key" in key or key == "token") and not isinstance(values[key], Key)]
    if secret:
        raise ConfigError(
            f'{at}: {secret[0]} of the translator is no reference; write {secret[0]} = "env:NAME"'
        )
    known = signature(make).parameters
    if not any(one.kind is Parameter.VAR_KEYWORD for one in known.values()):
        for key in values.keys() - known.keys():
            raise ConfigError(f"{at}: translator {name!r} has no setting {key!r}: {nearest(key, known)}")
    try:
        return make(**values)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{at}: translator {name!r} cannot be made: {error}") from None


@define
class Translators:
    """All translators of a configuration, and which of them are down.

    One that could not serve is asked again after ten minutes, not for the next listing, plan or channel.
    """

    config: Config
    store: Store
    env: Env
    environ: Mapping[str, str] | None = field(default=None, repr=False)
    _down: dict[str, tuple[datetime, Fault]] = field(factory=dict, init=False)

    def of(self, target: str) -> TranslatorConfig | None:
        """The first one that is configured for a language."""
        return next((one for one in self.config.translators if one.serves(target)), None)

    def engine(self, target: str) -> Engine:
        """The engine for one language; ConfigError when no channel shows it, none is configured, or it cannot be made."""
        _markets(self.config, target)
        configured = self.of(target)
        if configured is None:
            raise ConfigError(
                f"{self.config.path}: no translator is named for {target}; add [localization.translator] "
                f'name = "deepl" (there are: {", ".join(engines())})'
            )
        return made_engine(configured, self.config, self.environ)

    def findings(self, locales: Iterable[str]) -> tuple[Issue, ...]:
        """What is wrong with the translators of some languages, without asking them."""
        found = []
        for one in self.config.translators:
            if not any(one is self.of(locale) for locale in locales):
                continue
            try:
                made_engine(one, self.config, self.environ)
            except ConfigError as error:
                found.append(Issue("config.translator", "localization/translator", str(error), at=one.at))
        return tuple(found)

    async def translate(
        self,
        target: str,
        products: Sequence[Product],
        some: Sequence[Segment],
        brands: Mapping[str, str],
        *,
        known: TextMemory,
        budget: int | None = None,
        again: bool = False,
        resting: bool = True,
    ) -> Translated:
        """Have some segments of these products translated, judged and remembered; every reason why not is told.

        `budget` are the characters that this may cost, besides those of the configured day. `again` asks for
        texts that failed before; without `resting` a service that was down is tried at once.
        """
        configured = self.of(target)
        engine = self.engine(target)
        assert configured is not None
        lengths = await category_limits(self.store, self.config, target, products)
        rules = evolve(text_rules(self.config, brands, target, lengths), engine=engine.name, again=again)
        down = self._down.get(engine.name)
        if down is not None and resting and self.env.now() < down[0]:
            waiting = await translate_texts(
                some, rules, None, recall=self._recall, remember=self._keep, known=known, stopped=down[1]
            )
            return _placed(waiting, products)
        inci = frozenset(
            name for product in products if product.facts.get("inci") for name in ingredient_names(product)
        )
        day = _Day(self.store, self.env, engine.name, configured)
        transport = Transport(join_hosts(engine.hosts, {}, what="the translator"), now=self.env.now)
        runner = Runner(
            engine=engine,
            send=transport.send,
            source=rules.source,
            target=target,
            protection=Protection(brands=brands, names=inci, glossary=rules.glossary),
            budget=Budget(budget, day),
            sleep=self.env.sleep,
        )
        try:
            done = await translate_texts(
                some,
                rules,
                runner,
                recall=self._recall,
                remember=self._keep,
                known=known,
                at=self.env.now(),
            )
        finally:
            await transport.close()
        self._down.pop(engine.name, None)
        if done.stopped is not None and done.stopped.code not in ("budget", "pair"):
            told = timedelta(seconds=min(done.stopped.retry_after or 0.0, _LONGEST.total_seconds()))
            self._down[engine.name] = self.env.now() + max(_REST, told), done.stopped
        return _placed(done, products)

    async def _recall(self, keys: Sequence[TextKey]) -> Mapping[TextKey, MemoryText]:
        return await self.store.read(lambda db: texts.remembered(db, keys))

    async def _keep(self, new: Sequence[MemoryText]) -> object:
        at = self.env.now()
        return await self.store.write(lambda db: texts.keep_texts(db, new, person=False, at=at))


@frozen
class _Day:
    """The allowance that an engine has in a day, in UTC, for all processes of this state."""

    store: Store
    env: Env
    engine: str
    configured: TranslatorConfig

    @property
    def named(self) -> str:
        return f"{self.configured.budget} characters a day ({self.configured.at}: budget)"

    async def draw(self, *, least: int, most: int) -> tuple[int, str]:
        day, limit = self.env.now().astimezone(UTC).date(), self.configured.budget

        def write(db: Connection) -> int:
            return texts.set_aside(db, self.engine, day, least=least, most=most, limit=limit)

        return await self.store.write(write), day.isoformat()

    async def give_back(self, characters: int, day: str) -> None:
        of = date.fromisoformat(day)
        await self.store.write(lambda db: texts.put_back(db, self.engine, of, characters))


def _placed(done: Translated, products: Iterable[Product]) -> Translated:
    """Each finding with the line of its product, where it has no place of its own."""
    lines = {product.key: product.at for product in products}
    issues = (
        evolve(issue, at=issue.at or lines.get(issue.path.partition("/")[0], "")) for issue in done.issues
    )
    return evolve(done, issues=Issues(tuple(issues)))
