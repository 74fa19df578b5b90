"""Tables that map the catalog onto a market: in the configuration itself, in a CSV file it names, or both."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from storesync.config.section import Section

__all__ = ["attribute_table", "category_table"]

_SOURCES = ("fact:", "key:", "text:", "const:", "first:")
_WORDS = ("origin", "hs", "brand", "title")


def _rows(
    section: Section, name: str, folder: Path, columns: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, row) of a CSV file; lines that begin with # are comments."""
    shown = Path(name).name
    try:
        lines = (folder / name).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        section.error("from", "file", f"{name} cannot be read: {error.strerror}", "check the path")
        return
    except UnicodeDecodeError as error:
        section.error("from", "encoding", f"{name} is not UTF-8 at byte {error.start}", "save it as UTF-8")
        return
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if not header:
            header = cells
            missing = [column for column in columns if column not in header]
            if missing:
                message = f"{name} has no column {', '.join(missing)}"
                section.error("from", "table", message, f"its columns are {', '.join(columns)}")
                return
            continue
        row = dict(zip(header, cells, strict=False))
        for column in columns:
            if not row.get(column):
                section.found.error(
                    "table",
                    section.key,
                    f"the row has no {column}",
                    "fill the cell",
                    f"{shown}:{number}:{column}",
                )
                break
        else:
            yield f"{shown}:{number}", row


def _table(section: Section, name: str) -> Section:
    """`name = "file.csv"` is short for a table that only says `from`."""
    if isinstance(section.table.get(name), str):
        return Section(section.file, (*section.key, name), {"from": section.table[name]}, section.found)
    return section.inner(name)


def category_table(section: Section, folder: Path) -> dict[str, str]:
    """Our category code to the market's id; what stands in the configuration wins over the file."""
    table = _table(section, "categories")
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    if name := table.text("from"):
        for place, row in _rows(table, name, folder, ("category_code", "category_id")):
            code, id_ = row["category_code"], row["category_id"]
            if found.get(code, id_) != id_:
                message = f"{code} is {id_} here and {found[code]} at {places[code]}"
                table.found.error("table", table.key, message, "keep one", f"{place}:category_code")
                continue
            found[code], places[code] = id_, place
    for code, value in table.table.items():
        if code == "from":
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            found[code] = str(value)
        elif isinstance(value, str) and value:
            found[code] = value
        else:
            table.error(code, "type", f"{code} = {value!r} is no category id", f'write {code} = "<id>"')
    return found


def _is_source(source: str) -> bool:
    parts = [part.strip() for part in source.split(" | ")]
    return all(part in _WORDS or (part.startswith(_SOURCES) and part.partition(":")[2]) for part in parts)


def attribute_table(section: Section, folder: Path) -> dict[str, dict[str, str]]:
    """`*` or a market category id to attribute id to source; the configuration wins over the file."""
    table = _table(section, "attributes")
    found: dict[str, dict[str, str]] = {}
    hint = f"use {', '.join(f'{source}…' for source in _SOURCES)}, {', '.join(_WORDS)}"
    if name := table.text("from"):
        for place, row in _rows(table, name, folder, ("category", "attribute", "source")):
            if not _is_source(row["source"]):
                message = f"{row['source']!r} is no source of an attribute"
                table.found.error("table", table.key, message, hint, f"{place}:source")
                continue
            found.setdefault(row["category"], {})[row["attribute"]] = row["source"]
    for category, inner in table.table.items():
        if category == "from":
            continue
        if not isinstance(inner, dict):
            table.error(category, "type", f"{category} = {inner!r} is no table", "name the category, or *")
            continue
        for attribute, source in table.words(category).items():
            if not _is_source(source):
                table.inner(category).error(
                    attribute, "value", f"{source!r} is no source of an attribute", hint
                )
            found.setdefault(category, {})[attribute] = source
    return found
