"""Which calendars count as busy and which one takes entries (V8), with both providers' sandboxes."""

from services.calendar_sync.model.calendars import MAIN
from shared.contracts.booking import SlotsWithdrawn
from tests.builders import a_proposal, tomorrow_at
from tests.integration.calendar_sync.conftest import (
    PEOPLE,
    World,
    attending,
    holds_released,
    patiently,
    proposed,
    rarely_polled,
)
from tests.integration.calendar_sync.second_calendar import Second, confirmed_in, connected, soon
from tests.integration.calendar_sync.test_drift import BOTH, DRIFTED, WRITTEN, said

BUSY = "calendar_sync.busy_times_changed.v1"
LISTS = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
KEPT = [
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendars.readonly",
]


@BOTH
async def test_the_account_s_calendars_are_listed_the_main_one_chosen(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    answer = (await second.listed()).json()
    assert (answer["complete"], answer["lost"]) == (True, [])
    main, private = answer["items"]
    assert (main["id"], main["main"], main["busy"], main["entries"], main["writable"]) == (MAIN, *[True] * 4)
    assert private == {
        "id": second.calendar_id,
        "name": "私用",
        "main": False,
        "writable": True,
        "busy": False,
        "entries": False,
    }


@rarely_polled
@BOTH
async def test_a_second_calendar_counts_once_it_is_chosen_and_no_longer_when_it_is_not(
    world: World, staff_id: str
) -> None:
    second = await connected(world, staff_id)
    await second.add(tomorrow_at(4), tomorrow_at(5))
    assert await second.spans() == []
    assert not [one for one in await world.calls() if second.calendar_id.partition("@")[0] in one["path"]]
    await second.chosen([MAIN, second.calendar_id], MAIN)
    await patiently(lambda: second.is_busy(tomorrow_at(4)))
    looked = await world.look(staff_id, tomorrow_at(4).isoformat(), tomorrow_at(5).isoformat(), max_age_s=0)
    assert (looked["status"], len(looked["busy"])) == ("read", 1)
    told = len(world.bus.of(BUSY))
    await second.chosen([MAIN], MAIN)
    await patiently(lambda: second.is_busy())
    await patiently(lambda: said(world, BUSY, told + 1))
    looked = await world.look(staff_id, tomorrow_at(4).isoformat(), tomorrow_at(5).isoformat(), max_age_s=0)
    assert looked["busy"] == []


@rarely_polled
@BOTH
async def test_g04_a_look_reads_every_chosen_calendar(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN, second.calendar_id], second.calendar_id)
    await confirmed_in(second, second.calendar_id)
    await second.add(tomorrow_at(4), tomorrow_at(5))
    await world.add_busy(staff_id, tomorrow_at(6).isoformat(), tomorrow_at(7).isoformat())
    at = (tomorrow_at(0).isoformat(), tomorrow_at(23).isoformat())
    looked = await world.look(staff_id, *at, max_age_s=0, budget_s=10)
    starts = sorted(one["start"] for one in looked["busy"])
    assert starts == [at.isoformat().replace("+00:00", "Z") for at in (tomorrow_at(4), tomorrow_at(6))]


@rarely_polled
@BOTH
async def test_g10_holds_stand_in_the_chosen_calendar_once_and_go_from_there(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN], second.calendar_id)
    lost = {"provider": second.provider, "method": "POST", "path": "/events", "kind": "lost_answer", "times": 1}
    await world.faults(lost)
    proposal = a_proposal(attendees=attending(staff_id))
    await world.bus.publish(proposed(proposal), times=2)
    await patiently(lambda: said(world, "calendar_sync.holds_placed.v1", 2))
    assert (len(await second.entries(second.calendar_id)), await second.entries(MAIN)) == (2, [])
    await second.chosen([MAIN], MAIN)
    await world.bus.publish(proposed(proposal, 2, SlotsWithdrawn, notify_guest=False))
    await patiently(lambda: len(holds_released(world)) == 2)
    assert await second.entries(second.calendar_id) == []


@rarely_polled
@BOTH
async def test_g16_a_notification_of_the_second_calendar_is_heard(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN, second.calendar_id], MAIN)
    await second.add(tomorrow_at(6), tomorrow_at(7), notify=True)
    await patiently(lambda: second.is_busy(tomorrow_at(6)))


