"""storesync state: a copy to go on from, an export to read elsewhere, and a journal that does not grow for ever."""

import json
import shutil
import sqlite3
import stat
from collections import Counter
from contextlib import closing
from pathlib import Path

from attrs import evolve
from tests.cli.conftest import CANARIES, Merchant


def rows(path: Path, table: str) -> int:
    """How many rows a database has in a table."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def test_who_goes_on_from_an_old_backup_is_told_before_anything_is_made_twice(
    merchant: Merchant, tmp_path: Path
) -> None:
    """What was listed after the copy is unknown to it: it is adopted, and the shop has everything once."""
    merchant.market.behavior = evolve(
        merchant.market.behavior, search_lag=0.0
    )  # the copy is older than any lag
    copy = tmp_path / "old.db"
    merchant("plan")
    told = merchant("state", "backup", str(copy), "--json")
    assert (0, str(copy)) == (told.code, told.document["file"])
    assert 1 == merchant("state", "backup", str(copy)).code
    merchant("sync")
    before = sorted(listing.key for listing in merchant.market.live())

    database = merchant.folder / "storesync.db"
    for companion in merchant.folder.glob("storesync.db-*"):
        companion.unlink()
    shutil.copyfile(copy, database)
    writes = merchant.market.writes()
    refused = merchant("sync")

    assert 1 == refused.code
    assert "first contact" in refused.err + refused.out
    assert writes == merchant.market.writes()

    review = tmp_path / "review.csv"
    merchant("adopt", "--channel", "tmall-cn", "--review", str(review))
    merchant("adopt", "--channel", "tmall-cn", "--reviewed", str(review))
    merchant("sync")

    assert before == sorted(listing.key for listing in merchant.market.alive())
    assert {} == merchant.market.duplicates()


def test_an_export_is_lines_of_json_without_a_secret(merchant: Merchant, tmp_path: Path) -> None:
    """Other programs read it; a file that is there is never written over."""
    merchant("sync")
    file = tmp_path / "state.jsonl"
    told = merchant("state", "export", str(file), "--json").document
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    tables = Counter(line.get("table") for line in lines[1:])

    assert "state" == lines[0]["storesync"]
    assert len(lines) - 1 == told["rows"]
    assert tables["listings"] == rows(merchant.folder / "storesync.db", "listings")
    assert "tokens" not in tables
    assert not any(secret in file.read_text("utf-8") for secret in CANARIES)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert 1 == merchant("state", "export", str(file)).code


def test_what_ended_long_ago_is_dropped_and_reasons_stay(merchant: Merchant) -> None:
    """The journal is as long as the configuration says; nothing about a listing is forgotten by it."""
    merchant("sync")
    database = merchant.folder / "storesync.db"
    assert "days -1" in merchant("state", "compact", "--days", "-1").err
    kept = merchant("state", "compact", "--json").document
    with closing(sqlite3.connect(database)) as db:
        for table, column in (("operations", "ended"), ("runs", "ended")):
            db.execute(f"UPDATE {table} SET {column} = '2020-01-01T00:00:00.000000+00:00'")
        db.execute("""UPDATE runs SET reasons = '{"hidden": "why"}' WHERE id = (SELECT MIN(id) FROM runs)""")
        db.commit()
    gone = merchant("state", "compact", "--json").document

    assert (90, 0) == (kept["days"], kept["operations"])
    assert gone["operations"] > 0
    assert gone["requests"] > 0
    assert (0, 0, 1) == tuple(rows(database, table) for table in ("operations", "journal", "runs"))
    assert 0 == merchant("sync").code
    assert {} == merchant.market.duplicates()
