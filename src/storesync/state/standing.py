"""How one listing stands: what we want of it, what the market acknowledged, what is in between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from attrs import field, frozen
from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from storesync.issues import Issue
from storesync.model import Offer, Price, Ref, Status, Ticket, digest, dumps, frozen_map, loads
from storesync.state.clock import stamp, unstamp
from storesync.state.converter import CONVERTER, pack, unpack
from storesync.state.row import keep, put
from storesync.state.schema import channels, documents, listings, offers, traces
from storesync.state.statement import Statement, overwrite, remove

__all__ = [
    "ENDED",
    "HIDDEN",
    "SHOWN",
    "UNKNOWN",
    "OfferStanding",
    "Standing",
    "Want",
    "acknowledge_content",
    "acknowledge_offers",
    "bump",
    "change",
    "document",
    "doubt_offers",
    "ended",
    "issues_from",
    "keep_prices",
    "key_of",
    "keys",
    "keys_of",
    "leave_offer",
    "leave_texts",
    "prices_from",
    "read",
    "read_all",
    "refs",
    "revision",
    "want",
    "wanted_prices",
]

UNKNOWN = "?"
SHOWN, HIDDEN, ENDED = "+", "-", "x"


@frozen(kw_only=True)
class OfferStanding:
    """One variant's offer: wanted, and acknowledged; None is unknown or nothing yet.

    `last_prices` and `last_stock` are what the market acknowledged last, also when it is unknown now: guards measure
    against them. In the markets of `kept` the live price stays, whatever it is; `want` has the one acknowledged last.
    """

    sku: str
    want: Offer | None
    have_prices: Mapping[str, Price] | None
    have_stock: int | None
    refused: str = ""
    last_prices: Mapping[str, Price] | None = None
    last_stock: int | None = None
    kept: frozenset[str] = frozenset()

    @property
    def price_differs(self) -> bool:
        """Whether another price is wanted than the acknowledged one; one that stays is none."""
        if self.want is None or not self.kept:
            return self.want is not None and self.have_prices != self.want.prices
        have = self.have_prices or {}
        return any(have.get(market) != price for market, price in self.made.items())

    @property
    def made(self) -> Mapping[str, Price]:
        """The wanted prices without those that stay."""
        prices = self.want.prices if self.want is not None else {}
        return {market: price for market, price in prices.items() if market not in self.kept}

    @property
    def have(self) -> Offer | None:
        """The acknowledged offer, when all of it is known."""
        if self.have_prices is None or self.have_stock is None:
            return None
        return Offer(self.sku, self.have_prices, self.have_stock)

    @property
    def last(self) -> Offer | None:
        """The offer that was acknowledged last, as far as all of it ever was."""
        if self.last_prices is None or self.last_stock is None:
            return None
        return Offer(self.sku, self.last_prices, self.last_stock)


@frozen(kw_only=True)
class Standing:
    """One row of what the state knows about a listing.

    `want` and `have` are digests of content: "" is nothing, "?" is unknown. `made` says that its creation was
    completed once, so that a ref without it is a half. `doubt` is since when a create may have taken effect;
    until `unsettled` a lost request may still arrive and overwrite what is sent meanwhile. `ending` says since when a
    person wants it gone for good. `seen` is, by field, what was sent and what the market made of it.
    """

    key: str
    title: str = ""
    category: str = ""
    input: str = ""
    causes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    want: str = ""
    want_shown: bool = False
    reason: str = ""
    issues: tuple[Issue, ...] = ()
    held: bool = False
    have: str = ""
    have_shown: str = ""
    have_causes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    ref: Ref | None = None
    made: bool = False
    status: Status = Status.UNKNOWN
    remarks: tuple[Issue, ...] = ()
    ticket: Ticket | None = None
    asked: str = ""
    asked_at: datetime | None = None
    token: str = ""
    doubt: datetime | None = None
    unsettled: datetime | None = None
    parked: str = ""
    refused: str = ""
    ending: str = ""
    seen: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    offers: Mapping[str, OfferStanding] = field(factory=dict, converter=frozen_map)


@frozen(kw_only=True)
class Want:
    """What a channel should show of one product from now on; `content` None keeps what was wanted before.

    `kept` are by SKU the markets whose live price stays as it is. `category` is the merchant's own: within it, prices
    are compared.
    """

    key: str
    title: str
    input: str
    causes: Mapping[str, str]
    content: Mapping[str, Any] | None
    offers: Mapping[str, Offer]
    shown: bool
    reason: str = ""
    issues: tuple[Issue, ...] = ()
    held: bool = False
    kept: Mapping[str, frozenset[str]] = field(factory=dict)
    category: str = ""
    traces: Mapping[str, Any] = field(factory=dict)


_EMPTY_LIST, _EMPTY = "[]", "{}"
_ONE: tuple[Any, Any] = (bindparam("channel"), bindparam("key"))
_LISTING = Statement(select(listings).where(listings.c.channel == _ONE[0], listings.c.key == _ONE[1]))
_OFFERS = Statement(
    select(offers).where(offers.c.channel == _ONE[0], offers.c.key == _ONE[1]).order_by(offers.c.sku)
)
_ACKNOWLEDGED = Statement(
    select(offers.c.have_prices, offers.c.have_stock).where(
        offers.c.channel == _ONE[0], offers.c.sku == bindparam("sku")
    )
)
_DOCUMENT = Statement(select(documents.c.body).where(documents.c.digest == bindparam("digest")))
_KEY_OF = Statement(select(offers.c.key).where(offers.c.channel == _ONE[0], offers.c.sku == bindparam("sku")))
_KEYS = Statement(select(listings.c.key, listings.c.input).where(listings.c.channel == _ONE[0]))
_INPUT = Statement(
    select(listings.c.key, listings.c.input).where(listings.c.channel == _ONE[0], listings.c.key == _ONE[1])
)
_LISTINGS = Statement(select(listings).where(listings.c.channel == _ONE[0]).order_by(listings.c.key))
_VARIANTS = Statement(select(offers).where(offers.c.channel == _ONE[0]).order_by(offers.c.key, offers.c.sku))
_REFS = Statement(select(listings.c.ref).where(listings.c.channel == _ONE[0], listings.c.ref.is_not(None)))
_ENDED = Statement(
    select(listings.c.key, listings.c.ending).where(
        listings.c.channel == _ONE[0],
        listings.c.want_shown == false(),
        listings.c.ending != literal_column("''"),
    )
)
# The keys come as one JSON list: so the statement is the same for any number of them.
_NAMED = func.json_each(bindparam("keys")).table_valued("value").select()
_NAMED_PG = select(func.jsonb_array_elements_text(cast(bindparam("keys"), JSONB)))


def _some(table: Table, *order: Any) -> Statement:
    every = select(table).where(table.c.channel == _ONE[0]).order_by(*order)
    return Statement(every.where(table.c.key.in_(_NAMED)), postgresql=every.where(table.c.key.in_(_NAMED_PG)))


_SOME_LISTINGS = _some(listings, listings.c.key)
_SOME_VARIANTS = _some(offers, offers.c.key, offers.c.sku)
_REVISION = Statement(
    select(func.coalesce(func.max(channels.c.revision), literal_column("0"))).where(
        channels.c.channel == _ONE[0]
    )
)
_MORE = Statement(
    update(channels)
    .where(channels.c.channel == bindparam("of_channel"))
    .values(revision=channels.c.revision + literal_column("1"))
)


def issues_from(text: str) -> tuple[Issue, ...]:
    """The findings that a column holds."""
    if text == _EMPTY_LIST:
        return ()
    return tuple(CONVERTER.structure(row, Issue) for row in loads(text))


def _standing(row: Any, rows: Iterable[Any]) -> Standing:
    return Standing(
        key=row.key,
        title=row.title,
        category=row.category,
        input=row.input,
        causes=_causes_from(row.causes),
        want=row.want,
        want_shown=bool(row.want_shown),
        reason=row.reason,
        issues=issues_from(row.issues),
        held=bool(row.held),
        have=row.have,
        have_shown=row.have_shown,
        have_causes=_causes_from(row.have_causes),
        ref=_ref_from(row.ref) if row.ref else None,
        made=bool(row.made),
        status=Status(row.status),
        remarks=issues_from(row.remarks),
        ticket=unpack(row.ticket, Ticket) if row.ticket else None,
        asked=row.asked,
        asked_at=unstamp(row.asked_at) if row.asked_at else None,
        token=row.token,
        doubt=unstamp(row.doubt) if row.doubt else None,
        unsettled=unstamp(row.unsettled) if row.unsettled else None,
        parked=row.parked,
        refused=row.refused,
        ending=row.ending,
        seen=loads(row.seen) if row.seen != _EMPTY else {},
        offers={r.sku: _offer_standing(r) for r in rows},
    )


def _offer_standing(row: Any) -> OfferStanding:
    prices, stock = row.have_prices.removeprefix(UNKNOWN), row.have_stock.removeprefix(UNKNOWN)
    last_prices = prices_from(prices) if prices else None
    last_stock = int(stock) if stock else None
    wanted, kept = None, frozenset[str]()
    if row.want_stock:
        kept = kept_from(row.want_prices)
        wanted = Offer(row.sku, wanted_prices(row.want_prices, prices), int(row.want_stock))
    return OfferStanding(
        sku=row.sku,
        want=wanted,
        have_prices=None if row.have_prices.startswith(UNKNOWN) else last_prices,
        have_stock=None if row.have_stock.startswith(UNKNOWN) else last_stock,
        refused=row.refused,
        last_prices=last_prices,
        last_stock=last_stock,
        kept=kept,
    )


# One text is read over and over: what is wanted is mostly what is acknowledged, and one run looks several times.
@lru_cache(maxsize=4096)
def prices_from(text: str) -> Mapping[str, Price]:
    """The prices by market that a column holds; one that stays as it is has none there."""
    rows = loads(text).items()
    return frozen_map(
        {market: CONVERTER.structure(price, Price) for market, price in rows if price is not None}
    )


@lru_cache(maxsize=1024)
def kept_from(text: str) -> frozenset[str]:
    """The markets in which a column of wanted prices has the live one stay."""
    return frozenset(market for market, price in loads(text).items() if price is None)


def wanted_prices(wanted: str, acknowledged: str) -> Mapping[str, Price]:
    """The prices of a column of wanted ones; where the live one stays, that which was acknowledged last."""
    kept = kept_from(wanted)
    if not kept:
        return prices_from(wanted)
    last = prices_from(acknowledged.removeprefix(UNKNOWN) or "{}")
    return {**{m: price for m, price in last.items() if m in kept}, **prices_from(wanted)}


@lru_cache(maxsize=4096)
def _ref_from(text: str) -> Ref:
    return unpack(text, Ref)


@lru_cache(maxsize=1024)
def _causes_from(text: str) -> Mapping[str, str]:
    return frozen_map(loads(text))


def _packed_prices(prices: Mapping[str, Price], kept: Collection[str] = ()) -> str:
    rows = {m: None if m in kept else CONVERTER.unstructure(price) for m, price in prices.items()}
    return dumps(rows, sort=True)


def read(db: Connection, channel: str, key: str) -> Standing | None:
    """One listing's standing, or None."""
    named = {"channel": channel, "key": key}
    row = _LISTING.run(db, named).one_or_none()
    return _standing(row, _OFFERS.run(db, named)) if row is not None else None


