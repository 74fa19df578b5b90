"""Korean to market text, the half that only computes: reference texts, scripts, lengths, templates."""

from storesync.localization.country import country_name
from storesync.localization.description import TEMPLATES, Template, compose, template_for
from storesync.localization.length import columns, length
from storesync.localization.locale import language, matches, separator, split
from storesync.localization.provenance import Provenance
from storesync.localization.reference import Reference, ReferenceText
from storesync.localization.script import Foreign, foreign, has_hangul
from storesync.localization.source import source_hash

__all__ = [
    "TEMPLATES",
    "Foreign",
    "Provenance",
    "Reference",
    "ReferenceText",
    "Template",
    "columns",
    "compose",
    "country_name",
    "foreign",
    "has_hangul",
    "language",
    "length",
    "matches",
    "separator",
    "source_hash",
    "split",
    "template_for",
]
