"""Organizations keep their guests for a number of days after the end (X5): what is older is erased everywhere."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from services.booking.model.erasure import Erasure
from services.booking.store.erasures import Erasures
from services.booking.store.guest_subjects import GuestSubjects
from services.booking.store.people import PeopleStore
from shared import clock
from shared.contracts import actors
from shared.contracts.erasure import ErasureReason
from shared.due import Lease
from shared.ids import new_id

log = structlog.get_logger(__name__)
_LOOKS_EVERY = timedelta(hours=1)
_MORE_AFTER = timedelta(minutes=1)
_AT_ONCE = 500


class KeepNoLonger:
    """``handle`` is the due worker's; a row is what is known of an organization."""

    def __init__(
        self, people: PeopleStore, erasures: Erasures, subjects: GuestSubjects, wake: Callable[[str], None]
    ) -> None:
        self._people = people
        self._erasures = erasures
        self._subjects = subjects
        self._wake = wake

    async def handle(self, lease: Lease) -> None:
        organization_id, days = str(lease.row["_id"]), int(lease.row["retention_days"])
        now = clock.now()
        if await self._erasures.is_retiring(organization_id):
            await self._people.look_again(lease, now + _MORE_AFTER)
            return
        found = await self._subjects.kept_too_long(organization_id, now - timedelta(days=days), _AT_ONCE)
        if found.is_empty:
            await self._people.look_again(lease, now + _LOOKS_EVERY)
            return
        erasure_id = new_id("ers")
        erasure = Erasure(
            erasure_id=erasure_id,
            organization_id=organization_id,
            reason=ErasureReason.RETENTION,
            asked_at=now,
            asked_by=actors.SYSTEM,
            correlation_id=erasure_id,
            appointment_ids=found.appointment_ids,
            proposal_ids=found.proposal_ids,
            contact_ids=await self._subjects.contacts_of(found.appointment_ids),
        )
        await self._erasures.add(erasure, now)
        log.info("erasure.asked", erasure_id=erasure_id, by=erasure.asked_by, appointments=len(found.appointment_ids))
        await self._people.look_again(lease, now + _MORE_AFTER)
        self._wake(erasure_id)
