"""A product that no adoption matched: looked for by its key before it is made, for the shop was filled by people.

Lists shift while they are read, and people go on making listings by hand; a search for the key finds what the
adoption did not. What a person left alone in a review stays alone.
"""

from __future__ import annotations

from functools import partial

from storesync.driver import Observed
from storesync.engine.adopt import ids_of, know
from storesync.engine.report import OutcomeState
from storesync.engine.review import Reviewed
from storesync.engine.rounds import park
from storesync.engine.work import Work
from storesync.errors import Fault, StateError
from storesync.plan import Operation
from storesync.state import assets, standing

__all__ = ["known_by_key"]


async def known_by_key(work: Work, operation: Operation) -> bool:
    """Whether an adopted shop has the product already: then it is known as ours, or parked, and not made.

    Nothing of it changes on the market; the next plan compares it, guards and all. Asked once, before the first try.
    """
    channel, find, observe = work.channel, work.channel.driver.find, work.channel.driver.observe
    contact = await channel.store.read(lambda db: assets.contact(db, channel.name))
    stand = await work.standing(operation.key)
    if find is None or observe is None or contact.get("how") != "adopted" or stand is None:
        return False
    if stand.made or stand.ref is not None or stand.doubt is not None or stand.token:
        return False
    others = await channel.store.read(lambda db: set(standing.refs(db, channel.name)))
    others.update(contact.get("left", ()))
    try:
        refs = [ref for ref in await work.find(stand, None) if ref.listing not in others]
        if not refs:
            return False
        if len(refs) > 1:
            ids = ", ".join(ref.listing for ref in refs)
            await park(
                work,
                operation,
                f"the shop has {len(refs)} listings with this key that nobody adopted ({ids}): "
                "`storesync resolve` with the id of the right one",
            )
            return True
        (ref,) = refs
        shown: dict[str, Observed] = await work.run(observe(channel.shop, [stand.ours(ref)]))
    except Fault as fault:
        work.failed(operation, fault)
        return True
    try:
        row = Reviewed(listing=ref.listing, key=operation.key)
        ids_, seen = ids_of(row, stand, shown.get(ref.listing), {})
    except StateError as error:
        await park(
            work,
            operation,
            f"the shop has listing {ref.listing} with this key, which nobody adopted: {error}",
        )
        return True
    await work.write(partial(know, work=work, key=operation.key, ref=ids_, seen=seen))
    said = f"the shop has it as listing {ref.listing}: known as ours now, and compared by the next plan"
    work.done(operation, OutcomeState.SUPERSEDED, said)
    return True
