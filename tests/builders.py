"""Builders with defaults: ``an_appointment(start_at=…)`` is a valid one, tests name only what they are about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared import clock
from shared.contracts.booking import Appointment, Attendee, Kind, Proposal, Slot, Visibility
from shared.contracts.envelope import Cause, CloudEvent, EventData, envelope
from shared.contracts.people import Guest, Person
from shared.crypto import KeyRing

ORGANIZATION = "org_sample"
BUS_KEYS = "k1:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
DATA_KEYS = "d1:" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
BUS_RING = KeyRing.parse(BUS_KEYS)


def an_attendee(staff_id: str = "stf_taro", name: str = "山田太郎", email: str = "taro@example.jp") -> Attendee:
    return Attendee(staff_id=staff_id, person=Person(name=name, email=email, kana="やまだたろう"))


def a_guest(**changes: str) -> Guest:
    return Guest(**{"company": "ABC株式会社", "name": "田中花子", "email": "hanako@example.jp", **changes})


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """UTC."""
    return (clock.now() + timedelta(days=1)).astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)


def a_slot(slot_id: str = "slt_1", start_at: datetime | None = None, minutes: int = 60) -> Slot:
    start_at = start_at or tomorrow_at(4)
    return Slot(slot_id=slot_id, start_at=start_at, end_at=start_at + timedelta(minutes=minutes))


def a_proposal(**changes: Any) -> Proposal:
    values: dict[str, Any] = {
        "proposal_id": "prp_1",
        "kind": Kind.WEB,
        "title": "ABC株式会社:田中花子 様",
        "organizer_id": "stf_taro",
        "creator": an_attendee(),
        "attendees": [an_attendee()],
        "slots": [a_slot("slt_1", tomorrow_at(4)), a_slot("slt_2", tomorrow_at(6))],
        "guest": a_guest(),
        "visibility": Visibility.DEFAULT,
        "platform": "zoom",
        "address": None,
        "send_mail": True,
        "expires_at": tomorrow_at(4),
        "time_zone": "Asia/Tokyo",
        "locale": "ja",
    }
    return Proposal(**{**values, **changes})


def an_appointment(**changes: Any) -> Appointment:
    start_at = changes.get("start_at") or tomorrow_at(4)
    values: dict[str, Any] = {
        "appointment_id": "apt_1",
        "proposal_id": "prp_1",
        "revision": 1,
        "kind": Kind.WEB,
        "title": "ABC株式会社:田中花子 様",
        "start_at": start_at,
        "end_at": start_at + timedelta(hours=1),
        "time_zone": "Asia/Tokyo",
        "organizer_id": "stf_taro",
        "creator": an_attendee(),
        "attendees": [an_attendee()],
        "guest": a_guest(),
        "guest_time_zone": "",
        "guest_locale": "",
        "visibility": Visibility.DEFAULT,
        "wants_meeting": True,
        "zoom_user_id": "zoom-user-1",
        "address": None,
        "reception_code": None,
        "room_id": None,
        "confirmed_at": clock.now(),
    }
    return Appointment(**{**values, **changes})


def an_event(data: EventData, *, subject: str, version: int = 1, at: datetime | None = None) -> CloudEvent[Any]:
    return envelope(data, subject=subject, organization_id=ORGANIZATION, version=version, cause=Cause.outside(), at=at)
