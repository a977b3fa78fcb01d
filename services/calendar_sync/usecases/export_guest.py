"""What calendar_sync holds of a guest's appointments and proposals (X5): which entries tell of them, and in whose
calendar; what stands in them is in booking's answer.
"""

from collections.abc import Sequence

from services.calendar_sync.store.ledger import Ledger
from shared.contracts.api.erasures import HeldRecord


class HeldOfGuest:
    """``with_guest`` where the guest was a participant (H9)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __call__(self, organization_id: str, ids: Sequence[str]) -> list[HeldRecord]:
        rows = [row for about in ids for row in await self._ledger.rows_about(about)]
        return [
            HeldRecord(
                kind=row.kind.value,
                about=row.about,
                facts={
                    "staff_id": row.staff_id,
                    "provider": row.written.provider.value,
                    "ical_uid": row.written.ical_uid,
                    "with_guest": row.written.with_guest,
                },
            )
            for row in rows
            if row.written is not None and row.organization_id == organization_id
        ]
