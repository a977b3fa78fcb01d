"""Meetings changed directly at Zoom (E7): the organization's policy, a person's word, and what is over (V6)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.drift import DriftKind
from shared.contracts.envelope import CloudEvent
from shared.contracts.sealed import MeetingSecrets
from shared.contracts.zoom_issuer import MeetingDriftDetected, MeetingUpdated
from tests.builders import BUS_RING, an_event
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.test_drift import a_finding, decide, shown_of, with_policy
from tests.integration.booking.world import TARO, World, in_tokyo


def at_zoom(shown: dict[str, Any], kind: DriftKind = DriftKind.MOVED, version: int = 3, **changes: Any) -> Any:
    start = in_tokyo(6, 9)
    moved = {"start_at": start, "end_at": start + timedelta(minutes=90)} if kind is DriftKind.MOVED else {}
    values = {
        "appointment_id": shown["id"],
        "revision": shown["version"],
        "drift_id": "drf_zoom",
        "staff_id": TARO,
        "kind": kind,
        "start_at": None,
        "end_at": None,
        "topic": None,
    }
    data = MeetingDriftDetected(**{**values, **moved, **changes})
    return an_event(data, subject=shown["id"], version=version)


def updated(shown: dict[str, Any], version: int) -> CloudEvent[Any]:
    secrets = MeetingSecrets(join_url="https://zoom.example/j/1", meeting_id="1", passcode="1")
    data = MeetingUpdated(
        appointment_id=shown["id"],
        revision=shown["version"],
        link_changed=False,
        sealed=secrets.seal(BUS_RING, subject=shown["id"]),
    )
    return an_event(data, subject=shown["id"], version=version)


async def find(world: World, *events: CloudEvent[Any]) -> None:
    for event in events:
        await world.subscribers.on_meeting_drift_detected(event)


@pytest.mark.parametrize("kind", list(DriftKind))
async def test_restore_has_the_meeting_put_back_once(world: World, kind: DriftKind) -> None:
    await with_policy(world, "restore")
    shown = await confirmed(world)
    await find(world, *[at_zoom(shown, kind)] * 3)
    (decided,) = await world.published("booking.drift_decided.v1")
    assert (decided.data.drift_id, decided.data.decision) == ("drf_zoom", "restore")
    after = await shown_of(world, shown)
    assert (after["version"], after["drift"]) == (1, None)


async def test_g16_follow_reschedules_with_the_meeting(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    finding = at_zoom(shown, topic="新しい件名")
    await find(world, finding, finding)
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert (event.data.appointment.start_at, event.causationid) == (in_tokyo(6, 9), finding.id)
    assert event.data.appointment.title == "新しい件名"
    assert (await shown_of(world, shown))["drift"] is None


async def test_g17_follow_cancels_with_the_meeting(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    await find(world, *[at_zoom(shown, DriftKind.DELETED)] * 2)
    assert len(await world.published("booking.appointment_canceled.v1")) == 1
    assert (await shown_of(world, shown))["status"] == "canceled"


async def test_ask_shows_it_as_zooms_until_a_person_decides(world: World) -> None:
    shown = await confirmed(world)
    await find(world, at_zoom(shown, DriftKind.DELETED))
    drift = (await shown_of(world, shown))["drift"]
    assert (drift["kind"], drift["provider"], drift["staff_id"]) == ("deleted", "zoom", TARO)
    answer = await decide(world, shown, "restore")
    assert (answer.status_code, answer.json()["drift"]) == (200, None)
    (decided,) = await world.published("booking.drift_decided.v1")
    assert decided.data.drift_id == "drf_zoom"


async def test_a_meeting_and_an_entry_that_were_both_changed_are_settled_one_by_one(world: World) -> None:
    shown = await confirmed(world)
    await world.subscribers.on_calendar_drift_detected(a_finding(shown))
    await find(world, at_zoom(shown))
    for provider in ("google", "zoom"):
        assert (await shown_of(world, shown))["drift"]["provider"] == provider
        assert (await decide(world, shown, "restore")).status_code == 200
    assert (await shown_of(world, shown))["drift"] is None
    assert len(await world.published("booking.drift_decided.v1")) == 2


async def test_what_zoom_was_told_since_settles_it_in_any_order(world: World) -> None:
    shown = await confirmed(world)
    await world.subscribers.on_meeting_updated(updated(shown, 4))
    await find(world, at_zoom(shown, version=3))
    assert (await shown_of(world, shown))["drift"] is None
    await find(world, at_zoom(shown, version=5, drift_id="drf_later"))
    assert (await shown_of(world, shown))["drift"]["provider"] == "zoom"
    await world.subscribers.on_meeting_updated(updated(shown, 6))
    assert (await shown_of(world, shown))["drift"] is None


async def test_x9_a_meeting_that_was_deleted_at_zoom_leads_nowhere_until_there_is_another(world: World) -> None:
    shown = await confirmed(world)
    token = shown["guest_join_url"].rsplit("/", 1)[1]

    async def joining() -> tuple[str, str | None]:
        answer = (await world.client.get("/internal/guest/join", headers={"x-guest-token": token})).json()
        return answer["status"], answer["url"]

    await world.subscribers.on_meeting_updated(updated(shown, 2))
    assert await joining() == ("open", "https://zoom.example/j/1")
    await find(world, at_zoom(shown, DriftKind.DELETED))
    assert await joining() == ("issuing", None)
    await decide(world, shown, "restore")
    assert await joining() == ("issuing", None)
    await world.subscribers.on_meeting_updated(updated(shown, 4))
    assert await joining() == ("open", "https://zoom.example/j/1")
