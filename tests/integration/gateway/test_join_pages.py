"""Join links as a guest, a staff member and a mail scanner meet them (X9, G7, G23, G24)."""

from typing import Any

import pytest

from tests.integration.gateway.fakes import Answer, a_problem
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.test_pages import token_of

TARO = "taro@example.jp"
TOKEN = "a" * 22
MEETING = "https://zoom.example/j/1?pwd=x"


def a_way(status: str = "open", **changes: Any) -> dict[str, Any]:
    return {
        "status": status,
        "url": MEETING if status == "open" else None,
        "shown_at": None,
        "start": "2030-12-02T13:00:00+09:00",
        "end": "2030-12-02T14:00:00+09:00",
        "time_zone": "Asia/Tokyo",
        "organization_name": "株式会社サンプル",
        **changes,
    }


def leads(gateway: Installation, way: dict[str, Any]) -> None:
    gateway.services.says("booking", "GET /internal/guest/join", Answer(200, way))


async def test_x9_the_link_leads_into_the_meeting_and_leaves_no_trace_in_caches_or_referrers(
    gateway: Installation,
) -> None:
    leads(gateway, a_way())
    answer = await gateway.pages().get(f"/j/{TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, MEETING)
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    [asked] = gateway.services.asked
    assert asked.headers["x-guest-token"] == TOKEN
    assert TOKEN not in asked.url.path


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_g07_a_scanner_asks_and_changes_nothing(gateway: Installation, method: str) -> None:
    leads(gateway, a_way())
    answer = await gateway.pages().request(method, f"/j/{TOKEN}")
    assert answer.status_code == 303
    assert {asked.method for asked in gateway.services.asked} == {"GET"}


@pytest.mark.parametrize(
    ("status", "code", "ja", "en"),
    [
        ("issuing", 200, "準備しています", "being prepared"),
        ("failed", 200, "準備ができていません", "not ready"),
        ("hidden", 200, "12月2日(月) 12:50", "12:50"),
        ("none", 200, "Web会議はありません", "no web meeting"),
        ("canceled", 410, "キャンセル", "cancelled"),
        ("over", 410, "終了", "is over"),
    ],
)
async def test_x9_a_page_says_why_there_is_no_meeting(
    gateway: Installation, status: str, code: int, ja: str, en: str
) -> None:
    leads(gateway, a_way(status, shown_at="2030-12-02T12:50:00+09:00" if status == "hidden" else None))
    for language, words in (("ja", ja), ("en", en)):
        answer = await gateway.pages().get(f"/j/{TOKEN}", headers={"accept-language": language})
        assert answer.status_code == code
        assert words in answer.text
        assert f'data-join="{status}"' in answer.text
        assert "zoom.example" not in answer.text


async def test_x9_only_web_addresses_are_followed(gateway: Installation) -> None:
    leads(gateway, a_way(url="javascript:alert(1)"))
    assert "location" not in (await gateway.pages().get(f"/j/{TOKEN}")).headers


async def test_g23_what_is_no_token_an_unknown_one_and_an_unknown_page_look_alike(gateway: Installation) -> None:
    for path in ("guest/join", "guest/proposal"):
        gateway.services.says("booking", f"GET /internal/{path}", Answer(404, a_problem(404, "not_found")))
    pages = [
        await gateway.pages().get(path) for path in (f"/j/{TOKEN}", "/j/b.c", "/j/" + "d" * 300, f"/j/{TOKEN[1:]}")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.partition("<main")[2].partition("data-token")[0] for page in pages}) == 1


async def test_x9_staff_need_their_session_and_must_take_part(gateway: Installation) -> None:
    path = "/appointments/apt_1/join"
    stranger = await gateway.pages().get(path)
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?next=%2Fappointments%2Fapt_1%2Fjoin")
    gateway.services.says("booking", f"GET /internal{path}", Answer(200, a_way()))
    assert (await gateway.pages(TARO).get(path)).headers["location"] == MEETING
    gateway.services.says("booking", f"GET /internal{path}", Answer(403, a_problem(403, "forbidden")))
    refused = await gateway.pages(TARO).get(path)
    assert refused.status_code == 403
    assert "現在の担当者ではありません" in refused.text


async def test_x9_revoking_asks_with_the_version_that_was_seen_and_needs_the_form(gateway: Installation) -> None:
    page, path = gateway.pages(TARO), "/appointments/apt_1"
    gateway.services.says("booking", f"POST /internal{path}/join-link", Answer(204, None))
    typed = {"csrf_token": await token_of(page, path), "version": "3"}
    done = await page.post(f"{path}/revoke-link", data=typed)
    assert done.headers["location"] == f"{path}?said=revoked"
    asked = next(one for one in gateway.services.asked if one.method == "POST")
    assert (asked.headers["if-match"], asked.content) == ('"r3"', b'{"revoke":true}')
    assert (await page.post(f"{path}/revoke-link", data={"version": "3"})).status_code == 403
    assert (await page.get(f"{path}/revoke-link")).headers["location"] == path
    gateway.services.says("booking", f"POST /internal{path}/join-link", Answer(412, a_problem(412, "version_mismatch")))
    assert (await page.post(f"{path}/revoke-link", data=typed)).headers["location"] == f"{path}?said=changed_meanwhile"
