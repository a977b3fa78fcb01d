"""Organizations and staff: changes, versions, search, and the events that tell the others."""

import asyncio

from shared.contracts.calendar_sync import CalendarConnected, CalendarDisconnected, Provider
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import EndOfConnection
from tests.infrastructure.broker import Broker
from tests.infrastructure.service import listening
from tests.integration.gateway.installation import Installation
from tests.waiting import eventually


async def test_every_change_is_told_once_with_the_whole_state(gateway: Installation, gateway_broker: Broker) -> None:
    async with listening(gateway_broker.url()) as bus:
        added = {
            "name": "中村健一",
            "kana": "なかむらけんいち",
            "email": "kenichi@example.jp",
            "zoom_user": "k@z.example",
        }
        staff = (await gateway.admin.post("/api/v1/staff", json=added)).json()
        changed = await gateway.admin.patch(f"/api/v1/staff/{staff['id']}", json={"role": "admin"})
        nothing_new = await gateway.admin.patch(f"/api/v1/staff/{staff['id']}", json={"role": "admin"})
        await gateway.admin.patch(f"/api/v1/staff/{staff['id']}", json={"disabled": True})
        await gateway.admin.patch("/api/v1/organization", json={"reminder_time": "08:30"})
        await eventually(lambda: bus.of("gateway.staff_disabled.v1") and bus.of("gateway.organization_changed.v1"))
        told = [event for event in bus.heard if event["subject"] == staff["id"]]
    assert sorted((event["type"], event["aggregateversion"]) for event in told) == [
        ("chosei.gateway.staff_changed.v1", 1),
        ("chosei.gateway.staff_changed.v1", 2),
        ("chosei.gateway.staff_disabled.v1", 3),
        ("chosei.gateway.staff_invited.v1", 1),
    ]
    assert changed.json()["version"] == nothing_new.json()["version"] == 2
    assert bus.of("gateway.organization_changed.v1")[-1]["reminder_time"] == "08:30"


async def test_who_is_disabled_stays_so_for_everybody_else_when_renamed(
    gateway: Installation, gateway_broker: Broker
) -> None:
    added = {"name": "退職者", "email": "gone@example.jp"}
    path = f"/api/v1/staff/{(await gateway.admin.post('/api/v1/staff', json=added)).json()['id']}"
    async with listening(gateway_broker.url()) as bus:
        for change in ({"disabled": True}, {"name": "元社員"}, {"disabled": False}):
            assert (await gateway.admin.patch(path, json=change)).status_code == 200
        await eventually(lambda: len([e for e in bus.heard if path.endswith(e["subject"])]) == 3)
        told = {event["aggregateversion"]: event for event in bus.heard if path.endswith(event["subject"])}
    assert [told[version]["type"].split(".")[2] for version in (2, 3, 4)] == [
        "staff_disabled",
        "staff_disabled",
        "staff_changed",
    ]
    assert told[3]["data"]["person"]["name"] == "元社員"


async def test_an_old_version_is_refused(gateway: Installation) -> None:
    current = (await gateway.admin.get("/api/v1/organization")).headers["etag"]
    first = await gateway.admin.patch("/api/v1/organization", json={"name": "甲"}, headers={"if-match": current})
    second = await gateway.admin.patch("/api/v1/organization", json={"name": "乙"}, headers={"if-match": current})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["code"] == "version_mismatch"
    assert first.headers["etag"] != current
    for odd in ('W/"r1"', "r1", '"x"', '""', '"r' + "9" * 400 + '"'):
        refused = await gateway.admin.patch("/api/v1/organization", json={"name": "丙"}, headers={"if-match": odd})
        assert refused.status_code == 412, odd


async def test_changes_at_once_are_all_kept(gateway: Installation) -> None:
    staff = (await gateway.admin.post("/api/v1/staff", json={"name": "同時", "email": "both@example.jp"})).json()
    path = f"/api/v1/staff/{staff['id']}"
    changes = [{"kana": "どうじ"}, {"locale": "en"}, {"zoom_user": "z@example.jp"}]
    answers = await asyncio.gather(*(gateway.admin.patch(path, json=change) for change in changes))
    assert {answer.status_code for answer in answers} == {200}
    (found,) = (await gateway.admin.get("/api/v1/staff", params={"q": "both@"})).json()["items"]
    assert (found["kana"], found["locale"], found["zoom_user"], found["version"]) == ("どうじ", "en", "z@example.jp", 4)


async def test_an_address_belongs_to_one(gateway: Installation) -> None:
    taken = await gateway.admin.post("/api/v1/staff", json={"name": "偽太郎", "email": "Taro@Example.jp"})
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert taken.json()["errors"][0]["pointer"] == "/email"


