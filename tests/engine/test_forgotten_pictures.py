"""A market that no longer has the pictures it was sent: each goes once more, with the run that finds out."""

from typing import Any

import pytest
from attrs import evolve
from tests.engine.bench import Bench, item, step

from storesync.plan import Kind
from storesync.testing.platform import PLATFORMS
from storesync.testing.wanted import Item

_, TMALL, SHOPEE = PLATFORMS
ON = pytest.mark.parametrize("platform", [TMALL, SHOPEE], ids=lambda platform: platform.name)


def product(key: str, platform: Any, **more: Any) -> Item:
    """A product of two variants that this platform takes; all show the same picture."""
    plain = item(key, variants=2)
    price = platform.step * platform.prices[0]
    return evolve(plain, offers={sku: (price, stock) for sku, (_, stock) in plain.offers.items()}, **more)


def opened(platform: Any) -> Bench:
    """A shop that shows two products and then forgets their picture."""
    bench = Bench.opened(product("A", platform), product("B", platform), platform=platform)
    bench.sync()
    assert 1 == uploads(bench)
    bench.world.loop.skip(600)
    bench.truth.forget_files()
    return bench


def uploads(bench: Bench) -> int:
    """How often a file was sent."""
    return sum(call.kind == "upload" and call.effect != "late" for call in bench.truth.calls)


def shown(bench: Bench, key: str) -> list[str]:
    """The hashes of the pictures that a listing shows."""
    (listing,) = bench.truth.alive(key)
    known = {**bench.truth.forgotten, **bench.truth.files, **bench.truth.addresses}
    return [known[name].sha256 for name in listing.images]


@ON
def test_a_picture_that_is_gone_is_sent_once_for_all_who_need_it(platform: Any) -> None:
    """Four new listings at once: each is made once, with one upload for all of them."""
    bench = opened(platform)
    before = uploads(bench)
    bench.put(*(product(key, platform) for key in ("C", "D", "E", "F")))
    report = bench.sync()

    assert [] == [str(bad) for bad in report.bad]
    assert before + 1 == uploads(bench)
    assert {} == bench.truth.duplicates()
    assert shown(bench, "A") == shown(bench, "F")
    assert 0 == len(bench.plan())


@ON
def test_a_listing_that_changes_gets_its_picture_again(platform: Any) -> None:
    """Nobody knows what it shows, so the whole document goes: with the new id."""
    bench = opened(platform)
    listing = bench.truth.alive("A")[0]
    bench.truth.edit(listing.id, title="by hand")
    bench.observe()
    bench.put(product("A", platform, title="another title", picture=1))
    before = uploads(bench)
    report = bench.sync()

    assert [] == [str(bad) for bad in report.bad]
    assert before + 1 == uploads(bench)
    assert shown(bench, "A") != shown(bench, "B")


@ON
def test_a_market_that_forgets_everything_at_once_is_asked_twice_and_then_a_person(platform: Any) -> None:
    """No loop: what it refused with a picture that it was just sent is held, as any other refusal."""
    bench = opened(platform)
    before, store = uploads(bench), bench.truth.store

    def sieve(**file: Any) -> Any:
        kept = store(**file)
        bench.truth.forget_files()
        return kept

    bench.truth.store = sieve
    bench.put(product("C", platform))
    (bad,) = bench.sync().bad

    assert (Kind.CREATE, "C") == (bad.kind, bad.key)
    assert "was sent again and refused again" in bad.fault.way
    assert before + 1 == uploads(bench)
    assert 0 == len(bench.plan())
    assert () == bench.truth.alive("C")

    bench.truth.store = store
    bench.put(product("C", platform, title="another title"))
    assert [] == [str(bad) for bad in bench.sync().bad]
    assert 1 == len(bench.truth.alive("C"))


@ON
@pytest.mark.parametrize("fault", ["lost_after", "truncated", "error_after"])
def test_an_upload_whose_answer_is_lost_meanwhile_doubles_no_listing(platform: Any, fault: str) -> None:
    """The picture may be kept twice; the listing is made once and shows it once."""
    bench = opened(platform)
    bench.faults(step(fault, operation="upload"), step(fault, operation="create"))
    bench.put(product("C", platform))
    for _ in range(3):
        bench.sync()
        bench.world.loop.skip(120)

    assert 1 == len(bench.truth.alive("C"))
    assert 1 == len(shown(bench, "C"))
    assert 0 == len(bench.plan())


@ON
def test_a_process_that_dies_over_it_leaves_the_rest_to_the_next(platform: Any) -> None:
    """At each place where it could."""
    for at in range(1, 60, 3):
        bench = opened(platform)
        bench.put(product("C", platform), product("D", platform))
        died = bench.die(at=at)
        bench.world.loop.skip(120)
        bench.sync()
        bench.world.loop.skip(120)
        bench.sync()

        assert {"C", "D"} <= {one.key for one in bench.truth.live()}, at
        assert {} == bench.truth.duplicates(), at
        assert 0 == len(bench.plan())
        bench.close()
        if not died:
            break
