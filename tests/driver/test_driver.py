"""Requests, flows and the driver value itself."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

import storesync.driver as sd
from storesync.errors import DriverError
from storesync.testing import drive
from storesync.testing.plain import plain_driver

DRIVER = plain_driver()


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        ("GET", sd.Effect.READ),
        ("HEAD", sd.Effect.READ),
        ("POST", sd.Effect.ONCE),
        ("PUT", sd.Effect.SET),
        ("PATCH", sd.Effect.SET),
        ("DELETE", sd.Effect.SET),
    ],
)
def test_a_method_says_what_it_does_unless_told_otherwise(method: str, effect: sd.Effect) -> None:
    """A POST that is not said to be harmless must not arrive twice."""
    assert effect is sd.request(method, "/x").effect
    assert sd.Effect.SET is sd.request(method, "/x", effect=sd.Effect.SET).effect


def test_bodies_are_bytes_made_once() -> None:
    """What sign sees is what is sent."""
    assert (
        b'{"price":219.00}'
        == sd.request("POST", "/", json={"price": sd.Money("219.00", "CNY").amount}).payload
    )
    assert b"a=1&b=%E7%B2%BE" == sd.request("POST", "/", form={"a": "1", "b": "精"}).payload
    assert b"<a/>" == sd.request("POST", "/", data=(b"<a/>", "text/xml")).payload
    assert b"" == sd.get("/").payload
    with pytest.raises(TypeError, match="float"):
        _ = sd.request("POST", "/", json={"price": 1.5}).payload


def test_a_request_is_changed_by_making_another() -> None:
    """A signature never stays on the request it was made for."""
    plain = sd.request("POST", "/x", form={"a": "1"}, params={"p": "1"})
    signed = plain.with_form(sign="s").with_params(t="2").with_headers({"x": "y"})

    assert ({"a": "1"}, {"p": "1"}, {}) == (dict(plain.form), dict(plain.params), dict(plain.headers))
    assert ({"a": "1", "sign": "s"}, {"p": "1", "t": "2"}) == (dict(signed.form), dict(signed.params))
    with pytest.raises(FrozenInstanceError):
        plain.path = "/y"  # type: ignore[misc]  # that it is frozen is the point


def test_the_place_of_a_request_has_no_query() -> None:
    """Logs and journals show the place only: a storage address carries its signature behind it."""
    assert "https://s.example/f" == sd.get("https://s.example/f?X-Sig=1#x").place


def _asks(limit: int) -> sd.Flow[sd.Response]:
    return (
        yield from sd.until(sd.get("/job"), lambda seen: seen.maybe("done") is True, every=5, limit=limit)
    )


def test_until_asks_again_after_a_pause() -> None:
    """The first look is at once, each further one after the pause."""
    requests, seen = drive(_asks(3), {"done": False}, {"done": True})

    assert [0, 5] == [request.after for request in requests]
    assert seen.body == {"done": True}


def test_until_gives_up_as_postponed() -> None:
    """A job that is never done holds up its own listing only."""
    with pytest.raises(sd.Postponed, match="/job was not done after 2 looks"):
        drive(_asks(2), {}, {})


def _half(ref: sd.Ref | None) -> sd.Flow[None]:
    with sd.made(sd.Ref("1")):
        if ref is None:
            yield sd.request("POST", "/step-two")
        else:
            with sd.made(ref):
                yield sd.request("POST", "/step-two")


@pytest.mark.parametrize(
    ("inner", "kept"), [(None, sd.Ref("1")), (sd.Ref("1", {"S": "2"}), sd.Ref("1", {"S": "2"}))]
)
def test_a_fault_carries_the_half_that_exists(inner: sd.Ref | None, kept: sd.Ref) -> None:
    """The innermost announcement knows most."""
    with pytest.raises(sd.Rejected) as told:
        drive(_half(inner), sd.Rejected("no"))

    assert kept == told.value.ref


def test_a_driver_is_what_it_has() -> None:
    """Presence is capability: nothing else says what is supported."""
    assert {
        "create",
        "update",
        "prices",
        "stock",
        "find",
        "observe",
        "upload",
        "sign",
        "refresh",
    } < DRIVER.parts
    assert not {"batch", "offers", "poll", "check"} & DRIVER.parts


def _nothing(shop: sd.Shop, some: Sequence[Any]) -> sd.Flow[sd.Verdicts]:
    yield sd.get("/")
    return {}


MISTYPED: Any = "serch"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"create": None}, "cannot write"),
        ({"update": None}, "cannot write"),
        ({"offers": _nothing}, "not both"),
        ({"find": None}, "identity by search needs find"),
        ({"spec": evolve(DRIVER.spec, hosts={"sandbox": {}})}, "has no host"),
        ({"spec": evolve(DRIVER.spec, hosts={"live": {"api": "shop.example"}})}, "write https:// before it"),
        ({"spec": evolve(DRIVER.spec, identity=sd.Identity(by=MISTYPED))}, "did you mean 'search'"),
        (
            {
                "spec": evolve(
                    DRIVER.spec, environments={"x": sd.Conditions(identity=sd.Identity(by="unique"))}
                )
            }
            | {"find": None},
            "needs find",
        ),
    ],
)
def test_a_driver_that_cannot_work_is_not_made(change: dict[str, Any], said: str) -> None:
    """The author learns it at import, not in the shop."""
    with pytest.raises(DriverError, match=said):
        evolve(DRIVER, **change)


def test_an_environment_replaces_what_differs_there() -> None:
    """The sandbox has its own quotas; identity and the rest stay."""
    fast = {"default": (sd.Quota(50),)}
    spec = evolve(
        DRIVER.spec, environments={"sandbox": sd.Conditions(quotas=fast)}, deadline=timedelta(days=3)
    )

    assert fast == spec.within("sandbox").quotas
    assert spec.identity == spec.within("sandbox").identity
    assert spec is spec.within("production")


def test_secrets_do_not_print() -> None:
    """An account in a message or a traceback shows which one it is, not what it can do."""
    account = DRIVER.account(app="app-1", access="canary-access", refresh="canary-refresh")

    assert "app-1" in repr(account)
    assert "canary" not in repr(account)
