"""The kit as an author sees it: cases by level, a failure that teaches, the level reached at the end."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve
from tests.testing.plain_samples import ACCOUNT, SHOP, samples
from tests.testing.test_plain_conformance import emulated

import storesync.driver as sd
from storesync.sandbox import SandboxTransport
from storesync.sandbox.plain import ACCESS, APP, HOST, REFRESH, Manners, market_plain
from storesync.testing import Level, Live, Subject, conformance
from storesync.testing.plain import Account, plain_driver
from storesync.testing.virtual import VirtualLoop, virtual_env

ROOT = Path(__file__).parents[2]
HEAD = """
from attrs import evolve
from tests.testing.plain_samples import ACCOUNT, SHOP, samples
import storesync.driver as sd
from storesync.testing import conformance
from storesync.testing.plain import plain_driver
"""


def run(folder: Path, line: str, *arguments: str) -> tuple[str, dict[str, str]]:
    """What pytest says of a driver's test file with this line, and the levels that it writes."""
    file, levels = folder / "test_it.py", folder / "levels.json"
    file.write_text(HEAD + line + "\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly",
        f"--rootdir={ROOT}", f"--confcutdir={folder}", "-c", str(ROOT / "pyproject.toml"),
        f"--storesync-levels={levels}", *arguments, str(file),
    ]  # fmt: skip
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return answer.stdout + answer.stderr, json.loads(levels.read_text()) if levels.exists() else {}


SUITE = "test_plain = conformance.suite({driver}, shop=SHOP, account=ACCOUNT, samples={samples})"


def test_a_test_file_of_one_line_tells_the_level_reached(tmp_path: Path) -> None:
    """One case per law, and a line at the end."""
    shown, levels = run(tmp_path, SUITE.format(driver="plain_driver()", samples="samples()"))

    assert "plain: laws (pure 10/10 · laws 11/11)" in shown
    assert {"plain": "laws"} == levels


def test_a_broken_law_is_told_with_its_way_out(tmp_path: Path) -> None:
    """The place, what was seen, what to do instead; the level is the one below."""
    broken = (
        "evolve(plain_driver(), find=lambda shop, sought: (lambda: (yield sd.get('/listings')) and [])())"
    )
    shown, levels = run(tmp_path, SUITE.format(driver=broken, samples="samples()"), "-k", "laws or pure")

    assert "driver 'plain', laws: garbage is never nothing found" in shown
    assert "→ nothing found and nothing understood differ" in shown
    assert {"plain": "none"} == levels


def test_a_level_that_was_run_in_part_is_not_reached(tmp_path: Path) -> None:
    """A deselected case proves nothing."""
    shown, levels = run(tmp_path, SUITE.format(driver="plain_driver()", samples="samples()"), "-k", "hosts")

    assert "plain: none (pure 1/10)" in shown
    assert {"plain": "none"} == levels


def test_without_a_sandbox_its_level_is_not_judged() -> None:
    """Only what the author makes possible is promised."""
    subject = Subject(driver=plain_driver(), shop=SHOP, account=ACCOUNT, samples=samples())
    alone = conformance.checks(subject)
    whole = conformance.checks(subject, sandbox=emulated(Manners()))

    assert [Level.PURE, Level.LAWS] == sorted({check.level for check in alone}, key=lambda level: level.rank)
    assert {Level.SANDBOX} == {check.level for check in set(whole) - set(alone) if check.level.rank > 1}


def test_parts_select_the_transitions() -> None:
    """A driver that cannot hide is not asked to."""
    bare = evolve(plain_driver(), hide=None, show=None)
    subject = Subject(driver=bare, shop=SHOP, account=ACCOUNT, samples=samples())
    names = {check.name for check in conformance.checks(subject, sandbox=emulated(Manners()))}

    assert "what is not offered is hidden and comes back" not in names
    assert "a new title arrives" in names


def live(driver: sd.Driver[Any, Any], account: Account | None) -> list[conformance.Check]:
    """The checks of the live level, the plain market standing in for the real platform."""
    loop = VirtualLoop()
    env = virtual_env(loop, Random(1), start=sd.Response(None).received, owner="live")
    wire = SandboxTransport({HOST: market_plain(env.now)})
    look = Live(account=lambda: account, shop=SHOP, environment="sandbox", wire=wire)
    # Adoption reads by a check of its own.
    subject = Subject(driver=evolve(driver, listings=None), shop=SHOP, samples=samples())
    loop.close()
    return [check for check in conformance.checks(subject, live=look) if check.level is Level.LIVE]


GRANTED = Account(app=APP, access=ACCESS, refresh=REFRESH)


def test_the_live_level_reads_the_platform_itself() -> None:
    """With credentials, a search for a key that nobody uses is answered and finds nothing."""
    check, *_ = live(plain_driver(), GRANTED)

    assert "" == check.skip
    assert [] == check.run()


def test_the_live_level_tells_of_a_refused_account() -> None:
    """A wrong token is no empty shop."""
    check, *_ = live(plain_driver(), evolve(GRANTED, access="wrong"))

    assert ["AuthExpired: token_expired"] == [found.seen for found in check.run()]


def test_the_live_level_never_writes() -> None:
    """A flow that would change the shop is stopped before it does."""

    def writing(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Any]:
        yield sd.request("POST", "/listings", json={})

    check, *_ = live(evolve(plain_driver(), find=writing), GRANTED)

    assert ["RuntimeError: POST /listings is ONCE: nothing was sent"] == [found.seen for found in check.run()]


def test_without_credentials_the_live_level_is_skipped() -> None:
    """It says why."""
    check, *_ = live(plain_driver(), None)

    assert "no live credentials here" == check.skip


def test_the_plugin_costs_a_stranger_next_to_nothing() -> None:
    """It is loaded in every test run of whoever has storesync installed: no engine, no SQL."""
    program = "import storesync.testing.plugin, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"attrs", "httpx", "hypothesis", "sqlalchemy", "storesync.driver", "storesync.engine"} & set(
        loaded
    )


@pytest.mark.parametrize("name", ["ANY", "Emulated", "LAWS", "Live", "Sample", "drive"])
def test_public_names_are_loaded_when_used(name: str) -> None:
    """The package's names are there without importing their modules first."""
    import storesync.testing

    assert getattr(storesync.testing, name) is not None
