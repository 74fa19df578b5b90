"""Translators that fetch: six built in, others by the entry point `storesync.translators`."""

from storesync.localization.engines.azure import Azure
from storesync.localization.engines.budget import Budget, Charge, Ledger
from storesync.localization.engines.chat import Chat
from storesync.localization.engines.deepl import DeepL
from storesync.localization.engines.discovery import GROUP, engine, engines
from storesync.localization.engines.engine import Batch, Capabilities, Engine, Fetch, Key, Piece
from storesync.localization.engines.google import Google
from storesync.localization.engines.libretranslate import LibreTranslate
from storesync.localization.engines.papago import Papago
from storesync.localization.engines.runner import Outcome, Runner
from storesync.localization.engines.translation import Translated, translate_texts

__all__ = [
    "GROUP",
    "Azure",
    "Batch",
    "Budget",
    "Capabilities",
    "Charge",
    "Chat",
    "DeepL",
    "Engine",
    "Fetch",
    "Google",
    "Key",
    "Ledger",
    "LibreTranslate",
    "Outcome",
    "Papago",
    "Piece",
    "Runner",
    "Translated",
    "engine",
    "engines",
    "translate_texts",
]
