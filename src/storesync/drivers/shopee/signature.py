"""Shopee's signatures: HMAC-SHA256 over who, which path and when; the body is not signed [D, S].

The key is the partner key as text, not decoded from hex. The rules are section 3 of the notes.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import storesync.driver as sd
from storesync.drivers.shopee.call import PUBLIC, Account

__all__ = ["push_signature", "sign", "signature"]


def signature(key: str, path: str, partner: str, stamp: str, *who: str) -> str:
    """The value of `sign`; `who` is nothing for a public call, else access token and shop or merchant id."""
    base = f"{partner}{path}{stamp}{''.join(who)}"
    return hmac.digest(key.encode(), base.encode(), "sha256").hex()


def sign(request: sd.Request, account: Account, now: datetime) -> sd.Request:
    """The request with the common parameters of its kind; a timestamp is good for 5 minutes."""
    stamp = str(int(now.timestamp()))
    path = request.path.partition("?")[0]
    who = {} if request.auth == PUBLIC else {"access_token": account.access_token, "shop_id": account.shop_id}
    signed = signature(account.partner_key, path, account.partner_id, stamp, *who.values())
    return request.with_params(partner_id=account.partner_id, timestamp=stamp, **who, sign=signed)


def push_signature(key: str, url: str, body: bytes) -> str:
    """The Authorization header of a push: over the callback address, a bar, and the raw bytes [D]."""
    return hmac.digest(key.encode(), f"{url}|".encode() + body, "sha256").hex()
