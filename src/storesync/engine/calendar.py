"""Whether a channel takes operations of a kind now: its platform's calendar, and the merchant's own."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from storesync.engine.channel import OpenChannel
from storesync.model import Blackout
from storesync.plan import Kind

__all__ = ["Closed", "closed"]


@frozen
class Closed:
    """Operations of a kind wait until then, for this reason."""

    until: datetime
    said: str


def closed(channel: OpenChannel, kind: Kind) -> Closed | None:
    """Until when operations of this kind wait, or None: they may go."""
    calendar = (*channel.spec.calendar, *channel.channel.calendar)
    found = Blackout.latest(calendar, kind.value, channel.env.now()) if calendar else None
    if found is None:
        return None
    until, reason = found
    return Closed(until, f"waits until {until:%Y-%m-%d %H:%M %Z}{': ' + reason if reason else ''}")
