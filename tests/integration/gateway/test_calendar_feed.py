"""Calendar feeds by their secret address (X8): made, read, replaced, ended; on ``/account`` and by the API."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar
from structlog.testing import capture_logs

from shared import clock
from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

API = "/api/v1/me/calendar-feed"


async def an_address(gateway: Installation) -> str:
    answer = await gateway.taro.post(API)
    assert answer.status_code == 201
    return urlsplit(answer.json()["url"]).path


def listed(gateway: Installation, *items: dict[str, Any]) -> None:
    page = Answer(200, {"items": list(items), "next_cursor": None})
    gateway.services.says("booking", "GET /internal/appointments?", page)


async def test_whoever_has_the_address_reads_the_owners_appointments(gateway: Installation) -> None:
    path = await an_address(gateway)
    listed(gateway, an_appointment_view(), an_appointment_view(id="apt_r", status="requested"))
    answer = await gateway.anyone.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert [str(one["uid"]) for one in Calendar.from_ical(answer.content).walk("VEVENT")] == ["apt_1@chosei"]
    asked = gateway.services.last("booking")
    assert asked.headers["x-staff-id"] == asked.url.params["staff_id"] == gateway.ids["taro@example.jp"]
    begins, ends = (datetime.fromisoformat(asked.url.params[name]) for name in ("from", "to"))
    assert begins < clock.now() - timedelta(days=30)
    assert ends > clock.now() + timedelta(days=300)


async def test_all_pages_and_the_exceptions_of_series_are_asked_for(gateway: Installation) -> None:
    """Pages without end are cut, and what moves between them while it is read stands there once."""
    path = await an_address(gateway)
    endless = Answer(200, {"items": [an_appointment_view(rrule="FREQ=WEEKLY;COUNT=2")], "next_cursor": "c1"})
    gateway.services.says("booking", "GET /internal/appointments?", endless)
    gateway.services.says("booking", "GET /internal/appointments/apt_1/occurrences", Answer(200, {"items": []}))
    answer = await gateway.anyone.get(path)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(one["uid"]) for one in events] == ["apt_1@chosei"]
    assert gateway.services.count("GET", "/internal/appointments") == 10
    assert gateway.services.asked[1].url.params["cursor"] == "c1"
    assert gateway.services.count("GET", "/internal/appointments/apt_1/occurrences") == 1


async def test_what_is_known_is_not_sent_again(gateway: Installation) -> None:
    path = await an_address(gateway)
    listed(gateway, an_appointment_view())
    tag = (await gateway.anyone.get(path)).headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await gateway.anyone.get(path, headers={"if-none-match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    listed(gateway, an_appointment_view(version=3))
    changed = await gateway.anyone.get(path, headers={"if-none-match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert (await gateway.anyone.head(path)).status_code == 200


async def test_a_new_address_ends_the_one_before_and_ending_ends_it(gateway: Installation) -> None:
    first, second = await an_address(gateway), await an_address(gateway)
    assert (await gateway.anyone.get(first)).status_code == 404
    assert (await gateway.anyone.get(second)).status_code == 200
    shown = (await gateway.taro.get(API)).json()
    assert (shown["active"], shown["url"]) == (True, None)
    assert shown["last_read_at"] is not None
    for _ in range(2):
        assert (await gateway.taro.delete(API)).status_code == 204
    assert (await gateway.anyone.get(second)).status_code == 404
    assert (await gateway.taro.get(API)).json()["active"] is False


async def test_what_is_no_address_is_not_asked_about(gateway: Installation) -> None:
    for token in ("x", "AbCdEfGhIjKlMnOpQrStUvWxYz012345", "あ", "a" * 200):
        assert (await gateway.anyone.get(f"/ical/{token}.ics")).status_code == 404
    assert not gateway.services.asked


async def test_it_leads_nowhere_while_its_owner_is_disabled(gateway: Installation) -> None:
    path, staff = await an_address(gateway), gateway.parts.staff.staff
    await staff.update_one({"_id": gateway.ids["taro@example.jp"]}, {"$set": {"disabled": True}})
    try:
        assert (await gateway.anyone.get(path)).status_code == 404
    finally:
        await staff.update_one({"_id": gateway.ids["taro@example.jp"]}, {"$set": {"disabled": False}})


async def test_while_booking_is_down_calendars_are_told_to_come_again(gateway: Installation) -> None:
    path = await an_address(gateway)
    gateway.services.down.add("booking")
    answer = await gateway.anyone.get(path)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_g23_only_a_hash_of_it_is_kept_and_nothing_logged(gateway: Installation) -> None:
    with capture_logs() as logs:
        path = await an_address(gateway)
        await gateway.anyone.get(path)
    token = path.removeprefix("/ical/").removesuffix(".ics")
    assert len(token) == 32
    row = await gateway.parts.calendar_feeds._feeds.feeds.find_one({"_id": gateway.ids["taro@example.jp"]})
    assert token not in str(row)
    assert token not in str(logs)


async def test_the_account_page_makes_shows_once_and_ends_it(gateway: Installation) -> None:
    page = gateway.pages("taro@example.jp")
    await gateway.taro.delete(API)
    form = {"csrf_token": await token_of(page, "/account")}
    made = await page.post("/account/feed", data=form)
    address = re.search(r"http://gateway\.test(/ical/[\w-]{32}\.ics)", made.text)
    assert address
    assert (await gateway.anyone.get(address[1])).status_code == 200
    again = (await page.get("/account")).text
    assert address[1] not in again
    assert "カレンダーアプリが最後に読み取った日時" in again
    assert (await page.get("/account/feed")).headers["location"] == "/account"
    await page.post("/account/feed/end", data=form)
    assert (await gateway.anyone.get(address[1])).status_code == 404
