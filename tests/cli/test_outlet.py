"""What leaves the command line: one document, readable lines, a log; never a secret."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.cli.conftest import Merchant, Said

from storesync.cli.app import COMMANDS
from storesync.cli.attempt import worst
from storesync.cli.logs import logging_to
from storesync.cli.outlet import Outlet, masked
from storesync.sandbox.faults import FaultSchedule

CANARY = "canary-4711-secret"


def test_a_secret_becomes_stars_wherever_it_stands() -> None:
    """Known secrets are replaced inside longer texts; short words are left alone."""
    assert "session ******** refused" == masked(f"session {CANARY} refused", [CANARY])
    assert "id 12" == masked("id 12", ["12"])


def test_a_secret_on_its_way_to_a_person_becomes_stars(capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, complaints and documents go through the same mask."""
    Outlet(json=False, verbose=False, secrets=lambda: [CANARY]).say(f"table {CANARY}")
    Outlet(json=False, verbose=False, secrets=lambda: [CANARY]).complain(f"error {CANARY}")
    Outlet(json=True, verbose=False, secrets=lambda: [CANARY]).document({"said": CANARY})
    captured = capsys.readouterr()

    assert f"table ********\n{json.dumps({'said': '********'}, indent=2)}\n" == captured.out
    assert "error ********\n" == captured.err


def test_the_log_is_json_by_line_without_secrets(tmp_path: Path) -> None:
    """Fields with a secret's name and secrets inside values, also nested and in traces, are masked."""
    place = tmp_path / "storesync.log"
    log = structlog.get_logger("test")
    with logging_to(place, secrets=lambda: [CANARY]):
        log.info(
            "request.failed", said=f"bad {CANARY}", partner_key="short", inner={"token": "x", "of": [CANARY]}
        )
        try:
            raise ValueError(CANARY)
        except ValueError:
            log.exception("command.failed")

    first, second = (json.loads(line) for line in place.read_text("utf-8").splitlines())
    assert ("bad ********", "********", {"token": "********", "of": ["********"]}) == (
        first["said"],
        first["partner_key"],
        first["inner"],
    )
    assert "ValueError: ********" in second["exception"]
    assert CANARY not in place.read_text("utf-8")


def test_a_log_that_grew_large_is_put_aside(tmp_path: Path) -> None:
    """The log does not grow for ever: one older part is kept."""
    place = tmp_path / "storesync.log"
    place.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    with logging_to(place):
        structlog.get_logger("test").info("run.ended")

    assert 1 == len(place.read_text("utf-8").splitlines())
    assert (tmp_path / "storesync.log.1").exists()


def test_the_log_of_a_merchant_tells_plans_and_runs(merchant: Merchant) -> None:
    """A plan, each operation's end and the run's are events beside the state, told when they happen."""
    merchant("sync")

    events = _events(merchant)
    names = [event["event"] for event in events]
    ended = [event for event in events if event["event"] == "operation.ended"]
    # The run is followed by one more look: is anything left that can be done now?
    assert ["plan.made", "run.ended", "plan.made"] == [name for name in names if name != "operation.ended"]
    assert 16 == len(ended)
    assert 1 == len({event["run"] for event in events if "run" in event})
    assert 1 < len({event["at"] for event in ended})
    assert ["SBG-001-30", "SBG-001-50"] == next(
        event["skus"] for event in ended if (event["kind"], event["key"]) == ("create", "SBG-001")
    )


def test_a_failed_request_leads_from_the_log_to_the_journal(merchant: Merchant) -> None:
    """Its event names channel, run, listing, operation, request and attempt; the journal knows the operation."""
    step = {"operation": "tmall.item.schema.add", "fault": "lost_after", "times": 1}
    merchant.market.faults = FaultSchedule.from_json({"script": [step]})
    merchant("sync")

    (failed,) = [event for event in _events(merchant) if event["event"] == "request.failed"]
    explained = merchant("explain", failed["key"], "--json").document["channels"]["tmall-cn"]
    assert ("tmall-cn", "tmall.item.schema.add", "once", 1) == (
        failed["channel"],
        failed["request"],
        failed["effect"],
        failed["attempt"],
    )
    assert failed["operation"] in [operation["id"] for operation in explained["operations"]]
    assert failed["run"] in {event["run"] for event in _events(merchant) if event["event"] == "run.ended"}


def _events(merchant: Merchant) -> list[Any]:
    return [json.loads(line) for line in (merchant.folder / "storesync.log").read_text("utf-8").splitlines()]


def test_a_refused_command_prints_one_document(tmp_path: Path, say: Callable[[list[str]], Said]) -> None:
    """With --json an error is a document too, and nothing else is printed."""
    said = say(["status", "--json", "--config", str(tmp_path / "none.toml")])

    assert "ConfigError" == said.document["error"]["kind"]
    assert "" == said.err


