"""TOP's signatures: sorted names and values, digested with the app's secret [S]."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Account

__all__ = ["sign", "signature"]

_EAST8: Final = timezone(timedelta(hours=8))


def sign(request: sd.Request, account: Account, now: datetime) -> sd.Request:
    """The request with TOP's common fields and its signature; files are never signed.

    `now` becomes a GMT+8 timestamp; the gateway takes it within ten minutes of its own clock.
    """
    request = request.with_form(
        app_key=account.app_key,
        session=account.session,
        timestamp=now.astimezone(_EAST8).strftime("%Y-%m-%d %H:%M:%S"),
        format="json",
        v="2.0",
        sign_method=account.sign_method,
    )
    return request.with_form(sign=signature(request.form, account.secret))


def signature(fields: Mapping[str, str], secret: str) -> str:
    """The value of `sign` for these fields, by the `sign_method` among them."""
    text = "".join(
        f"{name}{fields[name]}"
        for name in sorted(fields, key=str.encode)
        if name != "sign" and name and fields[name]
    )
    match fields.get("sign_method"):
        case "md5":
            digest = hashlib.md5(f"{secret}{text}{secret}".encode(), usedforsecurity=False).hexdigest()
        case "hmac":
            digest = hmac.new(secret.encode(), text.encode(), "md5").hexdigest()
        case _:
            digest = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    return digest.upper()
