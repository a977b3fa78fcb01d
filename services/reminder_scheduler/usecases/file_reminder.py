"""File, move or cancel the reminder of one appointment, whatever order its events come in."""

from dataclasses import dataclass
from datetime import datetime

from services.reminder_scheduler.model import Office, Status, plan
from services.reminder_scheduler.store import ReminderStore
from shared import clock
from shared.contracts.envelope import Cause, envelope
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from shared.messaging.relay import Relay
from shared.mongo import Document
from shared.observability import metrics


@dataclass(frozen=True)
class Known:
    """What an event says of an appointment; ``decided_at`` is when it was confirmed or last changed."""

    appointment_id: str
    organization_id: str
    revision: int
    start_at: datetime
    time_zone: str
    decided_at: datetime
    canceled: bool = False


class FileReminder:
    """One row per appointment follows its newest revision."""

    def __init__(self, store: ReminderStore, relay: Relay) -> None:
        self._store = store
        self._relay = relay

    async def __call__(self, known: Known, cause: Cause) -> None:
        while True:
            row = await self._store.find(known.appointment_id)
            office = await self._store.office_of(known.organization_id) or Office(known.time_zone)
            merged = _merge(row, known)
            if row is not None and merged == {name: row.get(name) for name in merged}:
                return
            if await self._write(row, merged, office, cause):
                metrics.record_stage("reminder_filed", clock.now() - known.decided_at)
                return

    async def replan(self, organization_id: str, cause: Cause) -> None:
        """The organization's hour or zone changed: file its coming reminders anew."""
        office = await self._store.office_of(organization_id)
        if office is None:
            return
        for appointment_id in await self._store.coming_of(organization_id, clock.now()):
            while (row := await self._store.find(appointment_id)) is not None:
                merged = {name: row[name] for name in _FACTS}
                if await self._write(row, {"_id": row["_id"], **merged}, office, cause):
                    break

    async def _write(self, row: Document | None, merged: Document, office: Office, cause: Cause) -> bool:
        state, event = _planned(row, merged, office)
        if row is not None and all(row.get(name) == value for name, value in {**merged, **state}.items()):
            return True
        events = []
        if event is not None:
            events = [
                envelope(
                    event,
                    subject=merged["_id"],
                    organization_id=merged["organization_id"],
                    version=(row["version"] if row else 0) + 1,
                    cause=cause,
                )
            ]
        waiting = await self._store.save(row, {**merged, **state}, events)
        if waiting is None:
            return False
        self._relay.publish_soon(self._store.reminders, merged["_id"], waiting)
        return True


_FACTS = ("organization_id", "revision", "start_at", "time_zone", "decided_at", "canceled")


def _merge(row: Document | None, known: Known) -> Document:
    """The newest revision wins; of several events about one start, the earliest decided it."""
    new: Document = {
        "_id": known.appointment_id,
        "organization_id": known.organization_id,
        "revision": known.revision,
        "start_at": known.start_at,
        "time_zone": known.time_zone,
        "decided_at": known.decided_at,
        "canceled": known.canceled,
    }
    if row is None:
        return new
    old: Document = {"_id": row["_id"], **{name: row[name] for name in _FACTS}}
    newest = new if known.revision > row["revision"] else old
    if new["start_at"] == old["start_at"]:
        newest = {**newest, "decided_at": min(new["decided_at"], old["decided_at"])}
    return newest


def _planned(
    row: Document | None, facts: Document, office: Office
) -> tuple[Document, ReminderScheduled | ReminderCanceled | None]:
    """The row's status and due time, and what is said of it; nothing is said when nothing changed for others."""
    wanted = plan(facts["start_at"], facts["decided_at"], office)
    due_at, reason = wanted.due_at, wanted.reason
    sent_for = row.get("sent_for", []) if row else []
    if facts["canceled"]:
        due_at, reason = None, ReasonNotReminded.CANCELED
    elif due_at in sent_for:
        return {"status": Status.SENT, "due_at": None, "sent_for": sent_for}, None
    appointment_id, revision = facts["_id"], facts["revision"]
    if due_at is not None:
        state = {"status": Status.FILED, "due_at": due_at, "planned_at": due_at, "sent_for": sent_for}
        return state, ReminderScheduled(appointment_id=appointment_id, revision=revision, due_at=due_at)
    assert reason is not None
    status = Status.CANCELED if reason is ReasonNotReminded.CANCELED else Status.SUPPRESSED
    state = {"status": status, "due_at": None, "sent_for": sent_for}
    return state, ReminderCanceled(appointment_id=appointment_id, revision=revision, reason=reason)
