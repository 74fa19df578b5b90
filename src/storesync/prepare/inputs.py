"""The digest of all that one preparation depends on: equal digests, equal outcome, nothing to do.

The day is part of what a price depends on, and yet a digest that holds the day would make the whole catalog
new each morning. So the day enters only as what it decides:

- on which side of every date in the policies, their refinements, fees, taxes and the packaged figures it
  lies (before, on, after: whether such a date is still in or already out is pricing's business);
- for every rate of a snapshot that ages and every rule about age, whether its age is below, at or above the limit.

Between two such boundaries the digest stands still; at each it changes, at most once more than needed. What
the market acknowledged last (`last`) is left out: a price that was once accepted by the guards must not be
judged again only because it became the live one. Places in source files (`at`) are left out as well, since
they move with every inserted row: so a product may be skipped only if its last preparation had no finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from attrs import fields, frozen, has

from storesync.driver import Driver, Shop
from storesync.localization import facts_of, ingredients_of
from storesync.model import Category, Product, digest
from storesync.prepare.assort import assort
from storesync.prepare.settings import Settings
from storesync.pricing import PolicyBook, Snapshot
from storesync.pricing.businessday import missed_days
from storesync.pricing.taxpack import tax_pack

__all__ = ["Inputs", "input_digest"]

S = TypeVar("S", bound=Shop)
_PLACES = frozenset({"at", "path", "places"})
# Whose published figures a market or a currency can draw on: a regime taxes prices in its own money alone.
_PACKS = {"china": {"CN", "CNY"}, "vietnam": {"VN", "VND"}}
# Of a channel's own fields the filter is judged per product, and the number of workers decides nothing.
_CHANNEL_APART = ("only", "never", "workers")
_AGES = {"warn_after": "business", "max_business_days": "business", "max_calendar_days": "calendar"}


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of an attrs class that count; None for any other class."""
    if not has(kind):
        return None
    return tuple(one.name for one in fields(kind) if one.eq and one.name not in _PLACES)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of a value that count when it is compared, without places in source files."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple | list):
        yield from (("", part) for part in value)
    else:
        kind: Any = type(value)
        yield from ((name, getattr(value, name)) for name in _names(kind) or ())


def _plain(value: Any) -> Any:
    """A value as JSON for a digest. Mappings keep their order: a buyer sees it in axes and descriptions."""
    if value is None or isinstance(value, bool | int | str | Decimal):
        return value
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, frozenset | set):
        return {"set": sorted(digest(_plain(part)) for part in value)}
    if isinstance(value, Mapping):
        return [[str(name), _plain(part)] for name, part in value.items()]
    kind: Any = type(value)  # a class is hashable, which mypy does not see through Any
    if (names := _names(kind)) is not None:
        return [kind.__name__, *([name, _plain(getattr(value, name))] for name in names)]
    return {kind.__name__: str(value)}


def _dates(value: Any) -> Iterator[date]:
    if isinstance(value, date):
        yield value
        return
    for _, part in _members(value):
        yield from _dates(part)


def _limits(value: Any) -> Iterator[tuple[str, int]]:
    """Every rule about a rate's age, also one that a refinement gives as a bare table."""
    for name, part in _members(value):
        if name in _AGES and isinstance(part, int):
            yield _AGES[name], part
        else:
            yield from _limits(part)


