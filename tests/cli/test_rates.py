"""`storesync rates`: what people see of rates, and what they can do about them."""

from __future__ import annotations

from decimal import Decimal

from tests.cli.conftest import Merchant


def _shown(merchant: Merchant) -> dict[str, Decimal]:
    return {sku.code: sku.price for one in merchant.market.alive() for sku in one.skus.values()}


def test_rates_are_shown_with_source_age_and_what_uses_them(merchant: Merchant) -> None:
    """A line per currency and channel; invented rates are called so; nothing is wider than the terminal."""
    merchant("sync")
    said = merchant("rates")
    document = merchant("rates", "--json").document

    assert 0 == said.code
    assert "1 CNY" in said.out or "CNY  200.71 KRW" in said.out
    assert "invented: for the sandbox alone" in said.out
    assert "example mid" in said.out
    assert "static" not in said.out
    assert document["collected_at"] == document["history"][1]["at"]
    assert "200.71" == document["rates"][0]["rate"]["value"]
    assert document["channels"]["tmall-cn"]["snapshot"].startswith(document["history"][0]["snapshot"][:8])
    assert ["priced", "collected"] == [event["event"] for event in document["history"]]


def test_a_pinned_snapshot_brings_the_old_prices_back(merchant: Merchant) -> None:
    """Rates move, prices follow; pinned with a reason, the shop shows the old prices again, to the last digit."""
    merchant("sync")
    before = _shown(merchant)
    explained = merchant("explain", "SBG-001-30", "--json").document
    snapshot = merchant("rates", "--json").document["channels"]["tmall-cn"]["snapshot"]
    merchant.edit("rates.toml", "200.71", "207.00")
    merchant("sync")
    moved = _shown(merchant)
    looked = merchant("explain", "SBG-001-30", "--rates", snapshot[:8], "--json").document
    refused = merchant("rates", "pin", snapshot[:8])
    pinned = merchant("rates", "pin", snapshot[:8], "--reason", "as in the printed catalog", "--by", "kim")
    shown = merchant("rates")
    merchant("sync")
    back = _shown(merchant)
    freed = merchant("rates", "unpin", "--reason", "reprinted")
    merchant("sync")

    prices = explained["channels"]["tmall-cn"]["prices"]
    assert prices == looked["channels"]["tmall-cn"]["prices"]
    assert snapshot == looked["channels"]["tmall-cn"]["rates"]
    assert before != moved
    assert before == back
    assert moved == _shown(merchant)
    assert (1, 0, 0) == (refused.code, pinned.code, freed.code)
    assert "to pin rates needs a reason" in refused.err
    assert "tmall-cn: priced with snapshot" in pinned.out
    assert "pinned: as in the printed catalog (kim)" in shown.out
    assert "tmall-cn: priced as the sources say from the next plan on" in freed.out


def test_who_unpins_says_why_as_who_pins_does(merchant: Merchant) -> None:
    """Without a reason neither is done; the history keeps both with their persons."""
    merchant("sync")
    snapshot = merchant("rates", "--json").document["snapshot"]
    merchant("rates", "pin", snapshot, "--reason", "fair week", "--by", "kim")
    silent = merchant("rates", "unpin")
    still = merchant("rates", "--json").document["channels"]["tmall-cn"]["pinned"]
    merchant("rates", "unpin", "--reason", "the fair is over", "--by", "lee")

    history = merchant("rates", "--json").document["history"]
    told = [(event["event"], event["reason"], event["by"]) for event in history[:2]]
    assert (1, "fair week") == (silent.code, still)
    assert "--reason 'why'" in silent.err
    assert [("unpinned", "the fair is over", "lee"), ("pinned", "fair week", "kim")] == told


def test_a_jump_is_told_and_confirmed_by_hand(merchant: Merchant) -> None:
    """Exit code 2 while a currency is in doubt; the message holds the command that settles it."""
    merchant("sync")
    merchant.edit("rates.toml", "200.71", "250.00")
    fetched = merchant("rates", "fetch")
    planned = merchant("plan")
    confirmed = merchant("rates", "fetch", "--confirm", "CNY")
    unknown = merchant("rates", "fetch", "--confirm", "CNH")

    assert (2, 2, 0, 1) == (fetched.code, planned.code, confirmed.code, unknown.code)
    assert "storesync rates fetch --confirm CNY" in fetched.out
    assert "moved by 24.56 %" in planned.out
    assert "no channel is priced in 'CNH' (there are: CNY)" in unknown.err


def test_a_snapshot_that_is_not_there_is_told(merchant: Merchant) -> None:
    """An id that nobody knows, and one that is given to an action that takes none."""
    explained = merchant("explain", "SBG-001-30", "--rates", "abcdef")
    merchant("sync")
    unknown = merchant("explain", "SBG-001-30", "--rates", "abcdef")
    misplaced = merchant("rates", "show", "abcdef")

    assert (1, 1, 1) == (explained.code, unknown.code, misplaced.code)
    assert "there is no rate snapshot 'abcdef'" in unknown.err
    assert "storesync rates pin abcdef" in misplaced.err


def test_every_snapshot_that_is_shown_can_be_pinned(merchant: Merchant) -> None:
    """Also after a table was edited: what no plan has kept yet is told without an id."""
    merchant("sync")
    merchant.edit("rates.toml", "200.71", "205.00")
    edited = merchant("rates")
    document = merchant("rates", "--json").document
    last = document["last"]["snapshot"]
    pinned = merchant("rates", "pin", last, "--reason", "fair week")
    freed = merchant("rates", "unpin", "--reason", "it is over")
    merchant("plan")
    planned = merchant("rates", "--json").document

    assert edited.out.startswith("rates as they stand here · configuration or tables here moved on for CNY")
    assert "205.00 KRW" in edited.out
    assert f"since snapshot {last[:8]}, collected" in edited.out
    assert ("", "") == (document["snapshot"], document["collected_at"])
    assert "" == document["channels"]["tmall-cn"]["snapshot"]
    assert (0, 0) == (pinned.code, freed.code)
    assert last != planned["snapshot"] == planned["last"]["snapshot"] == planned["history"][1]["snapshot"]
    assert planned["channels"]["tmall-cn"]["snapshot"]
