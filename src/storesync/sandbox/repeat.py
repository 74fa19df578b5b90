"""Answers that repeat what they were asked with, credentials and all, as load balancers, debug pages and proxies do.

A client that keeps such an answer as it came keeps its own secrets with it.
"""

import html
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from attrs import evolve

from storesync.sandbox.dialect import Answer, Call

_OF_THE_WIRE = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
)
_LONGEST = 200  # characters: texts and prices are no news


def repeated(call: Call, shape: str, answer: Answer) -> Answer:
    """What the client gets: a `redirect` or an error `page` instead of the answer, or the `answer` with more in it."""
    said = dict(_values(call))
    match shape:
        case "redirect":
            return _redirect(call, said)
        case "page":
            rows = "".join(f"<li>{html.escape(name)}: {html.escape(value)}" for name, value in said.items())
            body = f"<html><h1>400 Bad Request</h1><ul>{rows}</ul>{_query(said)}</html>"
            return Answer(400, body.encode(), {"content-type": "text/html; charset=utf-8"}, "repeated")
        case _:
            return _with(answer, said)


def _values(call: Call) -> Iterator[tuple[str, str]]:
    """The names and values that a request came with, short ones; of Basic credentials the password, too."""
    yield from call.query
    for name, value in call.headers.items():
        if name.lower() not in _OF_THE_WIRE:
            yield name, value
        if value.startswith("Basic "):
            yield "password", b64decode(value[6:]).decode().partition(":")[2]
    yield from ((name, value) for name, value in call.form if len(value) <= _LONGEST)
    if call.body and isinstance(told := call.json, dict):
        yield from (
            (name, value) for name, value in told.items() if isinstance(value, str) and len(value) <= _LONGEST
        )


def _query(said: Mapping[str, str]) -> str:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in said.items())


def _redirect(call: Call, said: Mapping[str, str]) -> Answer:
    place = f"https://www.{call.headers.get('host', 'sandbox.invalid')}{call.path}?{_query(said)}"
    headers = {
        "location": place,
        "link": f'<{place}>; rel="next"',
        "etag": '"' + ";".join(said.values()) + '"',
        "x-quota-of": _query(said),
        "content-type": "text/html",
    }
    return Answer(302, f'<a href="{html.escape(place)}">moved</a>'.encode(), headers, "repeated")


def _with(answer: Answer, said: Mapping[str, str]) -> Answer:
    """A JSON answer with one more member: the values as they are, escaped as some encoders do, nested, as numbers."""
    if not answer.body.startswith(b"{") or not answer.body.endswith(b"}"):
        return answer
    plain = json.dumps(said)
    told: dict[str, Any] = {
        "escaped": said,
        "nested": plain,
        "html": html.escape(plain),
        "query": _query(said),
        "numbers": [int(value) for value in said.values() if value.isascii() and value.isdecimal()],
    }
    coded = json.dumps(told).replace("/", "\\/").replace("+", "\\u002b").replace("=", "\\u003d")
    raw = json.dumps(list(said.values()), ensure_ascii=False)
    mark = b"," if answer.body != b"{}" else b""
    more = b'%s"repeated":{"of":%s,"raw":%s}}' % (mark, coded.encode(), raw.encode())
    return evolve(answer, body=answer.body[:-1] + more)
