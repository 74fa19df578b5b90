"""The one place that talks to the outside: hosts, bodies, answers, and what is known when there is none."""

import asyncio
import gzip
import hashlib
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

import storesync.driver as sd
from storesync.errors import ConfigError, DriverError, Rejected, Transient
from storesync.sandbox.server import plain_markets, serving
from storesync.transport import Transport, join_hosts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "sign0123456789secret"


def transport(handler: Callable[[httpx.Request], Any] | None = None, **more: Any) -> Transport:
    """A transport to one host; `handler` answers in place of the network."""
    wire = httpx.MockTransport(handler) if handler is not None else more.pop("wire", None)
    return Transport({"api": "https://api.market.example"}, now=lambda: NOW, wire=wire, **more)


def signed(request: sd.Request) -> sd.Request:
    """A signature in the query, where it is easiest to leak."""
    return request.with_params(sign=SECRET)


class Broken(httpx.AsyncBaseTransport):
    """A network that fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail."""
        raise self.error


class Drip(httpx.AsyncByteStream):
    """A body that comes byte by byte and never ends."""

    def __init__(self, chunk: bytes, pause: float = 0.0) -> None:
        self.chunk, self.pause, self.sent = chunk, pause, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(self.pause)
            self.sent += len(self.chunk)
            yield self.chunk


@respx.mock
async def test_the_exact_bytes_that_were_signed_are_sent() -> None:
    """A signature over other bytes than those sent is worth nothing."""
    route = respx.post("https://api.market.example/items").respond(json={"ok": True})
    seen: list[bytes] = []

    def sign(request: sd.Request) -> sd.Request:
        seen.append(request.payload)
        return request.with_headers({"x-sign": hashlib.md5(request.payload).hexdigest()})

    sending = Transport({"api": "https://api.market.example"}, now=lambda: NOW)
    answer = await sending.send(sd.request("POST", "/items", json={"price": 1, "title": "精华"}), sign)
    await sending.close()
    sent = route.calls.last.request

    assert seen == [sent.content]
    assert '{"price":1,"title":"精华"}'.encode() == sent.content
    assert hashlib.md5(sent.content).hexdigest() == sent.headers["x-sign"]
    assert "application/json" == sent.headers["content-type"]
    assert (200, {"ok": True}, NOW) == (answer.status, answer.body, answer.received)


@respx.mock
async def test_a_form_is_sent_as_a_form() -> None:
    """URL-encoded in UTF-8, as old gateways want it."""
    route = respx.post("https://api.market.example/router/rest").respond(json={})
    sending = Transport({"api": "https://api.market.example"}, now=lambda: NOW)
    await sending.send(sd.request("POST", "/router/rest", form={"title": "精 华", "v": "2.0"}))
    await sending.close()

    assert b"title=%E7%B2%BE+%E5%8D%8E&v=2.0" == route.calls.last.request.content


async def test_an_own_content_type_replaces_the_usual_one() -> None:
    """Two content types in one request are read differently by every market."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    await transport(handler).send(
        sd.request("POST", "/x", json={"a": 1}, headers={"Content-Type": "application/vnd.api+json"})
    )

    assert ["application/vnd.api+json"] == seen[0].headers.get_list("content-type")


@pytest.mark.parametrize("location", ["https://elsewhere.example/take", "/other"])
async def test_a_redirect_is_never_followed(location: str) -> None:
    """It would carry the signature to wherever the answer says."""
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"location": location})

    answer = await transport(handler).send(sd.get("/items"), signed)

    assert (302, location) == (answer.status, answer.header("Location"))
    assert ["api.market.example"] == hosts


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can set a variable could else read every credential: requests go to their host, or nowhere."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(plain_markets()) as address:
        direct = Transport({"api": f"{address}/plain"}, now=lambda: NOW)
        try:
            answer = await direct.send(sd.get("/listings"))
        finally:
            await direct.close()

    assert 401 == answer.status


async def test_a_cookie_is_never_kept() -> None:
    """A session that a market starts on its own would outlive the account it belongs to."""
    cookies: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("cookie"))
        return httpx.Response(200, json={}, headers={"set-cookie": "session=abc; Path=/"})

    sending = transport(handler)
    first = await sending.send(sd.get("/a"))
    await sending.send(sd.get("/b"))

    assert [None, None] == cookies
    assert "" == first.header("set-cookie")


async def test_what_tells_of_a_quota_is_kept() -> None:
    """`Driver.pace` can only read what the transport lets through."""
    told = {
        "x-shopify-shop-api-call-limit": "32/40",
        "RateLimit-Remaining": "7",
        "retry-after": "2",
        "x-trace": "1",
    }
    answer = await transport(lambda _: httpx.Response(200, json={}, headers=told)).send(sd.get("/"))

    assert {"x-shopify-shop-api-call-limit", "ratelimit-remaining", "retry-after"} < set(answer.headers)
    assert "" == answer.header("x-trace")


async def test_an_open_host_is_asked_unsigned() -> None:
    """A storage address that the market gave is no place for credentials."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"")

    sending = transport(handler, open_hosts=["storage.example"])
    await sending.send(
        sd.request("PUT", "https://storage.example/f?X-Sig=1", data=(b"x", "image/jpeg")), signed
    )

    assert "https://storage.example/f?X-Sig=1" == str(seen[0].url)


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/x",
        "http://storage.example/x",
        "https://storage.example.evil.example/x",
        "ftp://storage.example/x",
        ".evil.example/x",
        "@evil.example/x",
        ":8443/x",
    ],
)
async def test_what_no_spec_declares_is_never_sent_to(path: str) -> None:
    """Neither an undeclared address nor a path that would turn the host into another one."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"sent to {request.url}")

    with pytest.raises(DriverError, match="driver sends to"):
        await transport(handler, open_hosts=["storage.example"]).send(sd.get(path), signed)


async def test_a_path_that_mentions_an_address_is_still_a_path() -> None:
    """A query may hold an address; it is signed and goes to the declared host."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    await transport(handler).send(sd.get("/fetch?from=https://shop.example/a.jpg"), signed)

    assert f"https://api.market.example/fetch?from=https://shop.example/a.jpg&sign={SECRET}" == str(
        seen[0].url
    )


