"""What a channel is opened with: the limits of its guards."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import fields

from storesync.config import Config
from storesync.errors import ConfigError
from storesync.issues import Issue, counted, nearest
from storesync.plan import GuardLimits

__all__ = ["guard_limits"]

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
