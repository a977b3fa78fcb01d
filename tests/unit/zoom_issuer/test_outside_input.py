"""Whatever Zoom might say, in answers and in webhooks that bear its signature."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from services.zoom_issuer.providers.zoom import ZoomApi, found_in
from services.zoom_issuer.providers.zoom_recurrence import occurrence_at, occurrences_of
from services.zoom_issuer.usecases.deauthorize import Deauthorize
from services.zoom_issuer.usecases.hear_zoom import HearZoom
from shared import clock, http
from shared.providers import ProviderError, ProviderUnavailable
from tests.outside import json_values, objects, texts

SECRET = "zoom-secret"
OCCURRENCES = st.lists(objects("occurrence_id", "status", start_time=texts(), duration=st.integers()), max_size=3)
MEETING = objects(
    "topic",
    "agenda",
    "timezone",
    "join_url",
    "password",
    "host_id",
    id=st.integers(0, 10**11) | texts(),
    type=st.sampled_from([2, 8]),
    start_time=texts(),
    duration=st.integers(),
    occurrences=OCCURRENCES,
)
PAYLOAD = objects(
    "account_id",
    "user_id",
    plainToken=texts(),
    deauthorization_time=texts(),
    client_id=st.just("app"),
    object=MEETING,
)
EVENTS = st.sampled_from(
    [
        "meeting.updated",
        "meeting.deleted",
        "meeting.recovered",
        "user.updated",
        "app_deauthorized",
        "endpoint.url_validation",
    ]
)
AT = datetime(2030, 1, 1, tzinfo=UTC)


class Nothing:
    """Nothing stands in the database."""

    async def by_meeting(self, _meeting_id: str) -> list[dict[str, Any]]:
        return []

    async def granted_before(self, *_which: object) -> list[object]:
        return []


async def _hear(headers: Mapping[str, str], body: bytes) -> int:
    async def heard(_name: str) -> None:
        return None

    rows: Any = Nothing()
    deauthorize = Deauthorize(rows, rows, own_app="app", admin_app="")
    users: Any = heard
    hear = HearZoom(SECRET, rows, deauthorize, users, lambda _row: None, heard)
    return (await hear(headers, body)).status


@given(objects(event=EVENTS, payload=PAYLOAD) | json_values())
async def test_a_signed_webhook_is_heard_or_refused_whatever_it_says(told: Any) -> None:
    body, at = json.dumps(told).encode(), str(int(clock.now().timestamp()))
    signature = hmac.new(SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"x-zm-request-timestamp": at, "x-zm-signature": f"v0={signature}"}
    assert await _hear(headers, body) in (200, 400)


@given(texts(), texts(), st.binary(max_size=50))
async def test_a_webhook_that_zoom_did_not_sign_is_refused(at: str, signature: str, body: bytes) -> None:
    assert await _hear({"x-zm-request-timestamp": at, "x-zm-signature": signature}, body) == 401


@given(MEETING)
def test_a_meeting_is_read_as_far_as_it_can_be(body: dict[str, Any]) -> None:
    with suppress(ProviderUnavailable):
        found_in(body)
    assert all(one["start_time"] for one in [occurrence_at(body, AT)] if one)
    assert all(one.minutes is not None for one in occurrences_of(body))


@given(st.integers(200, 599), MEETING | objects("code", "message", users=st.lists(objects("id"), max_size=2)), texts())
async def test_an_answer_is_read_or_is_one_of_the_five_errors(status: int, body: dict[str, Any], wait: str) -> None:
    heads = [("retry-after", wait.encode())]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=body, headers=heads)  # type: ignore[arg-type]

    api = ZoomApi(http.client("https://zoom.example", transport=httpx.MockTransport(answer)))
    for call in (
        api.me("t"),
        api.users("t"),
        api.standing("t", "u"),
        api.find("t", "u", "agenda"),
        api.state("t", "1"),
    ):
        with suppress(ProviderError):
            await call
