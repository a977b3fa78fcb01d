"""The main job through the gateway, seen from the mailbox, the calendars and Zoom (R8–R29, G7, G10, G12, G14, G21,
G22).
"""

from datetime import datetime, timedelta

from icalendar import Calendar

from tests.e2e.main_job.conftest import ADMIN, TARO, TOKYO, System, token_of
from tests.waiting import eventually

GUEST = "honban@example.com"


async def test_the_main_job_from_the_proposal_to_the_reminder(system: System) -> None:
    title = "本番の商談"
    guest = {"company": "ABC株式会社", "name": "本番花子", "email": GUEST}
    proposal = await system.proposed(title=title, guest=guest, guidance="資料をご用意ください。", note="社内メモ")
    for email in (ADMIN, TARO):
        holds = await eventually(lambda email=email: three_holds(system, email, title))
        assert all(("【仮】" + title) in (hold.get("summary"), hold.get("subject")) for hold in holds)
    [asked] = await eventually(lambda: system.mails(GUEST, "日程調整をお願いします"))
    assert asked["subject"] == "[株式会社サンプル]アポイントメントの日程調整をお願いします[Chosei]"
    assert proposal["guest_url"] in asked["text"]
    assert "日時候補から日時選択をする" in asked["html"]
    [told] = await eventually(lambda: system.mails(TARO, "[本番花子]さまとの日程調整を依頼しました"))
    assert told["subject"] == "[本番花子]さまとの日程調整を依頼しました[Chosei]"

    confirmed = await system.confirm(proposal, 1, name="本番花子")
    assert confirmed.status_code == 201, confirmed.text
    appointment = await system.issued(proposal)
    await one_entry_each_and_no_hold(system, title, appointment["meeting"]["join_url"])
    [meeting] = await system.meetings(title)
    assert str(meeting["id"]) == appointment["meeting"]["meeting_id"]

    [mail] = await eventually(lambda: system.mails(GUEST, "日程が確定しました"))
    assert mail["subject"] == "[株式会社サンプル]アポイントメントの日程が確定しました[Chosei]"
    for needed in ("join_url", "meeting_id", "passcode"):
        assert appointment["meeting"][needed] in mail["text"]
    assert "資料をご用意ください。" in mail["text"]
    assert "社内メモ" not in mail["text"] + mail["html"] + (mail["ics"] or "")
    [staff_mail] = await eventually(lambda: system.mails(ADMIN, "ABC株式会社:本番花子様"))
    assert staff_mail["subject"] == "ABC株式会社:本番花子様"
    assert appointment["meeting"]["passcode"] in staff_mail["text"]
    assert not staff_mail["ics"]
    assert invitation(mail)["SUMMARY"] == title

    start = datetime.fromisoformat(appointment["start"]).astimezone(TOKYO)
    await system.move_clock_to(start.replace(hour=7, minute=0, second=5))
    [reminder] = await eventually(lambda: system.mails(GUEST, "リマインド"))
    said = f"[{'AM' if start.hour < 12 else 'PM'}]{(start.hour - 1) % 12 + 1:02}:00"
    assert reminder["subject"] == f"[株式会社サンプル]本日のWeb会議予定のリマインド: {said}[Chosei]"
    [for_staff] = await eventually(lambda: system.mails(TARO, "本番花子様[Chosei]"))
    assert for_staff["subject"] == f"本日のWeb会議予定のリマインド: {said} ABC株式会社:本番花子様[Chosei]"


async def three_holds(system: System, email: str, title: str) -> list[dict[str, object]] | None:
    holds = await system.entries(email, title)
    return holds if len(holds) == 3 else None


async def one_entry_each_and_no_hold(system: System, title: str, join_url: str) -> None:
    for email in (ADMIN, TARO):

        async def one(email: str = email) -> bool:
            entries = await system.entries(email, title)
            names = [entry.get("summary") or entry.get("subject") for entry in entries]
            return names == [title] and join_url in str(entries[0])

        await eventually(one)


def invitation(mail: dict[str, str]) -> dict[str, object]:
    [event] = Calendar.from_ical(mail["ics"]).walk("VEVENT")
    result: dict[str, object] = event
    return result


async def test_r22_what_the_guest_leaves_out_stays_as_it_is_known(system: System) -> None:
    proposal = await system.proposed(guest={"company": "既知社", "name": "既知", "email": "kichi@example.com"})
    path = f"/api/v1/guest/proposals/{token_of(proposal)}/confirm"
    body = {"slot_id": proposal["slots"][0]["id"], "name": "既知太郎"}
    answer = await system.api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    assert (await system.appointment_of(proposal))["title"] == "既知社:既知太郎 様"


async def test_r23_a_second_confirmation_reads_that_it_is_settled(system: System) -> None:
    proposal = await system.proposed(title="二度目", guest={"name": "二郎"}, send_mail=False)
    assert (await system.confirm(proposal, 0)).status_code == 201
    again = await system.confirm(proposal, 2)
    assert (again.status_code, again.json()["code"]) == (409, "already_confirmed")
    view = (await system.api.get(f"/api/v1/guest/proposals/{token_of(proposal)}")).json()
    assert view["status"] == "confirmed"


async def test_r28_withdrawing_removes_the_holds_and_closes_the_page(system: System) -> None:
    title = "取り下げ"
    proposal = await system.proposed(title=title)
    await eventually(lambda: three_holds(system, ADMIN, title))
    path = f"/api/v1/proposals/{proposal['id']}"
    for _ in range(2):
        answer = await system.api.delete(path, headers=system.headers[TARO])
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    for email in (ADMIN, TARO):
        await eventually(lambda email=email: nothing_left(system, email, title))
    refused = await system.confirm(proposal)
    assert (refused.status_code, refused.json()["code"]) == (410, "withdrawn")


