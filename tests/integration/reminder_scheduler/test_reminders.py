"""Reminders on the real broker and database: filed in any order, sent once, not for what is no more (R27, G21, G22)."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.reminder_scheduler.app import build_app
from services.reminder_scheduler.settings import Settings
from shared.contracts.booking import AppointmentCanceled, AppointmentConfirmed, AppointmentRescheduled, PageRef
from shared.contracts.gateway import OrganizationChanged
from shared.observability.metrics import REGISTRY
from tests.builders import BUS_KEYS, DATA_KEYS, ORGANIZATION, an_appointment, an_event
from tests.infrastructure.broker import Broker
from tests.infrastructure.measured import Growth, growth_of_effect, growth_of_stage
from tests.infrastructure.service import Bus, listening, running_service
from tests.waiting import eventually


class FakeBooking:
    """Says that everything stands which it was told of; unreachable while ``down``."""

    def __init__(self) -> None:
        self.standing: set[tuple[str, int]] = set()
        self.down = False
        self.questions = 0

    async def which_stand(self, items: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        self.questions += 1
        if self.down:
            raise ConnectionError("booking does not answer")
        return self.standing & set(items)


class World:
    def __init__(self, bus: Bus, booking: FakeBooking, clock_at: "ClockAt") -> None:
        self.bus = bus
        self.booking = booking
        self.clock_at = clock_at

    def reminded(self) -> list[tuple[str, int]]:
        """Appointment and revision of every reminder that went out, in their order."""
        due = self.bus.of("reminder_scheduler.reminder_due.v1")
        return [(item["appointment_id"], item["revision"]) for item in due]

    def filed(self) -> list[tuple[str, int]]:
        filed = self.bus.of("reminder_scheduler.reminder_scheduled.v1")
        return [(item["appointment_id"], item["revision"]) for item in filed]

    async def a_later_reminder_has_gone_out(self) -> None:
        """What was to happen at the hours before has happened: somebody else's reminder, an hour of its own later."""
        self.booking.standing.add(("apt_last", 1))
        start_at = TOMORROW_TEN + timedelta(days=9)
        await self.bus.publish(confirmed("apt_last", start_at, NOON))
        await eventually(lambda: ("apt_last", 1) in self.filed())
        self.clock_at(TOMORROW_SEVEN + timedelta(days=9, seconds=1))
        await eventually(lambda: ("apt_last", 1) in self.reminded())


class ClockAt:
    """Sets the system's clock through its file, as the demo does."""

    def __init__(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("CHOSEI_CLOCK_FILE", path)

    def __call__(self, moment: datetime) -> None:
        from shared import clock

        clock.set_offset(moment - clock.real_now())


@pytest.fixture
async def world(
    emptied_broker: Broker, database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    clock_at = ClockAt(str(tmp_path / "clock.json"), monkeypatch)
    clock_at(datetime(2026, 12, 1, 3, 0, tzinfo=UTC))
    booking = FakeBooking()
    async with running_scheduler(emptied_broker, database_url, booking), listening(emptied_broker.url()) as bus:
        office = OrganizationChanged(
            name="株式会社サンプル",
            product_name="Chosei",
            time_zone="Asia/Tokyo",
            locale="ja",
            reminder_time="07:00",
            allow_zoom_basic=True,
            drift_policy="ask",
            mail_format="multipart",
        )
        await bus.publish(an_event(office, subject=ORGANIZATION))
        yield World(bus, booking, clock_at)
    clock_at(datetime.now(UTC))


@asynccontextmanager
async def running_scheduler(broker: Broker, database_url: str, booking: FakeBooking) -> AsyncIterator[None]:
    settings = Settings(
        amqp_url=SecretStr(broker.url("reminder_scheduler")),
        mongo_url=SecretStr(database_url),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        booking_url="http://unused",
        booking_token=SecretStr("unused"),
        tick_every=timedelta(milliseconds=100),
        measure_every=timedelta(milliseconds=100),
    )
    async with running_service(build_app(settings, booking=booking)):
        yield


def confirmed(appointment_id: str, start_at: datetime, at: datetime, **changes: object) -> object:
    appointment = an_appointment(appointment_id=appointment_id, start_at=start_at, confirmed_at=at, **changes)
    return an_event(AppointmentConfirmed(appointment=appointment, sealed=""), subject=appointment_id, at=at)


def moved(appointment_id: str, revision: int, start_at: datetime, at: datetime, **changes: object) -> object:
    appointment = an_appointment(appointment_id=appointment_id, start_at=start_at, revision=revision, **changes)
    data = AppointmentRescheduled(
        appointment=appointment, sealed="", previous_start_at=start_at, previous_end_at=start_at
    )
    return an_event(data, subject=appointment_id, version=revision, at=at)


def canceled(appointment_id: str, revision: int, start_at: datetime, at: datetime) -> object:
    appointment = an_appointment(appointment_id=appointment_id, start_at=start_at, revision=revision)
    return an_event(
        AppointmentCanceled(appointment=appointment, sealed=""), subject=appointment_id, version=revision, at=at
    )


NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
TOMORROW_TEN = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
TOMORROW_SEVEN = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)


async def test_g21_one_reminder_goes_out_at_seven_however_often_the_event_comes(world: World) -> None:
    sent, late = growth_of_effect("reminder", "done"), Growth("chosei_reminder_sent_late_seconds_count", {})
    stage = growth_of_stage("reminder_filed")
    world.booking.standing = {("apt_1", 1)}
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON), times=10)
    filed = await eventually(lambda: world.bus.of("reminder_scheduler.reminder_scheduled.v1"))
    assert [item["due_at"] for item in filed] == ["2026-12-01T22:00:00Z"]

    world.clock_at(TOMORROW_SEVEN + timedelta(seconds=1))
    await eventually(world.reminded)
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON), times=3)
    asked = world.booking.questions
    world.clock_at(TOMORROW_SEVEN + timedelta(minutes=30))
    await world.a_later_reminder_has_gone_out()
    assert world.reminded() == [("apt_1", 1), ("apt_last", 1)]
    assert world.booking.questions == asked + 1
    await eventually(lambda: (sent.count, late.count, stage.count) == (2, 2, 2))


