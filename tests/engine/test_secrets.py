"""A market that repeats what it was asked with: nothing of it stays, and nothing else is lost over it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, step

from storesync.cli.logs import logging_to
from storesync.config import load
from storesync.config.rates import SourceConfig
from storesync.driver import Request, Response, get
from storesync.driver.request import JsonBody
from storesync.engine.account import renew
from storesync.engine.secrets import configured_secrets
from storesync.engine.signing import Signing
from storesync.errors import Denied
from storesync.model.codec import loads_foreign
from storesync.sandbox import FaultSchedule
from storesync.sandbox.dialect import CREATE, EXTEND, UPLOAD, WRITE
from storesync.sandbox.faults import SHAPES, Fault, Step
from storesync.state import token
from storesync.state.backup import export
from storesync.testing.leaks import Leaks
from storesync.testing.platform import PLATFORMS, Platform
from storesync.testing.processes import project


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every bench that a test opened."""
    yield
    Bench.close_all()


def scaled(platform: Platform) -> int:
    """A price that this market takes."""
    return int(max(1, platform.step)) * 150


@pytest.mark.parametrize("shape", SHAPES["repeat"])
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.name)
def test_what_a_market_repeats_is_kept_nowhere(platform: Platform, shape: str, tmp_path: Path) -> None:
    """Answers to writes say what these were asked with: no state, export, log, plan, report or exception has it."""
    bench = Bench.opened(item("A", scaled(platform)), item("B", scaled(platform)), platform=platform)
    made_of_it, usual = set[str](), bench.channel.driver.sign
    assert usual is not None

    def sign(*given: Any) -> Request:
        signed: Request = usual(*given)
        made_of_it.update(value for part in (signed.params, signed.form) if (value := part.get("sign", "")))
        return signed

    bench.channel.driver = evolve(bench.channel.driver, sign=sign)
    fault = Fault(name="repeat", shape=shape)
    writes = (CREATE, EXTEND, WRITE, UPLOAD)
    bench.world.truth.faults = FaultSchedule.script(
        [Step(fault=fault, kind=kind, skip=number % 2) for number in range(4) for kind in writes]
    )
    log, said = tmp_path / "storesync.log", list[str]()
    with logging_to(log, secrets=tuple):  # nobody but the engine masks
        for _ in range(12):
            made = bench.plan()
            said += [str(made), repr(made), str(made.as_json()), repr(bench.apply(made))]
    state = "\n".join(export(bench.world.store))
    leaks = Leaks()
    for where, text in {"state": state, "log": log.read_text("utf-8"), "said": "\n".join(said)}.items():
        leaks.text(where, text)

    assert [] == list(leaks.found)
    assert (platform.name == "plain") == (not made_of_it)
    assert [] == [one for one in made_of_it if one in "".join((state, log.read_text("utf-8"), *said))]
    assert "********" in state
    assert {"A", "B"} == {one.key for one in bench.truth.live()}
    assert {} == bench.truth.duplicates()


def test_of_a_redirect_only_the_place_is_kept() -> None:
    """Scheme, host and path: what stands behind them is what was asked, and an account may stand before the host."""
    bench = Bench.opened(item("A"))
    bench.faults(step("repeat", "redirect", operation="create"))
    bench.sync()
    (row,) = [line for line in export(bench.world.store) if '"location"' in line]

    assert '"location":"https://www.plain.sandbox.invalid/listings"' in row


def test_a_number_that_is_a_secret_leaves_the_answer_readable() -> None:
    """The create is known as done: stars in the middle of JSON would have made a doubt of it, and a duplicate."""
    bench = Bench.opened(item("A"))
    bench.faults(step("repeat", "answer", operation="create"))
    report = bench.sync()

    assert ["done"] == [one.state.value for one in report.outcomes]
    assert 1 == len(bench.truth.alive("A"))


