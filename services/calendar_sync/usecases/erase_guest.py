"""Erasing a guest (X5): what is known of proposals and appointments for their entries, once nothing is under way at a
provider. Entries that are over stay in staff's calendars, which are theirs; what was cancelled was removed before.
"""

from services.calendar_sync.store.erased import ErasedRows
from services.calendar_sync.store.subjects import Appointments, Proposals
from shared.erasing import Erased, ToErase
from shared.mongo import Client, Session, in_transaction


class EraseGuest:
    """Of an erased subject the bare id stays, over which nothing is newer; of its rows what says whose entry it is."""

    def __init__(self, client: Client, proposals: Proposals, appointments: Appointments, rows: ErasedRows) -> None:
        self._client = client
        self._proposals = proposals
        self._appointments = appointments
        self._rows = rows

    async def __call__(self, wanted: ToErase) -> Erased:
        waiting = left = 0
        for about in wanted.ids:
            stands = await self._erase(about, wanted.organization_id, is_proposal=about in wanted.proposal_ids)
            waiting += stands is None
            left += stands or 0
        return Erased(waiting, left)

    async def _erase(self, about: str, organization_id: str, *, is_proposal: bool) -> int | None:
        """How many entries of it stand; None while something is under way."""
        subjects = self._proposals if is_proposal else self._appointments

        async def work(session: Session) -> int | None:
            stands = await self._rows.erase(about, session)
            if stands is not None:
                await subjects.erase(about, organization_id, session)
            return stands

        return await in_transaction(self._client, work)
