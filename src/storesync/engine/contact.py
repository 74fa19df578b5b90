"""Whose shop this is and what it shows: asked at first contact, and held against what is there later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import evolve, fields
from sqlalchemy import Connection

from storesync.driver import Page, Shop
from storesync.engine.channel import Moved, OpenChannel
from storesync.engine.flows import run
from storesync.errors import Denied, Fault, UnsafePlan
from storesync.issues import counted
from storesync.model import Status
from storesync.plan import Guard, Kind, Operation
from storesync.state import CONVERTER, assets, standing

__all__ = [
    "ACCOUNT",
    "FIRST_CONTACT",
    "accept",
    "look",
    "meet",
    "refuse_strange",
    "strange_account",
    "take_along",
    "with_found",
]

ACCOUNT, FIRST_CONTACT = "account", "first contact"


def _named(value: Any, prefix: str, *marks: str) -> dict[str, str]:
    return {
        f"{prefix} {one.name}": str(getattr(value, one.name))
        for one in fields(type(value))
        if any(one.metadata.get(mark) for mark in marks) and one.repr
    }


def _identity(opened: OpenChannel) -> dict[str, Any]:
    where = {"driver": opened.driver.spec.name, "environment": opened.channel.environment}
    account, shop = opened.account, opened.shop
    names = {**where, **_named(account, "account", "names", "app"), **_named(shop, "shop", "names", "app")}
    # An app may act for many shops: it does not tell one from another.
    own = {**_named(account, "account", "names"), **_named(shop, "shop", "names")}
    return {"base": opened.base, "names": names, "shop": {**where, **own} if own else {}}


def _one_shop(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two channels are of one shop; where the driver names none, whether they have the same credentials."""
    if one.get("shop"):
        return bool(one["shop"] == other.get("shop"))
    return bool(one == other)


async def meet(opened: OpenChannel, shop: Shop, found: Mapping[str, Any]) -> None:
    """Let the shop tell what the configuration leaves open, and see whether it is the one that the state knows.

    Asked once, and again when the configured credentials changed. `shop` is as configured, `found` what was found
    before. Another shop's facts are kept with `opened.moved`, for a person to accept.
    """
    known, refused = await opened.store.read(
        lambda db: (assets.identity(db, opened.name), assets.denied(db, opened.name))
    )
    opened.denied_before = bool(refused)
    same = known.get("base") == opened.base
    told: Mapping[str, Any] = found
    if opened.driver.discover is not None and not (found and (same or not known)):
        opened.shop = shop
        seen = CONVERTER.unstructure(await run(opened, opened.driver.discover(shop)))
        told = {name: seen[name] for name in found_fields(shop) if name in seen}
        opened.shop = with_found(shop, told)
    identity = _identity(opened)
    before, now = known.get("names", {}), identity["names"]
    differing = [name for name in before if name in now and before[name] != now[name]]
    if differing:
        words = ", ".join(f"{name} was {before[name]!r} and is {now[name]!r}" for name in differing)
        opened.moved = Moved(
            said=f"this is not the shop that the state knows ({words})",
            way="correct the account, or if the channel moved",
            identity=identity,
            found=told,
        )
    elif identity != known or told != found:
        twin = await opened.store.write(lambda db: _keep_alone(db, opened.name, identity, told))
        if twin:
            opened.moved = Moved(
                said=f"this is the shop of channel {twin!r}, too: each product would be listed there twice",
                way=f"give each its own account, or if {twin!r} is this one's former name, or they share no product",
                identity=identity,
                found=told,
            )


