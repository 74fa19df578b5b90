"""storesync texts: texts are translated, go out to people as PO, CSV or XLSX, come back reviewed, and are locked."""

from __future__ import annotations

from collections.abc import Sequence
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from cyclopts import App, Parameter
from rich.console import RenderableType
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, HELD, attempt, opened
from storesync.cli.common import DEFAULTS, Common
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError
from storesync.issues import Issue, Severity, counted
from storesync.report.document import issue_document

if TYPE_CHECKING:
    from storesync.engine.wording import TextPlaces
    from storesync.localization.review import Reviewed
    from storesync.sync import Shops

__all__ = ["texts"]

_FEW, _FEW_NAMED = 30, 3

texts = App(name="texts", version_flags=[])

Locale: TypeAlias = Annotated[str, Parameter(help="The language of the texts (vi, zh-Hans).")]
File: TypeAlias = Annotated[
    Path | None,
    Parameter(help="The file; texts-LOCALE.FORMAT beside the configuration when it is left out."),
]
Format: TypeAlias = Annotated[
    Literal["po", "csv", "xlsx"] | None,
    Parameter(show_default=False, help="As the file's name says, else po."),
]
Places: TypeAlias = Annotated[
    str,
    Parameter(help="Places as an export names them (SBG-001/title), or a product's key for all its texts."),
]


@texts.command
def translate(
    *,
    locale: Locale,
    budget: Annotated[
        int | None,
        Parameter(
            show_default=False, help="Characters that may be given to the translator, at most the day's."
        ),
    ] = None,
    again: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Ask once more for texts that failed a gate.")
    ] = False,
    common: Common = DEFAULTS,
) -> int:
    """Have the configured translator fill what nobody delivered, reviewed or translated before."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            own = shops.locale(locale)
            done = shops.translate_texts(own, budget=budget, again=again)
        told = [issue for issue in done.issues if issue.severity is not Severity.NOTE]
        outlet.say(
            Text(
                f"{len(done.texts)} texts in {own}, {done.asked} asked for, {done.characters} characters sent"
            ),
            *_shown(told),
        )
        outlet.document(
            {
                "locale": own,
                "texts": len(done.texts),
                "asked": done.asked,
                "characters": done.characters,
                "issues": [issue_document(issue) for issue in told],
            }
        )
        return HELD if done.issues.errors else DONE

    return attempt(common, work)


@texts.command
def export(
    file: File = None,
    /,
    *,
    locale: Locale,
    format: Format = None,
    waiting: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Only what nobody approved yet.")
    ] = False,
    force: Annotated[
        bool,
        Parameter(
            negative=(), show_default=False, help="Also over a file that holds work which nobody imported."
        ),
    ] = False,
    common: Common = DEFAULTS,
) -> int:
    """Write the texts of one language to a file for people, each with what the gates said of it.

    A file that says what nobody imported yet is left as it is, unless `--force` gives it up.
    """

    def work(outlet: Outlet) -> int:
        from storesync.localization import review

        with opened(common, outlet) as shops:
            own = shops.locale(locale)
            kind, place = _place(file, format, own, common)
            if place.exists() and not force:
                _spare(place, kind, own, shops)
            rows = shops.export_texts(own, waiting=waiting)
        if kind == "po":
            content = review.write_po(rows, own)
        else:
            content = review.write_csv(rows) if kind == "csv" else review.write_xlsx(rows)
        place.write_bytes(content)
        open_rows = sum(row.state not in ("reviewed", "final") for row in rows)
        outlet.say(Text(f"{place}: {len(rows)} texts in {own}, {open_rows} of them not reviewed"))
        outlet.document({"file": str(place), "locale": own, "texts": len(rows), "open": open_rows})
        return DONE

    return attempt(common, work)


@texts.command(name="import")
def import_(
    file: File = None,
    /,
    *,
    locale: Locale,
    format: Format = None,
    by: Annotated[
        str, Parameter(show_default=False, help="Who reviewed; the user of this machine when it is left out.")
    ] = "",
    common: Common = DEFAULTS,
) -> int:
    """Take reviewed texts back; conflicts are shown, nothing is lost, a locked text survives."""

    def work(outlet: Outlet) -> int:
        with opened(common, outlet) as shops:
            own = shops.locale(locale)
            kind, place = _place(file, format, own, common)
            found, faults = _read(place, kind)
            if not found.rows and faults:
                raise ConfigError(f"{place} cannot be imported", faults)
            taken = shops.import_texts(found, own, by=by or getuser())
        issues = (*faults, *taken.issues)
        errors = [issue for issue in issues if issue.severity is Severity.ERROR]
        refused = {issue.at or issue.path for issue in errors}
        outlet.say(
            Text(
                f"{place}: {counted(len(taken.texts), 'text')} taken, {taken.same} known already, "
                f"{len(refused)} not taken"
            ),
            *_shown(issues),
        )
        outlet.document(
            {
                "file": str(place),
                "locale": own,
                "taken": len(taken.texts),
                "same": taken.same,
                "issues": [issue_document(issue) for issue in issues],
            }
        )
        if not errors:
            return DONE
        return HELD if taken.texts or taken.same else FAILED

    return attempt(common, work)


@texts.command
def lock(*places: Places, locale: Locale, common: Common = DEFAULTS) -> int:
    """Keep texts as they are, whatever is imported, translated or delivered, until somebody unlocks them."""
    return _lock(places, locale, common, locked=True)


@texts.command
def unlock(*places: Places, locale: Locale, common: Common = DEFAULTS) -> int:
    """Let texts be changed again."""
    return _lock(places, locale, common, locked=False)


@texts.command
def confirm(*places: Places, locale: Locale, common: Common = DEFAULTS) -> int:
    """Say that delivered texts still hold although their source changed: they are stale no more."""

    def work(outlet: Outlet) -> int:
        _some(places)
        with opened(common, outlet) as shops:
            own = shops.locale(locale)
            done = shops.confirm_texts(own, places)
        _told(outlet, done, own, "confirmed")
        return FAILED if done.issues.errors else DONE

    return attempt(common, work)


def _read(place: Path, kind: str) -> tuple[Reviewed, tuple[Issue, ...]]:
    from storesync.localization import review

    read = {"po": review.read_po, "csv": review.read_csv, "xlsx": review.read_xlsx}[kind]
    return read(place.read_bytes(), at=place.name)


def _spare(place: Path, kind: str, locale: str, shops: Shops) -> None:
    """ConfigError for a file with work in it: an export must not be the end of somebody's day."""
    found, faults = _read(place, kind)
    way = "or give it up with --force"
    if faults:
        raise ConfigError(
            f"{place} is there and cannot be read whole, so nobody can say what is lost with it: "
            f"export to another file, {way}",
            faults,
        )
    if rows := shops.unimported_texts(found, locale):
        named = ", ".join(row.place for row in rows[:_FEW_NAMED])
        more = f" and {len(rows) - _FEW_NAMED} more" if len(rows) > _FEW_NAMED else ""
        raise ConfigError(
            f"{place} says what nobody imported yet of {counted(len(rows), 'text')} ({named}{more}): import it first "
            f"(storesync texts import {place} --locale {locale}), export to another file, {way}"
        )


