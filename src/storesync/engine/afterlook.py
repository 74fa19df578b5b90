"""The look right after a repair: what the market makes of our own words, before a hand can have typed again."""

from __future__ import annotations

from collections.abc import Mapping

from storesync.driver import Content, Observed
from storesync.engine.documents import text_at, with_media
from storesync.engine.marks import VERSION, any_due, due_version, is_due, met, own_words
from storesync.engine.work import Work
from storesync.errors import Fault
from storesync.state import Standing, standing

__all__ = ["look_after"]


async def look_after(work: Work, before: Standing, *, decided: bool = False) -> None:
    """Learn what the market shows for what it just acknowledged; mostly nothing is due, and nothing is asked.

    `before` is the listing as it was then, `decided` says that a verdict acknowledged it. A look that fails teaches
    nothing: what is seen next counts as a hand edit, and is repaired once more.
    """
    channel = work.channel
    if channel.driver.observe is None or not any_due(before.seen):
        return
    stand = await work.standing(before.key)
    have = await work.document(stand.have) if stand is not None else None
    if stand is None or stand.ref is None or have is None:
        return
    seen, as_sent = await _look(work, stand, have, decided=decided)
    if not as_sent:
        # What a market shows may trail what it took: its answer to ours is what it shows when that is over.
        await channel.env.sleep(channel.spec.identity.lag)
        seen, _ = await _look(work, stand, have, decided=decided)
    if seen != stand.seen:
        await work.write(lambda db: standing.change(db, channel.name, before.key, seen=seen))


async def _look(
    work: Work, stand: Standing, have: Content, *, decided: bool
) -> tuple[Mapping[str, str], bool]:
    """The marks after a look, and whether all that was due is shown as it was sent, or could not be looked at."""
    observe, ref = work.channel.driver.observe, stand.ref
    assert observe is not None
    assert ref is not None
    try:
        shown: Mapping[str, Observed] = await work.run(observe(work.channel.shop, [ref]))
    except Fault:
        return stand.seen, True
    found = shown.get(ref.listing)
    return (stand.seen, True) if found is None else _heard(work, stand, have, found, decided=decided)


def _heard(
    work: Work, stand: Standing, have: Content, found: Observed, *, decided: bool
) -> tuple[Mapping[str, str], bool]:
    marks, as_sent = dict(stand.seen), True
    for name, place in work.channel.spec.fields.items():
        theirs, sent = found.texts.get(name), with_media(text_at(have, place), work.media)
        if not is_due(marks.get(name, "")) or theirs is None or sent is None:
            continue
        if theirs == sent:
            del marks[name]
        else:
            as_sent = False
            marks[name] = met(marks[name], own_words(sent, theirs), decided=decided)
    version = marks.get(VERSION, "")
    if is_due(version) and found.version:
        as_sent &= version != due_version(found.version)
        marks[VERSION] = f"{stand.have} {found.version}"
    return marks, as_sent