def test_what_is_piped_is_neither_wrapped_nor_cut_off(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line is whole, without color, movement or blanks at its end; COLUMNS still asks for a width."""
    name = "SEOLBITGAON 林下参润泽保湿化妆水"
    long = f"{name} {'很' * 30}"
    merchant.edit("catalog/translations.csv", name, long)
    merchant.edit("catalog/variants.csv", ",32000,", ",32.000원,")
    monkeypatch.delenv("COLUMNS")
    whole = merchant("plan", "--all")
    monkeypatch.setenv("COLUMNS", "100")
    narrow = merchant("plan", "--all")

    lines = whole.out.splitlines()
    assert [line for line in lines if long in line]
    assert [line for line in lines if "variants.csv:2:price_krw" in line and line.endswith("]")]
    assert [] == [line for line in lines if line != line.rstrip()]
    assert "\x1b" not in whole.out + whole.err
    assert [] == [line for line in narrow.out.splitlines() if len(line) > 100]


def test_failed_weighs_more_than_held_and_held_more_than_done() -> None:
    """The exit code of several channels is the worst one's."""
    assert [0, 0, 2, 1] == [worst([]), worst([0, 0]), worst([0, 2]), worst([2, 1, 0])]


# what is written, what the message says
USAGES = {
    "unknown command": (["plna"], "there is no command 'plna': did you mean 'plan'?"),
    "unknown option": (["plan", "--jsn"], "Did you mean --json?"),
    "no value": (["sync", "--allow"], "--allow requires an argument"),
    "nothing given": (["explain"], "explain needs SKU: The SKU, or a listing's key."),
    "no file": (["state", "backup"], "state backup needs FILE: A new file; one that is there is never"),
    "too much given": (["explain", "A", "B"], "explain takes no further argument: 'B'"),
    "no number": (["sandbox", "--port", "abc"], 'unable to convert "abc" into int'),
}


@pytest.mark.parametrize(("words", "told"), USAGES.values(), ids=USAGES)
def test_a_wrong_command_line_is_told_with_the_help_to_read(
    say: Callable[[list[str]], Said], words: list[str], told: str
) -> None:
    """Two lines on standard error and exit code 1; one document where JSON was asked for."""
    said, document = say(words), say([*words, "--json"])

    assert (1, "", 2) == (said.code, said.out, said.err.count("\n"))
    assert told in said.err
    assert "--help" in said.err
    assert (1, "") == (document.code, document.err)
    assert told in document.document["error"]["message"]


# A shell that starts its work with `&` has Ctrl-C ignored in all of it, and Python leaves an ignored signal ignored:
# started as from a terminal, whoever runs the tests.
_TERMINAL = (
    "import signal, sys; from storesync.cli import main; "
    "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main())"
)


def _started(merchant: Merchant, *words: str, **pipes: Any) -> subprocess.Popen[str]:
    line = [sys.executable, "-c", _TERMINAL, *words]
    return subprocess.Popen([*line, "--config", str(merchant.config)], text=True, **pipes)


def test_a_reader_that_goes_away_stops_nothing(merchant: Merchant) -> None:
    """`storesync sync | head -1` lists everything all the same, in silence, with the exit code of its work."""
    read, write = os.pipe()
    os.close(read)
    with _started(merchant, "sync", stdout=write, stderr=subprocess.PIPE) as running:
        os.close(write)
        _, errors = running.communicate(timeout=120)

    assert (0, "") == (running.returncode, errors)
    assert 4 == merchant.market.counts()["live"]


def test_an_interrupted_run_says_what_becomes_of_it(merchant: Merchant) -> None:
    """Ctrl-C in the middle is exit code 130 and one sentence; the next run finishes, nothing is there twice."""
    # Slow enough that the run cannot be over before it is interrupted.
    slow = {"fault": "slow", "operation": "tmall.item.schema.add", "seconds": 3.0}
    merchant.market.faults = FaultSchedule.from_json({"script": [slow] * 4})
    with _started(merchant, "sync", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        deadline = time.monotonic() + 60
        while not merchant.market.writes() and time.monotonic() < deadline:
            time.sleep(0.005)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
    merchant.market.faults = FaultSchedule.none()
    again = merchant("sync")

    assert 130 == running.returncode
    assert "interrupted: what was sent is in the journal, and the next run goes on from it\n" == errors
    assert (0, 4, {}) == (again.code, merchant.market.counts()["live"], merchant.market.duplicates())


@pytest.mark.parametrize("words", [("plan",), ("plan", "--json"), ("sync",)])
def test_a_pipe_that_knows_no_chinese_stops_nothing(merchant: Merchant, words: tuple[str, ...]) -> None:
    """A Korean machine's pipe is cp949: the work is done, the exit code says so, and JSON is UTF-8 all the same."""
    environ = {**os.environ, "PYTHONIOENCODING": "cp949"}
    line = [sys.executable, "-c", "import sys; from storesync.cli import main; sys.exit(main())", *words]
    ran = subprocess.run(
        [*line, "--config", str(merchant.config)], capture_output=True, env=environ, timeout=120, check=False
    )

    assert (0, b"") == (ran.returncode, ran.stderr)
    if "--json" in words:
        told = json.dumps(json.loads(ran.stdout.decode("utf-8")), ensure_ascii=False)
        assert told.encode("cp949", "ignore").decode("cp949") != told
    else:
        assert ran.stdout.decode("cp949")


def test_every_command_has_help(say: Callable[[list[str]], Said]) -> None:
    """Each command of the table can be imported and says what it does."""
    told = {name: say([name, "--help"]).code for name in COMMANDS}

    assert dict.fromkeys(COMMANDS, 0) == told
