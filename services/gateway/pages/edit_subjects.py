"""What can be edited of a proposal and of an appointment, as the form shows it, and what a change does (R28, X12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.gateway.pages.consequences import what_moves_by_rule
from services.gateway.pages.guest_names import guest_name, heading_of, title_beside
from services.gateway.pages.rule_form import RULE, rule_fields, rule_typed
from services.gateway.pages.schedule_form import chosen_type
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentStatus, AppointmentView, AttendeeView, MeetingStatus
from shared.contracts.api.effects import Effect
from shared.contracts.api.proposals import ProposalStatus, ProposalView, SlotStatus
from shared.contracts.booking import Kind
from shared.problem import Language

_DETAILS = ("title", "guidance", "note", "visibility", "organizer_id", "address")
SCHEDULE = ("type", "customer", "deal", "place", "others_may_edit")
"""Of appointments only; ``others_may_edit`` is ``on`` or empty, ``type`` a meeting type's id or a kind."""
_GUEST = ("company", "name", "email")
ATTENDEES = "attendee_ids"


@dataclass(frozen=True)
class Consequence:
    """``words`` come true when one of the fields ``when`` changed and none of ``unless`` did."""

    words: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """``fields`` are as the form would send them, times in ``zone``; attendees stand beside, joined by commas under
    ``attendee_ids``.
    """

    noun: str
    id: str
    version: int
    zone: str
    heading: str
    kind: Kind
    fields: Mapping[str, str]
    attendees: Sequence[AttendeeView]
    editable: bool
    has_address: bool
    consequences: Sequence[Consequence]
    series: AppointmentView | None = None
    """Of what recurs (E6): its rule is among the ``fields``."""

    @property
    def url(self) -> str:
        return f"/{self.noun}/{self.id}"


def of_appointment(appointment: AppointmentView, zone: str, language: Language) -> Subject:
    return Subject(
        noun="appointments",
        id=appointment.id,
        version=appointment.version,
        zone=zone,
        heading=heading_of(appointment, language),
        kind=appointment.kind,
        fields=_fields(appointment, language)
        | _schedule(appointment)
        | rule_fields(appointment)
        | {name: getattr(appointment.guest, name) for name in _GUEST},
        attendees=appointment.attendees,
        editable=appointment.can_change and appointment.status is AppointmentStatus.CONFIRMED,
        has_address=_has_address(appointment),
        consequences=_of_appointment(appointment, language),
        series=appointment if appointment.rrule else None,
    )


def of_proposal(proposal: ProposalView, zone: str, language: Language) -> Subject:
    """With the guest and the day by which to answer."""
    expires = proposal.expires_at.astimezone(ZoneInfo(zone))
    guest = {name: getattr(proposal.guest, name) for name in _GUEST}
    return Subject(
        noun="proposals",
        id=proposal.id,
        version=proposal.version,
        zone=zone,
        heading=guest_name(proposal, language),
        kind=proposal.kind,
        fields=_fields(proposal, language) | guest | {"expires_at": f"{expires:%Y-%m-%dT%H:%M}"},
        attendees=proposal.attendees,
        editable=proposal.can_change and proposal.status in (ProposalStatus.OPEN, ProposalStatus.EXPIRED),
        has_address=_has_address(proposal),
        consequences=_of_proposal(proposal, language),
    )


