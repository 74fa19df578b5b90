"""Bad input and refused plans: a message that names file, row, field, value and the way out; others go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import CANARIES, Merchant, Said

from storesync.cli.attempt import failure
from storesync.errors import Denied, Fault, NoChange, Transient


def _planned(merchant: Merchant) -> Path:
    path = merchant.folder / "plan.json"
    merchant("plan", "-o", str(path))
    return path


def _rewritten(path: Path, change: str) -> None:
    document = json.loads(path.read_text("utf-8"))
    plan = document["plans"][0]
    match change:
        case "operation":
            plan["operations"] = plan["operations"][1:]
        case "guard":
            plan["guards"][0]["tripped"] = True
        case "price":
            plan["operations"][-1]["details"][0][2] = "1.00 CNY × 1"
        case "fingerprint":
            del plan["fingerprint"]
        case "kind":
            plan["operations"][0]["kind"] = "explode"
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_plan_changed_by_hand_is_refused(merchant: Merchant) -> None:
    """Whatever was changed in the file, guards and shown figures too: nothing is sent."""
    path = _planned(merchant)
    untouched = path.read_bytes()
    answers = {}
    for change in ("operation", "guard", "price", "fingerprint", "kind"):
        path.write_bytes(untouched)
        _rewritten(path, change)
        said = merchant("apply", str(path))
        answers[change] = (said.code, "plan again" in said.err)

    assert dict.fromkeys(answers, (1, True)) == answers
    assert 0 == merchant.market.writes()


def test_a_stale_plan_is_refused(merchant: Merchant) -> None:
    """A plan made before another run is refused by its revision, and nothing is sent."""
    path = _planned(merchant)
    merchant("sync")
    writes = merchant.market.writes()
    said = merchant("apply", str(path))

    assert 1 == said.code
    assert "plan again" in said.err
    assert writes == merchant.market.writes()


def test_a_file_that_is_no_plan_is_refused(merchant: Merchant) -> None:
    """A wrong file is told by its name."""
    (merchant.folder / "other.json").write_text("[1, 2]", encoding="utf-8")
    said = merchant("apply", str(merchant.folder / "other.json"), "--json")
    missing = merchant("apply", "none.json")

    assert 1 == said.code
    assert "PlanError" == said.document["error"]["kind"]
    assert "this is no plan file" in said.document["error"]["message"]
    assert "none.json: there is no such file; `storesync plan -o none.json` writes one" in missing.err


def test_a_guard_stops_a_sync_until_a_reason_is_given(merchant: Merchant) -> None:
    """A price that doubles trips the guard; the reason lets it pass, and nothing went before."""
    merchant("sync")
    merchant.edit("catalog/variants.csv", ",32000,36000,", ",64000,72000,")
    writes = merchant.market.writes()
    planned = merchant("plan")
    stopped = merchant("sync")
    nothing = merchant.market.writes() - writes
    meant = merchant("sync", "--allow", "price swing=new recipe")

    assert (1, 1, 0) == (planned.code, stopped.code, meant.code)
    assert "price swing" in planned.out
    assert "--allow 'price swing=why'" in planned.out
    assert "price swing" in stopped.err
    assert "say why: --allow 'price swing=why'" in stopped.err
    assert 1 == stopped.err.count("tmall-cn: ")
    assert 0 == nothing


def test_a_listing_is_ended_only_on_demand_and_with_a_reason(merchant: Merchant) -> None:
    """`plan --end KEY` writes the end into the plan; apply wants the reason; the shop then has one listing less."""
    merchant("sync")
    path = merchant.folder / "plan.json"
    planned = merchant("plan", "--end", "SBG-002", "-o", str(path))
    refused = merchant("apply", str(path))
    before = merchant.market.counts()["alive"]
    meant = merchant("apply", str(path), "--allow", "end=recalled by the maker")

    assert "x end" in planned.out
    assert (1, 4) == (refused.code, before)
    assert "--allow 'end=why'" in refused.err
    assert (0, 3) == (meant.code, merchant.market.counts()["alive"])


def test_only_what_is_listed_can_be_ended(merchant: Merchant) -> None:
    """A slip of the pen in `--end` is told with the key that was meant; before anything is listed nothing can end."""
    early = merchant("plan", "--end", "SBG-002")
    merchant("sync")
    late = merchant("plan", "--end", "SBG-02", "--json").document["channels"]["tmall-cn"]["error"]

    assert (1, "PlanError") == (early.code, late["kind"])
    assert "tmall-cn: 'SBG-002' is not listed there" in early.err
    assert "did you mean SBG-002" in late["message"]


def test_a_plan_file_without_its_folder_is_refused_before_anything_is_done(merchant: Merchant) -> None:
    """One document says which folder is missing; no market was asked."""
    said = merchant("plan", "--json", "-o", str(merchant.folder / "none" / "plan.json"))

    assert 1 == said.code
    assert "there is no folder" in said.document["error"]["message"]
    assert 0 == len(merchant.market.calls)


def test_a_guard_is_not_passed_without_a_reason(merchant: Merchant) -> None:
    """`--allow guard` alone is refused."""
    said = merchant("sync", "--allow", "price swing=")

    assert 1 == said.code
    assert "gives no reason" in said.err


def test_a_misspelled_guard_is_told_before_anything_is_planned(merchant: Merchant) -> None:
    """The name that was meant is told, also of a guard that stands in few plans; no market is asked."""
    swing = merchant("sync", "--allow", "price_swing=new recipe")
    strange = merchant("sync", "--allow", "acount=moved")

    assert (1, 1, 0) == (swing.code, strange.code, len(merchant.market.calls))
    assert "there is no guard 'price_swing' to give a reason for; did you mean 'price swing'?" in swing.err
    assert "did you mean 'account'?" in strange.err


def test_a_catalog_that_cannot_be_read_fails_and_is_told_by_every_command(merchant: Merchant) -> None:
    """Exit code 1 with the finding, in a shop with listings and in an empty one; no market is asked."""
    products = merchant.folder / "catalog" / "products.csv"
    kept = products.read_bytes()
    products.unlink()
    early = {name: merchant(name) for name in ("check", "plan", "sync")}
    before = len(merchant.market.calls)
    products.write_bytes(kept)
    merchant("sync")
    asked = len(merchant.market.calls)
    products.unlink()
    late = {name: merchant(name) for name in ("check", "plan", "sync")}

    assert {1} == {said.code for said in (*early.values(), *late.values())}
    assert all(
        "products.csv cannot be read" in said.out + said.err for said in (*early.values(), *late.values())
    )
    assert "the catalog cannot be read, so nothing is changed" in late["plan"].err
    assert (0, asked) == (before, len(merchant.market.calls))


def test_a_typo_in_the_configuration_is_found(merchant: Merchant) -> None:
    """The message has file, line, what was written and what may have been meant."""
    merchant.edit("storesync.toml", "environment =", "enviroment =")
    said = merchant("plan", "--json")

    issues = said.document["error"]["issues"]
    assert 1 == said.code
    slips = [issue for issue in issues if issue["path"] == "channels/tmall-cn/enviroment"]
    assert ["did you mean 'environment'?"] == [slip["hint"] for slip in slips]
    assert slips[0]["at"].startswith("storesync.toml:")


def test_a_misspelled_driver_is_told_beside_other_findings(merchant: Merchant) -> None:
    """Whoever mends the price does not stumble over the driver next: both are told, with what was meant."""
    merchant.edit("storesync.toml", 'driver = "tmall"', 'driver = "tmal"')
    merchant.edit("prices.toml", 'source_vat = "0.10"', 'source_vat = "ten"')
    issues = merchant("plan", "--json").document["error"]["issues"]

    told = {issue["code"]: issue for issue in issues}
    assert "did you mean 'tmall'?" == told["config.driver"]["hint"]
    assert told["config.driver"]["at"].startswith("storesync.toml:")
    assert "price.config_value" in told


def test_a_missing_secret_names_its_variable(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named with the line that asks for it."""
    monkeypatch.delenv("TMALL_SECRET")
    said = merchant("sync")
    checked = merchant("check")

    assert (1, 1) == (said.code, checked.code)
    assert "TMALL_SECRET is not set" in said.err
    assert "storesync.toml:" in said.err
    assert "TMALL_SECRET is not set" in checked.out


