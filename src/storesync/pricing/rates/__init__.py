"""Where exchange rates come from: services that are asked over the transport, tables and files."""

from storesync.pricing.rates.chain import Chain, Collected, collect, hosts
from storesync.pricing.rates.discovery import rate_source, rate_sources
from storesync.pricing.rates.ecb import Ecb
from storesync.pricing.rates.ecos import Ecos
from storesync.pricing.rates.frankfurter import Frankfurter
from storesync.pricing.rates.kexim import Kexim
from storesync.pricing.rates.source import Fetch, Key, RateSource
from storesync.pricing.rates.static import RateFile, StaticTable

__all__ = [
    "Chain",
    "Collected",
    "Ecb",
    "Ecos",
    "Fetch",
    "Frankfurter",
    "Kexim",
    "Key",
    "RateFile",
    "RateSource",
    "StaticTable",
    "collect",
    "hosts",
    "rate_source",
    "rate_sources",
]