def changes_of(subject: Subject, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the API is asked for: only what differs. Raises ``ValueError`` where ``expires_at`` is no time, and with its
    name where ``until`` is none.
    """
    differs = [name for name in (*subject.fields, ATTENDEES) if typed[name] != value_of(subject, name)]
    body: dict[str, Any] = {name: typed[name] for name in differs if name in _DETAILS}
    body |= {name: typed[name] for name in differs if name in ("customer", "deal", "place")}
    if "others_may_edit" in differs:
        body["others_may_edit"] = bool(typed["others_may_edit"])
    if "type" in differs and typed["type"]:
        body |= chosen_type(typed["type"])
    if "address" in body:
        body["address"] = typed["address"] or None
    if subject.series is not None and set(differs) & set(RULE):
        body["rrule"] = rule_typed(typed, subject.series)
    if ATTENDEES in differs:
        body[ATTENDEES] = [one for one in typed[ATTENDEES].split(",") if one]
    if set(differs) & set(_GUEST):
        body["guest"] = {name: typed[name] for name in _GUEST}
    if "expires_at" in differs:
        at = typed["expires_at"]
        local = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(subject.zone)) if at else None
        body["expires_at"] = local.isoformat() if local else None
    return body


def value_of(subject: Subject, name: str) -> str:
    if name == ATTENDEES:
        return ",".join(attendee.staff_id for attendee in subject.attendees)
    return subject.fields[name]


def _fields(item: ProposalView | AppointmentView, language: Language) -> dict[str, str]:
    """A title that was made of the guest is shown as none, and stays made of the guest."""
    fields = {name: str(getattr(item, name) or "").replace("\r\n", "\n") for name in _DETAILS}
    return fields | {"title": title_beside(item.title, guest_name(item, language))}


def _schedule(appointment: AppointmentView) -> dict[str, str]:
    chosen = appointment.meeting_type.id if appointment.meeting_type else appointment.kind.value
    more = {"others_may_edit": "on" if appointment.others_may_edit else ""}
    return {"type": chosen} | {name: getattr(appointment, name) for name in ("customer", "deal", "place")} | more


def _has_address(item: ProposalView | AppointmentView) -> bool:
    return item.kind is Kind.OUTBOUND or bool(item.address)


def _of_appointment(appointment: AppointmentView, language: Language) -> list[Consequence]:
    calendars = sum(one.effect is Effect.ENTRY and not one.absent for one in appointment.effects)
    meets = appointment.meeting.status is not MeetingStatus.NONE
    mails = 2 if appointment.guest.email else 1
    issued = meets and not appointment.meeting.by_hand
    found: list[Consequence] = []
    if issued:
        found += [
            Consequence(text(language, "edit.does_topic"), ("title", "customer", "deal"), ("organizer_id",)),
            Consequence(text(language, f"edit.does_another_meeting_{mails}"), ("organizer_id",)),
        ]
    if calendars:
        words = text(language, "edit.does_entries", n=calendars)
        found.append(Consequence(words, ("title", "note", "visibility", "address", "place"), ("organizer_id",)))
        found.append(Consequence(text(language, "edit.does_entries_move"), ("organizer_id",)))
    found.append(Consequence(text(language, "edit.does_type"), ("type",)))
    if appointment.rrule:
        found.append(Consequence(what_moves_by_rule(appointment, language), RULE))
    silent = ("title", "note", "visibility", "address", "guidance", "company", "name", *SCHEDULE[1:])
    alone = () if issued else ("organizer_id", ATTENDEES)
    return [
        *found,
        *_of_rights(appointment, meets, language),
        Consequence(text(language, "edit.does_entries_of_attendees"), (ATTENDEES,)),
        Consequence(text(language, "edit.does_guidance"), ("guidance",)),
        Consequence(
            text(language, "edit.does_no_mail"),
            (*silent, *alone),
            ("email", *RULE, *(("organizer_id", ATTENDEES) if issued else ())),
        ),
    ]


def _of_rights(appointment: AppointmentView, meets: bool, language: Language) -> list[Consequence]:
    """Who loses the right to attend (C9): another address is another person, and who left knows the link."""
    by_hand = appointment.meeting.by_hand
    web = "_by_hand" if by_hand else "_meeting" if meets else ""
    known = bool(appointment.guest.email)
    leaves = "by_hand" if by_hand else "2" if known else "1"
    leaving = Consequence(text(language, f"edit.does_leave_{leaves}"), (ATTENDEES,), ("organizer_id",))
    return [
        Consequence(text(language, "edit.does_guest_name"), ("company", "name"), ("email",)),
        Consequence(text(language, f"edit.does_another_guest{web}" if known else "edit.does_guest_name"), ("email",)),
        *([leaving] if meets else []),
    ]


def _of_proposal(proposal: ProposalView, language: Language) -> list[Consequence]:
    holds = sum(one.count for one in proposal.effects if one.effect is Effect.HOLD)
    slots = sum(slot.status is SlotStatus.OPEN for slot in proposal.slots)
    made_of_guest = not title_beside(proposal.title, guest_name(proposal, language))
    titled = ("title", "visibility", *(("company", "name") if made_of_guest else ()))
    later = ("guidance", "note", *(("address",) if _has_address(proposal) else ()))
    again = "edit.does_reopens" if proposal.status is ProposalStatus.EXPIRED else "edit.does_expires"
    web = "_web" if proposal.kind is Kind.WEB else ""
    changing = (*_DETAILS, *_GUEST, ATTENDEES, "expires_at")
    return [
        *([Consequence(text(language, "edit.does_holds", n=holds), titled)] if holds else []),
        Consequence(text(language, "edit.does_holds_of_attendees", n=slots), (ATTENDEES,)),
        Consequence(text(language, f"edit.does_organizer_later{web}"), ("organizer_id",)),
        Consequence(text(language, "edit.does_later"), later),
        Consequence(text(language, "edit.does_guest"), _GUEST),
        Consequence(text(language, again), ("expires_at",)),
        Consequence(text(language, "edit.does_mail"), ("send_mail",)),
        Consequence(text(language, "edit.does_no_mail"), changing, ("send_mail",)),
    ]
