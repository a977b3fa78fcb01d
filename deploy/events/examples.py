"""One example for each event, as its publisher would say it: made by the publishers' own classes from the values below.

A member is looked up by class and name, then by name; what is not found there is its default, or follows its type. All
examples tell of one appointment.
"""

import enum
import json
import types
import typing
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.contracts.envelope import CloudEvent, EventData
from shared.contracts.erasure import DataErased

_MADE, _START, _END = "2026-11-20T01:30:00Z", "2026-12-01T04:00:00Z", "2026-12-01T05:00:00Z"
_NEXT_START, _NEXT_END = "2026-12-02T04:00:00Z", "2026-12-02T05:00:00Z"
_TARO = {"name": "山田太郎", "kana": "やまだたろう", "email": "taro@example.jp"}
_ATTENDEE = {"staff_id": "stf_taro", "person": _TARO}

_VALUES: dict[str, Any] = {
    "about": "apt_1",
    "account": {"email": "taro@example.jp"},
    "address": None,
    "answer_by": _START,
    "appointment_id": "apt_1",
    "appointment_ids": ["apt_1"],
    "at": _MADE,
    "attendees": [_ATTENDEE],
    "bits": "AAAA",
    "building_id": "bld_1",
    "building_ids": ["bld_1"],
    "capacity": 8,
    "coming": 12,
    "company": "ABC株式会社",
    "confirmed_at": _MADE,
    "covers": ["stf_taro"],
    "creator": _ATTENDEE,
    "day": "2026-11-20",
    "drift_id": "drf_1",
    "drift_policy": "ask",
    "due_at": "2026-11-30T22:00:00Z",
    "email": "hanako@example.jp",
    "end_at": _END,
    "expires_at": "2026-11-27T01:30:00Z",
    "guest_locale": "ja",
    "guest_time_zone": "Asia/Tokyo",
    "ical_uid": "apt_1@chosei",
    "invited_by": {"name": "管理花子", "kana": "かんりはなこ", "email": "admin@example.jp"},
    "kind": "web",
    "locale": "ja",
    "mail_format": "html",
    "message_id": "<apt_1.confirmed.1.guest@example.jp>",
    "minutes": 15,
    "missing": 9,
    "month": "2026-12",
    "name": "田中花子",
    "operation": "POST /users/{id}/meetings",
    "organizer_id": "stf_taro",
    "original_start_at": None,
    "person": _TARO,
    "platform": "zoom",
    "previous_end_at": _END,
    "previous_start_at": _START,
    "product_name": "Chosei",
    "proposal_id": "prp_1",
    "proposal_ids": ["prp_1"],
    "purpose": "confirmed",
    "read_at": _MADE,
    "reason": "status_400",
    "reception_code": None,
    "reminder_time": "07:00",
    "replaced": {"z8yXwV7u": "a1BcD2eF"},
    "resets_at": "2026-11-21T00:00:00Z",
    "result": "201",
    "retry_at": None,
    "role": "member",
    "room_id": None,
    "room_name": None,
    "sealed": "",
    "since": _MADE,
    "slot_id": "slt_1",
    "slots": [{"slot_id": "slt_1", "start_at": _START, "end_at": _END, "room_id": None, "room_name": None}],
    "staff_id": "stf_taro",
    "start_at": _START,
    "time_zone": "Asia/Tokyo",
    "title": "ABC株式会社:田中花子 様",
    "topic": "ABC株式会社:田中花子 様",
    "window_end_at": "2027-11-20T00:00:00Z",
    "window_start_at": "2026-11-19T00:00:00Z",
    "zoom_user": "",
    "zoom_user_id": "a1BcD2eF",
}
_BY_CLASS: dict[tuple[str, str], Any] = {
    ("AppointmentRescheduled", "appointment"): {"start_at": _NEXT_START, "end_at": _NEXT_END, "revision": 2},
    ("AppointmentCanceled", "appointment"): {"revision": 3},
    ("Building", "name"): "本社",
    ("CalendarDriftDetected", "kind"): "moved",
    ("CalendarDriftDetected", "start_at"): _NEXT_START,
    ("CalendarDriftDetected", "end_at"): _NEXT_END,
    ("CalendarDriftDetected", "title"): None,
    ("CalendarDriftDetected", "sealed"): None,
    ("CalendarWriteFailed", "slot_id"): None,
    ("CalendarWriteFailed", "proposal_id"): None,
    ("CalendarWriteFailed", "reason"): "refused",
    ("MeetingDriftDetected", "kind"): "moved",
    ("MeetingDriftDetected", "start_at"): _NEXT_START,
    ("MeetingDriftDetected", "end_at"): _NEXT_END,
    ("MeetingDriftDetected", "topic"): None,
    ("MeetingIssueFailed", "reason"): "status_400",
    ("NotificationFailed", "reason"): "superseded",
    ("OrganizationChanged", "name"): "株式会社サンプル",
    ("Person", "name"): "山田太郎",
    ("Person", "email"): "taro@example.jp",
    ("ProviderCall", "provider"): "zoom",
    ("ReminderCanceled", "minutes"): None,
    ("Room", "name"): "会議室A",
    ("Room", "room_id"): "room-a@example.jp",
    ("RoomResponded", "room_id"): "room-a@example.jp",
    ("ZoomAccountConnected", "kind"): "consent",
}
_LEFT_TO_DEFAULT = {("Appointment", "topic")}
_SUBJECTS = {"gateway": "stf_taro", "booking": "apt_1", "notifier": "apt_1", "reminder_scheduler": "apt_1"}