async def test_the_last_administrator_stays_even_when_two_leave_at_once(gateway: Installation) -> None:
    me = gateway.ids["other@example.com"]
    alone = await gateway.other.patch(f"/api/v1/staff/{me}", json={"role": "member"})
    assert (alone.status_code, alone.json()["code"]) == (409, "last_admin")
    second = {"name": "Second", "email": "second@example.com", "role": "admin"}
    other_id = (await gateway.other.post("/api/v1/staff", json=second)).json()["id"]
    answers = await asyncio.gather(
        *(gateway.other.patch(f"/api/v1/staff/{staff_id}", json={"role": "member"}) for staff_id in (me, other_id))
    )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sorted(answer.status_code for answer in answers)[1] in (403, 409)
    admins = await gateway.parts.staff.staff.count_documents({"organization_id": "org_other", "role": "admin"})
    assert admins == 1
    await gateway.parts.staff.staff.update_one({"_id": me}, {"$set": {"role": "admin"}})


async def test_staff_are_found_by_name_kana_and_latin_letters(gateway: Installation) -> None:
    await gateway.admin.post(
        "/api/v1/staff", json={"name": "髙﨑 ひろし", "kana": "たかさきひろし", "email": "hiroshi@example.jp"}
    )
    for words in ("山田", "やまだ", "ヤマダ", "ﾔﾏﾀﾞ", "yamada", "YAMADA", "taro@", "山田 たろう", "taro yamada"):
        items = (await gateway.taro.get("/api/v1/staff", params={"q": words})).json()["items"]
        assert "山田太郎" in [item["name"] for item in items], words
    for words in ("高崎", "髙﨑ひろし", "takasaki", "hirosi", "hiroshi"):
        items = (await gateway.taro.get("/api/v1/staff", params={"q": words})).json()["items"]
        assert [item["name"] for item in items] == ["髙﨑 ひろし"], words


async def test_lists_are_walked_by_cursor(gateway: Installation) -> None:
    everyone = (await gateway.admin.get("/api/v1/staff", params={"limit": 200})).json()["items"]
    walked, cursor = [], None
    while True:
        page = (
            await gateway.admin.get("/api/v1/staff", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        walked += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert walked == [item["id"] for item in everyone]


async def test_how_calendars_are_shown_is_remembered_without_a_word_to_others(gateway: Installation) -> None:
    before = (await gateway.taro.get("/api/v1/me")).json()
    assert before["calendar_view"] == "side_by_side"
    chosen = await gateway.taro.patch("/api/v1/me", json={"calendar_view": "overlaid"})
    assert (chosen.json()["calendar_view"], chosen.json()["version"]) == ("overlaid", before["version"])
    await gateway.taro.patch("/api/v1/me", json={"kana": "やまだ"})
    assert (await gateway.taro.get("/api/v1/me")).json()["calendar_view"] == "overlaid"
    assert (await gateway.taro.patch("/api/v1/me", json={"calendar_view": "stacked"})).status_code == 422
    assert '"view": "overlaid"' in (await gateway.pages("taro@example.jp").get("/proposals/new")).text


async def test_linked_calendars_follow_what_calendar_sync_says_in_any_order(
    gateway: Installation, gateway_broker: Broker
) -> None:
    taro, admin = gateway.ids["taro@example.jp"], gateway.ids["admin@example.jp"]

    def connected(staff_id: str, version: int) -> CloudEvent[CalendarConnected]:
        account = Account(email="x@example.jp")
        data = CalendarConnected(staff_id=staff_id, provider=Provider.GOOGLE, account=account)
        return envelope(data, subject=staff_id, organization_id="o", version=version, cause=Cause.outside())

    ended = envelope(
        CalendarDisconnected(staff_id=admin, provider=Provider.GOOGLE, reason=EndOfConnection.DISCONNECTED),
        subject=admin,
        organization_id="o",
        version=3,
        cause=Cause.outside(),
    )

    async def linked(email: str) -> dict[str, bool]:
        items = (await gateway.of(email).get("/api/v1/staff")).json()["items"]
        return {item["id"]: item["calendar_linked"] for item in items if item["id"] in (taro, admin)}

    async with listening(gateway_broker.url()) as bus:
        await bus.publish(connected(taro, 1), times=2)
        await eventually(lambda: _is(linked("taro@example.jp"), {taro: True, admin: False}))
        assert await linked("admin@example.jp") == {taro: False, admin: False}
        await bus.publish(connected(admin, 4))
        await eventually(lambda: _is(linked("admin@example.jp"), {taro: True, admin: True}))
        await bus.publish(ended)
        await bus.publish(connected(taro, 2))
        await eventually(lambda: _version(gateway, taro, 2))
    assert await linked("admin@example.jp") == {taro: True, admin: True}


async def _is(found: object, wanted: object) -> bool:
    return (await found) == wanted  # type: ignore[misc]


async def _version(gateway: Installation, staff_id: str, version: int) -> bool:
    row = await gateway.parts.staff.staff.find_one({"_id": staff_id})
    return row is not None and row["calendars"]["google"]["version"] == version
