"""Hearing: every event becomes facts and notices of one matter; nothing is rendered or sent here."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from services.notifier.model.invited import ANEW, lost_the_entry
from services.notifier.model.matter import Chain, Entry, Matter, Meeting, Notice, Trouble
from services.notifier.store import Matters, Safe
from shared.contracts.booking import AppointmentEvent, ProposalEvent
from shared.contracts.calendar_sync import CalendarEntryWritten, CalendarSyncFrozen, Provider
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import StaffInvited
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reminder_scheduler import NoticeDue, ReminderDue
from shared.contracts.sealed import AppointmentSecrets, InvitationSecrets, MeetingSecrets, ProposalSecrets
from shared.contracts.zoom_issuer import (
    MeetingIssued,
    MeetingIssueFailed,
    MeetingRevoked,
    MeetingSyncFrozen,
    MeetingUpdated,
    ZoomAccountEnded,
    ZoomBudgetExhausted,
)
from shared.crypto import KeyRing, token_hash


class HearOfMatters:
    """``wake`` is called with a matter that has work at once."""

    def __init__(self, matters: Matters, safe: Safe, bus: KeyRing, wake: Callable[[str], None]) -> None:
        self._matters = matters
        self._safe = safe
        self._bus = bus
        self._wake = wake

    async def proposal(
        self,
        event: CloudEvent[Any],
        data: ProposalEvent,
        purpose: Purpose,
        audiences: tuple[Audience, ...],
        *,
        ends_as: str = "",
        **particulars: Any,
    ) -> None:
        """The newest state, and a notice where somebody is to be mailed."""
        opened = ProposalSecrets.unseal(self._bus, data.sealed, subject=event.subject)
        secrets = self._safe.lock(opened.model_dump_json(), about=event.subject)
        asked = purpose is Purpose.NEW_SLOTS_REQUESTED
        words = self._safe.lock(opened.message, about=event.subject) if asked and opened.message else None
        notice = Notice(
            purpose=purpose,
            revision=event.aggregateversion,
            audiences=audiences,
            at=event.time,
            chain=_chain(event),
            tag=event.id if asked else "",  # the same revision may be asked about on several days
            words=words,
            **particulars,
        )

        def merge(matter: Matter) -> Matter:
            matter = matter.with_proposal(event.aggregateversion, data.proposal, secrets)
            matter = matter.with_notice(notice) if audiences else matter
            return matter.with_end(ends_as) if ends_as else matter

        await self._take(event, event.subject, merge)

    async def appointment(
        self, event: CloudEvent[Any], data: AppointmentEvent, *notices: Notice, ends_as: str = ""
    ) -> None:
        """The newest state, and whom to mail about what."""
        opened = AppointmentSecrets.unseal(self._bus, data.sealed, subject=event.subject)
        secrets = self._safe.lock(opened.model_dump_json(), about=event.subject)
        revision = data.appointment.revision
        by_hand = self._link(event, revision, event.subject, opened.by_hand) if opened.by_hand else None
        place = _place(event, revision, opened.place) if opened.place else None

        def merge(matter: Matter) -> Matter:
            guest_link = _fingerprint(opened.join_url)
            matter = matter.with_appointment(
                revision, data.appointment, secrets, guest_link=guest_link, by_hand=by_hand, place=place
            )
            for notice in notices:
                matter = matter.with_notice(notice)
            return matter.with_end(ends_as) if ends_as else matter

        await self._take(event, event.subject, merge)

    async def meeting(self, event: CloudEvent[Any], data: MeetingIssued | MeetingUpdated) -> None:
        """The link that is valid now; its fingerprint tells whether the last mail told it."""
        about = data.appointment_id
        opened = MeetingSecrets.unseal(self._bus, data.sealed, subject=about)
        meeting = self._link(event, data.revision, about, opened)
        await self._take(event, about, lambda matter: matter.with_meeting(meeting))

    def _link(self, event: CloudEvent[Any], revision: int, about: str, opened: MeetingSecrets) -> Meeting:
        return Meeting(
            revision=revision,
            at=event.time,
            chain=_chain(event),
            sealed=self._safe.lock(opened.model_dump_json(), about=about),
            link=_fingerprint(opened.join_url, opened.meeting_id, opened.passcode),
        )

    async def revoked(self, event: CloudEvent[MeetingRevoked]) -> None:
        gone = Meeting(revision=event.data.revision, at=event.time, chain=_chain(event))
        await self._take(event, event.data.appointment_id, lambda matter: matter.with_meeting(gone))

    async def entry(self, event: CloudEvent[CalendarEntryWritten]) -> None:
        """Whether the guest takes part in it, where they are to (H9). Who does no more is invited anew (G14)."""
        data = event.data
        if data.with_guest is None:
            return
        entry = Entry(
            revision=data.revision,
            at=event.time,
            uid=data.ical_uid,
            with_guest=data.with_guest,
            by_provider=data.provider is Provider.MICROSOFT,
        )

        def merge(matter: Matter) -> Matter:
            merged = matter.with_entry(data.staff_id, entry)
            if not lost_the_entry(matter, merged) or merged.appointment is None:
                return merged
            revision = merged.appointment.revision
            return merged.with_notice(notice_of(event, Purpose.CONFIRMED, revision, (Audience.GUEST,), tag=ANEW))

        await self._take(event, data.appointment_id, merge)

    async def issue_failed(self, event: CloudEvent[MeetingIssueFailed]) -> None:
        """Administrators are told of final failures and of those that need them; of a spent budget ``budget_gone``
        alone tells, once a day (C4).
        """
        data = event.data
        trouble = Trouble(
            revision=data.revision,
            at=event.time,
            error=data.error,
            retry_at=data.retry_at,
            needs_attention=data.needs_attention,
        )
        alarm = notice_of(event, Purpose.ISSUE_FAILED, data.revision, (Audience.ADMINS,), error=data.error)

        def merge(matter: Matter) -> Matter:
            matter = matter.with_trouble(trouble)
            return matter.with_notice(alarm) if trouble.lasts and not data.day_is_spent else matter

        await self._take(event, data.appointment_id, merge)

    async def budget_gone(self, event: CloudEvent[ZoomBudgetExhausted]) -> None:
        """One mail to the administrators for each Zoom user and day (C4)."""
        data = event.data
        notice = notice_of(
            event,
            Purpose.BUDGET_GONE,
            date.fromisoformat(data.day).toordinal(),
            (Audience.ADMINS,),
            account=data.account.email,
            retry_at=data.resets_at,
            same_day_left=data.same_day_left,
        )
        await self._take(event, f"{event.subject}/{data.day}", lambda matter: matter.with_notice(notice))

    async def reminder(self, event: CloudEvent[ReminderDue]) -> None:
        data = event.data
        notice = notice_of(
            event,
            Purpose.REMINDER,
            data.revision,
            (Audience.GUEST, Audience.STAFF),
            tag=_occurrence_tag(data.original_start_at),
            start_at=data.start_at,
            original_start_at=data.original_start_at,
        )
        await self._take(event, event.data.appointment_id, lambda matter: matter.with_notice(notice))

    async def notice(self, event: CloudEvent[NoticeDue]) -> None:
        """Each notice of a revision once; ``tag`` is how long before which start it is."""
        data = event.data
        notice = notice_of(
            event,
            Purpose.NOTICE,
            data.revision,
            (Audience.GUEST, Audience.STAFF),
            tag=f"{data.minutes}{_occurrence_tag(data.original_start_at)}",
            start_at=data.start_at,
            original_start_at=data.original_start_at,
            tells_link=data.tells_link,
        )
        await self._take(event, data.appointment_id, lambda matter: matter.with_notice(notice))

    async def connection_broken(self, event: CloudEvent[Any], staff_id: str, provider: str) -> None:
        """One mail for each time that it breaks (G19)."""
        notice = notice_of(
            event,
            Purpose.CONNECTION_BROKEN,
            event.aggregateversion,
            (Audience.STAFF,),
            tag=provider,
            provider=provider,
        )
        await self._take(event, staff_id, lambda matter: matter.with_notice(notice))

    async def zoom_account_ended(self, event: CloudEvent[ZoomAccountEnded]) -> None:
        """One mail to the administrators for each time that it breaks or is taken over (C1, G19)."""
        notice = notice_of(
            event,
            Purpose.ZOOM_ACCOUNT_ENDED,
            event.aggregateversion,
            (Audience.ADMINS,),
            tag=event.data.reason,
            provider="zoom",
        )
        await self._take(event, event.subject, lambda matter: matter.with_notice(notice))

    async def invited(self, event: CloudEvent[StaffInvited]) -> None:
        """One mail for each link; a link that is dead by then is not mailed any more."""
        data, about = event.data, event.subject
        opened = InvitationSecrets.unseal(self._bus, data.sealed, subject=about)
        notice = notice_of(
            event,
            Purpose.INVITED,
            event.aggregateversion,
            (Audience.STAFF,),
            url=self._safe.lock(opened.url, about=about),
            person=data.person,
            invited_by=data.invited_by,
            locale=data.locale,
            expires_at=data.expires_at,
        )
        await self._take(event, about, lambda matter: matter.with_notice(notice))

    async def sync_frozen(self, event: CloudEvent[CalendarSyncFrozen]) -> None:
        """One mail to the administrators for each time that it freezes (G17)."""
        data = event.data
        notice = notice_of(
            event,
            Purpose.SYNC_FROZEN,
            event.aggregateversion,
            (Audience.ADMINS,),
            tag=data.provider,
            provider=data.provider,
        )
        await self._take(event, data.staff_id, lambda matter: matter.with_notice(notice))

    async def meetings_frozen(self, event: CloudEvent[MeetingSyncFrozen]) -> None:
        """The same of a Zoom account's meetings (E7)."""
        notice = notice_of(
            event, Purpose.SYNC_FROZEN, event.aggregateversion, (Audience.ADMINS,), tag="zoom", provider="zoom"
        )
        await self._take(event, event.data.staff_id, lambda matter: matter.with_notice(notice))

    async def _take(self, event: CloudEvent[Any], about: str, merge: Callable[[Matter], Matter]) -> None:
        if await self._matters.take(about, event.organizationid, merge):
            self._wake(about)


def notice_of(
    event: CloudEvent[Any], purpose: Purpose, revision: int, audiences: tuple[Audience, ...], **particulars: Any
) -> Notice:
    """A notice that follows from this event."""
    return Notice(
        purpose=purpose, revision=revision, audiences=audiences, at=event.time, chain=_chain(event), **particulars
    )


def _occurrence_tag(original_start_at: datetime | None) -> str:
    """Tells mails of one revision apart that are about several occurrences; empty where there is one only."""
    return f"@{original_start_at:%Y%m%dT%H%M}" if original_start_at else ""


def _place(event: CloudEvent[Any], revision: int, place: str) -> Meeting:
    """Where people meet with another tool; the words themselves are among the newest state's secrets (C5)."""
    return Meeting(revision=revision, at=event.time, chain=_chain(event), link=_fingerprint(place))


def _chain(event: CloudEvent[Any]) -> Chain:
    cause = event.cause()
    return Chain(**vars(cause), traceparent=event.traceparent)


def _fingerprint(*parts: str) -> str:
    """Tells links apart without showing them; empty of nothing."""
    return token_hash("\x1f".join(parts))[:16] if any(parts) else ""
