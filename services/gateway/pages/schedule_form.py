"""What was typed into the form of a direct schedule (E2), and the request it makes. Times are of the form's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from services.gateway.pages.typed import given
from shared.contracts.api.appointments import MAX_ATTENDEES, AppointmentView
from shared.contracts.booking import Kind
from shared.recurrence import DAYS

TEXTS = (
    "type",
    "bookable_id",
    "title",
    "span",
    "start_date",
    "start_time",
    "end_date",
    "end_time",
    "freq",
    "interval",
    "ends",
    "count",
    "until",
    "customer",
    "deal",
    "place",
    "address",
    "room_id",
    "room_name",
    "company",
    "name",
    "email",
    "guidance",
    "note",
    "visibility",
    "zone",
    "key",
)
TICKS = ("send_mail", "others_may_edit", "allow_overlap")
SPANS = ("plain", "all_day", "recurring")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Typed:
    """As the form has it; ``attendee_ids`` and ``weekdays`` are lists, ``ticked`` the boxes that are."""

    values: Mapping[str, str]
    attendee_ids: Sequence[str] = ()
    weekdays: Sequence[str] = ()
    ticked: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def all_day(self) -> bool:
        return self["span"] == "all_day"


def sent(form: FormData) -> Typed:
    """``type`` is a meeting type's id or a kind."""
    values = {name: given(form, name).replace("\r\n", "\n") for name in TEXTS}
    people = dict.fromkeys(one for one in form.getlist("attendee_ids") if isinstance(one, str))
    days = [day for day in DAYS if day in form.getlist("weekdays")]
    ticked = frozenset(name for name in TICKS if given(form, name) == "on")
    return Typed(values, [*people][: MAX_ATTENDEES + 1], days, ticked)


def blank(now: datetime, zone: str, me: str, kind: str, visibility: str, key: str) -> Typed:
    """The next full hour, an hour long, the reader attending."""
    start = now.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0) + _HOUR
    values = _times(start, start + _HOUR) | {
        "type": kind,
        "span": "plain",
        "freq": "WEEKLY",
        "interval": "1",
        "ends": "count",
        "count": "10",
        "visibility": visibility,
        "zone": zone,
        "key": key,
    }
    return Typed(values, [me], [DAYS[start.weekday()]], frozenset({"send_mail"}))


def copied(base: Typed, of: AppointmentView) -> Typed:
    """Everything but the time that has passed and the rule: a copy is a schedule of its own."""
    zone = ZoneInfo(base["zone"])
    start, end = of.start.astimezone(zone), of.end.astimezone(zone)
    times = _times(start, end - timedelta(days=1) if of.all_day else end)
    values = {
        **base.values,
        **times,
        "type": of.meeting_type.id if of.meeting_type else of.kind.value,
        "bookable_id": of.bookable_id or "",
        "span": "all_day" if of.all_day else "plain",
        "title": of.title,
        "customer": of.customer,
        "deal": of.deal,
        "place": of.place if of.kind is Kind.LINK else "",
        "address": of.address or "",
        "company": of.guest.company,
        "name": of.guest.name,
        "email": of.guest.email,
        "guidance": of.guidance,
        "note": of.note,
        "visibility": of.visibility.value,
    }
    ticked = {*(["send_mail"] if of.mails_guest else []), *(["others_may_edit"] if of.others_may_edit else [])}
    return Typed(values, [one.staff_id for one in of.attendees], base.weekdays, frozenset(ticked))


def begun_at(base: Typed, start: datetime, end: datetime) -> Typed:
    """With the times that were dragged over."""
    zone = ZoneInfo(base["zone"])
    return Typed(
        {**base.values, **_times(start.astimezone(zone), end.astimezone(zone))},
        base.attendee_ids,
        [DAYS[start.astimezone(zone).weekday()]],
        base.ticked,
    )


def request_of(typed: Typed, place_for: Sequence[str]) -> dict[str, Any]:
    """The body of ``POST /appointments``; ``place_for`` are types that take a place. Raises ``ValueError`` naming the
    field that is no time.
    """
    body: dict[str, Any] = {
        name: typed[name] for name in ("title", "customer", "deal", "guidance", "note", "visibility") if typed[name]
    }
    body |= chosen_type(typed["type"]) | _spans(typed)
    if typed.attendee_ids:
        body["attendee_ids"] = list(typed.attendee_ids)
    guest = {name: typed[name] for name in ("company", "name", "email") if typed[name].strip()}
    if guest:
        body["guest"] = guest
        body["send_mail"] = "send_mail" in typed.ticked and bool(typed["email"].strip())
    if typed["place"] and typed["type"] in place_for:
        body["place"] = typed["place"]
    body |= {name: typed[name] for name in ("address", "room_id", "bookable_id") if typed[name]}
    body |= {name: True for name in ("others_may_edit", "allow_overlap") if name in typed.ticked}
    if typed["span"] == "recurring":
        body["rrule"] = rule_of(typed)
    return body


def rule_of(typed: Typed) -> str:
    """What the controls say, as an RRULE; what is odd in it is told by booking."""
    parts = [f"FREQ={typed['freq']}"]
    if typed["interval"].strip() not in ("", "1"):
        parts.append(f"INTERVAL={typed['interval'].strip()}")
    if typed["freq"] == "WEEKLY" and typed.weekdays:
        parts.append(f"BYDAY={','.join(typed.weekdays)}")
    if typed["ends"] == "until":
        parts.append(f"UNTIL={_day(typed, 'until'):%Y%m%d}")
    else:
        parts.append(f"COUNT={typed['count'].strip()}")
    return ";".join(parts)


def chosen_type(chosen: str) -> dict[str, str]:
    """A meeting type's id, or a kind."""
    kinds = [kind.value for kind in Kind]
    return {"kind": chosen} if chosen in kinds else {"meeting_type_id": chosen}


def _spans(typed: Typed) -> dict[str, Any]:
    zone = ZoneInfo(typed["zone"])
    if typed.all_day:
        first = _day(typed, "start_date")
        last = _day(typed, "end_date") if typed["end_date"] else first
        if last == date.max:  # there is no day after
            raise ValueError("end_date")
        at = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, last + timedelta(days=1))]
        return {"all_day": True, "start": at[0].isoformat(), "end": at[1].isoformat()}
    start = _at(typed, "start_date", "start_time")
    end = _at(typed, "end_date" if typed["end_date"] else "start_date", "end_time")
    return {"start": start.isoformat(), "end": end.isoformat()}


def _at(typed: Typed, day: str, clock: str) -> datetime:
    on = _day(typed, day)
    try:
        time = datetime.strptime(typed[clock][:5], "%H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(clock) from error
    return datetime(on.year, on.month, on.day, time.hour, time.minute, tzinfo=ZoneInfo(typed["zone"]))


def _day(typed: Typed, name: str) -> date:
    try:
        return date.fromisoformat(typed[name])
    except ValueError as error:
        raise ValueError(name) from error


def _times(start: datetime, end: datetime) -> dict[str, str]:
    return {
        "start_date": start.date().isoformat(),
        "start_time": f"{start:%H:%M}",
        "end_date": end.date().isoformat(),
        "end_time": f"{end:%H:%M}",
    }
