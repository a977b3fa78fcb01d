"""What the other services report about a proposal's or an appointment's effects (G9), in any order."""

from collections.abc import Mapping

from services.booking.model.appointment import KnownMeeting
from services.booking.model.effects import (
    FILED,
    MEETING_KEY,
    REMINDER_KEY,
    Report,
    Reported,
    mail_key,
    of_occurrence,
    report,
)
from services.booking.store import reports
from services.booking.store.bookings import BookingStore
from services.booking.views.meeting import secret_place
from shared.contracts.calendar_sync import CalendarDriftDetected
from shared.contracts.notifier import Audience, NotificationFailed, NotificationSent, Purpose
from shared.contracts.reminder_scheduler import ReasonNotReminded, ReminderCanceled, ReminderScheduled
from shared.contracts.sealed import EntrySecrets, MeetingSecrets
from shared.contracts.zoom_issuer import MeetingIssueFailed
from shared.crypto import KeyRing

# Ids of what has effects here. Other mails (of a Zoom user's budget, a template, a connection) count revisions in their
# own ways, which need not fit into an order.
_SHOWN_HERE = ("apt_", "prp_")


class RecordEffects:
    """Each method takes one fact; ``within`` is the publisher's own count, which orders facts of one revision."""

    def __init__(self, store: BookingStore, bus_ring: KeyRing, data_ring: KeyRing) -> None:
        self._store = store
        self._bus_ring = bus_ring
        self._data_ring = data_ring

    def typed_above_the_block(self, drift: CalendarDriftDetected) -> str | None:
        """The user's text in an entry, where it is another (E4). Raises ``UndecryptableValue``."""
        if drift.sealed is None:
            return None
        return EntrySecrets.unseal(self._bus_ring, drift.sealed, subject=drift.appointment_id).note

    async def holds(self, proposal_id: str, told: Mapping[str, Report]) -> None:
        """The appointment that the proposal became shows its releases too. The proposal first: what comes before the
        confirmation is copied with it, what comes after finds the appointment.
        """
        await reports.keep_all(self._store.proposals, {"_id": proposal_id}, told)
        await reports.keep_all(self._store.appointments, {"proposal_id": proposal_id}, told)

    async def entries(self, appointment_id: str, told: Mapping[str, Report]) -> None:
        await reports.keep_all(self._store.appointments, {"_id": appointment_id}, told)

    async def room(self, appointment_id: str, told: Mapping[str, Report]) -> None:
        """A room's answer; none is lost on the way to the staff."""
        await reports.keep_all(self._store.appointments, {"_id": appointment_id}, told)

    async def guest(self, appointment_id: str, told: Mapping[str, Report]) -> None:
        """What the guest says to the entry in which they take part (H9)."""
        await reports.keep_all(self._store.appointments, {"_id": appointment_id}, told)

    async def meeting_there(self, appointment_id: str, revision: int, sealed: str, within: int) -> None:
        """Issued or updated: what is needed to join is kept encrypted (G26)."""
        secrets = MeetingSecrets.unseal(self._bus_ring, sealed, subject=appointment_id)
        secret = self._data_ring.encrypt(secrets.model_dump_json().encode(), place=secret_place(appointment_id))
        told = report(revision, Reported.DONE, within=within)
        await reports.keep_meeting(
            self._store.appointments, appointment_id, KnownMeeting(order=told.order, secret=secret)
        )
        await self._appointment(appointment_id, MEETING_KEY, told)

    async def meeting_gone(self, appointment_id: str, revision: int, within: int) -> None:
        told = report(revision, Reported.GONE, within=within)
        await reports.keep_meeting(
            self._store.appointments, appointment_id, KnownMeeting(order=told.order, secret=None)
        )
        await self._appointment(appointment_id, MEETING_KEY, told)

    async def meeting_failed(self, event: MeetingIssueFailed, within: int) -> None:
        status = Reported.WAITING if event.retry_at else Reported.FAILED
        told = report(event.revision, status, within=within, reason=event.error, until=event.retry_at)
        await self._appointment(event.appointment_id, MEETING_KEY, told)

    async def mail_sent(self, event: NotificationSent, within: int) -> None:
        if not event.about.startswith(_SHOWN_HERE):
            return
        told = report(event.revision, Reported.DONE, within=within, lacks_link=not event.with_meeting)
        await self._mail(event, told)

    async def mail_failed(self, event: NotificationFailed, within: int) -> None:
        """For good, or put off until its next try."""
        if not event.about.startswith(_SHOWN_HERE):
            return
        status = Reported.SUPPRESSED if event.suppressed else Reported.FAILED
        status = Reported.WAITING if event.retry_at else status
        told = report(event.revision, status, within=within, reason=event.reason, until=event.retry_at)
        await self._mail(event, told)

    async def _mail(self, event: NotificationSent | NotificationFailed, told: Report) -> None:
        key = of_occurrence(mail_key(event.purpose, event.audience), event.original_start_at)
        if not await reports.keep(self._store.appointments, event.about, key, told):
            await reports.keep(self._store.proposals, event.about, key, told)

    async def reminder_filed(self, filed: ReminderScheduled, within: int) -> None:
        """It is done when its mails are (G21)."""
        told = report(filed.revision, Reported.WAITING, within=within, reason=FILED, until=filed.due_at)
        await self._appointment(filed.appointment_id, of_occurrence(REMINDER_KEY, filed.original_start_at), told)

    async def reminder_dropped(self, dropped: ReminderCanceled, within: int) -> None:
        gone = dropped.reason is ReasonNotReminded.CANCELED
        status = Reported.GONE if gone else Reported.SUPPRESSED
        told = report(dropped.revision, status, reason=dropped.reason, within=within)
        await self._appointment(dropped.appointment_id, of_occurrence(REMINDER_KEY, dropped.original_start_at), told)

    async def notice_dropped(self, dropped: ReminderCanceled, within: int) -> None:
        """Nobody is mailed, so that nothing else tells how it ended (G9)."""
        told = report(dropped.revision, Reported.SUPPRESSED, within=within, reason=dropped.reason)
        for audience in (Audience.GUEST, Audience.STAFF):
            key = of_occurrence(mail_key(Purpose.NOTICE, audience), dropped.original_start_at)
            await self._appointment(dropped.appointment_id, key, told)

    async def _appointment(self, appointment_id: str, key: str, told: Report) -> None:
        await reports.keep(self._store.appointments, appointment_id, key, told)
