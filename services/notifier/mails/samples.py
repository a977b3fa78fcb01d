"""An example for every mail that organizations may write: what its placeholders become, and the preview without an
appointment of one's own. The organization's own names and zone are in it, everybody else is made up.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifier.mails.material import Material
from services.notifier.mails.moments import zone_of
from services.notifier.mails.occasions import Occasion
from services.notifier.mails.scene import Join
from services.notifier.model.matter import Chain, Matter, Notice
from services.notifier.model.people import Organization
from shared.contracts.booking import Appointment, Attendee, Kind, Proposal, Slot, Visibility
from shared.contracts.notifier import Purpose
from shared.contracts.people import Guest, Person
from shared.contracts.sealed import SaidAnswer
from shared.wording import Language

_HOUR = timedelta(hours=1)
_GUEST = {
    "ja": Guest(company="ABC株式会社", name="田中花子", email="hanako@example.jp"),
    "en": Guest(company="ABC Inc.", name="Hanako Tanaka", email="hanako@example.jp"),
}
_HOST = {"ja": "山田太郎", "en": "Taro Yamada"}
_GUIDANCE = {
    "ja": "当日は資料をお手元にご用意ください。",
    "en": "Please have the documents at hand.",
}
_ANSWERS = {
    "ja": SaidAnswer(label="ご相談内容", value="導入の進め方"),
    "en": SaidAnswer(label="Topic", value="How to begin"),
}
_WORDS = {"ja": "よろしくお願いいたします。", "en": "Thank you very much."}
_JOIN = Join(url="https://zoom.us/j/12345678901?pwd=example", meeting_id="12345678901", passcode="123456")


def sample(
    occasion: Occasion, language: Language, organization: Organization, *, public_url: str, mail_from: str, at: datetime
) -> Material:
    """The day after tomorrow at one o'clock, as a web meeting."""
    zone = zone_of(organization.time_zone)
    start = (at.astimezone(zone) + timedelta(days=2)).replace(hour=13, minute=0, second=0, microsecond=0)
    proposes = occasion.of_proposals
    matter = Matter(
        about="example",
        organization_id=organization.organization_id,
        revision=1,
        proposal=_proposal(language, start, zone) if proposes else None,
        appointment=None if proposes else _appointment(language, start, zone, at),
    )
    return Material(
        matter=matter,
        notice=example_notice(occasion, at, start, start + _HOUR),
        audience=occasion.audience,
        organization=organization,
        public_url=public_url,
        organizer_address=mail_from,
        at=at,
        guest_url=f"{public_url}/g/EXAMPLE",
        guidance=_GUIDANCE[language],
        words=_WORDS[language],
        answers=[_ANSWERS[language]],
        join=_JOIN,
        spoken=language,
    )


def example_notice(occasion: Occasion, at: datetime, start_at: datetime, end_at: datetime) -> Notice:
    """A reason for this mail; what was moved was a day earlier before."""
    moved = occasion.purpose is Purpose.RESCHEDULED
    return Notice(
        purpose=occasion.purpose,
        revision=1,
        audiences=(occasion.audience,),
        at=at,
        chain=Chain(causation_id="", correlation_id=""),
        previous_start_at=start_at - timedelta(days=1) if moved else None,
        previous_end_at=end_at - timedelta(days=1) if moved else None,
        start_at=start_at,
    )


def _host(language: Language) -> Attendee:
    return Attendee(staff_id="example", person=Person(name=_HOST[language], email="taro@example.jp"))


def _title(language: Language) -> str:
    guest = _GUEST[language]
    return f"{guest.company}:{guest.name} 様" if language == "ja" else f"{guest.company}: {guest.name}"


def _proposal(language: Language, start: datetime, zone: ZoneInfo) -> Proposal:
    host = _host(language)
    return Proposal(
        proposal_id="example",
        kind=Kind.WEB,
        title=_title(language),
        organizer_id=host.staff_id,
        creator=host,
        attendees=[host],
        slots=[
            Slot(slot_id=str(day), start_at=start + timedelta(days=day), end_at=start + timedelta(days=day) + _HOUR)
            for day in range(3)
        ],
        guest=_GUEST[language],
        visibility=Visibility.DEFAULT,
        platform="zoom",
        address=None,
        send_mail=True,
        expires_at=start,
        time_zone=zone.key,
        locale=language,
    )


def _appointment(language: Language, start: datetime, zone: ZoneInfo, at: datetime) -> Appointment:
    host = _host(language)
    return Appointment(
        appointment_id="example",
        proposal_id=None,
        revision=1,
        kind=Kind.WEB,
        title=_title(language),
        start_at=start,
        end_at=start + _HOUR,
        time_zone=zone.key,
        organizer_id=host.staff_id,
        creator=host,
        attendees=[host],
        guest=_GUEST[language],
        guest_time_zone="",
        guest_locale=language,
        visibility=Visibility.DEFAULT,
        wants_meeting=True,
        zoom_user_id=None,
        address=None,
        reception_code=None,
        room_id=None,
        confirmed_at=at,
        reschedule_until=start - _HOUR,
        cancel_until=start - _HOUR,
    )
