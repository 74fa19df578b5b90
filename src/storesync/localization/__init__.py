"""Korean to market text, the half that only computes: memory, protection, gates, glossary, templates."""

from storesync.localization.allergens import allergens, names_allergens
from storesync.localization.completion import TextMemory, completed, undelivered
from storesync.localization.country import country_name, other_country
from storesync.localization.description import TEMPLATES, Template, compose, template_for
from storesync.localization.facts import (
    NAMES,
    FactNames,
    facts_of,
    list_name,
    own_names,
    source_facts,
    told_facts,
)
from storesync.localization.gates import Finding, Gates, Level, Verdict
from storesync.localization.glossary import Glossary, GlossaryTerm, read_glossary
from storesync.localization.handing import delivered_hash, handed_texts
from storesync.localization.ingredients import Ingredient, ingredients_of, list_difference
from storesync.localization.length import UNITS, columns, length
from storesync.localization.locale import language, matches, separator, split
from storesync.localization.memory import APPROVED, STATES, MemoryText, TextKey, key_of, successor
from storesync.localization.normal import normal
from storesync.localization.pipeline import Drawn, Judged, TextRules, Wanted, draw, judge
from storesync.localization.protect import Protected, Protection
from storesync.localization.provenance import Provenance
from storesync.localization.reference import Reference, ReferenceText, Stale
from storesync.localization.script import SCRIPTS, Foreign, foreign, has_foreign, has_hangul
from storesync.localization.segment import Segment, segments, text_hash
from storesync.localization.sighting import (
    Delivered,
    Sighting,
    confirmed,
    delivered_parts,
    short_source,
    sight,
    stale_parts,
)
from storesync.localization.source import source_hash

__all__ = [
    "APPROVED",
    "NAMES",
    "SCRIPTS",
    "STATES",
    "TEMPLATES",
    "UNITS",
    "Delivered",
    "Drawn",
    "FactNames",
    "Finding",
    "Foreign",
    "Gates",
    "Glossary",
    "GlossaryTerm",
    "Ingredient",
    "Judged",
    "Level",
    "MemoryText",
    "Protected",
    "Protection",
    "Provenance",
    "Reference",
    "ReferenceText",
    "Segment",
    "Sighting",
    "Stale",
    "Template",
    "TextKey",
    "TextMemory",
    "TextRules",
    "Verdict",
    "Wanted",
    "allergens",
    "columns",
    "completed",
    "compose",
    "confirmed",
    "country_name",
    "delivered_hash",
    "delivered_parts",
    "draw",
    "facts_of",
    "foreign",
    "handed_texts",
    "has_foreign",
    "has_hangul",
    "ingredients_of",
    "judge",
    "key_of",
    "language",
    "length",
    "list_difference",
    "list_name",
    "matches",
    "names_allergens",
    "normal",
    "other_country",
    "own_names",
    "read_glossary",
    "segments",
    "separator",
    "short_source",
    "sight",
    "source_facts",
    "source_hash",
    "split",
    "stale_parts",
    "successor",
    "template_for",
    "text_hash",
    "told_facts",
    "undelivered",
]
