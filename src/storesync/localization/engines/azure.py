"""Azure AI Translator, api-version 2026-06-06."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from storesync.driver import Effect, Request, request
from storesync.errors import Denied, Fault, Malformed, Throttled
from storesync.localization.engines.engine import (
    Batch,
    Capabilities,
    Fetch,
    Key,
    answered,
    each_text,
    redacted,
)

__all__ = ["Azure"]

# Read on 2026-11-23 in azure-ai-translation-text 2.0.0 [S].
HOST = "https://api.cognitive.microsofttranslator.com"
VERSION = "2026-06-06"
_REFUSALS: Mapping[str, type[Fault]] = {"401": Denied, "403": Denied, "429": Throttled}


@frozen
class Azure:
    """The engine; `region` is asked for by keys of one region, `endpoint` is set for a resource of one's own."""

    key: Key
    region: str = ""
    endpoint: str = HOST
    name: str = "azure"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"azure": self.endpoint}

    @property
    def capabilities(self) -> Capabilities:
        """assumption: 1,000 texts and 50,000 characters a request, as the older version documents."""
        return Capabilities(texts=1000, characters=50_000, concurrency=4, marks="html")

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id."""
        body = {
            "inputs": [
                {
                    "text": piece.text,
                    "language": batch.source,
                    "textType": "html",
                    "targets": [{"language": batch.target}],
                }
                for piece in batch.pieces
            ]
        }
        asked = request(
            "POST",
            "/translate",
            params={"api-version": VERSION},
            json=body,
            host="azure",
            effect=Effect.READ,
        )
        try:
            answer = answered(await send(asked, self._sign), self.name, _REFUSALS)
        except Fault as fault:
            raise redacted(fault, self.key) from None
        rows: Any = answer.maybe("value")
        if not isinstance(rows, list):
            raise Malformed("shape", "azure: the answer has no 'value'")
        return each_text([_first(row) for row in rows], batch, self.name, "text")

    def _sign(self, asked: Request) -> Request:
        headers = {"Ocp-Apim-Subscription-Key": self.key.value}
        if self.region:
            headers["Ocp-Apim-Subscription-Region"] = self.region
        return asked.with_headers(headers)


def _first(row: Any) -> Any:
    made = row.get("translations") if isinstance(row, Mapping) else None
    if not isinstance(made, list) or len(made) != 1:
        raise Malformed("shape", "azure: a row has no single translation")
    return made[0]