def test_a_broken_picture_holds_one_listing_back(merchant: Merchant) -> None:
    """The listing with the broken file is held with the file's name; the others are listed; exit code 2."""
    (merchant.folder / "catalog" / "images" / "sbg-002_main.jpg").write_bytes(b"no picture")
    said = merchant("sync", "--json")

    plan = said.document["channels"]["tmall-cn"]["plan"]
    assert 2 == said.code
    assert ["SBG-002"] == [held["key"] for held in plan["held"]]
    assert "sbg-002_main.jpg" in json.dumps(plan["held"][0])
    assert 3 == merchant.market.counts()["live"]


def test_a_wrong_row_holds_one_listing_back(merchant: Merchant) -> None:
    """The finding names file, row and column and the value; the others are listed; what is live stays."""
    merchant("sync")
    merchant.edit("catalog/variants.csv", ",32000,", ",32.000원,")
    said = merchant("sync")

    assert 2 == said.code
    assert "variants.csv:2:price_krw" in said.out
    assert "32.000원" in said.out
    assert 4 == merchant.market.counts()["live"]


def test_an_expired_policy_is_told_with_the_line_to_change(merchant: Merchant) -> None:
    """On 2027-01-05 a policy that ended with the year prices nothing; the line that says so is named."""
    tax = 'tax = { mode = "included", duty = "0", vat = "0.08", vat_until = 2026-12-31 }'
    merchant.edit("prices.toml", 'fx_buffer = "0.02"\n', f'fx_buffer = "0.02"\n{tax}\n')
    in_time = merchant("plan")
    merchant.edit("storesync.toml", "today = 2026-11-23", "today = 2027-01-05")
    late = merchant("plan")
    page = merchant("plan", "--html", str(merchant.folder / "plan.html"), "--json")

    assert (0, 2, 2) == (in_time.code, late.code, page.code)
    assert "tax.vat 0.08 ended on 2026-12-31, today is 2027-01-05" in late.out.replace("\n", " ")
    assert "prices.toml:10:vat_until" in late.out
    assert "4 listings: " in late.out
    assert "prices.toml:10:vat_until" in (merchant.folder / "plan.html").read_text("utf-8")
    assert 4 == len(page.document["channels"]["tmall-cn"]["held"])