async def test_an_unknown_host_label_names_the_known_ones() -> None:
    """The message is for the driver's author."""
    with pytest.raises(DriverError, match="host 'media'; its Spec names api"):
        await transport(lambda _: httpx.Response(200)).send(sd.get("/", host="media"))


@pytest.mark.parametrize(
    ("error", "untouched"),
    [
        (httpx.ConnectError("refused"), True),
        (httpx.ConnectTimeout("slow"), True),
        (httpx.PoolTimeout("busy"), True),
        (httpx.ReadTimeout("slow"), False),
        (httpx.WriteTimeout("slow"), False),
        (httpx.ReadError("reset"), False),
        (httpx.WriteError("reset"), False),
        (httpx.RemoteProtocolError("cut"), False),
        (OSError("gone"), False),
    ],
)
async def test_only_a_connection_that_never_was_left_the_market_untouched(
    error: Exception, untouched: bool
) -> None:
    """Once bytes may have left, nobody knows."""
    with pytest.raises(Transient) as told:
        await transport(wire=Broken(error)).send(sd.request("POST", "/items", json={}))

    assert untouched == told.value.untouched


@pytest.mark.parametrize("bad", ["\n", "\r\nx-more: 1", "é", "\x00", "\x7f"])
async def test_a_credential_that_no_header_can_carry_is_told_without_it(bad: str) -> None:
    """A line's end from a file, a letter that is not ASCII: nothing is sent, and the message names the header only."""
    sent: list[httpx.Request] = []

    def sign(request: sd.Request) -> sd.Request:
        return request.with_headers({"x-token": f"{SECRET}{bad}"})

    with pytest.raises(DriverError, match="the header 'x-token' of /listings has a character") as caught:
        await transport(sent.append).send(sd.get("/listings"), sign)

    assert [] == sent
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "location",
    [
        f"https://user:{SECRET}@www.market.example:8443/login;v=1?token={SECRET}&x=1#{SECRET}",
        f"//www.market.example/login;v=1?token={SECRET}",
        f"/login;v=1?token={SECRET}",
        f"https://[broken/login?token={SECRET}",
    ],
)
async def test_of_a_redirect_only_the_place_is_kept(location: str) -> None:
    """What stands behind it is what was asked, and an account may stand before the host."""
    answer = await transport(lambda _: httpx.Response(302, headers={"location": location})).send(sd.get("/a"))

    assert SECRET not in str(answer.headers)
    assert answer.headers["location"].endswith("/login;v=1") or "[broken" in location


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout(f"GET https://api.market.example/?sign={SECRET}"),
        httpx.ConnectError(f"https://api.market.example/?sign={SECRET}"),
        httpx.RemoteProtocolError(SECRET),
    ],
)
async def test_a_signature_is_never_in_the_text_of_a_fault(error: Exception) -> None:
    """Network errors quote addresses; faults go into journals and reports."""
    with pytest.raises(Transient) as told:
        await transport(wire=Broken(error)).send(sd.get("/items"), signed)

    assert SECRET not in f"{told.value!s}{told.value!r}{told.value.args}"
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


async def test_a_market_that_drips_is_given_up_in_time() -> None:
    """Every single byte is in time, the answer is not."""
    body = Drip(b" ", pause=0.01)
    sending = transport(lambda _: httpx.Response(200, stream=body), timeout=0.1)

    with pytest.raises(Transient, match="TimeoutError"):
        await sending.send(sd.get("/items"))


