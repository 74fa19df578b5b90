"""storesync.toml as values: channels, accounts, catalog, prices; every finding with its line."""

from storesync.config.channels import CHANNEL_KEYS, MARKETS
from storesync.config.filling import account_from, shop_from
from storesync.config.rates import RatesConfig, SourceConfig
from storesync.config.reading import load
from storesync.config.secret import Secret, is_reference, resolve
from storesync.config.settings import AccountConfig, CatalogConfig, ChannelConfig, Config

__all__ = [
    "CHANNEL_KEYS",
    "MARKETS",
    "AccountConfig",
    "CatalogConfig",
    "ChannelConfig",
    "Config",
    "RatesConfig",
    "Secret",
    "SourceConfig",
    "account_from",
    "is_reference",
    "load",
    "resolve",
    "shop_from",
]
