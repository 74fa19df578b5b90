"""A translation bureau on loopback that speaks as all six services do, is as strict, and fails by chance."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree
from zlib import crc32

from attrs import define, field

KEY: Final = "b0reau-k3y"
_HANGUL = re.compile("[가-힣]+")
_LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "papago": {"zh-CN": "zh-Hans", "vi": "vi"},
    "deepl": {"ZH-HANS": "zh-Hans", "VI": "vi"},
    "google": {"zh-CN": "zh-Hans", "vi": "vi"},
    "azure": {"zh-Hans": "zh-Hans", "vi": "vi"},
    "libretranslate": {"zh": "zh-Hans", "vi": "vi"},
}
_ALPHABET: Mapping[str, str] = {
    "zh-Hans": "清新柔润亮彩温和净透水感丝滑轻盈雅致花香果木",
    "vi": "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễ",
}


class Refused(Exception):
    """Something that the service does not take: its status and its body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def word(korean: str, locale: str) -> str:
    """The bureau's word for a Korean one: always the same, and another one for another."""
    number, letters = crc32(korean.encode()), _ALPHABET[locale]
    made = ""
    for _ in range(5):
        number, letter = divmod(number, len(letters))
        made += letters[letter]
    return made


def translated(text: str, locale: str) -> str:
    """Every Korean word by its own; all else, marks and markup, as it stands."""
    return _HANGUL.sub(lambda found: word(found.group(), locale), text)


def _needs(what: bool, status: int, body: Any) -> None:
    if not what:
        raise Refused(status, body)


def _markup(text: str) -> None:
    """What an engine of markup takes: elements that are opened and closed, signs that are escaped."""
    try:
        ElementTree.fromstring(f"<t>{text.replace('&nbsp;', ' ')}</t>")
    except ElementTree.ParseError as error:
        raise Refused(400, {"message": f"no markup: {error}: {text}"}) from None


