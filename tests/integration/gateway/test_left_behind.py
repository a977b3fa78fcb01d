"""What somebody who was disabled leaves to others is listed for administrators."""

from typing import Any

from tests.integration.gateway.fakes import Answer, an_appointment_view
from tests.integration.gateway.fakes import a_proposal_view as a_proposal
from tests.integration.gateway.installation import Installation

ADMIN = "admin@example.jp"
LEFT = {"name": "退職者", "email": "left-behind@example.jp", "password": "long-enough"}


async def test_open_proposals_and_coming_appointments_of_a_disabled_member_are_listed(gateway: Installation) -> None:
    left, page = (await gateway.admin.post("/api/v1/staff", json=LEFT)).json()["id"], gateway.pages(ADMIN)
    other = {"staff_id": "stf_else", "name": "佐藤花", "email": "hana@example.jp"}
    him = {"staff_id": left, "name": LEFT["name"], "email": LEFT["email"]}

    def guest(name: str) -> dict[str, Any]:
        return {"company": "", "name": name, "email": "guest@example.com"}

    proposals = [
        a_proposal(id="prp_1", organizer_id=left, attendees=[him], guest=guest("提案一")),
        a_proposal(id="prp_2", organizer_id="stf_else", attendees=[other, him], guest=guest("提案二")),
        a_proposal(id="prp_3", creator=him, organizer_id="stf_else", attendees=[other], guest=guest("作成だけ")),
    ]
    appointments = [
        an_appointment_view(id="apt_1", organizer_id=left, attendees=[him, other], guest=guest("主催")),
        an_appointment_view(id="apt_2", organizer_id="stf_else", attendees=[him], guest=guest("単独")),
        an_appointment_view(id="apt_3", organizer_id="stf_else", attendees=[him, other], guest=guest("外れる")),
    ]
    listed = {"items": proposals, "next_cursor": None}
    gateway.services.says("booking", "GET /internal/proposals?", Answer(200, listed))
    coming = {"items": appointments, "next_cursor": None}
    gateway.services.says("booking", "GET /internal/appointments?", Answer(200, coming))
    assert "引き継ぎが必要な予定" not in (await page.get(f"/members/{left}")).text
    await gateway.admin.patch(f"/api/v1/staff/{left}", json={"disabled": True})
    shown = (await page.get(f"/members/{left}?said=disabled")).text
    listing = shown.partition('id="left-heading"')[2].partition("</section>")[0]
    assert all(word in listing for word in ("調整アポ 2件", "提案一", "提案二", "アポイントメント 2件", "主催", "単独"))
    assert not any(word in listing for word in ("作成だけ", "外れる"))
    assert "Needs somebody else" in (await page.get(f"/members/{left}?lang=en")).text
    gateway.services.says("booking", "GET /internal/proposals?", Answer(503, {"code": "unavailable"}))
    assert "いまは確認できません" in (await page.get(f"/members/{left}?lang=ja")).text
