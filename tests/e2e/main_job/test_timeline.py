"""The timeline of a whole main job, as the real services tell it (X3)."""

from collections import Counter
from typing import Any

from tests.e2e.main_job.conftest import TARO, System, token_of
from tests.waiting import eventually

HOLDS = 6
"""Three slots in two calendars."""

OF_THE_PROPOSAL = {
    ("日程調整を作成しました", "staff"): 1,
    ("仮予定を登録しました", "staff"): HOLDS,
    ("お客様にメールを送りました(日程調整のお願い)", "staff"): 1,
    ("担当者にメールを送りました(日程調整のお願い)", "staff"): 1,
    ("日程が確定しました", "guest"): 1,
}
HOLDS_GONE = ("仮予定を取り除きました", "guest")
"""Those of one calendar may stand in one line, each with its call."""
OF_THE_CONFIRMATION = {
    ("Zoomミーティングを発行しました", "guest"): 1,
    ("カレンダーに予定を登録しました", "guest"): 2,
    ("お客様にメールを送りました(日程確定のお知らせ)", "guest"): 1,
    ("担当者にメールを送りました(日程確定のお知らせ)", "guest"): 1,
    ("当日のリマインドを予約しました", "guest"): 1,
}
OF_THE_CANCELLATION = {
    ("アポイントメントをキャンセルしました", "staff"): 1,
    ("Zoomミーティングを取り消しました", "staff"): 1,
    ("カレンダーから予定を取り除きました", "staff"): 2,
    ("お客様にメールを送りました(キャンセルのお知らせ)", "staff"): 1,
    ("担当者にメールを送りました(キャンセルのお知らせ)", "staff"): 1,
    ("当日のリマインドを取りやめました", "staff"): 1,
}


async def timeline(system: System, path: str) -> list[dict[str, Any]]:
    answer = await system.api.get(
        f"/api/v1/{path}/timeline", params={"limit": 200}, headers=system.headers[TARO] | {"accept-language": "ja"}
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def until_told(system: System, path: str, expected: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """The timeline once it has each of these lines so often."""

    async def told() -> list[dict[str, Any]] | None:
        items = await timeline(system, path)
        counted = Counter((item["title"], item["actor"]["kind"]) for item in items)
        going = [item for item in items if (item["title"], item["actor"]["kind"]) == HOLDS_GONE]
        gone = sum(call["result"] == "204" for item in going for call in item["calls"])
        confirmed = any(item["type"].endswith("appointment_confirmed.v1") for item in items)
        told_all = {key: counted[key] for key in expected} == expected
        return items if told_all and gone == HOLDS * confirmed and len(going) <= HOLDS else None

    items: list[dict[str, Any]] = await eventually(told, interval=0.2)
    return items


async def test_every_event_mail_and_call_of_a_main_job_stands_on_the_timeline_with_who_began_it(
    system: System,
) -> None:
    proposal = await system.proposed(title="経過の商談", guidance="資料をご用意ください。", note="社内メモ")
    await until_told(system, f"proposals/{proposal['id']}", dict(list(OF_THE_PROPOSAL.items())[:4]))
    assert (await system.confirm(proposal, 1)).status_code == 201
    appointment = await system.issued(proposal)
    path = f"appointments/{appointment['id']}"
    await until_told(system, path, OF_THE_PROPOSAL | OF_THE_CONFIRMATION)
    body = {"message": "都合がつかなくなりました。"}
    await system.api.post(f"/api/v1/{path}/cancel", json=body, headers=system.headers[TARO])
    items = await until_told(system, path, OF_THE_PROPOSAL | OF_THE_CONFIRMATION | OF_THE_CANCELLATION)
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)
    by_staff = {item["actor"]["staff_id"] for item in items if item["actor"]["kind"] == "staff"}
    assert by_staff == {system.ids[TARO]}
    calls = {(call["provider"], call["operation"], call["result"]) for item in items for call in item["calls"]}
    assert calls >= {
        ("google", "events.insert", "200"),
        ("google", "events.delete", "204"),
        ("microsoft", "events.create", "201"),
        ("zoom", "meetings.create", "201"),
        ("zoom", "meetings.delete", "204"),
        ("smtp", "send", "250"),
    }
    secret = [token_of(proposal), appointment["meeting"]["passcode"], "社内メモ", "資料を", "都合が", "田中", "hanako"]
    assert [word for word in secret if word in str(items)] == []
    assert await timeline(system, f"proposals/{proposal['id']}") == await until_told(
        system, f"proposals/{proposal['id']}", OF_THE_PROPOSAL
    )
