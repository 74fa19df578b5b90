"""Claims, labels and readiness per market: rule packs as data, scanned, with evidence and waivers."""

from storesync.compliance.claims import Claimed, Compliance, check_claims
from storesync.compliance.discovery import GROUP, compliance_pack, markets
from storesync.compliance.evidence import EVIDENCE, Evidence, Waiver, read_evidence, read_waivers
from storesync.compliance.fold import INVISIBLE, Folded, fold
from storesync.compliance.ingredients import ingredient_names, inventory_of, listed_names, name_key
from storesync.compliance.kinds import kind_of
from storesync.compliance.pack import Pack, built_in, merged
from storesync.compliance.readiness import check_readiness
from storesync.compliance.scanner import Hit, Scanner, worst
from storesync.compliance.script import simplified, traditional
from storesync.compliance.spread import spread
from storesync.compliance.term import KINDS, SEVERITIES, ClaimSeverity, Source, Term
from storesync.compliance.termfile import read_rows, read_terms

__all__ = [
    "EVIDENCE",
    "GROUP",
    "INVISIBLE",
    "KINDS",
    "SEVERITIES",
    "ClaimSeverity",
    "Claimed",
    "Compliance",
    "Evidence",
    "Folded",
    "Hit",
    "Pack",
    "Scanner",
    "Source",
    "Term",
    "Waiver",
    "built_in",
    "check_claims",
    "check_readiness",
    "compliance_pack",
    "fold",
    "ingredient_names",
    "inventory_of",
    "kind_of",
    "listed_names",
    "markets",
    "merged",
    "name_key",
    "read_evidence",
    "read_rows",
    "read_terms",
    "read_waivers",
    "simplified",
    "spread",
    "traditional",
    "worst",
]
