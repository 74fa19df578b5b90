"""Write the dump of a store of the newest schema: `python -m tests.state.release`."""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection
from tests.state.samples import CHANNEL, ISSUES, NOW, SKUS, later, offer, operation, wanted

from storesync.localization import Delivered, MemoryText, TextKey
from storesync.model import Ref, Status
from storesync.state import (
    SHOWN,
    Store,
    assets,
    journal,
    lease,
    migrate,
    rates,
    revision,
    sightings,
    standing,
    texts,
    token,
    usage,
)

FOLDER = Path(__file__).parents[1] / "data" / "state"


def remembered() -> MemoryText:
    """A title that a person approved."""
    key = TextKey("b" * 32, "ko", "vi", "title", "", "SBG-004/title")
    return MemoryText(
        key=key,
        source_text="보습 크림",
        text="Kem dưỡng ẩm",
        state="reviewed",
        by="Kim",
        place="SBG-004/title",
    )


def fill(db: Connection) -> None:
    """A listing that is live, one whose create never ended, a token and a lease."""
    standing.want(db, CHANNEL, wanted(issues=ISSUES, traces={"price": ["32000 KRW", "219.00 CNY"]}))
    standing.want(db, CHANNEL, wanted("SBG-002"))
    known = standing.read(db, CHANNEL, "SBG-001")
    assert known is not None
    ref = Ref("9007199254740993", dict.fromkeys(SKUS, "7"))
    live = {"ref": ref, "made": True, "have": known.want, "have_shown": SHOWN, "status": Status.LIVE}
    standing.change(db, CHANNEL, "SBG-001", **live, changed_at=NOW)
    standing.acknowledge_offers(db, CHANNEL, [offer(sku) for sku in SKUS], prices=True, stock=True)
    standing.bump(db, CHANNEL)
    assets.keep_shop(db, CHANNEL, {"region": "CN"})
    assets.keep_media(db, CHANNEL, "a" * 64, "main", "https://img.example/1.jpg", NOW)
    rates.keep_snapshot(db, "5" * 32, {"id": "5" * 32, "kind": "live", "rates": []}, NOW)
    rates.note(db, rates.RateEvent(event=rates.COLLECTED, snapshot="5" * 32, at=NOW))
    rates.note(
        db,
        rates.RateEvent(
            event=rates.PINNED, snapshot="5" * 32, at=later(1), channel=CHANNEL, reason="fair week"
        ),
    )
    journal.begin_run(db, id="r" * 32, channel=CHANNEL, at=NOW, reasons={"price swing": "sale"})
    operation(db, "a" * 32, key="SBG-002", skus=("SBG-002-1",))
    in_doubt = {"token": "c" * 32, "token_at": NOW, "doubt": later(2), "named": {"SBG-002-1"}}
    standing.change(db, CHANNEL, "SBG-002", **in_doubt)
    journal.intend(
        db, operation="a" * 32, step=0, effect="once", digest="d" * 32, request={"path": "/add"}, at=later(1)
    )
    lease.take(db, f"channel:{CHANNEL}", "first@host", NOW, 60)
    renews = NOW + timedelta(hours=12)
    usage.draw(db, "app:tmall/1", least=1, much=50, limit=5_000, renews=renews, now=NOW)
    usage.join(db, "app:tmall/1", "first@host", NOW, 60)
    fields, expires = {"access": "토큰"}, NOW + timedelta(hours=4)
    texts.keep_texts(db, [remembered()], person=True, at=NOW)
    title = Delivered("SBG-004", "vi", {"title": ("Kem dưỡng ẩm", "보습 크림")})
    sightings.keep_sightings(db, [title])
    texts.set_aside(db, "papago", NOW.date(), least=1, most=1_200, limit=2_000)
    token.save(db, "acme", "base", fields, expires=expires, after=0, at=NOW)


def main() -> int:
    """Dump it; a dump that is there is never written over."""
    path = FOLDER / f"{revision.HEAD}.sql"
    if path.exists():
        sys.stderr.write(f"{path.name} is there: a released store is never changed\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/storesync.db", inline=True)
        migrate(store)
        store.write_now(fill)
        with store.engine.connect() as db:
            dump = "\n".join(db.connection.driver_connection.iterdump())  # type: ignore[union-attr]  # sqlite3's own
        store.close()
    path.write_text(dump + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