def example_of(event: type[EventData]) -> dict[str, Any]:
    """The whole CloudEvent, as it is on the wire."""
    data = event.model_validate(_members(event))
    said = CloudEvent[event](  # type: ignore[valid-type]
        id=f"evt_{event.routing_key.replace('.', '_')}",
        source=f"/chosei/{event.publisher()}",
        type=event.event_type(),
        subject=_subject(event),
        time=datetime.fromisoformat(_MADE),
        organizationid="org_1",
        aggregateversion=_revision(data),
        causationid="req_1",
        correlationid="req_1",
        actor="staff:stf_taro",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        data=data,
    )
    parsed: dict[str, Any] = json.loads(said.to_wire())
    return parsed


def example_text(event: type[EventData]) -> str:
    return json.dumps(example_of(event), ensure_ascii=False, indent=1) + "\n"


def _revision(data: EventData) -> int:
    return int(getattr(getattr(data, "appointment", data), "revision", 1))


def _subject(event: type[EventData]) -> str:
    members = _members(event)
    for name, subject in (("appointment", "apt_1"), ("appointment_id", "apt_1"), ("proposal", "prp_1")):
        if name in members:
            return subject
    if "appointment_ids" in members or issubclass(event, DataErased):
        return "ers_1"
    if "proposal_id" in members:
        return "prp_1"
    if event.__name__.startswith("Organization"):
        return "org_1"
    return "stf_taro" if "staff_id" in members else _SUBJECTS.get(event.publisher(), "apt_1")


def _members(model: type[BaseModel]) -> dict[str, Any]:
    """By name; what is left to its default is not named."""
    found = {}
    for name, field in model.model_fields.items():
        value = _value(model, name, field)
        if value is not _DEFAULT:
            found[name] = value
    return found


class _Default(enum.Enum):
    """Says that a member is left to its default."""

    DEFAULT = "default"


_DEFAULT = _Default.DEFAULT


def _value(model: type[BaseModel], name: str, field: FieldInfo) -> Any:
    own, general = _BY_CLASS.get((model.__name__, name), _DEFAULT), _VALUES.get(name, _DEFAULT)
    if own is not _DEFAULT:
        inner = _inner(field.annotation)
        nested = isinstance(own, dict) and isinstance(inner, type) and issubclass(inner, BaseModel)
        return {**_members(inner), **own} if nested else own
    if not field.is_required() and (general is _DEFAULT or (model.__name__, name) in _LEFT_TO_DEFAULT):
        return _DEFAULT
    typed = _typed(field.annotation)
    if isinstance(typed, enum.Enum):
        return general if _is_member(typed, general) else typed
    return typed if general is _DEFAULT else general


def _is_member(typed: enum.Enum, value: Any) -> bool:
    return value in [member.value for member in type(typed)]


def _typed(annotation: Any) -> Any:
    """The plainest value of the type."""
    inner, origin = _inner(annotation), typing.get_origin(annotation)
    if isinstance(inner, type):
        if issubclass(inner, enum.Enum):
            return next(iter(inner))
        if issubclass(inner, BaseModel):
            return [_members(inner)] if origin in (list, tuple) else _members(inner)
        if inner in (bool, int):
            return inner(1)
        if inner is datetime:
            return _MADE
    return [] if origin in (list, tuple) else ""


def _inner(annotation: Any) -> Any:
    """The type itself, without None and the list around it."""
    if typing.get_origin(annotation) in (list, tuple, types.UnionType, typing.Union):
        return _inner(next(part for part in typing.get_args(annotation) if part is not type(None)))
    return annotation
