"""Erasing (X5): booking's own first, then the others are asked by event, and asked again until all have answered. Two
hours later all of it is gone through once more, for what was on its way meanwhile.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog

from services.booking.model.contact import contact_id_of
from services.booking.model.erasure import SERVICES, Answer, Erasure
from services.booking.store.bookings import StaleVersion
from services.booking.store.contacts import ContactStore
from services.booking.store.erasures import PLACE, Erasures, erasure_of
from services.booking.store.guest_subjects import GuestSubjects
from services.booking.usecases.know_contacts import KnowContacts
from shared import clock
from shared.contracts.api.erasures import ErasureStatus
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.erasure import GuestErased, GuestErasureRequested
from shared.contracts.people import Guest
from shared.contracts.sealed import ErasureSecrets
from shared.crypto import KeyRing
from shared.due import Lease, backoff
from shared.erasing import ForgetsParked

log = structlog.get_logger(__name__)
_ONCE_MORE_AFTER = timedelta(hours=2)
"""Longer than a message waits on the ladder of retries (G27)."""
_OWN_FIRST, _OWN_MOST = 2.0, 300.0
_ASK_FIRST, _ASK_MOST = 60.0, 3600.0


class EraseGuest:
    """``handle`` is the due worker's."""

    def __init__(
        self,
        erasures: Erasures,
        subjects: GuestSubjects,
        contacts: ContactStore,
        know: KnowContacts,
        forget_parked: ForgetsParked,
        bus_ring: KeyRing,
        data_ring: KeyRing,
    ) -> None:
        self._erasures = erasures
        self._subjects = subjects
        self._contacts = contacts
        self._know = know
        self._forget_parked = forget_parked
        self._bus_ring = bus_ring
        self._data_ring = data_ring

    async def handle(self, lease: Lease) -> None:
        erasure, now = erasure_of(lease.row), clock.now()
        if erasure.done_at is not None and now < (once_more := erasure.done_at + _ONCE_MORE_AFTER):
            await self._erasures.put_off(lease, erasure, once_more, 0)
            return
        erasure = await self._with_found(erasure, now)
        if left := await self._own(erasure, now):
            tries = lease.row.get("waits", 0) + 1
            log.info("erasure.put_off", erasure_id=erasure.erasure_id, waiting=left)
            pause = backoff(tries, first=_OWN_FIRST, most=_OWN_MOST)
            await self._erasures.put_off(lease, erasure, now + pause, tries)
            return
        is_last = erasure.status is ErasureStatus.DONE
        asked = erasure.model_copy(
            update={
                "own_at": erasure.own_at or now,
                "asked_version": erasure.asked_version + 1,
                "last_round": is_last,
                **({"secret": None, "contact_ids": []} if is_last else {}),
            }
        )
        if missing := [one for one in SERVICES if one not in erasure.answers] if erasure.asked_version else []:
            log.warning("erasure.unanswered", erasure_id=erasure.erasure_id, services=missing)
        again = now + backoff(asked.asked_version, first=_ASK_FIRST, most=_ASK_MOST)
        await self._erasures.ask(lease, asked, None if is_last else again, self._request(asked, erasure, now))

    async def answered(self, service: str, event: CloudEvent[Any], left_outside: int) -> None:
        answer = Answer(at=event.time, version=event.aggregateversion, left_outside=left_outside)
        erasure = await self._erasures.answer(event.subject, service, answer)
        if erasure is None or erasure.status is ErasureStatus.DONE or not erasure.has_all_answers:
            return
        now = clock.now()
        said = GuestErased(
            reason=erasure.reason, appointment_ids=erasure.appointment_ids, proposal_ids=erasure.proposal_ids
        )
        told = envelope(
            said,
            subject=erasure.erasure_id,
            organization_id=erasure.organization_id,
            version=erasure.asked_version,
            cause=event.cause(),
            at=now,
        )
        if await self._erasures.finish(erasure, now, now + _ONCE_MORE_AFTER, told):
            ids = [*erasure.appointment_ids, *erasure.proposal_ids]
            log.info(
                "erasure.completed", erasure_id=erasure.erasure_id, organization_id=erasure.organization_id, ids=ids
            )

    async def _with_found(self, erasure: Erasure, now: datetime) -> Erasure:
        """With what was being written when it was asked."""
        contact_id = self._contact_id(erasure)
        if contact_id is None:
            return erasure
        found = await self._subjects.of_contact(erasure.organization_id, contact_id, now, erasure.asked_at)
        late = [one for one in found.appointment_ids if one not in found.coming]
        ended = [one for one in found.proposal_ids if one not in found.coming]
        return erasure.with_more(late, ended, found.former_ids)

    async def _own(self, erasure: Erasure, now: datetime) -> int:
        """Of how many something is still under way."""
        contact_id = self._contact_id(erasure)
        left = 0
        for appointment_id in erasure.appointment_ids:
            left += not await self._subjects.erase_appointment(appointment_id, now)
        for proposal_id in erasure.proposal_ids:
            left += not await self._subjects.erase_proposal(proposal_id, now)
        await self._forget_parked((*erasure.appointment_ids, *erasure.proposal_ids, *erasure.former_ids))
        if contact_id is not None:
            await self._subjects.forget_former(erasure.former_ids, contact_id)
            left += not await self._forget(erasure, contact_id)
            await self._know(erasure.organization_id, contact_id)
            if not left:
                await self._contacts.drop_mark(erasure.organization_id, contact_id, erasure.asked_at)
        for one in erasure.contact_ids:
            await self._know(erasure.organization_id, one, even_edited=True)
        return left

    async def _forget(self, erasure: Erasure, contact_id: str) -> bool:
        """What was known when it was asked; not who books again. False where somebody wrote between."""
        contact = await self._contacts.find(erasure.organization_id, contact_id)
        if contact is not None and contact.created_at <= erasure.asked_at:
            try:
                await self._contacts.forget(contact, erasure.asked_at)
            except StaleVersion:
                return False
        return True

    def _contact_id(self, erasure: Erasure) -> str | None:
        email = self._email(erasure)
        return contact_id_of(erasure.organization_id, Guest(email=email)) if email else None

    def _email(self, erasure: Erasure) -> str:
        if erasure.secret is None:
            return ""
        return self._data_ring.decrypt(erasure.secret, place=PLACE.format(erasure.erasure_id)).decode()

    def _request(self, asked: Erasure, known: Erasure, now: datetime) -> CloudEvent[GuestErasureRequested]:
        whom = ErasureSecrets(email=self._email(known), contact_id=self._contact_id(known) or "")
        sealed = whom.seal(self._bus_ring, subject=asked.erasure_id) if whom.email else ""
        return envelope(
            GuestErasureRequested(
                reason=asked.reason,
                appointment_ids=asked.appointment_ids,
                proposal_ids=asked.proposal_ids,
                former_ids=asked.former_ids,
                sealed=sealed,
            ),
            subject=asked.erasure_id,
            organization_id=asked.organization_id,
            version=asked.asked_version,
            cause=Cause(asked.correlation_id, asked.correlation_id, asked.asked_by),
            at=now,
        )
