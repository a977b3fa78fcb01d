"""Findings about entries and meetings that were changed by hand, kept beside an appointment's state (V6)."""

from collections.abc import Sequence

from services.booking.model.appointment import Appointment
from services.booking.model.drift import Drift
from shared.contracts.booking import DriftDecision
from shared.messaging import outbox
from shared.messaging.outbox import Entry
from shared.mongo import Collection, Document


async def keep(collection: Collection, organization_id: str, appointment_id: str, drift: Drift) -> None:
    """The newest finding of each place."""
    place = _place(drift)
    which = {"_id": appointment_id, "organization_id": organization_id, "erased_at": None}
    newer = {**which, f"{place}.order": {"$not": {"$gte": drift.order}}}
    await collection.update_one(newer, {"$set": {place: drift.model_dump()}})


async def ask(collection: Collection, appointment_id: str, drift: Drift, reason: str) -> None:
    """It could not be followed: a person decides."""
    await collection.update_one(_undecided(appointment_id, drift), {"$set": {f"{_place(drift)}.reason": reason}})


async def restore(collection: Collection, appointment: Appointment, drift: Drift, waiting: Sequence[Entry]) -> bool:
    """Decide for what was written, once; false where a newer finding or revision came before."""
    which = {**_undecided(appointment.appointment_id, drift), "version": appointment.version}
    decided = {"$set": {f"{_place(drift)}.decided": DriftDecision.RESTORE}, "$push": outbox.push(waiting)}
    return (await collection.update_one(which, decided)).modified_count == 1


def _place(drift: Drift) -> str:
    return f"drifts.{drift.place}"


def _undecided(appointment_id: str, drift: Drift) -> Document:
    place = _place(drift)
    return {"_id": appointment_id, f"{place}.drift_id": drift.drift_id, f"{place}.decided": None}
