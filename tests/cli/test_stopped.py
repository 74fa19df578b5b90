"""A command that is stopped from outside ends with words and an exit code of its own, wherever it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storesync.cli.planning import reasons_from
from storesync.errors import PlanError
from storesync.testing.processes import environ, project, sandbox

# A process of its own that meets the signal while it loads a module, under the signals that its parent left it.
_LOADING = """
import importlib.abc, os, signal, sys
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname == sys.argv[1]:
            os.kill(os.getpid(), int(sys.argv[2]))
sys.meta_path.insert(0, Finder())
signal.signal(signal.SIGINT, signal.SIG_IGN if sys.argv[3] == "ignored" else signal.default_int_handler)
from storesync.cli import main
sys.exit(main(["drivers"]))
"""
# As a shell in front leaves it: what runs the tests may ignore Ctrl-C, as a job behind does, and children inherit that.
_CALLED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from storesync.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["storesync.cli.app", "storesync.cli.drivers"])
@pytest.mark.parametrize(
    ("number", "sigint", "code"),
    [
        (signal.SIGINT, "default", 130),
        (signal.SIGTERM, "default", 143),
        (signal.SIGTERM, "ignored", 143),
    ],
)
def test_a_signal_while_modules_are_loaded_ends_in_one_line(
    module: str, number: signal.Signals, sigint: str, code: int
) -> None:
    """No trace is shown for what a person did."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADING, module, str(int(number)), sigint],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (code, "interrupted\n") == (done.returncode, done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_sync_that_is_stopped_says_so_and_gives_its_lease_back(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    """Nobody waits for it: the next run begins at once, and nothing is listed twice."""
    with sandbox("tmall") as box:
        path = project(tmp_path, box.address, products=12)
        env = {**os.environ, **environ()}
        words = [sys.executable, "-c", _CALLED, "sync", "--channel", "tmall-cn", "--config", str(path)]
        running = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while box.read("tmall", "counts")["writes"] < 5 and running.poll() is None:
            time.sleep(0.005)
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
        told = subprocess.run(
            [*words[:3], "status", "--config", str(path)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        again = subprocess.run(words, env=env, capture_output=True, text=True, check=False)

        assert code == running.returncode
        assert "interrupted: what was sent is in the journal" in " ".join(said.split())
        assert "at work now" not in told
        assert 0 == again.returncode, again.stderr
        assert 12 == box.read("tmall", "counts")["live"]


@pytest.mark.parametrize("reason", ["", " ", ".", "…", "\u200b", "-\u00a0-"])
def test_a_reason_that_nobody_can_read_is_none(reason: str) -> None:
    """Dots and signs without a width tell nobody anything later."""
    with pytest.raises(PlanError, match="gives no reason"):
        reasons_from([f"touched={reason}"])
    assert {"touched": "新品上市"} == reasons_from(["touched=新品上市"])