def test_what_was_made_of_secrets_for_a_header_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Basic credentials come back in Base64, where no secret is seen in plain."""
    bench = Bench.opened(item("A"))
    channel = bench.channel
    basic = base64.b64encode(b"plain-app:a password of its own").decode()
    channel.account = evolve(channel.account, pin="a password of its own")
    usual = channel.transport.send

    async def repeating(*args: object) -> Response:
        answer: Response = await usual(*args)  # type: ignore[arg-type]  # as it is called
        content = answer.content[:-1] + f',"you":"Basic {basic}","pin":"a password of its own"}}'.encode()
        return evolve(answer, content=content, body=loads_foreign(content))

    monkeypatch.setattr(channel.transport, "send", repeating)
    bench.sync()
    kept = "\n".join(export(bench.world.store))

    assert '"you":"Basic ********","pin":"********"' in kept
    assert basic not in kept


HEX = "624159da2761dfa11347770cbeb641731d7dd563e08e8b8339f3f2222f42398a"
CODED = "kT9+/aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC="


@pytest.mark.parametrize(
    "made",
    [
        lambda asked: asked.with_params(sign=HEX),  # Shopee
        lambda asked: asked.with_form(sign=HEX.upper()[:32], timestamp="2026-11-23 10:00:00"),  # Tmall
        lambda asked: asked.with_params(sign=HEX.upper(), timestamp="1795475719123", sign_method="sha256"),
        lambda asked: asked.with_params(signature=CODED),
        lambda asked: asked.with_headers({"x-sign": CODED, "x-amz-date": "20261123T100000Z"}),
        lambda asked: asked.with_headers({"authorization": f"CEA access-key=plain, signature={HEX}"}),
        lambda asked: evolve(asked, body=JsonBody({"sign": HEX})),
    ],
)
def test_a_signature_that_comes_back_is_masked_and_nothing_else(made: Callable[[Request], Request]) -> None:
    """It is good for minutes. Times, ids, the app's name and what was asked for are no secrets."""
    bench = Bench.opened(item("A"))
    channel, app = bench.channel, "the-app-of-2026-with-a-long-name"
    channel.account = evolve(channel.account, app=app)

    def sign(request: Request, account: Any, _: Any) -> Request:
        return made(request).with_params(app=account.app, kind="application/json")

    channel.driver = evolve(channel.driver, sign=sign)
    signing = Signing(channel)
    signed = signing(get("/listings", params={"code": "0123456789abcdef0123"}))
    told = "&".join(
        f"{urlencode(part)} {json.dumps(dict(part))} {json.dumps(dict(part)).replace('/', chr(92) + '/')}"
        for part in (signed.params, signed.headers, signed.form, getattr(signed.body, "value", {}))
    )
    body = {"code": "0123456789abcdef0123", "app": app, "kind": "application/json", "id": 1234567890123456789}
    body |= {"at": "2026-11-23 10:00:00", "stamp": "20261123T100000Z", "asked": told}
    answer = Response(body, content=json.dumps(body).encode(), headers={"link": told})
    masked = channel.masked(answer, signing)
    plain = html.unescape(unquote_plus(f"{masked.content.decode()}{masked.body}{masked.headers}")).replace(
        "\\", ""
    )

    assert "********" in masked.body["asked"]
    assert "********" in masked.headers["link"]
    assert [] == [one for one in (HEX, HEX.upper()[:32], CODED) if one in plain]
    assert {name: body[name] for name in body if name != "asked"} == {
        name: value for name, value in masked.body.items() if name != "asked"
    }


def test_a_signature_that_a_refused_renewal_repeats_is_masked() -> None:
    """Its words are kept with the account and told to a person."""
    bench = Bench.opened(item("A"))
    channel = bench.channel
    usual, send = channel.driver.sign, channel.transport.send
    assert usual is not None
    channel.driver = evolve(
        channel.driver,
        sign=lambda *given: usual(*given).with_params(sign=HEX),
        classify=lambda _, answer: Denied("spent", answer.text("error.message")),
    )

    async def refusing(request: Request, *given: Any) -> Response:
        answer = await send(request, *given)
        words = f"not good: {request.place}?sign={HEX}"
        return evolve(answer, status=401, body={"error": {"code": "refresh_spent", "message": words}})

    channel.transport.send = refusing  # type: ignore[method-assign]
    with pytest.raises(Denied) as told:
        bench.run(renew(channel, channel.account))
    kept = bench.world.store.read_now(lambda db: token.trouble(db, channel.account_name, channel.base))

    assert kept is not None
    assert "?sign=********" in kept.refused
    assert "?sign=********" in str(told.value)
    assert HEX not in f"{kept}{told.value!r}"


def test_a_token_of_a_while_ago_is_a_secret_still() -> None:
    """Another process renewed it meanwhile: the market says which one it did not like, and that may yet be good."""
    bench = Bench.opened(item("A"))
    channel = bench.channel
    before = channel.account.access
    assert channel.mask.text(before) != before
    channel.account = evolve(channel.account, access="another-token-altogether")

    assert "no ********, use ********" == channel.mask.text(f"no {before}, use another-token-altogether")


def test_an_accounts_own_secrets_are_never_forgotten() -> None:
    """A service that runs for a year renews its token often, and each request may carry a header of its own."""
    bench = Bench.opened(item("A"))
    channel, app = bench.channel, "the secret of the app"
    channel.account = evolve(channel.account, pin=app)
    for number in range(200):
        channel.account = evolve(channel.account, access=f"access-number-{number}")
        bench.channel.sign(get("/listings"))
    for number in range(200):
        channel.account = evolve(channel.account, app=f"app-{number}")  # of which Basic credentials are made
        bench.channel.sign(get("/listings"))

    assert "********" == channel.mask.text(app)
    assert "********" == channel.mask.text("access-number-199")
    assert len(channel.mask.secrets) < 50


def test_every_secret_that_the_configuration_refers_to_is_masked_in_what_is_told(tmp_path: Path) -> None:
    """Hidden fields of accounts, keys of rate sources, the password of the state's database."""
    example = load(project(tmp_path, "http://127.0.0.1:1"))
    asked = SourceConfig(name="kexim", uses="kexim", settings={"key": "env:RATES_KEY"})
    assert example.rates is not None
    config = evolve(example, state="env:STATE", rates=evolve(example.rates, sources={"kexim": asked}))
    environ = {
        "STATE": "postgresql+psycopg://me:pass%2Fword@db/x",
        "RATES_KEY": "rates-key-of-ours",
        "TMALL_SECRET": "secret-of-app",
    }

    assert {"pass/word", "rates-key-of-ours", "secret-of-app"} <= set(configured_secrets(config, environ))
