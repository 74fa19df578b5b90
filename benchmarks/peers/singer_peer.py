"""A Singer pair: a tap that bookmarks `updated_at`, and a target made with the Singer SDK that posts each record.

With backoff as in the SDK's own REST streams. State is kept as a runner keeps it: the last line of stdout.

Usage: python singer_peer.py ADDRESS FOLDER RATE          (runs tap and target as two processes)
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import goods

BOOKMARK_EVERY = 50


def tap(folder: Path) -> None:
    """SCHEMA, RECORD and STATE messages for what came after the bookmark."""
    state = folder / "state.json"
    since = json.loads(state.read_text())["products"] if state.exists() else ""
    kinds = {"id": "integer", "stock": "integer"}
    schema = {name: {"type": kinds.get(name, "string")} for name in goods.COLUMNS}
    _say(
        {
            "type": "SCHEMA",
            "stream": "products",
            "schema": {"type": "object", "properties": schema},
            "key_properties": ["id"],
        }
    )
    for number, row in enumerate(
        (row for row in goods.read(folder / "products.csv") if row.updated_at > since), 1
    ):
        _say({"type": "RECORD", "stream": "products", "record": row._asdict()})
        since = row.updated_at
        if number % BOOKMARK_EVERY == 0:
            _say({"type": "STATE", "value": {"products": since}})
    _say({"type": "STATE", "value": {"products": since}})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")


def target(address: str, rate: float) -> None:
    """The target, reading standard input."""
    import backoff
    import requests
    from singer_sdk import RecordSink, Target
    from singer_sdk import typing as th

    session = requests.Session()
    session.trust_env = False

    def fatal(error: Exception) -> bool:
        answer = getattr(error, "response", None)
        return answer is not None and answer.status_code < 500 and answer.status_code != 429

    class PlainSink(RecordSink):
        """One POST for each record."""

        due = 0.0

        @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=8, giveup=fatal, factor=0.2)
        def send(self, row: goods.Row) -> None:
            """Post it; a lost answer, 429 and 5xx are tried again."""
            now = time.monotonic()
            type(self).due = max(now, self.due) + 1 / rate
            time.sleep(max(0.0, self.due - 1 / rate - now))
            headers = {"x-token": goods.TOKEN}
            session.post(f"{address}/listings", json=row.body, headers=headers, timeout=30).raise_for_status()

        def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
            """A record arrives."""
            self.send(goods.Row(**{name: record[name] for name in goods.COLUMNS}))

    class PlainTarget(Target):
        """The target."""

        name = "target-plain"
        config_jsonschema = th.PropertiesList().to_dict()
        default_sink_class = PlainSink

    PlainTarget(config={}).listen(sys.stdin)


def main(address: str, folder: Path, rate: str) -> int:
    """Pipe one into the other and keep each state that the target lets out."""
    here = [sys.executable, __file__]
    with (
        subprocess.Popen([*here, "tap", str(folder)], stdout=subprocess.PIPE) as source,
        subprocess.Popen(
            [*here, "target", address, rate], stdin=source.stdout, stdout=subprocess.PIPE, text=True
        ) as sink,
    ):
        assert sink.stdout is not None
        for line in sink.stdout:
            if line.strip():
                (folder / "state.json").write_text(line)
    return sink.returncode


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["tap", folder]:
            tap(Path(folder))
        case ["target", address, rate]:
            target(address, float(rate))
        case [address, folder, rate]:
            sys.exit(main(address, Path(folder), rate))