async def test_an_answer_without_end_is_cut() -> None:
    """Memory is bounded; nobody knows what the rest would have said."""
    body = Drip(b"x" * 1000)
    answer = await transport(lambda _: httpx.Response(200, stream=body), most=50_000).send(sd.get("/items"))

    assert (False, b"") == (answer.readable, answer.content)
    assert 60_000 > body.sent


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"a": 1', "application/json"),
        (b"<html>502</html>", "text/html"),
        (b"\x89PNG", "image/png"),
        (b'{"price": 1e999999999}', "application/json"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
        (b"not json", "application/json"),
    ],
)
async def test_what_is_not_what_it_claims_is_unreadable(content: bytes, kind: str) -> None:
    """An error page is not an empty answer."""
    answer = await transport(
        lambda _: httpx.Response(200, content=content, headers={"content-type": kind})
    ).send(sd.get("/items"))

    assert (None, False) == (answer.body, answer.readable)


async def test_a_body_that_does_not_unpack_is_unreadable() -> None:
    """Half a gzip stream is no answer, and no crash."""
    packed = gzip.compress(b'{"a": 1}')[:-12] + b"broken....."
    answer = await transport(
        lambda _: httpx.Response(
            200,
            stream=httpx.ByteStream(packed),
            headers={"content-encoding": "gzip", "content-type": "application/json"},
        )
    ).send(sd.get("/items"))

    assert not answer.readable


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"sku,stock\n", "text/csv"), (b"<a/>", "application/atom+xml; charset=utf-8"), (b"", "")],
)
async def test_data_of_other_kinds_is_readable(content: bytes, kind: str) -> None:
    """CSV and XML are read by the flow itself."""
    answer = await transport(
        lambda _: httpx.Response(200, content=content, headers={"content-type": kind})
    ).send(sd.get("/items"))

    assert (None, True, content) == (answer.body, answer.readable, answer.content)


async def test_a_file_is_streamed_from_disk(tmp_path: Path) -> None:
    """The driver names a file by hash; the transport sends its bytes, fields first."""
    data = bytes(range(256)) * 4_000
    path = tmp_path / "main.jpg"
    path.write_bytes(data)
    seen: list[bytes] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        chunks = [chunk async for chunk in request.stream]  # type: ignore[union-attr]  # an async client's stream
        seen.extend([b"".join(chunks), str(max(map(len, chunks))).encode()])
        return httpx.Response(200, json={"file": "f1"})

    class Wire(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return await handler(request)

    sending = transport(wire=Wire(), file=lambda sha256: path if sha256 == "a" * 64 else None)
    media = sd.Media("a" * 64, "image/jpeg", len(data), "main")
    answer = await sending.send(
        sd.request("POST", "/files", form={"scene": "normal"}, files={"image": media})
    )
    body, largest = seen

    assert {"file": "f1"} == answer.body
    assert data in body
    assert body.index(b'name="scene"') < body.index(b'name="image"')
    assert 100_000 > int(largest)


@pytest.mark.parametrize("there", [None, "missing.jpg"])
async def test_a_file_that_is_gone_refuses_its_listing_and_sends_nothing(
    tmp_path: Path, there: str | None
) -> None:
    """A missing picture is the merchant's data, not the market's mood: nothing is tried again."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    sending = transport(handler, file=lambda _: tmp_path / there if there else None)
    media = sd.Media("a" * 64, "image/jpeg", 3, "main")
    with pytest.raises(Rejected, match=rf"'{there or 'a' * 32 + '.jpg'}' is not on disk"):
        await sending.send(sd.request("POST", "/files", files={"image": media}))


async def test_a_file_that_changed_on_disk_is_not_sent_under_its_old_name(tmp_path: Path) -> None:
    """What a market keeps under a hash must be those bytes."""
    path = tmp_path / "main.jpg"
    path.write_bytes(b"other bytes")
    media = sd.Media("a" * 64, "image/jpeg", 3, "main")
    with pytest.raises(Rejected, match="changed after the plan"):
        await transport(lambda _: httpx.Response(200), file=lambda _: path).send(
            sd.request("POST", "/files", files={"image": media})
        )


@pytest.mark.parametrize(
    ("address", "joined"),
    [
        ("https://{domain}/admin/", "https://a.example/admin"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_hosts_take_the_fields_of_their_shop(address: str, joined: str) -> None:
    """`https://{domain}` is filled in from the shop."""
    assert {"api": joined} == join_hosts({"api": address}, {"domain": "a.example"}, what="channel 'a'")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://{domain}/", "only https leaves this machine"),
        ("https://{shop}/", "needs the shop's 'shop'"),
        ("http://localhost.evil.example", "only https leaves"),
    ],
)
def test_a_host_that_cannot_be_trusted_is_a_configuration_error(address: str, said: str) -> None:
    """Plain text never leaves this machine."""
    with pytest.raises(ConfigError, match=said):
        join_hosts({"api": address}, {"domain": "a.example"}, what="channel 'a'")
