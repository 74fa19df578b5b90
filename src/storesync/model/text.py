"""What a buyer reads."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

__all__ = ["Copy", "Script"]

Script: TypeAlias = Literal["hangul", "han", "kana"]
"""A way of writing that a market may refuse."""


@frozen
class Copy:
    """The texts of one product in one language; the language is the key under which it is kept."""

    title: str
    description: str = ""
    points: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    keywords: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
