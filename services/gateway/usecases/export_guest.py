"""Everything that is held of a guest, asked of all services side by side (X5). One that does not answer makes it no
answer at all: half a document would be taken for the whole.
"""

import asyncio

from services.gateway.providers.backend import Backend
from services.gateway.providers.backends import Backends
from shared import clock
from shared.contracts.api.erasures import GuestData, GuestExport, HeldRecord, HeldRecords
from shared.internal import Caller


class ExportGuest:
    """Raises ``BackendProblem``."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def __call__(self, caller: Caller, contact_id: str) -> GuestExport:
        asked, backends = clock.now(), self._backends
        data = (await backends.booking.export_contact(caller, contact_id)).read(GuestData)
        ids = [*(one.id for one in data.appointments), *(one.id for one in data.proposals)]
        others = (backends.notifier, backends.calendar_sync, backends.zoom_issuer)
        mails, calendars, meetings = await asyncio.gather(*(_held(one, caller, ids) for one in others))
        return GuestExport(
            **{name: getattr(data, name) for name in GuestData.model_fields},
            exported_at=asked,
            mails=mails,
            calendars=calendars,
            meetings=meetings,
        )


async def _held(backend: Backend, caller: Caller, ids: list[str]) -> list[HeldRecord]:
    found = await backend.read(HeldRecords, "POST", "/internal/personal-data", caller, body={"ids": ids})
    return found.records
