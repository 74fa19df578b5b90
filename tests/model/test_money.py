"""Money is exact or refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from storesync.model import Money, NetContent, Offer, Price, Supply, Variant


@pytest.mark.parametrize("amount", [1.5, True, None, float("nan"), b"1"])
def test_what_is_no_exact_amount_is_a_type_error(amount: Any) -> None:
    """A float is refused wherever it knocks, and so is a truth value."""
    with pytest.raises(TypeError, match="never"):
        Money(amount, "CNY")


@pytest.mark.parametrize("amount", ["", "12,5", "NaN", Decimal("Infinity"), "1e999999999", Decimal("1e-400")])
def test_what_no_price_can_be_is_refused(amount: Any) -> None:
    """Unknown is never zero, and a price is not a gigabyte long."""
    with pytest.raises(ValueError, match="no amount"):
        Money(amount, "CNY")


@pytest.mark.parametrize("code", ["cny", "CN", "CNYY", "", "¥", 156])
def test_a_currency_is_three_capital_letters(code: Any) -> None:
    """A sign or a country is not a currency."""
    with pytest.raises(ValueError, match="no ISO 4217 currency"):
        Money(1, code)


def test_arithmetic_is_exact() -> None:
    """A third of a cent is nobody's loss."""
    assert Money("0.30", "CNY") == Money("0.10", "CNY") + Money("0.20", "CNY")
    assert Money("219.00", "CNY") == Money("73.00", "CNY") * 3
    assert Money("-0.01", "CNY") == Money("0.01", "CNY") - Money("0.02", "CNY")


@pytest.mark.parametrize(
    "act", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b]
)
def test_currencies_never_meet_unconverted(act: Any) -> None:
    """Won and yuan neither add nor compare."""
    with pytest.raises(ValueError, match="convert"):
        act(Money(1, "KRW"), Money(1, "CNY"))


def test_quantize_never_rounds() -> None:
    """Digits are written, not made up."""
    assert "219.00 CNY" == str(Money("219", "CNY").quantize(2))
    with pytest.raises(ValueError, match="does not fit"):
        Money("219.005", "CNY").quantize(2)


@pytest.mark.parametrize("stock", [-1, 1.0, True, "3"])
def test_stock_is_a_whole_number_from_zero_up(stock: Any) -> None:
    """A negative stock would be an order for the market to sell."""
    with pytest.raises(ValueError, match="stock"):
        Offer("S-1", {"CN": Price(Money(1, "CNY"))}, stock)


def test_the_only_price_is_asked_for_by_name_when_there_are_more() -> None:
    """Nobody guesses a market."""
    price = Price(Money(1, "CNY"))

    assert price == Offer("S-1", {"CN": price}, 1).price
    with pytest.raises(ValueError, match="name the market"):
        _ = Offer("S-1", {"CN": price, "VN": price}, 1).price


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("729000.0", "VND", "729000"),
        ("1E+5", "KRW", "100000"),
        ("219", "CNY", "219.00"),
        ("219.5000", "CNY", "219.50"),
        ("0.005", "CNY", "0.005"),
        ("5.5", "KWD", "5.500"),
        ("0", "CNY", "0.00"),
    ],
)
def test_people_see_an_amount_with_its_currencys_digits(amount: str, currency: str, shown: str) -> None:
    """As many as it has, whatever wrote it; more only where they count."""
    assert shown == f"{Money(amount, currency).shown:f}"


@pytest.mark.parametrize(
    "made",
    [
        lambda: Supply(sku="A-0", price=32000.0),  # type: ignore[arg-type]
        lambda: Supply(sku="A-0", cost=9.5),  # type: ignore[arg-type]
        lambda: Supply(sku="A-0", list_price=1.0),  # type: ignore[arg-type]
        lambda: Supply(sku="A-0", stock=3.0),  # type: ignore[arg-type]
        lambda: NetContent(30.1, "ml"),  # type: ignore[arg-type]
        lambda: Variant("A-0", weight_g=165.0000001),  # type: ignore[arg-type]
        lambda: Variant("A-0", pieces=4.9999),  # type: ignore[arg-type]
        lambda: Variant("A-0", size_mm=(1, 2.5, 3)),  # type: ignore[arg-type]
    ],
)
def test_no_figure_of_a_variant_is_a_float(made: Callable[[], object]) -> None:
    """Prices, thresholds of tax and steps of freight are made of them."""
    with pytest.raises(TypeError, match=r"of (Supply|NetContent|Variant) is a float"):
        made()
