"""A link that is told only by the notice just before the start, from the meeting type to the guest's mails (C7)."""

from datetime import datetime, timedelta

from tests.e2e.main_job.conftest import ADMIN, TARO, System, token_of
from tests.waiting import eventually

GUEST = "chokuzen@example.com"


async def test_c7_the_link_is_told_by_the_notice_before_the_start_and_not_earlier(system: System) -> None:
    kind = await system.api.post(
        "/api/v1/meeting-types",
        json={"name": "直前案内", "location": "zoom", "reveal": {"link": "in_notice", "notices": [60]}},
        headers=system.headers[ADMIN],
    )
    assert kind.status_code == 201, kind.text
    guest = {"company": "直前社", "name": "直前花子", "email": GUEST}
    proposal = await system.proposed(title="直前の面談", guest=guest, meeting_type_id=kind.json()["id"])
    confirmed = (await system.confirm(proposal, name="直前花子", company="直前社")).json()
    assert confirmed["link_at"] is not None
    appointment = await system.issued(proposal)
    url = appointment["meeting"]["join_url"]

    [mail] = await eventually(lambda: system.mails(GUEST, "日程が確定しました"))
    assert url not in mail["text"] + mail["html"] + (mail["ics"] or "")
    assert "直前のお知らせメールでお送りします" in mail["text"]
    [staff_mail] = await eventually(lambda: system.mails(TARO, "直前社:直前花子様"))
    assert url in staff_mail["text"]
    page = f"/g/{token_of(proposal)}"
    assert url not in (await system.api.get(page)).text

    start = datetime.fromisoformat(appointment["start"])
    await system.move_clock_to(start - timedelta(minutes=60) + timedelta(seconds=1))
    [notice] = await eventually(lambda: system.mails(GUEST, "直前のお知らせ"))
    assert notice["subject"].startswith("[株式会社サンプル]Web会議予定の直前のお知らせ: ")
    assert url in notice["text"]
    [for_staff] = await eventually(lambda: system.mails(TARO, "直前のお知らせ"))
    assert url in for_staff["text"]
    assert url in (await system.api.get(page)).text
    assert not await system.mails(GUEST, "Web会議URLのご案内")
