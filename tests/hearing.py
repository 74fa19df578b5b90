"""What an emulated shop was told, call by call, whatever it kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from attrs import evolve

from storesync.localization import has_hangul
from storesync.sandbox import Market
from storesync.sandbox.dialect import Answer, Call, Dialect

Markets = dict[str, tuple[Market, Dialect]]


def listening(markets: Markets) -> tuple[Markets, list[Call]]:
    """The same markets, and the calls that they will have got, whether admitted or not."""
    heard: list[Call] = []

    def ear(dialect: Dialect) -> Dialect:
        def route(call: Call) -> str | Answer:
            heard.append(call)
            return dialect.route(call)

        return evolve(dialect, route=route)

    return {name: (market, ear(dialect)) for name, (market, dialect) in markets.items()}, heard


def words_of(call: Call) -> Iterator[str]:
    """Everything that can be read in a call: address, headers, names of fields and files, values; no pictures."""
    yield unquote_plus(call.path)
    yield unquote_plus(call.query_string)
    for name, value in call.headers.items():
        yield name
        yield value.encode("latin-1").decode("utf-8", "replace")
        yield unquote_plus(value)
    if not call.content_type.startswith("multipart/"):
        yield from _written(call.body.decode())
        return
    for part in call.parts:
        yield part.name
        yield unquote_plus(part.filename or "")
        if part.filename is None:
            yield from _written(part.data.decode())


def _written(text: str) -> Iterator[str]:
    """A text, and what stands behind its escapes: a form's, JSON's, and JSON's inside a form."""
    plain = unquote_plus(text)
    yield plain
    try:
        yield from _values(json.loads(plain))
    except ValueError:
        for pair in text.split("&"):
            try:
                yield from _values(json.loads(unquote_plus(pair.partition("=")[2])))
            except ValueError:
                continue


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            yield from _values(part)
    elif isinstance(value, list):
        for part in value:
            yield from _values(part)


def korean_in(calls: list[Call]) -> list[str]:
    """Every piece of a call that holds Hangul."""
    return [text for call in calls for text in words_of(call) if has_hangul(text)]
