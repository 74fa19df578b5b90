"""Each injected fault: what the market did, and what the client saw of it."""

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import pytest
from tests.sandbox import top_client
from tests.sandbox.shopee_client import ShopeeClient, request, serum
from tests.sandbox.top_client import CATEGORY, Clock, TopClient

from storesync.sandbox.delivery import ELSEWHERE, HUGE_BYTES
from storesync.sandbox.faults import FAULTS, SHAPES, Fault, FaultSchedule, Step
from storesync.sandbox.shopee import HOST, SHOP, market_shopee
from storesync.sandbox.tmall import market_tmall
from storesync.sandbox.transport import SandboxTransport

ADD = "product/add_item"


def world(*steps: Step) -> tuple[Clock, ShopeeClient, Callable[..., httpx.Response]]:
    """A Shopee market with scripted faults, and a way to send one request through the transport."""
    clock = Clock()
    client = ShopeeClient(*market_shopee(clock), clock)
    transport = SandboxTransport({HOST: (client.market, client.dialect)}, sleep=clock.sleep)
    image = client.upload()
    client.market.faults = FaultSchedule.script(steps)

    def create(timeout: float | None = 10.0) -> httpx.Response:
        async def run() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, timeout=timeout) as http:
                sent = request(ADD, clock, serum(image))
                sent.extensions = {"timeout": httpx.Timeout(timeout).as_dict()}
                return await http.send(sent)

        return asyncio.run(run())

    return clock, client, create


def on_create(name: str, **more: Any) -> Step:
    """The fault for the next create."""
    return Step(fault=Fault(name=name, **more), kind="create")


@pytest.mark.parametrize(
    ("name", "shape", "error", "made"),
    [
        ("lost_before", "connect", httpx.ConnectError, 0),
        ("lost_before", "read", httpx.ReadTimeout, 0),
        ("lost_before", "protocol", httpx.RemoteProtocolError, 0),
        ("lost_after", "read", httpx.ReadTimeout, 1),
        ("lost_after", "protocol", httpx.RemoteProtocolError, 1),
        ("late", "read", httpx.ReadTimeout, 0),
    ],
)
def test_a_lost_answer_raises_what_httpx_raises(
    name: str, shape: str, error: type[httpx.TransportError], made: int
) -> None:
    """Before or after the effect, and only the market knows which."""
    _, client, create = world(on_create(name, shape=shape))

    with pytest.raises(error):
        create()

    assert made == client.market.counts()["alive"]
    assert f"{name}:{shape}" == client.market.calls[-1].fault
    assert "" == create().json()["error"]


def test_a_late_effect_happens_when_due_and_in_order() -> None:
    """The second late create is due first; each listing is as old as its effect."""
    clock, client, create = world(on_create("late", seconds=3.0), on_create("late", seconds=1.0))
    start = clock.at
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            create()
    clock.move(1)
    early = client.market.counts()["alive"]
    clock.move(10)
    ages = [(item.created - start).total_seconds() for item in client.market.alive()]

    assert 1 == early
    assert [1.0, 3.0] == ages
    assert ["late", "late"] == [row.effect for row in client.market.calls if row.fault == "late effect"]


@pytest.mark.parametrize("shape", ["first", "second"])
def test_a_duplicate_delivery_is_processed_twice(shape: str) -> None:
    """The client sees either answer."""
    _, client, create = world(on_create("duplicate", shape=shape))
    seen = create().json()["response"]["item_id"]
    ids = [item.id for item in client.market.alive()]

    assert 2 == len(ids)
    assert ids[shape == "second"] == seen


def test_a_truncated_answer_is_cut_after_the_effect() -> None:
    """Half a JSON document."""
    _, client, create = world(on_create("truncated"))
    body = create().content

    assert body.startswith(b'{"error":""')
    assert not body.endswith(b"}")
    assert 1 == client.market.counts()["alive"]


@pytest.mark.parametrize(
    ("name", "status", "code", "made"),
    [
        ("garbage", 502, None, 0),
        ("garbage_after", 502, None, 1),
        ("error_before", 200, "error_inner", 0),
        ("error_after", 200, "error_inner", 1),
        ("refuse", 200, "product.error_busi", 0),
        ("throttle", 429, "error_rate_limit", 0),
        ("token_expired", 403, "invalid_acceess_token", 0),
    ],
)
def test_an_answered_fault_speaks_the_platforms_words(
    name: str, status: int, code: str | None, made: int
) -> None:
    """Or HTML, where a gateway in between answers."""
    _, client, create = world(on_create(name))
    response = create()

    assert status == response.status_code
    assert made == client.market.counts()["alive"]
    if code is None:
        assert response.text.startswith("<html>")
    else:
        assert code == response.json()["error"]


def test_a_throttle_tells_its_wait_or_not() -> None:
    """429 with and without Retry-After, both counted."""
    _, client, create = world(on_create("throttle"), on_create("throttle", shape="untold"))
    told, untold = create(), create()

    assert ("1", None) == (told.headers.get("retry-after"), untold.headers.get("retry-after"))
    assert 2 == client.market.throttled


def test_an_injected_expiry_really_ends_the_token() -> None:
    """Until it is refreshed every call is refused."""
    _, client, create = world(on_create("token_expired"))
    create()

    assert "invalid_acceess_token" == create().json()["error"]
    assert all(token.expires <= client.clock() for token in client.market.shop(SHOP).tokens.values())


