"""Who may call an emulated market: apps, shops, tokens."""

from datetime import datetime, timedelta, timezone

from attrs import Factory, define, field, frozen

EAST8 = timezone(timedelta(hours=8))
NASTY = "/+=&%<"
"""Characters that JSON, addresses and HTML each write in another way: every credential of the sandbox has them."""


@frozen(kw_only=True)
class App:
    """One registered application; `merchant` apps hold fixed-length tokens on TOP."""

    key: str
    secret: str = field(repr=False)
    merchant: bool = True


@define(kw_only=True)
class Token:
    """One access token of one shop for one app."""

    access: str = field(repr=False)
    app: str
    shop: str
    expires: datetime


@define(kw_only=True)
class Refresh:
    """One refresh token, used first when it was `spent`; a used one is kept so that reuse can be told from nonsense."""

    token: str = field(repr=False)
    app: str
    shop: str
    expires: datetime
    used: bool = False
    spent: datetime | None = None


@define(kw_only=True)
class Shop:
    """One seller's shop on the emulated platform."""

    id: str
    name: str
    region: str
    currency: str
    tokens: dict[str, Token] = Factory(dict)
    refreshes: dict[str, Refresh] = Factory(dict)
