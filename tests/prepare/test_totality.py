"""Whatever the merchant's data says, the pass answers: it never raises because of data."""

from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.prepare import world

from storesync.localization import ReferenceText
from storesync.model import Axis, Brand, Choice, Copy, Image, Money, Product, Supply, Variant
from storesync.prepare import input_digest
from storesync.pricing import Policy, PolicyBook, price

words = st.text(max_size=6) | st.sampled_from(["30ml", "50ml", "용량", "향", "솔잎", "용량 "])
texts = st.builds(Copy, words, words, st.lists(words, max_size=2))
images = st.builds(
    Image,
    st.sampled_from([world.MAIN, world.SECOND, "0" * 64]),
    st.sampled_from(["main", "gallery", "x"]),
    words,
    words,
)
axes = st.builds(
    Axis, words, words, words, st.dictionaries(words, st.builds(Choice, words), max_size=3), st.just({})
)
skus = st.sampled_from(["A", "B", "가"])
variants = st.builds(
    Variant, skus, st.dictionaries(words, words, max_size=3), words, st.lists(images, max_size=1).map(tuple)
)
money = st.none() | st.builds(Money, st.decimals("-1e30", "1e30"), st.sampled_from(["KRW", "CNY"]))
supply = st.dictionaries(
    skus,
    st.builds(
        lambda p, q, n: Supply(sku="A", price=p, list_price=q, stock=n),
        money,
        money,
        st.none() | st.integers(-2, 9),
    ),
)
products = st.builds(
    Product,
    key=words,
    text=texts,
    brand=st.builds(lambda c, n, m: Brand(code=c, name=n, latin=m), words, words, words),
    category=st.sampled_from(["C-SER", "X", ""]),
    variants=st.lists(variants, max_size=3),
    axes=st.lists(axes, max_size=4),
    supply=supply,
    images=st.lists(images, max_size=3),
    facts=st.dictionaries(words, words, max_size=2),
    keys=st.dictionaries(st.sampled_from(["efficacy", "x"]), st.lists(words, max_size=2).map(tuple)),
    origin=words,
    hs=words,
    tags=st.lists(words, max_size=2),
    status=st.sampled_from(["active", "active", "active", "draft"]),
)
translations = st.builds(
    lambda title, short, attributes, state: ReferenceText(
        title=title, short_description=short, attributes=attributes, state=state
    ),
    words,
    words,
    st.dictionaries(words, words, max_size=2),
    st.sampled_from(["reference", "final", "machine"]),
)
policy = PolicyBook(name="p", policies=(Policy(name="p", currency="CNY"),))


@given(products, translations, st.sampled_from(["join", "refuse"]), st.integers(0, 2))
def test_any_product_gets_an_answer(product: Product, text: ReferenceText, surplus: Any, most: int) -> None:
    """A document only where nothing is wrong, a reason where nothing is offered, and always a digest."""
    reference = evolve(world.REFERENCE, texts={product.key: {"zh-Hans": text}})
    given_ = world.settings(
        reference=reference, surplus_axes=surplus, policies={"CN": policy}, brands={"": "0"}
    )
    category = evolve(world.SERUMS, axes_max=most)

    result = world.prepared(product, settings=given_, category=category, pricer=price)
    name = input_digest(
        product,
        given_,
        category,
        driver=world.driver(),
        shop=world.sd.Shop(channel="tmall-cn", markets=(world.CN,)),
    )

    assert 32 == len(name)
    assert result.offered == (product.status == "active")
    assert (result.content is not None) == (result.offered and not result.issues.errors)
