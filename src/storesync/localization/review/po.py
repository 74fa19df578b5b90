"""PO files, so that Weblate, Poedit and the like just work: the place is the context, fuzzy means not reviewed."""

from __future__ import annotations

import re
from typing import Any

from storesync.errors import ConfigError
from storesync.issues import Issue
from storesync.localization.memory import TextState
from storesync.localization.review.row import Reviewed, ReviewRow

__all__ = ["read_po", "write_po"]

_EDITION = re.compile(r"^edition: (\S+)$", re.MULTILINE)
_FIELD = re.compile(r"^field: (\S+)$", re.MULTILINE)


def _polib() -> Any:
    try:
        import polib
    except ImportError:
        raise ConfigError(
            "PO files need polib, which is not installed: pip install 'storesync[text]'"
        ) from None
    return polib


def write_po(rows: tuple[ReviewRow, ...], locale: str) -> bytes:
    """The rows as a PO file in UTF-8; what no person approved is fuzzy, locked texts say so in a comment.

    What people noted is a translator's comment, what the gates said an extracted one.
    """
    polib = _polib()
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "Project-Id-Version": "storesync",
        "Language": locale.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Generator": "storesync",
    }
    for row in rows:
        told = [f"field: {row.field}", f"state: {row.state}"]
        told += [f"edition: {row.edition}"] if row.edition else []
        told += ["locked"] if row.locked else []
        told += [row.note.replace("\n", " ")] if row.note and not row.spoken else []
        file.append(
            polib.POEntry(
                msgctxt=row.place,
                msgid=row.source,
                msgstr=row.text,
                comment="\n".join(told),
                tcomment=row.note if row.spoken else "",
                flags=["fuzzy"] if row.text and row.state not in ("reviewed", "final") else [],
            )
        )
    return str(file).encode()


def read_po(content: bytes, *, at: str) -> tuple[Reviewed, tuple[Issue, ...]]:
    """The rows of a PO file; what cannot be read is an issue with its line."""
    polib = _polib()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Reviewed(()), (_undecoded(error, content, at),)
    if not text.strip():
        return Reviewed(()), (Issue("review.file", "", "the file is empty", hint="export it again", at=at),)
    try:
        # With a line end it is taken for a file's content, never for a file's name.
        file = polib.pofile(f"{text}\n")
    except (OSError, ValueError, IndexError, UnicodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"{at}:{line.group(1)}" if line else at
        message = f"this is no PO file: {str(error)[:200]}"
        return Reviewed(()), (Issue("review.file", "", message, hint="export it again", at=place),)
    locale = str(file.metadata.get("Language", "")).strip()
    rows, issues = [], []
    for entry in file:
        if entry.obsolete:
            continue
        place = f"{at}:{entry.linenum}"
        if not entry.msgctxt:
            issues.append(
                Issue("review.row", "", f"{entry.msgid!r} has no msgctxt", hint="keep the context", at=place)
            )
            continue
        edition, field = _EDITION.search(entry.comment), _FIELD.search(entry.comment)
        state: TextState = "translated" if "fuzzy" in entry.flags else "reviewed"
        if state == "reviewed" and "state: final" in entry.comment.splitlines():
            state = "final"
        rows.append(
            ReviewRow(
                place=entry.msgctxt,
                field=field.group(1) if field else "",
                locale=locale,
                source=entry.msgid,
                text=entry.msgstr,
                state=state if entry.msgstr else "initial",
                unsure=state == "translated",
                edition=edition.group(1) if edition else "",
                note=entry.tcomment,
                spoken=bool(entry.tcomment),
                at=place,
            )
        )
    return Reviewed(tuple(rows), locale), tuple(issues)


def _undecoded(error: UnicodeDecodeError, content: bytes, at: str) -> Issue:
    line = content.count(b"\n", 0, error.start) + 1
    return Issue(
        "review.encoding",
        "",
        f"byte {error.start} is no UTF-8",
        hint="save the file as UTF-8",
        at=f"{at}:{line}",
    )
