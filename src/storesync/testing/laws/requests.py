"""Laws about what flows ask for: where to, with which promise, and the same again."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from storesync.driver import Effect, Fault, New, Request
from storesync.testing.laws.law import law
from storesync.testing.samples import Played
from storesync.testing.subject import FLOWS, READS, WRITES, Level, Subject, Violation

__all__ = [
    "a_create_can_be_recognized",
    "effects_say_what_a_repeat_does",
    "requests_stay_within_what_is_declared",
    "the_same_input_asks_the_same",
]

_REPEATED = ("prices", "stock", "offers", "upload", "hide", "show", "end")


@law(Level.PURE)
def requests_stay_within_what_is_declared(subject: Subject) -> Iterator[Violation]:
    """Requests go to declared hosts, draw on declared quotas, and carry no credential unsigned."""
    spec = subject.driver.spec
    for sample, request in subject.requests():
        where = f"{sample}, {request.method} {request.path}"
        if "://" in request.path:
            parts = urlsplit(request.path)
            if parts.scheme != "https" or parts.hostname not in spec.open_hosts:
                yield Violation(
                    where, "is an absolute address", "name its host in Spec.open_hosts, or use a host label"
                )
        else:
            if not request.path.startswith("/"):
                yield Violation(where, "does not begin with a slash", "the path is joined to the host")
            for environment, hosts in spec.hosts.items():
                if request.host not in hosts:
                    yield Violation(
                        where,
                        f"goes to host {request.host!r}",
                        f"Spec.hosts[{environment!r}] has {', '.join(hosts)}",
                    )
        for environment in spec.hosts:
            if request.quota not in spec.within(environment).quotas:
                yield Violation(
                    where,
                    f"draws on quota {request.quota!r} in {environment}",
                    "declare it in Spec.quotas of each environment",
                )
        if request.weight < 1 or request.after < 0:
            yield Violation(
                where, f"weighs {request.weight}, waits {request.after:g} s", "weight from 1, after from 0"
            )
        try:
            payload = request.payload
        except Exception as error:  # the kit tells of every failure in words
            yield Violation(
                where, f"has no payload: {error}", "numbers in a body are int, Decimal or text; text is UTF-8"
            )
            continue
        if sample.part == "refresh":
            continue
        shown = f"{request!r} {payload!r}"
        for field, value in subject.secrets().items():
            if value in shown:
                yield Violation(
                    where,
                    f"carries account.{field} unsigned",
                    "requests are journaled: credentials are for `sign` alone",
                )


@law(Level.LAWS)
def effects_say_what_a_repeat_does(subject: Subject) -> Iterator[Violation]:
    """What changes something is not READ, and what is repeated after doubt is not ONCE."""
    for sample, request in subject.requests():
        where = f"{sample}, {request.method} {request.path}"
        if request.effect is Effect.READ and request.method in ("PUT", "PATCH", "DELETE"):
            yield Violation(
                where, "is READ", f"{request.method} changes something: SET, or ONCE where a repeat does harm"
            )
        if request.effect is not Effect.READ and sample.part in READS:
            yield Violation(
                where, f"is {request.effect.name}", f"{sample.part} only reads: effect=sd.Effect.READ"
            )
        if request.effect is Effect.ONCE and sample.part in _REPEATED:
            yield Violation(
                where,
                "is ONCE",
                f"{sample.part} is repeated after doubt: send absolute values and mark it SET",
            )
    for part in WRITES:
        sent = [played.requests for _, played in subject.good(part)]
        if any(sent) and not any(_writes(requests) for requests in sent):
            yield Violation(
                part, "sends only READ requests", f"{part} changes something: mark its request SET or ONCE"
            )


def _writes(requests: list[Request]) -> list[Request]:
    return [request for request in requests if request.effect is not Effect.READ]


@law(Level.LAWS, "create")
def a_create_can_be_recognized(subject: Subject) -> Iterator[Violation]:
    """The first write of a create is ONCE (unless its address is the key) and carries its identity."""
    identity = subject.driver.spec.identity.by
    for sample, played in subject.good("create"):
        new = sample.args[0]
        first = next(iter(_writes(_taken(played))), None)
        if not isinstance(new, New) or new.found is not None or first is None:
            continue
        where = f"{sample}, {first.method} {first.path}"
        if first.effect is not Effect.ONCE and identity != "address":
            yield Violation(
                where,
                f"is {first.effect.name}",
                "a second one would make a second listing: effect=sd.Effect.ONCE",
            )
        sent = f"{first!r} {first.payload.decode('utf-8', 'replace')}"
        if identity == "key" and new.token not in sent:
            yield Violation(
                where,
                "does not carry the token",
                "identity by key: send new.token where the market looks for it",
            )
        elif identity == "address" and new.key not in first.path:
            yield Violation(
                where, "is not made at its own address", "identity by address: new.key is part of the path"
            )
        elif identity in ("search", "unique") and new.key not in sent:
            yield Violation(
                where,
                "does not carry the key",
                f"identity by {identity}: send new.key, or `find` will never find it",
            )


def _taken(played: Played) -> list[Request]:
    """The requests that the market took; one that it refused made nothing."""
    return [request for request, told in played.asked if not isinstance(told, Fault)]


@law(Level.LAWS)
def the_same_input_asks_the_same(subject: Subject) -> Iterator[Violation]:
    """A flow that is resumed replays its recorded answers: it must ask what it asked before."""
    for sample in subject.of(*FLOWS):
        first, second = subject.play(sample), subject.play(sample)
        for number, (one, other) in enumerate(zip(first.requests, second.requests, strict=False), 1):
            if one != other:
                yield Violation(
                    str(sample),
                    f"request {number} differs the second time: {_difference(one, other)}",
                    "no clock, no chance, no memory in a flow",
                )
                break
        else:
            if len(first.requests) != len(second.requests) or not _same(first.result, second.result):
                yield Violation(
                    str(sample),
                    "ends differently the second time",
                    "no clock, no chance, no memory in a flow",
                )


def _same(one: object, other: object) -> bool:
    # Faults among verdicts are equal to nobody but tell the same.
    return one == other or repr(one) == repr(other)


def _difference(one: Request, other: Request) -> str:
    for name in ("method", "path", "params", "headers", "body"):
        if getattr(one, name) != getattr(other, name):
            return f"{name} {getattr(one, name)!r:.80} became {getattr(other, name)!r:.80}"
    return "in its promises"
