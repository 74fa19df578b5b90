"""From codes to faults: ordered rules, first match wins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import storesync.driver as sd
from storesync.driver import ErrorTable, Response, Rule

TABLE = ErrorTable(
    ("error.code", "code"),
    (
        Rule("busy", sd.Throttled, message="per minute", wait=r"in (\d+) s"),
        Rule("busy", sd.Transient, untouched=True),
        Rule("gone", sd.NotFound, paths="/items"),
        Rule("isv.*", sd.Rejected),
        Rule("*:timeout", sd.Ambiguous),
        Rule("*-limit-*", sd.Denied),
    ),
    ok=frozenset({"", "0"}),
    message_at=("error.message", "msg"),
    detail_at="error.fields",
    fields={"item_title": "texts/title"},
)
ITEMS = sd.request("POST", "/items", json={})


def judge(body: Any, status: int = 200, request: sd.Request = ITEMS, **more: Any) -> sd.Fault | None:
    """The verdict on an answer with this body."""
    return TABLE(request, Response(body, status, **more))


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        ({"code": 0}, 200, None),
        ({"ok": 1}, 201, None),
        ({"code": "busy", "msg": "slow down: 9 per minute"}, 200, sd.Throttled),
        ({"code": "busy", "msg": "again"}, 200, sd.Transient),
        ({"code": "gone"}, 404, sd.NotFound),
        ({"error": {"code": "isv.title"}, "code": "busy"}, 200, sd.Rejected),
        ({"code": "isp.remote:timeout"}, 200, sd.Ambiguous),
        ({"code": "app-limit-day"}, 200, sd.Denied),
        ({"code": "never heard of"}, 200, sd.Rejected),
        ({"code": "never heard of"}, 500, sd.Transient),
        ({"code": "never heard of"}, 429, sd.Throttled),
        (None, 429, sd.Throttled),
        (None, 503, sd.Transient),
        (None, 401, sd.Denied),
        (None, 403, sd.Denied),
        (None, 302, sd.Malformed),
        (None, 418, sd.Rejected),
    ],
)
def test_the_first_rule_that_fits_decides(body: Any, status: int, fault: type[sd.Fault] | None) -> None:
    """Also for what no rule knows: never success, never silent."""
    found = judge(body, status)

    assert fault is (type(found) if found is not None else None)


def test_an_answer_that_cannot_be_read_is_transient_not_success() -> None:
    """HTTP 200 proves nothing."""
    found = judge(None, readable=False)

    assert isinstance(found, sd.Transient)
    assert not found.untouched


def test_a_rule_tells_how_long_to_wait() -> None:
    """The message's own number counts more than the header's."""
    said = {"code": "busy", "msg": "more than 5 per minute, again in 12 s"}

    assert 12.0 == getattr(judge(said, headers={"retry-after": "3"}), "retry_after", None)
    assert 3.0 == getattr(judge({"code": "x"}, headers={"Retry-After": "3"}), "retry_after", None)
    assert getattr(judge({"code": "x"}, headers={"retry-after": "soon"}), "retry_after", 1) is None


def test_untouched_is_what_the_rule_promises() -> None:
    """Throttled always is, Transient only where the table says so."""
    assert getattr(judge({"code": "busy"}), "untouched", False)
    assert getattr(judge({"code": "busy", "msg": "per minute"}), "untouched", False)
    assert not getattr(judge({"code": "x"}, 500), "untouched", True)


def test_a_rule_may_be_about_one_path_or_method() -> None:
    """Gateways with one route tell their methods by the form."""
    other = sd.request("POST", "/router", form={"method": "taobao.item.get"})
    table = ErrorTable("code", (Rule("gone", sd.NotFound, paths="item.get"),))

    assert sd.Rejected is type(judge({"code": "gone"}, request=other))
    assert sd.NotFound is type(table(other, Response({"code": "gone"})))


def test_findings_name_our_own_fields() -> None:
    """The merchant knows `texts/title`, not the market's field ids."""
    rows = [{"field": "item_title", "message": "too long"}, {"field": "x9", "message": "?"}]
    found = judge({"error": {"code": "isv.bad", "message": "m" * 900, "fields": rows}})

    assert found is not None
    assert [("texts/title", "too long"), ("x9", "?")] == [
        (issue.path, issue.message) for issue in found.issues
    ]
    assert 300 == len(found.message)


@pytest.mark.parametrize("wait", [r"in (\d+)?", r"(?:in )(\w+)", "plain"])
def test_a_pattern_without_a_number_waits_as_usual(wait: str) -> None:
    """A table with a slip in a pattern must not stop a run."""
    table = ErrorTable("code", (Rule("busy", sd.Transient, wait=wait),), message_at="msg")
    found = table(ITEMS, Response({"code": "busy", "msg": "again in a moment, plain"}))

    assert found is not None
    assert found.retry_after is None


LATE = datetime(2026, 11, 23, 15, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Mon, 23 Nov 2026 16:00:00 GMT"}, 30.0),
        # The market's clock goes 50 s ahead of ours: its own date counts.
        ({"retry-after": "Mon, 23 Nov 2026 16:00:30 GMT", "date": "Mon, 23 Nov 2026 16:00:20 GMT"}, 10.0),
        ({"retry-after": "Mon, 23 Nov 2026 15:00:00 GMT"}, 0.0),
        ({"retry-after": "Monday, 23-Nov-26 16:00:00 GMT"}, 30.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 99 Nov 2026 16:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    """A date is read against the answer's own one, else against the moment when it came."""
    fault = judge({}, 429, headers=headers, received=LATE)

    assert isinstance(fault, sd.Throttled)
    assert seconds == fault.retry_after


@pytest.mark.parametrize(
    ("received", "seconds"),
    [(LATE, 30.0), (LATE + timedelta(seconds=30), 86_400.0), (LATE + timedelta(hours=1), 82_830.0)],
)
def test_a_quota_of_the_day_waits_for_the_markets_hour(received: datetime, seconds: float) -> None:
    """Midnight in China is 16:00 UTC; at midnight itself a whole day begins."""
    table = ErrorTable("code", (Rule("day_over", sd.Denied, resets="00:00+08:00"),))
    fault = table(ITEMS, Response({"code": "day_over"}, 403, received=received))

    assert isinstance(fault, sd.Denied)
    assert seconds == fault.retry_after
