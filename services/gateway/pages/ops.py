"""The page of operators (X7): what waits, what failed and why, and what can be done about it. Administrators only;
works without scripts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages.ops_rows import (
    Reading,
    decision_rows,
    group_row,
    link_row,
    owed_effect,
    owed_row,
    owed_why,
    parked_row,
    service_row,
    silent_words,
    stage_row,
    untried_words,
)
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, whole_number
from services.gateway.parts import operations_of, parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.usecases.operations import OwedByKind
from shared import clock
from shared.contracts.actors import Actor
from shared.contracts.api.operations import (
    DeadLetterList,
    Done,
    GiveUp,
    OwedStatus,
    Pipeline,
    ReplayMany,
    RetryMany,
    Silence,
)
from shared.cursors import CursorInvalid
from shared.operations.groups import kind_named
from shared.problem import NotFound

router = APIRouter()
HERE = "/ops"
_AT_ONCE = 20
_DECISIONS = 10
_SAID = ("retried", "retried_many", "given_up", "replayed", "replayed_many", "discarded", "reconciled")
_ONE = Done(count=1)
_WRONG = ("gone", "reason", "unavailable", "not_given_up")


@router.get(HERE)
async def show(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    operations, caller = operations_of(request), signed_in.caller()
    cursor = _cursor(request, "parked")
    try:
        pipeline, failed, waiting, parked, decided = await asyncio.gather(
            operations.pipeline(caller),
            operations.effects_by_kind(caller, OwedStatus.FAILED),
            operations.effects_by_kind(caller, OwedStatus.WAITING),
            operations.dead_letters(caller, limit=_AT_ONCE, cursor=cursor),
            operations.decisions(caller, limit=_DECISIONS),
        )
    except CursorInvalid:
        return RedirectResponse(HERE, status_code=303)
    links = [link for one in pipeline.services if one.operations for link in one.operations.connections]
    people = [one.of for listed in (failed, waiting) for one in listed.few]
    people += [Actor.read(one.by).name for one in decided.items]
    people += [link.staff_id for link in links if link.staff_id]
    reading = await _reading(request, signed_in, people)
    silent = {one.service: one.silence for one in pipeline.services if one.silence}
    for listed in (failed, waiting, parked, decided):
        silent = {**listed.silent, **silent}
    values = {
        **_of_services(pipeline, reading),
        "silent": [silent_words("silent", *one, reading) for one in silent.items()],
        **_of_lists(failed, waiting, parked, reading),
        "decisions": decision_rows(decided.items, reading),
        "next": _next_of("parked", parked.next_cursor, cursor),
        "said": _told(request, "said", _SAID),
        "problem": _told(request, "wrong", _WRONG),
        "unasked": [silent_words("unasked", *one, reading) for one in _unasked(request, operations.names)],
    }
    return staff_page(request, signed_in, "staff/ops.html", values, here=HERE)


@router.get(HERE + "/effects")
async def show_kind(request: Request, signed_in: Session) -> Response:
    """Equal effects one by one; back to the overview where there are none any more."""
    require_admin(signed_in)
    cursor = _cursor(request, "cursor")
    try:
        kind = kind_named(request.query_params.get("kind", "")[:800])
        listed = await operations_of(request).effects_of_kind(signed_in.caller(), kind, limit=_AT_ONCE, cursor=cursor)
    except CursorInvalid:
        return RedirectResponse(HERE, status_code=303)
    if not listed.items and not listed.silent:
        return RedirectResponse(HERE, status_code=303)
    reading = await _reading(request, signed_in, [one.of for one in listed.items])
    values = {
        "rows": [owed_row(one, reading) for one in listed.items],
        "what": owed_effect(listed.items[0], reading) if listed.items else "",
        "why": owed_why(listed.items[0], reading) if listed.items else "",
        "state": kind.status,
        "silent": [silent_words("silent", *one, reading) for one in listed.silent.items()],
        "next": _next_of("cursor", listed.next_cursor, cursor, kind=kind.id),
    }
    return staff_page(request, signed_in, "staff/ops_effects.html", values, here=HERE)


def _cursor(request: Request, name: str) -> str | None:
    return request.query_params.get(name, "")[:800] or None


def _next_of(name: str, following: str | None, turned: str | None, **more: str) -> dict[str, str]:
    """Queries of the first page, where this is another, and of the next one."""
    first = {"first": urlencode(more)} if turned else {}
    return first | ({"next": urlencode({**more, name: following})} if following else {})


def _of_services(pipeline: Pipeline, reading: Reading) -> dict[str, object]:
    told = [one.operations for one in pipeline.services if one.operations]
    return {
        "totals": pipeline.totals,
        "services": [service_row(one, reading) for one in pipeline.services],
        "untried": [words for one in told if (words := untried_words(one, reading))],
        "links": [link_row(link, reading) for one in told for link in one.connections],
        "budgets": [budget for one in told for budget in one.budgets],
        "mirror": [count for one in told for count in one.mirror if count.count],
        "stages": [stage_row(one, reading) for one in pipeline.stages],
        "known": reading.known,
    }


def _of_lists(failed: OwedByKind, waiting: OwedByKind, parked: DeadLetterList, reading: Reading) -> dict[str, object]:
    return {
        "failed": _of_kinds(failed, reading),
        "waiting": _of_kinds(waiting, reading),
        "parked": [parked_row(one, reading) for one in parked.items],
        "parked_total": parked.total,
        "parked_unseen": parked.unseen,
    }


def _of_kinds(owed: OwedByKind, reading: Reading) -> dict[str, object]:
    return {
        "groups": [group_row(one, reading) for one in owed.groups],
        "few": [owed_row(one, reading) for one in owed.few],
        "more": owed.more,
    }


async def _reading(request: Request, signed_in: SignedIn, people: Iterable[str]) -> Reading:
    names = await parts_of(request).staff.names_of(signed_in.organization.id, sorted(set(people)))
    return Reading(names, signed_in.zone, language_for(request), clock.now())


def _told(request: Request, name: str, known: tuple[str, ...]) -> str:
    """What was just done, or why not, in words."""
    word, language = request.query_params.get(name, ""), language_for(request)
    if word not in known:
        return ""
    count, unseen = (whole_number(request.query_params.get(one, ""), digits=7) or 0 for one in ("count", "unseen"))
    said = text(language, f"ops.{name}_{word}", count=count)
    return f"{said} {text(language, 'ops.go_on', count=unseen)}" if unseen else said


def _unasked(request: Request, services: Iterable[str]) -> list[tuple[str, Silence]]:
    """Who did not answer when something was to be done everywhere, and why."""
    said = {why: request.query_params.getlist(why) for why in Silence}
    return [(name, why) for name in services for why in Silence if name in said[why]]


@router.post(HERE + "/effects/retry")
async def retry_all(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _many(operations_of(request).retry_many(signed_in.caller(), RetryMany()), "retried_many")


@router.post(HERE + "/effects/{effect_id}/retry")
async def retry(request: Request, effect_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _done(operations_of(request).retry(signed_in.caller(), effect_id), "retried")


@router.post(HERE + "/effects/{effect_id}/give-up")
async def give_up(request: Request, effect_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _ended(request, partial(operations_of(request).give_up, signed_in.caller(), effect_id), "given_up")


@router.post(HERE + "/dead-letters/replay")
async def replay_all(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _many(operations_of(request).replay_many(signed_in.caller(), ReplayMany()), "replayed_many")


@router.post(HERE + "/dead-letters/{parked_id}/replay")
async def replay(request: Request, parked_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _done(operations_of(request).replay(signed_in.caller(), parked_id), "replayed")


@router.post(HERE + "/dead-letters/{parked_id}/discard")
async def discard(request: Request, parked_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _ended(request, partial(operations_of(request).discard, signed_in.caller(), parked_id), "discarded")


@router.post(HERE + "/reconcile")
async def reconcile(request: Request, signed_in: Form) -> Response:
    require_admin(signed_in)
    return await _many(operations_of(request).reconcile(signed_in.caller()), "reconciled")


async def _ended(request: Request, end: Callable[[GiveUp], Awaitable[object]], said: str) -> Response:
    """For good, and with a reason."""
    try:
        asked = GiveUp(reason=given(await request.form(), "reason"))
    except ValidationError:
        return _back("wrong", "reason")
    return await _done(end(asked), said)


async def _done(work: Awaitable[object], said: str) -> Response:
    """What is not there any more was done by somebody else, or by itself."""
    try:
        await work
    except NotFound:
        return _back("wrong", "gone")
    except BackendProblem as problem:
        if problem.status not in (404, 409, 503):
            raise
        return _back("wrong", {404: "gone", 409: "not_given_up"}.get(problem.status, "unavailable"))
    return _back("said", said)


async def _many(work: Awaitable[Done], said: str) -> Response:
    return _back("said", said, await work)


def _back(name: str, word: str, done: Done = _ONE) -> Response:
    silent = [(why.value, service) for service, why in done.silent.items()]
    query = urlencode([(name, word), ("count", done.count), ("unseen", done.unseen), *silent])
    return RedirectResponse(f"{HERE}?{query}", status_code=303)
