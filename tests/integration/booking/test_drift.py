"""Entries changed directly in a calendar: the organization's policy, a person's word, and what is over (V6)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.booking.model.spans import Span
from services.booking.providers.calendar_look import BusyEntry
from shared import clock
from shared.contracts.calendar_sync import CalendarDriftDetected, CalendarEntryWritten, Provider
from shared.contracts.drift import DriftKind
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import OrganizationChanged
from shared.contracts.sealed import EntrySecrets
from shared.crypto import KeyRing
from tests.builders import BUS_KEYS, ORGANIZATION, an_event
from tests.integration.booking.test_appointments import confirmed
from tests.integration.booking.world import HANAKO, TARO, World, in_tokyo

BOTH = pytest.mark.parametrize("provider", list(Provider))


async def with_policy(world: World, policy: str) -> None:
    await world.hears(
        OrganizationChanged(
            name="株式会社サンプル",
            product_name="Chosei",
            time_zone="Asia/Tokyo",
            locale="ja",
            reminder_time="07:00",
            allow_zoom_basic=True,
            drift_policy=policy,
            mail_format="html",
        ),
        subject=ORGANIZATION,
    )


def a_finding(shown: dict[str, Any], kind: DriftKind = DriftKind.MOVED, **changes: Any) -> CloudEvent[Any]:
    start = in_tokyo(6, 9)
    moved = {"start_at": start, "end_at": start + timedelta(minutes=90)} if kind is DriftKind.MOVED else {}
    values = {
        "appointment_id": shown["id"],
        "revision": shown["version"],
        "drift_id": "drf_1",
        "staff_id": TARO,
        "provider": Provider.GOOGLE,
        "kind": kind,
        "start_at": None,
        "end_at": None,
        "title": None,
    }
    return an_event(CalendarDriftDetected(**{**values, **moved, **changes}), subject=shown["id"])


async def find(world: World, *events: CloudEvent[Any]) -> None:
    for event in events:
        await world.subscribers.on_calendar_drift_detected(event)


async def shown_of(world: World, shown: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    return answer


async def decide(world: World, shown: dict[str, Any], decision: str, **more: Any) -> Any:
    return await world.call("POST", f"/appointments/{shown['id']}/drift", {"decision": decision}, **more)


@BOTH
@pytest.mark.parametrize("kind", list(DriftKind))
async def test_restore_has_the_entry_written_again_once(world: World, provider: Provider, kind: DriftKind) -> None:
    await with_policy(world, "restore")
    shown = await confirmed(world)
    await find(world, *[a_finding(shown, kind, provider=provider)] * 3)
    (decided,) = await world.published("booking.drift_decided.v1")
    assert (decided.data.drift_id, decided.data.staff_id, decided.data.decision) == ("drf_1", TARO, "restore")
    after = await shown_of(world, shown)
    assert (after["version"], after["drift"]) == (1, None)


@BOTH
async def test_follow_reschedules_with_the_entry(world: World, provider: Provider) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    finding = a_finding(shown, provider=provider, title="新しい件名")
    await find(world, finding, finding)
    (event,) = await world.published("booking.appointment_rescheduled.v1")
    assert (event.data.appointment.start_at, event.data.previous_start_at) == (in_tokyo(6, 9), in_tokyo(2, 13))
    assert (event.causationid, event.data.appointment.title) == (finding.id, "新しい件名")
    claims = await world.stores.guards.of_staff(ORGANIZATION, [TARO], Span(in_tokyo(0, 0), in_tokyo(9, 0)))
    assert [claim.span.start_at for claim in claims[TARO]] == [in_tokyo(6, 9)]
    assert (await shown_of(world, shown))["drift"] is None


@BOTH
async def test_follow_takes_the_title(world: World, provider: Provider) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    await find(world, a_finding(shown, DriftKind.CHANGED, provider=provider, title="新しい\n件名"))
    (event,) = await world.published("booking.appointment_changed.v1")
    assert event.data.appointment.title == "新しい 件名"


@BOTH
async def test_follow_cancels_with_the_entry(world: World, provider: Provider) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    await find(world, *[a_finding(shown, DriftKind.DELETED, provider=provider)] * 2)
    assert len(await world.published("booking.appointment_canceled.v1")) == 1
    assert (await shown_of(world, shown))["status"] == "canceled"


async def test_a_title_that_was_emptied_is_put_back(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    await find(world, a_finding(shown, DriftKind.CHANGED, title=" "))
    assert len(await world.published("booking.drift_decided.v1")) == 1


async def test_what_cannot_be_followed_is_asked_with_the_reason(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    world.look.busy[HANAKO] = [BusyEntry("new", Span(in_tokyo(6, 9), in_tokyo(6, 10)))]
    await world.busy(HANAKO, read_at=clock.now() - timedelta(minutes=5))
    await find(world, a_finding(shown))
    assert (await shown_of(world, shown))["drift"]["reason"] == "slot_taken"
    past = a_finding(shown, drift_id="drf_2", start_at=in_tokyo(-1, 9), end_at=in_tokyo(-1, 10))
    await find(world, past)
    assert (await shown_of(world, shown))["drift"]["reason"] == "past"
    world.look.busy.clear()
    world.look.down = {HANAKO}
    await world.busy(HANAKO, read_at=clock.now() - timedelta(minutes=16))
    unreadable = a_finding(shown, drift_id="drf_3")
    await find(world, unreadable)
    assert (await shown_of(world, shown))["drift"]["reason"] == "calendar_unreadable"
    world.look.down = set()
    await find(world, unreadable)
    assert (await shown_of(world, shown))["version"] == 1, "it is left to a person from then on"


async def test_a_time_that_somebody_else_owns_is_asked(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    other = await confirmed(world, slots=[{"start": in_tokyo(6, 9).isoformat(), "end": in_tokyo(6, 10).isoformat()}])
    await find(world, a_finding(shown))
    after = await shown_of(world, shown)
    assert (after["version"], after["drift"]["reason"]) == (1, "slot_taken")
    assert (await shown_of(world, other))["version"] == 1


async def test_ask_shows_it_until_a_person_decides_once(world: World) -> None:
    shown = await confirmed(world)
    await find(world, a_finding(shown))
    drift = (await shown_of(world, shown))["drift"]
    assert (drift["kind"], drift["staff_id"], drift["provider"], drift["reason"]) == ("moved", TARO, "google", None)
    assert datetime.fromisoformat(drift["start"]) == in_tokyo(6, 9)
    listed = (await world.call("GET", "/appointments")).json()["items"]
    assert listed[0]["drift"] == drift
    await world.staff("stf_other", "高橋")
    assert (await decide(world, shown, "follow", staff_id="stf_other")).status_code == 403
    assert (await decide(world, shown, "perhaps")).status_code == 422
    answer = await decide(world, shown, "follow")
    assert (answer.status_code, answer.json()["version"], answer.json()["drift"]) == (200, 2, None)
    again = await decide(world, shown, "follow")
    assert (again.status_code, again.json()["code"]) == (409, "drift_over")


async def test_two_decisions_at_once_decide_once(world: World) -> None:
    shown = await confirmed(world)
    await find(world, a_finding(shown))
    answers = await asyncio.gather(*(decide(world, shown, "restore") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert len(await world.published("booking.drift_decided.v1")) == 1


async def test_a_person_hears_why_it_cannot_be_followed(world: World) -> None:
    shown = await confirmed(world)
    await confirmed(world, slots=[{"start": in_tokyo(6, 9).isoformat(), "end": in_tokyo(6, 10).isoformat()}])
    await find(world, a_finding(shown))
    answer = await decide(world, shown, "follow")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert (await shown_of(world, shown))["drift"]["kind"] == "moved"


async def test_a_newer_revision_and_a_newer_write_settle_it(world: World) -> None:
    shown = await confirmed(world)
    finding = a_finding(shown)
    await find(world, finding)
    written = CalendarEntryWritten(
        appointment_id=shown["id"],
        revision=1,
        staff_id=TARO,
        provider=Provider.GOOGLE,
        covers=[TARO],
        with_meeting=False,
    )
    later = an_event(written, subject=shown["id"], at=finding.time + timedelta(milliseconds=1))
    await world.subscribers.on_calendar_entry_written(later)
    await find(world, finding)
    assert (await shown_of(world, shown))["drift"] is None
    await find(
        world,
        a_finding(shown, drift_id="drf_2", title="x").model_copy(update={"time": later.time + timedelta(seconds=1)}),
    )
    assert (await shown_of(world, shown))["drift"]["title"] == "x"
    await world.call("PATCH", f"/appointments/{shown['id']}", {"note": "新しい備考"})
    assert (await shown_of(world, shown))["drift"] is None
    assert (await decide(world, shown, "restore")).status_code == 409


async def test_findings_of_an_older_revision_or_another_organization_do_nothing(world: World) -> None:
    await with_policy(world, "follow")
    shown = await confirmed(world)
    await world.call("PATCH", f"/appointments/{shown['id']}", {"note": "新しい備考"})
    await find(world, a_finding(shown), a_finding({"id": "apt_x", "version": 1}))
    stranger = a_finding({**shown, "version": 2}).model_copy(update={"organizationid": "org_other"})
    await find(world, stranger)
    assert (await shown_of(world, shown))["version"] == 2
    assert (await shown_of(world, shown))["drift"] is None


def typed(shown: dict[str, Any], note: str) -> CloudEvent[Any]:
    sealed = EntrySecrets(note=note).seal(KeyRing.parse(BUS_KEYS), subject=shown["id"])
    return a_finding(shown, DriftKind.CHANGED, sealed=sealed)


@pytest.mark.parametrize("policy", ["follow", "ask", "restore"])
async def test_e4_text_typed_above_the_block_is_the_note_an_offer_or_put_back(world: World, policy: str) -> None:
    shown = await confirmed(world, note="前のメモ")
    await with_policy(world, policy)
    await find(world, *[typed(shown, "持ち物: 資料")] * 2)
    now = (await world.call("GET", f"/appointments/{shown['id']}")).json()
    decisions = await world.published("booking.drift_decided.v1")
    assert now["note"] == ("持ち物: 資料" if policy == "follow" else "前のメモ")
    assert (now["drift"] or {}).get("note") == ("持ち物: 資料" if policy == "ask" else None)
    assert len(decisions) == (1 if policy == "restore" else 0)
    if policy == "ask":
        done = await world.call("POST", f"/appointments/{shown['id']}/drift", {"decision": "follow"})
        assert (done.json()["note"], done.json()["drift"]) == ("持ち物: 資料", None)
