"""[compliance] and the glossary: which rules, evidence and words the texts of all channels go by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from storesync.compliance import (
    SEVERITIES,
    Compliance,
    Evidence,
    Pack,
    Term,
    Waiver,
    compliance_pack,
    inventory_of,
    read_evidence,
    read_terms,
    read_waivers,
)
from storesync.config.section import Section
from storesync.issues import Issue, Severity
from storesync.localization import Glossary, Reference, read_glossary
from storesync.model import frozen_map

__all__ = [
    "ComplianceConfig",
    "TranslatorConfig",
    "compliance_config",
    "glossary_from",
    "translators_from",
]

T = TypeVar("T")
_HOLDING = frozenset({"block", "registration", "evidence"})
_BUDGET = 200_000  # some 3,000 products in one language
_OURS = ("name", "locales", "budget", "plan")


@frozen(kw_only=True)
class ComplianceConfig:
    """What [compliance] says, its files read: own terms, evidence, waivers, and what holds a listing back."""

    terms: tuple[Term, ...] = field(default=(), converter=tuple[Term, ...])
    evidence: tuple[Evidence, ...] = field(default=(), converter=tuple[Evidence, ...])
    waivers: tuple[Waiver, ...] = field(default=(), converter=tuple[Waiver, ...])
    holding: frozenset[str] = _HOLDING
    table: str = ""

    def of(self, markets: Iterable[str], reference: Reference) -> Compliance:
        """The rules of some markets, with the ingredients that the reference tables know there.

        ConfigError for a market that no pack speaks of.
        """
        own = "own" if self.terms else ""
        packs = {
            market: compliance_pack(
                market, (Pack(market=market, version=own, terms=self.terms),) if own else ()
            )
            for market in markets
        }
        rules = Compliance(
            packs=packs,
            evidence=self.evidence,
            waivers=self.waivers,
            holding=self.holding,
            inventory={market: inventory_of(reference.ingredients, market) for market in packs},
        )
        return evolve(rules, table=self.table) if self.table else rules


@frozen(kw_only=True)
class TranslatorConfig:
    """One table [localization.translator]: an engine's name and settings, and how far it may be used.

    `locales` are the languages it is asked for, empty for all; `budget` the characters of source text that it
    may be given in a day (UTC); with `plan` a plan asks it for what is missing. `settings` may hold references.
    """

    name: str
    settings: Mapping[str, Any] = field(factory=dict, converter=frozen_map, repr=False)
    locales: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    budget: int = _BUDGET
    plan: bool = True
    at: str = ""

    def serves(self, locale: str) -> bool:
        """Whether it is asked for texts in this language."""
        return not self.locales or locale in self.locales


def _read(
    section: Section,
    name: str,
    folder: Path,
    read: Callable[..., tuple[T, tuple[Issue, ...]]],
    nothing: T,
    *,
    severity: Severity = Severity.ERROR,
    unread: Callable[[str], T] | None = None,
) -> T:
    """The file that a key names, by a reader; its findings join those of the configuration, as heavy as given.

    `unread` makes what counts while the file is no text from the place at which that shows, else nothing does.
    """
    given = section.text(name)
    if not given:
        return nothing
    try:
        content = (folder / given).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        section.error(name, "file", f"{given} cannot be read: {error.strerror}", "correct the path")
        return nothing
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        at = f"{given}:{line}"
        message, path = f"{name} = {given!r}: byte {error.start} is no UTF-8", "/".join((*section.key, name))
        section.found.all.append(Issue("config.file", path, message, severity, "save it as UTF-8", at))
        return nothing if unread is None else unread(at)
    found, issues = read(text, at=given)
    section.found.all += [evolve(issue, severity=severity) for issue in issues]
    return found


def compliance_config(root: Section, folder: Path) -> ComplianceConfig | None:
    """[compliance], or None when the file has none: then no wording is checked."""
    if "compliance" not in root.table:
        return None
    section = root.inner("compliance")
    section.only(("terms", "evidence", "waivers", "holding"))
    holding = frozenset(section.texts("holding")) or _HOLDING
    for severity in sorted(holding - set(SEVERITIES)):
        section.error(
            "holding", "value", f"severity {severity!r} is unknown", f"write {', '.join(SEVERITIES)}"
        )
    if "block" not in holding:
        hint = f"write holding = {json.dumps(sorted({*holding, 'block'}, key=list(SEVERITIES).index))}"
        section.error("holding", "value", "without block, what must not be said would go out", hint)
    return ComplianceConfig(
        terms=_read(section, "terms", folder, read_terms, ()),
        # What does not count here holds its products by itself; a term that does not count would let texts pass.
        evidence=_read(section, "evidence", folder, read_evidence, (), severity=Severity.WARNING),
        waivers=_read(section, "waivers", folder, read_waivers, (), severity=Severity.WARNING),
        holding=holding,
        table=section.text("evidence"),
    )


def glossary_from(localization: Section, folder: Path) -> Glossary:
    """The glossary that [localization] names; an empty one when it names none.

    A row that does not count holds nothing up: texts that hold its term wait for a person. While the table cannot be
    read, nothing new is translated or shown, and what is live stays.
    """
    return _read(
        localization,
        "glossary",
        folder,
        read_glossary,
        Glossary(),
        severity=Severity.WARNING,
        unread=lambda at: Glossary(doubt=at),
    )


def translators_from(localization: Section) -> tuple[TranslatorConfig, ...]:
    """[localization.translator], or several [[localization.translator]]: the first that serves a language counts."""
    given = localization.table.get("translator", [])
    tables = [given] if isinstance(given, dict) else given
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        localization.error("translator", "type", f"translator = {given!r} is no table", "write a table")
        return ()
    key = (*localization.key, "translator")
    found = []
    for table in tables:
        section = Section(localization.file, key, table, localization.found)
        found.append(
            TranslatorConfig(
                name=section.needed("name", '"deepl"'),
                settings={name: value for name, value in table.items() if name not in _OURS},
                locales=section.texts("locales"),
                budget=section.whole("budget", _BUDGET, least=0),
                plan=section.flag("plan", default=True),
                at=section.at(),
            )
        )
    return tuple(found)
