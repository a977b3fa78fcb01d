"""Scheduling pages in the API: handed on to booking, with their tags; bad bodies never get there."""

import pytest
from icalendar import Calendar

from services.gateway.edge import limits
from tests.integration.gateway.fakes import GUEST_TOKEN, Answer, a_guest_appointment, a_problem
from tests.integration.gateway.installation import Installation


async def test_the_api_hands_pages_on_with_their_tags(gateway: Installation) -> None:
    made = await gateway.admin.post("/api/v1/pages", json={"title": "ご相談"}, headers={"idempotency-key": "k1"})
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (201, '"r1"', "/api/v1/pages/pag_1")
    assert gateway.services.last("booking").headers["idempotency-key"] == "k1"
    changed = await gateway.admin.patch("/api/v1/pages/pag_1", json={"active": False}, headers={"if-match": '"r1"'})
    assert changed.headers["etag"] == '"r2"'
    assert gateway.services.last("booking").headers["if-match"] == '"r1"'
    assert (await gateway.admin.get("/api/v1/pages?q=相談&owner_id=stf_taro")).json()["items"][0]["slug"] == "intro"
    assert gateway.services.last("booking").url.params["owner_id"] == "stf_taro"
    copied = await gateway.admin.post("/api/v1/pages/pag_1/copy")
    assert (copied.status_code, copied.headers["location"]) == (201, "/api/v1/pages/pag_2")
    assert (await gateway.admin.delete("/api/v1/pages/pag_1")).json()["deleted"] is True


async def test_bad_bodies_are_refused_before_booking_is_asked(gateway: Installation) -> None:
    answer = await gateway.admin.post("/api/v1/pages", json={"title": "ご相談", "step": 7})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert gateway.services.count("POST", "/internal/pages") == 0


A_BOOKING = {"start": "2030-12-02T13:00:00+09:00", "guest": {"name": "田中花子", "email": "hanako@example.jp"}}


async def test_guests_need_nothing_but_the_slug(gateway: Installation) -> None:
    path = "/api/v1/guest/pages/intro"
    shown = await gateway.anyone.get(path)
    assert (shown.status_code, shown.json()["title"]) == (200, "ご相談")
    slots = await gateway.anyone.get(f"{path}/slots?from=2030-12-02&time_zone=Asia/Tokyo")
    assert slots.json()["slots"][0]["start"] == A_BOOKING["start"]
    assert dict(gateway.services.last("booking").url.params) == {"from": "2030-12-02", "time_zone": "Asia/Tokyo"}
    again = await gateway.anyone.get(f"{path}/slots?from=2030-12-02", headers={"if-none-match": slots.headers["etag"]})
    assert again.status_code == 304
    assert (await gateway.anyone.post(f"{path}/bookings", json=A_BOOKING)).status_code == 201
    assert (await gateway.anyone.get("/api/v1/guest/pages/nobody")).status_code == 404


async def test_g08_guests_of_one_page_do_not_share_their_keys(gateway: Installation) -> None:
    path, key = "/api/v1/guest/pages/intro/bookings", {"idempotency-key": "k"}
    for email, replayed in (("a@example.jp", None), ("A@example.jp", "true"), ("b@example.jp", None)):
        body = {**A_BOOKING, "guest": {"name": "田中", "email": email.lower()}}
        answer = await gateway.anyone.post(path, json=body, headers=key)
        assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, replayed)
    other = {**A_BOOKING, "guest": {"name": "別名", "email": "a@example.jp"}}
    assert (await gateway.anyone.post(path, json=other, headers=key)).json()["code"] == "idempotency_key_reused"


async def test_h10_guests_manage_their_appointment_by_its_link(gateway: Installation) -> None:
    path = f"/api/v1/guest/appointments/{GUEST_TOKEN}"
    shown = await gateway.anyone.get(path)
    assert (shown.status_code, shown.json()["id"]) == (200, "apt_1")
    assert gateway.services.last("booking").headers["x-guest-token"] == GUEST_TOKEN
    assert (await gateway.anyone.get(path, headers={"if-none-match": shown.headers["etag"]})).status_code == 304
    assert (await gateway.anyone.get(f"{path}/slots?from=2030-12-02")).json()["time_zone"] == "Asia/Tokyo"
    moved = await gateway.anyone.post(f"{path}/reschedule", json={"start": A_BOOKING["start"]})
    assert (moved.status_code, moved.json()["sequence"]) == (200, 2)
    assert (await gateway.anyone.post(f"{path}/cancel", json={"reason": "急用"})).json()["status"] == "canceled"
    assert (await gateway.anyone.get("/api/v1/guest/appointments/no such")).status_code == 404


async def test_g14_the_file_for_the_guests_calendar_says_how_it_stands(gateway: Installation) -> None:
    path = f"/a/{GUEST_TOKEN}/invite.ics"
    stands = a_guest_appointment(uid="entry@google.com", sequence=3)
    gateway.services.says("booking", "GET /internal/guest/appointment", Answer(200, stands))
    calendar = Calendar.from_ical((await gateway.anyone.get(path)).text)
    (entry,) = calendar.walk("VEVENT")
    assert (calendar["method"], entry["uid"], entry["sequence"], entry["status"]) == (
        "PUBLISH",
        "entry@google.com",
        3,
        "CONFIRMED",
    )
    off = a_guest_appointment(uid="entry@google.com", sequence=4, status="canceled")
    gateway.services.says("booking", "GET /internal/guest/appointment", Answer(200, off))
    calendar = Calendar.from_ical((await gateway.anyone.get(path)).text)
    (entry,) = calendar.walk("VEVENT")
    assert (calendar["method"], entry["sequence"], entry["status"]) == ("CANCEL", 4, "CANCELLED")


@pytest.mark.usefixtures("long_minutes")
async def test_g24_nobody_is_mailed_without_end_and_a_pages_link_is_used_up_by_nobody_for_the_others(
    gateway: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.parts.limits, "_per_recipient", 3)
    monkeypatch.setattr(gateway.parts.limits, "_per_link", 6)
    monkeypatch.setattr(limits, "address_of", lambda request: "192.0.2.6")
    link, book = "/api/v1/guest/pages/intro/bookings", "POST /internal/guest/page/intro/bookings"

    async def booked(email: str) -> int:
        return (await gateway.anyone.post(link, json={"guest": {"name": "田中", "email": email}})).status_code

    gateway.services.says("booking", book, Answer(422, a_problem(422, "invalid")))
    assert await booked("victim@example.jp") == 422
    gateway.services.says("booking", book, Answer(201, a_guest_appointment()))
    spellings = ["victim@example.jp", "Victim@example.jp", " victim@EXAMPLE.jp", "victim@example.jp"]
    assert [await booked(email) for email in spellings] == [201, 201, 201, 429]
    assert [await booked(f"{n}@example.jp") for n in range(3)] == [201, 201, 429]
    monkeypatch.setattr(limits, "address_of", lambda request: "192.0.2.7")
    assert await booked("taro@example.jp") == 201
    page = gateway.pages()
    who = {"start": "2030-12-02T04:00:00Z", "name": "田中", "email": "VICTIM@example.jp", "form_key": "k1"}
    assert (await page.post("/p/intro", data=who)).status_code == 429
    moved = [await gateway.anyone.post(f"/api/v1/guest/appointments/{'m' * 22}/cancel", json={}) for _ in range(4)]
    assert [answer.status_code for answer in moved][2:] == [200, 429]
