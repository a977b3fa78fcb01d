"""Neighbours that are down, not ready, strangers, behind the times, or that know other time zones (G6)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr

from shared import clock
from shared.doctor.findings import State
from shared.doctor.neighbours import examine_neighbours
from shared.doctor.outside import examine_server
from shared.settings import ServiceSettings
from shared.zone_rules import version_in_use
from tests.builders import BUS_KEYS, DATA_KEYS
from tests.infrastructure.ports import free_ports
from tests.infrastructure.receiver import Receiver, receiving


class Asking(ServiceSettings):
    """Of a service that asks booking."""

    booking_url: str
    booking_token: SecretStr


def settings(url: str) -> Asking:
    return Asking(
        amqp_url=SecretStr("amqp://x"),
        mongo_url=SecretStr("mongodb://x"),
        bus_keys=SecretStr(BUS_KEYS),
        data_keys=SecretStr(DATA_KEYS),
        booking_url=url,
        booking_token=SecretStr("hunter2"),
    )


@pytest.fixture
async def booking() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        stands(receiver)
        yield receiver


def stands(
    receiver: Receiver,
    *,
    service: str = "booking",
    zones: str = "",
    ahead: timedelta = timedelta(0),
    failing: str = "",
    inside: int = 200,
) -> None:
    """How it answers; without anything it is well."""
    date = format_datetime(clock.real_now() + ahead, usegmt=True)
    healthy = {"status": "ok", "service": service, "tzdata": zones or version_in_use()}
    checks = {"started": "ok", "database": "failing" if failing else "ok"}
    receiver.will_answer("/healthz", 200, json.dumps(healthy).encode(), date=date)
    receiver.will_answer("/readyz", 503 if failing else 200, json.dumps({"checks": checks}).encode())
    receiver.will_answer("/internal/caller", inside, b"{}")


async def findings_of(receiver: Receiver) -> list[Any]:
    found = await examine_neighbours(settings(receiver.url("")))
    assert not [one for one in found if "hunter2" in one.found + one.advice]
    return [one for one in found if one.state is State.WRONG]


async def test_one_that_is_well_is_one_line(booking: Receiver) -> None:
    (finding,) = await examine_neighbours(settings(booking.url("")))
    assert finding.state is State.OK
    assert booking.received[-1].headers["authorization"] == "Bearer hunter2"


async def test_g06_other_time_zones_are_said(booking: Receiver) -> None:
    stands(booking, zones="2019a")
    (finding,) = await findings_of(booking)
    assert finding.what == "time zones"
    assert finding.found == f"booking has the time zone rules 2019a, here they are {version_in_use()}"


@pytest.mark.parametrize(("ahead", "way"), [(timedelta(minutes=3), "ahead of"), (timedelta(minutes=-3), "behind")])
async def test_a_clock_that_is_wrong_is_said(booking: Receiver, ahead: timedelta, way: str) -> None:
    stands(booking, ahead=ahead)
    (finding,) = await findings_of(booking)
    assert finding.what == "clock"
    assert way in finding.found


async def test_one_that_is_not_ready_says_of_what(booking: Receiver) -> None:
    stands(booking, failing="database")
    (finding,) = await findings_of(booking)
    assert finding.found == "booking is not ready: database"


async def test_a_token_that_is_refused_is_said(booking: Receiver) -> None:
    stands(booking, inside=401)
    (finding,) = await findings_of(booking)
    assert "refuses our token" in finding.found
    assert "CHOSEI_API_TOKENS" in finding.advice


async def test_a_stranger_at_the_address_is_said(booking: Receiver) -> None:
    stands(booking, service="notifier")
    (finding,) = await findings_of(booking)
    assert "notifier in place of booking" in finding.found


async def test_one_that_is_down_is_said() -> None:
    (nobody,) = free_ports(1)
    (finding,) = await examine_neighbours(settings(f"http://127.0.0.1:{nobody}"))
    assert finding.state is State.WRONG
    assert "nobody listens there" in finding.found


async def test_a_providers_clock_shows_that_ours_is_wrong(booking: Receiver) -> None:
    date = format_datetime(clock.real_now() + timedelta(minutes=10), usegmt=True)
    booking.will_answer("/v2/", 401, b"{}", date=date)
    reached, late = await examine_server("zoom", "Zoom", booking.url("/v2"), "CHOSEI_ZOOM_API_URL")
    assert reached.state is State.OK
    assert (late.what, late.state) == ("clock", State.WRONG)


async def test_a_provider_that_is_down_behind_its_address_is_said(booking: Receiver) -> None:
    booking.will_answer("/v2/", 503, b"{}")
    (finding,) = await examine_server("zoom", "Zoom", booking.url("/v2"), "CHOSEI_ZOOM_API_URL")
    assert finding.state is State.WRONG
    assert "503" in finding.found
    assert "by itself" in finding.advice


async def test_a_provider_that_cannot_be_reached_is_said() -> None:
    (finding,) = await examine_server("zoom", "Zoom", "https://zoom.invalid/v2", "CHOSEI_ZOOM_API_URL")
    assert finding.state is State.WRONG
    assert "CHOSEI_ZOOM_API_URL" in finding.advice
