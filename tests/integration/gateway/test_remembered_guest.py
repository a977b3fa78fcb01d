"""Guests whom their browser remembers (H8): who asked for it, on pages of one organization, never within frames."""

import json
import re
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from shared import clock
from shared.crypto import KeyRing
from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import SESSION_KEYS, Installation
from tests.integration.gateway.page_views import A_TIME, a_guest_page

PAGE, BOOK = "GET /internal/guest/page/intro", "POST /internal/guest/page/intro/bookings"
BOOKINGS = "/internal/guest/page/intro/bookings"
START = "2030-12-02T04:00:00Z"
FORM = f"/p/intro?start={START}"
KEY = "0123456789abcdef0123456789abcdef"
NAME = f"chosei_guest_{KEY}"
WHO = {"start": START, "name": "田中花子", "company": "ABC株式会社", "email": "hanako@example.jp", "form_key": "k1"}
OF_A_FRAME = {"sec-fetch-dest": "iframe"}


def offers(gateway: Installation, **changes: Any) -> None:
    values = {"prefill": True, "organization_key": KEY, **changes}
    gateway.services.says("booking", PAGE, Answer(200, a_guest_page(**values)))


async def remembered(gateway: Installation, **changes: Any) -> httpx.AsyncClient:
    """A browser whose guest booked once and asked to be remembered."""
    offers(gateway, **changes)
    guest = gateway.pages()
    assert (await guest.post("/p/intro", data=WHO | {"remember": "1"})).status_code == 303
    return guest


def is_filled(page: httpx.Response) -> bool:
    return "hanako@" in page.text


async def test_h8_who_asks_for_it_is_remembered_in_a_cookie_that_nobody_can_read(gateway: Installation) -> None:
    offers(gateway)
    made = await gateway.pages().post("/p/intro", data=WHO | {"remember": "1"})
    kept = SimpleCookie(made.headers["set-cookie"])[NAME]
    assert (kept["path"], kept["samesite"], kept["httponly"], kept["max-age"]) == ("/p", "lax", True, "15552000")
    assert "hanako" not in made.headers["set-cookie"]
    opened = KeyRing.parse(SESSION_KEYS).decrypt(kept.value, place=f"remembered_guest/{KEY}")
    assert set(json.loads(opened)["guest"]) == {"name", "email", "company"}


async def test_h8_a_returning_guests_form_is_filled_in_and_says_so(gateway: Installation) -> None:
    guest = await remembered(gateway)
    shown = await guest.get(FORM)
    assert is_filled(shown)
    assert "自分ではない" in shown.text
    assert re.search(r'name="remember"[^>]*checked', shown.text) is None
    assert not is_filled(await guest.get("/p/intro"))


async def test_nobody_is_remembered_without_a_tick_or_where_the_page_does_not_allow_it(gateway: Installation) -> None:
    offers(gateway)
    assert "set-cookie" not in (await gateway.pages().post("/p/intro", data=WHO)).headers
    guest = await remembered(gateway)
    offers(gateway, prefill=False)
    assert "set-cookie" not in (await gateway.pages().post("/p/intro", data=WHO | {"remember": "1"})).headers
    shown = await guest.get(FORM)
    assert not is_filled(shown)
    assert 'name="remember"' not in shown.text