def read_all(db: Connection, channel: str, *, keys: Iterable[str] | None = None) -> Iterator[Standing]:
    """Every standing of a channel in key order, or those of `keys`."""
    named = {"channel": channel}
    if keys is None:
        rows, variants = _LISTINGS.run(db, named), _VARIANTS.run(db, named)
    else:
        some = named | {"keys": dumps(sorted(keys))}
        rows, variants = _SOME_LISTINGS.run(db, some), _SOME_VARIANTS.run(db, some)
    by_key: dict[str, list[Any]] = {}
    for row in variants:
        by_key.setdefault(row.key, []).append(row)
    for row in rows:
        yield _standing(row, by_key.get(row.key, ()))


def keys(db: Connection, channel: str, *, only: Iterable[str] | None = None) -> Mapping[str, str]:
    """The input digest of every listing of a channel, or of those with these keys."""
    if only is None:
        return {row.key: row.input for row in _KEYS.run(db, {"channel": channel})}
    found = (_INPUT.run(db, {"channel": channel, "key": key}).one_or_none() for key in only)
    return {row.key: row.input for row in found if row is not None}


def refs(db: Connection, channel: str) -> Iterator[str]:
    """The market's id of every listing that is known as ours."""
    for body in _REFS.run(db, {"channel": channel}).scalars():
        yield _ref_from(body).listing


