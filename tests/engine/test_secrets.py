"""A market that repeats what it was asked with: nothing of it stays, and nothing else is lost over it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, step

from storesync.cli.logs import logging_to
from storesync.config import load
from storesync.config.rates import SourceConfig
from storesync.driver import Response, get
from storesync.engine.secrets import configured_secrets
from storesync.model.codec import loads_foreign
from storesync.sandbox import FaultSchedule
from storesync.sandbox.dialect import CREATE, EXTEND, UPLOAD, WRITE
from storesync.sandbox.faults import SHAPES, Fault, Step
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
