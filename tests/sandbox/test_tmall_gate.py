"""What the emulated TOP gateway refuses before it looks at the business, in its order of checks."""

from datetime import timedelta

import pytest
from tests.sandbox.top_client import Clock, TopClient

from storesync.sandbox.behavior import Behavior
from storesync.sandbox.invented import table
from storesync.sandbox.quota import Quota
from storesync.sandbox.tmall import SHOP, market_tmall
from storesync.sandbox.top_gate import Terms

USER = "taobao.user.seller.get"


def client(**more: object) -> TopClient:
    """A client of a fresh emulated shop."""
    clock = Clock()
    return TopClient(*market_tmall(clock, **more), clock)  # type: ignore[arg-type]  # keywords of the factory


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_key": ""}, 28),
        ({"app_key": "1"}, 29),
        ({"timestamp": ""}, 30),
        ({"timestamp": "2026-11-23 09:11:00"}, 31),
        ({"timestamp": "yesterday"}, 31),
        ({"v": "1.0"}, 33),
        ({"method": ""}, 21),
        ({"method": "taobao.item.add"}, 22),
        ({"format": "xml"}, 23),
        ({"sign": "0" * 32}, 25),
        ({"session": ""}, 26),
        ({"session": "6100nobody"}, 27),
    ],
)
def test_the_gate_names_what_is_wrong(change: dict[str, str], code: int) -> None:
    """One wrong common parameter, one platform code, always at HTTP 200."""
    top = client()
    params = {"fields": "nick", **change}
    method = params.pop("method", USER)

    answer = top.raw(method, None, **params)

    assert 200 == answer.status
    assert f"{code}:" == answer.outcome[: answer.outcome.index(":") + 1]


def test_the_clock_is_checked_before_the_signature() -> None:
    """With two things wrong the earlier check answers."""
    top = client()

    assert 31 == top(USER, timestamp="2026-11-22 09:00:00", sign="WRONG", fields="nick")["code"]


def test_epoch_milliseconds_are_a_timestamp_too() -> None:
    """The official Python SDK sends them."""
    top = client()

    answer = top(USER, timestamp=str(int(top.clock().timestamp() * 1000)), fields="type")

    assert {"type": "B"} == answer["user"]


def test_a_fixed_token_ends_and_cannot_be_refreshed() -> None:
    """Merchant apps are re-authorized by a person."""
    top = client()
    refused = top("taobao.top.auth.token.refresh", refresh_token="any")
    top.market.expire_tokens(SHOP)

    assert (11, "isv.permission-api-package-limit") == (refused["code"], refused["sub_code"])
    assert (27, "session-expired") == (top(USER, fields="nick")["code"], top(USER, fields="nick")["sub_code"])


def test_a_method_outside_of_the_package_is_refused() -> None:
    """Code 11 after the session was checked."""
    top = client(terms=Terms(table=table(), denied=frozenset({USER})))

    assert 11 == top(USER, fields="nick")["code"]


def test_a_burst_is_throttled_with_the_seconds_to_wait() -> None:
    """The ban names its length, the counter counts it, and waiting helps."""
    top = client(quota=Quota(rate=0.5, burst=2))
    answers = [top(USER, fields="nick") for _ in range(3)]
    throttled = top.market.throttled
    top.clock.move(2)
    again = top(USER, fields="nick")

    assert "accesscontrol.limited-by-api-access-count" == answers[2]["sub_code"]
    assert "This ban will last for 2 more seconds" == answers[2]["sub_msg"]
    assert 1 == throttled
    assert "user" in again


def test_the_daily_quota_resets_at_midnight_in_beijing() -> None:
    """09:00 in Beijing: fifteen hours later a new day begins."""
    top = client(behavior=Behavior(quota=Quota(daily=1)))
    first, second = top(USER, fields="nick"), top(USER, fields="nick")
    top.clock.at += timedelta(hours=15)
    third = top(USER, fields="nick")

    assert "user" in first
    assert "accesscontrol.limited-by-app-access-count" == second["sub_code"]
    assert "user" in third


def test_a_missing_argument_is_code_40() -> None:
    """Arguments are checked after the gate."""
    assert 40 == client()(USER)["code"]


def test_another_path_is_no_gateway() -> None:
    """Only /router/rest speaks TOP."""
    from storesync.sandbox.delivery import deliver
    from storesync.sandbox.dialect import Call

    top = client()
    delivery = deliver(top.market, top.dialect, Call("POST", "/rest"))

    assert delivery.answer is not None
    assert 404 == delivery.answer.status
