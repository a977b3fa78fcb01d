"""One organization on booking's own HTTP interface, with a look that answers what a test says."""

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import httpx
from fastapi import FastAPI

from services.booking.app import build_app
from services.booking.appointment_uses import AppointmentUses
from services.booking.fact_subscribers import FactSubscribers
from services.booking.model.cells import bitset_of
from services.booking.model.spans import Span
from services.booking.providers.calendar_look import UNREADABLE, BusyEntry, Looked, LookStatus
from services.booking.settings import Settings
from services.booking.store.guest_history import GuestHistory
from services.booking.store.stores import Stores
from services.booking.subscribers import SERVICE, Subscribers
from services.booking.usecases.announce import Announcer
from services.booking.usecases.attend_proposals import AttendProposals
from services.booking.usecases.availability import Availability
from services.booking.usecases.drop_slots import DropFilledSlots, DropSlots, DropTakenSlots
from services.booking.usecases.end_proposal import ExpireProposal
from services.booking.usecases.end_request import EndRequest
from services.booking.usecases.few_slots import FewSlots
from services.booking.usecases.know_contacts import KnowContacts
from services.booking.usecases.links import Links
from services.booking.usecases.payments import Payments
from services.booking.usecases.record_effects import RecordEffects
from services.booking.usecases.record_timeline import RecordTimeline
from shared import clock, mongo
from shared.contracts.calendar_sync import (
    BusyMonth,
    BusyTimesChanged,
    CalendarConnected,
    CalendarDisconnected,
    Provider,
)
from shared.contracts.envelope import CloudEvent, EventData
from shared.contracts.gateway import OrganizationChanged, StaffChanged
from shared.contracts.people import Account, Person
from shared.contracts.zoom_issuer import EndOfConnection, ZoomUserAssigned
from shared.due import DueWorker
from shared.guests_first import GuestsFirst
from shared.messaging.relay import Relay
from shared.migrations import make_indexes
from shared.runtime import Parts, make_broker
from tests.builders import BUS_KEYS, DATA_KEYS, ORGANIZATION, an_event
from tests.infrastructure.database import opened_database, take_all_out

TOKEN_KEYS = "t1:" + "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M="
TARO, HANAKO = "stf_taro", "stf_sato"


class FakeLook:
    """Calendars at the provider, as calendar_sync would read them; ``down`` ones are unreadable, ``revoked`` ones are
    found broken by the look itself. Where ``held`` is set, looks wait for it.
    """

    def __init__(self) -> None:
        self.busy: dict[str, list[BusyEntry]] = {}
        self.down: set[str] = set()
        self.revoked: set[str] = set()
        self.asked: list[tuple[tuple[str, ...], Span]] = []
        self.held: asyncio.Event | None = None

    async def __call__(self, organization_id: str, staff_ids: Sequence[str], span: Span) -> Mapping[str, Looked]:
        self.asked.append((tuple(staff_ids), span))
        if self.held is not None:
            await self.held.wait()
        return {staff_id: self._answer(staff_id, span) for staff_id in staff_ids}

    def _answer(self, staff_id: str, span: Span) -> Looked:
        if staff_id in self.down:
            return UNREADABLE
        if staff_id in self.revoked:
            return Looked(LookStatus.BROKEN)
        busy = tuple(entry for entry in self.busy.get(staff_id, []) if entry.span.overlaps(span))
        return Looked(LookStatus.READ, busy)