@define
class Bureau:
    """The bureau as its owner sees it.

    `chance` decides which request fails, and how, with the likelihood `trouble`. `broken` are requests that
    no honest customer sends; `most` is how many were open at a time.
    """

    address: str = ""
    trouble: float = 0.0
    chance: random.Random = field(factory=lambda: random.Random(0))
    texts: list[str] = field(factory=list)
    broken: list[str] = field(factory=list)
    requests: int = 0
    open: int = 0
    most: int = 0
    lock: Any = field(factory=Lock)

    def reply(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """Status and body for one request."""
        try:
            return 200, self._reply(path, headers, json.loads(body), len(body))
        except Refused as refused:
            self.broken.append(f"{path}: {refused.status} {refused.body}")
            return refused.status, refused.body

    def _reply(self, path: str, headers: Mapping[str, str], asked: Any, size: int) -> Any:
        split = urlsplit(path)
        if split.path == "/nmt/v1/translation":
            return self._papago(headers, asked)
        if split.path == "/v2/translate":
            return self._deepl(headers, asked, size)
        if split.path == "/v3/projects/shop/locations/global:translateText":
            return self._google(headers, asked)
        if split.path == "/translate" and split.query:
            return self._azure(headers, asked, parse_qs(split.query))
        if split.path == "/translate":
            return self._libretranslate(asked)
        if split.path == "/v1/chat/completions":
            return self._chat(headers, asked)
        raise Refused(404, {"error": {"message": f"no {split.path}"}})

    def _all(self, texts: list[str], locale: str) -> list[str]:
        self.texts += texts
        return [translated(text, locale) for text in texts]

    def _papago(self, headers: Mapping[str, str], asked: Any) -> Any:
        key = headers.get("x-ncp-apigw-api-key") == KEY and headers.get("x-ncp-apigw-api-key-id") == "id"
        _needs(key, 401, {"error": {"errorCode": "200", "message": "Authentication Failed"}})
        _needs(
            asked.keys() <= {"source", "target", "text", "honorific", "glossaryKey"},
            400,
            {"errorCode": "N2MT03"},
        )
        _needs(isinstance(asked["text"], str), 400, {"errorCode": "N2MT06"})
        _needs(len(asked["text"]) <= 5000, 413, {"error": {"errorCode": "430"}})
        locale = _LANGUAGES["papago"][asked["target"]]
        (text,) = self._all([asked["text"]], locale)
        told = {"srcLangType": "ko", "tarLangType": asked["target"], "translatedText": text}
        return {"message": {"result": told}}

    def _deepl(self, headers: Mapping[str, str], asked: Any, size: int) -> Any:
        _needs(headers.get("authorization") == f"DeepL-Auth-Key {KEY}", 403, {"message": "Forbidden"})
        _needs(size <= 128 * 1024 and len(asked["text"]) <= 50, 413, {"message": "Payload too large"})
        _needs(asked["source_lang"] == "KO" and asked["tag_handling"] == "xml", 400, {"message": "bad"})
        for text in asked["text"]:
            _markup(text)
        made = self._all(asked["text"], _LANGUAGES["deepl"][asked["target_lang"]])
        return {"translations": [{"detected_source_language": "KO", "text": text} for text in made]}

    def _google(self, headers: Mapping[str, str], asked: Any) -> Any:
        body = {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "no token"}}
        _needs(headers.get("authorization") == f"Bearer {KEY}", 401, body)
        points = sum(map(len, asked["contents"]))
        body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Text is too long."}}
        _needs(len(asked["contents"]) <= 1024 and points <= 30_000, 400, body)
        for text in asked["contents"]:
            _markup(text)
        made = self._all(asked["contents"], _LANGUAGES["google"][asked["targetLanguageCode"]])
        return {"translations": [{"translatedText": text} for text in made]}

    def _azure(self, headers: Mapping[str, str], asked: Any, query: Mapping[str, list[str]]) -> Any:
        body = {"error": {"code": 401000, "message": "The request is not authorized"}}
        _needs(headers.get("ocp-apim-subscription-key") == KEY, 401, body)
        _needs(
            query == {"api-version": ["2026-06-06"]}, 400, {"error": {"code": 400021, "message": "version"}}
        )
        sizes = [len(row["text"]) for row in asked["inputs"]]
        _needs(
            len(sizes) <= 1000 and sum(sizes) <= 50_000, 400, {"error": {"code": 400077, "message": "size"}}
        )
        rows = []
        for row in asked["inputs"]:
            _needs(row["textType"] == "html" and row["language"] == "ko", 400, {"error": {"code": 400035}})
            _markup(row["text"])
            ((target,),) = [one.values() for one in row["targets"]]
            (text,) = self._all([row["text"]], _LANGUAGES["azure"][target])
            told = {"language": target, "text": text, "sourceCharacters": len(row["text"])}
            rows.append({"translations": [told]})
        return {"value": rows}

    def _libretranslate(self, asked: Any) -> Any:
        _needs(asked.get("api_key") == KEY, 403, {"error": "Invalid API key"})
        _needs(
            len(asked["q"]) <= 20 and sum(map(len, asked["q"])) <= 5000,
            400,
            {"error": "Invalid request: size"},
        )
        for text in asked["q"]:
            _markup(text)
        return {"translatedText": self._all(asked["q"], _LANGUAGES["libretranslate"][asked["target"]])}

    def _chat(self, headers: Mapping[str, str], asked: Any) -> Any:
        _needs(headers.get("authorization") == f"Bearer {KEY}", 401, {"error": {"message": "no key"}})
        system, user = asked["messages"]
        _needs((system["role"], user["role"]) == ("system", "user"), 400, {"error": {"message": "roles"}})
        given = json.loads(user["content"])
        locale = "vi" if "Vietnamese" in system["content"] else "zh-Hans"
        made = dict(zip(given, self._all(list(given.values()), locale), strict=True))
        content = json.dumps(made, ensure_ascii=False)
        return {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}

    def spoiled(self, status: int, body: Any) -> tuple[int, bytes, bool]:
        """What really leaves: the answer, or by chance trouble of some kind; and whether the line breaks."""
        content = json.dumps(body).encode()
        if status != 200 or self.chance.random() >= self.trouble:
            return status, content, False
        kind = self.chance.choice(["busy", "down", "gone", "page", "cut", "fewer"])
        if kind in ("busy", "down"):
            return (429 if kind == "busy" else 503), b'{"error": {"message": "later"}}', False
        if kind == "page":
            return 200, b"<html>a proxy</html>", False
        if kind == "fewer":
            return 200, json.dumps(_fewer(body)).encode(), False
        return 200, content[: len(content) // 2 if kind == "cut" else 0], True


def _fewer(body: Any) -> Any:
    """The answer without the last thing in its first list, or without its text."""
    for part in ("translations", "value", "translatedText"):
        if part in body:
            return {part: body[part][:-1]}
    if "choices" in body:
        made = json.loads(body["choices"][0]["message"]["content"])
        made.pop(next(reversed(made)))
        return {"choices": [{"finish_reason": "stop", "message": {"content": json.dumps(made)}}]}
    return {"message": {"result": {}}}


@contextmanager
def open_bureau(bureau: Bureau) -> Iterator[Bureau]:
    """The bureau, up on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with bureau.lock:
                bureau.requests += 1
                bureau.open += 1
                bureau.most = max(bureau.most, bureau.open)
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            sleep(0.001)
            with bureau.lock:
                status, content, breaks = bureau.spoiled(*bureau.reply(self.path, headers, body))
                bureau.open -= 1
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content) + (9 if breaks else 0)))
            if status in (429, 503):
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(content)
            if breaks:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    bureau.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield bureau
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