def _lock(places: tuple[str, ...], locale: str, common: Common, *, locked: bool) -> int:
    def work(outlet: Outlet) -> int:
        _some(places)
        with opened(common, outlet) as shops:
            own = shops.locale(locale)
            done = shops.lock_texts(own, places, locked=locked)
        _told(outlet, done, own, "locked" if locked else "free", locked=locked)
        return FAILED if done.issues.errors else DONE

    return attempt(common, work)


def _some(places: tuple[str, ...]) -> None:
    if not places:
        raise ConfigError("no place is named; write one as an export names it, such as SBG-001/title")


def _told(outlet: Outlet, done: TextPlaces, locale: str, what: str, **more: bool) -> None:
    verb = "is" if len(done.places) == 1 else "are"
    said = f"{counted(len(done.places), 'text')} in {locale} {verb} {what} now"
    outlet.say(Text(": ".join((said, ", ".join(done.places))) if done.places else said))
    outlet.say(*_shown(tuple(done.issues)))
    outlet.document(
        {
            "locale": locale,
            **more,
            "places": list(done.places),
            "issues": [issue_document(issue) for issue in done.issues],
        }
    )


def _shown(issues: Sequence[Issue]) -> list[RenderableType]:
    from storesync.report.plan_view import findings

    more = [Text(f"  … {len(issues) - _FEW} more: --json shows all", "dim")] if len(issues) > _FEW else []
    return [*findings(issues[:_FEW], most=None), *more]


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
