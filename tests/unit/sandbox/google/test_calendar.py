"""Google's calendar in process: exceptions of series, guests' deletions, odd input, a restart."""

from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.sandbox.accounts import Provider
from deploy.sandbox.google.bodies import merged
from tests.unit.sandbox.signed_in import COLLEAGUE, ME, signed_in

EVENTS = "/google/calendar/v3/calendars/primary/events"
HOUR = {
    "start": {"dateTime": "2030-12-03T13:00:00", "timeZone": "Asia/Tokyo"},
    "end": {"dateTime": "2030-12-03T14:00:00", "timeZone": "Asia/Tokyo"},
}
FIELDS = (
    *("id", "summary", "description", "location", "status", "attendees", "recurrence", "guestsCanModify", "source"),
    *("attachments", "eventType", "reminders", "colorId", "transparency", "visibility", "extendedProperties"),
    *("conferenceData", "start", "end", "unknown"),
)
ODD: list[Any] = [
    *(None, 1, -1, 3.5, True, "", "x", "true", [], [1], [None], {}, {"a": 1}, "9" * 400, {"dateTime": 5}),
    *({"date": "x"}, {"dateTime": "2030-12-03T13:00:00", "timeZone": 7}, [{"email": 1}], {"private": []}),
    *(["RRULE:FREQ=YEARLY;BYMONTH=13"], ["EXDATE:x"], {"private": {"a": {"b": 1}}}, {"createRequest": 1}),
]
QUERIES = ("", "-1", "x", "٣", "9" * 30, "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z", "a=b")
PARAMETERS = (
    *("maxResults", "pageToken", "syncToken", "timeMin", "timeMax", "orderBy", "q", "privateExtendedProperty"),
    *("iCalUID", "timeZone", "updatedMin", "maxAttendees", "unknown"),
)


async def test_no_value_of_a_field_breaks_a_write_or_the_list_after_it() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        made = (await client.post(EVENTS, json=HOUR)).json()["id"]
        for field, value in product(FIELDS, ODD):
            body = HOUR | {field: value}
            written = await client.patch(f"{EVENTS}/{made}", json=body, params={"conferenceDataVersion": "1"})
            assert written.status_code in (200, 400), (field, value)
            if written.status_code == 200:
                assert (await client.get(EVENTS, params={"singleEvents": "true"})).status_code == 200, (field, value)


async def test_no_value_of_a_parameter_breaks_a_list() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        await client.post(EVENTS, json=HOUR | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]})
        for name, value in product(PARAMETERS, QUERIES):
            answer = await client.get(EVENTS, params={name: value, "singleEvents": "true"})
            assert answer.status_code in (200, 400, 410), (name, value)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"null"])
async def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    async with signed_in(Provider.GOOGLE) as client:
        assert (await client.post(EVENTS, content=body)).status_code == 400


async def test_one_occurrence_can_move_or_go_without_the_others() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        series = (await client.post(EVENTS, json=HOUR | {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]})).json()["id"]
        later = {"start": {"dateTime": "2030-12-04T18:00:00+09:00"}, "end": {"dateTime": "2030-12-04T19:00:00+09:00"}}
        moved = await client.patch(f"{EVENTS}/{series}_20301204T040000Z", json=later)
        await client.delete(f"{EVENTS}/{series}_20301205T040000Z")
        window = {"singleEvents": "true", "orderBy": "startTime", "timeMin": "2030-12-01T00:00:00Z"}
        items = (await client.get(EVENTS, params=window)).json()["items"]
        await client.delete(f"{EVENTS}/{series}")
        left = (await client.get(EVENTS, params=window)).json()["items"]

    assert moved.json()["originalStartTime"]["dateTime"] == "2030-12-04T13:00:00+09:00"
    assert [item["start"]["dateTime"][5:16] for item in items] == ["12-03T13:00", "12-04T18:00"]
    assert left == []


async def test_a_guest_s_deletion_declines_and_a_later_change_does_not_bring_it_back() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        guests = {"attendees": [{"email": COLLEAGUE}]}
        event_id = (await client.post(EVENTS, json=HOUR | guests)).json()["id"]
        await client.post(f"/inspect/google/events/{event_id}/delete", json={"calendar": COLLEAGUE})
        answered = (await client.get(f"{EVENTS}/{event_id}")).json()["attendees"][0]["responseStatus"]
        await client.patch(f"{EVENTS}/{event_id}", json={"summary": "変更"})
        copies = (await client.get("/inspect/google/events", params={"calendar": COLLEAGUE})).json()["items"]
        await client.patch(f"{EVENTS}/{event_id}", json={"attendees": [{"email": COLLEAGUE}]})
        invited_again = (await client.get("/inspect/google/events", params={"calendar": COLLEAGUE})).json()["items"]

    assert answered == "declined"
    assert copies == []
    assert [copy["summary"] for copy in invited_again] == ["変更"]


async def test_the_hand_of_the_person_is_always_answered_200() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        unknown = await client.get("/inspect/google/events", params={"calendar": "nobody@example.jp"})
        entry = {"calendar": ME, "summary": "休暇", "start": "2030-12-03", "end": "2030-12-04"}
        added = await client.post("/inspect/google/events", json=entry)
        missing = await client.post("/inspect/google/events/none/move", json={"start": "x"})
        deleted = await client.post(f"/inspect/google/events/{added.json()['id']}/delete")

    assert [one.status_code for one in (unknown, added, missing, deleted)] == [200] * 4
    assert unknown.json() == {"items": []}
    assert added.json()["start"] == {"date": "2030-12-03"}


async def test_a_person_drags_an_event_by_its_start_and_its_length_stays() -> None:
    async with signed_in(Provider.GOOGLE) as client:
        entry = {"summary": "休暇", "start": "2030-12-03T13:00:00+09:00", "end": "2030-12-03T14:00:00+09:00"}
        added = (await client.post("/inspect/google/events", params={"calendar": ME}, json=entry)).json()
        path = f"/inspect/google/events/{added['id']}/move"
        moved = (await client.post(path, json={"start": "2030-12-04T15:00:00+09:00"})).json()
        whole_day = (await client.post(path, json={"start": "2030-12-05", "end": "2030-12-07"})).json()
        later = (await client.post(path, json={"start": "2030-12-10"})).json()

    assert moved["end"]["dateTime"] == "2030-12-04T16:00:00+09:00"
    assert [one["end"]["date"] for one in (whole_day, later)] == ["2030-12-07", "2030-12-12"]


async def test_events_and_sync_tokens_outlive_a_restart(tmp_path: Path) -> None:
    async with signed_in(Provider.GOOGLE, tmp_path / "state") as client:
        made = (await client.post(EVENTS, json=HOUR)).json()
        token = (await client.get(EVENTS)).json()["nextSyncToken"]
    async with signed_in(Provider.GOOGLE, tmp_path / "state") as client:
        again = await client.get(f"{EVENTS}/{made['id']}")
        await client.delete(f"{EVENTS}/{made['id']}")
        changed: httpx.Response = await client.get(EVENTS, params={"syncToken": token})

    assert again.json() == made
    assert [item["status"] for item in changed.json()["items"]] == ["cancelled"]


def test_a_patch_merges_objects_replaces_lists_and_deletes_by_null() -> None:
    before = {"a": {"x": 1, "y": 2}, "b": [1, 2], "c": 3}

    assert merged(before, {"a": {"y": None, "z": 4}, "b": [9], "c": None}) == {"a": {"x": 1, "z": 4}, "b": [9]}
