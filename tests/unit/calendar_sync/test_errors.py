"""Providers' answers as the five errors (style 13, facts 2.4 and 3.6)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.providers import google, google_errors, google_mapping, microsoft_errors
from services.calendar_sync.providers.calls import ProviderApi
from services.calendar_sync.providers.protocol import Watch
from shared import http
from shared.contracts.booking import Visibility
from shared.providers import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
    SyncTokenExpired,
)
from tests.builders import tomorrow_at


def of_google(status: int, reason: str, **headers: str) -> ProviderError:
    return google_errors.error_of(status, {"error": {"code": status, "errors": [{"reason": reason}]}}, headers)


def of_graph(status: int, code: str, **headers: str) -> ProviderError:
    return microsoft_errors.error_of(
        status, {"error": {"code": code}}, {k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "required", ProviderRefused),
        (403, "rateLimitExceeded", ProviderThrottled),
        (429, "rateLimitExceeded", ProviderThrottled),
        (403, "userRateLimitExceeded", ProviderThrottled),
        (403, "quotaExceeded", ProviderThrottled),
        (403, "insufficientPermissions", ProviderRefused),
        (404, "notFound", ProviderRefused),
        (409, "duplicate", google_errors.AlreadyThere),
        (410, "deleted", ProviderRefused),
        (410, "fullSyncRequired", SyncTokenExpired),
        (410, "updatedMinTooLongAgo", SyncTokenExpired),
        (412, "conditionNotMet", ProviderUnavailable),
        (500, "backendError", ProviderUnavailable),
        (503, "", ProviderUnavailable),
    ],
)
def test_googles_reasons_decide_not_the_status_alone(status: int, reason: str, kind: type[ProviderError]) -> None:
    assert type(of_google(status, reason)) is kind


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ErrorInvalidRequest", ProviderRefused),
        (400, "ErrorDuplicateTransactionId", microsoft_errors.TransactionUsed),
        (409, "errorduplicatetransactionid", microsoft_errors.TransactionUsed),
        (403, "ErrorAccessDenied", ProviderRefused),
        (404, "ErrorItemNotFound", ProviderRefused),
        (410, "SyncStateNotFound", SyncTokenExpired),
        (400, "resyncRequired", SyncTokenExpired),
        (412, "ErrorIrresolvableConflict", ProviderUnavailable),
        (429, "ApplicationThrottled", ProviderThrottled),
        (503, "ErrorServerBusy", ProviderThrottled),
        (504, "", ProviderUnavailable),
    ],
)
def test_graphs_codes_are_compared_without_case(status: int, code: str, kind: type[ProviderError]) -> None:
    assert type(of_graph(status, code)) is kind


def test_a_deleted_entry_counts_as_missing() -> None:
    found = [of_google(404, "notFound"), of_google(410, "deleted"), of_graph(404, "ErrorItemNotFound")]
    assert [isinstance(error, ProviderRefused) and error.missing for error in found] == [True, True, True]


def test_retry_after_is_honoured_and_never_less_than_a_second() -> None:
    for text, seconds in (("7", 7), ("0", 1), ("soon", 2)):
        error = of_graph(429, "TooManyRequests", retry_after=text)
        assert isinstance(error, ProviderThrottled)
        assert error.retry_after == timedelta(seconds=seconds)


class Token:
    """Two tokens: the second comes after a refusal."""

    async def token(self) -> str:
        return "old"

    async def renewed(self, refused: str) -> str:
        return f"not {refused}"


def answering(*answers: httpx.Response | Exception) -> tuple[httpx.AsyncClient, list[str]]:
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization", ""))
        made = left.pop(0)
        if isinstance(made, Exception):
            raise made
        return made

    return http.client("http://provider", transport=httpx.MockTransport(answer)), seen


async def call(client: httpx.AsyncClient) -> dict[str, Any]:
    return await ProviderApi("google", client, google_errors.error_of).call("x", Token(), "GET", "/x")


async def test_a_401_is_answered_with_another_token_once() -> None:
    client, seen = answering(httpx.Response(401), httpx.Response(200, json={"id": "x"}))
    assert await call(client) == {"id": "x"}
    assert seen == ["Bearer old", "Bearer not old"]


async def test_a_second_401_is_an_outage_not_a_revocation() -> None:
    client, _ = answering(httpx.Response(401), httpx.Response(401))
    with pytest.raises(ProviderUnavailable):
        await call(client)


@pytest.mark.parametrize(("error", "unknown"), [(httpx.ConnectError("x"), False), (httpx.ReadTimeout("x"), True)])
async def test_g10_what_was_sent_and_not_answered_is_unknown(error: Exception, unknown: bool) -> None:
    client, _ = answering(error)
    with pytest.raises(ProviderUnavailable) as caught:
        await call(client)
    assert caught.value.unknown is unknown


async def test_g03_an_answer_that_cannot_be_read_is_no_answer() -> None:
    client, _ = answering(httpx.Response(200, text="<html>"))
    with pytest.raises(ProviderUnavailable):
        await call(client)


async def test_a_new_channel_is_kept_although_the_old_one_cannot_be_stopped() -> None:
    until = tomorrow_at(4)
    client, _ = answering(httpx.Response(200, json={"resourceId": "new"}), httpx.Response(503))
    calendar = google.GoogleCalendar(client, api_url="http://provider", description_limit=10)
    old = Watch("old", "old", until)
    made = await calendar.renew_watch(Token(), old, url="http://c.example", secret="s", until=until)
    assert made.resource_id == "new"


def test_g24_a_note_is_text_although_google_reads_html() -> None:
    draft = EntryDraft(
        marker="m",
        title="<b>件名</b>",
        description="1 < 2 & <script>alert(1)</script>",
        location="",
        start_at=tomorrow_at(4),
        end_at=tomorrow_at(5),
        time_zone="Asia/Tokyo",
        tentative=False,
        visibility=Visibility.DEFAULT,
    )
    body = google_mapping.from_draft(draft)
    assert body["description"] == "1 < 2 & &lt;script>alert(1)&lt;/script>"
    assert body["summary"] == "<b>件名</b>"
