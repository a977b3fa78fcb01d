"""X11 and X12 as the gateway asks them: what of ours takes a moment, and what could be proposed."""

from datetime import datetime, timedelta
from urllib.parse import quote

from services.booking.model.spans import Span
from shared import clock
from shared.public_holidays import public_holidays
from tests.integration.booking.world import HANAKO, TARO, World, a_slot_at, in_tokyo


async def claims_at(world: World, at: datetime, staff_id: str = TARO) -> list[dict[str, object]]:
    answer = await world.call("GET", f"/explain?staff_id={staff_id}&at={quote(at.isoformat())}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["claims"]
    return found


async def test_x11_a_hold_and_an_appointment_are_named_with_where_they_lead(world: World) -> None:
    made = await world.propose()
    (hold,) = await claims_at(world, in_tokyo(2, 13))
    assert (hold["kind"], hold["proposal_id"], hold["appointment_id"]) == ("hold", made["id"], None)
    assert await claims_at(world, in_tokyo(2, 14)) == []
    confirmed = (await world.confirm(made)).json()
    (kept,) = await claims_at(world, in_tokyo(2, 13, 30), HANAKO)
    assert (kept["kind"], kept["appointment_id"], kept["title"]) == (
        "appointment",
        confirmed["id"],
        "ABC株式会社:田中花子 様",
    )


async def test_x11_what_is_private_is_told_without_title_and_id(world: World) -> None:
    await world.staff("stf_other", "高橋")
    await world.propose(visibility="private")
    (hold,) = await claims_at(world, in_tokyo(2, 13))
    assert hold["proposal_id"] is not None
    path = f"/explain?staff_id={TARO}&at={quote(in_tokyo(2, 13).isoformat())}"
    (seen,) = (await world.call("GET", path, staff_id="stf_other")).json()["claims"]
    assert (seen["kind"], seen["title"], seen["proposal_id"]) == ("hold", "", None)
    assert (await world.call("GET", path, organization="org_other")).json()["claims"] == []


async def test_x12_suggestions_are_free_of_everything_and_can_be_proposed(world: World) -> None:
    await world.busy(HANAKO, Span(in_tokyo(0, 0), in_tokyo(8, 0)))
    await world.propose(slots=[a_slot_at(day, 9) for day in range(8, 14)])
    path = f"/suggestions?staff_ids={TARO},{HANAKO}&minutes=60&count=3"
    found = (await world.call("GET", path)).json()
    assert (len(found["slots"]), found["unreadable"]) == (3, [])
    days = {slot["start"][:10] for slot in found["slots"]}
    assert len(days) == 3
    assert all(datetime.fromisoformat(slot["start"]) >= in_tokyo(8, 10) for slot in found["slots"])
    assert (await world.propose(slots=found["slots"]))["status"] == "open"
    assert world.look.asked == []


async def test_g03_suggestions_say_whose_calendar_cannot_be_read(world: World) -> None:
    await world.breaks(HANAKO)
    found = (await world.call("GET", f"/suggestions?staff_ids={TARO},{HANAKO}")).json()
    assert found == {"slots": [], "unreadable": [HANAKO]}
    unknown = await world.call("GET", "/suggestions?staff_ids=stf_nobody")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "?staff_ids")


async def test_x12_nothing_is_suggested_on_a_public_holiday(world: World) -> None:
    await world.staff("stf_free", "高橋", calendar=False)
    today = clock.now().date()
    known = public_holidays("Asia/Tokyo", today + timedelta(days=1), today + timedelta(days=400))
    holiday = next(day for day in known if day.weekday() < 5)
    path = f"/suggestions?staff_ids=stf_free&kind=visit&count=3&from={holiday.isoformat()}T00:00:00%2B09:00"
    found = (await world.call("GET", path)).json()
    days = [slot["start"][:10] for slot in found["slots"]]
    assert len(days) == 3
    assert holiday.isoformat() not in days
