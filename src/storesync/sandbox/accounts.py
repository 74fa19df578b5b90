"""Who may call an emulated market, and how often: apps, shops, tokens, quotas."""

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import evolve

from storesync.sandbox.access import App, Refresh, Shop, Token
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.quota import Meter, Quota
from storesync.sandbox.timeline import Timeline


class Accounts(Timeline):
    """The apps and shops of one emulated platform, and what each has used of its quota."""

    def __init__(self, now: Callable[[], datetime], behavior: Behavior) -> None:
        super().__init__(now)
        self.behavior = behavior
        self.apps: dict[str, App] = {}
        self.shops: dict[str, Shop] = {}
        self.throttled = 0
        self._meters: dict[tuple[str, str], Meter] = {}

    def add_app(self, app: App) -> None:
        """Register an application."""
        self.apps[app.key] = app

    def add_shop(self, shop: Shop) -> None:
        """Open a shop."""
        self.shops[shop.id] = shop

    def shop(self, shop: str) -> Shop:
        """The shop by its id; a KeyError names it when there is none."""
        return self.shops[shop]

    def grant(self, *, app: str, shop: str, access: str, seconds: float) -> Token:
        """Give an app an access token for a shop."""
        token = Token(access=access, app=app, shop=shop, expires=self.time() + timedelta(seconds=seconds))
        self.shops[shop].tokens[access] = token
        return token

    def grant_refresh(self, *, app: str, shop: str, token: str, seconds: float) -> Refresh:
        """Give an app a single-use refresh token for a shop."""
        refresh = Refresh(token=token, app=app, shop=shop, expires=self.time() + timedelta(seconds=seconds))
        self.shops[shop].refreshes[token] = refresh
        return refresh

    def expire_tokens(self, shop: str) -> None:
        """End every access token of a shop now."""
        for token in self.shops[shop].tokens.values():
            token.expires = min(token.expires, self.time())

    def limit(self, quota: Quota) -> None:
        """Allow from now on as much as this quota says; what was left of a burst is not refilled."""
        self.behavior = evolve(self.behavior, quota=quota)

    def take(self, app: str, shop: str) -> tuple[str, int] | None:
        """Count one call against the quota: none when allowed, else the limit's name and seconds to wait."""
        quota = self.behavior.quota
        name = (app, shop if quota.scope == "shop" else "")
        meter = self._meters.get(name)
        if meter is None:
            meter = self._meters[name] = Meter.full(quota, self.time())
        elif meter.quota is not quota:
            meter.change(quota)
        refused = meter.take(self.time())
        if refused is not None:
            self.throttled += 1
        return refused

    def forget_usage(self) -> None:
        """Every quota is whole again, and nobody was refused."""
        self._meters.clear()
        self.throttled = 0
