"""A receiver of Chosei's webhooks: verifies each by the Standard Webhooks specification and writes it once, one a line.

Needs Python and nothing else. It answers within moments and works later: whoever works first runs into the sender's
time-out and gets the webhook again.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
MOST_BYTES = 1_000_000


class NotVerified(Exception):
    """It is not from Chosei, was altered, or is too old to be a first delivery."""


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The webhook's id. ``body`` is what came, byte for byte; while a secret is replaced several are valid.

    Raises ``NotVerified``.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isdecimal():
        raise NotVerified("no id or no time")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotVerified("too far from now")
    signed = f"{message_id}.{timestamp}.".encode() + body
    given = [part for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in given):
            return message_id
    raise NotVerified("no signature fits")


class Memory:
    """Ids of what came, in one SQLite file."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY)")
        self._lock = threading.Lock()

    def is_new(self, message_id: str) -> bool:
        with self._lock, self._database:
            done = self._database.execute("INSERT OR IGNORE INTO handled VALUES (?)", (message_id,))
            return done.rowcount == 1


def say(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def build_server(port: int, secrets: Sequence[str], memory: Memory) -> ThreadingHTTPServer:
    class Receiver(BaseHTTPRequestHandler):
        """204 for what is verified, known or not; 400 for all else."""

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self._answer(413)
                return
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                message_id = verify(secrets, headers, body, time.time())
            except NotVerified as error:
                say({"refused": str(error)})
                self._answer(400)
                return
            if memory.is_new(message_id):
                say(json.loads(body))
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Standard output is for events."""

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)


def main() -> int:
    secrets = os.environ.get("WEBHOOK_SECRETS", "").split()
    if not secrets:
        sys.stderr.write("set WEBHOOK_SECRETS to the endpoint's secret (whsec_…), or two while it is replaced\n")
        return 2
    server = build_server(int(os.environ.get("PORT", "9100")), secrets, Memory(os.environ.get("MEMORY", ":memory:")))
    say({"listening": server.server_address[1]})
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
