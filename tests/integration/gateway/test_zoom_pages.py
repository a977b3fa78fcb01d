"""The pages of the organization's Zoom account (C1, C2): what is refused is told there, and no assignment is lost."""

import re
from typing import Any

import httpx
import pytest

from tests.integration.gateway.fakes import Answer
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_zoom_consent import BACK, CONNECTED

PAGE = "/settings/zoom"
WORDS = "Zoomが一時的に応答していません。"
OFFER = "/offers/zof_1"
ACCOUNT = CONNECTED | {"users": 3, "listed_at": "2026-11-20T01:00:00Z"}
CREDENTIALS = {"account_id": "acme", "client_id": "c", "client_secret": "s"}


def a_user(number: int, **changes: Any) -> dict[str, Any]:
    values = {
        "user_id": f"zu{number}",
        "email": f"booth{number}@acme.example",
        "name": f"Booth {number}",
        "plan": "licensed",
        "status": "active",
        "allowed": True,
        "staff_ids": [],
        "requests_left": 100,
    }
    return values | changes


@pytest.fixture
async def admin(gateway: Installation) -> httpx.AsyncClient:
    """A browser of the administrator, on the page of a connected account with three users."""
    gateway.services.says("zoom_issuer", "GET /internal/zoom-account", Answer(200, ACCOUNT))
    users = {"items": [a_user(1), a_user(2), a_user(3)], "next_cursor": None}
    gateway.services.says("zoom_issuer", "GET /internal/zoom-users", Answer(200, users))
    return gateway.pages("admin@example.jp")


async def token_on(page: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', (await page.get(PAGE)).text)
    assert found
    return found[1]


async def mapped(page: httpx.AsyncClient, user: str, **fields: str) -> httpx.Response:
    form = {"csrf_token": await token_on(page), "staff_email": "taro@example.jp", "zoom_user": user, **fields}
    return await page.post(f"{PAGE}/map", data=form)


async def zoom_user_of_taro(gateway: Installation) -> str:
    answer = await gateway.admin.get(f"/api/v1/staff/{gateway.ids['taro@example.jp']}")
    return str(answer.json()["zoom_user"])


@pytest.mark.parametrize(
    ("method", "path", "refusing"),
    [
        ("POST", PAGE, "POST /internal/zoom-account"),
        ("POST", f"{PAGE}/consent", "POST /internal/zoom-account/authorize"),
        ("GET", BACK, "POST /internal/zoom-account/callback"),
        ("GET", PAGE + OFFER, f"GET /internal/zoom-account{OFFER}"),
        ("POST", PAGE + OFFER, f"POST /internal/zoom-account{OFFER}/confirm"),
        ("GET", f"{PAGE}/end", "GET /internal/zoom-account/touched"),
        ("POST", f"{PAGE}/end", "DELETE /internal/zoom-account"),
        ("POST", f"{PAGE}/refresh", "POST /internal/zoom-account/refresh"),
    ],
)
async def test_what_zoom_issuer_refuses_is_told_on_the_page_of_the_account(
    gateway: Installation, admin: httpx.AsyncClient, method: str, path: str, refusing: str
) -> None:
    problem = {"code": "zoom_unavailable", "detail": WORDS, "status": 503, "title": "", "type": "about:blank"}
    gateway.services.says("zoom_issuer", refusing, Answer(503, problem))
    form = {"csrf_token": await token_on(admin), "account": "acme", **CREDENTIALS}
    answer = await admin.request(method, path, data=form if method == "POST" else None)
    assert (answer.status_code, WORDS in answer.text) == (503, True)
    assert "Booth 1" in answer.text, "the account stays at hand"
    assert ('value="c"' in answer.text) == (path == PAGE), "what was typed for connecting is kept"


@pytest.mark.parametrize("step", ["map", "refresh", "consent"])
async def test_reloading_what_a_form_answered_leads_back(admin: httpx.AsyncClient, step: str) -> None:
    answer = await admin.get(f"{PAGE}/{step}")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


async def test_an_assignment_is_seen_at_once_beside_its_user(gateway: Installation, admin: httpx.AsyncClient) -> None:
    """zoom_issuer has not heard of it yet."""
    answer = await mapped(admin, "booth1@acme.example", row="zu1")
    assert answer.headers["location"] == f"{PAGE}?said=mapped&row=zu1#u-zu1"
    shown = (await admin.get(answer.headers["location"])).text
    row = shown.partition('id="u-zu1"')[2].partition('id="u-zu2"')[0]
    assert "Zoomユーザーを割り当てました。" in row
    assert "山田太郎" in row


async def test_whom_another_tab_assigned_is_replaced_only_by_who_was_told(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    await mapped(admin, "booth1@acme.example")
    stale = await mapped(admin, "booth2@acme.example", row="zu2")
    assert stale.status_code == 409
    assert "すでにZoomユーザー booth1@acme.example が割り当てられています" in stale.text
    assert await zoom_user_of_taro(gateway) == "booth1@acme.example"
    older = await mapped(admin, "booth2@acme.example", instead_of="booth3@acme.example")
    assert older.status_code == 409, "what was told is over by now"
    told = await mapped(admin, "booth2@acme.example", instead_of="booth1@acme.example")
    assert (told.status_code, await zoom_user_of_taro(gateway)) == (303, "booth2@acme.example")


async def test_removing_an_assignment_that_is_another_by_now_removes_nothing(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    await mapped(admin, "booth2@acme.example")
    stale = await mapped(admin, "booth1@acme.example", clear="1")
    assert (stale.status_code, await zoom_user_of_taro(gateway)) == (409, "booth2@acme.example")
    assert "booth2@acme.example へ替わっています" in stale.text
    assert (await mapped(admin, "booth2@acme.example", clear="1")).status_code == 303
    again = await mapped(admin, "booth2@acme.example", clear="1")
    assert (again.status_code, await zoom_user_of_taro(gateway)) == (303, "")


async def test_e1_a_user_whom_the_account_lost_meanwhile_is_not_assigned(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    answer = await mapped(admin, "gone@acme.example")
    assert (answer.status_code, await zoom_user_of_taro(gateway)) == (422, "")
    assert "会社のZoomアカウントに、このユーザーは見つかりません。" in answer.text


async def test_c1_another_account_than_the_one_seen_is_not_ended(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    gateway.services.says("zoom_issuer", "GET /internal/zoom-account/touched", Answer(200, {"items": []}))
    form = {"csrf_token": await token_on(admin), "account": "the-one-before"}
    answer = await admin.post(f"{PAGE}/end", data=form)
    assert answer.status_code == 409
    assert "会社のZoomアカウントが替わりました" in answer.text
    assert not any(one.method == "DELETE" for one in gateway.services.asked)


async def test_c2_users_who_host_for_nobody_can_be_listed_alone(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    await mapped(admin, "booth1@acme.example")
    shown = (await admin.get(f"{PAGE}?show=free")).text
    assert [f"Booth {number}" in shown for number in (1, 2, 3)] == [False, True, True]


async def test_a_former_account_is_named_while_meetings_stand_on_it(
    gateway: Installation, admin: httpx.AsyncClient
) -> None:
    former = [{"account": "before", "meetings": 2}, {"account": "long-before", "meetings": 0}]
    gateway.services.says("zoom_issuer", "GET /internal/zoom-account", Answer(200, ACCOUNT | {"former": former}))
    shown = (await admin.get(PAGE)).text
    assert "以前のアカウント before の会議が2件残っています" in shown
    assert "long-before" not in shown