def ended(db: Connection, channel: str) -> Iterator[tuple[str, str]]:
    """Key and reason of every listing that a person ended for good."""
    for row in _ENDED.run(db, {"channel": channel}):
        yield row.key, row.ending


def document(db: Connection, name: str) -> Mapping[str, Any] | None:
    """The content document with this digest; None for nothing and for unknown."""
    if not name or name == UNKNOWN:
        return None
    body = _DOCUMENT.run(db, {"digest": name}).scalar_one_or_none()
    return loads(body) if body is not None else None


def _keep_document(db: Connection, content: Mapping[str, Any]) -> str:
    name = digest(content)
    keep(db, documents, {"digest": name, "body": dumps(content)})
    return name


def _sku_set(skus: Iterable[str]) -> str:
    """Names a set of SKUs: equal sets, equal names; empty for none."""
    some = sorted(skus)
    return digest(some) if some else ""


def want(db: Connection, channel: str, wanted: Want) -> None:
    """Keep what is wanted; nothing that the market acknowledged changes.

    A held listing keeps what was wanted before, so that what is live stays as it is.
    """
    values: dict[str, Any] = {
        "input": wanted.input,
        "causes": dumps(wanted.causes, sort=True),
        "want_shown": wanted.shown,
        "reason": wanted.reason,
        "issues": dumps([CONVERTER.unstructure(issue) for issue in wanted.issues])
        if wanted.issues
        else _EMPTY_LIST,
        "held": wanted.held,
    }
    if wanted.title:
        values["title"] = wanted.title
    if wanted.category:
        values["category"] = wanted.category
    if wanted.content is not None and not wanted.held:
        values["want"] = _keep_document(db, wanted.content)
        values["want_skus"] = _sku_set(wanted.offers)
        _want_offers(db, channel, wanted)
    row = {"channel": channel, "key": wanted.key}
    put(db, listings, row, values)
    if wanted.traces:
        put(db, traces, row, {"body": dumps(wanted.traces)})


