"""What is translated at once: a field of a product, or one paragraph of a long one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from storesync.compliance import kind_of
from storesync.localization.normal import normal
from storesync.model import Product, digest

__all__ = ["Segment", "joined", "paragraphs", "segments", "text_hash", "words_hash"]


@frozen
class Segment:
    """One piece of source text. `place` names it in the catalog: `SBG-001/title`, `SBG-001/short_description/2`.

    `kind` is what the goods are, `cosmetic` or `food`: claims differ; empty when nobody knows. `category` is the
    merchant's: lengths differ.
    """

    place: str
    field: str
    text: str
    kind: str = ""
    category: str = ""

    @property
    def hash(self) -> str:
        """32 hex digits that name the text."""
        return text_hash(self.text)


def text_hash(text: str) -> str:
    """32 hex digits that name a source text; spellings that look the same have the same."""
    return digest([normal(text)])


def words_hash(text: str) -> str:
    """As `text_hash`, whatever spaces and line ends stand between the words."""
    return text_hash(" ".join(normal(text).split()))


def segments(product: Product) -> tuple[Segment, ...]:
    """The title and the short description of a product: the texts that no table holds.

    The long description is composed of translated parts; attributes, options, ingredients, units and
    categories come from tables and never go to an engine.
    """
    about = (kind_of(product), product.category)
    found = [Segment(f"{product.key}/title", "title", normal(product.text.title), *about)]
    shorts = product.text.points or ((product.text.description,) if product.text.description else ())
    for number, short in enumerate(shorts):
        place = f"{product.key}/short_description"
        found += paragraphs(
            f"{place}/{number}" if len(shorts) > 1 else place, "short_description", short, *about
        )
    return tuple(segment for segment in found if segment.text)


def paragraphs(place: str, field: str, text: str, kind: str = "", category: str = "") -> Iterable[Segment]:
    """A text by its lines: one changed line is translated, the others are not."""
    lines = [line for line in normal(text).split("\n") if line.strip()]
    if len(lines) == 1:
        yield Segment(place, field, lines[0], kind, category)
        return
    for number, line in enumerate(lines):
        yield Segment(f"{place}/{number}", field, line, kind, category)


def joined(parts: Mapping[str, str], place: str) -> str:
    """The translated lines under a place, as one text again, in order."""
    if place in parts:
        return parts[place]
    found = sorted(
        (tuple(int(step) for step in key.removeprefix(f"{place}/").split("/")), text)
        for key, text in parts.items()
        if key.startswith(f"{place}/")
    )
    return "\n".join(text for _, text in found)
