"""Papago NMT on NAVER Cloud: one text a request, and no glossary between Korean and Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from storesync.driver import Effect, Request, request
from storesync.errors import Denied, Fault, Rejected, Throttled, Transient
from storesync.localization.engines.engine import Batch, Capabilities, Fetch, Key, answered, redacted

__all__ = ["Papago"]

# Read on 2026-11-23 in NAVER Cloud's documentation [D].
HOST = "https://papago.apigw.ntruss.com"
_CODES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
_REFUSALS: Mapping[str, type[Fault]] = {
    "401/200": Denied,
    "401/210": Denied,
    "404/300": Rejected,
    "413": Rejected,
    # 429 is also what an API gives that is not ticked in the console: then it stays so.
    "429/400": Denied,  # quota
    "429/410": Throttled,
    "429/420": Throttled,
    "500": Transient,
}


@frozen
class Papago:
    """The engine; `glossary` is the id of a glossary kept in the console, for pairs that have one.

    `endpoint` is set where a gateway of one's own stands before the service.
    """

    key_id: Key
    key: Key
    glossary: str = ""
    honorific: bool = False
    endpoint: str = HOST
    name: str = "papago"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"papago": self.endpoint}

    @property
    def capabilities(self) -> Capabilities:
        """One text of up to 5,000 characters."""
        kept = {("ko", target) for target in ("en", "ja", "zh-Hans", "zh-Hant", "fr")}
        return Capabilities(
            texts=1, characters=5000, concurrency=4, glossaries=frozenset(kept if self.glossary else ())
        )

    async def translate(self, send: Fetch, batch: Batch) -> Mapping[str, str]:
        """The translations by id."""
        found = {}
        for piece in batch.pieces:
            body = {
                "source": _CODES.get(batch.source, batch.source),
                "target": _CODES.get(batch.target, batch.target),
                "text": piece.text,
                **({"glossaryKey": self.glossary} if self.glossary and batch.target != "vi" else {}),
                **({"honorific": "true"} if self.honorific else {}),
            }
            asked = request(
                "POST",
                "/nmt/v1/translation",
                json=body,
                host="papago",
                effect=Effect.READ,
                weight=len(piece.text),
            )
            try:
                answer = answered(await send(asked, self._sign), self.name, _REFUSALS)
            except Fault as fault:
                raise redacted(fault, self.key) from None
            found[piece.id] = answer.at("message.result.translatedText", str)
        return found

    def _sign(self, asked: Request) -> Request:
        return asked.with_headers(
            {"x-ncp-apigw-api-key-id": self.key_id.value, "x-ncp-apigw-api-key": self.key.value}
        )
