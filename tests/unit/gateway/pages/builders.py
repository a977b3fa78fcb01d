"""Guests' views of a proposal, with defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.gateway.pages.guest_view import Reading
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView, MeetingStatus
from shared.contracts.api.proposals import GuestProposalView
from shared.problem import Language

START = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
"""13:00 in Tokyo."""


def a_slot(number: int = 1, start: datetime = START, minutes: int = 60) -> dict[str, Any]:
    return {"id": f"slt_{number}", "start": start, "end": start + timedelta(minutes=minutes), "status": "open"}


def a_proposal(**changes: Any) -> GuestProposalView:
    return GuestProposalView.model_validate(
        {
            "status": "open",
            "kind": "web",
            "title": "ご紹介",
            "organization_name": "株式会社サンプル",
            "product_name": "Chosei",
            "host_names": ["山田 太郎"],
            "platform": "zoom",
            "address": None,
            "slots": [a_slot()],
            "time_zone": "Asia/Tokyo",
            "locale": "ja",
            "guest": {"company": "ABC株式会社", "name": "田中花子", "email_masked": "h…@example.jp"},
            "expires_at": START,
            "can_ask_again": True,
            "appointment": None,
            **changes,
        }
    )


def an_appointment(
    meeting: MeetingStatus = MeetingStatus.ISSUED, status: AppointmentStatus = AppointmentStatus.CONFIRMED
) -> GuestAppointmentView:
    return GuestAppointmentView.model_validate(
        {
            "id": "apt_1",
            "status": status,
            "start": START,
            "end": START + timedelta(hours=1),
            "time_zone": "Asia/Tokyo",
            "title": "ご紹介",
            "kind": "web",
            "attendees": ["山田 太郎"],
            "meeting": {"status": meeting},
            "guest": {"company": "", "name": "田中花子", "email": "hanako@example.jp"},
            "address": None,
            "reception_code": None,
            "guidance": "10分前からご入室いただけます。",
            "organization_name": "株式会社サンプル",
            "manage_url": "",
        }
    )


def a_reading(zone: str = "Asia/Tokyo", language: Language = "ja") -> Reading:
    return Reading(language, zone, START)
