"""The shipped example as a whole: its configuration, catalog, tables and prices fit each other."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

import storesync
from storesync.catalog import read_reference
from storesync.config import ChannelConfig, Config, load, shop_from
from storesync.driver import CategoryKey
from storesync.drivers.tmall import DRIVER
from storesync.model import Attribute, Category, Product
from storesync.prepare import Settings, prepare
from storesync.prepare.localize import localize
from storesync.prepare.mapping import map_product
from storesync.sandbox import shopee_tree, top_rules
from storesync.sandbox.invented import table
from storesync.testing import drive

EXAMPLE = Path(storesync.__file__).parent / "examples" / "gangwon"


@pytest.fixture(scope="module")
def config() -> Config:
    """The example's configuration."""
    return load(EXAMPLE / "storesync.toml")


@pytest.fixture(scope="module")
def products(config: Config, tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    """All products of the example, with pictures that are hardly more than their names."""
    images = tmp_path_factory.mktemp("images")
    for name in _names(config.catalog.folder):
        (images / name).write_bytes(b"\xff\xd8\xff\xe0" + name.encode() + b"\xff\xd9")
    source = evolve(config.catalog, settings={**config.catalog.settings, "images": images}).open()
    return [read.product for read in source.products() if read.product is not None]


def _names(folder: Path) -> Iterator[str]:
    for file, column in (("products.csv", "image_files"), ("variants.csv", "image")):
        with (folder / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield from row[column].split(";")


def settings(config: Config, channel: ChannelConfig) -> Settings:
    """What prepare needs of the example."""
    reference, issues = read_reference(config.catalog.folder)
    assert () == issues
    assert config.today is not None
    assert config.rates is not None
    return Settings(
        channel=channel.channel,
        reference=reference,
        today=config.today,
        categories=channel.categories,
        attributes=channel.attributes,
        accept=config.accept,
        policies={market: config.policies[name] for market, name in channel.channel.prices.items()},
        rates=config.rates.sources["example"].snapshot,
    )


def test_every_product_is_ready_for_the_emulated_tmall(config: Config, products: list[Product]) -> None:
    """79 without a single finding, and the draft is not offered."""
    channel = config.channels["tmall-cn"]
    shop, issues = shop_from(DRIVER.shop, channel)
    assert shop is not None, issues
    assert DRIVER.category is not None
    documents = {}
    for category in table().categories:
        id_ = top_rules.category_id(category)
        answer = {
            "tmall_item_add_schema_get_response": {
                "add_item_result": top_rules.add_document(table(), category)
            }
        }
        _, documents[id_] = drive(DRIVER.category(shop, CategoryKey(id_)), answer)
    told = settings(config, channel)

    prepared = [
        prepare(
            product,
            settings=told,
            driver=DRIVER,
            shop=shop,
            category=documents[channel.categories[product.category]],
        )
        for product in products
    ]

    assert ["PDM-070"] == [each.key for each in prepared if not each.offered]
    assert [] == [str(issue) for each in prepared for issue in each.issues]
    assert 79 == sum(each.content is not None for each in prepared)


def test_every_product_fits_the_attributes_of_the_emulated_shopee(
    config: Config, products: list[Product]
) -> None:
    """Each mandatory attribute is filled, each chosen value is one of the list."""
    channel = config.channels["shopee-vn"]
    told = settings(config, channel)
    found = []
    for product in products:
        invented = next(row for row in table().categories if row.code == product.category)
        attributes = {
            str(id_): Attribute(
                str(id_),
                row.name,
                required=row.mandatory,
                choices={str(value): name for value, name, _ in row.values},
                custom=row.input in (shopee_tree.COMBO_BOX, shopee_tree.FREE_TEXT),
                multiple=row.input == shopee_tree.MULTI_DROP_DOWN,
            )
            for id_, row in shopee_tree.attributes(table(), invented).items()
        }
        brands = {str(id_): name for id_, name in shopee_tree.brands(table()).items()}
        category = Category(channel.categories[product.category], attributes=attributes, brands=brands)
        assert str(shopee_tree.category_id(invented)) == category.id
        localized, issues = localize(product, told)
        _, more = map_product(product, localized, category, told, DRIVER.spec)
        found += [f"{product.key} {issue}" for issue in (*issues, *more)]

    assert [] == found
