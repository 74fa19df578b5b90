"""JSON with exact numbers: what goes to a market, into the state and into digests.

The usual encoders turn a Decimal into a float on the way. Money must not take that way, so numbers are
written digit by digit and read back as int or Decimal; a float is refused. What is read may come from anybody:
nesting and exponents are bounded, and half a character never gets further than here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any, TypeAlias

import orjson

__all__ = ["Json", "digest", "dumps", "dumps_bytes", "loads", "loads_foreign"]

Json: TypeAlias = "None | bool | int | Decimal | str | Sequence[Json] | Mapping[str, Json]"


_DEEPEST = 64
_WIDEST = 400  # digits before or after the point: 1e999999999 would be written out as a gigabyte of zeros
_HALF = re.compile("[\ud800-\udfff]")


def _number(value: Decimal) -> str:
    if not value.is_finite() or abs(value.adjusted()) > _WIDEST:
        raise ValueError(f"{value} is no JSON number")
    return format(value, "f")


_SCALARS = frozenset({str, int, bool, type(None), Decimal})


def _plain(value: Any) -> bool:
    """Whether orjson would write this as we do, five times as fast: without floats and all that it knows besides."""
    kind = type(value)
    if kind is dict or kind is MappingProxyType:
        value = value.values()
    elif kind is not list and kind is not tuple:
        return kind in _SCALARS
    if _SCALARS.issuperset(map(type, value)):  # most have nothing else, which is seen at the cost of one call
        return True
    return all(map(_plain, [part for part in value if type(part) not in _SCALARS]))


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(_number(value))
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError


def _write(value: Any, out: list[str], *, sort: bool) -> None:
    kind = type(value)  # exact types first: to ask what a value is an instance of costs more than to write it
    if kind is str:
        out.append(encode_basestring(value))
    elif value is None or kind is bool:
        out.append(_WORDS[value])
    elif kind is dict or kind is MappingProxyType:
        _write_object(value, out, sort=sort)
    elif kind is list or kind is tuple:
        _write_array(value, out, sort=sort)
    elif isinstance(value, Enum):
        _write(value.value, out, sort=sort)
    elif isinstance(value, str):
        out.append(encode_basestring(value))
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, Decimal):
        out.append(_number(value))
    elif isinstance(value, float):
        raise TypeError(f"{value!r} is a float: use Decimal, int or text")
    elif isinstance(value, Mapping):
        _write_object(value, out, sort=sort)
    elif isinstance(value, list | tuple):
        _write_array(value, out, sort=sort)
    else:
        raise TypeError(f"{type(value).__name__} {value!r} is no JSON value")


_WORDS = {None: "null", True: "true", False: "false"}


def _write_object(value: Mapping[str, Any], out: list[str], *, sort: bool) -> None:
    mark = "{"
    for key in sorted(value) if sort else value:
        if not isinstance(key, str):
            raise TypeError(f"JSON object key {key!r} is not text")
        out.append(f"{mark}{encode_basestring(key)}:")
        _write(value[key], out, sort=sort)
        mark = ","
    out.append("}" if mark == "," else "{}")


def _write_array(value: Sequence[Any], out: list[str], *, sort: bool) -> None:
    mark = "["
    for part in value:
        out.append(mark)
        _write(part, out, sort=sort)
        mark = ","
    out.append("]" if mark == "," else "[]")


def dumps(value: Any, *, sort: bool = False) -> str:
    """Compact JSON text with every digit as given; TypeError for a float or anything that is no JSON value."""
    if _plain(value):
        try:
            return orjson.dumps(value, default=_exact, option=orjson.OPT_SORT_KEYS if sort else None).decode()
        except orjson.JSONEncodeError:
            pass  # half a character, a number of twenty digits, or a mistake that is told below
    out: list[str] = []
    _write(value, out, sort=sort)
    text = "".join(out)
    # Half a surrogate pair has no UTF-8: escaped it passes every file and database.
    return text if text.isascii() else _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def dumps_bytes(value: Any) -> bytes:
    """The same, as UTF-8."""
    return dumps(value).encode()


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if abs(value.adjusted()) > _WIDEST:
        raise ValueError(f"{text[:40]} is no number that anybody means")
    return value


_READER = json.JSONDecoder(parse_float=_decimal, parse_constant=_refuse)  # making one costs more than reading


def loads(text: str | bytes) -> Any:
    """JSON as None, bool, int, Decimal, str, list and dict; ValueError when it is not JSON or is made to hurt."""
    try:
        if not isinstance(text, str):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        value = _READER.decode(text)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    # Text with fewer brackets has no room to be deeper, and they are counted faster than values are visited.
    if text.count("{") + text.count("[") > _DEEPEST and isinstance(value, dict | list):
        _bound(value)
    return value


def loads_foreign(text: str | bytes) -> Any:
    """JSON from outside: half a surrogate pair, as of an emoji that was cut in two, is read as U+FFFD.

    Such a half has no UTF-8: it would stop a run at the database. ValueError as `loads`.
    """
    value = loads(text)
    shown = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return _whole(value) if b"\\ud" in shown.lower() or b"\xed" in shown else value


def _bound(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise ValueError("JSON is nested too deeply")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(part) for part in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    return value


def digest(value: Any) -> str:
    """32 hex digits that name this JSON value: equal values, equal digests, whatever the key order."""
    return hashlib.blake2b(dumps(value, sort=True).encode(), digest_size=16).hexdigest()
