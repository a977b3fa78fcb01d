"""Microsoft's calendar in process: series, throttling, odd input, a restart."""

import json
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from deploy.sandbox.accounts import Provider
from deploy.sandbox.microsoft.errors import GraphError
from deploy.sandbox.microsoft.state import MicrosoftState
from deploy.sandbox.microsoft.throttle import Throttle
from tests.unit.sandbox.signed_in import COLLEAGUE, ME, signed_in

GRAPH = "/microsoft/v1.0/me"
EVENTS = f"{GRAPH}/events"
WINDOW = {"startDateTime": "2030-12-01T00:00:00Z", "endDateTime": "2031-01-01T00:00:00Z"}
HOUR = {
    "start": {"dateTime": "2030-12-03T13:00:00", "timeZone": "Tokyo Standard Time"},
    "end": {"dateTime": "2030-12-03T14:00:00", "timeZone": "Tokyo Standard Time"},
}
DAILY = {
    "pattern": {"type": "daily", "interval": 1},
    "range": {"type": "numbered", "startDate": "2030-12-03", "numberOfOccurrences": 3},
}
FIELDS = (
    *("subject", "body", "importance", "sensitivity", "showAs", "isAllDay", "start", "end", "location", "locations"),
    *("attendees", "categories", "reminderMinutesBeforeStart", "isReminderOn", "recurrence", "transactionId"),
    *("singleValueExtendedProperties", "onlineMeetingProvider", "isOnlineMeeting", "unknown"),
)
ODD: list[Any] = [
    *(None, 1, -1, 3.5, True, "", "x", "true", [], [1], [None], {}, {"a": 1}, "9" * 400, {"dateTime": 5}),
    *({"dateTime": "x"}, [{"emailAddress": {"address": 1}}], [{"id": "x", "value": 1}], {"pattern": {}, "range": {}}),
    {"pattern": {"type": "weekly", "interval": "x"}, "range": {"type": "numbered"}},
    {"pattern": {"type": "relativeYearly", "index": "x", "daysOfWeek": [5]}, "range": {"type": "endDate"}},
]
QUERIES = ("", "-1", "x", "٣", "9" * 30, "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z", "subject eq 'x'")
PARAMETERS = (
    *("$top", "$skip", "$filter", "$select", "$expand", "$orderby", "$count", "startDateTime", "endDateTime"),
    *("$skiptoken", "$deltatoken", "unknown"),
)


async def test_no_value_of_a_field_breaks_a_write_or_the_view_after_it() -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        made = quote((await client.post(EVENTS, json=HOUR)).json()["id"])
        for field, value in product(FIELDS, ODD):
            patched = await client.patch(f"{EVENTS}/{made}", json=HOUR | {field: value})
            assert patched.status_code in (200, 400), (field, value)
            if patched.status_code == 200:
                view = await client.get(f"{GRAPH}/calendarView", params=WINDOW)
                assert view.status_code == 200, (field, value)


async def test_no_value_of_a_parameter_breaks_a_list() -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        await client.post(EVENTS, json=HOUR | {"recurrence": DAILY})
        for path, name, value in product(("events", "calendarView/delta"), PARAMETERS, QUERIES):
            answer = await client.get(f"{GRAPH}/{path}", params=WINDOW | {name: value})
            assert answer.status_code in (200, 400, 410), (path, name, value)


@pytest.mark.parametrize("path", ["events", "calendar/getSchedule"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"null"])
async def test_a_body_that_is_no_object_is_refused(path: str, body: bytes) -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        assert (await client.post(f"{GRAPH}/{path}", content=body)).status_code == 400


async def test_spellings_and_strings_are_tolerated() -> None:
    loose = {"showAs": "Tentative", "isReminderOn": "false", "body": {"contentType": "HTML", "content": "<p>x</p>"}}
    async with signed_in(Provider.MICROSOFT) as client:
        made = (await client.post(EVENTS, json=HOUR | loose)).json()

    assert (made["showAs"], made["isReminderOn"], made["body"]["contentType"]) == ("tentative", False, "html")
    assert made["bodyPreview"] == "x"


async def test_a_day_that_a_month_lacks_is_its_last() -> None:
    """As Exchange has it; RFC 5545 leaves such a month out."""
    monthly = {
        "pattern": {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 30},
        "range": {"type": "numbered", "startDate": "2030-12-30", "numberOfOccurrences": 4},
    }
    start = {"dateTime": "2030-12-30T13:00:00", "timeZone": "UTC"}
    span = {"start": start, "end": {**start, "dateTime": "2030-12-30T14:00:00"}}
    async with signed_in(Provider.MICROSOFT) as client:
        await client.post(EVENTS, json=span | {"recurrence": monthly})
        view = await client.get(f"{GRAPH}/calendarView", params=WINDOW | {"endDateTime": "2031-12-31T00:00:00Z"})

    assert [one["start"]["dateTime"][5:10] for one in view.json()["value"]] == ["12-30", "01-30", "02-28", "03-30"]


