"""storesync texts: texts go out to people as PO, CSV or XLSX, and come back reviewed."""

from __future__ import annotations

from getpass import getuser
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, HELD, attempt, opened
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError
from storesync.report.document import issue_document

__all__ = ["texts"]

_FEW = 30


def texts(
    action: Annotated[Literal["export", "import", "translate"], Parameter(help="What to do.")],
    file: Annotated[
        Path | None,
        Parameter(help="The file; texts-LOCALE.FORMAT beside the configuration when it is left out."),
    ] = None,
    *,
    locale: Annotated[str, Parameter(help="The language of the texts (vi, zh-Hans).")],
    format: Annotated[
        Literal["po", "csv", "xlsx"] | None,
        Parameter(show_default=False, help="As the file's name says, else po."),
    ] = None,
    waiting: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Export only what nobody approved yet.")
    ] = False,
    by: Annotated[
        str, Parameter(show_default=False, help="Who reviewed; the user of this machine when it is left out.")
    ] = "",
    budget: Annotated[
        int | None, Parameter(show_default=False, help="Characters that may be sent to the translator.")
    ] = None,
    common: Common = DEFAULTS,
) -> int:
    """Have texts translated, give them to people for review, and take them back; locked texts survive."""

    def work(outlet: Outlet) -> int:
        if action == "translate":
            return _translate(outlet, common, locale, budget)
        kind, place = _place(file, format, locale, common)
        if action == "export":
            return _export(outlet, common, kind, place, locale, waiting=waiting)
        return _import(outlet, common, kind, place, locale, by or getuser())

    return attempt(common, work)


def _place(file: Path | None, format: str | None, locale: str, common: Common) -> tuple[str, Path]:
    if file is None:
        kind = format or "po"
        return kind, common.config.resolve().parent / f"texts-{locale}.{kind}"
    kind = format or file.suffix.lstrip(".").lower()
    if kind not in ("po", "csv", "xlsx"):
        raise ConfigError(
            f"{file}: what format is {file.suffix or 'this'}? Name it: --format po, csv or xlsx"
        )
    return kind, file


def _export(outlet: Outlet, common: Common, kind: str, place: Path, locale: str, *, waiting: bool) -> int:
    from storesync.localization import review

    with opened(common, outlet) as shops:
        rows = shops.export_texts(locale, waiting=waiting)
    if kind == "po":
        content = review.write_po(rows, locale)
    else:
        content = review.write_csv(rows) if kind == "csv" else review.write_xlsx(rows)
    place.write_bytes(content)
    open_rows = sum(row.state not in ("reviewed", "final") for row in rows)
    outlet.say(Text(f"{place}: {len(rows)} texts in {locale}, {open_rows} of them not reviewed"))
    outlet.document({"file": str(place), "locale": locale, "texts": len(rows), "open": open_rows})
    return DONE


def _translate(outlet: Outlet, common: Common, locale: str, budget: int | None) -> int:
    with opened(common, outlet) as shops:
        done = shops.translate_texts(locale, budget=budget)
    told = [issue for issue in done.issues if issue.severity.value != "note"]
    outlet.say(
        Text(
            f"{len(done.texts)} texts in {locale}, {done.asked} asked for, {done.characters} characters sent"
        ),
        *(Text(str(issue)) for issue in told[:_FEW]),
    )
    outlet.document(
        {
            "locale": locale,
            "texts": len(done.texts),
            "asked": done.asked,
            "characters": done.characters,
            "issues": [issue_document(issue) for issue in told],
        }
    )
    return HELD if done.issues.errors else DONE


def _import(outlet: Outlet, common: Common, kind: str, place: Path, locale: str, by: str) -> int:
    from storesync.localization import review

    read = {"po": review.read_po, "csv": review.read_csv, "xlsx": review.read_xlsx}[kind]
    file, faults = read(place.read_bytes(), at=place.name)
    if not file.rows and faults:
        raise ConfigError(f"{place} cannot be imported", faults)
    with opened(common, outlet) as shops:
        taken = shops.import_texts(file, locale, by=by)
    issues = (*faults, *taken.issues)
    errors = [issue for issue in issues if issue.severity.value == "error"]
    outlet.say(
        Text(f"{place}: {len(taken.texts)} texts taken, {taken.same} known already, {len(errors)} not taken"),
        *(Text(str(issue)) for issue in issues[:_FEW]),
        *([Text(f"and {len(issues) - _FEW} more; --json shows all")] if len(issues) > _FEW else []),
    )
    outlet.document(
        {
            "file": str(place),
            "locale": locale,
            "taken": len(taken.texts),
            "same": taken.same,
            "issues": [issue_document(issue) for issue in issues],
        }
    )
    if not errors:
        return DONE
    return HELD if taken.texts or taken.same else FAILED
