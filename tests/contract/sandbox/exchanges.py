"""What went over the wire between a client and the sandbox, checked against the provider's contract file."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.contract.sandbox.contracts import contract, known_path


@dataclass(frozen=True)
class Exchange:
    method: str
    url: str
    sent: bytes
    status: int
    received: bytes


@dataclass
class Exchanges:
    """All of one client. ``mount``: the provider's path in the sandbox; ``own``: parameters the client adds."""

    contract_name: str
    mount: str
    own: frozenset[str] = frozenset()
    all: list[Exchange] = field(default_factory=list)

    def add(self, method: str, url: str, sent: bytes, status: int, received: bytes) -> None:
        self.all.append(Exchange(method, url, sent, status, received))

    def violations(self) -> list[str]:
        """Of requests strictly, of answers as far as the contract is closed; nothing where there is no contract."""
        checker = contract(self.contract_name)
        found: list[str] = []
        for exchange in self.all if checker else ():
            assert checker is not None
            url = self._url(exchange.url)
            if exchange.status < 400:
                body = _json(exchange.sent)
                found += checker.request(exchange.method, url, _stated(body) if exchange.method == "PATCH" else body)
            found += checker.response(exchange.method, url, exchange.status, _json(exchange.received))
        return found

    def _url(self, url: str) -> str:
        parts = urlsplit(url)
        query = [
            (name, value.split("(")[0] if name == "$expand" else value)  # the contract knows no nested options
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name not in self.own
        ]
        return f"https://provider{known_path(parts.path.removeprefix(self.mount))}?{urlencode(query)}"


def _json(content: bytes) -> Any:
    return json.loads(content) if content else None


def _stated(body: Any) -> Any:
    """A patch without its nulls, which delete and which no contract file lists."""
    if isinstance(body, dict):
        return {key: _stated(value) for key, value in body.items() if value is not None}
    return body
