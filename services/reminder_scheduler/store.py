"""Rows of reminder_scheduler: one per appointment, and what is known of each organization.

A row's ``revision`` only grows; ``sent_for`` holds every instant a reminder went out for, so that none goes out twice.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from services.reminder_scheduler.model import Office
from shared import due
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel, UpdateOne
from shared.projection import keep_newest


class ReminderStore:
    """``reminders``: ``_id`` is the appointment's id."""

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

    async def find(self, appointment_id: str) -> Document | None:
        return await self.reminders.find_one({"_id": appointment_id})

    async def save(
        self, known: Document | None, row: Document, events: Sequence[CloudEvent[Any]]
    ) -> list[outbox.Entry] | None:
        """Write the new state unless somebody was faster, then answer None; ``known`` is what was read."""
        waiting = outbox.entries(events)
        if known is None:
            try:
                await self.reminders.insert_one({**row, "version": 1, "outbox": waiting})
            except DuplicateKeyError:
                return None
            return waiting
        unset = {name: "" for name in ("due_at",) if row.get(name) is None}
        state = {name: value for name, value in row.items() if name not in ("_id", *unset)}
        update = {
            "$set": {**state, "version": known["version"] + 1},
            "$unset": {**unset, "lease": ""},
            "$push": outbox.push(waiting),
        }
        result = await self.reminders.update_one({"_id": row["_id"], "version": known["version"]}, update)
        return waiting if result.modified_count else None

    async def finish(self, token: str, changes: Sequence[tuple[Document, list[outbox.Entry]]]) -> set[str]:
        """Write the results of one tick; rows that were changed meanwhile keep their newer state.

        Answers the ids of those that were written and hold something to publish.
        """
        writes = [
            UpdateOne(
                {"_id": change["_id"], "lease.token": token},
                {
                    "$set": {name: value for name, value in change.items() if name != "_id" and value is not None},
                    "$unset": {"lease": "", **({"due_at": ""} if change.get("due_at") is None else {})},
                    "$inc": {"version": 1},
                    "$push": outbox.push(waiting),
                },
            )
            for change, waiting in changes
        ]
        await self.reminders.bulk_write(writes, ordered=False)
        entry_ids = [entry["id"] for _, waiting in changes for entry in waiting]
        written = await self.reminders.find(
            {"_id": {"$in": [c["_id"] for c, _ in changes]}, "outbox.id": {"$in": entry_ids}}, {"_id": 1}
        ).to_list(None)
        return {row["_id"] for row in written}

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

    async def coming_of(self, organization_id: str, after: datetime) -> list[str]:
        """Ids of the appointments that may still want a reminder."""
        query = {"organization_id": organization_id, "start_at": {"$gt": after}, "canceled": False}
        rows = await self.reminders.find(query, {"_id": 1}).to_list(None)
        return [row["_id"] for row in rows]
