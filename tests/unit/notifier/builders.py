"""Builders with defaults for what notifier hears and knows."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifier.mails.material import Material
from services.notifier.mails.scene import Join
from services.notifier.model.matter import Chain, Matter, Meeting, Notice
from services.notifier.model.people import Organization
from shared import clock
from shared.contracts.booking import (
    Appointment,
    AppointmentCanceled,
    AppointmentChanged,
    AppointmentConfirmed,
    AppointmentRescheduled,
    Attendee,
    Kind,
    Proposal,
    ProposalEvent,
    Slot,
    SlotsProposed,
    Visibility,
)
from shared.contracts.envelope import Cause, CloudEvent, EventData, envelope
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffInvited
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.people import Account, Guest, Person
from shared.contracts.reminder_scheduler import ReminderDue
from shared.contracts.sealed import AppointmentSecrets, InvitationSecrets, MeetingSecrets, ProposalSecrets
from shared.contracts.zoom_issuer import (
    MeetingErrorCode,
    MeetingIssued,
    MeetingIssueFailed,
    MeetingUpdated,
    ZoomBudgetExhausted,
)
from shared.crypto import KeyRing

ORGANIZATION_ID = "org_1"
PROPOSAL_ID = "prp_1"
APPOINTMENT_ID = "apt_1"
BUS_KEYS = "b1:" + base64.b64encode(b"b" * 32).decode()
DATA_KEYS = "d1:" + base64.b64encode(b"d" * 32).decode()
BUS = KeyRing.parse(BUS_KEYS)
START = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
"""13:00 in Tokyo."""
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
GUEST = Guest(company="ABC株式会社", name="田中花子", email="hanako@example.com")
TARO = Attendee(staff_id="stf_taro", person=Person(name="山田太郎", email="taro@example.jp"))
ADMIN = Attendee(staff_id="stf_admin", person=Person(name="管理花子", email="admin@example.jp"))
JOIN = Join(url="https://zoom.example/j/72962683804?pwd=a&b=c", meeting_id="72962683804", passcode="234792")
MEETING = MeetingSecrets(join_url=JOIN.url, meeting_id="729 6268 3804", passcode=JOIN.passcode)


def an_organization(**changes: Any) -> Organization:
    return Organization(
        **{
            "organization_id": ORGANIZATION_ID,
            "version": 1,
            "name": "株式会社サンプル",
            "product_name": "Chosei",
            "time_zone": "Asia/Tokyo",
            "locale": "ja",
            "mail_format": "html",
            **changes,
        }
    )


def a_proposal(*, slots: int = 3, **changes: Any) -> Proposal:
    return Proposal(
        **{
            "proposal_id": PROPOSAL_ID,
            "kind": Kind.WEB,
            "title": "ABC株式会社:田中花子 様",
            "organizer_id": TARO.staff_id,
            "creator": ADMIN,
            "attendees": [TARO],
            "slots": [
                Slot(slot_id=f"slt_{n}", start_at=START + timedelta(days=n), end_at=START + timedelta(days=n) + HOUR)
                for n in range(slots)
            ],
            "guest": GUEST,
            "visibility": Visibility.DEFAULT,
            "platform": "zoom",
            "address": None,
            "send_mail": True,
            "expires_at": START,
            "time_zone": "Asia/Tokyo",
            "locale": "ja",
            **changes,
        }
    )


def an_appointment(*, revision: int = 1, **changes: Any) -> Appointment:
    return Appointment(
        **{
            "appointment_id": APPOINTMENT_ID,
            "proposal_id": PROPOSAL_ID,
            "revision": revision,
            "kind": Kind.WEB,
            "title": "ABC株式会社:田中花子 様",
            "start_at": START,
            "end_at": START + HOUR,
            "time_zone": "Asia/Tokyo",
            "organizer_id": TARO.staff_id,
            "creator": ADMIN,
            "attendees": [TARO],
            "guest": GUEST,
            "guest_time_zone": "",
            "guest_locale": "",
            "visibility": Visibility.DEFAULT,
            "wants_meeting": True,
            "zoom_user_id": "zu1",
            "address": None,
            "reception_code": None,
            "room_id": None,
            "confirmed_at": NOON,
            **changes,
        }
    )


def a_chain() -> Chain:
    return Chain(causation_id="evt_1", correlation_id="req_1")


def a_notice(purpose: Purpose, revision: int = 1, *audiences: Audience, **changes: Any) -> Notice:
    return Notice(
        **{
            "purpose": purpose,
            "revision": revision,
            "audiences": audiences or (Audience.GUEST, Audience.STAFF),
            "at": NOON,
            "chain": a_chain(),
            **changes,
        }
    )


def a_link(link: str = "aaaa", *, revision: int = 1, at: datetime = NOON) -> Meeting:
    return Meeting(revision=revision, at=at, chain=a_chain(), sealed="sealed" if link else None, link=link)


def a_matter(**changes: Any) -> Matter:
    """An appointment that was just confirmed."""
    return Matter(
        **{
            "about": APPOINTMENT_ID,
            "organization_id": ORGANIZATION_ID,
            "revision": 1,
            "appointment": an_appointment(),
            "notices": {"confirmed:1": a_notice(Purpose.CONFIRMED)},
            **changes,
        }
    )


def a_material(purpose: Purpose, audience: Audience = Audience.GUEST, **changes: Any) -> Material:
    proposes = purpose in (
        Purpose.PROPOSED,
        Purpose.SLOTS_CHANGED,
        Purpose.WITHDRAWN,
        Purpose.EXPIRED,
        Purpose.NEW_SLOTS_REQUESTED,
        Purpose.SLOTS_RUNNING_LOW,
        Purpose.UNANSWERED,
    )
    state = {"proposal": a_proposal(), "appointment": None} if proposes else {}
    stateless = (Purpose.CONNECTION_BROKEN, Purpose.INVITED, Purpose.SYNC_FROZEN, Purpose.ZOOM_ACCOUNT_ENDED)
    if purpose in (*stateless, Purpose.TEMPLATE_BROKEN, Purpose.BUDGET_GONE, Purpose.WEBHOOK_DISABLED):
        state = {"appointment": None}
    values = {
        "matter": a_matter(**state),
        "notice": a_notice(purpose, 1, audience),
        "audience": audience,
        "organization": an_organization(),
        "public_url": "https://chosei.example.jp",
        "organizer_address": "noreply@example.jp",
        "at": NOON,
        "guest_url": "https://chosei.example.jp/g/TOKEN",
    }
    return Material(**{**values, **changes})


def an_event(data: EventData, *, subject: str, version: int = 1, at: datetime | None = None) -> CloudEvent[Any]:
    cause = Cause(causation_id="req_1", correlation_id="req_1")
    return envelope(data, subject=subject, organization_id=ORGANIZATION_ID, version=version, cause=cause, at=at)


def organization_changed(**changes: Any) -> CloudEvent[Any]:
    values = an_organization(**changes).model_dump(exclude={"organization_id", "version"})
    data = OrganizationChanged(**values, reminder_time="07:00", allow_zoom_basic=True, drift_policy="ask")
    return an_event(data, subject=ORGANIZATION_ID)


def staff_changed(attendee: Attendee = ADMIN, *, role: str = "admin", version: int = 1) -> CloudEvent[Any]:
    data = StaffChanged(person=attendee.person, role=role, time_zone="Asia/Tokyo", locale="ja", zoom_user="")
    return an_event(data, subject=attendee.staff_id, version=version)


def staff_invited(
    attendee: Attendee = TARO, *, version: int = 1, url: str = "https://chosei.example.jp/invite/TOKEN"
) -> CloudEvent[Any]:
    data = StaffInvited(
        person=attendee.person,
        invited_by=ADMIN.person,
        locale="ja",
        expires_at=clock.now() + timedelta(days=7),
        sealed=InvitationSecrets(url=url).seal(BUS, subject=attendee.staff_id),
    )
    return an_event(data, subject=attendee.staff_id, version=version)


def proposal_event(
    kind: type[ProposalEvent] = SlotsProposed, *, version: int = 1, message: str = "", **extra: Any
) -> CloudEvent[Any]:
    proposal = extra.pop("proposal", None) or a_proposal()
    secrets = ProposalSecrets(
        guest_url="https://chosei.example.jp/g/TOKEN",
        note="社内だけのメモ",
        guidance="資料をご覧ください。",
        message=message,
    )
    data = kind(proposal=proposal, sealed=secrets.seal(BUS, subject=proposal.proposal_id), **extra)
    return an_event(data, subject=proposal.proposal_id, version=version)


def _appointment_event(
    kind: type[Any],
    appointment: Appointment,
    message: str = "",
    by_hand: MeetingSecrets | None = None,
    **extra: Any,
) -> CloudEvent[Any]:
    secrets = AppointmentSecrets(
        guest_url="https://chosei.example.jp/g/TOKEN",
        join_url=extra.pop("join_url", "https://chosei.example.jp/j/FIRST"),
        note="社内だけのメモ",
        guidance="資料をご覧ください。",
        message=message,
        by_hand=by_hand,
        place=extra.pop("place", ""),
    )
    about = appointment.appointment_id
    data = kind(appointment=appointment, sealed=secrets.seal(BUS, subject=about), **extra)
    return an_event(data, subject=about, version=appointment.revision)


def confirmed(appointment: Appointment | None = None, **extra: Any) -> CloudEvent[Any]:
    return _appointment_event(AppointmentConfirmed, appointment or an_appointment(), **extra)


def changed(appointment: Appointment, **extra: Any) -> CloudEvent[Any]:
    return _appointment_event(AppointmentChanged, appointment, **extra)


def rescheduled(appointment: Appointment, **extra: Any) -> CloudEvent[Any]:
    before = {"previous_start_at": START, "previous_end_at": START + HOUR}
    return _appointment_event(AppointmentRescheduled, appointment, **before, **extra)


def canceled(appointment: Appointment, message: str = "都合により中止します。") -> CloudEvent[Any]:
    return _appointment_event(AppointmentCanceled, appointment, message)


def meeting_issued(*, revision: int = 1, about: str = APPOINTMENT_ID) -> CloudEvent[Any]:
    data = MeetingIssued(appointment_id=about, revision=revision, sealed=MEETING.seal(BUS, subject=about))
    return an_event(data, subject=about, version=revision)


def meeting_updated(*, revision: int, link: str, about: str = APPOINTMENT_ID) -> CloudEvent[Any]:
    secrets = MeetingSecrets(join_url=link, meeting_id="999", passcode="1")
    sealed = secrets.seal(BUS, subject=about)
    data = MeetingUpdated(appointment_id=about, revision=revision, link_changed=True, sealed=sealed)
    return an_event(data, subject=about, version=revision)


def issue_failed(
    error: MeetingErrorCode,
    *,
    retry_at: datetime | None = None,
    needs_attention: bool = False,
    day_is_spent: bool = False,
    about: str = APPOINTMENT_ID,
) -> CloudEvent[Any]:
    data = MeetingIssueFailed(
        appointment_id=about,
        revision=1,
        error=error,
        reason="reason",
        retry_at=retry_at,
        needs_attention=needs_attention,
        day_is_spent=day_is_spent,
    )
    return an_event(data, subject=about)


def reminder_due(appointment: Appointment) -> CloudEvent[Any]:
    about = appointment.appointment_id
    data = ReminderDue(appointment_id=about, revision=appointment.revision, start_at=appointment.start_at)
    return an_event(data, subject=about, version=appointment.revision)


def budget_exhausted(resets_at: datetime, *, same_day_left: bool = False) -> CloudEvent[Any]:
    data = ZoomBudgetExhausted(
        zoom_user_id="zu1",
        account=Account(email="taro@zoom.example"),
        day="2026-12-01",
        resets_at=resets_at,
        same_day_left=same_day_left,
    )
    return an_event(data, subject="zu1", version=1 if same_day_left else 2)
