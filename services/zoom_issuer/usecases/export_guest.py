"""What zoom_issuer holds of a guest's appointments (X5)."""

from collections.abc import Sequence

from services.zoom_issuer.store.meetings import MeetingStore
from shared.contracts.api.erasures import HeldRecord


class HeldOfGuest:
    """Each meeting as it stands at Zoom; how to join it is in booking's answer."""

    def __init__(self, meetings: MeetingStore) -> None:
        self._meetings = meetings

    async def __call__(self, organization_id: str, ids: Sequence[str]) -> list[HeldRecord]:
        return [
            HeldRecord(
                kind="meeting",
                about=row.appointment_id,
                facts={
                    "topic": row.wanted.topic,
                    "start_at": row.wanted.start_at.isoformat(),
                    "minutes": row.wanted.minutes,
                    "meeting_id": row.actual.meeting_id if row.actual else None,
                },
            )
            for row in await self._meetings.of(organization_id, ids)
        ]
