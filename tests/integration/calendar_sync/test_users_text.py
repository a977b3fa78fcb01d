"""E4: above the block stands the user's text, in the provider's own calendar too; the block is rebuilt."""

from datetime import timedelta
from typing import Any

from shared.contracts.booking import AppointmentChanged, AppointmentRescheduled
from shared.contracts.sealed import EntrySecrets
from shared.contracts.zoom_issuer import MeetingIssued
from shared.crypto import KeyRing
from shared.zoom_block import HEADING
from tests.builders import BUS_KEYS, an_appointment, tomorrow_at
from tests.integration.calendar_sync.conftest import World, a_meeting, confirmed, patiently, rarely_polled
from tests.integration.calendar_sync.test_drift import (
    BOTH,
    DRIFTED,
    WRITTEN,
    by_hand,
    facts_of,
    provider_of,
    restore,
    said,
    watched,
)
from tests.integration.calendar_sync.test_series import until
from tests.integration.calendar_sync.test_series_drift import STARTS, doubted, standing

pytestmark = rarely_polled
TYPED = "持ち物: 資料"
ALL = f"{TYPED}\n\n内部メモ"
"""With the note that was there."""


def text_of(entry: dict[str, Any]) -> str:
    return str(entry.get("description") or (entry.get("body") or {}).get("content") or "").replace("\r\n", "\n")


async def with_block(world: World, staff_id: str) -> dict[str, Any]:
    """An entry with note and block, watched."""
    await world.connect(staff_id)
    await world.confirm(**facts_of(staff_id, start_at=tomorrow_at(1), wants_meeting=True))
    await world.bus.publish(a_meeting(MeetingIssued))
    await patiently(lambda: shows(world, staff_id, HEADING))
    await watched(world, staff_id)
    return dict((await world.calendar(staff_id))[0])


async def shows(world: World, staff_id: str, *words: str) -> str | None:
    entries = await world.calendar(staff_id)
    text = text_of(entries[0]) if entries else ""
    return text if all(word in text for word in words) else None


def note_of(drift: dict[str, Any]) -> str:
    sealed = EntrySecrets.unseal(KeyRing.parse(BUS_KEYS), drift["sealed"], subject=drift["appointment_id"])
    return sealed.note


def at_ten(staff_id: str, **more: Any) -> Any:
    """Its next revision, an hour later."""
    facts = facts_of(staff_id, start_at=tomorrow_at(2), wants_meeting=True)
    return confirmed(an_appointment(revision=2, **facts), AppointmentRescheduled, **more)


@BOTH
async def test_e4_a_deleted_block_is_rebuilt_without_a_word_as_often_as_it_goes(world: World, staff_id: str) -> None:
    entry = await with_block(world, staff_id)
    whole = text_of(entry)
    for _ in range(2):
        await by_hand(world, staff_id, entry["id"], "move", description=whole.split(HEADING)[0].strip())
        await patiently(lambda: shows(world, staff_id, HEADING))
        row = f"entry/apt_1/{staff_id}/{provider_of(staff_id)}"
        await patiently(lambda row=row: world.keeps("ledger", row, {"written.form.also": "", "suspected": False}))
    assert text_of((await world.calendar(staff_id))[0]) == whole
    assert world.bus.of(DRIFTED) == []


@BOTH
async def test_e4_text_above_the_block_is_told_and_put_back_once_decided(world: World, staff_id: str) -> None:
    entry = await with_block(world, staff_id)
    whole = text_of(entry)
    await by_hand(world, staff_id, entry["id"], "move", description=f"{TYPED}\n{whole}")
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["title"], note_of(drift)) == ("changed", None, ALL)
    assert TYPED not in str(drift)
    assert TYPED in text_of((await world.calendar(staff_id))[0])
    await world.bus.publish(restore(drift), times=2)

    async def back() -> bool:
        return text_of((await world.calendar(staff_id))[0]) == whole

    await patiently(back)
    assert len(world.bus.of(DRIFTED)) == 1


@BOTH
async def test_e4_what_nobody_has_seen_yet_is_not_overwritten_by_a_change(world: World, staff_id: str) -> None:
    entry = await with_block(world, staff_id)
    typed = f"{TYPED}\n{text_of(entry)}"
    await by_hand(world, staff_id, entry["id"], "move", description=typed, notify=False)
    previous = {"previous_start_at": tomorrow_at(1), "previous_end_at": tomorrow_at(1) + timedelta(hours=1)}
    await world.bus.publish(at_ten(staff_id, **previous))
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["revision"], note_of(drift)) == (2, ALL)
    moved = (await world.calendar(staff_id))[0]
    assert moved["start"] != entry["start"]
    assert TYPED in text_of(moved)
    assert HEADING in text_of(moved)


@BOTH
async def test_e4_a_note_that_follows_is_written_in_its_place(world: World, staff_id: str) -> None:
    entry = await with_block(world, staff_id)
    await by_hand(world, staff_id, entry["id"], "move", description=f"{TYPED}\n{text_of(entry)}")
    await patiently(lambda: world.bus.of(DRIFTED))
    facts = facts_of(staff_id, start_at=tomorrow_at(1), wants_meeting=True)
    await world.bus.publish(confirmed(an_appointment(revision=2, **facts), AppointmentChanged, note=ALL))
    await patiently(lambda: shows(world, staff_id, f"備考:\n{ALL}\n\n{HEADING}"))
    assert (await shows(world, staff_id, TYPED) or "").count(TYPED) == 1
    await patiently(lambda: said(world, WRITTEN, 2))
    assert len(world.bus.of(DRIFTED)) == 1


async def the_series(world: World, staff_id: str) -> dict[str, Any]:
    return next(one for one in await world.calendar(staff_id) if one.get("recurrence"))


@BOTH
async def test_e4_text_typed_into_a_series_is_told_of_the_whole_and_put_back_once_decided(
    world: World, staff_id: str
) -> None:
    await standing(world, staff_id)
    series = await the_series(world, staff_id)
    whole = text_of(series)
    await by_hand(world, staff_id, series["id"], "move", description=f"{TYPED}\n{whole}")
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["original_start_at"], note_of(drift)) == ("changed", None, ALL)
    await world.bus.publish(restore(drift), times=2)

    async def back() -> bool:
        return text_of(await the_series(world, staff_id)) == whole

    await patiently(back)
    await until(world, staff_id, *STARTS)
    assert len(world.bus.of(DRIFTED)) == 1


@BOTH
async def test_g17_our_lines_are_not_rebuilt_while_an_occurrence_is_said_to_be_missing(
    world: World, staff_id: str
) -> None:
    """To write the series would put back what somebody deleted."""
    found = await standing(world, staff_id)
    series = await the_series(world, staff_id)
    await by_hand(world, staff_id, found[2]["id"], "delete")
    await doubted(world, staff_id)
    await by_hand(world, staff_id, series["id"], "move", description="内部メモ")
    await world.later(seconds=61)
    [drift] = await patiently(lambda: world.bus.of(DRIFTED))
    assert (drift["kind"], drift["sealed"]) == ("deleted", None)
    assert text_of(await the_series(world, staff_id)) == "内部メモ"
    await until(world, staff_id, *STARTS[:2], *STARTS[3:])
