"""How things stand in a service: what the runtime can see by itself, and what the service adds."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import clock
from shared.contracts.api.operations import (
    OutboxState,
    OwedCounts,
    Sections,
    ServiceOperations,
    WorkState,
)
from shared.due import COUNTED, DueBatches, DueWorker, Worker, due_and_free, due_by
from shared.messaging import outbox
from shared.mongo import ASCENDING, Collection
from shared.operations.own import OwedEffects, OwnOperations
from shared.operations.parking import Parking

_LONGEST_PUT_OFF = timedelta(minutes=6)
"""A row whose work failed is due again before (``shared/due.py``)."""


async def outbox_state(collections: Sequence[Collection]) -> OutboxState:
    each = await asyncio.gather(*(_waiting(collection) for collection in collections))
    return OutboxState(
        waiting=sum(count for count, _ in each),
        oldest_at=min((oldest for _, oldest in each if oldest is not None), default=None),
    )


async def _waiting(collection: Collection) -> tuple[int, datetime | None]:
    which = outbox.older_than(clock.real_now())
    count = await collection.count_documents(which, limit=COUNTED)
    order = [(f"{outbox.FIELD}.at", ASCENDING)]
    oldest = await collection.find_one(which, {f"{outbox.FIELD}.at": 1}, sort=order) if count else None
    return count, min((entry["at"] for entry in oldest[outbox.FIELD]), default=None) if oldest else None


async def work_states(workers: Sequence[Worker], effects: OwedEffects | None) -> list[WorkState]:
    """Of those that take due rows."""
    those = [worker for worker in workers if isinstance(worker, DueWorker | DueBatches)]
    return list(await asyncio.gather(*(_work(worker.name, worker.collection, effects) for worker in those)))


async def _work(name: str, rows: Collection, effects: OwedEffects | None) -> WorkState:
    now = clock.now()
    troubled = [effects.troubled] if effects and effects.rows.name == rows.name else []
    untried = {**due_and_free(), "$nor": [{"failed_tries": {"$gt": 0}}, *troubled]}
    first = await rows.find_one(untried, {"due_at": 1}, sort=[("due_at", ASCENDING)])
    waiting = await rows.count_documents(due_and_free(), limit=COUNTED)
    held = await rows.count_documents({**due_by(now), "lease.until": {"$gte": clock.real_now()}}, limit=COUNTED)
    soon = {**due_by(now + _LONGEST_PUT_OFF), "failed_tries": {"$gt": 0}}
    oldest = await rows.find_one(due_by(now), {"due_at": 1}, sort=[("due_at", ASCENDING)])
    return WorkState(
        name=name,
        waiting=waiting,
        held=held,
        failing=await rows.count_documents(soon, limit=COUNTED),
        oldest_due_at=oldest["due_at"] if oldest else None,
        untried=await rows.count_documents(untried, limit=COUNTED) if first else 0,
        oldest_untried_at=first["due_at"] if first else None,
    )


async def sections_of(own: OwnOperations, organization_id: str) -> Sections:
    parts = await asyncio.gather(*(section(organization_id) for section in own.sections))
    return Sections(
        connections=[one for part in parts for one in part.connections],
        budgets=[one for part in parts for one in part.budgets],
        mirror=[one for part in parts for one in part.mirror],
        stages=[one for part in parts for one in part.stages],
    )


async def operations_of(
    service: str,
    organization_id: str,
    *,
    outboxes: Sequence[Collection],
    workers: Sequence[Worker],
    parking: Parking,
    own: OwnOperations,
) -> ServiceOperations:
    """Everything side by side."""
    waiting, work, bus, sections = await asyncio.gather(
        outbox_state(outboxes), work_states(workers, own.effects), parking.state(), sections_of(own, organization_id)
    )
    effects = await own.effects.count(organization_id) if own.effects else OwedCounts()
    return ServiceOperations(
        service=service,
        at=clock.now(),
        outbox=waiting,
        work=work,
        bus=bus,
        effects=effects,
        **{name: getattr(sections, name) for name in Sections.model_fields},
    )
