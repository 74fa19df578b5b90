"""Content on its way to a driver: media tokens replaced by what the market calls the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storesync.model import media_tokens
from storesync.model.media import MEDIA_TOKEN

__all__ = ["media_in", "text_at", "with_media", "with_texts"]


def media_in(content: Any) -> Iterator[tuple[str, str]]:
    """Every (sha256, role) that a content document mentions, in order, with repeats."""
    # What is nested waits here, the next one last: a generator in each level costs more than all it looks at.
    waiting = [content]
    while waiting:
        value = waiting.pop()
        kind = type(
            value
        )  # exact types first: to ask what a value is an instance of costs more than all the rest
        if kind is str:
            if "media:" in value:
                yield from media_tokens(value)
        elif kind is dict or isinstance(value, Mapping):
            waiting += [*value.values()][::-1]
        elif kind is list or kind is tuple:
            waiting += value[::-1]


def with_media(content: Any, values: Mapping[tuple[str, str], str]) -> Any:
    """The same document with every known token replaced; an unknown one stays and is seen by nobody's market."""
    kind = type(content)
    if kind is str:
        if "media:" not in content:
            return content
        return MEDIA_TOKEN.sub(lambda m: values.get((m.group(1), m.group(2)), m.group(0)), content)
    if kind is dict or isinstance(content, Mapping):
        return {key: with_media(value, values) for key, value in content.items()}
    if kind is list or kind is tuple:
        return [with_media(value, values) for value in content]
    return content


def text_at(content: Any, path: str) -> str | None:
    """The text at a dotted place of a document; None when there is none."""
    for name in path.split("."):
        if not isinstance(content, Mapping) or name not in content:
            return None
        content = content[name]
    return content if isinstance(content, str) else None


def with_texts(content: Mapping[str, Any], texts: Mapping[str, str]) -> Mapping[str, Any]:
    """The same document with these texts, by dotted place; a place that it does not have stays away."""
    for path, text in texts.items():
        if text_at(content, path) is not None:
            content = _placed(content, path.split("."), text)
    return content


def _placed(content: Mapping[str, Any], path: list[str], text: str) -> Mapping[str, Any]:
    name, *rest = path
    return {**content, name: _placed(content[name], rest, text) if rest else text}
