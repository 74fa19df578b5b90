"""What a channel is opened with: the limits of its guards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import fields

from storesync.config import Config
from storesync.errors import ConfigError
from storesync.issues import Issue, counted, nearest
from storesync.plan import GuardLimits
from storesync.pricing.exact import exact

__all__ = ["guard_limits"]

_GUARDS = tuple(one.name for one in fields(GuardLimits))
_TIMES = ("price_range", "stock_jump", "mass_growth", "outlier")
_WHOLE = ("floor", "stock_new")
_SHARE = "no share from 0 to 1"
_FACTOR = "no number from 1 up"
_COUNT = "no whole number"
_WAYS = {
    _SHARE: 'write 20 % as "0.2", in quotes',
    _FACTOR: 'write how many times, in quotes, such as "20"',
    _COUNT: "write a whole number, such as 3",
}


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
        limit = _limit(key, value)
        if isinstance(limit, str):
            said = f"[guards] {key} = {value!r} is {limit}"
            issues.append(Issue("config.value", f"guards/{key}", said, at=at, hint=_WAYS[limit]))
            continue
        values[key] = limit
    if issues:
        raise ConfigError(f"{config.path} cannot be used: {counted(len(issues), 'finding')}", issues)
    return GuardLimits(**values)


def _limit(key: str, value: Any) -> Decimal | int | str:
    """The limit as written; or what it is not, for one that would let everything pass."""
    if key in _WHOLE:
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else _COUNT
    try:
        limit = exact(value)
    except (TypeError, ValueError):
        limit = Decimal(-1)
    if key in _TIMES:
        return limit if limit >= 1 else _FACTOR
    return limit if 0 <= limit <= 1 else _SHARE
