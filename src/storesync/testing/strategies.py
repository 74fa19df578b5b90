"""Hypothesis strategies: listings as odd as a catalog can make them, and offers for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from storesync.driver import (
    Attribute,
    Axis,
    Category,
    Choice,
    Copy,
    Image,
    Listing,
    Money,
    Offer,
    Price,
    Variant,
)

__all__ = ["listings", "offers"]

_ROLES = ("main", "gallery", "detail", "label")
# Any text: control characters, markup, right-to-left, lone surrogates, nothing.
_TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["", " ", "<p>&amp;</p>", "]]>", "江原" * 40, "\x00", "\ud800", "a,b", "강원 세럼"]
)


def _choices(attribute: Attribute) -> st.SearchStrategy[Choice]:
    known = [Choice(text, id_) for id_, text in attribute.choices.items()]
    free = st.builds(Choice, _TEXT, st.sampled_from(["", "-1"]) | _TEXT, st.sampled_from(["", "ml"]))
    return st.one_of(st.sampled_from(known), free) if known else free


def _attributes(known: Mapping[str, Attribute]) -> st.SearchStrategy[dict[str, tuple[Choice, ...]]]:
    ids = st.sampled_from([*known, "unknown", "title", "price", "sku"])
    return st.lists(ids, unique=True, max_size=6).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {
                id_: st.lists(_choices(known.get(id_, Attribute(id_, ""))), max_size=3).map(tuple)
                for id_ in chosen
            }
        )
    )


@st.composite
def listings(draw: st.DrawFn, category: Category, *, locale: str = "zh-Hans") -> Listing:
    """Any listing of this category: mapped well, badly, or not at all; `render` and `check` must bear it."""
    axis_ids = draw(st.lists(st.sampled_from([*category.axes, "unknown"]), max_size=3))
    axes = tuple(
        Axis(
            f"axis{index}",
            draw(_TEXT),
            id_,
            draw(st.dictionaries(_TEXT, _choices(category.axes.get(id_, Attribute(id_, ""))), max_size=4)),
        )
        for index, id_ in enumerate(axis_ids)
    )
    images = st.builds(Image, st.sampled_from(["a" * 64, "b" * 64]), st.sampled_from(_ROLES))
    brands = [Choice(name, id_) for id_, name in category.brands.items()]
    return Listing(
        key=draw(_TEXT),
        category=category,
        texts=draw(st.dictionaries(st.just(locale), st.builds(Copy, _TEXT, _TEXT, st.just(())), max_size=1)),
        brand=draw(
            st.builds(Choice, _TEXT, st.sampled_from(["", "-1", "?"]))
            | st.sampled_from(brands or [Choice("")])
        ),
        variants=[
            Variant(
                draw(_TEXT),
                {
                    axis.code: draw(st.sampled_from([*axis.choices, "unknown"]))
                    for axis in axes
                    if draw(st.booleans())
                },
                gtin=draw(_TEXT),
                images=tuple(draw(st.lists(images, max_size=1))),
                attributes=draw(_attributes(category.attributes)),
            )
            for _ in range(draw(st.integers(0, 3)))
        ],
        axes=axes,
        images=draw(st.lists(images, max_size=8)),
        attributes=draw(_attributes(category.attributes)),
        hs=draw(_TEXT),
        extras=draw(
            st.dictionaries(
                st.sampled_from(["product_id", "other"]), st.none() | st.booleans() | st.integers() | _TEXT
            )
        ),
    )


def offers(skus: Sequence[str], *, market: str, currency: str) -> st.SearchStrategy[dict[str, Offer]]:
    """Offers for some of these SKUs, a few of them in another currency or with too many digits."""
    amounts = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=3)
    money = st.builds(Money, amounts, st.sampled_from([currency, currency, currency, "XXX"]))

    def offer(sku: str) -> st.SearchStrategy[Offer]:
        return st.builds(
            lambda sale, stock: Offer(sku, {market: Price(sale)}, stock), money, st.integers(0, 10**6)
        )

    return st.lists(st.sampled_from(list(skus) or [""]), unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({sku: offer(sku) for sku in chosen})
    )
