"""The meeting as it is shown, decrypted at the last moment; errors word for word as E8 says."""

from services.booking.model.appointment import Appointment
from services.booking.model.effects import MEETING_KEY, Reported
from services.booking.model.people import MailLinks
from services.booking.problems import ZOOM_ERRORS
from shared.contracts.api.appointments import MeetingErrorView, MeetingStatus, MeetingView
from shared.contracts.sealed import MeetingSecrets
from shared.contracts.zoom_issuer import MeetingErrorCode
from shared.crypto import KeyRing


def secret_place(appointment_id: str) -> str:
    return f"appointments/{appointment_id}/meeting"


def by_hand_place(appointment_id: str) -> str:
    return f"appointments/{appointment_id}/link_by_hand"


def link_by_hand(appointment: Appointment, ring: KeyRing) -> MeetingSecrets | None:
    """What staff entered in place of an issued link (C4)."""
    if appointment.link_by_hand is None:
        return None
    place = by_hand_place(appointment.appointment_id)
    return MeetingSecrets.model_validate_json(ring.decrypt(appointment.link_by_hand, place=place))


def meeting_view(appointment: Appointment, ring: KeyRing) -> MeetingView:
    """A meeting that is there is shown even while a change of it is under way or failed. Of what was cancelled is told
    that its link was entered by hand: nobody but people can end that.
    """
    if not appointment.wants_meeting or not appointment.is_live:
        return MeetingView(status=MeetingStatus.NONE, by_hand=appointment.link_by_hand is not None)
    by_hand = link_by_hand(appointment, ring)
    if by_hand is not None:
        return _joinable(by_hand, by_hand=True)
    error = _error(appointment)
    known = appointment.meeting
    if known is None or known.secret is None:
        report = appointment.reports.get(MEETING_KEY)
        failed = report is not None and report.status is Reported.FAILED
        return MeetingView(status=MeetingStatus.FAILED if failed else MeetingStatus.PENDING, error=error)
    place = secret_place(appointment.appointment_id)
    secrets = MeetingSecrets.model_validate_json(ring.decrypt(known.secret, place=place))
    return _joinable(secrets, error)


def meeting_to_attend(appointment: Appointment, ring: KeyRing) -> MeetingView:
    """As those see it who follow its link: one that was deleted at Zoom leads nowhere (E7, X9)."""
    meeting = meeting_view(appointment, ring)
    gone = appointment.meeting_is_gone and meeting.status is MeetingStatus.ISSUED and not meeting.by_hand
    return MeetingView(status=MeetingStatus.PENDING) if gone else meeting


def _joinable(secrets: MeetingSecrets, error: MeetingErrorView | None = None, *, by_hand: bool = False) -> MeetingView:
    return MeetingView(
        status=MeetingStatus.ISSUED,
        join_url=secrets.join_url,
        meeting_id=secrets.meeting_id,
        passcode=secrets.passcode,
        error=error,
        by_hand=by_hand,
    )


def as_told(meeting: MeetingView, mail_links: MailLinks, own_url: str) -> MeetingView:
    """What guests are told of it (X9); as it is where they have no link of their own."""
    if meeting.join_url is None or not own_url or mail_links is MailLinks.RAW:
        return meeting
    hidden = {"join_url": own_url, "meeting_id": None, "passcode": None} if mail_links is MailLinks.OWN else {}
    return meeting.model_copy(update={"own_url": own_url, **hidden})


def _error(appointment: Appointment) -> MeetingErrorView | None:
    report = appointment.reports.get(MEETING_KEY)
    if report is None or report.status not in (Reported.FAILED, Reported.WAITING) or report.reason is None:
        return None
    code = MeetingErrorCode(report.reason)
    return MeetingErrorView(code=code, message=ZOOM_ERRORS[code])
