"""Erasing a guest (X5): topics, links and passcodes. Meetings that are over stay at Zoom, whose record of them is the
host's; what was cancelled is deleted there first.
"""

from services.zoom_issuer.store.meetings import MeetingStore
from shared.erasing import Erased, ToErase


class EraseGuest:
    """Of an erased meeting the bare id stays, over which nothing is newer."""

    def __init__(self, meetings: MeetingStore) -> None:
        self._meetings = meetings

    async def __call__(self, wanted: ToErase) -> Erased:
        waiting = left = 0
        for appointment_id in wanted.appointment_ids:
            erased, stands = await self._meetings.erase(appointment_id, wanted.organization_id)
            waiting += not erased
            left += stands
        return Erased(waiting, left)