@dataclass
class World:
    """Answers are those of the internal API."""

    app: FastAPI
    client: httpx.AsyncClient
    stores: Stores
    subscribers: Subscribers
    look: FakeLook
    expiry: DueWorker
    due: DueWorker
    versions: dict[str, int] = field(default_factory=dict)

    async def hears(self, data: EventData, *, subject: str, version: int | None = None, **changes: Any) -> None:
        """Hand an event to its subscriber, as the broker would."""
        name = "on_" + data.routing_key.split(".")[1]
        number = version if version is not None else self.versions.get(subject, 0) + 1
        self.versions[subject] = max(number, self.versions.get(subject, 0))
        event = an_event(data, subject=subject, version=number)
        told = self.subscribers if hasattr(self.subscribers, name) else self.subscribers.facts
        await getattr(told, name)(event.model_copy(update=changes))

    async def organization(self, *, version: int | None = None, **changes: Any) -> None:
        values: dict[str, Any] = {
            "name": "株式会社サンプル",
            "product_name": "Chosei",
            "time_zone": "Asia/Tokyo",
            "locale": "ja",
            "reminder_time": "07:00",
            "allow_zoom_basic": True,
            "drift_policy": "ask",
            "mail_format": "html",
        }
        await self.hears(OrganizationChanged(**{**values, **changes}), subject=ORGANIZATION, version=version)

    async def staff(
        self, staff_id: str, name: str, *, organization: str = ORGANIZATION, zoom: bool = True, calendar: bool = True
    ) -> None:
        person = Person(name=name, email=f"{staff_id}@example.jp")
        changed = StaffChanged(person=person, role="member", time_zone="Asia/Tokyo", locale="ja", zoom_user="")
        await self.hears(changed, subject=staff_id, organizationid=organization)
        account = Account(email=person.email)
        if zoom:
            assigned = ZoomUserAssigned(staff_id=staff_id, zoom_user_id=f"zoom-{staff_id}")
            await self.hears(assigned, subject=staff_id, organizationid=organization)
        if calendar:
            linked = CalendarConnected(staff_id=staff_id, provider=Provider.GOOGLE, account=account)
            await self.hears(linked, subject=staff_id, organizationid=organization)
            await self.busy(staff_id)

    async def busy(self, staff_id: str, *spans: Span, read_at: datetime | None = None) -> None:
        """The copy of a calendar, read completely at ``read_at`` (now)."""
        now = read_at or clock.now()
        window = Span(now - timedelta(days=1), now + timedelta(days=90))
        months = [
            BusyMonth(month=month, bits=base64.b64encode(zlib.compress(bitset_of(spans, month))).decode())
            for month in window.months()
        ]
        changed = BusyTimesChanged(
            staff_id=staff_id,
            read_at=now,
            window_start_at=window.start_at,
            window_end_at=window.end_at,
            months=months,
        )
        await self.hears(changed, subject=staff_id)

    async def breaks(self, staff_id: str, reason: EndOfConnection = EndOfConnection.BROKEN) -> None:
        ended = CalendarDisconnected(staff_id=staff_id, provider=Provider.GOOGLE, reason=reason)
        await self.hears(ended, subject=staff_id, time=clock.now() + timedelta(seconds=1))

    def headers(
        self, staff_id: str = TARO, *, organization: str = ORGANIZATION, role: str = "member"
    ) -> dict[str, str]:
        return {"x-organization-id": organization, "x-staff-id": staff_id, "x-role": role, "accept-language": "ja"}

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **who: str
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body).encode()
        return await self.client.request(
            method,
            f"/internal{path}",
            content=content,
            headers={"content-type": "application/json", **self.headers(**who), **(headers or {})},
        )

    async def propose(self, **changes: Any) -> dict[str, Any]:
        answer = await self.call("POST", "/proposals", a_request(**changes))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def guest(
        self, method: str, proposal: Mapping[str, Any] | str, path: str = "", body: Any = None, **headers: str
    ) -> httpx.Response:
        token = proposal if isinstance(proposal, str) else token_of(proposal)
        return await self.client.request(
            method, f"/internal/guest/proposal{path}", json=body, headers={"x-guest-token": token, **headers}
        )

    async def confirm(self, proposal: Mapping[str, Any], slot: int = 0, **changes: Any) -> httpx.Response:
        body = {"slot_id": proposal["slots"][slot]["id"], "name": "田中花子", "company": "ABC株式会社", **changes}
        return await self.guest("POST", proposal, "/confirm", body)

    async def published(self, routing_key: str | None = None) -> list[CloudEvent[Any]]:
        """What stands in the outboxes, oldest first."""
        entries = []
        for collection in (self.stores.bookings.proposals, self.stores.bookings.appointments):
            for row in await collection.find({}, {"outbox": 1}).to_list(None):
                entries += row["outbox"]
        entries.sort(key=lambda entry: entry["at"])
        return [
            CloudEvent[EventData.catalogue[entry["routing_key"]]].model_validate_json(entry["body"])  # type: ignore[misc]
            for entry in entries
            if routing_key in (None, entry["routing_key"])
        ]


def token_of(proposal: Mapping[str, Any]) -> str:
    return str(proposal["guest_url"]).rpartition("/")[2]


