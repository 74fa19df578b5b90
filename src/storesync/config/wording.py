"""[compliance] and the glossary: which rules, evidence and words the texts of all channels go by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from attrs import field, frozen

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
from storesync.issues import Issue
from storesync.localization import Glossary, Reference, read_glossary

__all__ = ["ComplianceConfig", "compliance_config", "glossary_from"]

T = TypeVar("T")
_HOLDING = frozenset({"block", "registration", "evidence"})


@frozen(kw_only=True)
class ComplianceConfig:
    """What [compliance] says, its files read: own terms, evidence, waivers, and what holds a listing back."""

    terms: tuple[Term, ...] = field(default=(), converter=tuple[Term, ...])
    evidence: tuple[Evidence, ...] = field(default=(), converter=tuple[Evidence, ...])
    waivers: tuple[Waiver, ...] = field(default=(), converter=tuple[Waiver, ...])
    holding: frozenset[str] = _HOLDING

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
        return Compliance(
            packs=packs,
            evidence=self.evidence,
            waivers=self.waivers,
            holding=self.holding,
            inventory={market: inventory_of(reference.ingredients, market) for market in packs},
        )


def _read(
    section: Section, name: str, folder: Path, read: Callable[..., tuple[T, tuple[Issue, ...]]], nothing: T
) -> T:
    """The file that a key names, by a reader; its findings join those of the configuration."""
    given = section.text(name)
    if not given:
        return nothing
    try:
        text = (folder / given).read_text(encoding="utf-8-sig")
    except OSError as error:
        section.error(name, "file", f"{given} cannot be read: {error.strerror}", "correct the path")
        return nothing
    except UnicodeDecodeError as error:
        section.error(name, "file", f"{given}: byte {error.start} is no UTF-8", "save it as UTF-8")
        return nothing
    found, issues = read(text, at=given)
    section.found.all += issues
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
    return ComplianceConfig(
        terms=_read(section, "terms", folder, read_terms, ()),
        evidence=_read(section, "evidence", folder, read_evidence, ()),
        waivers=_read(section, "waivers", folder, read_waivers, ()),
        holding=holding,
    )


def glossary_from(localization: Section, folder: Path) -> Glossary:
    """The glossary that [localization] names; an empty one when it names none."""
    return _read(localization, "glossary", folder, read_glossary, Glossary())
