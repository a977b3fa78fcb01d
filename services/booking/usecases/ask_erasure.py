"""Somebody asks for a guest to be erased (X5). Who is still expected is not: the appointment is cancelled or the
proposal withdrawn first, by whoever it belongs to, so that nobody waits for a guest who was silently forgotten.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from services.booking.model.contact import Contact, contact_id_of
from services.booking.model.erasure import Erasure
from services.booking.store.bookings import StaleVersion
from services.booking.store.contacts import ContactStore
from services.booking.store.erasures import PLACE, Erasures, UnderWay
from services.booking.store.guest_subjects import GuestSubjects, Subjects
from shared import clock
from shared.contracts.erasure import ErasureReason
from shared.contracts.people import Guest
from shared.crypto import KeyRing, derive_token
from shared.ids import new_id
from shared.internal import Caller, check_admin
from shared.problem import NotFound, Problem
from shared.versions import check_version

log = structlog.get_logger(__name__)
_NAMED = 20


class StillExpected(Problem):
    """Something of the guest's is to come, open, or being paid; ``coming`` names what, up to twenty."""

    code, status = "guest_still_expected", 409
    ja = (
        "このお相手には、これからの予定や回答待ちの日程調整、処理中のお支払いがあります({count}件)。"
        "キャンセルまたは取り下げてから削除してください。"
    )
    en = "{count} appointments, proposals or payments of this guest are open. Please cancel or withdraw them first."

    def __init__(self, coming: Sequence[str]) -> None:
        super().__init__(count=len(coming), extra={"coming": list(coming)[:_NAMED]})


class AskErasure:
    """Administrators only: what is erased is others' too and comes back from nowhere. Raises ``StillExpected``."""

    def __init__(
        self,
        erasures: Erasures,
        subjects: GuestSubjects,
        contacts: ContactStore,
        person_ring: KeyRing,
        data_ring: KeyRing,
        wake: Callable[[str], None],
    ) -> None:
        self._erasures = erasures
        self._subjects = subjects
        self._contacts = contacts
        self._person_ring = person_ring
        self._data_ring = data_ring
        self._wake = wake

    async def of_contact(self, contact_id: str, caller: Caller, expected: str | None) -> Erasure:
        """Asked again, the one that is under way or was the last, unless there is more by now. Raises ``NotFound``."""
        check_admin(caller)
        contact = await self._contacts.find(caller.organization_id, contact_id)
        if contact is not None:
            check_version(contact.version, expected)
            return await self._begin(contact_id, contact.email, caller)
        known = await self._known(contact_id, caller)
        return await self._begin(contact_id, self._email(known), caller) if known.secret else known

    async def of_address(self, email: str, caller: Caller) -> Erasure:
        """Of those too who never booked. Raises ``NotFound`` where nothing is known of them."""
        check_admin(caller)
        contact_id = contact_id_of(caller.organization_id, Guest(email=email))
        if contact_id is None:
            raise NotFound()
        return await self._begin(contact_id, email, caller)

    async def _begin(self, contact_id: str, email: str, caller: Caller) -> Erasure:
        persons, now = self._persons(contact_id), clock.now()
        under_way = await self._erasures.newest_of(caller.organization_id, persons, pending=True)
        found = await self._subjects.of_contact(caller.organization_id, contact_id, now, now)
        if found.coming:
            raise StillExpected(found.coming)
        contact = await self._contacts.find(caller.organization_id, contact_id)
        if under_way is not None and _covers(under_way, found, contact):
            return under_way
        if found.is_empty and contact is None:
            return await self._known(contact_id, caller)
        erasure = self._asked(persons[0], email, found, caller)
        try:
            if under_way is not None:
                await self._erasures.follow(under_way)
            await self._erasures.add(erasure, now)
        except UnderWay:
            return await self._known(contact_id, caller)
        if contact is not None:
            with suppress(StaleVersion):  # the worker does it
                await self._contacts.forget(contact, now)
        log.info("erasure.asked", erasure_id=erasure.erasure_id, by=caller.actor)
        self._wake(erasure.erasure_id)
        return erasure

    def _asked(self, person: str, email: str, found: Subjects, caller: Caller) -> Erasure:
        erasure_id = new_id("ers")
        return Erasure(
            erasure_id=erasure_id,
            organization_id=caller.organization_id,
            reason=ErasureReason.ASKED,
            person=person,
            secret=self._data_ring.encrypt(email.strip().encode(), place=PLACE.format(erasure_id)),
            asked_at=clock.now(),
            asked_by=caller.actor,
            correlation_id=caller.cause().correlation_id,
            appointment_ids=found.appointment_ids,
            proposal_ids=found.proposal_ids,
            former_ids=found.former_ids,
        )

    async def _known(self, contact_id: str, caller: Caller) -> Erasure:
        known = await self._erasures.newest_of(caller.organization_id, self._persons(contact_id))
        if known is None:
            raise NotFound()
        return known

    def _email(self, known: Erasure) -> str:
        return self._data_ring.decrypt(known.secret or "", place=PLACE.format(known.erasure_id)).decode()

    def _persons(self, contact_id: str) -> list[str]:
        """By each of our keys, the current one first: with none of them nobody can try addresses."""
        return [derive_token(key, "erased person", contact_id) for key in self._person_ring.keys.values()]


def _covers(under_way: Erasure, found: Subjects, contact: Contact | None) -> bool:
    """False where something of the guest came after it was asked."""
    return (
        set(found.appointment_ids) <= set(under_way.appointment_ids)
        and set(found.proposal_ids) <= set(under_way.proposal_ids)
        and set(found.former_ids) <= set(under_way.former_ids)
        and (contact is None or contact.created_at <= under_way.asked_at)
    )
