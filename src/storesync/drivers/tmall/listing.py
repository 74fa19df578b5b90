"""Making and changing a listing: `tmall.item.schema.add`, and the incremental update.

Publishing is synchronous: the id comes with the answer, and nothing marks a repeat, so a lost answer is
recovered by looking for the merchant's code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, call, envelope
from storesync.drivers.tmall.content import blank, filled
from storesync.drivers.tmall.rules import locked
from storesync.drivers.tmall.schema import Field, current, document, parse

__all__ = ["create", "update"]

_ADD: Final = "tmall.item.schema.add"
_SKUS: Final = "taobao.item.skus.get"
_RULES: Final = "tmall.item.increment.update.schema.get"
_CHANGE: Final = "tmall.item.schema.increment.update"
_NAMES: Final = "update_fields"

# The document tells the vocabulary of update_fields; these short words were seen for some ids (2026 notes).
_SHORT: Final[Mapping[str, str]] = {"description": "desc", "wireless_desc": "wapdesc"}
# Ours to set once: later it belongs to show and hide.
_ONCE: Final = frozenset({"item_status"})

_LOOKS, _EVERY = 4, 2.0  # assumption: a new listing's SKUs can be read by id within some seconds [U]


def create(shop: Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
    """The listing on the shelf with its ids; goes on from `new.found`, silent when that is complete."""
    wanted = frozenset(_skus_of(new.content))
    issues: tuple[sd.Issue, ...] = ()
    if new.found is None:
        item, issues = yield from _add(new)
    else:
        item = new.found.listing
        if wanted <= set(new.found.skus):
            return sd.Receipt(new.found)
    with sd.made(new.found or sd.Ref(item)):
        if new.content["single"]:
            return sd.Receipt(sd.Ref(item, {new.content["single"]: item}), issues=issues)
        if new.found is None:
            ref = yield from _read_skus(item, wanted)
            return sd.Receipt(ref, issues=issues)
        seen = yield call(_SKUS, num_iids=item, fields="sku_id,outer_id")
        known = {sku: id_ for sku, id_ in _ids(seen).items() if sku in wanted or sku in new.found.skus}
        ref = evolve(new.found, skus={**new.found.skus, **known})
        if wanted <= set(ref.skus):
            return sd.Receipt(ref)
        added = tuple(sku for sku in new.content["skus"] if sku not in ref.skus)
        change = sd.Change(new.key, ref, None, new.content, new.offers, added=added, token=new.token)
        done = yield from update(shop, change)
        return done


def _add(new: sd.New) -> sd.Flow[tuple[str, tuple[sd.Issue, ...]]]:
    fields = new.content["fields"]
    issues: tuple[sd.Issue, ...] = ()
    try:
        done = yield _add_call(new.content, fields, new.offers)
    except sd.Rejected as fault:
        if "xinpin" not in fault.code.lower():
            raise
        # The shop may not mark new arrivals: the same listing without the mark [S integrator 2017].
        # assumption: the type of the field where the document does not name it
        kind = fields.get("is_xinpin", {"type": "singleCheck"})["type"]
        fields = {**fields, "is_xinpin": {"type": kind, "value": "false"}}
        issues = (_WITHOUT_MARK,)
        done = yield _add_call(new.content, fields, new.offers)
    try:
        return done.id(envelope(_ADD, "add_item_result")), issues
    except sd.Malformed as fault:
        # Not refused, and no id: the listing may well exist.
        raise sd.Ambiguous(fault.code, fault.message, answer=done) from None


_WITHOUT_MARK: Final = sd.Issue(
    "market.new_arrival",
    "attributes/is_xinpin",
    "Tmall does not let this shop mark new arrivals; listed without the mark",
    sd.Severity.WARNING,
    hint="leave out is_xinpin, or ask Tmall for the permission",
)


def _add_call(content: sd.Content, fields: Mapping[str, Any], offers: Mapping[str, sd.Offer]) -> sd.Request:
    parts = filled(fields, [_offer(sku, offers) for sku in _skus_of(content)])
    if content["rows"]:
        rows = [filled(row, [_offer(sku, offers)]) for sku, row in content["skus"].items()]
        parts.append((content["rows"], "multiComplex", rows))
    return call(
        _ADD,
        effect=sd.Effect.ONCE,
        category_id=content["category"],
        product_id=content["product"],
        xml_data=document(parts),
    )


def _skus_of(content: sd.Content) -> tuple[str, ...]:
    return tuple(content["skus"]) or ((content["single"],) if content["single"] else ())


def _offer(sku: str, offers: Mapping[str, sd.Offer]) -> sd.Offer:
    offer = offers.get(sku)
    if offer is None:
        issue = sd.Issue(
            "offer.missing", f"variants/{sku}", f"{sku} has no price and stock to be listed with"
        )
        raise sd.Rejected("offer", issue.message, issues=[issue])
    return offer


def _ids(seen: sd.Part) -> dict[str, str]:
    return seen.ids(envelope(_SKUS, "skus.sku"), "outer_id", "sku_id")


def _read_skus(item: str, wanted: frozenset[str]) -> sd.Flow[sd.Ref]:
    """The ids of all SKUs, asked again while some are missing; Postponed when they do not come."""
    asked = call(_SKUS, num_iids=item, fields="sku_id,outer_id")
    seen = yield from sd.until(asked, lambda answer: wanted <= set(_ids(answer)), every=_EVERY, limit=_LOOKS)
    return sd.Ref(item, {sku: id_ for sku, id_ in _ids(seen).items() if sku in wanted})


def update(shop: Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
    """The listing as in `change.after`: only what differs is sent, status, price and stock stay as they are.

    Rows replace each other as a whole on Tmall: those that stay keep the price and stock that the market
    shows, new ones take theirs from `change.offers`, and rows that are not ours are kept.
    """
    after, before = change.after, change.before
    if before is not None and before["category"] != after["category"]:
        words = (
            f"a listing on Tmall keeps its category {before['category']}; {after['category']} is another one"
        )
        hint = "map the product to its old category again, or end the listing and list it anew"
        raise sd.Rejected(
            "category", words, issues=[sd.Issue("category.changed", "category", words, hint=hint)]
        )
    old = {} if before is None else before["fields"]
    fields = {
        id_: part for id_, part in after["fields"].items() if old.get(id_) != part and "offer" not in part
    }
    fields |= {
        id_: blank(part) for id_, part in old.items() if id_ not in after["fields"] and "offer" not in part
    }
    fields = {id_: part for id_, part in fields.items() if id_ not in _ONCE}
    differ = before is None or before["skus"] != after["skus"]
    rows = bool(after["rows"]) and bool(differ or change.added or change.removed)
    ref = evolve(change.ref, skus={after["single"]: change.ref.listing}) if after["single"] else change.ref
    if not fields and not rows:
        return sd.Receipt(ref)
    got = yield call(_RULES, item_id=change.ref.listing)
    root = got.xml(envelope(_RULES, "update_item_result"))
    rules, shown = parse(root), current(root)
    wire, held = _open(fields, rules, shown)
    offers: dict[str, sd.Offer] = {}
    if rows:
        more, offers = _rows(change, rules, shown)
        wire += more
    if not wire:
        return sd.Receipt(ref, issues=held)
    names = _named([id_ for id_, _, _ in wire], rules)
    document_ = document([(_NAMES, "multiCheck", names), *wire])
    done = yield call(_CHANGE, effect=sd.Effect.SET, item_id=change.ref.listing, xml_data=document_)
    done.id(envelope(_CHANGE, "update_item_result"))
    if not rows:
        return sd.Receipt(ref, issues=held)
    with sd.made(change.ref):
        seen = yield from _read_skus(change.ref.listing, frozenset(_skus_of(after)))
    return sd.Receipt(evolve(change.ref, skus=seen.skus), issues=held, offers=offers)


def _open(
    fields: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Field], shown: Mapping[str, Any]
) -> tuple[list[tuple[str, str, Any]], tuple[sd.Issue, ...]]:
    """The fields that may change now for the wire, and a warning for each that the market keeps locked."""
    values = {**shown, **{id_: _plain(part) for id_, part in fields.items()}}
    free, held = {}, []
    for id_, part in fields.items():
        if id_ in rules and locked(rules[id_], values, rules):
            if not _plain(part):
                continue  # a disabled field is empty already
            words = f"Tmall keeps {rules[id_]['name'] or id_} locked; it was not changed"
            held.append(sd.Issue("market.locked", f"attributes/{id_}", words, sd.Severity.WARNING))
        else:
            free[id_] = part
    return filled(free, ()), tuple(held)


def _plain(part: Mapping[str, Any]) -> Any:
    value = part["value"]
    return {id_: one["value"] for id_, one in value.items()} if isinstance(value, Mapping) else value


def _named(ids: Sequence[str], rules: Mapping[str, Field]) -> list[str]:
    """The words of `update_fields` for these fields, from its own options; Rejected when one has none."""
    if _NAMES not in rules:
        raise sd.Malformed("shape", f"the update rule document has no field {_NAMES!r}")
    options = list(rules[_NAMES]["options"])
    words = {_folded(option): option for option in options}
    names, unknown = [], []
    for id_ in ids:
        word = id_ if id_ in options else words.get(_folded(id_)) or words.get(_SHORT.get(id_, ""))
        names.append(word or "")
        if not word:
            unknown.append(id_)
    if unknown:
        some = ", ".join(unknown)
        issues = [
            sd.Issue("market.refused", f"attributes/{id_}", f"Tmall's incremental update cannot change {id_}")
            for id_ in unknown
        ]
        raise sd.Rejected(_NAMES, f"no option for {some}; it has {', '.join(options)}", issues=issues)
    return names


def _folded(word: str) -> str:
    return word.replace("_", "").lower()


def _rows(
    change: sd.Change, rules: Mapping[str, Field], shown: Mapping[str, Any]
) -> tuple[list[tuple[str, str, Any]], dict[str, sd.Offer]]:
    """All rows after the change with the listing's own price and quantity, and the offers of the new ones.

    Postponed where a row that the seller added stands in the way: each run looks whether he made room.
    """
    id_ = change.after["rows"]
    if id_ not in rules:
        raise sd.Malformed("shape", f"the update rule document has no field {id_!r}")
    parts = rules[id_]["fields"]
    rows_there = [row for row in shown.get(id_, ()) if isinstance(row, Mapping)]
    there = {str(row.get("sku_outerId", "")): row for row in reversed(rows_there)}
    ours = {*change.removed, *change.ref.skus, *change.after["skus"]}
    own = [row for row in rows_there if row.get("sku_outerId", "") not in ours]
    _refuse_crowd(change, own)
    rows: list[list[tuple[str, str, Any]]] = []
    offers: dict[str, sd.Offer] = {}
    for sku, row in change.after["skus"].items():
        if sku in there:
            told = {part: spec["value"] for part, spec in row.items() if "offer" not in spec}
            rows.append(_wire({**there[sku], **told}, parts))
        else:
            offers[sku] = _offer(sku, change.offers)
            rows.append(filled(row, [offers[sku]]))
    rows += [_wire(row, parts) for row in own]
    return [*_totals(rows, rules), (id_, "multiComplex", rows)], offers


def _refuse_crowd(change: sd.Change, own: Sequence[Mapping[str, Any]]) -> None:
    """No two rows of a listing have the same sale properties, and all of them have the same ones."""
    cells = {}
    for sku, row in change.after["skus"].items():
        values = {id_: spec["value"] for id_, spec in row.items() if "offer" not in spec}
        cells[_cell(values)] = sku
    axes = {tuple(id_ for id_, _ in cell) for cell in cells}
    for row in own:
        cell = _cell(row)
        called = row.get("sku_outerId") or " / ".join(value for _, value in cell)
        has = f"listing {change.ref.listing} has a variant that its seller added ({called})"
        if cell in cells:
            sku = cells[cell]
            words = f"{has} where {sku} belongs"
            hint = f"on Tmall, give it another option, or the code {sku} if that is what it is, or delete it"
        elif axes and tuple(id_ for id_, _ in cell) not in axes:
            words = f"{has} with other sale properties than the product has now, and Tmall takes no mixture"
            hint = "delete it on Tmall, or give the product the options back that it had"
        else:
            continue
        issue = sd.Issue("variants.own", "variants", words, hint=hint)
        raise sd.Postponed("variants", f"{words}: {hint}", issues=[issue])


def _cell(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((id_, str(value)) for id_, value in row.items() if id_.startswith("prop_") and value))


def _wire(row: Mapping[str, Any], parts: Mapping[str, Field]) -> list[tuple[str, str, Any]]:
    return [(id_, parts[id_]["type"], value) for id_, value in row.items() if id_ in parts and value]


def _totals(
    rows: Sequence[Sequence[tuple[str, str, Any]]], rules: Mapping[str, Field]
) -> list[tuple[str, str, Any]]:
    """Price and quantity of the listing, which must agree with its rows; only where the update takes them."""
    options = {_folded(option) for option in rules.get(_NAMES, {}).get("options", {})}
    totals = []
    for id_, of in (("price", "sku_price"), ("quantity", "sku_quantity")):
        values = [_exact(value) for row in rows for part, _, value in row if part == of]
        if id_ in rules and _folded(id_) in options and values:
            total = f"{min(values):.2f}" if id_ == "price" else str(sum(map(int, values)))
            totals.append((id_, rules[id_]["type"], total))
    return totals


def _exact(text: Any) -> Decimal:
    try:
        number = Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        raise sd.Malformed("shape", f"a SKU row of the update rule document holds {text!r}") from None
    if not number.is_finite() or number.copy_abs() >= 10**12:
        raise sd.Malformed("shape", f"a SKU row of the update rule document holds {text!r}")
    return number