def _keep_alone(db: Connection, channel: str, identity: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The other channel that is of the same shop; nothing is kept then."""
    for name, other in assets.others(db, channel).items():
        if _one_shop(identity, other):
            return name
    _keep(db, channel, identity, found)
    return ""


def _keep(db: Connection, channel: str, identity: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    assets.keep_identity(db, channel, identity)
    assets.keep_shop(db, channel, found)


def found_fields(shop: Shop) -> list[str]:
    """The fields of a shop that `discover` fills."""
    return [attribute.name for attribute in fields(type(shop)) if attribute.metadata.get("found")]


def with_found(shop: Shop, found: Mapping[str, Any]) -> Shop:
    """The shop with what was found before; what the configuration sets stays as set."""
    values = CONVERTER.unstructure(shop)
    names = [name for name in found_fields(shop) if name in found and name not in values]
    if not names:
        return shop
    whole: Shop = CONVERTER.structure({**values, **{name: found[name] for name in names}}, type(shop))
    known: Shop = evolve(shop, **{name: getattr(whole, name) for name in names})
    return known


def refuse_strange(opened: OpenChannel) -> None:
    """UnsafePlan when the account is another shop's: what it shows says nothing about ours."""
    if opened.moved is not None:
        raise UnsafePlan(
            f"{opened.name}: {opened.moved.said}; {opened.moved.way}: storesync sync --channel {opened.name} "
            f"--allow '{ACCOUNT}=why'"
        )


def strange_account(opened: OpenChannel) -> Guard | None:
    """The guard against somebody else's credentials; None when they are those of the first contact."""
    if opened.moved is None:
        return None
    return Guard(
        name=ACCOUNT,
        limit="the shop of the first contact, and of no other channel",
        measured=opened.moved.said,
        tripped=True,
        hint=f"{opened.moved.way}: --allow '{ACCOUNT}=why'",
    )


async def take_along(opened: OpenChannel) -> None:
    """A person said that this shop is meant: from now on it is the known one, and nobody knows yet what of it is ours."""
    moved = opened.moved
    if moved is None:
        return

    def keep(db: Connection) -> None:
        _keep(db, opened.name, moved.identity, moved.found)
        assets.keep_contact(db, opened.name, {})

    await opened.store.write(keep)
    opened.moved = None


async def accept(opened: OpenChannel, why: str) -> None:
    """A person said why what the shop shows is none of this catalog: from now on nobody asks again."""
    contact = {"how": "allowed", "why": why, "at": opened.env.now().isoformat(timespec="seconds")}
    await opened.store.write(lambda db: assets.keep_contact(db, opened.name, contact))


async def look(opened: OpenChannel, operations: tuple[Operation, ...]) -> Guard | None:
    """Before the first create in a shop: whether it shows anything that is not known as ours.

    What it shows may be the very products that are about to be listed. Asked once, and of a shop that is another's
    each time; None when the shop is known, or shows nothing that is not ours, which is remembered.
    """
    if not any(operation.kind is Kind.CREATE for operation in operations):
        return None
    known = await opened.store.read(lambda db: assets.contact(db, opened.name))
    if known and opened.moved is None:
        return None
    try:
        # One that was lost sight of is looked for by its key before it is made anew.
        lost = {one.key for one in operations if one.kind is Kind.CREATE and "gone" in one.causes}
        strangers, more = await _strangers(opened, lost)
    except Denied:
        raise  # nothing at all can be done with this account
    except Fault as fault:
        return _unmeasured(f"the shop could not be listed: {fault}", "plan again when the market answers")
    if strangers is None:
        name = opened.driver.spec.name
        hint = f"if the shop is new, or shows nothing of this catalog: --allow '{FIRST_CONTACT}=why'"
        return _unmeasured(f"driver {name!r} cannot list what a shop shows", hint)
    if strangers:
        return Guard(
            name=FIRST_CONTACT,
            limit="a shop that shows nothing, or was adopted",
            measured=f"the shop shows {counted(strangers, 'listing')}{' or more' * more} that nobody adopted",
            tripped=True,
            hint=f"first `storesync adopt --channel {opened.name}`; if they are none of this catalog: --allow "
            f"'{FIRST_CONTACT}=why'",
        )
    if opened.moved is None:
        contact = {"how": "empty", "at": opened.env.now().isoformat(timespec="seconds")}
        await opened.store.write(lambda db: assets.keep_contact(db, opened.name, contact))
    return None


def _unmeasured(said: str, hint: str) -> Guard:
    return Guard(
        name=FIRST_CONTACT,
        limit="a shop that shows nothing, or was adopted",
        measured=f"cannot be measured: {said}",
        tripped=True,
        hint=hint,
    )


async def _strangers(opened: OpenChannel, lost: Collection[str]) -> tuple[int | None, bool]:
    """How many listings on the first page with any are not ours, and whether there are more pages; None: unknown."""
    flow = opened.driver.listings
    if flow is None:
        return None, False
    known = await opened.store.read(lambda db: set(standing.refs(db, opened.name)))
    cursor: str | None = None
    asked: set[str | None] = set()
    while cursor not in asked:
        asked.add(cursor)
        page: Page = await run(opened, flow(opened.shop, cursor))
        strangers = sum(
            seen.status is not Status.ENDED and seen.ref.listing not in known and key not in lost
            for key, seen in page.seen
        )
        if strangers or page.next is None:
            return strangers, page.next is not None
        cursor = page.next
    return 0, False
