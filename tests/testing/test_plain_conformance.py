"""The published kit, applied to the plain driver: every identity, in one step or in two."""

import pytest
from tests.testing.plain_samples import ACCOUNT, SHOP, samples

import storesync.driver as sd
from storesync.sandbox.plain import ACCESS, APP, HOST, REFRESH, Manners, market_plain
from storesync.testing import IMAGE, Emulated, Item, Subject, conformance
from storesync.testing.plain import Account, plain_driver


def listing(item: Item, category: sd.Category) -> sd.Listing:
    """An item of the kit as this platform lists it."""
    return sd.Listing(
        key=item.key,
        category=category,
        texts={"zh-Hans": sd.Copy(item.title, "about it")},
        brand=sd.Choice("B"),
        variants=[sd.Variant(sku) for sku in item.offers],
        images=[IMAGE],
    )


def emulated(manners: Manners) -> Emulated:
    """The plain market with these manners and a search that lags a second."""
    return Emulated(
        market=lambda now: market_plain(now, manners=manners, search_lag=1.0),
        host=HOST,
        account=Account(app=APP, access=ACCESS, refresh=REFRESH),
        listing=listing,
    )


test_plain = conformance.suite(
    plain_driver(lag=1.0), shop=SHOP, account=ACCOUNT, samples=samples(), sandbox=emulated(Manners())
)


@pytest.mark.parametrize(
    ("by", "steps"), [("address", 1), ("key", 2), ("unique", 1), ("search", 2), ("none", 1)]
)
def test_every_manner_of_the_plain_platform_conforms(by: str, steps: int) -> None:
    """What differs between platforms is declared, and the kit judges by the declaration."""
    driver = plain_driver(by=by, steps=steps, lag=1.0)
    some = [one for one in samples(steps) if one.part in driver.parts]
    subject = Subject(driver=driver, shop=SHOP, account=ACCOUNT, samples=some, examples=5)
    every = conformance.checks(subject, sandbox=emulated(Manners(by=by, steps=steps)))

    assert {"pure", "laws", "sandbox"} == {check.level.value for check in every}
    assert [] == [str(found) for check in every for found in check.run()]
