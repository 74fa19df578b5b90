"""The emulated platforms that worlds are made on: how each is met, and what a shop there may want."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, Final, Literal

from attrs import evolve, frozen

from storesync import registry
from storesync.driver import Axis, Choice, Driver, Variant
from storesync.driver import Quota as Declared
from storesync.model import Category, Copy, File, Listing, Market
from storesync.sandbox import Market as Truth
from storesync.sandbox import Quota, market_shopee, market_tmall, plain, shopee, tmall
from storesync.sandbox.dialect import Dialect
from storesync.sandbox.records import Listing as Shown
from storesync.sandbox.records import Sku
from storesync.testing.byhand import plain_variant, shopee_variant, tmall_variant
from storesync.testing.details import (
    Detail,
    plain_details,
    shopee_details,
    shopee_words,
    tmall_details,
    tmall_words,
)
from storesync.testing.fewest import Fewest
from storesync.testing.floor import Floor
from storesync.testing.picture import picture
from storesync.testing.plain import Account, plain_driver
from storesync.testing.profile import By, Profile
from storesync.testing.wanted import Form, Item, Listed, bare

__all__ = ["PLATFORMS", "Platform", "shopee_listing", "tmall_listing"]

Clock = Callable[[], datetime]


def _quota(profile: Profile) -> Quota:
    return Quota(rate=10_000.0, burst=10_000, daily=profile.daily)


@frozen(kw_only=True)
class Platform:
    """One emulated platform.

    `share` is how many of ten worlds are made on it. `lags` and `lates` are what its declaration allows, in
    seconds; `reviewed` says that it may decide on documents later. `account` gives the credentials after so many
    new authorizations, `authorize` makes the market know them. `prices` are whole steps of `step`, from the lowest
    to the highest; `by_hand` is what a seller types in. `fewest` counts the calls that it takes;
    `documents` are the operations that change what it shows, `details` are what else it shows of a product, `variant`
    makes room for one that a seller adds to a listing that has variants, `titled` how it shows a title.
    """

    name: str
    share: int
    market: Market
    host: str
    identities: Sequence[By]
    lags: Sequence[float]
    lates: Sequence[float]
    steps: Sequence[Literal[1, 2]] = (1,)
    reviewed: bool = False
    open: Callable[[Clock, Profile, float], tuple[Truth, Dialect]]
    driver: Callable[[Profile], Driver[Any, Any]]
    account: Callable[[Driver[Any, Any], int], Any]
    authorize: Callable[[Truth, int], None]
    form: Callable[[Driver[Any, Any]], Form]
    category: str
    pictures: int = 0
    prices: tuple[int, int]
    step: Decimal
    by_hand: Decimal
    rates: Mapping[str, float] = {}
    fewest: Fewest
    details: Callable[[Shown, Item], Iterator[Detail]]
    documents: tuple[str, ...]
    variant: Callable[[Truth, Shown, Decimal, Random], Sku]
    titled: Callable[[Profile, str], str] = lambda profile, title: title

    @property
    def channel(self) -> str:
        """The name of the channel."""
        return f"{self.name}-{self.market.code.lower()}"

    def price(self, rng: Random) -> Decimal:
        """A price that this shop may ask."""
        return self.step * rng.randint(*self.prices)

    def moved(self, rng: Random, price: Decimal) -> Decimal:
        """A price near this one."""
        low, high = (self.step * bound for bound in self.prices)
        return min(high, max(low, price + self.step * rng.randint(-5, 5)))

    def item(self, rng: Random, key: str) -> Item:
        """A product that this shop may offer."""
        offers = {f"{key}-{n}": (self.price(rng), rng.randint(0, 40)) for n in range(rng.randint(1, 4))}
        picture = rng.randrange(self.pictures) if self.pictures else 0
        return Item(key=key, title=f"title of {key}", offers=offers, picture=picture)

    def floor(self, profile: Profile) -> Floor | None:
        """What this merchant's policy keeps prices from falling below: a third of what may be asked lies there."""
        if not profile.floor:
            return None
        low, high = self.prices
        return Floor(profile.floor, self.step * (low + (high - low) // 3), self.market)

    def files(self, item: Item) -> Mapping[str, File]:
        """The pictures of a product."""
        if not self.pictures:
            return {}
        shown = picture(item.picture)
        return {shown.file.sha256: shown.file}


def _more(grants: int) -> str:
    return f"-{grants}" if grants else ""


# -- plain ------------------------------------------------------------------------------------------------


def _plain(clock: Clock, profile: Profile, extend_lag: float) -> tuple[Truth, Dialect]:
    return plain.market_plain(
        clock,
        manners=plain.Manners(
            by=profile.by, steps=profile.steps, keeps=profile.keeps, rewords=profile.rewords
        ),
        search_lag=profile.lag,
        extend_lag=extend_lag,
        review_delay=profile.review,
        quota=_quota(profile),
    )


def _plain_account(driver: Driver[Any, Any], grants: int) -> Account:
    more = _more(grants)
    return Account(app=plain.APP, access=plain.ACCESS + more, refresh=plain.REFRESH + more, pin=plain.PIN)


def _plain_authorize(truth: Truth, grants: int) -> None:
    more = _more(grants)
    truth.grant(app=plain.APP, shop=plain.SHOP, access=plain.ACCESS + more, seconds=3_600.0)
    truth.grant_refresh(app=plain.APP, shop=plain.SHOP, token=plain.REFRESH + more, seconds=30 * 86_400)


_PLAIN = Platform(
    name="plain",
    share=6,
    market=Market("CN", ("zh-Hans",), "CNY"),
    host=plain.HOST,
    identities=("search", "search", "search", "key", "unique", "address", "none"),
    lags=(0.0, 1.0, 3.0, 5.0),
    lates=(0.0, 2.0, 4.0),
    steps=(1, 2),
    reviewed=True,
    open=_plain,
    driver=lambda profile: plain_driver(
        by=profile.by,
        steps=profile.steps,
        lag=profile.lag,
        late=profile.late,
        review=profile.review,
        daily=profile.daily,
        together=profile.together,
        keeps=profile.keeps,
        finds=profile.finds,
    ),
    account=_plain_account,
    authorize=_plain_authorize,
    form=lambda driver: bare,
    category="C",
    prices=(50, 300),
    step=Decimal(1),
    by_hand=Decimal(1),
    fewest=Fewest(
        shop=1,
        steps=lambda item, profile: 1 if profile.steps == 1 else 3,
        together=lambda profile: profile.together,
    ),
    details=plain_details,
    # An address that is written again changes what stands there.
    documents=("change", "put"),
    variant=plain_variant,
    titled=lambda profile, title: plain.reworded(title) if profile.rewords else title,
)

# -- tmall ------------------------------------------------------------------------------------------------


def _attributes(category: Category) -> dict[str, tuple[Choice, ...]]:
    """What the category demands, each with the first thing it takes."""
    found: dict[str, tuple[Choice, ...]] = {}
    for id_, one in category.attributes.items():
        if one.required:
            value, text = next(iter(one.choices.items()), ("", "30ml"))
            found[id_] = (Choice(text, value),)
    return found


def tmall_listing(item: Item, category: Category) -> Listing:
    """An item in an invented category of Tmall's; the number behind a SKU's last hyphen chooses its option."""
    axis_id, axis = next(iter(category.axes.items()))
    values = list(axis.choices.items())
    options = {sku: values[int(sku.rpartition("-")[2]) % len(values)] for sku in item.offers}
    brand_id, brand = next(iter(category.brands.items()))
    choices = {value: Choice(text, value) for value, text in options.values()}
    return Listing(
        key=item.key,
        category=category,
        texts={"zh-Hans": Copy(item.title, tmall_words(item))},
        brand=Choice(brand, brand_id),
        variants=[Variant(sku, {"axis": value}) for sku, (value, _) in options.items()],
        axes=[Axis("axis", axis.name, axis_id, choices)],
        images=[picture(item.picture).image],
        attributes=_attributes(category),
    )


def _tmall(clock: Clock, profile: Profile, extend_lag: float) -> tuple[Truth, Dialect]:
    return market_tmall(clock, search_lag=profile.lag, review_delay=profile.review, quota=_quota(profile))


def _tmall_account(driver: Driver[Any, Any], grants: int) -> Any:
    return driver.account(app_key=tmall.APP_KEY, secret=tmall.SECRET, session=tmall.SESSION + _more(grants))


def _tmall_authorize(truth: Truth, grants: int) -> None:
    truth.grant(app=tmall.APP_KEY, shop=tmall.SHOP, access=tmall.SESSION + _more(grants), seconds=tmall.YEAR)


@cache
def _found(name: str, daily: int | None) -> Driver[Any, Any]:
    """The driver, which declares what this sandbox allows a day."""
    driver = registry.driver(name)
    if daily is None:
        return driver
    sandbox = driver.spec.environments["sandbox"]
    day = Declared(daily, 86_400, scope="app", resets="00:00+08:00")
    quotas = {"default": (*(sandbox.quotas or {}).get("default", ()), day)}
    return evolve(driver, spec=evolve(driver.spec, environments={"sandbox": evolve(sandbox, quotas=quotas)}))


_TMALL = Platform(
    name="tmall",
    share=2,
    market=Market("CN", ("zh-Hans",), "CNY"),
    host=tmall.HOST,
    identities=("search",),
    lags=(0.0, 1.0, 3.0),
    lates=(0.0, 2.0, 3.0),
    reviewed=True,
    open=_tmall,
    driver=lambda profile: _found("tmall", profile.daily),
    account=_tmall_account,
    authorize=_tmall_authorize,
    form=lambda driver: Listed(driver, tmall_listing),
    category="50200002",
    pictures=3,
    prices=(5_000, 30_000),
    step=Decimal("0.01"),
    by_hand=Decimal(1),
    # A session of fixed length that only a person can renew: once in a while is often enough.
    rates={"token_expired": 0.003},
    # Four sections of a shop and a rule document; a listing is its document and the ids of its SKUs. What changes in
    # one is sent after its own rules were read, and new SKUs have ids to be read again.
    fewest=Fewest(shop=5, steps=lambda item, profile: 2, text=2, more=3, second=3, pictures=True),
    details=tmall_details,
    documents=("tmall.item.schema.update", "tmall.item.schema.increment.update"),
    variant=tmall_variant,
)

# -- shopee -----------------------------------------------------------------------------------------------


def shopee_listing(item: Item, category: Category) -> Listing:
    """An item in an invented category of Shopee's, its SKUs told apart by one option of their own name."""
    brand_id, brand = next((id_, name) for id_, name in category.brands.items() if id_ != "0")
    codes = {sku: sku.replace(" ", "") for sku in item.offers}
    return Listing(
        key=item.key,
        category=category,
        texts={"vi": Copy(item.title, shopee_words(item))},
        brand=Choice(brand, brand_id),
        variants=[
            Variant(sku, {"axis": code}, weight_g=120, size_mm=(60, 40, 90)) for sku, code in codes.items()
        ],
        axes=[Axis("axis", "Dung tích", "", {code: Choice(sku[-20:]) for sku, code in codes.items()})],
        images=[picture(item.picture).image],
        attributes=_attributes(category),
        origin="KR",
        markets=("VN",),
    )


def _shopee(clock: Clock, profile: Profile, extend_lag: float) -> tuple[Truth, Dialect]:
    return market_shopee(
        clock,
        search_lag=profile.lag,
        extend_lag=extend_lag * 5,
        review_delay=profile.review,
        quota=_quota(profile),
    )


def _shopee_account(driver: Driver[Any, Any], grants: int) -> Any:
    more = _more(grants)
    return driver.account(
        partner_id=shopee.PARTNER_ID,
        partner_key=shopee.PARTNER_KEY,
        shop_id=shopee.SHOP,
        access_token=shopee.ACCESS_TOKEN + more,
        refresh_token=shopee.REFRESH_TOKEN + more,
    )


def _shopee_authorize(truth: Truth, grants: int) -> None:
    more, of = _more(grants), {"app": shopee.PARTNER_ID, "shop": shopee.SHOP}
    truth.grant(**of, access=shopee.ACCESS_TOKEN + more, seconds=shopee.ACCESS_SECONDS)
    truth.grant_refresh(**of, token=shopee.REFRESH_TOKEN + more, seconds=shopee.REFRESH_SECONDS)


_SHOPEE = Platform(
    name="shopee",
    share=2,
    market=Market("VN", ("vi",), "VND"),
    host=shopee.HOST,
    identities=("search",),
    lags=(0.0, 1.0, 3.0),
    lates=(0.0, 2.0, 3.0),
    reviewed=True,
    open=_shopee,
    driver=lambda profile: _found("shopee", profile.daily),
    account=_shopee_account,
    authorize=_shopee_authorize,
    form=lambda driver: Listed(driver, shopee_listing),
    category="300002",
    pictures=3,
    # The dearest variant may cost five times the cheapest, also while a seller changes prices by hand.
    prices=(100, 400),
    step=Decimal(1_000),
    by_hand=Decimal(99_000),
    # Three documents of the category; a listing is added, divided and shown, but one that is sold as a whole is on
    # sale as soon as it is added. A new model: the models are read, its option is drawn, and it is added.
    fewest=Fewest(
        shop=4,
        steps=lambda item, profile: 1 if len(item.offers) == 1 else 3,
        more=3,
        second=2,
        pictures=True,
    ),
    details=shopee_details,
    documents=("product/update_item",),
    variant=shopee_variant,
)

PLATFORMS: Final = (_PLAIN, _TMALL, _SHOPEE)
"""Every platform that has an emulated market."""
