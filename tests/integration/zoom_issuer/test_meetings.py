"""Meetings at the sandbox follow the appointments, exactly once whatever fails (R25, G9, G10, G12, G14)."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.contracts.booking import AppointmentCanceled, AppointmentConfirmed, AppointmentRescheduled
from shared.contracts.envelope import CloudEvent
from tests.builders import an_appointment, an_event, tomorrow_at
from tests.infrastructure.measured import growth_of_effect, growth_of_stage
from tests.integration.zoom_issuer.conftest import HANA, World, unsealed
from tests.waiting import eventually


def confirmed(**changes: Any) -> CloudEvent[Any]:
    appointment = an_appointment(**changes)
    return an_event(AppointmentConfirmed(appointment=appointment, sealed=""), subject=appointment.appointment_id)


def moved(revision: int, **changes: Any) -> CloudEvent[Any]:
    appointment = an_appointment(revision=revision, **changes)
    data = AppointmentRescheduled(
        appointment=appointment,
        sealed="",
        previous_start_at=tomorrow_at(4),
        previous_end_at=tomorrow_at(5),
    )
    return an_event(data, subject=appointment.appointment_id, version=revision)


def canceled(revision: int, **changes: Any) -> CloudEvent[Any]:
    appointment = an_appointment(revision=revision, **changes)
    data = AppointmentCanceled(appointment=appointment, sealed="")
    return an_event(data, subject=appointment.appointment_id, version=revision)


async def test_a_confirmed_appointment_gets_one_meeting_with_a_passcode_of_six_digits(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed(), times=10)
    [data] = await eventually(world.issued)
    [meeting] = await world.meetings()
    joined = unsealed(data)
    assert (str(meeting["id"]), meeting["join_url"]) == (joined.meeting_id, joined.join_url)
    assert len(joined.passcode) == 6
    assert meeting["topic"] == "ABC株式会社:田中花子 様"


async def test_g23_the_event_shows_neither_url_nor_passcode(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed())
    [data] = await eventually(world.issued)
    joined = unsealed(data)
    assert joined.passcode not in str(data)
    assert joined.meeting_id not in str(data)


async def test_g12_a_move_keeps_the_link_and_a_cancel_kills_it(world: World) -> None:
    await world.connect()
    await world.bus.publish(confirmed())
    [first] = await eventually(world.issued)
    later = tomorrow_at(8)
    await world.bus.publish(moved(2, start_at=later))
    [second] = await eventually(lambda: world.bus.of("zoom_issuer.meeting_updated.v1"))
    assert unsealed(second).join_url == unsealed(first).join_url
    assert second["link_changed"] is False
    [meeting] = await world.meetings()
    assert meeting["start_time"] == later.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await world.outside.get(unsealed(first).join_url)).status_code == 200

    await world.bus.publish(canceled(3, start_at=later))
    await eventually(lambda: world.bus.of("zoom_issuer.meeting_revoked.v1"))
    assert await world.meetings() == []
    assert (await world.outside.get(unsealed(first).join_url)).status_code == 404


LAST = tomorrow_at(9)


def a_life(name: str) -> list[CloudEvent[Any]]:
    return [
        confirmed(appointment_id=name),
        moved(2, appointment_id=name, start_at=tomorrow_at(7)),
        moved(3, appointment_id=name, start_at=LAST),
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_g10_any_order_and_repetition_of_events_ends_in_the_same_meeting(world: World, seed: int) -> None:
    await world.connect()
    events = a_life("apt_1") * 3
    random.Random(seed).shuffle(events)
    for event in events:
        await world.bus.publish(event)

    async def settled() -> bool:
        return [m["start_time"] for m in await world.meetings()] == [LAST.strftime("%Y-%m-%dT%H:%M:%SZ")]

    await eventually(settled)


async def test_g10_events_that_come_once_and_all_together_end_in_the_newest_revision(world: World) -> None:
    await world.connect()
    await world.start_issuer()
    names = [f"apt_{number}" for number in range(8)]
    gone = [canceled(4, appointment_id="apt_gone"), confirmed(appointment_id="apt_gone")]
    await asyncio.gather(*(world.bus.publish(event) for name in names for event in reversed(a_life(name))))
    await asyncio.gather(*(world.bus.publish(event) for event in gone))

    async def settled() -> bool:
        return [m["start_time"] for m in await world.meetings()] == [LAST.strftime("%Y-%m-%dT%H:%M:%SZ")] * len(names)

    await eventually(settled, timeout=20)
    [revoked] = await eventually(lambda: world.bus.of("zoom_issuer.meeting_revoked.v1"))
    assert revoked["appointment_id"] == "apt_gone"


async def test_a_cancellation_that_arrives_first_leaves_no_meeting(world: World) -> None:
    await world.connect()
    await world.bus.publish(canceled(2))
    await eventually(lambda: world.bus.of("zoom_issuer.meeting_revoked.v1"))
    await world.bus.publish(confirmed())
    await world.bus.publish(confirmed(appointment_id="apt_2", start_at=tomorrow_at(12)))
    await eventually(world.issued)
    assert [m["start_time"] for m in await world.meetings()] == [tomorrow_at(12).strftime("%Y-%m-%dT%H:%M:%SZ")]


async def test_g10_a_lost_answer_makes_no_second_meeting(world: World) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "lost_answer", "times": 1})
    await world.bus.publish(confirmed())
    [data] = await eventually(world.issued)
    [meeting] = await world.meetings()
    assert str(meeting["id"]) == unsealed(data).meeting_id
    assert [failure["retry_at"] is not None for failure in world.failures()] == [True]


async def test_g10_two_services_side_by_side_make_one_meeting_each(world: World) -> None:
    await world.connect()
    await world.start_issuer()
    for number in range(20):
        await world.bus.publish(confirmed(appointment_id=f"apt_{number}"), times=3)
    await eventually(lambda: len(world.issued()) == 20, timeout=20)
    assert len(await world.meetings()) == 20


async def test_a_server_error_is_tried_again_after_a_look(world: World) -> None:
    put_off, done = growth_of_effect("meeting", "waiting"), growth_of_effect("meeting", "done")
    stage = growth_of_stage("meeting_issued")
    await world.connect()
    await world.faults(
        {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 500, "times": 2}
    )
    await world.bus.publish(confirmed())
    await eventually(world.issued, timeout=20)
    assert len(await world.meetings()) == 1
    await eventually(lambda: (put_off.count > 0, done.count, stage.count) == (True, 1, 1))


async def test_every_try_is_told_by_the_event_that_comes_next(world: World) -> None:
    await world.connect()
    await world.faults(
        {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 429, "times": 2}
    )
    await world.bus.publish(confirmed().model_copy(update={"actor": "guest"}))
    [issued] = await eventually(world.issued, timeout=20)
    [failed] = await eventually(world.failures)
    tries = [(call["operation"], call["result"]) for event in (failed, issued) for call in event["calls"]]
    assert tries == [("meetings.create", "429"), ("meetings.create", "429"), ("meetings.create", "201")]


async def test_g19_meetings_wait_for_a_broken_connection_and_drain_after_reconnecting(
    world: World,
) -> None:
    await world.connect()
    await world.faults({"provider": "zoom", "kind": "revoke_tokens"})
    await world.bus.publish(confirmed())
    [failure] = await eventually(world.failures)
    assert (failure["error"], failure["needs_attention"]) == ("zoom_oauth_failed", True)
    assert failure["retry_at"] is not None, "it waits and is not final"
    [ended] = await eventually(lambda: world.bus.of("zoom_issuer.zoom_disconnected.v1"))
    assert ended["reason"] == "broken"

    await world.faults()
    assert (await world.connect()).json()["status"] == "connected"
    await eventually(world.issued)
    assert len(await world.meetings()) == 1


async def test_e8_without_a_connection_issuing_fails_with_its_code_until_somebody_connects(world: World) -> None:
    await world.bus.publish(confirmed())
    [failure] = await eventually(world.failures)
    assert (failure["error"], failure["needs_attention"]) == ("zoom_no_credentials", True)
    assert failure["retry_at"] is not None, "it waits and is not final"
    await world.connect()
    assert await eventually(world.issued)


async def test_c4_the_daily_limit_waits_until_midnight_utc(world: World) -> None:
    await world.connect()
    midnight = tomorrow_at(0)
    rule = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 429, "times": 1}
    await world.faults({**rule, "headers": {"Retry-After": f"{midnight:%Y-%m-%dT%H:%M:%SZ}"}})
    await world.bus.publish(confirmed())
    [failure] = await eventually(world.failures)
    assert failure["error"] == "zoom_rate_limited"
    assert abs(datetime.fromisoformat(failure["retry_at"]) - midnight) < timedelta(seconds=1)
    assert await world.calls("/meetings") == 1

    clock.set_offset(midnight + timedelta(seconds=2) - clock.real_now())
    await eventually(world.issued)
    assert len(await world.meetings()) == 1


async def test_c4_a_limit_that_lasts_beyond_the_start_is_final(world: World) -> None:
    await world.connect()
    rule = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 429, "times": 1}
    await world.faults({**rule, "headers": {"Retry-After": "2099-01-01T00:00:00Z"}})
    await world.bus.publish(confirmed())
    [failure] = await eventually(world.failures)
    assert (failure["error"], failure["retry_at"]) == ("zoom_rate_limited", None)


async def test_a_short_throttling_is_waited_out(world: World) -> None:
    await world.connect()
    rule = {"provider": "zoom", "method": "POST", "path": "/v2/users", "kind": "status", "status": 429, "times": 1}
    await world.faults({**rule, "headers": {"Retry-After": "1"}})
    await world.bus.publish(confirmed())
    await eventually(world.issued)
    assert [failure["error"] for failure in world.failures()] == ["zoom_rate_limited"]


async def test_e9_expired_access_tokens_are_renewed_once_for_all(world: World) -> None:
    await world.connect()
    clock.set_offset(clock.offset() + timedelta(hours=2))
    for number in range(10):
        await world.bus.publish(confirmed(appointment_id=f"apt_{number}", start_at=tomorrow_at(4) + timedelta(days=2)))
    await eventually(lambda: len(world.issued()) == 10)
    assert await world.calls("/oauth/token") == 2


async def test_a_change_of_organizer_makes_the_new_meeting_before_the_old_one_goes(world: World) -> None:
    await world.connect()
    await world.connect("stf_hana", HANA.email)
    await world.bus.publish(confirmed())
    await eventually(world.issued)
    await world.bus.publish(moved(2, start_at=tomorrow_at(4), organizer_id="stf_hana"))
    [updated] = await eventually(lambda: world.bus.of("zoom_issuer.meeting_updated.v1"))
    [meeting] = await world.meetings()
    assert updated["link_changed"] is True
    assert str(meeting["id"]) == unsealed(updated).meeting_id
    calls = (await world.outside.get("/inspect/calls")).json()["items"]
    methods = [call["method"] for call in sorted(calls, key=lambda call: call["at"]) if "/meetings" in call["path"]]
    assert methods[-2:] == ["POST", "DELETE"]
