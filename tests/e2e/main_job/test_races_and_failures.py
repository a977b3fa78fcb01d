"""What goes wrong on the way of one proposal, through the gateway: races, full calendars, providers that are down
(G1–G4, G8–G11).
"""

import asyncio
from collections import Counter
from datetime import timedelta

from tests.e2e.main_job.conftest import ADMIN, TARO, TOKYO, System, token_of
from tests.waiting import eventually


async def test_g01_fifty_guests_at_one_slot_make_one_winner(system: System) -> None:
    proposal = await system.proposed(title="五十人", guest={"name": "競争"}, send_mail=False)
    answers = await asyncio.gather(*(system.confirm(proposal, number % 3) for number in range(50)))
    counted = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert counted == {(201, None): 1, (409, "already_confirmed"): 49}


async def test_g01_overlapping_slots_of_two_proposals_with_a_common_attendee_make_one_winner(system: System) -> None:
    [(start, end), _] = await system.free_times(2)
    times = [(start, end)]
    half_later = [(start + timedelta(minutes=30), end + timedelta(minutes=30))]
    first = await system.proposed(title="重なり一", times=times, guest={"name": "一"}, send_mail=False)
    second = await system.proposed(
        title="重なり二", times=half_later, guest={"name": "二"}, send_mail=False, allow_overlap=True
    )
    answers = await asyncio.gather(*(system.confirm(proposal) for proposal in (first, second) * 25))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    loser = second if (await status_of(system, first)) == "confirmed" else first

    async def nothing_offered() -> bool:
        view = (await system.api.get(f"/api/v1/guest/proposals/{token_of(loser)}")).json()
        return not [slot for slot in view["slots"] if slot["status"] == "open"]

    await eventually(nothing_offered)


async def status_of(system: System, proposal: dict[str, object]) -> str:
    view = (await system.api.get(f"/api/v1/guest/proposals/{token_of(proposal)}")).json()
    return str(view["status"])


async def test_g02_time_that_is_held_is_refused_without_allow_overlap(system: System) -> None:
    times = await system.free_times(1)
    await system.proposed(title="先の候補", times=times, guest={"name": "先"}, send_mail=False)
    refused = await system.propose(title="後の候補", times=times, guest={"name": "後"}, send_mail=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")


async def test_g04_an_entry_added_without_a_notification_makes_the_confirmation_fail(system: System) -> None:
    times = await system.free_times(2)
    proposal = await system.proposed(title="割り込み", times=times, guest={"name": "割込"}, send_mail=False)
    [(start, end), _] = times
    await system.sandbox.post(
        "/inspect/google/events",
        json={
            "calendar": ADMIN,
            "summary": "私用",
            "start": start.isoformat(),
            "end": end.isoformat(),
            "notify": False,
        },
    )
    await system.sandbox.post("/inspect/clock", json={"advance": 31})
    refused = await system.confirm(proposal, 0)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert [slot["id"] for slot in refused.json()["slots"]] == [proposal["slots"][1]["id"]]
    assert (await system.confirm(proposal, 1)).status_code == 201


async def test_g04_a_calendar_that_does_not_answer_is_never_taken_for_free(system: System) -> None:
    proposal = await system.proposed(title="読めない", guest={"name": "不明"}, send_mail=False)
    await system.faults({"provider": "google", "kind": "timeout", "delay_s": 10, "path": "/calendar"})
    await system.sandbox.post("/inspect/clock", json={"advance": 16 * 60})
    refused = await system.confirm(proposal)
    assert (refused.status_code, refused.json()["code"]) == (503, "calendar_unreadable")
    assert int(refused.headers["retry-after"]) >= 1
    await system.faults()

    async def works_again() -> bool:
        return (await system.confirm(proposal)).status_code == 201

    await eventually(works_again, interval=0.5)


async def test_g08_the_same_key_and_body_give_the_same_answer_once(system: System) -> None:
    [(start, end)] = await system.free_times(1)
    body = {
        "slots": [{"start": start.isoformat(), "end": end.isoformat()}],
        "guest": {"name": "鍵"},
        "send_mail": False,
    }
    headers = {**system.headers[TARO], "idempotency-key": "one-proposal"}
    answers = await asyncio.gather(
        *(system.api.post("/api/v1/proposals", json=body, headers=headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await system.api.post("/api/v1/proposals", json={**body, "title": "別"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_g11_while_zoom_is_down_the_mail_says_so_and_the_link_follows_once(system: System) -> None:
    title, guest = "Zoom停止", "later@example.com"
    proposal = await system.proposed(title=title, guest={"name": "待ち人", "email": guest})
    await system.faults({"provider": "zoom", "kind": "status", "status": 503})
    assert (await system.confirm(proposal, name="待ち人", company="")).status_code == 201
    [mail] = await eventually(lambda: system.mails(guest, "確定しました"))
    assert "/j/" not in mail["text"]
    await system.faults()
    [link] = await eventually(lambda: system.mails(guest, "Web会議URLのご案内"), timeout=90)
    [meeting] = await system.meetings(title)
    assert meeting["join_url"] in link["text"]
    assert len(await system.mails(guest, "確定しました")) == 1


async def test_g11_while_zoom_stays_down_the_administrators_hear_of_it_before_the_start(system: System) -> None:
    title, guest = "Zoom停止のまま", "never@example.com"
    start = (
        (await system.now() + timedelta(days=2)).astimezone(TOKYO).replace(hour=21, minute=0, second=0, microsecond=0)
    )
    proposal = await system.proposed(
        title=title, times=[(start, start + timedelta(hours=1))], guest={"name": "待ち人", "email": guest}
    )
    await system.faults({"provider": "zoom", "kind": "status", "status": 503})
    assert (await system.confirm(proposal, name="待ち人", company="")).status_code == 201
    await eventually(lambda: system.mails(guest, "確定しました"))
    subject = "【Chosei】[注意!]Zoom URLが発行できませんでした"
    assert await system.mails(ADMIN, subject) == []
    await system.move_clock_to(start - timedelta(minutes=50))
    [alarm] = await eventually(lambda: system.mails(ADMIN, subject))
    assert title in alarm["text"]
    assert await system.now() < start
    await system.faults()
    await eventually(lambda: system.mails(guest, "Web会議URLのご案内"), timeout=90)


async def test_g09_mail_goes_out_while_a_calendar_is_down_and_the_entry_follows(system: System) -> None:
    title, guest = "カレンダー停止", "mail@example.com"
    proposal = await system.proposed(title=title, guest={"name": "郵便", "email": guest})
    rule = {"provider": "microsoft", "kind": "status", "status": 503}
    await system.faults({**rule, "method": "POST"}, {**rule, "method": "PATCH"}, {**rule, "method": "DELETE"})
    assert (await system.confirm(proposal, name="郵便", company="")).status_code == 201
    await eventually(lambda: system.mails(guest, "確定しました"))
    await system.faults()
    await system.issued(proposal)
    entries = await system.entries(TARO, title)
    assert [entry["subject"] for entry in entries] == [title]