def _side(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _pack_dates(name: str) -> Iterator[date]:
    pack = tax_pack(name)
    return _dates((pack.figures, pack.lines))


def _countries(settings: Settings) -> Iterator[str]:
    """The markets of a channel and the currencies of its policies."""
    for market, book in settings.policies.items():
        yield market
        yield from (one.currency for one in (book.policies if isinstance(book, PolicyBook) else (book,)))


def _sides(settings: Settings) -> list[list[Any]]:
    """What the day decides of policies and packaged figures, and nothing else of it."""
    used = [pack for pack, whose in _PACKS.items() if not whose.isdisjoint(_countries(settings))]
    dated = {*_dates(settings.policies), *(day for pack in used for day in _pack_dates(pack))}
    return [[day.isoformat(), _side(settings.today, day)] for day in sorted(dated)]


def _ages(settings: Settings) -> list[list[int]]:
    """What the day decides of the rates, and nothing else of it."""
    today, ages = settings.today, []
    if settings.rates is not None and settings.rates.ages:
        limits = sorted({("calendar", 0), *_limits(settings.policies)})
        for rate in settings.rates.rates:
            age = {
                "business": missed_days(rate.fresh_on, today, rate.calendar),
                "calendar": (today - rate.fresh_on).days,
            }
            ages.append([_side(age[kind], most) for kind, most in limits])
    return ages


def _words(product: Product, settings: Settings) -> list[Any]:
    """The slice of the delivered texts that this product can draw on."""
    reference, locales = settings.reference, settings.channel.locales
    options = [("name", axis.name) for axis in product.axes]
    options += [("value", choice.text) for axis in product.axes for choice in axis.choices.values()]
    words = [(kind, key) for kind, keys in product.keys.items() for key in keys]
    return [
        [
            locale,
            _plain(reference.text(product.key, locale)),
            _plain(reference.refused.get(product.key, {}).get(locale)),
            _plain(facts_of(product, reference, locale)),
            _plain(ingredients_of(product, reference, locale)),
            [reference.option(kind, source, locale) for kind, source in options],
            [reference.word(kind, key, locale) for kind, key in (*words, ("country", product.origin))],
        ]
        for locale in locales
    ]


def _document(category: Category | None) -> Any:
    """The market's document by its version, where it has one."""
    if category is None:
        return None
    return [category.id, category.version] if category.version else _plain(category)


def _claims(settings: Settings) -> tuple[str, ...]:
    """The rules about wordings, and what the day decides about them; nothing while none are checked."""
    rules = settings.compliance
    if rules is None:
        return ()
    packs = {
        market: [pack.version, _plain(pack.terms), _plain(pack.labels)]
        for market, pack in rules.packs.items()
    }
    waivers = [[_plain(waiver), waiver.counts(settings.today)] for waiver in rules.waivers]
    inventory = {market: _plain(names) for market, names in rules.inventory.items()}
    return (digest([_plain(packs), _plain(waivers), _plain(inventory), sorted(rules.holding)]),)


def _glossary(product: Product, settings: Settings) -> list[Any]:
    """The house's words for what this product says: another word's change is no reason to prepare it again."""
    if settings.gates is None:
        return []
    text = product.text
    said = (text.title, text.description, *text.points, *product.facts.values())
    options = (
        word for axis in product.axes for word in (axis.name, *(one.text for one in axis.choices.values()))
    )
    whole = "\n".join((*said, *options))
    glossary = settings.gates.glossary
    versions = [glossary.version(whole, locale) for locale in settings.channel.locales]
    return [[*versions, glossary.doubt] if glossary.doubt else versions]


def _shown(product: Product, settings: Settings) -> list[Any]:
    """The evidence of one product: another product's new number is no reason to prepare this one again."""
    if settings.compliance is None:
        return []
    evidence = [one for one in settings.compliance.evidence if one.product == product.key]
    return [[[_plain(one), one.counts(settings.today)] for one in evidence]]


@frozen
class Inputs:
    """What all products of one channel share, digested once: make it once per run, then ask per product."""

    settings: Settings
    shared: str
    same: Mapping[str, str]
    claims: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, driver: Driver[Any, S], shop: S) -> Inputs:
        """The shared part: channel, shop, platform, policies, rates, and what the day decides."""
        channel = {name: part for name, part in _members(settings.channel) if name not in _CHANNEL_APART}
        rates = settings.rates
        shared = {
            "edition": settings.edition,
            "channel": _plain(channel),
            "shop": _plain(shop),
            "driver": _plain(driver.spec.within(settings.channel.environment)),
        }
        same = {
            "price rule": digest([rules_digest(settings), _sides(settings)]),
            "rate": digest([rates.id if isinstance(rates, Snapshot) else None, _ages(settings)]),
        }
        return cls(settings, digest(shared), same, _claims(settings))

    def causes(self, product: Product, category: Category | None) -> Mapping[str, str]:
        """The digest of each cause apart, so that a change can be told by its cause.

        Causes are `catalog`, `text`, `price rule`, `rate`, `mapping` and `driver` (the platform's code and documents).
        """
        settings = self.settings
        id_ = settings.categories.get(product.category, "")
        own = {
            "catalog": [_plain(product), assort(product, settings.channel)],
            "text": [
                _words(product, settings),
                sorted(settings.accept),
                _plain(settings.templates),
                *self.claims,
                *_shown(product, settings),
                *_glossary(product, settings),
            ],
            "mapping": [
                id_,
                _plain([settings.attributes.get("*", {}), settings.attributes.get(id_, {})]),
                _plain(settings.axes),
                _plain(settings.brands),
                settings.surplus_axes,
            ],
            "driver": [self.shared, _document(category)],
        }
        return {**self.same, **{cause: digest(value) for cause, value in own.items()}}

    def digest(self, product: Product, category: Category | None) -> str:
        """32 hex digits: as long as they stay, preparing this product again gives the same."""
        return digest(dict(self.causes(product, category)))


def rules_digest(settings: Settings) -> str:
    """The digest of a channel's price policies, whatever the day."""
    return digest(_plain(settings.policies))


def input_digest(
    product: Product, settings: Settings, category: Category | None, *, driver: Driver[Any, S], shop: S
) -> str:
    """The digest of one preparation; for many products of one channel make `Inputs` once."""
    return Inputs.of(settings, driver, shop).digest(product, category)