async def test_one_occurrence_can_move_or_go_without_the_others() -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        await client.post(EVENTS, json=HOUR | {"recurrence": DAILY})
        one, two, three = (await client.get(f"{GRAPH}/calendarView", params=WINDOW)).json()["value"]
        delta = (await client.get(f"{GRAPH}/calendarView/delta", params=WINDOW)).json()
        later = {"start": {"dateTime": "2030-12-04T18:00:00", "timeZone": "Asia/Tokyo"}}
        later["end"] = {"dateTime": "2030-12-04T19:00:00", "timeZone": "Asia/Tokyo"}
        await client.patch(f"{EVENTS}/{quote(two['id'])}", json=later)
        await client.delete(f"{EVENTS}/{quote(three['id'])}")
        left = (await client.get(f"{GRAPH}/calendarView", params=WINDOW)).json()["value"]
        changed = (await client.get(delta["@odata.deltaLink"])).json()["value"]

    assert [event["type"] for event in delta["value"]] == ["seriesMaster", *["occurrence"] * 3]
    assert [(event["id"], event["type"]) for event in left] == [(one["id"], "occurrence"), (two["id"], "exception")]
    assert left[1]["start"]["dateTime"] == "2030-12-04T09:00:00.0000000"
    assert [(event["id"], "@removed" in event) for event in changed] == [(two["id"], False), (three["id"], True)]


async def test_a_decline_takes_the_copy_away_and_the_organizer_knows() -> None:
    attendees = [{"emailAddress": {"address": COLLEAGUE}, "type": "required"}]
    async with signed_in(Provider.MICROSOFT) as client:
        made = (await client.post(EVENTS, json=HOUR | {"attendees": attendees})).json()["id"]
        answer = {"response": "declined", "attendee": COLLEAGUE}
        tracked = (await client.post(f"/inspect/microsoft/events/{made}/respond", json=answer)).json()
        copies = (await client.get("/inspect/microsoft/events", params={"user": COLLEAGUE})).json()["items"]

    assert tracked["attendees"][0]["status"]["response"] == "declined"
    assert copies == []


async def test_a_forgotten_transaction_makes_a_second_event() -> None:
    body = HOUR | {"transactionId": "once"}
    async with signed_in(Provider.MICROSOFT) as client:
        statuses = [(await client.post(EVENTS, json=body)).status_code for _ in range(2)]
        await client.put("/inspect/microsoft/settings", json={"forget_transaction_ids": True})
        statuses.append((await client.post(EVENTS, json=body)).status_code)

    assert statuses == [201, 400, 201]


async def test_requests_that_came_within_one_latency_were_under_way_together() -> None:
    throttle = Throttle(MicrosoftState(), latency_s=30)
    for _ in range(4):
        async with throttle.turn("app me"):
            pass
    with pytest.raises(GraphError) as caught:
        async with throttle.turn("app me"):
            pass

    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "1"})


async def test_the_hand_of_the_person_is_always_answered_200() -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        unknown = await client.get("/inspect/microsoft/events", params={"user": "nobody@example.jp"})
        entry = {"user": ME, "subject": "休暇", "start": "2030-12-03", "end": "2030-12-04"}
        added = await client.post("/inspect/microsoft/events", json=entry)
        missing = await client.post("/inspect/microsoft/events/none/move", json={"start": "x"})
        deleted = await client.post(f"/inspect/microsoft/events/{added.json()['id']}/delete")

    assert [one.status_code for one in (unknown, added, missing, deleted)] == [200] * 4
    assert unknown.json() == {"items": []}
    assert (added.json()["isAllDay"], added.json()["originalStartTimeZone"]) == (True, "Tokyo Standard Time")


async def test_a_person_drags_an_event_by_its_start_and_its_length_stays() -> None:
    async with signed_in(Provider.MICROSOFT) as client:
        entry = {"subject": "休暇", "start": "2030-12-03T13:00:00+09:00", "end": "2030-12-03T14:00:00+09:00"}
        added = (await client.post("/inspect/microsoft/events", params={"user": ME}, json=entry)).json()
        path = f"/inspect/microsoft/events/{added['id']}/move"
        moved = (await client.post(path, json={"start": "2030-12-04T15:00:00+09:00"})).json()

    assert moved["end"]["dateTime"].startswith("2030-12-04T07:00:00")


async def test_events_and_delta_links_outlive_a_restart(tmp_path: Path) -> None:
    async with signed_in(Provider.MICROSOFT, tmp_path / "state") as client:
        made = (await client.post(EVENTS, json=HOUR)).json()
        link = (await client.get(f"{GRAPH}/calendarView/delta", params=WINDOW)).json()["@odata.deltaLink"]
    async with signed_in(Provider.MICROSOFT, tmp_path / "state") as client:
        again = await client.get(f"{EVENTS}/{quote(made['id'])}")
        await client.delete(f"{EVENTS}/{quote(made['id'])}")
        changed = (await client.get(link)).json()["value"]

    assert json.dumps(again.json(), sort_keys=True) == json.dumps(made, sort_keys=True)
    assert changed == [{"id": made["id"], "@removed": {"reason": "deleted"}}]
