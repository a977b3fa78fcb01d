"""Rows of reminder_scheduler: one per appointment with its bells, and what is known of each organization.

A row's ``revision`` only grows; ``sent_for`` holds every instant a bell rang for, so that none rings twice. The row's
``due_at`` and ``planned_at`` are those of the bell that is looked at first.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, time
from typing import Any

from services.reminder_scheduler.model import Bell, Known, Office, Reminder, Status
from shared import due
from shared.contracts.envelope import CloudEvent
from shared.contracts.reveal import Reveal
from shared.messaging import outbox
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel, UpdateOne
from shared.projection import keep_newest
from shared.recurrence import MOST


class ReminderStore:
    """``reminders``: ``_id`` is the appointment's id, and of a series the occurrence's place."""

    def __init__(self, database: Database) -> None:
        self.reminders: Collection = database["reminders"]
        self.organizations: Collection = database["organizations"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.reminders: [
                due.INDEX,
                outbox.INDEX,
                IndexModel([("organization_id", ASCENDING), ("start_at", ASCENDING)], name="organization_start"),
            ],
            self.organizations: [],
        }

    async def find(self, row_id: str) -> Reminder | None:
        row = await self.reminders.find_one({"_id": row_id})
        return reminder_in(row) if row else None

    async def save(self, reminder: Reminder, events: Sequence[CloudEvent[Any]]) -> list[outbox.Entry] | None:
        """Write the new state of what was read at its ``version`` (0 where there was nothing); None where somebody was
        faster.
        """
        waiting = outbox.entries(events)
        row_id, state = reminder.known.row_id, _state(reminder)
        if reminder.version == 0:
            try:
                await self.reminders.insert_one({"_id": row_id, **state, "version": 1, "outbox": waiting})
            except DuplicateKeyError:
                return None
            return waiting
        unset = {} if reminder.due_at else {"due_at": ""}
        result = await self.reminders.update_one(
            {"_id": row_id, "version": reminder.version},
            {
                "$set": {**state, "version": reminder.version + 1},
                "$unset": {**unset, "lease": ""},
                "$push": outbox.push(waiting),
            },
        )
        return waiting if result.modified_count else None

    async def finish(self, token: str, changes: Sequence[tuple[Reminder, list[outbox.Entry]]]) -> set[str]:
        """Write the results of one tick; rows that were changed meanwhile keep their newer state.

        Answers the ids of those that were written and hold something to publish.
        """
        writes = [
            UpdateOne(
                {"_id": reminder.known.row_id, "lease.token": token},
                {
                    "$set": _state(reminder),
                    "$unset": {"lease": "", **({} if reminder.due_at else {"due_at": ""})},
                    "$inc": {"version": 1},
                    "$push": outbox.push(waiting),
                },
            )
            for reminder, waiting in changes
        ]
        await self.reminders.bulk_write(writes, ordered=False)
        ids = [reminder.known.row_id for reminder, _ in changes]
        entry_ids = [entry["id"] for _, waiting in changes for entry in waiting]
        written = await self.reminders.find({"_id": {"$in": ids}, "outbox.id": {"$in": entry_ids}}, {"_id": 1}).to_list(
            None
        )
        return {row["_id"] for row in written}

    async def waits_since(self, moment: datetime) -> datetime | None:
        """The earliest hour for which a reminder that is due by ``moment`` has not gone out."""
        row = await self.reminders.find_one(due.due_by(moment), {"planned_at": 1}, sort=[("planned_at", ASCENDING)])
        return row["planned_at"] if row else None

    async def office_of(self, organization_id: str) -> Office | None:
        row = await self.organizations.find_one({"_id": organization_id})
        if row is None:
            return None
        return Office(row["time_zone"], time.fromisoformat(row["reminder_time"]))

    async def save_office(self, organization_id: str, office: Office, version: int) -> bool:
        """Keep the newest; answers whether it changed."""
        state = {
            "time_zone": office.time_zone,
            "reminder_time": office.reminder_time.isoformat("minutes"),
            "version": version,
        }
        return await keep_newest(self.organizations, organization_id, state, version)

    async def behind(self, last: Known) -> list[str]:
        """Rows of later occurrences of the same series."""
        ids = [replace(last, place=place).row_id for place in range((last.place or 0) + 1, MOST)]
        rows = await self.reminders.find({"_id": {"$in": ids}}, {"_id": 1}).to_list(None)
        return [row["_id"] for row in rows]

    async def coming_of(self, organization_id: str, after: datetime) -> list[str]:
        """Ids of the appointments that may still want a reminder."""
        query = {"organization_id": organization_id, "start_at": {"$gt": after}, "canceled": False}
        rows = await self.reminders.find(query, {"_id": 1}).to_list(None)
        return [row["_id"] for row in rows]


_OF_ONE_BELL = ("status", "due_at", "planned_at", "sent_for")


def reminder_in(row: Document) -> Reminder:
    """What a row says; one from before there were notices is the day's bell alone."""
    bells = row.get("bells") or [{"minutes": None, **{name: row.get(name) for name in _OF_ONE_BELL}}]
    return Reminder(
        known=Known(
            appointment_id=row["_id"].partition("#")[0],
            organization_id=row["organization_id"],
            revision=row["revision"],
            start_at=row["start_at"],
            time_zone=row["time_zone"],
            decided_at=row["decided_at"],
            canceled=row["canceled"],
            reveal=Reveal.model_validate(row.get("reveal", {})),
            place=row.get("place"),
            original_start_at=row.get("original_start_at"),
        ),
        bells=tuple(
            Bell(
                minutes=bell["minutes"],
                status=Status(bell["status"]),
                due_at=bell["due_at"],
                planned_at=bell["planned_at"],
                sent_for=tuple(bell["sent_for"] or ()),
            )
            for bell in bells
        ),
        version=row["version"],
    )


def _state(reminder: Reminder) -> Document:
    """Every member of a row but its id, its version, and ``due_at`` where nothing is to be done."""
    known = reminder.known
    state: Document = {
        "organization_id": known.organization_id,
        "revision": known.revision,
        "start_at": known.start_at,
        "time_zone": known.time_zone,
        "decided_at": known.decided_at,
        "canceled": known.canceled,
        "reveal": known.reveal.model_dump(),
        "place": known.place,
        "original_start_at": known.original_start_at,
        "bells": [asdict(bell) for bell in reminder.bells],
    }
    waiting = reminder.next
    return {**state, "due_at": waiting.due_at, "planned_at": waiting.planned_at} if waiting else state
