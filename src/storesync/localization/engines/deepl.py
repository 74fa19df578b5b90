"""DeepL: many texts a request, XML marks, glossaries by id."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from storesync.driver import Effect, Request, request
from storesync.errors import Denied, Fault
from storesync.localization.engines.engine import (
    Batch,
    Capabilities,
    Fetch,
    Key,
    answered,
    each_text,
    redacted,
)
from storesync.model import frozen_map

__all__ = ["DeepL"]

# Read on 2026-11-23 in the deepl package 1.32.0 [S].
HOST = "https://api.deepl.com"
FREE_HOST = "https://api-free.deepl.com"
_CODES = {"zh-Hans": "ZH-HANS", "zh-Hant": "ZH-HANT"}
_REFUSALS: Mapping[str, type[Fault]] = {"403": Denied, "456": Denied}


@frozen
class DeepL:
    """The engine; `glossaries` are ids by `source>target`. Keys that end in `:fx` are for the free address.

    `endpoint` is set for another region, or where a gateway of one's own stands before the service.
    """

    key: Key
    glossaries: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    context: str = ""
    endpoint: str = ""
    name: str = "deepl"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        own = FREE_HOST if self.key.value.endswith(":fx") else HOST
        return {"deepl": self.endpoint or own}

    @property
    def capabilities(self) -> Capabilities:
        """50 texts [U] and 128 KiB a request, of which the envelope takes some."""
        kept = frozenset(
            (source, target) for source, _, target in (k.partition(">") for k in self.glossaries)
        )
        return Capabilities(texts=50, bytes=120_000, concurrency=4, glossaries=kept, marks="xml")

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id."""
        glossary = self.glossaries.get(f"{batch.source}>{batch.target}")
        body = {
            "text": [piece.text for piece in batch.pieces],
            "source_lang": batch.source.upper(),
            "target_lang": _CODES.get(batch.target, batch.target.upper()),
            "tag_handling": "xml",
            "ignore_tags": ["x"],
            "preserve_formatting": True,
            **({"context": self.context} if self.context else {}),
            **({"glossary_id": glossary} if glossary else {}),
        }
        asked = request("POST", "/v2/translate", json=body, host="deepl", effect=Effect.READ)
        try:
            answer = answered(await send(asked, self._sign), self.name, _REFUSALS)
        except Fault as fault:
            raise redacted(fault, self.key) from None
        return each_text(answer.maybe("translations"), batch, self.name, "text")

    def _sign(self, asked: Request) -> Request:
        return asked.with_headers({"authorization": f"DeepL-Auth-Key {self.key.value}"})
