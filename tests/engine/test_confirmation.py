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
    """A person says that it is right."""
    done = shop.run(lambda shops: shops.confirm_price(TMALL, SKU, reason=reason, by="Kim"))
    return str(done.moves["CN"])


def test_the_message_names_the_way_out(shop: Merchant) -> None:
    """Whoever reads why a price is held can copy the command."""
    (held,) = shop.plan().held

    assert f"storesync confirm {TMALL} {SKU} --reason 'why'" in held.issues[0].hint


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


def test_a_rate_that_moves_meanwhile_is_the_same_move(shop: Merchant) -> None:
    """Between the word and the plan a rate moves by a percent or two."""
    confirmed(shop)
    shop.services.quote("ecos", CNY="196.90")
    shop.wait(days=1)
    made = shop.plan()

    assert () == made.held
    assert [SKU] == [detail.what.split()[0] for operation in made for detail in operation.details]


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


def test_without_a_reason_nothing_is_confirmed(shop: Merchant) -> None:
    """Who reads it later must know why."""
    with pytest.raises(ConfigError, match="needs a reason"):
        confirmed(shop, reason="  ")
