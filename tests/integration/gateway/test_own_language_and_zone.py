"""A staff member's own language and time zone: chosen on the account page or by the API, and used by all pages."""

import json
import re
from datetime import datetime
from urllib.parse import parse_qs

import httpx
import pytest

from tests.integration.gateway.fakes import Answer, a_proposal_view, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of


@pytest.fixture
async def member(gateway: Installation) -> dict[str, str]:
    login = {"email": "abroad@example.jp", "password": "abroad-abroad"}
    added = await gateway.admin.post("/api/v1/staff", json={"name": "外国 花子", **login})
    assert added.status_code in (201, 409), added.text
    return login


async def sign_in(gateway: Installation, login: dict[str, str]) -> tuple[httpx.AsyncClient, httpx.Response]:
    """In a browser that asks for Japanese and was never here."""
    page = gateway.pages()
    answer = await page.post("/sign-in", data={**login, "csrf_token": await token_of(page, "/sign-in")})
    assert answer.status_code == 303, answer.text
    return page, answer


async def save(page: httpx.AsyncClient, **changes: str) -> httpx.Response:
    shown = (await page.get("/account")).text
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    form = {"name": "外国 花子", "csrf_token": await token_of(page, "/account"), "version": version, **changes}
    answer = await page.post("/account", data=form)
    assert answer.headers["location"] == "/account?said=saved", answer.text
    return answer


async def test_the_language_that_was_chosen_is_used_wherever_one_signs_in(
    gateway: Installation, member: dict[str, str]
) -> None:
    page, first = await sign_in(gateway, member)
    assert "lang=" not in str(first.headers.get_list("set-cookie"))
    await save(page, locale="en")
    other, _ = await sign_in(gateway, member)
    assert '<html lang="en">' in (await other.get("/account")).text
    assert '<html lang="ja">' in (await other.get("/account?lang=ja")).text
    await save(other, locale="")
    third, _ = await sign_in(gateway, member)
    assert '<html lang="ja">' in (await third.get("/account")).text
    assert '<html lang="ja">' in (await other.get("/account")).text


async def test_the_zone_that_was_chosen_is_used_by_pages_and_named(
    gateway: Installation, member: dict[str, str]
) -> None:
    page, _ = await sign_in(gateway, member)
    assert '"zone": "Asia/Tokyo"' in (await page.get("/proposals/new")).text
    await save(page, time_zone="America/New_York")
    assert '"zone": "America/New_York"' in (await page.get("/proposals/new")).text
    assert "アメリカ東部時間" in (await page.get("/members")).text
    await save(page, time_zone="Asia/Kathmandu")
    assert '"zone": "Asia/Tokyo"' in (await page.get("/proposals/new")).text
    await save(page, time_zone="")
    assert "other-zone" not in (await page.get("/members")).text


async def test_the_api_says_what_was_chosen_and_an_administrators_word_chooses_nothing(
    gateway: Installation, member: dict[str, str]
) -> None:
    session = (await gateway.anyone.post("/api/v1/sessions", json=member)).json()
    mine = gateway.client(session["token"])
    await mine.patch("/api/v1/me", json={"language_chosen": False, "zone_chosen": False})
    await gateway.admin.patch(f"/api/v1/staff/{session['staff']['id']}", json={"time_zone": "Europe/Paris"})
    known = (await mine.get("/api/v1/me")).json()
    assert (known["time_zone"], known["zone_chosen"]) == ("Europe/Paris", False)
    chosen = (await mine.patch("/api/v1/me", json={"time_zone": "Europe/Berlin", "locale": "en"})).json()
    assert (chosen["zone_chosen"], chosen["language_chosen"]) == (True, True)


@pytest.fixture
async def abroad(gateway: Installation, member: dict[str, str]) -> httpx.AsyncClient:
    """Signed in, and in New York."""
    page, _ = await sign_in(gateway, member)
    await save(page, time_zone="America/New_York")
    return page


async def test_todays_day_and_hours_are_those_of_the_zone_that_was_chosen(
    gateway: Installation, abroad: httpx.AsyncClient
) -> None:
    one = an_appointment_view(start="2030-12-02T10:00:00+09:00", end="2030-12-02T11:00:00+09:00")
    gateway.services.says("booking", "GET /internal/appointments?", Answer(200, {"items": [one], "next_cursor": None}))
    gateway.services.asked.clear()
    page = (await abroad.get("/today")).text
    first = next(asked for asked in gateway.services.asked if asked.url.path == "/internal/appointments")
    begins = datetime.fromisoformat(parse_qs(first.url.query.decode())["from"][0])
    assert f"{begins:%H:%M} {begins.tzinfo}" in ("00:00 UTC-05:00", "00:00 UTC-04:00")
    assert "20:00 ～ 21:00" in page
    assert "日本時間" not in page


