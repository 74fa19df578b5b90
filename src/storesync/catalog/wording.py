"""Text as suppliers send it, put into plain, normal form; every change is told."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

from storesync.catalog.record import Cells, shown

__all__ = ["code", "line", "passage", "plain"]

_TAG = re.compile(r"<(?:[A-Za-z][^<>]*|/[A-Za-z][^<>]*|!--.*?--)>", re.DOTALL)
_HIDDEN = re.compile(
    "[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_WIDE_SPACE = re.compile("[\u00a0\u2007\u202f\u3000]")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
# A spreadsheet would run these; "-18℃ 이하" and "+82" are ordinary text.
_FORMULA = re.compile(r"[=@]|[+\-](?![\d\s]).*[(|!]")
# What spreadsheets write where a formula failed: Excel, Google Sheets, LibreOffice.
_FAILED = re.compile(
    r"#(?:N/A|NAME\?|REF!|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BUSY!|BLOCKED!|CONNECT!|UNKNOWN!|ERROR!|GETTING_DATA)"
    r"|Err:\d{3}"
)
_SILENT = {"script", "style", "template", "noscript", "iframe", "object"}
_BREAKS = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"}


class _Words(HTMLParser):
    """Keeps what a reader would see of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain(html: str) -> str:
    """The words of a piece of HTML, one line per block; scripts and styles are gone."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.parts).splitlines())
    return "\n".join(line for line in lines if line)


def code(text: str) -> str:
    """A product code or SKU without what nobody sees: an invisible character must not make a new product.

    Empty, too, where a formula failed to make one.
    """
    if _FAILED.fullmatch(text.strip()):
        return ""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(_WIDE_SPACE.sub(" ", _HIDDEN.sub("", unicodedata.normalize("NFC", text))).split())


def line(cells: Cells, column: str) -> str:
    """A text of one line (a name, a region): line breaks become one space."""
    text = _normal(cells, column)
    if "\n" in text or "\r" in text:
        cells.note(column, "newline", f"line break in {shown(text)} made a space")
    return " ".join(text.split())


def passage(cells: Cells, column: str) -> str:
    """A text that may have several lines (a description)."""
    text = _normal(cells, column)
    return text if "\r" not in text else "\n".join(text.splitlines())


def _normal(cells: Cells, column: str) -> str:
    text = cells.raw(column)
    if not text:
        return text
    if _FAILED.fullmatch(text):
        said = f"{shown(text)} is a formula that failed in the spreadsheet: no buyer may read that"
        cells.error(
            column, "formula_failed", said, "mend the formula, or write the text itself into the cell"
        )
    elif _FORMULA.match(text):
        cells.note(column, "formula", f"{shown(text)} looks like a spreadsheet formula: kept as text")
    if text.isascii() and "<" not in text and text.isprintable():
        return text
    if _TAG.search(text):
        words = plain(text)
        cells.note(column, "html", f"HTML {shown(text)} made plain text", "scripts and tags are left out")
        text = words
    if not unicodedata.is_normalized("NFC", text):
        cells.note(column, "unicode_nfd", f"{shown(text)} is decomposed: composed (NFC)")
        text = unicodedata.normalize("NFC", text)
    if _HIDDEN.search(text):
        cells.note(column, "hidden_character", f"invisible characters removed from {shown(text)}")
        text = _HIDDEN.sub("", text)
    if _WIDE_SPACE.search(text):
        cells.note(column, "space", f"no-break or wide space in {shown(text)} made an ordinary one")
        text = _WIDE_SPACE.sub(" ", text)
    if _EMOJI.search(text):
        cells.note(column, "emoji", f"emoji in {shown(text)} kept", "a market may refuse them")
    return text.strip()
