"""E8's four texts word for word, each provoked at the sandbox: in the API with their code, and on the page."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.main_job.conftest import ADMIN, TARO, TOKYO, System
from tests.e2e.pages.conftest import People
from tests.e2e.pages.test_schedules import filled, submitted
from tests.e2e.zoom.conftest import KNOWN, PASSWORD, UNKNOWN
from tests.waiting import eventually

FAILED = {"code": "zoom_failed", "message": "Zoom Meeting Error: Zoom ミーティングの予約に失敗しました。"}
NO_CREDENTIALS = {"code": "zoom_no_credentials", "message": "Zoom Meeting Error: Zoom 認証情報がありません"}
LIMIT = {"code": "zoom_rate_limited", "message": "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました"}
OAUTH = {
    "code": "zoom_oauth_failed",
    "message": "Zoom Meeting Error: Oauth トークンのリクエストに失敗しました",
}
CREATE = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status"}
REFUSED = [{**CREATE, "status": 400}]
BURST = [{**CREATE, "status": 429, "headers": {"Retry-After": "1"}}]
NO_TOKEN = [
    {"provider": "zoom", "kind": "expire_tokens"},
    {"provider": "zoom", "method": "POST", "path": "/oauth/token", "kind": "status", "status": 500},
]


async def register(system: System, who: str, title: str) -> httpx.Response:
    [(start, end)] = await system.free_times(1)
    body = {"kind": "web", "title": title, "start": start.isoformat(), "end": end.isoformat()}
    return await system.api.post("/api/v1/appointments", json=body, headers=system.headers[who])


async def shown(system: System, who: str, appointment_id: str) -> dict[str, Any]:
    answer = await system.api.get(f"/api/v1/appointments/{appointment_id}", headers=system.headers[who])
    appointment: dict[str, Any] = answer.json()
    return appointment


async def until_meeting(system: System, who: str, appointment_id: str, **members: Any) -> None:
    async def so() -> bool:
        meeting = (await shown(system, who, appointment_id))["meeting"]
        return members.items() <= meeting.items()

    await eventually(so, interval=0.1)


async def on_the_form(people: People, system: System, title: str, *, email: str = TARO) -> Page:
    """What the browser shows after a schedule was submitted."""
    page = await people.staff(email=email, password=PASSWORD if email == KNOWN else "")
    await page.goto("/appointments/new")
    [(start, _)] = await system.free_times(1)
    await filled(page, title, start.astimezone(TOKYO).date().isoformat(), start.astimezone(TOKYO).hour)
    await submitted(page)
    return page


@pytest.mark.parametrize(
    ("rules", "error", "status"),
    [(REFUSED, FAILED, "failed"), (BURST, LIMIT, "pending"), (NO_TOKEN, OAUTH, "pending")],
    ids=["zoom_failed", "zoom_rate_limited", "zoom_oauth_failed"],
)
async def test_e8_what_zoom_refuses_is_on_the_page_after_registering_and_in_the_api(
    system: System, people: People, rules: list[dict[str, Any]], error: dict[str, str], status: str
) -> None:
    await system.faults(*rules)
    page = await on_the_form(people, system, f"E8 {error['code']}")
    await page.wait_for_url("**/appointments/apt_*")
    assert await page.locator(".notice", has_text=error["message"]).count() == 1, "without reloading"
    appointment_id = page.url.rpartition("/")[2].partition("?")[0]
    await until_meeting(system, TARO, appointment_id, status=status, error=error)
    if status == "pending":
        await system.faults()
        await until_meeting(system, TARO, appointment_id, status="issued", error=None)


async def test_e8_a_user_whom_zoom_does_not_know_fails_and_without_any_link_there_are_no_credentials(
    account: System,
) -> None:
    """Everybody has an address, so that the second is met where the last link ended after registering (E1)."""
    system, title = account, "E8 知られていない"
    made = await register(system, UNKNOWN, title)
    assert made.status_code == 201, made.text
    path = f"/api/v1/appointments/{made.json()['id']}"
    await until_meeting(system, UNKNOWN, made.json()["id"], status="pending", error=FAILED)
    english = await system.api.get(path, headers=system.headers[UNKNOWN] | {"accept-language": "en"})
    assert english.json()["meeting"]["error"] == FAILED

    credentials = {"account_id": "sample", "client_id": "sample", "client_secret": "secret"}
    admin = system.headers[ADMIN]
    assert (await system.api.delete("/api/v1/zoom-account", headers=admin)).status_code == 200
    try:

        async def refused() -> bool:
            answer = await register(system, UNKNOWN, "E8 連携なし")
            return (answer.status_code, answer.json().get("code")) == (422, "zoom_not_connected")

        await eventually(refused, interval=0.5)
        changed = await system.api.patch(path, json={"title": f"{title}2"}, headers=system.headers[UNKNOWN])
        assert changed.status_code == 200, changed.text
        await until_meeting(system, UNKNOWN, made.json()["id"], status="pending", error=NO_CREDENTIALS)
    finally:
        again = await system.api.post("/api/v1/zoom-account", json=credentials, headers=admin)
        assert again.status_code == 200, again.text


async def test_e8_c4_a_spent_day_is_told_then_refused_at_once_and_over_after_the_reset(
    account: System, people: People
) -> None:
    """Zoom's own word for the day; who is refused at once reads it in ``detail`` and on the form."""
    system = account
    spent = await system.sandbox.put("/inspect/zoom/budget", json={"user": KNOWN, "used": 100})
    assert spent.status_code == 200, spent.text
    first = await register(system, KNOWN, "E8 上限")
    assert first.status_code == 201, first.text
    await until_meeting(system, KNOWN, first.json()["id"], status="pending", error=LIMIT)

    async def refused() -> bool:
        answer = await register(system, KNOWN, "E8 上限の後")
        known = {"code": answer.json().get("code"), "message": answer.json().get("detail")}
        return (answer.status_code, known) == (422, LIMIT)

    await eventually(refused, interval=0.5)
    page = await on_the_form(people, system, "E8 上限の後", email=KNOWN)
    await expect(page.get_by_text(LIMIT["message"])).to_be_visible()
    assert page.url.endswith("/appointments/new")
    await page.goto(f"/appointments/{first.json()['id']}")
    await expect(page.locator(".meeting-left", has_text="回数を使い切りました。")).to_be_visible()
    await page.goto("/account")
    await expect(page.get_by_text("今日、Zoomミーティングを発行・変更できる回数を使い切りました。")).to_be_visible()

    day = (await system.now()).astimezone(UTC).date() + timedelta(days=1)
    await system.move_clock_to(datetime.combine(day, time(0, 1, 30), tzinfo=UTC))
    await until_meeting(system, KNOWN, first.json()["id"], status="issued", error=None)
    subject = "[注意!]Zoom URLが発行できませんでした"
    mails = await system.mails(ADMIN, subject)
    assert len([mail for mail in mails if KNOWN in mail["text"]]) == 1
