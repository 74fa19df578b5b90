"""A look at the real platform: reading only, and only where the author's credentials are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from attrs import asdict, field, frozen

from storesync.driver import CategoryKey, Driver, Effect, Fault, Flow, Shop, Sought
from storesync.testing.subject import Violation, misfit
from storesync.transport import Transport, join_hosts

__all__ = ["LOOKS", "Live", "Look"]

_NOBODY: Final = "storesync-conformance-7c1e0b"


@frozen(kw_only=True)
class Live:
    """Where the real platform is looked at.

    `account` gives credentials, or None where there are none (then the level is not judged): read them from
    the environment, never write them into a test. `shop` is the shop they are for, `category` the market's id
    of any leaf category. `wire` replaces the network, for the kit's own tests.
    """

    account: Callable[[], Any | None]
    shop: Shop
    category: str = ""
    environment: str = "live"
    wire: httpx.AsyncBaseTransport | None = field(default=None, repr=False)

    def read(self, driver: Driver[Any, Any], flow: Flow[Any], account: Any) -> Any:
        """Run a flow that only reads; raises the fault that comes out, RuntimeError when it would write."""
        return asyncio.run(self._read(driver, flow, account))

    async def _read(self, driver: Driver[Any, Any], flow: Flow[Any], account: Any) -> Any:
        hosts = driver.spec.hosts.get(self.environment, {})
        facts: Mapping[str, Any] = asdict(self.shop, recurse=False)
        transport = Transport(
            join_hosts(hosts, facts, what=f"driver {driver.spec.name!r}"),
            now=lambda: datetime.now(UTC),
            open_hosts=driver.spec.open_hosts,
            timeout=driver.spec.timeout,
            wire=self.wire,
        )
        sign = driver.sign
        signed = None if sign is None else (lambda request: sign(request, account, datetime.now(UTC)))
        try:
            request = next(flow)
            while True:
                if request.effect is not Effect.READ:
                    raise RuntimeError(
                        f"{request.method} {request.path} is {request.effect.name}: nothing was sent"
                    )
                await asyncio.sleep(request.after)
                response = await transport.send(request, signed)
                fault = driver.classify(request, response)
                request = flow.send(response) if fault is None else flow.throw(fault)
        except StopIteration as stop:
            return stop.value
        finally:
            flow.close()
            await transport.close()


@frozen
class Look:
    """One thing that is read from the real platform."""

    name: str
    part: str
    _look: Callable[[Driver[Any, Any], Live, Any], Iterator[str]]

    def __call__(self, driver: Driver[Any, Any], live: Live, account: Any) -> list[Violation]:
        """What is not as promised."""
        try:
            found = list(self._look(driver, live, account))
        except (Fault, RuntimeError, httpx.HTTPError) as error:
            found = [f"{type(error).__name__}: {error}"]
        return [
            Violation(f"{self.part}, live", seen, (self._look.__doc__ or "").partition("\n")[0])
            for seen in found
        ]


def _nothing(driver: Driver[Any, Any], live: Live, account: Any) -> Iterator[str]:
    """The account is accepted, and a key that nobody uses finds nothing."""
    assert driver.find is not None
    found = live.read(driver, driver.find(live.shop, Sought(_NOBODY, (_NOBODY,))), account)
    if wrong := misfit("find", found, ()):
        yield wrong
    elif found:
        yield f"a search for {_NOBODY!r} finds {found!r:.200}"


def _page(driver: Driver[Any, Any], live: Live, account: Any) -> Iterator[str]:
    """The first page of the shop is read, and what stands on it can be observed by its id."""
    assert driver.listings is not None
    page = live.read(driver, driver.listings(live.shop, None), account)
    if wrong := misfit("listings", page, (None,)):
        yield wrong
        return
    if page.seen and driver.observe is not None:
        ref = page.seen[0][1].ref
        seen = live.read(driver, driver.observe(live.shop, [ref]), account)
        if wrong := misfit("observe", seen, ([ref],)):
            yield wrong
        elif ref.listing not in seen:
            yield f"{ref.listing} stands on the first page and is not observed"


def _category(driver: Driver[Any, Any], live: Live, account: Any) -> Iterator[str]:
    """The category is read, and answers with the id it was asked for."""
    assert driver.category is not None
    found = live.read(driver, driver.category(live.shop, CategoryKey(live.category)), account)
    if wrong := misfit("category", found, ()):
        yield wrong
    elif found.id != live.category:
        yield f"category {live.category!r} answers as {found.id!r}"


LOOKS: Final = (
    Look("nothing is found under a key that nobody uses", "find", _nothing),
    Look("the first page of the shop is read", "listings", _page),
    Look("a category is read", "category", _category),
)
"""All looks; none of them writes."""
