"""What the market shows, what it acknowledged and what is wanted: who changed what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import define, field, frozen

from storesync.driver import Content, Observed
from storesync.engine.documents import text_at, with_media
from storesync.engine.marks import DUE, OWN_VARIANTS, VERSION, due_version, is_due, own_words
from storesync.model import Offer, Ref, Status
from storesync.state import HIDDEN, SHOWN, UNKNOWN, OfferStanding, Standing

__all__ = ["By", "Drift", "Look", "compare"]

By = Literal["theirs", "ours", "both", "kept", "unread"]
_HIDDEN = (Status.HIDDEN, Status.DRAFT, Status.SUSPENDED)
_SHOWN_TEXT = 40


@frozen(kw_only=True)
class Drift:
    """One difference between what the market acknowledged, what it shows and what is wanted.

    `by` says whose it is: `theirs` was changed in the shop and is repaired by the next plan; `both` was changed there
    and here, and what is wanted here goes; `ours` is wanted and not sent yet; `kept` was changed in the shop by the
    seller, who owns it; `unread` could not be looked at.
    """

    key: str
    what: str
    ours: str
    theirs: str
    wanted: str = ""
    by: By = "theirs"

    @property
    def gone(self) -> bool:
        """Whether the market shows the listing no more at all."""
        return self.what == "listing" and self.theirs == "gone"

    @property
    def added(self) -> bool:
        """Whether it is a variant that nobody here knows, which the seller made."""
        return self.what.endswith(" variant") and self.theirs == "there"

    def __str__(self) -> str:
        if self.gone:
            return f"{self.key} is gone from the shop"
        match self.by:
            case "unread":
                return f"{self.key} could not be looked at: {self.theirs}"
            case "ours":
                return f"{self.key} {self.what}: the market shows {self.theirs}, {self.wanted} is to be sent"
            case "kept" if self.added:
                return f"{self.key} {self.what}: the seller added it; it stays"
            case "kept":
                return f"{self.key} {self.what}: the seller changed {self.ours} to {self.theirs}; it stays"
        told = f"{self.key} {self.what}: acknowledged {self.ours}, the market shows {self.theirs}"
        return f"{told}, {self.wanted} is wanted by now" if self.by == "both" else told


@define(kw_only=True)
class Look:
    """What one look at a listing changes in the state."""

    drift: list[Drift] = field(factory=list)
    offers: list[tuple[Offer, bool, bool]] = field(factory=list)  # theirs, by price, by stock
    texts: dict[str, str] = field(factory=dict)  # theirs, by place in the document
    unknown: bool = False  # the content is another one, and nobody knows which
    shown: str = ""
    ref: Ref | None = None
    seen: Mapping[str, str] = field(factory=dict)


def compare(
    stand: Standing,
    seen: Observed,
    *,
    have: Content | None,
    want: Content | None,
    fields: Mapping[str, str],
    owned: frozenset[str],
    media: Mapping[tuple[str, str], str],
) -> Look:
    """Three ways: the market as it is, as it acknowledged, and as wanted.

    `have` and `want` are the documents of the standing, `fields` the places of the texts that `observe` gives.
    """
    look = Look(shown=stand.have_shown, ref=stand.ref, seen=dict(stand.seen))
    _compare_texts(look, stand, seen, have=have, want=want, fields=fields, owned=owned, media=media)
    _compare_version(look, stand, seen)
    for sku, ours in stand.offers.items():
        if sku in seen.offers:
            _compare_offer(look, stand, ours, seen.offers[sku], owned)
    _compare_variants(look, stand, seen)
    _compare_shelf(look, stand, seen, owned)
    return look


def _by(have: Any, theirs: Any, want: Any, *, owned: bool) -> By | None:
    if theirs == have:
        return "ours" if want != have and not owned else None
    if owned:
        return "kept"
    return None if theirs == want else "theirs" if want == have else "both"


def _compare_texts(
    look: Look,
    stand: Standing,
    seen: Observed,
    *,
    have: Content | None,
    want: Content | None,
    fields: Mapping[str, str],
    owned: frozenset[str],
    media: Mapping[tuple[str, str], str],
) -> None:
    if have is None:
        return  # unknown already: the next plan sends all of it
    marks = dict(look.seen)
    for name, place in fields.items():
        theirs = seen.texts.get(name)
        sent = with_media(text_at(have, place), media)
        if theirs is None or sent is None:
            continue
        wanted = with_media(text_at(want, place), media)
        by = _by(sent, theirs, wanted, owned=name in owned)
        if theirs == sent:
            marks.pop(name, None)
        else:
            mark = marks.get(name, "")
            if mark == own_words(sent, theirs):
                continue  # a look right after ours was acknowledged saw the same
            look.texts[place] = theirs
            if by == "kept":
                marks.pop(name, None)
            else:
                marks[name] = mark if is_due(mark) else DUE
        if by is not None:
            look.drift.append(
                Drift(
                    key=stand.key,
                    what=name,
                    ours=_short(sent),
                    theirs=_short(theirs),
                    wanted=_short(wanted),
                    by=by,
                )
            )
    look.seen = marks


def _compare_version(look: Look, stand: Standing, seen: Observed) -> None:
    """Content that no text tells of: another version than at the first look at what we sent."""
    if not seen.version or stand.have in ("", UNKNOWN):
        return
    marks = dict(look.seen)
    mark, before = f"{stand.have} {seen.version}", str(marks.get(VERSION, ""))
    of_ours = before.startswith(f"{stand.have} ")
    marks[VERSION] = mark
    if (of_ours and before != mark) or look.texts:
        marks.pop(VERSION)  # what is acknowledged from now on has another name
        whose = {one.by for one in look.drift}
        # A text may be all that was changed, or not: what is sent anew is the whole. Not so for the seller's own.
        look.unknown = whose != {"kept"}
        if look.unknown:
            # Its version is learned right after that: at the next look a hand may have been there again.
            marks[VERSION] = due_version(seen.version)
        if not whose & {"theirs", "both", "kept"}:
            by: By = "theirs" if stand.want == stand.have else "both"
            look.drift.append(_drift(stand, "content", "ours", "another one", "a newer one", by=by))
    look.seen = marks


def _compare_offer(
    look: Look, stand: Standing, ours: OfferStanding, theirs: Offer, owned: frozenset[str]
) -> None:
    prices = stock = False
    if ours.have_prices is not None:
        have = {
            market: ours.have_prices[market].sale for market in theirs.prices if market in ours.have_prices
        }
        shown = {market: theirs.prices[market].sale for market in have}
        # A market that tells the sale price only is compared by the sale price only.
        wanted = (
            {market: price.sale for market, price in ours.want.prices.items() if market in have}
            if ours.want is not None
            else have
        )
        # A price that is held stays whatever it is, so it is known as it is.
        by = _by(have, shown, wanted, owned="prices" in owned or bool(ours.kept))
        prices = have != shown and (by != "kept" or bool(ours.kept))
        if by is not None:
            told = (
                ", ".join(f"{money.shown:f} {money.currency}" for money in value.values())
                for value in (have, shown, wanted)
            )
            look.drift.append(_drift(stand, f"{ours.sku} price", *told, by=by))
    if ours.have_stock is not None:
        want = ours.want.stock if ours.want is not None else ours.have_stock
        by = _by(ours.have_stock, theirs.stock, want, owned="stock" in owned or ours.uncounted)
        stock = ours.have_stock != theirs.stock and (by != "kept" or ours.uncounted)
        if by is not None:
            pieces = map(str, (ours.have_stock, theirs.stock, want))
            look.drift.append(_drift(stand, f"{ours.sku} stock", *pieces, by=by))
    if prices or stock:
        look.offers.append((theirs, prices, stock))


def _drift(stand: Standing, what: str, ours: str, theirs: str, wanted: str, *, by: By) -> Drift:
    return Drift(key=stand.key, what=what, ours=ours, theirs=theirs, wanted=wanted, by=by)


def _compare_variants(look: Look, stand: Standing, seen: Observed) -> None:
    """Variants of ours that were removed in the shop, or got another id; the seller's own are told once and stay."""
    if stand.ref is None or not seen.ref.skus:
        return
    mine = dict(stand.ours(seen.ref).skus)
    for sku in stand.ref.skus:
        if sku not in mine:
            look.drift.append(Drift(key=stand.key, what=f"{sku} variant", ours="there", theirs="gone"))
    if mine != dict(stand.ref.skus):
        look.ref = Ref(stand.ref.listing, mine, stand.ref.more)
    known = str(look.seen.get(OWN_VARIANTS, "")).split("\n")
    own = sorted(sku for sku in seen.ref.skus if sku and sku not in mine)
    for sku in own:
        if sku not in known:
            look.drift.append(_drift(stand, f"{sku} variant", "not there", "there", "", by="kept"))
    others = {name: mark for name, mark in look.seen.items() if name != OWN_VARIANTS}
    look.seen = {**others, OWN_VARIANTS: "\n".join(own)} if own else others


def _compare_shelf(look: Look, stand: Standing, seen: Observed, owned: frozenset[str]) -> None:
    # In review or refused it is neither: that is the market's own decision, which no `show` changes.
    if seen.status not in (*_HIDDEN, Status.LIVE):
        return
    shown = HIDDEN if seen.status in _HIDDEN else SHOWN
    look.shown = shown
    if stand.have_shown not in (SHOWN, HIDDEN):
        return
    want = SHOWN if stand.want_shown else HIDDEN
    by = _by(stand.have_shown, shown, want, owned="shown" in owned)
    if by is not None:
        words = (_sale(one) for one in (stand.have_shown, shown, want))
        look.drift.append(_drift(stand, "on sale", *words, by=by))


def _sale(shown: str) -> str:
    return "yes" if shown == SHOWN else "no"


def _short(text: str | None) -> str:
    told = " ".join((text or "").split())
    return repr(told if len(told) <= _SHOWN_TEXT else told[: _SHOWN_TEXT - 1] + "…")