async def test_a_refused_booking_is_not_remembered_and_keeps_the_tick(gateway: Installation) -> None:
    offers(gateway)
    taken = a_problem(409, "slot_taken") | {"slots": [A_TIME]}
    gateway.services.says("booking", BOOK, Answer(409, taken))
    answer = await gateway.pages().post("/p/intro", data=WHO | {"remember": "1"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (409, False)
    assert re.search(r'name="remember"[^>]*checked', answer.text)


async def test_h8_not_me_forgets_by_a_post_only(gateway: Installation) -> None:
    guest = await remembered(gateway)
    await guest.get(f"/p/intro/forget?start={START}")
    assert is_filled(await guest.get(FORM))
    foreign = await guest.post("/p/intro/forget", headers={"origin": "https://evil.example"})
    assert (foreign.status_code, is_filled(await guest.get(FORM))) == (403, True)
    gateway.services.down.add("booking")
    gone = await guest.post(f"/p/intro/forget?start={START}", data=WHO)
    assert (gone.status_code, gone.headers["location"]) == (303, "/p/intro?start=2030-12-02T04%3A00%3A00Z")
    gateway.services.down.clear()
    assert not is_filled(await guest.get(FORM))


async def test_g23_pages_of_another_organization_know_nothing_even_of_a_cookie_by_their_name(
    gateway: Installation,
) -> None:
    guest = await remembered(gateway)
    other = "f" * 32
    offers(gateway, organization_key=other)
    assert not is_filled(await guest.get(FORM))
    guest.cookies.set(f"chosei_guest_{other}", str(guest.cookies[NAME]), path="/p")
    assert not is_filled(await guest.get(FORM))


@pytest.mark.parametrize("how", ["altered", "cut", "old key", "odd", "no guest", "expired"])
async def test_a_cookie_that_is_not_ours_any_more_leaves_the_form_empty(gateway: Installation, how: str) -> None:
    guest = await remembered(gateway)
    kept, ring = str(guest.cookies[NAME]).strip('"'), KeyRing.parse(SESSION_KEYS)
    until = int((clock.now() - timedelta(seconds=1)).timestamp())
    values = {
        "altered": kept[:-6] + ("A" if kept[-6] != "A" else "B") + kept[-5:],
        "cut": kept[:20],
        "old key": "s0" + kept.removeprefix("s1"),
        "odd": "あ.%%%",
        "no guest": ring.encrypt(b'{"guest":{"name":"x","email":"no"},"until":9999999999}', place=_PLACE),
        "expired": ring.encrypt(json.dumps({"guest": _GUEST, "until": until}).encode(), place=_PLACE),
    }
    fresh = gateway.pages()
    shown = await fresh.get(FORM, headers={b"cookie": f"{NAME}={values[how]}".encode()})
    assert (shown.status_code, is_filled(shown)) == (200, False)


_PLACE = f"remembered_guest/{KEY}"
_GUEST = {"name": "田中花子", "email": "hanako@example.jp", "company": ""}


async def test_nothing_is_shown_or_kept_within_a_frame(gateway: Installation) -> None:
    guest = await remembered(gateway, auto_submit=True)
    for path in (FORM, "/p/intro"):
        shown = await guest.get(path, headers=OF_A_FRAME)
        assert (is_filled(shown), "田中" in shown.text, "remember" in shown.text) == (False, False, False)
    made = await gateway.pages().post("/p/intro", data=WHO | {"remember": "1"}, headers=OF_A_FRAME)
    assert (made.status_code, "set-cookie" in made.headers) == (303, False)


async def test_h8_choosing_a_time_submits_where_all_is_known(gateway: Installation) -> None:
    guest = await remembered(gateway, auto_submit=True)
    before = gateway.services.count("POST", BOOKINGS)
    shown = await guest.get("/p/intro?month=2030-12&time_zone=Asia/Tokyo&utm_source=mail")
    assert "田中花子 様(h…@example.jp)として予約します" in shown.text
    button = re.search(r'<button class="time"[^>]*formaction="([^"]+)" name="start" value="([^"]+)"', shown.text)
    assert button, shown.text
    assert gateway.services.count("POST", BOOKINGS) == before
    sent = {"remembered": "1", "form_key": "k2", "start": button[2]}
    made = [await guest.post(button[1].replace("&amp;", "&"), data=sent) for _ in range(2)]
    assert [one.status_code for one in made] == [303, 303]
    asked = [one for one in gateway.services.asked if one.url.path == BOOKINGS][before:]
    assert len({one.headers["idempotency-key"] for one in asked}) == 1
    body = json.loads(asked[0].content)
    assert (body["guest"]["name"], body["utm"], body["time_zone"]) == (
        "田中花子",
        {"utm_source": "mail"},
        "Asia/Tokyo",
    )
    await guest.post("/p/intro", data=sent | {"start": "2030-12-03T04:00:00Z"})
    assert gateway.services.last("booking").headers["idempotency-key"] != asked[0].headers["idempotency-key"]


@pytest.mark.parametrize(
    "changes",
    [{"auto_submit": False}, {"questions": [{"id": "q", "label": "?", "kind": "text"}]}, {"prefill": False}],
)
async def test_otherwise_a_chosen_time_asks_and_books_nothing(gateway: Installation, changes: dict[str, Any]) -> None:
    guest = await remembered(gateway, auto_submit=True)
    offers(gateway, **{"auto_submit": True, **changes})
    before = gateway.services.count("POST", BOOKINGS)
    assert '<a class="time"' in (await guest.get("/p/intro?month=2030-12&time_zone=Asia/Tokyo")).text
    sent = {"remembered": "1", "form_key": "k2", "start": START}
    answer = await guest.post("/p/intro?month=2030-12", data=sent)
    assert (answer.status_code, gateway.services.count("POST", BOOKINGS)) == (200, before)
    assert 'name="email"' in answer.text


async def test_g07_no_get_books_for_a_guest_who_is_known(gateway: Installation) -> None:
    guest = await remembered(gateway, auto_submit=True)
    before = gateway.services.count("POST", BOOKINGS)
    for path in (f"{FORM}&remembered=1", "/p/intro?remembered=1", f"/p/intro/choose?start={START}&remembered=1"):
        await guest.get(path)
        await guest.head(path)
    assert gateway.services.count("POST", BOOKINGS) == before
