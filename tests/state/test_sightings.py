"""What is known of delivered translations: the first source of each text, whoever looks, and as often as they look."""

from storesync.localization import Delivered, Sighting
from storesync.state import Store
from storesync.state.sightings import confirm, keep_sightings, sighted

TITLE = "Kem dưỡng ẩm"


def row(source: str, text: str = TITLE, product: str = "SBG-004", locale: str = "vi") -> Delivered:
    """A delivered title beside a source."""
    return Delivered(product, locale, {"title": (text, source)})


def see(store: Store, *some: Delivered) -> dict[str, Sighting]:
    """Note them, and read what is known of the first one's language."""
    store.write_now(lambda db: keep_sightings(db, some))
    return store.read_now(lambda db: sighted(db, some[0].locale, [one.product for one in some]))


def test_the_first_source_of_a_text_stays(store: Store) -> None:
    """Another source beside it makes it stale; the first one back does not."""
    first = see(store, row("보습 크림"))["SBG-004"]
    again = see(store, row("보습 크림"))["SBG-004"]
    other = see(store, row("새 크림"))["SBG-004"]
    back = see(store, row("보습 크림"))["SBG-004"]

    assert {} == first.stale == back.stale
    assert first == again
    assert {"title": "보습 크림"} == other.stale
    assert "보습 크림" in row("새 크림").stale(other)["title"].said


def test_each_text_has_a_source_of_its_own(store: Store) -> None:
    """A corrected row is new; the old words put back are as old as they were."""
    see(store, row("보습 크림"))
    corrected = see(store, row("새 크림", "Kem mới"))["SBG-004"]
    put_back = see(store, row("새 크림"))["SBG-004"]

    assert {} == corrected.stale
    assert {"title": "보습 크림"} == put_back.stale


def test_languages_and_products_are_known_apart(store: Store) -> None:
    """As many as there are in a catalog."""
    some = [row("보습 크림", product=f"P-{number}") for number in range(900)]
    found = see(store, *some)
    chinese = see(store, row("새 크림", "面霜", "P-1", "zh-Hans"))

    assert {one.product for one in some} == found.keys()
    assert {} == chinese["P-1"].stale
    assert {} == store.read_now(lambda db: sighted(db, "en", ["P-1"]))


def test_a_person_may_say_that_a_text_holds(store: Store) -> None:
    """For the source that it has now: the one before makes it stale from then on."""
    see(store, row("보습 크림"))
    see(store, row("새 크림"))

    store.write_now(lambda db: confirm(db, row("새 크림"), ["title"]))
    now = see(store, row("새 크림"))["SBG-004"]
    before = see(store, row("보습 크림"))["SBG-004"]

    assert {} == now.stale
    assert {"title": "새 크림"} == before.stale


def test_a_spelling_that_looks_the_same_is_the_same(store: Store) -> None:
    """Spaces at the end, decomposed letters and invisible ones change neither text nor source."""
    see(store, row("보습 크림"))

    assert {} == see(store, row("보습\u200b 크림 ", "Kem dươ\u0303ng ẩm "))["SBG-004"].stale
