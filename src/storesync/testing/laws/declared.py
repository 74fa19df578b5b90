"""Laws about what a driver declares: its Spec, its account and its shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from attrs import NOTHING, fields, has

from storesync.driver import Quota, Shop
from storesync.testing.laws.law import law
from storesync.testing.subject import Level, Subject, Violation

__all__ = [
    "fields_of_account_and_shop_say_what_they_are_for",
    "hosts_are_safe",
    "limits_make_sense_and_have_a_source",
    "secrets_are_not_shown",
]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SCHEMES = {"https", "sftp", "file"}
_SECRET = re.compile(
    r"secret|token|session|password|passphrase|credential|private|(^|_)(access|refresh)($|_)|key$"
)
_CHECKED = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
_RESETS = re.compile(r"([01]\d|2[0-3]):[0-5]\d[+-](0\d|1[0-4]):[0-5]\d")


@law(Level.PURE)
def hosts_are_safe(subject: Subject) -> Iterator[Violation]:
    """Credentials leave this machine by https only, to hosts that the driver names."""
    spec = subject.driver.spec
    known = {one.name for one in fields(subject.driver.shop)} if has(subject.driver.shop) else set()
    if not spec.hosts:
        yield Violation("Spec.hosts", "names no environment", 'give {"live": {"api": "https://…"}}')
    labels = {environment: set(hosts) for environment, hosts in spec.hosts.items()}
    for environment, hosts in spec.hosts.items():
        missing = sorted(set().union(*labels.values()) - set(hosts))
        if missing:
            yield Violation(
                f"Spec.hosts[{environment!r}]",
                f"has no {missing[0]!r}, which another environment has",
                "give every environment the same labels: a request names its host by label",
            )
        for label, address in hosts.items():
            where = f"Spec.hosts[{environment!r}][{label!r}]"
            parts = urlsplit(address)
            local = parts.scheme == "http" and parts.hostname in _LOOPBACK
            if parts.scheme not in _SCHEMES and not local:
                yield Violation(where, f"is {address!r}", "use https (plain http is for 127.0.0.1 only)")
            if "@" in parts.netloc or parts.query or parts.fragment:
                yield Violation(
                    where, f"is {address!r}", "leave out user, query and fragment: `sign` adds what is secret"
                )
            for _, name, _, _ in Formatter().parse(address):
                if name is not None and name not in known:
                    yield Violation(
                        where,
                        f"holds {{{name}}}",
                        f"only fields of {subject.driver.shop.__name__} may stand there",
                    )
    for host in spec.open_hosts:
        if not re.fullmatch(r"[a-z0-9.-]+", host):
            yield Violation(
                "Spec.open_hosts",
                f"has {host!r}",
                "name bare host names in lower case, without scheme or path",
            )


@law(Level.PURE)
def limits_make_sense_and_have_a_source(subject: Subject) -> Iterator[Violation]:
    """What is declared is possible, and it is said where it was read and when."""
    spec = subject.driver.spec
    if not spec.source.url.strip():
        yield Violation("Spec.source", "has no url", "say where quotas, batches and limits were read")
    if not _CHECKED.fullmatch(spec.source.checked):
        yield Violation(
            "Spec.source", f"was checked {spec.source.checked!r}", "say when, as 2026-11 or 2026-11-23"
        )
    yield from _paces(subject)
    yield from _sizes(subject)
    yield from _prices(subject)
    if spec.deadline < spec.review:
        yield Violation(
            "Spec.deadline", f"comes before Spec.review ({spec.review})", "ask first, tell a person later"
        )


def _paces(subject: Subject) -> Iterator[Violation]:
    spec = subject.driver.spec
    environments = {"": spec} | {name: spec.within(name) for name in spec.environments}
    for name, there in environments.items():
        place = f"Spec.environments[{name!r}]" if name else "Spec"
        if min(there.identity.lag, there.identity.late, there.identity.keeps or 0.0) < 0:
            yield Violation(
                f"{place}.identity", "has negative seconds", "lag, late and keeps are waits: 0 or more"
            )
        for label, quotas in there.quotas.items():
            for quota in quotas:
                if wrong := _quota(quota):
                    yield Violation(
                        f"{place}.quotas[{label!r}]", wrong, "see Quota: limit per seconds, burst, hour"
                    )
    for part, batch in spec.batches.items():
        if part not in subject.driver.parts:
            yield Violation(
                f"Spec.batches[{part!r}]", "the driver has no such part", "name a part that it has"
            )
        if batch.size < 1:
            yield Violation(f"Spec.batches[{part!r}]", f"has the size {batch.size}", "at least 1")


def _sizes(subject: Subject) -> Iterator[Violation]:
    spec = subject.driver.spec
    for name, limit in spec.text.items():
        if not 0 <= limit.min <= limit.max:
            yield Violation(f"Spec.text[{name!r}]", f"is from {limit.min} to {limit.max}", "0 ≤ min ≤ max")
    for role, rule in spec.images.items():
        if not 0 <= rule.min <= rule.max or (rule.bytes is not None and rule.bytes < 1) or not rule.types:
            yield Violation(
                f"Spec.images[{role!r}]",
                f"no picture can fit {rule}",
                "0 ≤ min ≤ max, some bytes, some types",
            )
    if spec.variants.axes < 0 or spec.variants.max < 1:
        yield Violation("Spec.variants", f"allows {spec.variants}", "a listing has at least one variant")


def _prices(subject: Subject) -> Iterator[Violation]:
    spec = subject.driver.spec
    for currency, digits in spec.currencies.items():
        if not re.fullmatch(r"[A-Z]{3}", currency) or not 0 <= digits <= 4:
            yield Violation(
                f"Spec.currencies[{currency!r}]", f"has {digits} digits", "ISO code to digits, 0 to 4"
            )
    for currency, (least, most) in spec.price_range.items():
        if currency not in spec.currencies or not 0 <= least <= most:
            yield Violation(
                f"Spec.price_range[{currency!r}]",
                f"is {least} to {most}",
                "a declared currency, smallest before largest",
            )
    if spec.price_ratio is not None and spec.price_ratio < 1:
        yield Violation("Spec.price_ratio", f"is {spec.price_ratio}", "dearest over cheapest is 1 or more")


def _quota(quota: Quota) -> str:
    if quota.limit < 1 or quota.per <= 0 or (quota.burst is not None and quota.burst < 1):
        return f"lets nothing pass: {quota}"
    if quota.resets and not _RESETS.fullmatch(quota.resets):
        return f'resets at {quota.resets!r}, not at an hour like "00:00+08:00"'
    return ""


@law(Level.PURE)
def fields_of_account_and_shop_say_what_they_are_for(subject: Subject) -> Iterator[Violation]:
    """APP, EXPIRES and FOUND are marked where the engine needs them, and nowhere twice."""
    driver = subject.driver
    for what, type_ in (("account", driver.account), ("shop", driver.shop)):
        if not has(type_):
            yield Violation(what, f"{type_.__name__} is no attrs class", "use @frozen(kw_only=True)")
            return
    if not issubclass(driver.shop, Shop):
        yield Violation("shop", f"{driver.shop.__name__} is no sd.Shop", "derive it from sd.Shop")
    own = fields(driver.account)
    apps = [one.name for one in own if one.metadata.get("app")]
    ends = [one.name for one in own if one.metadata.get("expires")]
    for mark, names in (("APP", apps), ("EXPIRES", ends)):
        if len(names) > 1:
            yield Violation("account", f"{' and '.join(names)} are marked {mark}", f"mark one field {mark}")
    quotas = [spec.quotas for spec in (driver.spec, *map(driver.spec.within, driver.spec.environments))]
    shared = any(quota.scope == "app" for some in quotas for group in some.values() for quota in group)
    if shared and not apps:
        yield Violation(
            "account", "no field is marked APP, yet a quota has the scope app", "mark the app's key sd.APP"
        )
    hints = get_type_hints(driver.account)
    for name in ends:
        if not _holds_datetime(hints.get(name)):
            yield Violation(
                f"account.{name}", "is marked EXPIRES and holds no time", "make it `datetime | None`"
            )
    if driver.refresh is not None and not ends:
        yield Violation(
            "account", "can be refreshed, but no field says when", "mark the end of the token sd.EXPIRES"
        )
    found = [one for one in fields(driver.shop) if one.metadata.get("found")]
    if found and driver.discover is None:
        yield Violation(
            f"shop.{found[0].name}",
            "is marked FOUND and there is no discover",
            "give discover, or drop the mark",
        )
    if driver.discover is not None and not found:
        yield Violation("shop", "discover fills no field", "mark what it fills sd.FOUND")
    for one in found:
        if one.default is NOTHING:
            yield Violation(
                f"shop.{one.name}", "is FOUND and has no default", "give one: it is empty until it was found"
            )


def _holds_datetime(hint: Any) -> bool:
    from datetime import datetime

    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return datetime in options


@law(Level.PURE)
def secrets_are_not_shown(subject: Subject) -> Iterator[Violation]:
    """What prints an account prints no secret, and a shop holds none."""
    driver = subject.driver
    hidden = "mark it field(repr=False), or sd.APP when it is the public name of the app"
    for one in fields(driver.account) if has(driver.account) else ():
        public = one.metadata.get("app") or one.metadata.get("expires")
        if one.repr and not public and _SECRET.search(one.name):
            yield Violation(f"account.{one.name}", "is printed with the account", hidden)
    for one in fields(driver.shop) if has(driver.shop) else ():
        if re.search(r"secret|password", one.name):
            yield Violation(f"shop.{one.name}", "sounds like a secret", "credentials belong into the account")
    shown = repr(subject.account)
    for name, value in subject.secrets().items():
        if value in shown:
            yield Violation(f"account.{name}", "stands in the account's repr by another field", hidden)
