"""What a channel is opened with: the shop's facts, set and found, and the limits of its guards."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import evolve, fields

from storesync.config import Config
from storesync.driver import Shop
from storesync.engine.channel import OpenChannel
from storesync.engine.flows import run
from storesync.errors import ConfigError
from storesync.issues import Issue, counted, nearest
from storesync.plan import GuardLimits
from storesync.state import CONVERTER, assets

__all__ = ["discover", "guard_limits", "with_found"]

_GUARDS = tuple(one.name for one in fields(GuardLimits))


def guard_limits(config: Config) -> GuardLimits:
    """The limits in `[guards]`; ConfigError with every finding in them."""
    values: dict[str, Any] = {}
    issues: list[Issue] = []
    for key, value in config.guards.items():
        at = config.place(f"guards.{key}")
        if key not in _GUARDS:
            said = f"[guards] has an unknown key {key!r}"
            hint = nearest(key, _GUARDS)
            issues.append(Issue("config.unknown_key", f"guards/{key}", said, hint=hint, at=at))
            continue
        try:
            values[key] = int(value) if key == "floor" else Decimal(str(value))
        except (InvalidOperation, ValueError):
            said = f"[guards] {key} = {value!r} is no number"
            issues.append(
                Issue("config.value", f"guards/{key}", said, at=at, hint='write it as a share: "0.2" is 20 %')
            )
    if issues:
        raise ConfigError(f"{config.path} cannot be used: {counted(len(issues), 'finding')}", issues)
    return GuardLimits(**values)


def _found_fields(shop: Shop) -> list[str]:
    return [attribute.name for attribute in fields(type(shop)) if attribute.metadata.get("found")]


def with_found(shop: Shop, found: Mapping[str, Any]) -> Shop:
    """The shop with what was found before; what the configuration sets stays as set."""
    values = CONVERTER.unstructure(shop)
    names = [name for name in _found_fields(shop) if name in found and name not in values]
    if not names:
        return shop
    whole: Shop = CONVERTER.structure({**values, **{name: found[name] for name in names}}, type(shop))
    known: Shop = evolve(shop, **{name: getattr(whole, name) for name in names})
    return known


async def discover(opened: OpenChannel, found: Mapping[str, Any]) -> None:
    """Let the shop tell what the configuration leaves open, once; what it told is kept."""
    flow = opened.driver.discover
    if flow is None or found:
        return
    seen = CONVERTER.unstructure(await run(opened, flow(opened.shop)))
    facts = {name: seen[name] for name in _found_fields(opened.shop) if name in seen}
    opened.shop = with_found(opened.shop, facts)
    await opened.store.write(lambda db: assets.keep_shop(db, opened.name, facts))
