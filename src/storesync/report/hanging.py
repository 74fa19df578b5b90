"""Where lines begin: a paragraph whose further lines stand under its text, and whatever stands further in."""

from __future__ import annotations

from attrs import frozen
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text

__all__ = ["Hanging", "Indented"]

_LEAST = 24  # columns of text; a narrower terminal breaks the lines by itself


@frozen
class Hanging:
    """The text, wrapped to the terminal; every line but the first begins `indent` columns further in."""

    text: Text
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Where nothing is to be wrapped (into a pipe or a log) it stays one line."""
        room = options.max_width - self.indent
        if options.no_wrap or room < _LEAST:
            yield self.text
            return
        first = self.text.wrap(console, options.max_width)
        if len(first) < 2:
            yield self.text
            return
        yield first[0]
        rest = self.text[len(first[0].plain) :]
        rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
        for line in rest.wrap(console, room):
            line.pad_left(self.indent)
            yield line


@frozen
class Indented:
    """The same, `by` columns further in and no wider than it is: Padding of rich fills lines to the terminal's width."""

    what: RenderableType
    by: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Each line with its blanks before it."""
        inner = options.update_width(options.max_width - self.by)
        for line in console.render_lines(self.what, inner, pad=False):
            yield Segment(" " * self.by)
            yield from line
            yield Segment.line()
