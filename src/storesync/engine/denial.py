"""A market that refuses the account itself: known after the run, so that `status` tells it, until it takes a request."""

from __future__ import annotations

from storesync.driver import Request
from storesync.engine.channel import OpenChannel
from storesync.engine.events import happened, warned
from storesync.errors import Denied
from storesync.state import assets

__all__ = ["admitted", "denied"]


async def denied(channel: OpenChannel, fault: Denied) -> None:
    """Keep that the market refused the account, unless it named the hour at which it takes it again."""
    if fault.retry_after is not None:
        return
    channel.denied_before = False
    said, at = channel.mask.text(str(fault)), channel.env.now()
    told = {"base": channel.base, "said": said, "at": at.isoformat(timespec="seconds")}
    await channel.store.write(lambda db: assets.keep_denied(db, channel.name, told))
    warned("account.denied", channel=channel.name, account=channel.account_name, said=said)


async def admitted(channel: OpenChannel, request: Request) -> None:
    """The market took a request: what an earlier run was refused is over.

    In the same run that says nothing: an account may be good for one call and not for another.
    """
    if not channel.denied_before or "://" in request.path:  # addresses of the market's own are asked unsigned
        return
    channel.denied_before = False
    await channel.store.write(lambda db: assets.keep_denied(db, channel.name, {}))
    happened("account.admitted", channel=channel.name, account=channel.account_name)
