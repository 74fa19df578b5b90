"""The file in which a person reviews what was matched: written for spreadsheets, read with a place for every fault."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from storesync.engine.matching import Match, pair_variants
from storesync.engine.shelved import Catalogued
from storesync.engine.survey import Adoption
from storesync.errors import ConfigError
from storesync.issues import counted

__all__ = ["ID", "Reviewed", "read_review", "write_review"]
ADOPT, LEAVE = "adopt", "leave"
_COLUMNS = (
    "decision", "listing", "key", "title", "shop_key", "shop_title", "status", "by", "score", "evidence", "others",
    "skus",
)  # fmt: skip
ID = "#"  # ids are written as text: a spreadsheet would round them
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@frozen(kw_only=True)
class Reviewed:
    """One row of a reviewed file that says `adopt`.

    `skus` are the market's ids that a person filled in or left as proposed; empty is not known.
    """

    listing: str
    key: str
    skus: Mapping[str, str] = field(factory=dict)
    at: str = ""


def write_review(path: Path, adoption: Adoption) -> int:
    """Write every match to a CSV file for a person, the unsure ones first; the number of rows that need a look.

    Sure ones say `adopt` already. A row is taken over only with `adopt` in the column `decision`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        for one in (*adoption.unsure, *adoption.sure, *adoption.strange):
            writer.writerow(_row(one, adoption.catalog))
    return len(adoption.unsure)


def _row(one: Match, catalog: Mapping[str, Catalogued]) -> dict[str, str]:
    product, shelved = catalog.get(one.key), one.shelved
    skus = pair_variants(product, shelved)[0] if product is not None else {}
    asked = [
        f"{sku}={ID}{skus[sku]}" if sku in skus else f"{sku}=" for sku in (product.skus if product else ())
    ]
    return {
        "decision": ADOPT if one.sure else "" if one.key else LEAVE,
        "listing": f"{ID}{shelved.listing}",
        "key": one.key,
        "title": _harmless(product.titles[0]) if product is not None and product.titles else "",
        "shop_key": _harmless(shelved.key),
        "shop_title": _harmless(shelved.title),
        "status": shelved.status,
        "by": one.by,
        "score": f"{one.score:.2f}" if one.by else "",
        "evidence": _harmless("; ".join(one.evidence)),
        "others": "; ".join(f"{key} {score:.2f}" for key, score in one.others),
        "skus": "; ".join(asked),
    }


def _harmless(text: str) -> str:
    """Text of strangers that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_review(path: Path) -> tuple[list[Reviewed], int, list[str]]:
    """The rows to adopt, how many were left undecided, and the ids of the listings that are to be left alone.

    ConfigError names every row that cannot be read, by file and line.
    """
    rows: list[Reviewed] = []
    wrong: list[str] = []
    undecided, left = 0, list[str]()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in ("decision", "listing", "key") if name not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path}: no column {missing[0]!r}; take the file that `storesync adopt` wrote")
        for row in reader:
            decision, at = (row["decision"] or "").strip().lower(), f"{path}:{reader.line_num}"
            if decision == ADOPT:
                rows.append(_reviewed(row, at, wrong))
            elif decision == LEAVE:
                left.append(_id(row["listing"]))
            elif not decision:
                undecided += 1
            else:
                wrong.append(f"{at}: decision {decision!r} is not known; write {ADOPT}, {LEAVE} or nothing")
    wrong += _twice(rows, "key") + _twice(rows, "listing")
    if wrong:
        raise ConfigError(
            "\n".join((f"{path}: {counted(len(wrong), 'row')} cannot be taken; nothing was changed", *wrong))
        )
    return rows, undecided, left


def _id(cell: str | None) -> str:
    return (cell or "").strip().lstrip(ID)


def _reviewed(row: Mapping[str, str | None], at: str, wrong: list[str]) -> Reviewed:
    listing, key = _id(row["listing"]), (row["key"] or "").strip()
    if not listing or not key:
        wrong.append(f"{at}: {ADOPT} needs a listing and a key")
    if "E+" in listing.upper() and "." in listing:
        wrong.append(
            f"{at}: listing {listing!r} was rounded by a spreadsheet; copy its id again, with {ID} before it"
        )
    skus: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in (row.get("skus") or "").split(";"))):
        sku, equals, id_ = part.rpartition("=")
        if not equals or not sku.strip():
            wrong.append(f"{at}: {part!r} in skus is not SKU=id")
        else:
            skus[sku.strip()] = id_.strip().lstrip(ID)
    return Reviewed(listing=listing, key=key, skus=skus, at=at)


def _twice(rows: Sequence[Reviewed], name: str) -> list[str]:
    first: dict[str, str] = {}
    wrong = []
    for row in rows:
        value = getattr(row, name)
        if value in first:
            wrong.append(
                f"{row.at}: {name} {value!r} is adopted at {first[value]} already; leave all but one"
            )
        first.setdefault(value, row.at)
    return wrong
