"""The timeline through the API and on the pages (X3)."""

import pytest

from tests.integration.gateway.fakes import Answer, a_problem, a_timeline_entry, an_appointment_view
from tests.integration.gateway.installation import Installation

TIMELINE = "GET /internal/appointments/apt_1/timeline"


@pytest.mark.parametrize("path", ["proposals/prp_1", "appointments/apt_1"])
async def test_it_is_told_in_the_readers_words_with_names_and_calls(gateway: Installation, path: str) -> None:
    by = f"staff:{gateway.ids['taro@example.jp']}"
    for what in (TIMELINE, "GET /internal/proposals/prp_1/timeline"):
        gateway.services.says("booking", what, Answer(200, {"items": [a_timeline_entry(actor=by)], "next_cursor": "n"}))
    answer = await gateway.taro.get(f"/api/v1/{path}/timeline?limit=1", headers={"accept-language": "en"})
    [item] = answer.json()["items"]
    assert (item["id"], item["type"], item["at"]) == (
        "evt_1",
        "chosei.zoom_issuer.meeting_issued.v1",
        "2026-11-20T10:00:00+09:00",
    )
    assert (item["title"], item["detail"]) == ("Zoom meeting created", "")
    assert item["actor"]["staff_id"] == gateway.ids["taro@example.jp"]
    assert item["actor"]["name"] == (await gateway.taro.get("/api/v1/me")).json()["name"]
    assert [(call["operation"], call["result"]) for call in item["calls"]] == [("meetings.create", "201")]
    assert answer.json()["next_cursor"] == "n"
    assert str(gateway.services.last("booking").url.query, "ascii") == "limit=1"


@pytest.mark.parametrize("status", [403, 404])
async def test_who_may_not_see_it_reads_why(gateway: Installation, status: int) -> None:
    gateway.services.says("booking", TIMELINE, Answer(status, a_problem(status, "refused")))
    assert (await gateway.taro.get("/api/v1/appointments/apt_1/timeline")).status_code == status


@pytest.mark.parametrize("path", ["/proposals/prp_1", "/appointments/apt_1"])
async def test_pages_show_it(gateway: Installation, path: str) -> None:
    page = (await gateway.pages("taro@example.jp").get(path)).text
    assert "Zoomミーティングを発行しました" in page
    assert "Zoom meetings.create → 201" in page


async def test_a_page_leads_on_to_what_follows(gateway: Installation) -> None:
    gateway.services.says("booking", TIMELINE, Answer(200, {"items": [a_timeline_entry()], "next_cursor": "a=b"}))
    assert 'href="?timeline=a%3Db#timeline"' in (await gateway.pages("taro@example.jp").get("/appointments/apt_1")).text
    page = await gateway.pages("taro@example.jp").get("/appointments/apt_1?timeline=a%3Db")
    assert page.status_code == 200
    assert gateway.services.last("booking").url.params["cursor"] == "a=b"


async def test_a_page_of_what_is_private_asks_for_none(gateway: Installation) -> None:
    gateway.services.says("booking", "GET /internal/appointments/apt_1", Answer(200, an_appointment_view(hidden=True)))
    page = await gateway.pages("taro@example.jp").get("/appointments/apt_1")
    assert (page.status_code, "timeline-list" in page.text) == (200, False)
    assert gateway.services.count("GET", "/internal/appointments/apt_1/timeline") == 0