def test_a_slow_answer_comes_late_or_after_the_clients_patience() -> None:
    """The effect is there in both cases."""
    clock, client, create = world(on_create("slow", seconds=5.0), on_create("slow", seconds=5.0))
    start = clock.at
    create()
    waited = (clock.at - start).total_seconds()
    with pytest.raises(httpx.ReadTimeout):
        create(timeout=2.0)

    assert 5.0 == waited
    assert 7.0 == (clock.at - start).total_seconds()
    assert 2 == client.market.counts()["alive"]


def test_hostile_answers_are_huge_nested_mistyped_or_lead_elsewhere() -> None:
    """None of them was processed."""
    _, client, create = world(*(on_create("hostile", shape=shape) for shape in SHAPES["hostile"]))
    huge, nested, mistyped, redirect = (create() for _ in range(4))

    assert len(huge.content) > HUGE_BYTES
    assert nested.content.startswith(b"[[[[")
    assert "image/png" == mistyped.headers["content-type"]
    assert (302, ELSEWHERE) == (redirect.status_code, redirect.headers["location"])
    assert 0 == client.market.counts()["alive"]


def test_an_unknown_host_is_a_connection_error() -> None:
    """As it would be on a network."""

    async def run() -> None:
        async with httpx.AsyncClient(transport=SandboxTransport({})) as http:
            await http.get("https://nowhere.invalid/")

    with pytest.raises(httpx.ConnectError, match="nowhere"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "code", "sub_code"),
    [
        ("error_after", 15, "isp.remote-service-timeout"),
        ("refuse", 15, "isv.item-update-service-error:ITEM_PROPERTIES_ERROR"),
        ("token_expired", 27, "session-expired"),
        ("throttle", 7, "accesscontrol.limited-by-api-access-count"),
    ],
)
def test_top_faults_are_answered_at_http_200(name: str, code: int, sub_code: str) -> None:
    """A fixed-length token is not really ended: nobody could renew it."""
    clock = Clock()
    top = TopClient(*market_tmall(clock), clock)
    image = top.upload()
    top.market.faults = FaultSchedule.script([on_create(name)])
    answer = top("tmall.item.schema.add", None, **CATEGORY, xml_data=top_client.serum(image))

    assert (code, sub_code) == (answer["code"], answer["sub_code"])
    assert (1 if name == "error_after" else 0) == top.market.counts()["alive"]
    assert "user" in top("taobao.user.seller.get", None, fields="nick")


def test_a_script_skips_counts_and_matches_by_operation() -> None:
    """One fault for the second and third create, none for others."""
    step = Step(fault=Fault(name="refuse"), operation="add", times=2, skip=1)
    schedule = FaultSchedule.script([step])
    drawn = [schedule.draw("add", "create") for _ in range(4)]

    assert [False, True, True, False] == [fault is not None for fault in drawn]
    assert schedule.draw("get", "read") is None


def test_a_seeded_schedule_repeats_and_keeps_its_rates() -> None:
    """Same seed, same faults; only the named kinds are touched."""

    def draws() -> list[str]:
        schedule = FaultSchedule.seeded(Random(7), {"lost_after": 0.2, "late": 0.1}, only=["create"])
        found = [schedule.draw("add", "create") for _ in range(2000)]
        return [fault.name if fault else "" for fault in found]

    first = draws()
    quiet = FaultSchedule.seeded(Random(7), {"refuse": 1.0}, only=["create"])

    assert first == draws()
    assert 330 < first.count("lost_after") < 470
    assert 150 < first.count("late") < 250
    assert quiet.draw("get", "read") is None


def test_a_schedule_is_read_from_json() -> None:
    """The form of the server's control endpoint, there and back."""
    data = {
        "script": [{"fault": "lost_after", "kind": "create", "times": 3}],
        "seed": 1,
        "rates": {"late": 1.0},
    }
    schedule = FaultSchedule.from_json(data)
    names = [fault.name for fault in (schedule.draw("a", "create") for _ in range(4)) if fault]

    assert ["lost_after", "lost_after", "lost_after", "late"] == names
    assert [] == schedule.to_json()["script"]


@pytest.mark.parametrize(
    "data",
    [
        {"script": [{"fault": "meteor"}]},
        {"script": [{"fault": "late", "shape": "connect"}]},
        {"script": [{"fault": "late", "when": "now"}]},
        {"rates": {"meteor": 0.1}},
        {"rates": {"late": 0.6, "slow": 0.6}},
        {"faults": []},
    ],
)
def test_a_wrong_schedule_is_refused_with_the_way_out(data: dict[str, Any]) -> None:
    """Unknown names, shapes and entries, and rates above 1."""
    with pytest.raises(ValueError, match=r"unknown|must not"):
        FaultSchedule.from_json(data)


def test_every_fault_is_handled() -> None:
    """Each name in each shape leads to an answer or to a lost one."""
    for name in FAULTS:
        for shape in SHAPES.get(name, ("",)):
            _, client, create = world(on_create(name, shape=shape))
            with contextlib.suppress(httpx.TransportError):
                create()
            assert 1 == client.market.counters[f"fault:{name}"]
