"""Where a text came from: kept beside every text that reaches a listing."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

__all__ = ["Provenance"]


@frozen(kw_only=True)
class Provenance:
    """Who made a text, how far it was approved, and the hash of the source it was made from.

    `template` is text that storesync composed from approved parts; then `source` names those parts. `maker` is
    the person or engine, `at` when, in ISO 8601 and UTC, and `note` what the gates said. `original` is
    the source text that it was made from, as far as somebody knows.
    """

    by: Literal["human", "reference", "machine", "template"]
    state: str
    source: str = ""
    maker: str = ""
    at: str = ""
    note: str = ""
    original: str = ""