def _want_offers(db: Connection, channel: str, wanted: Want) -> None:
    rows = _OFFERS.run(db, {"channel": channel, "key": wanted.key})
    before = {row.sku: (row.want_prices, row.want_stock) for row in rows}
    for sku in sorted(before.keys() - wanted.offers.keys()):
        remove(db, offers, {"channel": channel, "sku": sku})
    for sku, offer in sorted(wanted.offers.items()):
        prices, stock = _packed_prices(offer.prices, wanted.kept.get(sku, ())), str(offer.stock)
        values = {"want_prices": prices, "want_stock": stock}
        if sku not in before:
            _leave(db, channel, sku)
            put(db, offers, {"channel": channel, "sku": sku}, {"key": wanted.key, **values})
        elif before[sku] != (prices, stock):
            overwrite(db, offers, {"channel": channel, "sku": sku}, {**values, "refused": ""})


def _leave(db: Connection, channel: str, sku: str) -> None:
    """A SKU that moves to another listing starts anew there, and the one it leaves wants it no more."""
    former = key_of(db, channel, sku)
    if not former:
        return
    remove(db, offers, {"channel": channel, "sku": sku})
    rest = _OFFERS.run(db, {"channel": channel, "key": former})
    change(db, channel, former, want_skus=_sku_set(row.sku for row in rest))


_PACKED: Mapping[str, Any] = {
    "ref": lambda value: pack(value) if value is not None else None,
    "ticket": lambda value: pack(value) if value is not None else None,
    "status": lambda value: value.value,
    "doubt": lambda value: stamp(value) if value is not None else None,
    "unsettled": lambda value: stamp(value) if value is not None else None,
    "asked_at": lambda value: stamp(value) if value is not None else None,
    "changed_at": stamp,
    "have_causes": lambda value: dumps(value, sort=True),
    "issues": lambda value: dumps([CONVERTER.unstructure(issue) for issue in value]),
    "seen": lambda value: dumps(value, sort=True),
    "remarks": lambda value: dumps([CONVERTER.unstructure(issue) for issue in value]),
}


def change(db: Connection, channel: str, key: str, **values: Any) -> None:
    """Set some of a listing's columns; names are those of `Standing`."""
    packed = {name: _PACKED[name](value) if name in _PACKED else value for name, value in values.items()}
    if "ref" in values:
        packed["have_skus"] = _sku_set(values["ref"].skus) if values["ref"] is not None else ""
    overwrite(db, listings, {"channel": channel, "key": key}, packed)


def acknowledge_offers(
    db: Connection, channel: str, acknowledged: Iterable[Offer], *, prices: bool = False, stock: bool = False
) -> None:
    """The market took these prices, this stock, or both."""
    for offer in acknowledged:
        values: dict[str, Any] = {"refused": ""}
        if prices:
            values["have_prices"] = _packed_prices(offer.prices)
        if stock:
            values["have_stock"] = str(offer.stock)
        overwrite(db, offers, {"channel": channel, "sku": offer.sku}, values)