@rarely_polled
@BOTH
async def test_g03_a_chosen_calendar_that_was_never_read_leaves_its_person_unknown(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    paths = {"google": f"/calendars/{second.calendar_id}/events", "microsoft": f"/{second.calendar_id}/calendarView"}
    await world.faults({"provider": second.provider, "path": paths[second.provider], "kind": "status", "status": 503})
    assert (await second.choose([MAIN, second.calendar_id], MAIN)).status_code == 200
    at = (tomorrow_at(4).isoformat(), tomorrow_at(5).isoformat())

    async def unknown() -> bool:
        return (await world.busy(staff_id, *at))["status"] == "unknown"

    await patiently(unknown)
    assert (await world.look(staff_id, *at, max_age_s=0))["status"] == "unreadable"
    await world.faults()

    async def readable() -> bool:
        return bool((await world.look(staff_id, *at, max_age_s=0))["status"] == "read")

    await patiently(readable)


@rarely_polled
@BOTH
async def test_g16_an_entry_lands_in_the_chosen_calendar_and_is_looked_after_there(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN], second.calendar_id)
    entry = await confirmed_in(second, second.calendar_id)
    assert await second.entries(MAIN) == []
    await second.by_hand(entry["id"], "move", start=tomorrow_at(9).isoformat(), end=tomorrow_at(10).isoformat())
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["start_at"]) == ("moved", tomorrow_at(9).isoformat().replace("+00:00", "Z"))


@rarely_polled
@BOTH
async def test_g17_an_entry_deleted_in_the_chosen_calendar_is_told_after_two_answers(
    world: World, staff_id: str
) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN, second.calendar_id], second.calendar_id)
    entry = await confirmed_in(second, second.calendar_id)
    assert await second.spans() == []
    await second.by_hand(entry["id"], "delete")
    row = f"entry/apt_1/{staff_id}/{second.provider}"
    await patiently(lambda: world.keeps("ledger", row, {"missing_since": {"$ne": None}}))
    assert world.bus.of(DRIFTED) == []
    await world.later(seconds=61)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert drift["kind"] == "deleted"


@rarely_polled
@BOTH
async def test_an_entry_stays_where_it_is_when_another_calendar_is_chosen(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN], second.calendar_id)
    first = await confirmed_in(second, second.calendar_id)
    await second.chosen([MAIN], MAIN)
    await confirmed_in(second, MAIN, 2)
    assert [one["id"] for one in await second.entries(second.calendar_id)] == [first["id"]]
    assert len(await second.entries(MAIN)) == 1
    await second.by_hand(first["id"], "move", summary="別の件名")
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["appointment_id"]) == ("changed", "apt_1")


@rarely_polled
@BOTH
async def test_g17_a_deleted_calendar_gives_way_to_the_main_one_and_its_entries_go_there(
    world: World, staff_id: str
) -> None:
    second = await connected(world, staff_id)
    await second.chosen([second.calendar_id], second.calendar_id)
    await confirmed_in(second, second.calendar_id)
    await second.delete_calendar()
    await soon(second)
    await patiently(lambda: second.mirrored(second.calendar_id, missing_since={"$ne": None}))
    assert (await second.listed()).json()["lost"] == []
    await world.later(seconds=61)

    async def lost() -> bool:
        return bool((await second.listed()).json()["lost"] == [{"name": "私用", "reason": "gone"}])

    await patiently(lost)
    await patiently(lambda: said(world, WRITTEN, 2))
    [item] = (await second.listed()).json()["items"]
    assert (item["busy"], item["entries"], len(await second.entries(MAIN))) == (True, True, 1)
    await patiently(lambda: second.mirrored(MAIN))
    assert world.bus.of(DRIFTED) == []
    assert not await world.keeps("mirrors", f"{staff_id}.{second.provider}#{second.calendar_id}", {})


@rarely_polled
async def test_a_calendar_that_is_no_longer_shared_does_not_break_the_others(world: World) -> None:
    second = await connected(world, "stf_admin")
    shared, share = await shared_by_hana(second)
    second.calendar_id = shared
    await second.chosen([MAIN, shared], MAIN)
    await second.add(tomorrow_at(4), tomorrow_at(5))
    await world.outside.post(share, json={"account": PEOPLE["stf_admin"].email})
    await soon(second)
    await patiently(lambda: second.mirrored(shared, missing_since={"$ne": None}))
    await world.later(seconds=61)

    async def left() -> bool:
        return not await world.keeps("mirrors", f"stf_admin.google#{shared}", {})

    await patiently(left)
    await world.add_busy("stf_admin", tomorrow_at(6).isoformat(), tomorrow_at(7).isoformat(), notify=True)
    await patiently(lambda: second.is_busy(tomorrow_at(6)))
    [google, _] = (await world.service.get("/internal/connections", headers=world.identity("stf_admin"))).json()[
        "items"
    ]
    assert (google["status"], google["calendars_lost"]) == ("connected", ["部署"])
    assert (await second.choose([MAIN], MAIN)).json()["lost"] == []