def test_one_failing_channel_does_not_stop_the_others(merchant: Merchant) -> None:
    """A channel whose driver is missing fails; the other one is carried out; the exit code is 1."""
    text = merchant.config.read_text("utf-8")
    broken = (
        '\n[channels.nowhere]\ndriver = "nowhere"\nmarket = "CN"\nenvironment = "sandbox"\nprice = "cn"\n'
    )
    broken += 'account = { key = "env:X" }\n'
    merchant.config.write_text(text + broken, encoding="utf-8")
    said = merchant("sync", "--json")

    assert 1 == said.code
    assert "no driver 'nowhere' is installed" in said.document["channels"]["nowhere"]["error"]["message"]
    assert {"done": 16} == said.document["channels"]["tmall-cn"]["report"]["counts"]


def test_a_market_that_is_down_is_told_so() -> None:
    """A market that cannot be reached is no fault of the merchant's data: the message says where to look."""
    told = failure(Transient("unreachable", "ConnectError", untouched=True))

    assert "Transient" == told["kind"]
    assert "the market cannot be reached (ConnectError)" == told["message"]
    assert told["hint"].startswith("look at the network")


def test_every_fault_of_a_market_tells_a_way_out() -> None:
    """Whatever class a driver gives a refusal, a person reads what to do; only what counts as done needs none."""
    classes = [Fault]
    for one in classes:
        classes += one.__subclasses__()

    assert {Fault, NoChange} == {one for one in classes if not one.way}
    assert all(failure(one("25", "x"))["hint"] == one.way for one in classes)


