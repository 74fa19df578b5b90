"""Laws about the pure parts: render, check, classify and sign bear whatever they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from storesync.driver import (
    BytesBody,
    Category,
    Fault,
    FormBody,
    Issue,
    JsonBody,
    PartsBody,
    Request,
    Response,
    dumps,
    get,
)
from storesync.testing.laws.law import law
from storesync.testing.samples import RECEIVED, answered
from storesync.testing.spoil import spoiled
from storesync.testing.subject import FLOWS, Level, Subject, Violation

__all__ = [
    "check_bears_any_listing",
    "classify_knows_every_answer",
    "render_bears_any_listing",
    "sign_only_adds",
]

_STATUSES = (
    200,
    201,
    202,
    204,
    301,
    302,
    304,
    307,
    400,
    401,
    403,
    404,
    409,
    422,
    429,
    500,
    502,
    503,
    504,
    599,
)
_BODIES: tuple[Any, ...] = (
    None,
    True,
    0,
    "",
    "<html>",
    [],
    [0],
    [None],
    {},
    {"?": 0},
    {"error": {"code": {}}},
)


def _categories(subject: Subject) -> list[Category]:
    if subject.categories:
        return list(subject.categories)
    return [played.result for _, played in subject.good("category")] or [Category("1")]


def _tried(subject: Subject, wrong: Callable[[Any], str], drawn: Any) -> str:
    """What goes wrong with drawn values, empty when nothing does. The same values are drawn every time."""
    from hypothesis import HealthCheck, Phase, given, settings

    calm = settings(
        max_examples=subject.examples,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )

    @calm
    @given(drawn)
    def probe(value: Any) -> None:
        found = wrong(value)
        if found:
            raise _Found(found)

    try:
        probe()
    except _Found as found:
        return str(found)
    return ""


class _Found(Exception):
    """What was wrong with a drawn value."""


@law(Level.PURE)
def render_bears_any_listing(subject: Subject) -> Iterator[Violation]:
    """Whatever a catalog holds, render gives JSON without floats, and the same again."""
    from storesync.testing import strategies

    render, shop = subject.driver.render, subject.shop

    def wrong(listing: Any) -> str:
        try:
            content = render(shop, listing)
            if not isinstance(content, dict) and not hasattr(content, "keys"):
                return f"gives {type(content).__name__}, not a mapping"
            first, second = dumps(content), dumps(render(shop, listing))
        except Exception as error:  # the kit tells of every failure in words
            return f"{type(error).__name__}: {error}; with {listing!r:.400}"
        return "" if first == second else "gives another document the second time"

    for category in _categories(subject):
        drawn = strategies.listings(category, locale=shop.markets[0].locales[0])
        if found := _tried(subject, wrong, drawn):
            yield Violation(
                "render",
                found,
                "be total: leave out what does not fit, `check` tells of it; no floats",
            )


@law(Level.PURE, "check")
def check_bears_any_listing(subject: Subject) -> Iterator[Violation]:
    """Whatever a catalog holds, check gives issues, each with a code and a message, and the same again."""
    from hypothesis import strategies as st

    from storesync.testing import strategies

    check, shop = subject.driver.check, subject.shop
    assert check is not None
    market = shop.markets[0]

    def wrong(drawn: Any) -> str:
        listing, offers = drawn
        try:
            first, second = tuple(check(shop, listing, offers)), tuple(check(shop, listing, offers))
        except Exception as error:
            return f"{type(error).__name__}: {error}; with {listing!r:.400}"
        for issue in first:
            if not isinstance(issue, Issue) or not issue.code or not issue.message:
                return f"gives {issue!r:.200}, not an Issue with code and message"
        return "" if first == second else "finds other issues the second time"

    for category in _categories(subject):
        both = strategies.listings(category, locale=market.locales[0]).flatmap(
            lambda listing: st.tuples(
                st.just(listing),
                strategies.offers(
                    [v.sku for v in listing.variants], market=market.code, currency=market.currency
                ),
            )
        )
        if found := _tried(subject, wrong, both):
            yield Violation(
                "check", found, "be total: every finding is an Issue, nothing is raised because of data"
            )


@law(Level.PURE)
def classify_knows_every_answer(subject: Subject) -> Iterator[Violation]:
    """Any status with any body is a fault or a success; what went wrong is never a success."""
    kinds = {(one.method, one.path, one.form.get("method")): one for _, one in subject.requests()}
    requests = list(kinds.values()) or [get("/")]
    bodies = [*_BODIES]
    for sample in subject.of(*FLOWS, "classify"):
        for given in sample.answers:
            if isinstance(told := answered(given), Response):
                bodies += [told.body, *spoiled(told.body)]
    for sample in subject.of("classify"):
        yield from _classified(subject, sample.args[0], sample.args[1])
        bodies += list(spoiled(sample.args[1].body))
    for request in requests[:1]:
        for body in bodies:
            for status in (200, 400, 503):
                yield from _classified(subject, request, Response(body, status, received=RECEIVED))
    for request in requests:
        for status in _STATUSES:
            for body in _BODIES:
                yield from _classified(subject, request, Response(body, status, received=RECEIVED))
        for status in (200, 404, 502):
            cut = Response(None, status, content=b'{"a":', readable=False, received=RECEIVED)
            yield from _classified(subject, request, cut)


def _classified(subject: Subject, request: Request, response: Response) -> Iterator[Violation]:
    what = (
        f"status {response.status} with {'a cut body' if not response.readable else repr(response.body)[:60]}"
    )
    try:
        fault = subject.driver.classify(request, response)
    except Exception as error:
        yield Violation(
            "classify",
            f"{what}: {type(error).__name__}: {error}",
            "be total: read by path with `maybe` and `text`",
        )
        return
    if fault is not None and not isinstance(fault, Fault):
        yield Violation("classify", f"{what}: {fault!r:.60}", "give a Fault, or None for success")
    if fault is None and response.status >= 300:
        yield Violation(
            "classify",
            f"{what} is a success",
            "never let an unknown answer become success: ErrorTable knows every status",
        )
    if fault is None and not response.readable:
        yield Violation(
            "classify", f"{what} is a success", "an answer that is not `readable` proves nothing: Transient"
        )


@law(Level.PURE, "sign")
def sign_only_adds(subject: Subject) -> Iterator[Violation]:
    """A signature is added; method, path, payload and promises stay, and no signing secret travels."""
    sign, account = subject.driver.sign, subject.account
    assert sign is not None
    if account is None:
        yield Violation("sign", "cannot be judged", "give the kit an account with made-up secrets")
        return
    sent = [(str(sample), request) for sample, request in subject.requests()] or [("a GET", get("/"))]
    for name, request in sent:
        try:
            signed, again = (sign(request, account, RECEIVED) for _ in range(2))
        except Exception as error:
            yield Violation(
                f"sign, {name}", f"{type(error).__name__}: {error}", "be total: sign whatever a flow yields"
            )
            continue
        if signed != again:
            yield Violation(
                f"sign, {name}",
                "differs for the same request and time",
                "take time from `now` and chance from nowhere",
            )
        if not isinstance(signed, Request):
            yield Violation(f"sign, {name}", f"gives {type(signed).__name__}", "give a Request")
            continue
        if lost := _lost(request, signed):
            yield Violation(
                f"sign, {name}",
                lost,
                "only add: with_params, with_headers, with_form; what the flow said stays",
            )
        shown = f"{signed!r} {signed.payload!r}"
        for field, secret in subject.secrets().items():
            if "secret" in field and not name.startswith("refresh") and secret in shown:
                yield Violation(
                    f"sign, {name}",
                    f"sends account.{field} itself",
                    "a signing secret never travels: send the signature",
                )


def _lost(request: Request, signed: Request) -> str:
    """What a signed request does not have any more."""
    for name in ("method", "host", "auth", "effect", "quota", "weight", "after", "path"):
        if getattr(request, name) != getattr(signed, name):
            return f"changes {name} from {getattr(request, name)!r} to {getattr(signed, name)!r}"
    for what, before, after in (
        ("parameter", request.params, signed.params),
        ("header", request.headers, signed.headers),
    ):
        for name, value in before.items():
            if after.get(name) != value:
                return f"changes the {what} {name!r}"
    body, new = request.body, signed.body
    if isinstance(body, FormBody | PartsBody):
        if type(body) is not type(new):
            return "changes the kind of body"
        for name, value in body.fields.items():
            if signed.form.get(name) != value:
                return f"changes the form field {name!r}"
        if isinstance(body, PartsBody) and isinstance(new, PartsBody) and body.files != new.files:
            return "changes the files"
    elif isinstance(body, JsonBody):
        kept = isinstance(new, JsonBody) and _covers(body.value, new.value)
        return "" if kept else "changes the JSON body"
    elif isinstance(body, BytesBody) and body != new:
        return "changes the body"
    return ""


def _covers(before: Any, after: Any) -> bool:
    """Whether all that was there is there still; an object may have gained members at its top."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(name in after and after[name] == value for name, value in before.items())
    return bool(before == after)
