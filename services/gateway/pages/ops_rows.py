"""What waits and what failed (X7) in plain words: pure, from what the services tell of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages import times
from services.gateway.pages.effect_rows import next_try, reason_key
from services.gateway.pages.texts import catalogue, text
from services.gateway.pages.timeline_items import PROVIDERS
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.api.effects import Effect, EffectStatus
from shared.contracts.api.operations import (
    DeadLetter,
    Decision,
    LinkState,
    OwedEffect,
    OwedStatus,
    ServiceOperations,
    ServiceState,
    Silence,
    StageState,
)
from shared.operations.groups import Group
from shared.problem import Language

_PAGES = {"apt_": "/appointments/", "prp_": "/proposals/"}


@dataclass(frozen=True)
class Reading:
    """For whom the rows are written; ``names`` are of staff, by id."""

    names: Mapping[str, str]
    zone: str
    language: Language
    now: datetime

    def text(self, key: str, **values: object) -> str:
        return text(self.language, key, **values)

    def moment(self, at: datetime | None) -> str:
        return times.moment(at, self.zone, self.language) if at else ""

    def known(self, key: str, otherwise: str) -> str:
        """The words of a key that there may be none of."""
        return self.text(key) if key in catalogue("ja") else otherwise


@dataclass(frozen=True)
class OwedRow:
    """``why`` in plain words; ``code`` is what a provider said, where that is more; ``url`` leads to its subject."""

    id: str
    what: str
    who: str
    why: str
    code: str
    when: str
    url: str
    can_retry: bool
    can_give_up: bool


@dataclass(frozen=True)
class GroupRow:
    """Equal ones as one; ``id`` leads to the single ones."""

    id: str
    what: str
    why: str
    when: str
    count: int


@dataclass(frozen=True)
class ParkedRow:
    """``why`` in plain words, ``code`` as it was noted."""

    id: str
    what: str
    service: str
    why: str
    code: str
    when: str
    url: str
    tries: int


@dataclass(frozen=True)
class LinkRow:
    """A connection that needs somebody."""

    what: str
    who: str
    state: str
    waiting: int


@dataclass(frozen=True)
class ServiceRow:
    """``badge`` is the colour of ``state``; numbers are absent of one that does not answer."""

    name: str
    state: str
    badge: str
    outbox: int = 0
    due: int = 0
    queued: int = 0
    parked: int = 0
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageRow:
    """How long confirmations took to it."""

    name: str
    count: int
    median: str
    p95: str
    slowest: str


@dataclass(frozen=True)
class DecisionRow:
    """Who did what, and why."""

    at: str
    who: str
    what: str
    reason: str
    url: str


def group_row(group: Group, reading: Reading) -> GroupRow:
    when = reading.text("ops.oldest", at=reading.moment(group.oldest_at))
    if group.next_at:
        until = reading.text(next_try(group.next_at, reading.now), at=reading.moment(group.next_at))
        when = reading.text("ops.and_until", oldest=when, until=until)
    newest = group.rows[0]
    return GroupRow(group.kind.id, owed_effect(newest, reading), owed_why(newest, reading), when, group.count)


def owed_why(owed: OwedEffect, reading: Reading) -> str:
    reason = reason_key(owed.reason, EffectStatus(owed.status.value))
    return reading.text(f"effects.reason_{reason}") if reason else reading.text(f"effects.{owed.status}")


def owed_row(owed: OwedEffect, reading: Reading) -> OwedRow:
    reason = reason_key(owed.reason, EffectStatus(owed.status.value))
    code = owed.detail or (owed.reason if reason != owed.reason else "")
    when = reading.text("ops.since", at=reading.moment(owed.since))
    if owed.status is OwedStatus.WAITING and owed.until:
        when = reading.text(next_try(owed.until, reading.now), at=reading.moment(owed.until))
    return OwedRow(
        id=owed.id,
        what=owed_effect(owed, reading),
        who=_who(owed.of, reading),
        why=owed_why(owed, reading),
        code=code,
        when=when,
        url=_url(owed.about),
        can_retry=owed.can_retry,
        can_give_up=owed.can_give_up,
    )


def owed_effect(owed: OwedEffect, reading: Reading) -> str:
    if owed.effect is Effect.MAIL and owed.purpose:
        return reading.text("effects.mail_of", purpose=reading.text(f"effects.mail_{owed.purpose}"))
    gone = owed.absent and owed.effect in (Effect.MEETING, Effect.ENTRY, Effect.REMINDER)
    return reading.text(f"effects.{owed.effect}_gone" if gone else f"effects.{owed.effect}")


def _who(of: str, reading: Reading) -> str:
    sides = {"guest": "effects.of_guest", "staff": "effects.of_staff"}
    return reading.text(sides[of]) if of in sides else reading.names.get(of, "")


def _url(about: str) -> str:
    return next((page + about for prefix, page in _PAGES.items() if about.startswith(prefix)), "")


def parked_row(letter: DeadLetter, reading: Reading) -> ParkedRow:
    kind = letter.error.partition(":")[0].partition(" ")[0]
    return ParkedRow(
        id=letter.id,
        what=event_words(letter.event_type, reading),
        service=service_words(letter.service, reading),
        why=reading.known(f"ops.parked_{kind.lower()}", reading.text("ops.parked_other")),
        code=letter.error,
        when=reading.moment(letter.parked_at or letter.occurred_at),
        url=_url(letter.subject),
        tries=letter.attempts,
    )


def event_words(event_type: str, reading: Reading) -> str:
    parts = event_type.split(".")
    name = parts[-2] if len(parts) > 2 else event_type
    return reading.known(f"webhooks.event_{name}", reading.text("ops.unreadable") if name == event_type else name)


def service_words(name: str, reading: Reading) -> str:
    return reading.known(f"ops.service_{name}", name)


def silent_words(what: str, service: str, why: Silence, reading: Reading) -> str:
    """``silent``: what it holds is missing; ``unasked``: its part may not have been done."""
    return reading.text(f"ops.{what}_{why}", service=service_words(service, reading))


def link_row(link: LinkState, reading: Reading) -> LinkRow:
    whose = reading.names.get(link.staff_id, "") if link.staff_id else reading.text("ops.of_organization")
    return LinkRow(
        PROVIDERS.get(link.provider, link.provider), whose, reading.text(f"ops.link_{link.status}"), link.waiting
    )


def service_row(state: ServiceState, reading: Reading) -> ServiceRow:
    name, told = service_words(state.service, reading), state.operations
    if told is None:
        return ServiceRow(name, reading.text(f"ops.state_{state.silence or Silence.UNREACHABLE}"), "bad")
    failing = sum(work.failing for work in told.work)
    deaf = [queue.name for queue in told.bus.queues if not queue.consumers]
    more = [reading.text("ops.broker_away")] if not told.bus.reachable else []
    if told.outbox.oldest_at:
        more.append(reading.text("ops.outbox_since", at=reading.moment(told.outbox.oldest_at)))
    if failing:
        more.append(reading.text("ops.failing", count=failing))
    more += [reading.text("ops.nobody_listens", queue=queue) for queue in deaf]
    state_key, badge = ("ops.state_trouble", "wait") if more else ("ops.state_ok", "ok")
    return ServiceRow(
        name,
        reading.text(state_key),
        badge,
        told.outbox.waiting,
        sum(work.waiting for work in told.work),
        told.bus.queued,
        told.bus.parked,
        tuple(more),
    )


def untried_words(told: ServiceOperations, reading: Reading) -> str:
    """Empty where every due row was tried at least once."""
    count = sum(work.untried for work in told.work)
    oldest = min((work.oldest_untried_at for work in told.work if work.oldest_untried_at), default=None)
    at, name = reading.moment(oldest), service_words(told.service, reading)
    return reading.text("ops.untried", service=name, count=count, at=at) if count else ""


def stage_row(stage: StageState, reading: Reading) -> StageRow:
    def took(seconds: float) -> str:
        return reading.text("ops.seconds", seconds=f"{seconds:.1f}")

    return StageRow(
        reading.text(f"ops.stage_{stage.stage}"),
        stage.count,
        took(stage.median_seconds),
        took(stage.p95_seconds),
        took(stage.slowest_seconds),
    )


def decision_rows(decisions: Sequence[Decision], reading: Reading) -> list[DecisionRow]:
    return [
        DecisionRow(
            at=reading.moment(one.at),
            who=_actor(one.by, reading),
            what=reading.text(f"ops.did_{one.action}", what=_decided(one, reading)),
            reason=one.reason,
            url=_url(one.about),
        )
        for one in decisions
    ]


def _actor(by: str, reading: Reading) -> str:
    actor = Actor.read(by)
    if actor.kind is ActorKind.KEY:
        return reading.text("timeline.actor_key")
    return reading.names.get(actor.name, "") or reading.text("timeline.actor_system")


def _decided(one: Decision, reading: Reading) -> str:
    """An event's type, an effect, or a whole service."""
    if "." in one.what or not one.what:
        return event_words(one.what, reading) if one.what else service_words(one.service, reading)
    return reading.known(f"effects.{one.what}", one.what)
