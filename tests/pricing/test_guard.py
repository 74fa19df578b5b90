"""Guards over many prices, business days, and money for people's eyes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storesync.model import Money
from storesync.pricing import Codec
from storesync.pricing.businessday import is_business_day, missed_days
from storesync.pricing.china import parcel
from storesync.pricing.codec import Form
from storesync.pricing.display import display
from storesync.pricing.guard import category_outliers, mass_change, sibling_ratio
from storesync.pricing.taxpack import tax_pack
from tests.pricing.golden import fixture, p02, priced, product


def dong(**amounts: int) -> dict[str, Money]:
    """Prices in dong by SKU."""
    return {sku: Money(amount, "VND") for sku, amount in amounts.items()}


@pytest.mark.parametrize(("dear", "trips"), [(500_000, False), (500_001, True)])
def test_siblings_may_differ_by_the_platform_s_ratio(dear: int, trips: bool) -> None:
    """Five times is allowed, a dong more is not; both SKUs are named."""
    issues = sibling_ratio(dong(a=100_000, b=dear, c=200_000), limit=Decimal(5), policy="vn")

    assert trips == bool(issues.errors)
    assert not trips or issues[0].message.startswith(
        "policy 'vn', stage 'guards', variants b, a: b costs 500001"
    )


def test_one_variant_has_no_siblings() -> None:
    """Nothing to compare."""
    assert not len(sibling_ratio(dong(a=1), limit=Decimal(5)))


def test_mixed_currencies_trip_every_guard() -> None:
    """A guard that cannot be evaluated trips."""
    mixed = {**dong(a=1, b=2), "c": Money(1, "CNY")}

    (ratio,) = sibling_ratio(mixed, limit=Decimal(5), policy="vn")
    outliers = category_outliers(mixed, policy="vn")

    assert ("price.ratio", {"a", "b", "c"}) == (ratio.code, set(outliers))
    for issue in (ratio, outliers["a"]):
        assert issue.message.startswith(
            "policy 'vn', stage 'guards', variants a, b, c: prices in CNY, VND cannot"
        )


def test_ten_times_the_median_is_a_slipped_digit() -> None:
    """Both ways, and only the ones that slipped."""
    found = category_outliers(dong(a=100, b=110, c=120, d=1_100, e=11), market="VN", policy="vn")

    assert ["d", "e"] == list(found)
    assert "variants/d/price/VN" == found["d"].path
    assert found["d"].message.startswith("policy 'vn', stage 'guards', variant d: it costs 1100 VND")
    assert "1100 VND, 10 times or more above its category's median of 110 VND" in found["d"].message


def test_two_prices_have_no_median() -> None:
    """Nobody can say which of them slipped."""
    assert not len(category_outliers(dong(a=1, b=1_000)))


def test_a_run_that_moves_many_prices_is_held() -> None:
    """A third of the live prices by more than 5 %; new and gone ones do not count."""
    before = dong(**{f"s{n}": 100 for n in range(20)}, gone=100)
    few = {**before, **dong(s1=106, s2=106, s3=106, s4=106, s5=106, s6=105, new=9)}
    many = {**few, **dong(s7=94, s8=50)}
    del few["gone"]

    (issue,) = mass_change(before, many, policies=dict.fromkeys(before, "vn") | {"s1": "vn-mall"})

    assert not len(mass_change(before, few))
    assert "price.mass_change" == issue.code
    assert issue.message.startswith(
        "policies 'vn-mall', 'vn', stage 'guards', variants s1, s2, s3 and 4 more: 7 of 21 live prices (33 %)"
    )


def test_few_prices_are_no_mass() -> None:
    """A shop of four products may change all of them."""
    before, after = dong(a=1, b=1, c=1, d=1), dong(a=2, b=2, c=2, d=2)

    assert not len(mass_change(before, after))


def test_a_changed_currency_counts_as_moved() -> None:
    """Whatever the numbers say."""
    before = dong(**{f"s{n}": 100 for n in range(6)})
    after = {sku: Money(100, "CNY") for sku in before}

    assert ["price.mass_change"] == [issue.code for issue in mass_change(before, after)]


@pytest.mark.parametrize(
    ("day", "calendar", "expected"),
    [
        (date(2026, 11, 21), "weekdays", False),
        (date(2026, 11, 23), "weekdays", True),
        (date(2026, 9, 25), "KR", False),
        (date(2026, 9, 25), "TARGET", True),
        (date(2026, 4, 3), "TARGET", False),
        (date(2027, 3, 29), "TARGET", False),
        (date(2026, 12, 25), "TARGET", False),
        (date(2026, 12, 25), "unknown", True),
    ],
)
def test_each_source_has_its_own_holidays(day: date, calendar: str, expected: bool) -> None:
    """Chuseok in Seoul, Good Friday and Easter Monday in Frankfurt."""
    assert expected == is_business_day(day, calendar)


def test_years_of_silence_are_counted_quickly() -> None:
    """A rate of the year 1 costs no loop over two thousand years."""
    assert missed_days(date(1, 1, 1), date(2026, 11, 23)) > 50


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        ("219.00", "CNY", "zh-Hans", "¥219.00"),
        ("939000", "VND", "vi", "939.000\xa0₫"),
        ("435000", "IDR", "id", "Rp435.000"),
        ("2.5", "CNY", "zh-Hans", "¥2.5"),
        ("32000", "KRW", "ko", "₩32,000"),
    ],
)
def test_display_shows_what_is_charged(amount: str, currency: str, locale: str, expected: str) -> None:
    """With the digits the amount has: nothing is rounded for show."""
    assert expected == display(Money(amount, currency), locale).replace("Rp\xa0", "Rp")


@pytest.mark.parametrize(
    ("form", "amount", "currency"),
    [
        ("fen", "19.999", "CNY"),
        ("fen", "19.99", "USD"),
        ("yuan", "1", "VND"),
        ("integer", "939000.5", "VND"),
        ("minor", "0.5", "JPY"),
    ],
)
def test_a_codec_refuses_what_it_cannot_carry(form: Form, amount: str, currency: str) -> None:
    """No digit is dropped silently."""
    with pytest.raises(ValueError, match=r"."):
        Codec(form).encode(Money(amount, currency))


def test_a_codec_refuses_a_float_from_the_wire() -> None:
    """An answer read with floats is read wrong."""
    with pytest.raises(TypeError, match="float"):
        Codec("number").decode(19.99, "CNY")  # type: ignore[arg-type]  # what the test is about


@pytest.mark.parametrize(
    ("form", "amount", "currency", "wire"),
    [
        ("yuan", "200.07", "CNY", "200.07"),
        ("fen", "200.07", "CNY", 20007),
        ("integer", "939000", "VND", "939000"),
        ("minor", "23.99", "USD", 2399),
        ("number", "939000.00", "VND", 939000),
        ("number", "22.90", "CNY", Decimal("22.9")),
        ("text", "219", "CNY", "219.00"),
    ],
)
def test_wire_forms(form: Form, amount: str, currency: str, wire: object) -> None:
    """Each form as its channels want it."""
    made = Codec(form).encode(Money(amount, currency))

    assert (type(wire), wire) == (type(made), made)


def test_every_tax_figure_has_source_date_and_confidence() -> None:
    """D for seen in a document, U for unsure; estimates say that they are none."""
    packs = [tax_pack(country) for country in ("china", "vietnam")]
    lines = [line for pack in packs for line in pack.lines.values()]
    figures = [figure for pack in packs for figure in pack.figures.values()]
    figures += [figure for line in lines for figure in (line.duty, line.vat) if figure is not None]

    assert (len(lines) > 8, len(figures) > 30) == (True, True)
    assert all(figure.source and figure.since and figure.confidence in ("D", "U") for figure in figures)
    assert all(line.source and line.since for line in lines)


@pytest.mark.parametrize(("value", "tax"), [("250", "0"), ("251", "50.20")])
def test_a_small_parcel_tax_is_not_collected(value: str, tax: str) -> None:
    """Up to 50 yuan of tax, inclusive."""
    assert tax == str(parcel(Decimal(value), "cosmetics").tax.amount)


def test_the_trace_tells_everything_and_is_json() -> None:
    """Every stage in order, the snapshot's id, the source, the rounding; money as text."""
    result = priced(product(32000, list_krw=36000), p02(compare_at="list"))
    document = result.trace.document()
    convert = next(step for step in document["steps"] if step["stage"] == "convert")

    assert [
        "base", "source vat", "markup", "add-ons", "convert", "fx buffer", "tax", "fees", "ending", "guards",
        "compare-at", "codec",
    ] == [step["stage"] for step in document["steps"]]  # fmt: skip
    assert (fixture().id, "golden") == (convert["snapshot"], convert["source"])
    assert "37954.54545454545454545454545454545 KRW" == convert["before"]
    assert "1 CNY = 200.71 KRW (golden mid, 2026-11-20)" == convert["detail"]
    assert "up to 9 of each 10" in str(result.trace)
