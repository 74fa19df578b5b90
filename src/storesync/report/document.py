"""What commands report, as JSON for programs; plans and runs write their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storesync.engine import Drift
from storesync.engine.check import Checked
from storesync.engine.ratestatus import RateStatus
from storesync.engine.status import ChannelStatus, Explained
from storesync.issues import Issue
from storesync.model import Offer
from storesync.plan import Held

__all__ = [
    "checked_document",
    "drift_document",
    "explained_document",
    "held_document",
    "issue_document",
    "rates_document",
    "status_document",
]


def issue_document(issue: Issue) -> dict[str, str]:
    """One finding."""
    return {
        "code": issue.code,
        "severity": issue.severity.value,
        "path": issue.path,
        "message": issue.message,
        "hint": issue.hint,
        "at": issue.at,
    }


def held_document(held: Iterable[Held]) -> list[dict[str, Any]]:
    """Listings held back or not offered, each with its findings; `stays` and `uncounted` say what is live."""
    return [
        {
            "key": one.key,
            "title": one.title,
            "reason": one.reason,
            "issues": [issue_document(issue) for issue in one.issues],
            **(
                {
                    "stays": dict(one.stays),
                    "uncounted": dict(one.uncounted),
                    "goes": list(one.goes),
                    "waits": list(one.waits),
                    "content": one.content,
                    "follows": list(one.follows),
                }
                if one.words()
                else {}
            ),
        }
        for one in held
    ]


def checked_document(checked: Checked) -> dict[str, Any]:
    """What a check found."""
    return {
        "ok": checked.ok,
        "products": checked.products,
        "ready": checked.ready,
        "unread": checked.unread,
        "held": held_document(checked.held),
        "not_offered": held_document(checked.not_offered),
        "issues": [issue_document(issue) for issue in checked.issues],
    }


def status_document(status: ChannelStatus) -> dict[str, Any]:
    """How a channel stands."""
    return {
        "revision": status.revision,
        "listings": status.listings,
        "by_status": dict(status.by_status),
        "unchanged": status.unchanged,
        "pending": status.pending,
        "waiting": status.waiting,
        "unfinished": status.unfinished,
        "held": held_document(status.held),
        "parked": held_document(status.parked),
        "claimed": {listing: list(keys) for listing, keys in status.claimed.items()},
        "at_work": status.at_work,
        "since": status.since,
        "account": None
        if status.account is None
        else {
            "name": status.account.name,
            "expires": status.account.expires.isoformat() if status.account.expires else None,
            "renews": status.account.renews,
            "trouble": status.account.trouble,
            "hint": status.account.hint,
        },
        "quotas": [
            {"name": one.name, "used": None if one.shut else one.used, "until": one.until.isoformat()}
            for one in status.quotas
        ],
        "issues": [issue_document(issue) for issue in status.issues],
        "overridden": [{"at": run.at.isoformat(), "reasons": dict(run.reasons)} for run in status.overridden],
    }


def rates_document(status: RateStatus) -> dict[str, Any]:
    """All rates as they stand here, what the channels are priced with, and what happened last.

    `snapshot` names those of the rates that were collected, each says so itself; `edited` are the currencies whose
    configuration or table moved on since they were collected `last`: then the rates have no name together.
    """
    return {
        "snapshot": "" if status.edited else status.snapshot,
        "collected_at": "" if status.edited or status.at is None else status.at.isoformat(),
        "edited": list(status.edited),
        "never_collected": list(status.new),
        "last": {
            "snapshot": status.snapshot,
            "collected_at": status.at.isoformat() if status.at is not None else "",
        },
        "invented": status.invented,
        "rates": [
            {
                "currency": line.currency,
                "home": line.home,
                "kind": line.kind,
                "snapshot": line.snapshot,
                "rate": line.rate.document() if line.rate is not None else None,
                "source": line.source,
                "confirmed_by": line.confirmed,
                "chain": list(line.chain),
                "missed": line.missed,
                "days": line.days,
                "doubted": line.doubted,
            }
            for line in status.lines
        ],
        "channels": {
            one.channel: {
                "snapshot": one.snapshot.id if one.snapshot is not None and one.since is not None else "",
                "since": one.since.isoformat() if one.since is not None else "",
                "pinned": one.pinned.reason if one.pinned is not None else "",
                "quiet": {code: str(band) for code, band in status.bands[one.channel].items()},
            }
            for one in status.channels
        },
        "history": [
            {
                "at": event.at.isoformat(),
                "event": event.event,
                "snapshot": event.snapshot,
                "channel": event.channel,
                "reason": event.reason,
                "by": event.who,
            }
            for event in status.history
        ],
        "issues": [issue_document(issue) for issue in status.issues],
    }


def _offer(offer: Offer | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    return {
        "prices": {
            market: {
                "sale": str(price.sale),
                "list": str(price.list) if price.list is not None else None,
                "points": {name: str(money) for name, money in price.points.items()},
            }
            for market, price in offer.prices.items()
        },
        "stock": offer.stock,
    }


def explained_document(explained: Explained) -> dict[str, Any]:
    """Everything about one SKU on one channel."""
    return {
        "channel": explained.channel,
        "key": explained.key,
        "sku": explained.sku,
        "title": explained.title,
        "status": explained.status,
        "listing": explained.listing,
        "want": _offer(explained.want),
        "have": _offer(explained.have),
        "prices": dict(explained.prices),
        "live": dict(explained.live),
        "texts": dict(explained.texts),
        "held": explained.held,
        "rates": explained.rates,
        "not_offered": explained.not_offered,
        "others": list(explained.others),
        "operations": [dict(operation) for operation in explained.operations],
    }


def drift_document(drift: Iterable[Drift]) -> list[dict[str, str]]:
    """Differences between what the market acknowledged and what it shows."""
    return [
        {
            "key": one.key,
            "what": one.what,
            "by": one.by,
            "ours": one.ours,
            "theirs": one.theirs,
            "wanted": one.wanted,
        }
        for one in drift
    ]
