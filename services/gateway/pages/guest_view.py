"""What the guest's page shows, made of booking's answer: pure functions, no request and no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.gateway.pages import add_to_calendar, times
from services.gateway.pages.guest_series import guest_series, next_of
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, GuestAppointmentView, MeetingStatus
from shared.contracts.api.proposals import GuestProposalView, GuestSlotView, ProposalStatus
from shared.contracts.booking import Kind
from shared.contracts.people import masked_address
from shared.problem import Language

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Reading:
    """How this reader wants to see it: language, zone and the moment of reading (for the zone's offset)."""

    language: Language
    zone: str
    at: datetime


@dataclass(frozen=True)
class Typed:
    """What the guest typed, kept through every refusal (R22)."""

    slot_id: str = ""
    name: str = ""
    company: str = ""
    email: str = ""


@dataclass(frozen=True)
class SlotChoice:
    id: str
    time: str
    length: str
    office: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    label: str
    slots: list[SlotChoice] = field(default_factory=list)


def days(proposal: GuestProposalView, reading: Reading, nearest: Sequence[str] = ()) -> list[Day]:
    """The slots by day in the reader's zone; the organization's own time stands beside where it differs (X12). Earliest
    first, or after a refusal as ``nearest`` orders their ids.
    """
    zone = ZoneInfo(reading.zone)
    place = {slot_id: number for number, slot_id in enumerate(nearest)}
    ordered = sorted(proposal.slots, key=lambda slot: (place.get(slot.id, len(place)), slot.start, slot.end))
    by_day: dict[date, list[GuestSlotView]] = {}
    for slot in ordered:
        by_day.setdefault(slot.start.astimezone(zone).date(), []).append(slot)
    return [
        Day(times.day(local, reading.language), [_choice(slot, proposal.time_zone, reading) for slot in slots])
        for local, slots in by_day.items()
    ]


def _choice(slot: GuestSlotView, office_zone: str, reading: Reading) -> SlotChoice:
    return SlotChoice(
        id=slot.id,
        time=times.clock_span(slot.start, slot.end, reading.zone, reading.language),
        length=text(reading.language, "guest.minutes", n=(slot.end - slot.start) // _MINUTE),
        office=office_time(slot.start, slot.end, office_zone, reading),
    )


def office_time(start: datetime, end: datetime, office_zone: str, reading: Reading) -> tuple[str, ...]:
    """The same span in the organization's zone, in pieces that stay on one line; none where it reads the same."""
    here, there = start.astimezone(ZoneInfo(reading.zone)), start.astimezone(ZoneInfo(office_zone))
    if here.utcoffset() == there.utcoffset():
        return ()
    language, mark = reading.language, "\n"
    days = "" if here.date() == there.date() else times.day(there.date(), language) + mark
    hours = times.clock_span(start, end, office_zone, language)
    city = times.zone_city(office_zone, language)
    return tuple(text(language, "guest.office_time", zone=city, time=days + hours).split(mark))


def frame(proposal: GuestProposalView, reading: Reading) -> dict[str, object]:
    """What every state of the page shows; ``asked_at`` while other times were asked for and none came since."""
    asked_at = proposal.asked_again_at
    return {
        "organization": proposal.organization_name,
        "product": proposal.product_name,
        "title": proposal.title,
        "hosts": proposal.host_names,
        "kind": kind_word(proposal.kind, reading.language),
        "address": proposal.address,
        "can_ask": proposal.can_ask_again,
        "asked_at": times.moment(asked_at, reading.zone, reading.language) if asked_at else "",
    }


def choosing(
    proposal: GuestProposalView, reading: Reading, typed: Typed | None, nearest: Sequence[str] = ()
) -> dict[str, object]:
    """The open proposal. Known company and name fill the form until the guest typed something."""
    known = proposal.guest
    starts = [slot.start for slot in proposal.slots] or [reading.at]
    return {
        **frame(proposal, reading),
        "days": days(proposal, reading, nearest),
        "nearest_first": bool(nearest),
        "zones": times.zone_choices(starts[0], reading.language, proposal.time_zone, reading.zone),
        "zone_label": times.zone_of_all(reading.zone, starts, reading.language),
        "expires": times.moment(proposal.expires_at, reading.zone, reading.language),
        "email_masked": known.email_masked,
        "typed": typed or Typed(name=known.name, company=known.company),
    }


def over(proposal: GuestProposalView, reading: Reading) -> dict[str, object]:
    """Nothing can be chosen: expired, withdrawn, every slot gone, or nobody can tell for now (G3)."""
    left = "unreadable" if proposal.unreadable else "none"
    state = {ProposalStatus.EXPIRED: "expired", ProposalStatus.WITHDRAWN: "withdrawn"}.get(proposal.status, left)
    return {
        **frame(proposal, reading),
        "mark": "over",
        "heading": text(reading.language, f"guest.{state}_heading"),
        "state": state,
        "explanation": text(reading.language, f"guest.{state}_text", organization=proposal.organization_name),
    }


def confirmed(proposal: GuestProposalView, appointment: GuestAppointmentView, reading: Reading) -> dict[str, object]:
    """What was confirmed (R23), or that it was cancelled since."""
    return {**frame(proposal, reading), **settled(appointment, reading)}


def settled(appointment: GuestAppointmentView, reading: Reading) -> dict[str, object]:
    """An appointment as its guest sees it, however it came about."""
    language = reading.language
    canceled = appointment.status is AppointmentStatus.CANCELED
    told_at = None if canceled else appointment.link_at
    state = str(appointment.status)
    if appointment.end_of_request is not None:
        state = f"request_{appointment.end_of_request}"
    email = masked_address(appointment.guest.email)
    key = "guest.confirmed_text_plain" if state == "confirmed" and not email else f"guest.{state}_text"
    return {
        "organization": appointment.organization_name,
        "kind": kind_word(appointment.kind, language),
        "appointment": appointment,
        **_when(appointment, reading),
        "series": None if canceled else guest_series(appointment, reading.zone, reading.at, language),
        "hosts": appointment.attendees,
        "address": appointment.address,
        "meeting": appointment.meeting,
        "guidance": "" if canceled else appointment.guidance,
        "canceled": canceled,
        "waiting": state == "confirmed"
        and (appointment.meeting.status is MeetingStatus.PENDING or told_at is not None),
        "told_at": times.moment(told_at, reading.zone, language) if told_at else "",
        "way": appointment.place,
        "way_url": appointment.place if _is_url(appointment.place) else "",
        "mark": "done" if state == "confirmed" else "over" if canceled else "asked",
        "heading": text(language, f"guest.{state}_heading"),
        "explanation": text(language, key, email=email, organization=appointment.organization_name),
        "email": email,
        "add_to": add_to_calendar.links(appointment) if state == "confirmed" else None,
        "cancel_message": appointment.cancel_message if canceled else "",
    }


def _when(appointment: GuestAppointmentView, reading: Reading) -> dict[str, object]:
    """Whole days are the organization's, in any reader's zone; of a series the next occurrence (E6)."""
    (start, end), language = next_of(appointment, reading.at), reading.language
    zone = appointment.time_zone if appointment.all_day else reading.zone
    whole = times.days(start, end, zone, language) if appointment.all_day else ""
    return {
        "start": start,
        "day": whole or times.day(start.astimezone(ZoneInfo(zone)).date(), language),
        "hours": "" if whole else times.clock_span(start, end, zone, language),
        "zone_label": times.zone_label(zone, start, language),
        "office": () if whole else office_time(start, end, appointment.time_zone, reading),
    }


def _is_url(text_given: str) -> bool:
    """A web address and nothing else, so that a button may lead there."""
    return text_given.startswith(("https://", "http://")) and not any(map(str.isspace, text_given))


_KINDS: Mapping[Kind, str] = {
    Kind.WEB: "web",
    Kind.VISIT: "visit",
    Kind.OUTBOUND: "outbound",
    Kind.PHONE: "phone",
}


def kind_word(kind: Kind, language: Language) -> str:
    return text(language, f"guest.kind_{_KINDS.get(kind, 'other')}")