def in_tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    """``day`` days from the real today on Tokyo's clocks, wherever the system's clock stands: a test that moves it past
    a midnight still means the same moment.
    """
    tokyo = (clock.real_now() + timedelta(hours=9, days=day)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (tokyo - timedelta(hours=9)).astimezone(UTC)


def a_slot_at(day: int, hour: int, minute: int = 0, *, minutes: int = 60) -> dict[str, str]:
    start = in_tokyo(day, hour, minute)
    return {"start": start.isoformat(), "end": (start + timedelta(minutes=minutes)).isoformat()}


def a_request(**changes: Any) -> dict[str, Any]:
    """A web proposal of both staff with three slots on three days."""
    return {
        "attendee_ids": [TARO, HANAKO],
        "slots": [a_slot_at(2, 13), a_slot_at(3, 10), a_slot_at(4, 15)],
        "guest": {"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp"},
        **changes,
    }


async def emptied(database_url: str) -> None:
    async with opened_database(database_url) as database:
        await take_all_out(database)


@asynccontextmanager
async def opened(database_url: str, *, seeded: bool = True, **changes: Any) -> AsyncIterator[World]:
    paying = {"stripe_api_url": "http://127.0.0.1:1", "stripe_secret_key": "sk_test_nowhere"}
    settings = Settings(
        amqp_url="amqp://nobody@127.0.0.1:1/",
        mongo_url=database_url,
        bus_keys=BUS_KEYS,
        data_keys=DATA_KEYS,
        token_keys=TOKEN_KEYS,
        api_tokens="tests:secret",
        public_url="https://chosei.example",
        calendar_sync_url="http://127.0.0.1:1",
        calendar_sync_token="none",
        **{**paying, **changes},
    )
    look = FakeLook()
    app, payments = _app(settings, look)
    parts: Parts = app.state.parts
    stores = Stores.on(parts.client, mongo.database_of(parts.client), settings.data_ring)
    relay = Relay(make_broker(SERVICE, settings), [])
    links = Links(settings.token_ring, settings.public_url)
    announcer = Announcer(settings.bus_ring, links, settings.data_ring)
    few_slots = FewSlots(stores.people, announcer)
    drop = DropSlots(stores.bookings, announcer, few_slots, relay)
    availability = Availability(
        stores.people,
        stores.guards,
        look,
        stale_after=settings.stale_after,
        look_max_age=settings.look_max_age,
        looks_budget=settings.looks_budget,
    )
    uses = AppointmentUses.of(stores, availability, announcer, links, relay, settings.data_ring)
    end_request = EndRequest(stores.bookings, stores.guards, uses.end)
    subscribers = Subscribers(
        FactSubscribers(
            stores.people,
            stores.rooms,
            stores.menus,
            DropFilledSlots(stores.bookings, availability, drop),
            uses.follow_zoom_user,
            uses.follow_replaced,
            uses.leave_disabled,
        ),
        RecordEffects(stores.bookings, settings.bus_ring, settings.data_ring),
        DropTakenSlots(stores.bookings, stores.guards, drop, end_request),
        uses.settle_drift,
        uses.follow_zoom_user,
        RecordTimeline(stores.timeline),
        KnowContacts(stores.contacts, GuestHistory(stores.bookings)),
        GuestsFirst(),
    )
    attend = AttendProposals(stores.bookings, announcer, ExpireProposal(announcer), few_slots, relay)
    expiry = DueWorker("proposals", stores.bookings.proposals, attend)
    transport = httpx.ASGITransport(app=app)
    try:
        await make_indexes(stores.indexes)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://booking", headers={"authorization": "Bearer secret"}
        ) as client:
            world = World(app, client, stores, subscribers, look, expiry, payments.worker)
            if seeded:
                await _seed(world)
            yield world
    finally:
        await relay.stop()
        await payments.worker.stop()
        for close in parts.closing:
            await close()
        await mongo.close(parts.client)


def _app(settings: Settings, look: FakeLook) -> tuple[FastAPI, Payments]:
    """The app, which is never brought up here and does not close what it opened, and its payments."""

    def payments_of(*parts: Any) -> Payments:
        paying.append(of(*parts))
        return paying[-1]

    paying: list[Payments] = []
    of = Payments.of
    with mock.patch.object(Payments, "of", payments_of):
        app = build_app(settings, look=look)
    return app, paying[0]


async def _seed(world: World) -> None:
    await world.organization()
    await world.staff(TARO, "山田太郎")
    await world.staff(HANAKO, "佐藤花子")
