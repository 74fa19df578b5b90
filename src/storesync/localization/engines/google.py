"""Google Cloud Translation v3 over REST: many texts a request, glossaries as resources."""

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

__all__ = ["Google"]

# Read on 2026-11-23 in google-cloud-translate 3.28.0 [S]; the REST names are those of its HTTP rules.
HOST = "https://translation.googleapis.com"
_CODES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
_REFUSALS: Mapping[str, type[Fault]] = {"403": Denied, "400/API_KEY_INVALID": Denied}


@frozen
class Google:
    """The engine; `token` is an OAuth access token, `glossaries` are resource names by `source>target`.

    `endpoint` is set for another region, or where a gateway of one's own stands before the service.
    """

    project: str
    token: Key
    location: str = "global"
    glossaries: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    endpoint: str = HOST
    name: str = "google"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"google": self.endpoint}

    @property
    def capabilities(self) -> Capabilities:
        """At most 1,024 texts; less than 30,000 code points are advised."""
        kept = frozenset(
            (source, target) for source, _, target in (k.partition(">") for k in self.glossaries)
        )
        return Capabilities(texts=1024, characters=28_000, concurrency=4, glossaries=kept, marks="html")

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id."""
        glossary = self.glossaries.get(f"{batch.source}>{batch.target}")
        body = {
            "contents": [piece.text for piece in batch.pieces],
            "mimeType": "text/html",
            "sourceLanguageCode": _CODES.get(batch.source, batch.source),
            "targetLanguageCode": _CODES.get(batch.target, batch.target),
            **({"glossaryConfig": {"glossary": glossary}} if glossary else {}),
        }
        path = f"/v3/projects/{self.project}/locations/{self.location}:translateText"
        asked = request("POST", path, json=body, host="google", effect=Effect.READ)
        try:
            answer = answered(await send(asked, self._sign), self.name, _REFUSALS)
        except Fault as fault:
            raise redacted(fault, self.token) from None
        part = "glossaryTranslations" if glossary else "translations"
        return each_text(answer.maybe(part), batch, self.name, "translatedText")

    def _sign(self, asked: Request) -> Request:
        return asked.with_headers({"authorization": f"Bearer {self.token.value}"})
