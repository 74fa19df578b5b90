"""Pure values: the merchant's product, and a listing of it as a market will see it."""

from storesync.model.calendar import Blackout
from storesync.model.channel import Channel, Environment, Market
from storesync.model.codec import Json, digest, dumps, dumps_bytes, loads
from storesync.model.freeze import frozen_map
from storesync.model.listing import Attribute, Category, CategoryKey, Limit, Listing
from storesync.model.media import File, Image, Media, media_tokens
from storesync.model.money import MONEY_CONTEXT, Money, minor_digits
from storesync.model.offer import Offer, Price
from storesync.model.product import Brand, Product, Supply
from storesync.model.ref import Ref, Status, Ticket
from storesync.model.text import Copy, Script
from storesync.model.variant import Axis, Choice, NetContent, Variant

__all__ = [
    "MONEY_CONTEXT",
    "Attribute",
    "Axis",
    "Blackout",
    "Brand",
    "Category",
    "CategoryKey",
    "Channel",
    "Choice",
    "Copy",
    "Environment",
    "File",
    "Image",
    "Json",
    "Limit",
    "Listing",
    "Market",
    "Media",
    "Money",
    "NetContent",
    "Offer",
    "Price",
    "Product",
    "Ref",
    "Script",
    "Status",
    "Supply",
    "Ticket",
    "Variant",
    "digest",
    "dumps",
    "dumps_bytes",
    "frozen_map",
    "loads",
    "media_tokens",
    "minor_digits",
]