async def nothing_left(system: System, email: str, title: str) -> bool:
    return await system.entries(email, title) == []


async def test_r28_editing_slots_moves_the_holds(system: System) -> None:
    title = "候補の変更"
    proposal = await system.proposed(title=title)
    await eventually(lambda: three_holds(system, TARO, title))
    [(start, end)] = await system.free_times(1)
    kept = {"id": proposal["slots"][0]["id"]} | {key: proposal["slots"][0][key] for key in ("start", "end")}
    body = {"slots": [kept, {"start": start.isoformat(), "end": end.isoformat()}]}
    answer = await system.api.patch(f"/api/v1/proposals/{proposal['id']}", json=body, headers=system.headers[TARO])
    assert answer.status_code == 200, answer.text
    assert [slot["status"] for slot in answer.json()["slots"] if slot["status"] == "open"] == ["open"] * 2

    async def two_holds() -> bool:
        return len(await system.entries(TARO, title)) == 2 and len(await system.entries(ADMIN, title)) == 2

    await eventually(two_holds)


async def test_g12_g14_a_move_by_staff_keeps_the_link_and_a_cancel_ends_everything(system: System) -> None:
    title, guest = "変更と取消", "ido@example.com"
    proposal = await system.proposed(title=title, guest={"name": "井戸", "company": "移動社", "email": guest})
    await system.confirm(proposal, name="井戸", company="移動社")
    before = await system.issued(proposal)
    [first] = await eventually(lambda: system.mails(guest, "確定しました"))
    [(start, end)] = await system.free_times(1)
    path = f"/api/v1/appointments/{before['id']}"
    moved = await system.api.patch(
        path, json={"start": start.isoformat(), "end": end.isoformat()}, headers=system.headers[TARO]
    )
    assert moved.status_code == 200, moved.text
    [changed] = await eventually(lambda: system.mails(guest, "日程が変更されました"))
    assert invitation(changed)["UID"] == invitation(first)["UID"]
    assert int(str(invitation(changed)["SEQUENCE"])) > int(str(invitation(first)["SEQUENCE"]))
    assert before["meeting"]["join_url"] in changed["text"]

    async def meeting_moved() -> bool:
        [meeting] = await system.meetings(title)
        return datetime.fromisoformat(meeting["start_time"]) == start

    await eventually(meeting_moved)
    canceled = await system.api.post(
        f"{path}/cancel", json={"message": "都合により中止します。"}, headers=system.headers[TARO]
    )
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    [gone] = await eventually(lambda: system.mails(guest, "キャンセルされました"))
    assert "都合により中止します。" in gone["text"]
    assert "METHOD:CANCEL" in gone["ics"]
    for email in (ADMIN, TARO):
        await eventually(lambda email=email: nothing_left(system, email, title))

    async def no_meeting() -> bool:
        return await system.meetings(title) == []

    await eventually(no_meeting)
    assert (await system.sandbox.get(before["meeting"]["join_url"])).status_code == 404


async def test_r29_a_proposal_expires_and_new_slots_reopen_it(system: System) -> None:
    title = "期限切れの件"
    expires = await system.now() + timedelta(minutes=30)
    proposal = await system.proposed(
        title=title, expires_at=expires.isoformat(), guest={"name": "期限"}, send_mail=False
    )
    await eventually(lambda: three_holds(system, ADMIN, title))
    await system.move_clock_to(expires + timedelta(seconds=5))
    await eventually(lambda: nothing_left(system, ADMIN, title))
    refused = await system.confirm(proposal)
    assert (refused.status_code, refused.json()["code"]) == (410, "expired")
    assert await eventually(lambda: system.mails(TARO, "期限切れ"))
    asked = await system.api.post(
        f"/api/v1/guest/proposals/{token_of(proposal)}/ask-again", json={"message": "来週でお願いします"}
    )
    assert asked.status_code == 202
    [mail] = await eventually(lambda: system.mails(TARO, "候補日の追加依頼"))
    assert "来週でお願いします" in mail["text"]
    [(start, end)] = await system.free_times(1)
    reopened = await system.api.patch(
        f"/api/v1/proposals/{proposal['id']}",
        json={"slots": [{"start": start.isoformat(), "end": end.isoformat()}]},
        headers=system.headers[TARO],
    )
    assert (reopened.status_code, reopened.json()["status"]) == (200, "open")

    async def offered() -> bool:
        view = (await system.api.get(f"/api/v1/guest/proposals/{token_of(proposal)}")).json()
        return len([slot for slot in view["slots"] if slot["status"] == "open"]) == 1

    await eventually(offered)


async def test_g12_a_move_to_another_organizer_tells_the_link_that_is_valid_then(system: System) -> None:
    title, guest = "主催者の変更", "shusai@example.com"
    proposal = await system.proposed(title=title, guest={"name": "主催", "email": guest})
    await system.confirm(proposal, name="主催")
    before = await system.issued(proposal)
    [(start, end)] = await system.free_times(1)
    changes = {"organizer_id": system.ids[ADMIN], "start": start.isoformat(), "end": end.isoformat()}
    moved = await system.api.patch(f"/api/v1/appointments/{before['id']}", json=changes, headers=system.headers[TARO])
    assert moved.status_code == 200, moved.text
    [changed] = await eventually(lambda: system.mails(guest, "日程が変更されました"))
    meeting = (await system.issued(proposal))["meeting"]
    assert meeting["join_url"] != before["meeting"]["join_url"]
    assert meeting["join_url"] in changed["text"]
    assert str(invitation(changed)["LOCATION"]) == meeting["join_url"]
    assert (await system.sandbox.get(meeting["join_url"])).status_code == 200
    assert await system.mails(guest, "Web会議URLのご案内") == []
