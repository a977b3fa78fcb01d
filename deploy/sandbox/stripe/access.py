"""Before and after every call of Stripe's API: the key, the version, and answers kept under an idempotency key."""

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import orjson
from fastapi import Request
from starlette.responses import Response

from deploy.sandbox.stripe import errors, forms
from deploy.sandbox.stripe.checkout import Checkout
from deploy.sandbox.stripe.forms import Form
from deploy.sandbox.stripe.model import Json, Kept
from deploy.sandbox.stripe.webhooks import API_VERSION
from shared import clock

_KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"^(?:sk|rk)_test_\w+$")
_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(?:\.[a-z]+)?$")
Endpoint = Callable[[Request, Form], Json]


class Gate:
    """Wraps an endpoint. Every key of a test account gets in; all have one account."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    def guarded(self, endpoint: Endpoint) -> Callable[[Request], object]:
        async def run(request: Request) -> Response:
            version = request.headers.get("stripe-version", API_VERSION)
            headers = {"request-id": f"req_{secrets.token_hex(7)}", "stripe-version": version}
            try:
                _check_key(request)
                if not _VERSION.match(version):
                    raise errors.wrong_version(version)
                body = (await request.body()).decode("utf-8", "replace")
                self._checkout.look()
                if request.method == "POST":
                    return self._written(endpoint, request, body, headers)
                answer = endpoint(request, forms.parsed(request.url.query))
            except errors.StripeRefused as refused:
                return _json(refused.status, orjson.dumps(refused.body), headers)
            return _json(200, orjson.dumps(answer), headers)

        return run

    def _written(self, endpoint: Endpoint, request: Request, body: str, headers: dict[str, str]) -> Response:
        """What was refused for its parameters is not kept."""
        key, asked = request.headers.get("idempotency-key", ""), f"{request.url.path}\n{body}"
        if not key:
            return self._done(endpoint, request, body, headers)
        if len(key) > 255:
            raise errors.StripeRefused(400, "Idempotency keys can be up to 255 characters long.")
        headers["idempotency-key"] = key
        kept = self._checkout.book.answers.get(key)
        if kept is not None and clock.now() - kept.at < _KEPT_FOR:
            if kept.request != asked:
                raise errors.other_parameters(key)
            return _json(kept.status, kept.body, headers | {"idempotent-replayed": "true", "original-request": "req"})
        answer = self._done(endpoint, request, body, headers)
        self._checkout.book.answers[key] = Kept(asked, clock.now(), answer.status_code, bytes(answer.body))
        return answer

    def _done(self, endpoint: Endpoint, request: Request, body: str, headers: dict[str, str]) -> Response:
        answer = endpoint(request, forms.parsed(body))
        self._checkout.look()
        return _json(200, orjson.dumps(answer), headers)


def _check_key(request: Request) -> None:
    """As a bearer, or as the user of basic authentication."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        raise errors.no_key()
    if not _KEY.match(given):
        raise errors.wrong_key(given)


def _json(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status_code=status, headers=headers, media_type="application/json")
