"""The conformance kit: one line in a driver's test file, and it is judged on every level that is possible.

    from storesync.testing import conformance

    test_merca = conformance.suite(DRIVER, shop=SHOP, account=ACCOUNT, samples=SAMPLES, sandbox=SANDBOX)

`pytest` then shows one test per law and per transition, and at its end the level reached, which is the
support tier of the driver in the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from attrs import frozen

from storesync.driver import Category, Driver, Shop
from storesync.testing.emulated import Emulated
from storesync.testing.laws import LAWS
from storesync.testing.live import LOOKS, Live
from storesync.testing.samples import Sample
from storesync.testing.subject import Level, Subject, Violation
from storesync.testing.transitions import TRANSITIONS

__all__ = ["Check", "checks", "suite"]

_SHOWN = 8  # violations of one law that are told


@frozen
class Check:
    """One thing to be judged; `run` gives the violations. A `skip` says why it cannot be judged."""

    level: Level
    name: str
    run: Callable[[], list[Violation]]
    skip: str = ""

    def __str__(self) -> str:
        return f"{self.level.value}: {self.name}"


def checks(
    subject: Subject, *, sandbox: Emulated | None = None, live: Live | None = None
) -> tuple[Check, ...]:
    """Everything that can be judged of this driver, level by level."""
    return tuple(_checks(subject, sandbox, live))


def _checks(subject: Subject, sandbox: Emulated | None, live: Live | None) -> Iterator[Check]:
    driver = subject.driver
    for level in (Level.PURE, Level.LAWS):
        for law in LAWS:
            if law.level is level and law.concerns(subject):
                yield Check(level, law.name, partial(law, subject))
    if sandbox is not None:
        for transition in TRANSITIONS:
            if transition.concerns(driver):
                yield Check(
                    Level.SANDBOX, transition.name, partial(transition, driver, subject.shop, sandbox)
                )
    if live is not None:
        account = live.account()
        for look in LOOKS:
            if look.part in driver.parts and (look.part != "category" or live.category):
                skip = "" if account is not None else "no live credentials here"
                yield Check(Level.LIVE, look.name, partial(look, driver, live, account), skip)


def suite(
    driver: Driver[Any, Any],
    *,
    shop: Shop,
    samples: Iterable[Sample],
    account: Any = None,
    categories: Iterable[Category] = (),
    sandbox: Emulated | None = None,
    live: Live | None = None,
) -> Callable[..., None]:
    """A pytest test function with one case per check; give it a name that begins with `test_`.

    `samples` are recorded runs, at least one that succeeds for each flow. `account` is one with made-up
    secrets, for `sign`. `categories` are those to draw listings for, where no sample of `category` gives one.
    `sandbox` is an emulated market, `live` the real platform; without them their levels are not judged.
    """
    import pytest

    subject = Subject(driver=driver, shop=shop, samples=samples, account=account, categories=categories)
    every = checks(subject, sandbox=sandbox, live=live)
    totals = {level: sum(check.level is level for check in every) for level in Level}

    @pytest.mark.parametrize("check", [pytest.param(check, id=str(check)) for check in every])
    def conforms(check: Check, record_property: Callable[[str, object], None]) -> None:
        record_property("storesync", [driver.spec.name, check.level.value, check.name, totals[check.level]])
        if check.skip:
            pytest.skip(check.skip)
        if found := check.run():
            pytest.fail(_told(driver.spec.name, check, found), pytrace=False)

    conforms.__doc__ = f"The {driver.spec.title or driver.spec.name} driver keeps the laws of storesync."
    return conforms


def _told(name: str, check: Check, found: list[Violation]) -> str:
    lines = [f"driver {name!r}, {check}: {len(found)} {'place' if len(found) == 1 else 'places'}"]
    lines += [f"  {violation}" for violation in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"  and {len(found) - _SHOWN} more")
    return "\n".join(lines)
