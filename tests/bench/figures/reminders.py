"""P10 and P11: the reminders of 7:00, and a tick of reminder_scheduler when very many are filed for later."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import orjson

from services.reminder_scheduler.model import Known
from services.reminder_scheduler.store import ReminderStore, reminder_in
from services.reminder_scheduler.usecases.file_reminder import FileReminder
from services.reminder_scheduler.usecases.send_due import SendDue
from shared import mongo
from shared.contracts.envelope import Cause
from shared.due import DueBatches, measure_backlog
from shared.migrations import make_indexes
from tests.bench.load import in_flight
from tests.bench.machine import Meter
from tests.bench.options import Options
from tests.bench.rounds import percentile
from tests.bench.stage import Stage
from tests.bench.system import STAFF, System, running_system
from tests.bench.table import Aim, Row, judged

_TOKYO = ZoneInfo("Asia/Tokyo")
_QUARTER = timedelta(minutes=15)
_AT_ONCE = 8
_FILED_SECONDS = 900
_SENT_SECONDS = 600
_SIDES = ("guest", "staff")


async def seven_o_clock(options: Options) -> list[Row]:
    """P10: on a demo of its own, whose clock goes to the morning of a day with so many appointments."""
    wanted = options.p10_appointments
    today = datetime.now(_TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    seven = today + timedelta(days=2, hours=7)
    async with running_system() as system:
        made = await _register(system, wanted, seven + timedelta(hours=1))
        await system.calm()
        await system.move_clock(seven - timedelta(minutes=10))
        await system.calm()
        meter = Meter(system.pids, also_ours=[system.demo.pid("sandbox")])
        await system.move_clock(seven - timedelta(seconds=2))
        await system.watch.until({each: {"reminded": len(_SIDES)} for each in made}, seconds=_SENT_SECONDS)
        reading = meter.stop()
        cpu = reading.cpu / (wanted * len(_SIDES)) * 1000
        sent = sorted(system.watch.seen[each].mailed_at - seven.timestamp() for each in made)
        accepted = await _accepted_since(system, seven)
    return [
        judged(
            "P10",
            f"7:00: {wanted} appointments, {accepted} mails accepted by SMTP",
            f"{sent[-1]:.1f} s, half in {percentile(sent, 0.5):.1f} s, {cpu:.0f} ms CPU a mail",
            sent[-1] if accepted == wanted * len(_SIDES) else float("inf"),
            Aim(60, 20, unit=" s"),
            rounds="1/1",
            disturbed=reading.others > options.others,
        )
    ]


async def _register(system: System, wanted: int, first: datetime) -> list[str]:
    """Web meetings of one attendee, a quarter of an hour each; returns when all that follows has happened."""

    async def one(number: int) -> str:
        place, owner = divmod(number, STAFF)
        start = first + place * _QUARTER
        body = {
            "title": f"朝{number:05}",
            "start": start.isoformat(),
            "end": (start + _QUARTER).isoformat(),
            "guest": {"company": "ABC株式会社", "name": "田中花子", "email": f"seven{number:05}@customer.example"},
        }
        answer = await system.guests.post("/api/v1/appointments", orjson.dumps(body), system.staff[owner].headers)
        assert answer.status == 201, f"{answer.status} {answer.body[:300]!r}"
        made: str = orjson.loads(answer.body)["id"]
        return made

    await system.guests.open(_AT_ONCE)
    made = await in_flight(_AT_ONCE, [lambda n=number: one(n) for number in range(wanted)])
    whole = {"issued": 1, "filed": 1, "written": 1, "mailed": len(_SIDES)}
    await system.watch.until(dict.fromkeys(made, whole), seconds=_FILED_SECONDS)
    return made


async def _accepted_since(system: System, moment: datetime) -> int:
    """What the mail server says."""
    async with httpx.AsyncClient(base_url=system.demo.sandbox_url, timeout=60) as sandbox:
        answer = await sandbox.get("/inspect/calls", params={"provider": "smtp", "method": "DATA"})
    calls = answer.raise_for_status().json()["items"]
    return sum(call["status"] == 250 and datetime.fromisoformat(call["at"]) >= moment for call in calls)


_FEW = 100
_SEEDS = 1_000
_DUE = 50
_TICKS = 20


class _AllStand:
    """In booking's place: its answer costs the same however many are filed."""

    async def which_stand(self, items: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        return set(items)


class _Unpublished:
    """In the relay's place, likewise."""

    def publish_soon(self, collection: Any, document_id: object, waiting: Sequence[Any]) -> None:
        pass


class _Scheduler:
    """What ticks, on a database of its own with so many reminders of later days, and some that can be made due."""

    def __init__(self, url: str, name: str) -> None:
        self._client, database = mongo.connect(urlsplit(url)._replace(path=f"/{name}").geturl(), app_name="bench")
        self._name = name
        self._store = ReminderStore(database)
        relay: Any = _Unpublished()
        self._file = FileReminder(self._store, relay)
        self._send = SendDue(self._store, _AllStand(), relay)
        self._batches = DueBatches("reminders", self._store.reminders, self._handle)

    async def fill(self, count: int) -> None:
        """Rows as the service files them, multiplied by the database."""
        await self._client.drop_database(self._name)
        now = datetime.now(UTC).replace(microsecond=0)
        seeds = min(count, _SEEDS)
        for number in range(seeds):
            await self._file(_known(f"apt_{number}", now + timedelta(days=2 + number % 365), now), Cause.outside())
        copies = [
            {"$set": {"copy": {"$range": [0, count // seeds]}, "outbox": []}},
            {"$unwind": "$copy"},
            {"$set": {"_id": {"$concat": ["$_id", "_", {"$toString": "$copy"}]}}},
            {"$unset": "copy"},
            {"$out": self._store.reminders.name},
        ]
        await mongo.aggregate(self._store.reminders, copies)
        for number in range(_DUE):
            await self._file(_known(f"due_{number}", now + timedelta(days=2), now), Cause.outside())
        await make_indexes(self._store.indexes)

    async def tick(self) -> float:
        """Seconds that one takes with some due."""
        due_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
        bell = {"due_at": due_at, "planned_at": due_at, "status": "filed", "sent_for": []}
        made_due = {"due_at": due_at, "outbox": [], **{f"bells.0.{name}": value for name, value in bell.items()}}
        ids = [f"due_{number}" for number in range(_DUE)]
        await self._store.reminders.update_many({"_id": {"$in": ids}}, {"$set": made_due})
        began = time.perf_counter()
        taken = await self._batches.tick()
        assert taken == _DUE, f"{taken} taken"
        return time.perf_counter() - began

    async def look(self) -> float:
        """Seconds that one takes with nothing due, with all that is measured beside it."""
        began = time.perf_counter()
        await self._batches.tick()
        await measure_backlog("reminders", self._store.reminders)
        await self._send.measure_lateness()
        return time.perf_counter() - began

    async def close(self) -> None:
        await self._client.drop_database(self._name)
        await mongo.close(self._client)

    async def _handle(self, token: str, rows: Sequence[mongo.Document]) -> None:
        await self._send(token, [reminder_in(row) for row in rows])


def _known(appointment_id: str, day: datetime, now: datetime) -> Known:
    start_at = day.astimezone(_TOKYO).replace(hour=10, minute=0, second=0).astimezone(UTC)
    return Known(appointment_id, "org_1", 1, start_at, "Asia/Tokyo", decided_at=now)


async def reminder_tick(stage: Stage) -> list[Row]:
    """P11: claiming, deciding and writing; booking's answer and publishing, which are the same on both sides, are left
    out.
    """
    count, url = stage.options.p11_reminders, stage.system.stores.mongo_url
    many, few = _Scheduler(url, "bench_many"), _Scheduler(url, "bench_few")
    try:
        await many.fill(count)
        await few.fill(_FEW)
        await stage.system.calm()

        async def once(_number: int) -> tuple[dict[str, tuple[float, float]], float]:
            meter = Meter(stage.system.pids)
            ticks, looks = await _in_turns(many, few)
            return {"tick": ticks, "look": looks}, meter.stop().others

        rounds = await stage.rounds("P11", once)
    finally:
        await many.close()
        await few.close()
    named = {"tick": f"one tick with {_DUE} due", "look": "one with nothing due"}
    rows = []
    for kind, words in named.items():
        mine, bare = (rounds.spread(lambda one, k=kind, p=place: one[k][p] * 1000) for place in (0, 1))
        ratio = rounds.spread(lambda one, k=kind: one[k][0] / one[k][1])
        row = judged(
            "P11",
            f"{words}, {count:,} reminders filed",
            mine.text(1, " ms"),
            ratio.median,
            Aim(1.3, 1.05),
            floor=f"with {_FEW}: {bare.text(1, ' ms')}",
            ratio=ratio.text(2, " x"),
            rounds=rounds.label,
            disturbed=rounds.disturbed,
        )
        rows.append(row)
    return rows


async def _in_turns(many: _Scheduler, few: _Scheduler) -> tuple[tuple[float, float], tuple[float, float]]:
    """p50 of both, of ticks and of looks."""
    ticks = [(await many.tick(), await few.tick()) for _ in range(_TICKS)]
    looks = [(await many.look(), await few.look()) for _ in range(_TICKS)]
    p50 = [tuple(percentile(side, 0.5) for side in zip(*taken, strict=True)) for taken in (ticks, looks)]
    return (p50[0][0], p50[0][1]), (p50[1][0], p50[1][1])