async def test_r27_a_booking_on_a_page_that_its_guest_moved_is_reminded_of_at_its_new_time(world: World) -> None:
    page = {"proposal_id": None, "page": PageRef(page_id="pag_1", title="相談", slug="soudan")}
    world.booking.standing = {("apt_1", 2)}
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON, **page))
    await world.bus.publish(moved("apt_1", 2, TOMORROW_TEN + timedelta(days=1), NOON + timedelta(hours=1), **page))
    await eventually(lambda: ("apt_1", 2) in world.filed())
    world.clock_at(TOMORROW_SEVEN + timedelta(days=1, seconds=1))
    await eventually(world.reminded)
    assert world.reminded() == [("apt_1", 2)]


async def test_g22_no_reminder_goes_out_while_booking_is_silent_and_all_do_afterwards(world: World) -> None:
    world.booking.standing = {("apt_1", 1)}
    world.booking.down = True
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON))
    await eventually(lambda: world.bus.of("reminder_scheduler.reminder_scheduled.v1"))
    world.clock_at(TOMORROW_SEVEN + timedelta(seconds=1))
    await eventually(lambda: world.booking.questions >= 1)
    assert world.bus.of("reminder_scheduler.reminder_due.v1") == []

    world.booking.down = False
    world.clock_at(TOMORROW_SEVEN + timedelta(minutes=2))
    await eventually(world.reminded)
    await world.a_later_reminder_has_gone_out()
    assert world.reminded() == [("apt_1", 1), ("apt_last", 1)]


async def test_g21_the_alarm_tells_how_long_what_is_due_waits_and_falls_when_it_went_out(world: World) -> None:
    world.booking.standing = {("apt_1", 1)}
    world.booking.down = True
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON))
    await eventually(world.filed)
    world.clock_at(TOMORROW_SEVEN + timedelta(minutes=6))
    await eventually(lambda: 360 <= _lateness() < 420)

    world.booking.down = False
    await eventually(world.reminded)
    await eventually(lambda: _lateness() == 0)


async def test_g21_the_alarm_counts_what_booking_keeps_saying_no_to(world: World) -> None:
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON))
    await eventually(world.filed)
    world.clock_at(TOMORROW_SEVEN + timedelta(minutes=6))
    await eventually(lambda: world.booking.questions >= 1)
    await eventually(lambda: _lateness() >= 360)


def _lateness() -> float:
    return REGISTRY.get_sample_value("chosei_reminder_lateness_seconds") or 0


async def test_g22_what_booking_says_does_not_stand_gets_no_reminder(world: World) -> None:
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON))
    await eventually(lambda: world.bus.of("reminder_scheduler.reminder_scheduled.v1"))
    world.clock_at(TOMORROW_SEVEN + timedelta(seconds=1))
    await eventually(lambda: world.booking.questions >= 1)
    await world.bus.publish(canceled("apt_1", 2, TOMORROW_TEN, TOMORROW_SEVEN))
    reasons = await eventually(lambda: world.bus.of("reminder_scheduler.reminder_canceled.v1"))
    assert [item["reason"] for item in reasons] == ["canceled"]
    assert world.bus.of("reminder_scheduler.reminder_due.v1") == []


async def test_g21_after_a_long_downtime_a_reminder_past_the_start_is_suppressed(world: World) -> None:
    await world.bus.publish(confirmed("apt_1", TOMORROW_TEN, NOON))
    await eventually(lambda: world.bus.of("reminder_scheduler.reminder_scheduled.v1"))
    world.clock_at(TOMORROW_TEN + timedelta(seconds=1))
    reasons = await eventually(lambda: world.bus.of("reminder_scheduler.reminder_canceled.v1"))
    assert [item["reason"] for item in reasons] == ["too_late"]
    assert world.bus.of("reminder_scheduler.reminder_due.v1") == []


@pytest.mark.parametrize("seed", range(4))
async def test_g21_any_order_of_the_same_events_sends_the_same_one_reminder(world: World, seed: int) -> None:
    later = TOMORROW_TEN + timedelta(days=3)
    events = [
        confirmed("apt_1", TOMORROW_TEN, NOON),
        moved("apt_1", 2, TOMORROW_TEN + timedelta(days=1), NOON + timedelta(minutes=1)),
        moved("apt_1", 3, later, NOON + timedelta(minutes=2)),
    ] * 2
    random.Random(seed).shuffle(events)
    world.booking.standing = {("apt_1", 3)}
    for event in events:
        await world.bus.publish(event)
    await eventually(lambda: ("apt_1", 3) in world.filed())
    for days in range(4):
        world.clock_at(TOMORROW_SEVEN + timedelta(days=days, seconds=1))
    await eventually(world.reminded)
    await world.a_later_reminder_has_gone_out()
    assert world.reminded() == [("apt_1", 3), ("apt_last", 1)]
    (sent,) = (item for item in world.bus.of("reminder_scheduler.reminder_due.v1") if item["revision"] == 3)
    assert datetime.fromisoformat(sent["start_at"]) == later
