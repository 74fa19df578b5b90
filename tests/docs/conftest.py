"""The fences of the documentation, and the small merchant of the command line's tests to run them against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from tests.cli.conftest import merchant, say, template

__all__ = ["PAGES", "ROOT", "Block", "blocks", "merchant", "say", "template"]

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(?P<language>\S*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@frozen
class Block:
    """One fence: where it stands, its language, and what is in it."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*languages: str) -> Iterator[Block]:
    """Every fence of these languages, of every page; of all languages when none is named."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for found in _FENCE.finditer(text):
            if not languages or found["language"] in languages:
                line = text.count("\n", 0, found.start()) + 2
                yield Block(str(path.relative_to(ROOT)), line, found["language"], found["text"])
