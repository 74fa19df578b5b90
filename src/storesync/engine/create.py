"""Making a listing exactly once: resolved, parked or resent after doubt, never repeated blindly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve
from sqlalchemy import Connection

from storesync.driver import New, Receipt
from storesync.engine.accepting import accept, wanted_offers
from storesync.engine.documents import with_media
from storesync.engine.flows import by_driver
from storesync.engine.log import Log
from storesync.engine.report import OutcomeState
from storesync.engine.rounds import in_rounds, park, waiting
from storesync.engine.unmatched import known_by_key
from storesync.engine.upload import Sent, ensure_media, media_of, to_resend
from storesync.engine.work import Parked, Work
from storesync.errors import Ambiguous, Duplicate, Fault, NoChange, NotFound, Postponed, Rejected
from storesync.model import Ref, Status
from storesync.plan import Operation
from storesync.state import CONVERTER, HIDDEN, UNKNOWN, Standing, assets, standing

__all__ = ["create", "look_for", "what_exists"]


async def create(work: Work, operation: Operation) -> None:
    """Carry out a create; how it ended is in the report and in the state."""
    if await known_by_key(work, operation):
        return
    await in_rounds(work, operation, open_=lambda stand: not stand.made, look=what_exists, attempt=_attempt)


async def what_exists(work: Work, stand: Standing) -> Ref | None:
    """The part of the listing that is already there, by the market's declared identity.

    Raises Parked where only a person can tell.
    """
    if stand.doubt is None:
        # A half may have grown since its ref was noted: the step that a fault hid, a hand in the shop.
        return None if stand.ref is None else await _look(work, stand, stand.ref)
    if stand.ref is not None:
        # The half is known; the doubt is about a later step.
        await work.settle_at(stand.doubt)
        return await _look(work, stand, stand.ref)
    by = work.channel.spec.identity.by
    # An address that is written again loses what a seller typed in meanwhile: where he keeps something it is looked for.
    kept = any(one != "shown" for one in work.channel.channel.owned_by_seller)
    if by == "address" and not (kept and work.channel.driver.find is not None):
        return None  # the same request again
    if by == "key" and stand.token and work.honors(stand.token_at):
        return None
    return await look_for(work, stand, stand.doubt)


async def look_for(work: Work, stand: Standing, doubt: datetime) -> Ref | None:
    """What a search of the market finds of a create in doubt, once it would find it; Parked without a way to ask."""
    identity = work.channel.spec.identity
    if identity.by == "none" or work.channel.driver.find is None:
        raise Parked(
            f"a create of {doubt:%Y-%m-%d %H:%M} may have taken effect, and this market has no way to ask: "
            "look in the shop, then `storesync resolve`"
        )
    if identity.by != "unique" or not stand.want_shown:
        # A unique key needs no patience to be sent again, but to be sure that there is nothing to hide.
        await work.settle_at(doubt)
    return _only(stand, await work.find(stand, doubt))


def _only(stand: Standing, refs: Sequence[Ref]) -> Ref | None:
    """What is ours of the one that was found, if any; Parked where the shop shows several."""
    if len(refs) > 1:
        ids = ", ".join(ref.listing for ref in refs)
        raise Parked(
            f"the shop has {len(refs)} listings with this key ({ids}): end all but one, then `storesync resolve`"
        )
    return stand.ours(refs[0]) if refs else None


async def _look(work: Work, stand: Standing, half: Ref) -> Ref | None:
    """The half as the market has it; when it is gone, what else there is under its key."""
    observe = work.channel.driver.observe
    if observe is None:
        refs = await work.find(stand, stand.doubt)
        return next((stand.ours(ref) for ref in refs if ref.listing == half.listing), half)
    seen = await work.run(observe(work.channel.shop, [half]))
    if half.listing in seen:
        return stand.ours(seen[half.listing].ref)
    at = work.channel.env.now()
    await work.write(lambda db: work.gone(db, stand.key, at))
    return await what_exists(work, evolve(stand, ref=None, doubt=at, token="", token_at=None))


async def _attempt(work: Work, operation: Operation, stand: Standing, found: Ref | None) -> bool:
    """One run of the create flow; False when it must be looked into and tried again."""
    channel = work.channel
    create = channel.driver.create
    document = await work.document(stand.want)
    assert create is not None
    assert document is not None
    unsent = await ensure_media(work, stand.key, document)
    if unsent is not None:
        work.failed(operation, unsent)
        return True
    known = stand.token if work.honors(stand.token_at) else ""
    token, first = known or channel.env.token(), stand.token_at if known else None
    sent = media_of(work, document)
    content = with_media(document, sent)
    new = New(stand.key, content, wanted_offers(stand), token, found)
    # What a look just missed was ours, and is when it is found again, wanted or not.
    ours = stand.ref.skus.keys() if stand.ref is not None else frozenset[str]()
    stand = evolve(stand, named=stand.named | ours | new.offers.keys())
    log = work.log(operation.kind, stand.key, skus=tuple(new.offers), input=_input(new, stand.want))
    begin = log.begin

    def begin_with_token(db: Connection) -> None:
        begin(db)
        # The token is durable before the first request that carries it, and stays until a final answer. What was found
        # is not made again: a new token would be one that the market never saw, and vouch for nothing.
        since = first or channel.env.now()
        kept = {"token": token, "token_at": since} if known or found is None else {"token": ""}
        standing.change(db, channel.name, stand.key, **kept, named=stand.named, refused="", parked="")
        log.until = work.honored_until(since)

    log.begin = begin_with_token
    try:
        receipt: Receipt = await work.run(create(channel.shop, new), log)
    except NoChange:
        receipt = Receipt(found, Status.UNKNOWN)
    except Duplicate as fault:
        return await _adopt(work, operation, stand, log, fault)
    except Fault as fault:
        return await _refused(work, operation, stand, log, fault, found, sent)
    if receipt.ref is None and receipt.ticket is None:
        nameless = Ambiguous("shape", "the market took the listing but gave neither an id nor a ticket")
        return await _refused(work, operation, stand, log, nameless, found, sent)
    # What was there already, or came of an earlier try, may show an older version: the next plan compares anew.
    certain = found is None and stand.doubt is None

    def write(db: Connection) -> None:
        accept(work, db, stand, stand.want, new.offers, receipt, log)
        if not certain:
            # What is whole may be left as it is, and be off sale since it was hidden.
            shown = {"have_shown": UNKNOWN} if stand.have_shown in (HIDDEN, UNKNOWN) else {}
            values = {"have": UNKNOWN, "asked": stand.want, "named": stand.named, **shown}
            standing.change(db, channel.name, stand.key, **values)
            owned = channel.channel.owned_by_seller
            standing.doubt_offers(
                db, channel.name, new.offers, prices="prices" not in owned, stock="stock" not in owned
            )

    await work.write(write)
    state = OutcomeState.DONE if receipt.ticket is None else OutcomeState.IN_REVIEW
    work.done(operation, state, "; ".join(issue.message for issue in receipt.issues))
    return True


def _input(new: New, want: str) -> Mapping[str, Any]:
    return {
        "key": new.key,
        "want": want,
        "content": new.content,
        "offers": {sku: CONVERTER.unstructure(offer) for sku, offer in new.offers.items()},
        "token": new.token,
        "found": CONVERTER.unstructure(new.found) if new.found is not None else None,
    }


async def _refused(
    work: Work, operation: Operation, stand: Standing, log: Log, fault: Fault, found: Ref | None, sent: Sent
) -> bool:
    channel, key, now = work.channel.name, operation.key, work.channel.env.now()
    half = stand.ours(fault.ref) if isinstance(fault.ref, Ref) else found
    doubtful = work.doubtful(log, fault)
    lost = None if doubtful else to_resend(work, stand.key, sent, fault)
    values: dict[str, Any] = {"ref": half}
    if doubtful:
        values["doubt"] = now
    elif isinstance(fault, NotFound):
        values |= {"ref": None, "doubt": now, "token": ""}
    elif isinstance(fault, Rejected):
        # Final for this document. The half that exists stays known: forgetting it is how duplicates are made.
        if lost is None:
            # As the plan has it: what was taken over from the shop meanwhile is no other version of ours.
            values |= {"refused": operation.want, "remarks": fault.issues}
        if stand.doubt is None or work.channel.spec.identity.by not in ("key", "address", "unique"):
            # Under those nobody looked, or nobody waited for the search, whether the first try had taken effect: it stays
            # in doubt, key and all.
            values |= {"token": "", "doubt": None}
    elif half is None and (log.lost is not None or (log.begun and by_driver(fault) and not fault.untouched)):
        # Repeatable requests, as under an address, may have arrived, or were taken by an answer that broke the driver:
        # whoever hides the listing must look for it.
        values["doubt"] = now
    elif log.once:
        values["doubt"] = None  # the half is known, so nothing is in doubt

    if isinstance(fault, Postponed):
        values["remarks"] = waiting(fault, key)

    def write(db: Connection) -> None:
        log.finish(db, "doubtful" if doubtful else "failed", fault)
        standing.change(db, channel, key, **values)
        standing.bump(db, channel)
        assets.forget_media(db, channel, lost or {})

    await work.write(write)
    if doubtful or lost is not None:
        return False
    work.failed(operation, fault)
    return True


async def _adopt(work: Work, operation: Operation, stand: Standing, log: Log, fault: Fault) -> bool:
    """The market says that it is there already: find it and go on from it."""
    at = work.channel.env.now()

    def there(db: Connection) -> None:
        log.finish(db, "failed", fault)
        if stand.ref is None:
            # Whatever becomes of the search: who hides or holds the listing must look for it.
            standing.change(db, work.channel.name, stand.key, doubt=at)
            standing.bump(db, work.channel.name)

    await work.write(there)
    try:
        refs = await work.find(stand, None)
        if not refs and work.channel.spec.identity.lag > 0:
            await work.channel.env.sleep(work.channel.spec.identity.lag)
            refs = await work.find(stand, None)
        found = _only(stand, refs)
    except Parked as parked:
        await park(work, operation, str(parked))
        return True
    except Fault as unseen:
        work.failed(operation, unseen)
        return True
    if found is not None and found != stand.ref:

        def write(db: Connection) -> None:
            standing.change(db, work.channel.name, stand.key, ref=found, doubt=None, token="")
            standing.bump(db, work.channel.name)

        await work.write(write)
        return False
    what = "no listing" if found is None else f"only listing {found.listing}, which is known"
    said = Rejected(
        fault.code, f"{fault.message} — but a search for the key finds {what}", issues=fault.issues
    )
    await work.write(
        lambda db: standing.change(
            db, work.channel.name, stand.key, refused=operation.want, remarks=said.issues
        )
    )
    work.failed(operation, said)
    return True
