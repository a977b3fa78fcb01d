"""A timeline (X3) in plain words: pure, from booking's facts; the words are those of ``i18n/timeline``, and of
``effects`` for mails and reasons.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.gateway.pages import times
from services.gateway.pages.effect_rows import reason_key
from services.gateway.pages.texts import catalogue, text
from services.gateway.usecases.read_timeline import Told
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.api.effects import EffectStatus
from shared.contracts.api.timeline import ActorView, CallView, TimelineItem, TimelineList
from shared.contracts.booking import ReasonGone
from shared.contracts.timeline import Facts, TimelineEntry
from shared.money import money_words
from shared.problem import Language

PROVIDERS = {"google": "Google", "microsoft": "Microsoft", "zoom": "Zoom", "smtp": "SMTP"}
_BY_REASON = (
    "slots_changed",
    "room_responded",
    "guest_responded",
    "appointment_changed",
    "appointment_canceled",
    "outcome_recorded",
    "payment_recorded",
)
"""Whose reason is a sentence of its own."""


@dataclass(frozen=True)
class _Reading:
    """For whom it is written."""

    names: dict[str, str]
    zone: str
    language: Language

    def text(self, key: str, **values: object) -> str:
        return text(self.language, key, **values)

    def joined(self, staff_ids: list[str]) -> str:
        known = (self.names.get(staff_id, "") for staff_id in staff_ids)
        return self.text("common.list_comma").join(filter(None, known))


def timeline_list(told: Told, *, zone: str, language: Language) -> TimelineList:
    reading = _Reading(told.names, zone, language)
    items = [_item(entry, reading) for entry in told.page.items]
    return TimelineList(items=items, next_cursor=told.page.next_cursor)


def _item(entry: TimelineEntry, reading: _Reading) -> TimelineItem:
    name = entry.type.split(".")[-2]
    zone = ZoneInfo(reading.zone)
    return TimelineItem(
        id=entry.entry_id,
        at=entry.at.astimezone(zone),
        type=entry.type,
        title=_title(name, entry.facts, reading),
        actor=_actor(entry.actor, reading),
        detail=" · ".join(filter(None, _details(name, entry.facts, reading))),
        calls=[
            CallView(at=call.at.astimezone(zone), provider=call.provider, operation=call.operation, result=call.result)
            for call in entry.calls
        ],
    )


def _title(name: str, facts: Facts, reading: _Reading) -> str:
    """The most particular sentence that there is for it; events that this version knows no words for say their name."""
    kind = name
    if name in ("notification_sent", "notification_failed"):
        how = "notification_suppressed" if facts.suppressed else "notification_put_off" if facts.until else name
        kind = f"{how}_{facts.audience}"
    elif name in _BY_REASON and facts.reason:
        kind = f"{name}_{facts.reason}"
    elif name == "reminder_canceled" and facts.purpose:
        kind = f"{name}_{facts.purpose}"
    elif facts.occurrence:
        kind = f"{name}_occurrence"
    elif name == "calendar_write_failed" and facts.slot_ids:
        kind = f"{name}_hold"
    for key in (kind, name):
        if f"timeline.{key}" in catalogue("ja"):
            return reading.text(f"timeline.{key}", purpose=_purpose(facts.purpose, reading))
    return reading.text("timeline.other", name=name)


def _purpose(purpose: str, reading: _Reading) -> str:
    known = f"effects.mail_{purpose}" in catalogue("ja")
    return reading.text(f"effects.mail_{purpose}") if known else purpose


def _actor(text_of: str, reading: _Reading) -> ActorView:
    actor = Actor.read(text_of)
    if actor.kind is ActorKind.STAFF:
        known = reading.names.get(actor.name) or reading.text("effects.of_staff")
        return ActorView(kind=actor.kind, staff_id=actor.name, name=known)
    if actor.kind is ActorKind.KEY and actor.name in reading.names:
        name = reading.text("timeline.actor_key_named", name=reading.names[actor.name])
        return ActorView(kind=actor.kind, name=name)
    if actor.kind is ActorKind.PROVIDER:
        return ActorView(kind=actor.kind, name=PROVIDERS.get(actor.name, actor.name))
    return ActorView(kind=actor.kind, name=reading.text(f"timeline.actor_{actor.kind}"))


def _details(name: str, facts: Facts, reading: _Reading) -> list[str]:
    return [
        _span(facts, reading),
        _money(facts, reading),
        reading.joined(facts.staff_ids),
        PROVIDERS.get(facts.provider, facts.provider),
        _slots(name, facts, reading),
        reading.text("timeline.link_changed") if facts.link_changed else "",
        reading.text("timeline.link_stays_known") if facts.link_stays_known else "",
        "" if name in _BY_REASON else _reason(facts, reading),
        _until(name, facts, reading),
    ]


def _money(facts: Facts, reading: _Reading) -> str:
    return money_words(facts.amount, facts.currency, reading.language) if facts.amount is not None else ""


def _slots(name: str, facts: Facts, reading: _Reading) -> str:
    """What there is to choose from; where slots went, what remains; of holds that went together, how many."""
    if name in ("holds_placed", "holds_released") and len(facts.slot_ids) > 1:
        return reading.text("timeline.holds", count=len(facts.slot_ids))
    if name not in ("slots_proposed", "slots_changed"):
        return ""
    key = "timeline.slots_left" if facts.reason == ReasonGone.TAKEN else "timeline.slots"
    return reading.text(key, count=len(facts.slot_ids))


def _span(facts: Facts, reading: _Reading) -> str:
    if facts.start_at is None or facts.end_at is None:
        return ""
    now = times.span_or_days(facts.start_at, facts.end_at, reading.zone, reading.language)
    if facts.previous_start_at is None or facts.previous_end_at is None:
        return now
    before = times.span_or_days(facts.previous_start_at, facts.previous_end_at, reading.zone, reading.language)
    return f"{before} → {now}"


def _reason(facts: Facts, reading: _Reading) -> str:
    status = EffectStatus.WAITING if facts.until else EffectStatus.FAILED
    key = reason_key(facts.reason, EffectStatus.SUPPRESSED if facts.suppressed else status)
    return reading.text(f"effects.reason_{key}") if key else ""


def _until(name: str, facts: Facts, reading: _Reading) -> str:
    if facts.until is None:
        return ""
    keys = {"reminder_scheduled": "effects.until_reminder", "payment_recorded": "timeline.pay_until"}
    key = keys.get(name, "effects.until")
    return reading.text(key, at=times.moment(facts.until, reading.zone, reading.language))
