"""The texts of one listing, opened: what each says, what it was made of, by whom, when, and what the gates said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from storesync.report.hanging import Hanging, Indented

__all__ = ["texts_view"]

_COMPOSED = {
    "description": "composed of these texts and facts",
    "attributes": "from the tables of the catalog",
}


def texts_view(texts: Mapping[str, Mapping[str, Any]]) -> RenderableType:
    """Every text by language and field; lines wrap at any width."""
    return Indented(Group(*_lines(texts)), 4)


def _lines(texts: Mapping[str, Mapping[str, Any]]) -> Iterator[RenderableType]:
    for locale, fields in texts.items():
        for name, told in fields.items():
            head = f"{locale} {name.replace('_', ' ')}"
            yield Hanging(Text.assemble((head, "bold"), f"  {_made(name, told)}"), len(head) + 2)
            if told.get("text"):
                yield Hanging(Text(f"  {told['text']}"), 2)
            if told.get("original"):
                yield Hanging(Text(f"  of: {told['original']}", "dim"), 6)
            if told.get("note"):
                yield Hanging(Text(f"  gates: {told['note']}", "yellow"), 9)


def _made(name: str, told: Mapping[str, Any]) -> str:
    """Who made it, how far it is approved, and when."""
    by, maker, state = told.get("by", ""), told.get("maker", ""), told.get("state", "")
    if by == "human":
        said = [f"approved by {maker or 'a person'}" if maker else "a person's", state]
    elif by == "machine":
        gates = [] if told.get("note") else ["every gate passed"]
        said = [f"made by {maker or 'a machine'}", state, *gates]
    elif by == "template":
        said = [_COMPOSED.get(name, "composed")]
    else:
        said = ["came with the catalog", state]
    if told.get("at"):
        said.append(f"{told['at'][:16].replace('T', ' ')} UTC")
    return " · ".join(part for part in said if part)
