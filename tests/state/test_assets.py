"""What a channel was told or found once is there the next time, the newest of it."""

from decimal import Decimal

from tests.state.samples import CHANNEL, NOW, later

from storesync.model import Category, CategoryKey, File, Limit
from storesync.state import Store, assets, standing

FILE = File(sha256="a" * 64, path="images/가.jpg", type="image/jpeg", bytes=2**33, name="가.jpg")


def test_a_file_is_known_by_its_bytes_and_lies_where_it_was_seen_last(store: Store) -> None:
    """A moved picture is found at its new place."""
    moved = File(sha256=FILE.sha256, path="new/가.jpg", type=FILE.type, bytes=FILE.bytes, name=FILE.name)
    store.write_now(lambda db: assets.keep_files(db, [FILE]))
    before = store.read_now(lambda db: assets.file(db, FILE.sha256))
    store.write_now(lambda db: assets.keep_files(db, [moved]))

    assert FILE == before
    assert moved == store.read_now(lambda db: assets.file(db, FILE.sha256))
    assert store.read_now(lambda db: assets.file(db, "b" * 64)) is None


def test_what_stands_for_a_sent_file_is_kept_by_channel_and_role(store: Store) -> None:
    """The newest value counts; another channel has its own."""
    for channel, role, value in (
        (CHANNEL, "main", "old"),
        (CHANNEL, "main", "new"),
        (CHANNEL, "detail", "d"),
        ("shopee-vn", "main", "s"),
    ):
        store.write_now(
            lambda db, c=channel, r=role, v=value: assets.keep_media(db, c, FILE.sha256, r, v, NOW)
        )

    assert {(FILE.sha256, "main"): "new", (FILE.sha256, "detail"): "d"} == store.read_now(
        lambda db: assets.media_values(db, CHANNEL)
    )


def test_a_category_comes_back_with_its_age_and_every_digit_of_its_rules(store: Store) -> None:
    """A document that depends on a chosen value is kept apart from the plain one."""
    plain, chosen = CategoryKey("50023722"), CategoryKey("50023722", {"brand": "1"})
    found = Category(
        "50023722", text={"title": Limit(max=60)}, rules={"weight": Decimal("0.10")}, version="7"
    )
    other = Category("50023722", version="8")

    store.write_now(lambda db: assets.keep_category(db, CHANNEL, plain, other, NOW))
    store.write_now(lambda db: assets.keep_category(db, CHANNEL, plain, found, later(1)))
    store.write_now(lambda db: assets.keep_category(db, CHANNEL, chosen, other, NOW))
    kept = store.read_now(lambda db: assets.category(db, CHANNEL, plain))

    assert (found, later(1)) == kept
    assert kept is not None
    assert "0.10" == str(kept[0].rules["weight"])
    assert (other, NOW) == store.read_now(lambda db: assets.category(db, CHANNEL, chosen))
    assert store.read_now(lambda db: assets.category(db, CHANNEL, CategoryKey("1"))) is None


def test_shop_facts_and_the_revision_share_a_row_and_leave_each_other_alone(store: Store) -> None:
    """Discovering a shop makes no plan stale and forgets no revision."""
    empty = store.read_now(lambda db: assets.shop(db, CHANNEL))
    store.write_now(lambda db: assets.keep_shop(db, CHANNEL, {"region": "VN"}))
    store.write_now(lambda db: standing.bump(db, CHANNEL))
    store.write_now(lambda db: assets.keep_shop(db, CHANNEL, {"region": "TH"}))

    assert {} == empty
    assert {"region": "TH"} == store.read_now(lambda db: assets.shop(db, CHANNEL))
    assert 1 == store.read_now(lambda db: standing.revision(db, CHANNEL))
