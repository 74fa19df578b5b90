"""LibreTranslate: a server that anyone may run; no glossary, no promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from storesync.driver import Effect, Request, request
from storesync.errors import Denied, Fault, Malformed
from storesync.localization.engines.engine import (
    Batch,
    Capabilities,
    Fetch,
    Key,
    answered,
    each_text,
    redacted,
)

__all__ = ["LibreTranslate"]

# Read on 2026-11-23 in the libretranslate package [S].
_CODES = {"zh-Hans": "zh", "zh-Hant": "zt"}
_REFUSALS: Mapping[str, type[Fault]] = {"403": Denied}


@frozen
class LibreTranslate:
    """The engine; `endpoint` is the server's address, `texts` and `characters` its limits."""

    endpoint: str
    key: Key | None = None
    texts: int = 20
    characters: int = 5000
    name: str = "libretranslate"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"libretranslate": self.endpoint}

    @property
    def capabilities(self) -> Capabilities:
        """As the server is set up."""
        return Capabilities(texts=self.texts, characters=self.characters, concurrency=2, marks="html")

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id."""
        body: dict[str, Any] = {
            "q": [piece.text for piece in batch.pieces],
            "source": _CODES.get(batch.source, batch.source),
            "target": _CODES.get(batch.target, batch.target),
            "format": "html",
        }
        key = self.key

        def sign(asked: Request) -> Request:
            if key is None:
                return asked
            return request(
                "POST", asked.path, json={**body, "api_key": key.value}, host=asked.host, effect=asked.effect
            )

        asked = request("POST", "/translate", json=body, host="libretranslate", effect=Effect.READ)
        try:
            answer = answered(await send(asked, sign), self.name, _REFUSALS)
        except Fault as fault:
            raise (redacted(fault, key) if key is not None else fault) from None
        texts: Any = answer.maybe("translatedText")
        if isinstance(texts, str) and len(batch.pieces) == 1:
            texts = [texts]
        if texts is None:
            raise Malformed("shape", "libretranslate: the answer has no 'translatedText'")
        return each_text(texts, batch, self.name, "translatedText")
