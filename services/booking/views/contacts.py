"""Contacts as staff see them (H6, H7)."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from services.booking.model.appointment import Appointment
from services.booking.model.contact import Contact
from services.booking.usecases.keep_contacts import may_change
from services.booking.views.booked import page_ref_view
from shared.contracts.api.contacts import (
    ContactAppointment,
    ContactDetail,
    ContactView,
    LastBookingView,
)
from shared.contracts.api.page_guests import PageRefView
from shared.internal import Caller


def contact_view(contact: Contact, caller: Caller) -> ContactView:
    return ContactView(**_members(contact, caller))


def contact_detail(contact: Contact, caller: Caller, history: Sequence[Appointment]) -> ContactDetail:
    return ContactDetail(**_members(contact, caller), history=[_appointment(one) for one in history])


def _members(contact: Contact, caller: Caller) -> dict[str, Any]:
    same = ("name", "company", "email", "owner_id", "version")
    stamps = ("first_seen_at", "last_seen_at", "created_at", "updated_at")
    members = {name: getattr(contact, name) for name in (*same, *stamps)}
    can_change = may_change(contact, caller)
    return {**members, "id": contact.contact_id, "last_booking": _last_booking(contact), "can_change": can_change}


def _last_booking(contact: Contact) -> LastBookingView | None:
    last = contact.last_booking
    if last is None:
        return None
    page = PageRefView(id=last.page.page_id, title=last.page.title, slug=last.page.slug)
    return LastBookingView(at=last.at, page=page, **last.utm.model_dump())


def _appointment(appointment: Appointment) -> ContactAppointment:
    zone = ZoneInfo(appointment.time_zone)
    return ContactAppointment(
        id=appointment.appointment_id,
        status=appointment.status,
        start=appointment.start_at.astimezone(zone),
        end=appointment.end_at.astimezone(zone),
        time_zone=appointment.time_zone,
        all_day=appointment.all_day,
        rrule=appointment.series.rrule if appointment.series else None,
        kind=appointment.kind,
        title=appointment.shown_title,
        organizer_id=appointment.organizer_id,
        outcome=appointment.outcome,
        page=page_ref_view(appointment),
    )
