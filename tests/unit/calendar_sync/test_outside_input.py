"""Whatever Google and Microsoft might say: it is read, or it is no answer, and never a fault of ours (G3)."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.providers import google_errors, guest_answers, microsoft_errors, room_answers
from services.calendar_sync.providers.calls import retry_after
from services.calendar_sync.providers.google_mapping import to_busy as from_google
from services.calendar_sync.providers.google_mapping import to_state as state_of_google
from services.calendar_sync.providers.microsoft_mapping import to_busy as from_graph
from services.calendar_sync.providers.microsoft_mapping import to_state as state_of_graph
from services.calendar_sync.providers.microsoft_reading import reading_of
from services.calendar_sync.usecases.watch import HearNotification
from shared.providers import ProviderError, ProviderUnavailable
from tests.outside import json_values, objects, texts

ZONE = "Asia/Tokyo"
IDS = st.sampled_from(["chosei1", "e1"])
GOOGLE_MOMENT = objects("timeZone", dateTime=texts(), date=texts())
GRAPH_MOMENT = objects("timeZone", dateTime=texts())
GOOGLE_PEOPLE = st.lists(objects("email", "self", "resource", responseStatus=st.just("accepted")), max_size=3)
GRAPH_PEOPLE = st.lists(objects("emailAddress", "type", status=objects("response")), max_size=3)
GOOGLE_EVENT = objects(
    "status",
    "transparency",
    "eventType",
    "summary",
    "description",
    "extendedProperties",
    id=IDS,
    recurringEventId=IDS,
    start=GOOGLE_MOMENT,
    end=GOOGLE_MOMENT,
    attendees=GOOGLE_PEOPLE,
)
GRAPH_EVENT = objects(
    "@removed",
    "isCancelled",
    "isAllDay",
    "showAs",
    "subject",
    "body",
    "responseStatus",
    "originalStartTimeZone",
    id=IDS,
    type=st.sampled_from(["seriesMaster", "occurrence", "singleInstance"]),
    seriesMasterId=IDS,
    transactionId=IDS,
    start=GRAPH_MOMENT,
    end=GRAPH_MOMENT,
    attendees=GRAPH_PEOPLE,
)


@given(GOOGLE_EVENT)
def test_g03_an_event_of_google_is_read_or_unreadable(event: dict[str, Any]) -> None:
    for read in (from_google, state_of_google):
        with suppress(ProviderUnavailable):
            read(event, ZONE)
    for answers in (guest_answers.from_google, room_answers.from_google):
        with suppress(ProviderUnavailable):
            answers([event])


@given(st.lists(GRAPH_EVENT, max_size=3))
def test_g03_a_delta_of_graph_is_read_or_unreadable(events: list[dict[str, Any]]) -> None:
    with suppress(ProviderUnavailable):
        reading_of(events, "cursor", ZONE)
    for event in events:
        for read in (from_graph, state_of_graph):
            with suppress(ProviderUnavailable):
                read(event, ZONE)
    for answers in (guest_answers.from_graph, room_answers.from_graph):
        with suppress(ProviderUnavailable):
            answers(events)


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000"])
def test_g03_the_least_day_of_some_calendars_is_no_time(day: str) -> None:
    """What .NET writes where there is no date: east of Greenwich it has no instant."""
    moment = {"dateTime": day, "timeZone": "Tokyo Standard Time"}
    with pytest.raises(ProviderUnavailable):
        from_graph({"id": "e1", "start": moment, "end": moment}, ZONE)
    state = state_of_graph({"id": "e1", "subject": "x", "start": moment, "end": moment}, ZONE)
    assert state is not None
    assert (state.start_at, state.title) == (None, "x")


@given(
    st.integers(min_value=300, max_value=599),
    objects(error=objects("code", "message", errors=st.lists(objects("reason"), max_size=2))),
    texts(),
)
def test_a_refusal_is_one_of_the_five_errors_whatever_it_says(status: int, body: dict[str, Any], wait: str) -> None:
    for module in (google_errors, microsoft_errors):
        assert isinstance(module.error_of(status, body, {"retry-after": wait}), ProviderError)


@given(texts())
def test_a_wait_is_at_least_a_second_and_at_most_a_day(said: str) -> None:
    assert timedelta(seconds=1) <= retry_after({"retry-after": said}) <= timedelta(days=1)


class NoMirrors:
    """Knows no channel; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def watched_as(self, _watch_id: str) -> None:
        self.asked += 1


NOTICE = objects("lifecycleEvent", subscriptionId=IDS, clientState=texts())


@given(
    st.dictionaries(
        st.sampled_from(["x-goog-channel-id", "X-Goog-Channel-Token", "X-GOOG-RESOURCE-STATE"]), texts(), max_size=3
    ),
    objects(value=st.lists(NOTICE, max_size=3)) | json_values(),
    texts(),
)
async def test_notifications_of_nobody_known_change_nothing(headers: dict[str, str], told: Any, raw: str) -> None:
    hear = HearNotification(NoMirrors(), gather=timedelta(0))  # type: ignore[arg-type]
    assert (await hear.google(headers)).status == 200
    for body in (json.dumps(told), raw):
        assert (await hear.microsoft({}, body)).status == 202


async def test_g24_one_body_has_no_more_looked_up_than_a_provider_puts_together() -> None:
    mirrors = NoMirrors()
    notices = [{"subscriptionId": f"s{number}", "clientState": "x"} for number in range(5000)]
    await HearNotification(mirrors, gather=timedelta(0)).microsoft({}, json.dumps({"value": notices}))  # type: ignore[arg-type]
    assert mirrors.asked == 1000
