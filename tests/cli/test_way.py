"""The way of a merchant through the commands: init, check, plan, apply, sync, status, explain, observe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Merchant, Said


def test_plan_accounts_for_every_product(merchant: Merchant) -> None:
    """Each product is created, not offered or held back; a draft is no finding, so the exit code is 0."""
    said = merchant("plan", "--json")

    plan = said.document["channels"]["tmall-cn"]
    assert 0 == said.code
    assert 5 == plan["products"]
    assert 4 == plan["counts"]["create"]
    assert [("PDM-070", "draft")] == [(held["key"], held["reason"]) for held in plan["not_offered"]]
    assert [] == plan["held"]


def test_plan_sends_nothing_that_changes_a_shop(merchant: Merchant) -> None:
    """Planning reads category rules and writes nothing."""
    merchant("plan")

    assert 0 == merchant.market.writes()


def test_plan_on_paper_can_be_carried_out_later(merchant: Merchant) -> None:
    """`plan -o` then `apply FILE` lists everything once, and the next sync has nothing to do."""
    path = merchant.folder / "plan.json"
    planned = merchant("plan", "-o", str(path))
    applied = merchant("apply", str(path), "--json")
    again = merchant("sync", "--json")

    assert (0, 0, 0) == (planned.code, applied.code, again.code)
    assert {"done": 16} == applied.document["channels"]["tmall-cn"]["counts"]
    assert 4 == merchant.market.counts()["live"]
    assert {} == merchant.market.duplicates()
    assert [] == again.document["channels"]["tmall-cn"]["plan"]["operations"]
    assert [] == again.document["channels"]["tmall-cn"]["report"]["outcomes"]


def test_sync_does_it_in_one_go(merchant: Merchant) -> None:
    """A scheduler needs one command; the second run writes nothing."""
    first = merchant("sync")
    writes = merchant.market.writes()
    second = merchant("sync")

    assert (0, 0) == (first.code, second.code)
    assert "4 to create" in first.out
    assert "nothing to do" in second.out
    assert writes == merchant.market.writes()


def test_a_changed_price_and_stock_move_offers_only(merchant: Merchant) -> None:
    """The plan names both figures before and after, and their cause."""
    merchant("sync")
    merchant.edit("catalog/variants.csv", ",32000,", ",34000,")
    merchant.edit("catalog/variants.csv", ",90,", ",65,")
    said = merchant("plan")

    assert "1 price change, 1 stock change" in said.out
    assert "¥219.00 → ¥229.00" in said.out
    assert "90 → 65" in said.out
    assert "catalog" in said.out


def test_check_needs_no_network(merchant: Merchant) -> None:
    """Before the market was ever asked, check says what it cannot know yet; afterwards all are ready."""
    before = merchant("check", "--json").document["channels"]["tmall-cn"]
    asked = len(merchant.market.calls)
    merchant("plan")
    after = merchant("check", "--json").document["channels"]["tmall-cn"]

    assert 0 == asked
    assert (5, 0, 4) == (before["products"], before["ready"], before["unread"])
    assert (5, 4, 0) == (after["products"], after["ready"], after["unread"])


def test_status_counts_listings(merchant: Merchant) -> None:
    """Status tells from the state alone, for people and for programs."""
    merchant("sync")
    told = merchant("status")
    document = merchant("status", "--json").document["channels"]["tmall-cn"]

    assert "4 listings (4 live)" in told.out
    assert (4, {"live": 4}, 0) == (document["listings"], document["by_status"], document["pending"])


def test_explain_opens_a_price_stage_by_stage(merchant: Merchant) -> None:
    """₩32,000 becomes ¥219.00, by stages with before and after, the rate and its source."""
    merchant("sync")
    told = merchant("explain", "SBG-001-30", "--channel", "tmall-cn")
    document = merchant("explain", "SBG-001-30", "--json").document["channels"]["tmall-cn"]

    steps = document["prices"]["CN"]["steps"]
    assert ["base", "source vat", "markup"] == [step["stage"] for step in steps[:3]]
    assert steps[0]["after"] == steps[1]["before"] == "32000 KRW"
    assert "219.00 CNY" == document["have"]["prices"]["CN"]["sale"]
    assert "reference" == document["texts"]["zh-Hans"]["title"]["by"]
    assert "create" == document["operations"][0]["kind"]
    assert "₩32,000" in told.out
    assert "¥219.00" in told.out
    assert "1 CNY = 200.71 KRW" in told.out


def test_explain_says_when_a_sku_is_unknown(merchant: Merchant) -> None:
    """An unknown SKU is an answer with a way out, not an empty page."""
    merchant("plan")
    said = merchant("explain", "NIX", "--json")

    assert 1 == said.code
    assert "is it in the catalog" in said.document["error"]["message"]


@pytest.mark.parametrize(
    ("written", "meant"), [("SBG-01-30", "SBG-001-30"), ("sbg-001-30", "SBG-001-30"), ("PDM070", "PDM-070")]
)
def test_explain_knows_what_a_slip_of_the_pen_means(merchant: Merchant, written: str, meant: str) -> None:
    """The key or SKU that looks most like what was written is named."""
    merchant("plan")
    said = merchant("explain", written)

    assert 1 == said.code
    assert f"did you mean {meant}" in said.err


def test_explain_tells_of_what_is_not_offered(merchant: Merchant) -> None:
    """A draft has no SKU yet: its key stands for it, with the reason."""
    merchant("plan")
    told = merchant("explain", "PDM-070")
    document = merchant("explain", "PDM-070", "--json").document["channels"]["tmall-cn"]

    assert told.out.startswith("PDM-070 on tmall-cn\n")
    assert "not offered   draft" in told.out
    assert ("draft", "") == (document["not_offered"], document["held"])


def test_explain_of_a_listing_names_its_further_skus(merchant: Merchant) -> None:
    """A key stands for its first SKU; the others are named, so that nobody takes one for all."""
    merchant("plan")
    document = merchant("explain", "SBG-001", "--json").document["channels"]["tmall-cn"]

    assert ("SBG-001-30", ["SBG-001-50"]) == (document["sku"], document["others"])


def test_observe_tells_what_is_gone_from_the_shop(merchant: Merchant) -> None:
    """Listings that somebody took away are called gone, not changed, with what to do; the next plan makes them anew."""
    merchant("sync")
    for listing in merchant.market.alive():
        merchant.market.end(listing)
    said = merchant("observe")
    planned = merchant("plan")

    assert "tmall-cn  4 gone from the shop" in said.out
    assert "is this the right shop?" in said.out
    assert "the emulated shops keep nothing when they end" in said.out
    assert "by hand, which" not in said.out
    assert "4 to create" in planned.out
    assert 4 == planned.out.count("  gone")
    assert "vanished" in planned.out


def test_observe_finds_what_somebody_changed_in_the_shop(merchant: Merchant) -> None:
    """A price that a person changed in the shop is told, and the next sync puts it right."""
    merchant("sync")
    listing = merchant.market.alive("SBG-002")[0]
    sku = next(iter(listing.skus.values()))
    merchant.market.edit(listing.id, sku=sku.code, stock=sku.stock + 5)
    said = merchant("observe", "--json")
    repaired = merchant("sync", "--json").document["channels"]["tmall-cn"]["report"]

    drift = said.document["channels"]["tmall-cn"]["drift"]
    assert [f"{sku.code} stock"] == [one["what"] for one in drift]
    assert {"done": 1} == repaired["counts"]
    assert drift[0]["ours"] == str(merchant.market.alive("SBG-002")[0].sku(sku.code).stock)  # type: ignore[union-attr]  # it is there


def test_resolve_refuses_what_is_not_parked(merchant: Merchant) -> None:
    """Only a parked listing can be taken up again; the message says where to look."""
    merchant("sync")
    said = merchant("resolve", "SBG-001", "--channel", "tmall-cn")

    assert 1 == said.code
    assert "'SBG-001' is not parked; `storesync status` shows what is" in said.err


def test_a_price_that_moved_too_far_is_let_through_with_a_reason(merchant: Merchant) -> None:
    """The held price names the command; without a reason it is refused, with one the next run sends the price."""
    prices = merchant.folder / "prices.toml"
    line = 'currency = "CNY"'
    prices.write_text(
        prices.read_text("utf-8").replace(line, line + '\nguards = { max_change = "0.2" }', 1), "utf-8"
    )
    merchant("sync")
    table = merchant.folder / "catalog" / "variants.csv"
    table.write_text(table.read_text("utf-8").replace(",32000,36000,", ",64000,72000,", 1), "utf-8")
    held = merchant("plan", "--html", str(merchant.folder / "plan.html"))
    told = [held.out, merchant("status").out, merchant("explain", "SBG-001-30", "--channel", "tmall-cn").out]
    (exact,) = merchant("plan", "--json").document["channels"]["tmall-cn"]["held"]
    silent = merchant("confirm", "SBG-001-30", "--channel", "tmall-cn")
    said = merchant("confirm", "SBG-001-30", "--channel", "tmall-cn", "--reason", "doubled", "--by", "Kim")
    sent = merchant("sync")

    assert (2, 1, 0, 0) == (held.code, silent.code, said.code, sent.code)
    assert "storesync confirm SBG-001-30 --channel tmall-cn --reason 'why'" in " ".join(held.out.split())
    assert all("¥219.00 would become ¥399.00: 82.19 %" in " ".join(text.split()) for text in told)
    assert "¥219.00 would become ¥399.00" in (merchant.folder / "plan.html").read_text("utf-8")
    assert "219.00 CNY would become 399.00 CNY" in exact["reason"]
    assert "needs a reason" in silent.err
    assert "tmall-cn: SBG-001-30 in CN may move ¥219.00 → ¥399.00; plan again" in said.out
    assert "'price change SBG-001-30' was passed" in merchant("status").out


def test_apply_without_a_person_needs_a_plan_or_yes(merchant: Merchant) -> None:
    """Nothing is applied where nobody can be asked; --yes says it is meant."""
    refused = merchant("apply")
    meant = merchant("apply", "--yes")

    assert (1, 0) == (refused.code, meant.code)
    assert "--yes" in refused.err
    assert 4 == merchant.market.counts()["live"]


def test_a_page_of_the_plan_is_written(merchant: Merchant) -> None:
    """The page stands alone: titles of both languages, prices, and no address of anybody else."""
    merchant("plan", "--html", str(merchant.folder / "plan.html"))

    page = (merchant.folder / "plan.html").read_text("utf-8")
    assert "林下参" in page
    assert "설빛가온 산양삼 히알루론 보습 세럼" in page
    assert "¥219.00" in page
    assert "http" not in page


def test_init_writes_the_example_and_never_twice(tmp_path: Path, say: Callable[[list[str]], Said]) -> None:
    """The example is copied whole; a second init overwrites nothing."""
    first = say(["init", str(tmp_path / "new"), "--minimal"])
    second = say(["init", str(tmp_path / "new"), "--minimal"])

    assert (0, 1) == (first.code, second.code)
    assert "exists already; nothing was written" in second.err
    assert "[channels.tmall-cn]" in (tmp_path / "new" / "storesync.toml").read_text("utf-8")


def test_the_minimal_configuration_can_be_read(tmp_path: Path, say: Callable[[list[str]], Said]) -> None:
    """What init writes is no configuration error; an empty catalog is told."""
    from storesync.config import load

    say(["init", str(tmp_path), "--minimal"])

    assert ("tmall-cn",) == tuple(load(tmp_path / "storesync.toml").channels)


def test_drivers_come_from_their_own_spec(say: Callable[[list[str]], Said]) -> None:
    """The table and the document name the same parts."""
    told, listed = say(["drivers"]), say(["drivers", "--json"])
    document = listed.document

    assert (0, 0) == (told.code, listed.code)
    assert "tmall" in told.out
    assert "create" in document["drivers"]["tmall"]["parts"]
    assert "refresh" not in document["drivers"]["tmall"]["parts"]


def test_a_missing_configuration_says_how_to_begin(tmp_path: Path, say: Callable[[list[str]], Said]) -> None:
    """The first message that a new user may see names the next command."""
    said = say(["plan", "--config", str(tmp_path / "storesync.toml")])

    assert 1 == said.code
    assert "`storesync init` writes one" in said.err


def test_a_mistyped_option_is_refused(merchant: Merchant) -> None:
    """A usage error exits with 1 and changes nothing."""
    said = merchant("sync", "--jso")

    assert 1 == said.code
    assert "--jso" in said.err + said.out
