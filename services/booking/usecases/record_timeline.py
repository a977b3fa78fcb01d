"""Every event about a proposal or an appointment stands on its timeline (X3), in whatever order it is heard."""

from typing import Any

from services.booking.model.timeline import entry_of
from services.booking.store.timeline import TimelineStore
from shared.contracts.envelope import CloudEvent


class RecordTimeline:
    """Hearing an event again changes nothing."""

    def __init__(self, store: TimelineStore) -> None:
        self._store = store

    async def __call__(self, event: CloudEvent[Any]) -> None:
        await self._store.keep(entry_of(event))