def test_a_refused_account_is_told_with_the_way_out(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The market's own words, then what to look at, by every command that asks it."""
    monkeypatch.setenv("TMALL_SECRET", "not the secret of this app")
    planned = merchant("plan")
    synced = merchant("sync", "--json").document["channels"]["tmall-cn"]["error"]

    assert 1 == planned.code
    assert "tmall-cn: 25: Invalid signature\n  → check the account's key, secret and token" in planned.err
    assert ("Denied", Denied.way) == (synced["kind"], synced["hint"])


def test_a_port_that_is_taken_is_told_so(merchant: Merchant, say: Callable[[list[str]], Said]) -> None:
    """The sandbox says which port it could not take."""
    port = merchant.config.read_text("utf-8").partition("http://127.0.0.1:")[2].partition("/")[0]
    said = [say(["sandbox", "--port", port]), say(["sandbox", "--port", "99999"])]

    assert [1, 1] == [one.code for one in said]
    assert [1, 1] == [one.err.count("\n") for one in said]
    assert f"cannot serve on 127.0.0.1:{port} (Address already in use): choose a free port" in said[0].err


def test_the_sandbox_tells_a_program_where_it_is() -> None:
    """With --json one line has the addresses and the example's variables; Ctrl-C ends it with 0, in silence."""
    words = [sys.executable, "-c", "import sys; from storesync.cli import main; sys.exit(main())"]
    with subprocess.Popen(
        [*words, "sandbox", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        busy = subprocess.run(
            [*words, "sandbox", "--port", told["page"].rpartition(":")[2].strip("/")],
            capture_output=True,
            text=True,
            check=False,
        )
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=30)

    assert told["page"] + "tmall" == told["tmall"]
    assert "TMALL_SECRET" in told["environment"]
    assert (0, "", "") == (running.returncode, rest, errors)
    assert (1, 1) == (busy.returncode, busy.stderr.count("\n"))


def test_a_state_that_cannot_be_opened_is_told_so(merchant: Merchant) -> None:
    """A database that is not there, and a file that is no database, are no fault of storesync."""
    (merchant.folder / "storesync.db").write_bytes(b"no database" * 100)
    said = merchant("status")
    merchant.edit("storesync.toml", "sqlite:///storesync.db", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    absent = merchant("status", "--json")

    assert (1, 1) == (said.code, absent.code)
    assert "failed: file is not a database; is `url` under [state] right?" in " ".join(said.err.split())
    assert "StateUnavailable" == absent.document["error"]["kind"]


def test_a_missing_catalog_folder_is_one_finding(merchant: Merchant) -> None:
    """The folder is named once, with the key that names it; nothing counts as gone."""
    merchant("sync")
    merchant.edit("storesync.toml", 'path = "catalog"', 'path = "katalog"')
    checked = merchant("check", "--json").document["channels"]["tmall-cn"]
    said = merchant("sync")

    assert ["catalog.file_missing"] == [issue["code"] for issue in checked["issues"]]
    assert "[catalog] path" in checked["issues"][0]["hint"]
    assert 4 == merchant.market.counts()["live"]
    assert said.code != 0


def test_an_unknown_channel_is_refused(merchant: Merchant) -> None:
    """The channels that exist are named."""
    said = merchant("plan", "--channel", "tmal-cn")

    assert 1 == said.code
    assert "no channel 'tmal-cn' is configured; did you mean 'tmall-cn'?" in said.err


def test_no_secret_is_written_or_said(merchant: Merchant) -> None:
    """Secrets reach neither outputs nor log, plan, page or state, in good runs and refused ones."""
    said = [
        merchant(
            "plan", "-v", "-o", str(merchant.folder / "plan.json"), "--html", str(merchant.folder / "p.html")
        ),
        merchant("apply", str(merchant.folder / "plan.json"), "-v"),
        merchant("explain", "SBG-001-30", "--json"),
        merchant("status", "--json"),
    ]
    everything = "".join(one.out + one.err for one in said) + merchant.everything_written.decode(
        "utf-8", "ignore"
    )

    assert [] == [canary for canary in CANARIES if canary in everything]


def test_a_refused_account_is_told_without_its_secret(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong secret and a wrong session stop the channel with the market's words; neither is repeated."""
    monkeypatch.setenv("TMALL_SECRET", "canary-secret-b7c1")
    monkeypatch.setenv("TMALL_SESSION", "canary-session-99aa")
    said = [merchant("sync", "-v"), merchant("plan", "--json")]
    everything = "".join(one.out + one.err for one in said) + merchant.everything_written.decode(
        "utf-8", "ignore"
    )

    assert said[0].code != 0
    assert "canary" not in everything


def test_a_fault_of_ours_says_where_the_log_is(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is one line with the log's place; the trace is in the log, secrets masked."""
    from storesync.sync import Shops

    def broken(*_: object, **__: object) -> None:
        raise KeyError(CANARIES[0])

    merchant("plan")
    monkeypatch.setattr(Shops, "status", broken)
    said = merchant("status")

    log = (merchant.folder / "storesync.log").read_text("utf-8")
    assert 1 == said.code
    assert "Traceback" not in said.err
    assert str(merchant.folder / "storesync.log") in said.err.replace("\n", "")
    assert "KeyError" in log
    assert CANARIES[0] not in log
