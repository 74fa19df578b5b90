"""A translation service on loopback: LibreTranslate and an OpenAI-compatible chat endpoint, with a log of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from attrs import define, field

_KOREAN = re.compile("[가-힣]+")


def skin_care(text: str) -> str:
    """Every Korean word becomes 护肤, another one each time, so that nothing repeats."""
    words = iter(
        ["护肤", "滋养", "清新", "柔润", "亮彩", "温和", "净透", "水感", "丝滑", "轻盈", "馥郁", "雅致"] * 20
    )
    return _KOREAN.sub(lambda _: next(words), text)


@define
class Service:
    """The service as its owner sees it: what it was sent, and how it answers.

    `answer` makes one text of another; `spoil` may change a chat answer's object before it leaves. While it is
    `down` every request gets 503; with `fewer` the last text of each request gets no answer.
    """

    address: str = ""
    down: bool = False
    fewer: bool = False
    answer: Callable[[str], str] = skin_care
    spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda made: made
    requests: list[dict[str, Any]] = field(factory=list)
    texts: list[str] = field(factory=list)

    def reply(self, path: str, asked: dict[str, Any]) -> tuple[int, Any]:
        """Status and body for one request."""
        self.requests.append(asked)
        if self.down:
            return 503, {"error": "down for a day"}
        if path.endswith("/chat/completions"):
            given = json.loads(asked["messages"][1]["content"])
            self.texts += given.values()
            made = self.spoil({id_: self.answer(text) for id_, text in given.items()})
            said = json.dumps(made, ensure_ascii=False)
            return 200, {"choices": [{"finish_reason": "stop", "message": {"content": said}}]}
        self.texts += asked["q"]
        given = asked["q"][:-1] if self.fewer else asked["q"]
        return 200, {"translatedText": [self.answer(text) for text in given]}


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service, up on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = service.reply(self.path, asked)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            if status == 503:
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
