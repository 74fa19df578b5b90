"""Answers gone wrong, systematically: for the law that no spoiled answer crashes a flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["spoiled"]

# One of each JSON type, and text that is neither number nor document.
_STRANGERS: tuple[Any, ...] = (None, True, 0, -1, "", "<", [], [0], {}, {"?": 0})


def spoiled(body: Any) -> Iterator[Any]:
    """Every answer that differs from `body` at one place: a wrong type, a missing key, a cut text.

    The order is always the same. `body` itself is never among them and never changed.
    """
    for stranger in _STRANGERS:
        if stranger != body or type(stranger) is not type(body):
            yield stranger
    if isinstance(body, str) and len(body) > 1:
        yield body[: len(body) // 2]
    if isinstance(body, Mapping):
        for key in body:
            yield {other: value for other, value in body.items() if other != key}
            for worse in spoiled(body[key]):
                yield {**body, key: worse}
    elif isinstance(body, list | tuple):
        for index, value in enumerate(body):
            yield [*body[:index], *body[index + 1 :]]
            for worse in spoiled(value):
                yield [*body[:index], worse, *body[index + 1 :]]