async def test_until_when_to_answer_is_edited_in_the_zone_that_was_chosen(
    gateway: Installation, abroad: httpx.AsyncClient
) -> None:
    shown = a_proposal_view(expires_at="2030-12-02T13:00:00+09:00", title="秋の商談")
    gateway.services.says("booking", "GET /internal/proposals/prp_1", Answer(200, shown))
    page = (await abroad.get("/proposals/prp_1/edit")).text
    assert 'value="2030-12-01T23:00"' in page
    assert "日本時間" not in page


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("23:00", "00:00", "2030-12-06T00:00:00-05:00"),
        ("23:30", "00:30", "2030-12-06T00:30:00-05:00"),
        ("14:00", "13:00", "2030-12-05T13:00:00-05:00"),
    ],
)
async def test_an_appointment_that_ends_past_midnight_there_is_moved_and_a_slip_stays_one(
    gateway: Installation, abroad: httpx.AsyncClient, start: str, end: str, wanted: str
) -> None:
    typed = {"date": "2030-12-05", "start": start, "end": end, "version": "", "zone": "America/New_York"}
    gateway.services.asked.clear()
    csrf = {"csrf_token": await token_of(abroad, "/account")}
    await abroad.post("/appointments/apt_1/reschedule", data=typed | csrf)
    patch = next(asked for asked in gateway.services.asked if asked.method == "PATCH")
    assert datetime.fromisoformat(json.loads(patch.content)["end"]) == datetime.fromisoformat(wanted)


@pytest.mark.parametrize(
    ("path", "typed", "wanted"),
    [
        (
            "/appointments/apt_1/reschedule",
            {"date": "2030-12-05", "start": "10:00", "end": "11:00", "version": ""},
            {"start": "2030-12-05T10:00:00-05:00", "end": "2030-12-05T11:00:00-05:00"},
        ),
        (
            "/proposals/prp_1/edit",
            {"expires_at": "2030-12-05T10:00", "attendee_ids": "stf_taro"},
            {"expires_at": "2030-12-05T10:00:00-05:00"},
        ),
    ],
)
async def test_g06_what_was_typed_keeps_its_zone_where_another_was_chosen_meanwhile(
    gateway: Installation, abroad: httpx.AsyncClient, path: str, typed: dict[str, str], wanted: dict[str, str]
) -> None:
    noun, item_id, _ = path[1:].split("/")
    view = a_proposal_view(title="秋の商談") if noun == "proposals" else an_appointment_view()
    gateway.services.says("booking", f"GET /internal/{noun}/{item_id}", Answer(200, view))
    shown = (await abroad.get(path.removesuffix("/reschedule"))).text
    form = {"zone": shown.partition('name="zone" value="')[2].partition('"')[0]}
    if noun == "proposals":
        form |= {"version": str(view["version"]), "title": view["title"], "visibility": view["visibility"]}
        form |= {"organizer_id": view["organizer_id"], **view["guest"]}
    await save(abroad, time_zone="Europe/Paris")
    form["csrf_token"] = await token_of(abroad, "/account")
    gateway.services.asked.clear()
    answer = await abroad.post(path, data=form | typed)
    assert answer.status_code == 303, answer.text
    patch = next(asked for asked in gateway.services.asked if asked.method == "PATCH")
    asked = {name: datetime.fromisoformat(json.loads(patch.content)[name]) for name in wanted}
    assert asked == {name: datetime.fromisoformat(at) for name, at in wanted.items()}


async def test_what_was_chosen_in_another_tab_is_said_in_the_words_of_the_form(
    gateway: Installation, abroad: httpx.AsyncClient
) -> None:
    await save(abroad, locale="en", time_zone="America/New_York")
    form = {"name": "外国 花子", "csrf_token": await token_of(abroad, "/account"), "version": "1"}
    answer = await abroad.post("/account?lang=ja", data=form | {"locale": "", "time_zone": ""})
    assert answer.status_code == 412
    assert "いまは <bdi>English</bdi>" in answer.text
    assert re.search(r"いまは <bdi>[^<]*アメリカ東部時間", answer.text)
    await save(abroad)
    again = await abroad.post("/account?lang=ja", data=form | {"locale": "en", "time_zone": "America/New_York"})
    assert "いまは <bdi>ブラウザーの言語に合わせる</bdi>" in again.text
