"""Operations in words: one line for each thing, the ids that other commands take in front."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from deploy.cli.output import columns
from shared import clock
from shared.contracts.api.operations import DeadLetter, Decision, OwedEffect, Pipeline, ServiceState, Silence
from shared.operations.groups import Group, grouped

_SILENT = {
    Silence.UNREACHABLE: "cannot be reached",
    Silence.SLOW: "is reached but too slow to answer",
    Silence.FAILING: "answers with an error of its own",
}


def pipeline_lines(pipeline: Pipeline) -> list[str]:
    """What waits, service by service; then how long the stages take; then what needs somebody."""
    rows = [_row(state) for state in pipeline.services]
    head = ("service", "outbox", "queued", "due", "parked", "failed", "waiting", "")
    stages = [
        f"{one.stage}: half within {one.median_seconds:.1f} s, 95 % within {one.p95_seconds:.1f} s, "
        f"slowest {one.slowest_seconds:.1f} s, of {one.count}"
        for one in pipeline.stages
    ]
    backlog = (line for state in pipeline.services for line in (*_untried(state), *_needs(state)))
    return [*columns([head, *rows]), *stages, *backlog]


def letter_lines(letters: Sequence[DeadLetter]) -> list[str]:
    return columns(
        (one.id, "parked", one.service, one.event_type, one.subject, _tries(one.attempts), one.error) for one in letters
    )


def effect_lines(effects: Sequence[OwedEffect]) -> list[str]:
    return columns(
        (one.id, one.status, one.service, _effect(one), one.about, _tries(one.tries), _why(one)) for one in effects
    )


def owed_lines(effects: Sequence[OwedEffect]) -> list[str]:
    """Equal ones as one line without ids, and what lists them."""
    groups, few = grouped(effects)
    lines = columns(
        (f"{one.count} x", one.kind.status, one.kind.service, _kind(one.rows[0]), _whys(one)) for one in groups
    )
    return [*lines, *(["--each lists these one by one, with their ids"] if groups else []), *effect_lines(few)]


def decision_lines(decisions: Sequence[Decision]) -> list[str]:
    return columns(
        (f"{one.at:%F %H:%M}", one.by, one.action, one.service, one.what, one.about, one.reason) for one in decisions
    )


def unseen_lines(count: int) -> list[str]:
    more = "parked beside these, behind the first 1000 of their queues: {}; put those back or discard them to go on"
    return [more.format(count)] if count else []


def silent_lines(silent: Mapping[str, Silence]) -> list[str]:
    return [f"{service} {_SILENT[why]}: what it holds is missing here" for service, why in sorted(silent.items())]


def _row(state: ServiceState) -> tuple[str, ...]:
    now = state.operations
    if now is None:
        return (state.service, *("?" * 6), _SILENT[state.silence or Silence.UNREACHABLE])
    due = sum(one.waiting for one in now.work)
    if not now.bus.reachable:
        return (state.service, str(now.outbox.waiting), "?", str(due), "?", *_effects(state), "cannot reach the broker")
    return (
        state.service,
        str(now.outbox.waiting),
        str(now.bus.queued),
        str(due),
        str(now.bus.parked),
        *_effects(state),
        "",
    )


def _effects(state: ServiceState) -> tuple[str, str]:
    assert state.operations is not None
    return str(state.operations.effects.failed), str(state.operations.effects.waiting)


def _untried(state: ServiceState) -> list[str]:
    """Of what is due; the rest of it was tried, and is listed by what it is."""
    work = [one for one in state.operations.work if one.oldest_untried_at] if state.operations else []
    return [
        f"{state.service}: {one.untried} of {one.waiting} due {one.name} not tried yet, "
        f"the oldest since {one.oldest_untried_at:%F %H:%M:%S} UTC"
        for one in work
    ]


def _needs(state: ServiceState) -> list[str]:
    now = state.operations
    if now is None:
        return []
    deaf = [f"nobody consumes {queue.name} ({queue.waiting} wait)" for queue in now.bus.queues if not queue.consumers]
    failing = [f"{one.failing} rows of {one.name} end in an error: see the log" for one in now.work if one.failing]
    links = [
        f"{one.provider} of {one.staff_id or 'the organization'} is {one.status} ({one.waiting} wait for it)"
        for one in now.connections
    ]
    spent = [
        f"{one.provider} user {one.user_id} has no requests left today" for one in now.budgets if not one.requests_left
    ]
    differ = [f"{one.count} x {one.kind} {one.state} at the provider" for one in now.mirror if one.count]
    return [f"{state.service}: {line}" for line in (*deaf, *failing, *links, *spent, *differ)]


def _tries(count: int) -> str:
    return f"{count} {'try' if count == 1 else 'tries'}"


def _effect(one: OwedEffect) -> str:
    of = f"{one.effect} of {one.of}" if one.of else str(one.effect)
    return f"{of} ({one.purpose})" if one.purpose else of


def _kind(one: OwedEffect) -> str:
    return _effect(one.model_copy(update={"of": ""}))


def _why(one: OwedEffect) -> str:
    return f"{one.reason}{f': {one.detail}' if one.detail else ''}{_again(one.until)}"


def _whys(group: Group) -> str:
    return f"{group.kind.reason}, the oldest since {group.oldest_at:%F %H:%M} UTC{_again(group.next_at)}"


def _again(until: datetime | None) -> str:
    """What is due already has its turn as soon as others had theirs."""
    if until is None:
        return ""
    return f", {'again at' if until > clock.now() else 'next in line, since'} {until:%F %H:%M} UTC"
