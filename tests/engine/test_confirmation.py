"""A price that moves too far for its policy is held until a person says why it is right; then this move goes out."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.exchange import SHOPEE, TMALL, Merchant, merchant

from storesync.errors import ConfigError, StateError

LINE = 'currency = "CNY"'
DEAR = (",32000,36000,9000,", ",64000,72000,9000,")
SKU = "SBG-001-30"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Merchant]:
    """A shop that is on sale, whose policy lets one run move a price by a fifth, and a product twice as dear."""
    with merchant(tmp_path) as shop:
        shop.edit("prices.toml", LINE, LINE + '\nguards = { max_change = "0.2" }')
        shop.sync(meant=True)
        shop.edit("catalog/variants.csv", *DEAR)
        yield shop


def confirmed(shop: Merchant, reason: str = "the supplier doubled it") -> str:
    """A person looks at the plan and says that it is right."""
    shop.plan()
    done = shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason=reason, by="Kim"))
    return str(done.moves["CN"])


def test_the_message_names_the_way_out(shop: Merchant) -> None:
    """Whoever reads why a price is held can copy the command."""
    (held,) = shop.plan().held

    assert f"storesync confirm {SKU} --channel {TMALL} --reason 'why'" in held.issues[0].hint


def test_a_confirmed_move_goes_out_once_with_its_reason(shop: Merchant) -> None:
    """No further guard asks for it; the trace and the status say who let it through and why."""
    before = shop.prices()[SKU]
    shop.sync()
    stayed = shop.prices()[SKU]
    said = confirmed(shop)
    made, _ = shop.sync()
    explained = shop.run(lambda shops: shops.explain(TMALL, SKU))
    status = shop.run(lambda shops: shops.status(TMALL))

    assert before == stayed
    assert before * Decimal("1.5") < shop.prices()[SKU]
    assert () == made.held
    assert [] == [guard.name for guard in made.tripped]
    assert explained is not None
    assert said in next(one["detail"] for one in explained.prices["CN"]["steps"] if one["stage"] == "guards")
    assert "confirmed by Kim on 2026-11-23: the supplier doubled it" in said
    assert [{f"price change {SKU}": "the supplier doubled it"}] == [
        dict(run.reasons) for run in status.overridden if "first contact" not in run.reasons
    ]
    assert () == shop.plan().operations


def test_another_move_is_another_question(shop: Merchant) -> None:
    """What was confirmed is twice the price, not ten times, and not what comes after it."""
    confirmed(shop)
    shop.edit("catalog/variants.csv", DEAR[1], ",320000,360000,9000,")
    (held,) = shop.plan().held

    assert "price.change" == held.issues[0].code


def typed(shop: Merchant, price: str) -> None:
    """Somebody types a price into the seller center, and storesync looks."""
    (sku,) = (
        one for listing in shop.shops[TMALL].alive() for one in listing.skus.values() if one.code == SKU
    )
    sku.price = Decimal(price)
    shop.run(lambda shops: shops.observe(TMALL))


def held(shop: Merchant) -> list[str]:
    """Why the price is held, in the plan that is made now."""
    return [issue.code for one in shop.plan().held for issue in one.issues]


def test_a_price_that_nobody_saw_is_not_let_through(shop: Merchant) -> None:
    """A rate moves between the word and the plan, by five percent: the guard asks as if nothing were said."""
    confirmed(shop)
    shop.services.quote("ecos", CNY="190.00")
    shop.wait(days=2)

    assert ["price.change"] == held(shop)
    confirmed(shop)
    assert [] == held(shop)


def test_a_rate_that_makes_the_same_price_changes_nothing(shop: Merchant) -> None:
    """The word is about a price, not about how it came to be."""
    confirmed(shop)
    shop.services.quote("ecos", CNY="204.50")
    shop.wait(days=2)

    assert [] == held(shop)


@pytest.mark.parametrize("won", [60000, 66000, 70000])
def test_a_price_near_the_confirmed_one_is_another_price(shop: Merchant, won: int) -> None:
    """However near: the other one was never shown to anybody."""
    confirmed(shop)
    shop.edit("catalog/variants.csv", DEAR[1], f",{won},{won + 9000},9000,")

    assert ["price.change"] == held(shop)


def test_a_word_counts_once(shop: Merchant) -> None:
    """When the price has been sent and somebody types the old one back, the same move is asked for again."""
    before = shop.prices()[SKU]
    confirmed(shop)
    shop.sync()
    after = shop.prices()[SKU]
    typed(shop, str(before))

    assert ["price.change"] == held(shop)
    confirmed(shop, reason="the hand was wrong")
    shop.sync()
    assert after == shop.prices()[SKU]


def test_a_word_that_a_hand_overtook_is_used_up(shop: Merchant) -> None:
    """The price is in the shop already, typed in: sent or typed, the move is done."""
    before = shop.prices()[SKU]
    shop.plan()
    move = shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason="doubled")).moves["CN"]
    typed(shop, str(move.after.amount))
    typed(shop, str(before))

    assert ["price.change"] == held(shop)


def test_a_word_is_about_the_live_price_too(shop: Merchant) -> None:
    """From another live price it is another move."""
    confirmed(shop)
    typed(shop, "100.00")

    assert ["price.change"] == held(shop)


def test_only_what_a_plan_showed_can_be_confirmed(shop: Merchant) -> None:
    """The catalog moved on since: nobody says yes to a price that was never shown."""
    shop.plan()
    shop.edit("catalog/variants.csv", DEAR[1], ",320000,360000,9000,")

    with pytest.raises(StateError, match=r"moved since the last plan.*storesync plan --channel tmall-cn"):
        shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason="doubled"))


def test_a_word_of_last_week_is_asked_for_again(shop: Merchant) -> None:
    """Whoever says yes means now."""
    confirmed(shop)
    shop.wait(days=8)

    assert [("price.change",)] == [tuple(issue.code for issue in held.issues) for held in shop.plan().held]


def test_nothing_is_confirmed_that_is_not_held_for_its_change(shop: Merchant) -> None:
    """Neither an ordinary price, nor one that is held for another reason, nor a SKU that nobody knows."""
    for channel, sku in ((TMALL, "SBG-002-200"), (SHOPEE, SKU), (TMALL, "SBG-999")):
        with pytest.raises(StateError, match="held"):
            shop.run(lambda shops, of=channel, one=sku: shops.confirm_price(of, one, reason="sure"))
    shop.edit("prices.toml", LINE, LINE + "\nvalid_until = 2026-11-01")

    with pytest.raises(StateError, match=r"held for another reason: policy 'cn'.*ended on 2026-11-01"):
        shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason="sure"))


def test_what_was_confirmed_needs_no_second_word(shop: Merchant) -> None:
    """Before and after the plan that takes it: the message says so, and by whom."""
    confirmed(shop)
    for _ in range(2):
        with pytest.raises(
            StateError, match=r"said already: .* confirmed by Kim .*the next plan sends it, once"
        ):
            shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason="again", by="Lee"))
        shop.plan()


def test_without_a_reason_nothing_is_confirmed(shop: Merchant) -> None:
    """Who reads it later must know why."""
    with pytest.raises(ConfigError, match="needs a reason"):
        confirmed(shop, reason="  ")
