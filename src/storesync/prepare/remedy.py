"""The way out of a finding: the very line to add to the configuration, in one place so that it stays true."""

from __future__ import annotations

import re
from collections.abc import Iterable

from storesync.localization import ReferenceText
from storesync.model import Channel

__all__ = [
    "accept_line",
    "attribute_line",
    "axes_line",
    "axis_line",
    "brand_line",
    "category_line",
    "policy_line",
    "stale_way",
]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def accept_line(state: str, locale: str) -> str:
    """The line that lets texts of this state count, or the command that gives them to people."""
    review = f"have the text reviewed: storesync texts export --locale {locale} --waiting"
    return f'[localization] accept = ["{state}"], or {review}'


def stale_way(product: str, locale: str, text: ReferenceText, fields: Iterable[str]) -> str:
    """What to do about a text of an older source: correct it, or say that it still holds."""
    if any(name in text.made for name in fields):
        return f"have the new source translated, or review it: storesync texts export --locale {locale} --waiting"
    if text.source:
        return "bring the row up to date, and its source_hash with it"
    places = " ".join(f"'{product}/{name}'" if " " in name else f"{product}/{name}" for name in fields)
    return (
        f"bring the row up to date, or, if it still holds: storesync texts confirm {places} --locale {locale}"
    )


def category_line(channel: Channel, code: str) -> str:
    """The line that gives a merchant's category its place on the market."""
    return f'[channels.{_key(channel.name)}.categories] {_key(code)} = "<market category id>"'


def attribute_line(channel: Channel, category: str, attribute: str, source: str = "text:<name>") -> str:
    """The line that fills one attribute of one market category."""
    return f'[channels.{_key(channel.name)}.attributes.{_key(category)}] {_key(attribute)} = "{source}"'


def axis_line(channel: Channel, axis: str) -> str:
    """The line that ties one of the merchant's axes to one of the market's."""
    return f'[channels.{_key(channel.name)}.axes] {_key(axis)} = "<market axis id>"'


def axes_line(channel: Channel) -> str:
    """The line that lets surplus axes be joined into one."""
    return f'[channels.{_key(channel.name)}] surplus_axes = "join"'


def brand_line(channel: Channel, code: str, id_: str = "<market brand id>") -> str:
    """The line that ties a brand to the market's own list."""
    return f'[channels.{_key(channel.name)}.brands] {_key(code)} = "{id_}"'


def policy_line(channel: Channel, market: str) -> str:
    """The line that names the price policy of one market."""
    if len(channel.markets) == 1:
        return f'[channels.{_key(channel.name)}] price = "<policy>"'
    return f'[channels.{_key(channel.name)}.price] {_key(market)} = "<policy>"'