def doubt_offers(
    db: Connection,
    channel: str,
    skus: Iterable[str],
    *,
    prices: bool = False,
    stock: bool = False,
    refused: str = "",
) -> None:
    """Nobody knows what the market has of these; `refused` says that the market did not want them."""
    for sku in skus:
        named = {"channel": channel, "sku": sku}
        row = _ACKNOWLEDGED.run(db, named).one_or_none()
        values: dict[str, Any] = {"refused": refused} if refused else {}
        # The last acknowledged value stays behind the mark: a guard must have something to measure against.
        if row is not None and prices and row.have_prices and not row.have_prices.startswith(UNKNOWN):
            values["have_prices"] = UNKNOWN + row.have_prices
        if row is not None and stock and row.have_stock and not row.have_stock.startswith(UNKNOWN):
            values["have_stock"] = UNKNOWN + row.have_stock
        if values:
            overwrite(db, offers, named, values)


def keep_prices(db: Connection, channel: str, skus: Iterable[str]) -> None:
    """From now on the live price of these stays in every market, whatever it is."""
    for sku in skus:
        row = _ACKNOWLEDGED.run(db, {"channel": channel, "sku": sku}).one_or_none()
        if row is not None and row.have_prices:
            every = prices_from(row.have_prices.removeprefix(UNKNOWN))
            values = {"want_prices": _packed_prices(every, every.keys())}
            overwrite(db, offers, {"channel": channel, "sku": sku}, values)


def leave_offer(
    db: Connection, channel: str, seen: Offer, *, prices: bool, stock: bool, known: OfferStanding
) -> bool:
    """What the shop shows of this SKU's prices or stock is both wanted and acknowledged; whether that is news."""
    values: dict[str, Any] = {}
    if prices and not (known.want is not None and known.want.prices == seen.prices == known.have_prices):
        values["want_prices"] = values["have_prices"] = _packed_prices(seen.prices)
    if stock and not (known.want is not None and known.want.stock == seen.stock == known.have_stock):
        values["want_stock"] = values["have_stock"] = str(seen.stock)
    if values:
        overwrite(db, offers, {"channel": channel, "sku": seen.sku}, values)
    return bool(values)


def leave_texts(
    db: Connection, channel: str, stand: Standing, placed: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> bool:
    """Both the wanted and the acknowledged document as `placed` makes them; whether one of them is another now."""
    values = {}
    for column, name in (("want", stand.want), ("have", stand.have)):
        before = document(db, name)
        after = placed(before) if before is not None else None
        if after is not None and after != before:
            values[column] = _keep_document(db, after)
    if values:
        change(db, channel, stand.key, **values)
    return bool(values)


def acknowledge_content(db: Connection, channel: str, key: str, content: Mapping[str, Any] | None) -> None:
    """The market shows this document; None is unknown."""
    change(db, channel, key, have=_keep_document(db, content) if content is not None else UNKNOWN)


def revision(db: Connection, channel: str) -> int:
    """A number that grows whenever what is wanted or acknowledged changes."""
    return int(_REVISION.run(db, {"channel": channel}).scalar_one())


def bump(db: Connection, channel: str) -> None:
    """Note that something changed; plans made before are stale."""
    named = {"of_channel": channel}
    if _MORE.run(db, named).rowcount == 0 and not keep(db, channels, {"channel": channel, "revision": 1}):
        _MORE.run(db, named)


def key_of(db: Connection, channel: str, sku: str) -> str:
    """The listing that a SKU belongs to; empty when it is unknown."""
    return str(_KEY_OF.run(db, {"channel": channel, "sku": sku}).scalar_one_or_none() or "")


def names_like(db: Connection, channel: str, beginning: str, *, most: int) -> tuple[str, ...]:
    """Keys and SKUs of a channel that begin so, in small or capital letters."""
    named = union(
        select(listings.c.key).where(listings.c.channel == channel),
        select(offers.c.sku.label("key")).where(offers.c.channel == channel),
    ).subquery()
    begins = func.lower(named.c.key).startswith(beginning.lower(), autoescape=True)
    found = select(named.c.key).where(begins).order_by(named.c.key).limit(most)
    return tuple(db.execute(found).scalars())


def keys_of(db: Connection, channel: str, skus: Iterable[str]) -> tuple[str, ...]:
    """The listings that these SKUs belong to, each once."""
    found = (key_of(db, channel, sku) for sku in skus)
    return tuple(dict.fromkeys(key for key in found if key))
