"""The example's shops, listed and then forgotten: adoption knows them again on every market."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import storesync
from storesync.plan import Kind
from storesync.sandbox.server import example_markets, serving
from storesync.testing.processes import channels, environ, project


@pytest.mark.slow
@pytest.mark.parametrize("channel", sorted(channels()))
def test_a_shop_whose_state_was_lost_is_adopted_and_not_listed_again(channel: str, tmp_path: Path) -> None:
    """Survey and adoption send no write; afterwards nothing is planned to be created."""
    later = [timedelta()]
    markets = example_markets(lambda: datetime.now(UTC) + later[0])
    truth, _ = markets[channels()[channel]]
    with serving(markets) as address:
        path = project(tmp_path, address, products=12)
        with storesync.sync.open(path, environ=environ()) as shops:
            shops.sync(channel)
        later[0] = timedelta(minutes=1)  # the lists of both markets trail behind
        for file in tmp_path.glob("storesync.db*"):
            file.unlink()
        listed, writes = len(truth.alive()), truth.writes()
        review = tmp_path / "review.csv"
        with storesync.sync.open(path, environ=environ()) as shops:
            found = shops.survey(channel, review)
            adopted = shops.adopt(channel, review)
            after = truth.writes()
            plan = shops.plan(channel)
            shops.sync(channel, reasons={guard.name: "adopted" for guard in plan.tripped})
    with review.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert 12 == listed == len(found.sure)
    assert all(row["listing"].startswith("#") for row in rows)
    assert listed == len(adopted.keys)
    assert () == adopted.refused
    assert writes == after
    assert [] == [one for one in plan if one.kind is Kind.CREATE]
    assert listed == len(truth.alive())
    assert {} == truth.duplicates()
