"""Where a command says what it has to say: tables for people, or one JSON document; never a secret."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, Any, cast

import orjson
from attrs import define, field
from rich.console import Console, RenderableType

from storesync.cli.common import Common
from storesync.model.mask import Mask

__all__ = ["Outlet", "masked", "masked_value"]

_UNBOUNDED = 100_000  # columns of a pipe or file: nothing in it is wrapped or cut off
_PADDING = re.compile(" +$", re.M)
_SHORTEST = 6  # a shorter "secret" would blot out ordinary words


@lru_cache(maxsize=8)
def _mask(secrets: tuple[str, ...]) -> Mask:
    return Mask(secrets, least=_SHORTEST)


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret in it replaced by stars, however it is spelled."""
    return _mask(tuple(secrets)).text(text)


def masked_value(value: Any, secrets: Iterable[str]) -> Any:
    """The same for a JSON value, which stays one."""
    return _mask(tuple(secrets)).value(value)


class _Masked:
    """A text stream that shows no secret; when its reader has gone (`| head`) the work goes on unheard."""

    def __init__(self, below: IO[str], secrets: Callable[[], Iterable[str]]) -> None:
        self._below = below
        self._secrets = secrets
        self._padded = below.isatty()

    def write(self, text: str) -> int:
        said = masked(text, self._secrets())
        with self._reader_may_go():
            self._below.write(said if self._padded else _PADDING.sub("", said))
        return len(text)

    def flush(self) -> None:
        with self._reader_may_go():
            self._below.flush()

    @contextmanager
    def _reader_may_go(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            # What is still buffered must go somewhere, or Python complains of it when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._below.fileno())

    def isatty(self) -> bool:
        return self._below.isatty()

    @property
    def encoding(self) -> str:
        return getattr(self._below, "encoding", None) or "utf-8"


def _speakable(stream: IO[str], *, json: bool = False) -> None:
    """Let the stream take every character: a pipe in cp949 knows no Chinese, and a run must not fail after its work."""
    if isinstance(stream, io.TextIOWrapper):
        if json:
            stream.reconfigure(encoding="utf-8")  # as JSON always is
        else:
            stream.reconfigure(errors="backslashreplace")


def _unbounded(stream: IO[str]) -> bool:
    """Whether lines may be as long as they are: into a pipe or a file, unless COLUMNS asks for a width."""
    return not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit()


def _console(stream: IO[str], secrets: Callable[[], Iterable[str]]) -> Console:
    width = _UNBOUNDED if _unbounded(stream) else None
    return Console(file=cast(IO[str], _Masked(stream, secrets)), width=width, highlight=False)


@define
class Outlet:
    """One command's mouth. With `json` only `document` reaches standard output."""

    json: bool
    verbose: bool
    secrets: Callable[[], Iterable[str]] = tuple
    log: str = ""
    out: Console = field(init=False)
    err: Console = field(init=False)

    def __attrs_post_init__(self) -> None:
        _speakable(sys.stdout, json=self.json)
        _speakable(sys.stderr)
        self.out = _console(sys.stdout, self._secrets)
        self.err = _console(sys.stderr, self._secrets)

    @classmethod
    def of(cls, common: Common) -> Outlet:
        """The outlet that the options ask for."""
        return cls(common.json, common.verbose)

    def _secrets(self) -> Iterable[str]:
        return self.secrets()

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return not self.json and sys.stdin.isatty() and sys.stdout.isatty()

    @property
    def lively(self) -> bool:
        """Whether progress may be shown: only to a person, never into a file."""
        return not self.json and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def say(self, *parts: RenderableType) -> None:
        """Tell a person; nothing with --json."""
        if not self.json:
            for part in parts:
                self.out.print(part, soft_wrap=_unbounded(sys.stdout))

    def complain(self, *parts: RenderableType) -> None:
        """Tell a person what went wrong, on standard error; nothing with --json."""
        if not self.json:
            for part in parts:
                self.err.print(part, soft_wrap=True)

    def line(self, data: Any) -> None:
        """A document on one line, for a program that reads while the command goes on; nothing without --json."""
        if self.json:
            self._write(orjson.dumps(self._plain(data)).decode())

    def document(self, data: Any) -> None:
        """The one JSON document; nothing without --json."""
        if self.json:
            self._write(orjson.dumps(self._plain(data), option=orjson.OPT_INDENT_2).decode())

    def _plain(self, data: Any) -> Any:
        """The document without a secret, also where it is a number: stars in its bytes would make it no JSON."""
        return masked_value(orjson.loads(orjson.dumps(data, default=str)), self._secrets())

    def _write(self, text: str) -> None:
        stream = _Masked(sys.stdout, self._secrets)
        stream.write(text + "\n")
        stream.flush()
