"""The system under measurement: a demo of its own with enough staff, guests' confirmations, and what follows them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx
import orjson

from deploy.credentials import OPERATOR, load_or_create
from deploy.demo.accounts import more_staff
from deploy.demo.demo import surroundings
from deploy.service_settings import mongo_url
from tests.bench.calm import calm
from tests.bench.floor.processes import Stores
from tests.bench.http1 import Answer, Client
from tests.bench.load import in_flight
from tests.bench.watch import Watch, watching
from tests.chaos.people import Staff, persist, sign_in
from tests.infrastructure.demo import RunningDemo, free_layout, start_demo

STAFF = 40
"""Even, so that neighbours use different calendars."""

_AT_ONCE = 8
_TOKYO = ZoneInfo("Asia/Tokyo")
_DAYS = 60
_SLOT = timedelta(minutes=30)
_CHANGED = {
    "gateway": {
        "CHOSEI_GUEST_REQUESTS_PER_MINUTE_AND_IP": "1000000",
        "CHOSEI_CONFIRMS_PER_MINUTE_AND_LINK": "1000000",
        "CHOSEI_MAILS_PER_MINUTE_AND_RECIPIENT": "1000000",
    },
    "booking": {"CHOSEI_LOOK_MAX_AGE": "PT15M"},
    "zoom_issuer": {"CHOSEI_ZOOM_PER_DAY": "1000000"},
}
"""All guests come from one address; copies count as fresh, so that confirming needs no look (P1); a Zoom user makes
more meetings than a day of Zoom's allows.
"""

ROUTING_KEYS = (
    "calendar_sync.holds_placed.v1",
    "calendar_sync.holds_released.v1",
    "calendar_sync.calendar_entry_written.v1",
    "zoom_issuer.meeting_issued.v1",
    "notifier.notification_sent.v1",
    "reminder_scheduler.reminder_scheduled.v1",
)


_MAILED = {"confirmed": "mailed", "reminder": "reminded"}


@dataclass(frozen=True)
class Shape:
    """How much there is to a proposal; attendees have calendars at different providers."""

    attendees: int
    slots: int

    @property
    def holds(self) -> int:
        return self.attendees * self.slots


MAIN_CASE = Shape(attendees=2, slots=3)
SMALL = Shape(attendees=1, slots=1)


@dataclass(frozen=True)
class Offer:
    """A proposal that waits for its guest."""

    shape: Shape
    proposal_id: str
    token: str
    slot_id: str

    @property
    def body(self) -> bytes:
        return orjson.dumps(
            {
                "slot_id": self.slot_id,
                "name": "田中花子",
                "company": "ABC株式会社",
                "time_zone": "Asia/Tokyo",
                "locale": "ja",
            }
        )


@dataclass(frozen=True)
class Confirmed:
    """One answered confirmation."""

    offer: Offer
    appointment_id: str
    clicked_at: float
    seconds: float

    @property
    def aftermath(self) -> dict[str, Mapping[str, int]]:
        """All that has to be heard of it until it is whole."""
        shape = self.offer.shape
        return {
            self.offer.proposal_id: {"released": shape.holds},
            self.appointment_id: {"issued": 1, "filed": 1, "written": shape.attendees, "mailed": 2},
        }


def read(event: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    """For the watch: what a CloudEvent of ours says that matters here."""
    subject, data = event["subject"], event["data"]
    match event["type"].split(".")[2]:
        case "holds_placed":
            return [(subject, "placed", f"{hold['staff_id']}/{hold['slot_id']}", 0.0) for hold in data["holds"]]
        case "holds_released":
            return [(subject, "released", f"{hold['staff_id']}/{hold['slot_id']}", 0.0) for hold in data["holds"]]
        case "calendar_entry_written" if data["with_meeting"]:
            return [(subject, "written", data["staff_id"], 0.0)]
        case "meeting_issued":
            return [(subject, "issued", "", 0.0)]
        case "reminder_scheduled":
            return [(subject, "filed", "", 0.0)]
        case "notification_sent" if data["purpose"] in _MAILED:
            sent_at = datetime.fromisoformat(event["time"]).timestamp()
            return [(subject, _MAILED[data["purpose"]], data["audience"], sent_at)]
    return []


class System:
    """Proposals ahead of time, confirmations on time."""

    def __init__(self, demo: RunningDemo, stores: Stores, staff: list[Staff], watch: Watch) -> None:
        self.demo = demo
        self.stores = stores
        self.watch = watch
        self.guests = Client(demo.gateway_url)
        self.staff = staff
        self._made = 0

    @property
    def service_pids(self) -> dict[str, int]:
        """Every process of every service, by name."""
        return {replica.name: self.demo.pid(replica.name) for replica in self.demo.replicas}

    @property
    def pids(self) -> tuple[int, ...]:
        """All servers but the sandbox."""
        front = (self.demo.pid("front"),) if self.demo.layout.fronted else ()
        return (*self.service_pids.values(), *front, *self.stores.pids)

    async def prepare(self, count: int, shape: Shape = MAIN_CASE) -> list[Offer]:
        """Open proposals whose holds stand in all calendars; returns when the system is calm again."""
        numbers = range(self._made, self._made + count)
        self._made += count
        async with httpx.AsyncClient(base_url=self.demo.gateway_url, timeout=60) as client:
            offers = await in_flight(_AT_ONCE, [lambda n=n: self._propose(client, n, shape) for n in numbers])
        await self.watch.until({offer.proposal_id: {"placed": shape.holds} for offer in offers}, seconds=240)
        await self.calm()
        return offers

    async def calm(self) -> None:
        await calm((*self.pids, self.demo.pid("sandbox")))

    async def answer(self, offer: Offer) -> Answer:
        return await self.guests.post(f"/api/v1/guest/proposals/{offer.token}/confirm", offer.body)

    async def confirm(self, offer: Offer) -> Confirmed:
        clicked_at, began = time.time(), time.perf_counter()
        answer = await self.answer(offer)
        seconds = time.perf_counter() - began
        assert answer.status == 201, f"{answer.status} {answer.body[:300]!r}"
        return Confirmed(offer, orjson.loads(answer.body)["id"], clicked_at, seconds)

    async def confirm_whole(self, offer: Offer) -> Confirmed:
        """Returns when everything that follows has happened."""
        confirmed = await self.confirm(offer)
        await self.until_whole([confirmed])
        return confirmed

    async def until_whole(self, confirmed: Sequence[Confirmed], *, seconds: float = 120) -> None:
        """Raises ``TimeoutError`` naming what is missing."""
        wanted = {subject: kinds for each in confirmed for subject, kinds in each.aftermath.items()}
        try:
            await self.watch.until(wanted, seconds=seconds)
        except TimeoutError as error:
            missing = self.watch.missing(wanted)
            raise TimeoutError(f"{len(missing)} of {len(wanted)} not whole: {list(missing.items())[:2]}") from error

    async def move_clock(self, to: datetime) -> None:
        """Of the whole demo, forward."""
        async with httpx.AsyncClient(base_url=self.demo.sandbox_url, timeout=30) as sandbox:
            (await sandbox.post("/inspect/clock", json={"now": to.isoformat()})).raise_for_status()

    def mailed_after(self, confirmed: Confirmed) -> float:
        """Seconds from the click until the mail server had taken both mails."""
        return self.watch.seen[confirmed.appointment_id].mailed_at - confirmed.clicked_at

    async def _propose(self, client: httpx.AsyncClient, number: int, shape: Shape) -> Offer:
        owner = number % STAFF
        attending = [self.staff[(owner + place) % STAFF] for place in range(shape.attendees)]
        starts = [_start(number) + place * _SLOT for place in range(shape.slots)]
        body = {
            "kind": "web",
            "title": f"計測{number:05}",
            "attendee_ids": [member.staff_id for member in attending],
            "slots": [{"start": at.isoformat(), "end": (at + _SLOT).isoformat()} for at in starts],
            "guest": {"company": "ABC株式会社", "name": "田中花子", "email": f"guest{number:05}@customer.example"},
            "send_mail": False,
        }
        answer = await persist(client, "POST", "/api/v1/proposals", json=body, headers=attending[0].headers)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Offer(shape, made["id"], made["guest_url"].rsplit("/", 1)[-1], made["slots"][0]["id"])


def _start(number: int) -> datetime:
    """Times of one's own for each proposal: as owner in one part of the day, as colleague in the other; all of them
    after the hour of reminding, so that each gets its reminder.
    """
    cycle, owner = divmod(number, STAFF)
    place, day = divmod(cycle, _DAYS)
    today = datetime.now(_TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=3 + day, hours=8 + 8 * (owner % 2)) + 3 * place * _SLOT


@asynccontextmanager
async def running_system(replicas: int = 1) -> AsyncIterator[System]:
    """The demo with its staff signed in, and so many processes of each service."""
    settings = {"CHOSEI_DEMO_SETTINGS": json.dumps(_CHANGED), "CHOSEI_LOG_LEVEL": "WARNING"}
    async with start_demo(staff=STAFF, environment=settings, layout=free_layout(replicas), on_disk=True) as demo:
        stores = _stores(demo)
        async with httpx.AsyncClient(base_url=demo.gateway_url, timeout=60) as client:
            staff = await asyncio.gather(
                *(sign_in(client, member.email, member.password, member.calendar) for member in more_staff(STAFF))
            )
        async with watching(stores.amqp_url, ROUTING_KEYS, read) as watch:
            await _lift_zooms_limit(demo)
            system = System(demo, stores, staff, watch)
            await system.calm()
            yield system
            system.guests.close()


async def _lift_zooms_limit(demo: RunningDemo) -> None:
    """Nothing of one figure waits for midnight because of another."""
    async with httpx.AsyncClient(base_url=demo.sandbox_url, timeout=60) as sandbox:
        for member in more_staff(STAFF):
            answer = await sandbox.put("/inspect/zoom/budget", json={"user": member.email, "used": -1_000_000})
            answer.raise_for_status()


def _stores(demo: RunningDemo) -> Stores:
    """The demo's own broker and database, as their operator sees them; the floors have a database beside."""
    around = surroundings(demo.layout)
    credentials = load_or_create(demo.folder / "credentials.json")
    broker, database = quote(credentials.broker[OPERATOR]), credentials.database[OPERATOR]
    return Stores(
        amqp_url=f"amqp://{OPERATOR}:{broker}@{around.amqp_address}/",
        mongo_url=mongo_url(around.mongo_address, "floor", OPERATOR, database, around.replica_set, "admin"),
        pids=(demo.pid("rabbitmq"), demo.pid("mongod")),
    )