async def shared_by_hana(second: Second) -> tuple[str, str]:
    """A colleague's calendar where this person may write, and the path that shares it otherwise."""
    theirs = {"account": PEOPLE["stf_hana"].email, "summary": "部署"}
    made = (await second.world.outside.post("/inspect/google/calendars", json=theirs)).json()["id"]
    path = f"/inspect/google/calendars/{made}/share"
    await second.world.outside.post(path, json={"account": PEOPLE[second.staff_id].email, "role": "writer"})
    return str(made), path


@rarely_polled
async def test_a_calendar_that_refuses_an_entry_gives_way_to_the_main_one(world: World) -> None:
    second = await connected(world, "stf_admin")
    shared, share = await shared_by_hana(second)
    second.calendar_id = shared
    await second.chosen([MAIN, shared], shared)
    await world.outside.post(share, json={"account": PEOPLE["stf_admin"].email, "role": "reader"})
    await confirmed_in(second, MAIN)
    answer = (await second.listed()).json()
    assert answer["lost"] == [{"name": "部署", "reason": "read_only"}]
    assert {one["id"]: (one["busy"], one["entries"], one["writable"]) for one in answer["items"]}[shared] == (
        True,
        False,
        False,
    )
    assert len(await second.entries(MAIN)) == 1


@BOTH
async def test_what_cannot_be_chosen_is_refused_with_its_field(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    found = []
    for busy, entries in (([], MAIN), (["nobody"], MAIN), ([MAIN], "nobody")):
        answer = await second.choose(busy, entries, **{"accept-language": "en"})
        found.append((answer.status_code, answer.json()["errors"][0]["pointer"]))
    assert found == [(422, "/busy"), (422, "/busy"), (422, "/entries")]
    assert (await second.listed()).json()["items"][0]["busy"] is True


async def test_a_calendar_that_may_only_be_read_takes_no_entries(world: World) -> None:
    second = await connected(world, "stf_taro")
    body = {"user": PEOPLE["stf_taro"].email, "name": "祝日", "canEdit": False}
    holidays = (await world.outside.post("/inspect/microsoft/calendars", json=body)).json()["id"]
    answer = await second.choose([MAIN], holidays)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/entries")
    assert (await second.choose([MAIN, holidays], MAIN)).status_code == 200


async def test_without_the_scope_there_is_the_main_calendar_only(world: World) -> None:
    second = await connected(world, "stf_admin", scope=KEPT)
    answer = (await second.listed()).json()
    assert ([one["id"] for one in answer["items"]], answer["complete"]) == ([MAIN], False)
    assert (await second.choose([MAIN, second.calendar_id], MAIN)).status_code == 422
    await world.connect("stf_admin", scope=[*KEPT, LISTS])
    assert (await second.listed()).json()["complete"] is True


async def test_who_has_no_link_chooses_nothing(world: World) -> None:
    second = Second(world, "stf_taro", "x")
    assert [(await second.listed()).status_code, (await second.choose([MAIN], MAIN)).status_code] == [409, 409]


@BOTH
async def test_two_workers_read_and_write_each_calendar_once(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await world.start()
    await second.add(tomorrow_at(4), tomorrow_at(5))
    await second.chosen([MAIN, second.calendar_id], second.calendar_id)
    await patiently(lambda: second.is_busy(tomorrow_at(4)))
    await confirmed_in(second, second.calendar_id)
    assert (len(await second.entries(second.calendar_id)), await second.entries(MAIN)) == (2, [])
    inspected = "channels" if second.provider == "google" else "subscriptions"
    watches = (await world.outside.get(f"/inspect/{second.provider}/{inspected}")).json()["items"]
    assert len(watches) == 2


@BOTH
async def test_disconnecting_ends_what_watched_every_calendar(world: World, staff_id: str) -> None:
    second = await connected(world, staff_id)
    await second.chosen([MAIN, second.calendar_id], MAIN)
    path = f"/internal/connections/{second.provider}"
    await world.service.delete(path, headers=world.identity(staff_id))
    inspected = "channels" if second.provider == "google" else "subscriptions"

    async def unwatched() -> bool:
        return (await world.outside.get(f"/inspect/{second.provider}/{inspected}")).json()["items"] == []

    await patiently(unwatched)
    await world.connect(staff_id)
    await patiently(lambda: second.mirrored(second.calendar_id))
