"""Whatever comes in place of a cursor, a sealed value, a token answer or a header: read, or refused as what it is."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock, http
from shared.crypto import KeyRing, UndecryptableValue
from shared.cursors import CursorInvalid, cursor_of, parts_of, place_of
from shared.oauth import TokenEndpoint
from shared.problem import language_of
from shared.providers import ProviderError
from shared.recurrence import BadRule, parse
from shared.webhooks import object_in
from tests.outside import json_values, objects, texts
from tests.unit.shared.test_oauth import an_app

RING = KeyRing({"k1": b"1" * 32})
RULE_PARTS = st.sampled_from(
    ["FREQ=WEEKLY", "FREQ=DAILY", "COUNT=3", "BYDAY=MO,-1FR", "BYMONTHDAY=31", "INTERVAL=2", "UNTIL=20300101T000000Z"]
)


@given(texts(60) | st.lists(texts(), max_size=3).map(lambda parts: cursor_of(*parts)))
def test_a_cursor_is_one_of_ours_or_refused(cursor: str) -> None:
    for read in (lambda: parts_of(cursor, 2), lambda: place_of(cursor)):
        with suppress(CursorInvalid):
            read()


def test_a_cursor_of_a_time_that_no_clock_shows_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        place_of(cursor_of("0001-01-01T00:00:00+14:00", "x"))


@given(texts(200).map(lambda text: f"k1.{text}") | texts(200), st.booleans())
def test_what_was_not_sealed_here_is_undecryptable(text: str, rewrap: bool) -> None:
    with pytest.raises(UndecryptableValue):
        RING.rewrap(text, place="p") if rewrap else RING.decrypt(text, place="p")


@given(st.binary(max_size=20), st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_what_was_altered_or_cut_is_undecryptable(value: bytes, at: int, put: bytes) -> None:
    sealed = RING.encrypt(value, place="p")
    cut = sealed[: at % len(sealed)]
    with pytest.raises(UndecryptableValue):
        RING.decrypt(cut, place="p")
    altered = cut + put.hex() + sealed[len(cut) + 2 * len(put) :]
    if altered != sealed:
        with suppress(UndecryptableValue):
            assert RING.decrypt(altered, place="p") == value, "unused bits of the last character"


def endpoint(status: int, content: dict[str, Any] | bytes) -> TokenEndpoint:
    def answer(_request: httpx.Request) -> httpx.Response:
        if isinstance(content, bytes):
            return httpx.Response(status, content=content, headers={"content-type": "application/json"})
        return httpx.Response(status, json=content)

    return TokenEndpoint(an_app(), http.client("", transport=httpx.MockTransport(answer)))


TOKENS = objects(
    "error_description",
    access_token=texts(),
    refresh_token=texts(),
    expires_in=st.integers() | texts(),
    scope=texts(),
    error=st.sampled_from(["invalid_grant", "access_denied"]) | texts(),
)


@given(st.sampled_from([200, 400, 401, 403, 429, 500]), TOKENS | json_values())
async def test_a_token_answer_is_a_grant_or_one_of_the_five_errors(status: int, told: Any) -> None:
    asked = endpoint(status, told if isinstance(told, dict) else httpx.Response(200, json=told).content)
    with suppress(ProviderError):
        grant = await asked.exchange("code", redirect_uri="https://chosei.example/back", verifier="v")
        assert isinstance(grant.refresh_token, str)
        assert grant.expires_at < clock.now() + timedelta(days=40 * 365)
    with suppress(ProviderError):
        await asked.renew("refresh")


async def test_an_answer_of_endless_depth_is_no_answer() -> None:
    with pytest.raises(ProviderError):
        await endpoint(200, b'{"a":' + b"[" * 200_000).exchange("code", redirect_uri="https://x.example", verifier="v")


@given(texts(80))
def test_every_accept_language_leads_to_one_of_ours(header: str) -> None:
    assert language_of(header) in ("ja", "en")


@given(st.binary(max_size=60) | json_values().map(lambda value: httpx.Response(200, json=value).content))
def test_a_webhooks_body_is_an_object_or_taken_for_an_empty_one(body: bytes) -> None:
    assert isinstance(object_in(body), dict)


@given(st.lists(RULE_PARTS | texts(), max_size=4).map(";".join), st.booleans())
def test_a_rule_is_one_that_all_know_or_refused(text: str, all_day: bool) -> None:
    with suppress(BadRule):
        parse(text, "Asia/Tokyo", all_day=all_day)
