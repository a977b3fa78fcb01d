"""A scheduling page as guests use it (H5): times, then the form, then the appointment's own page. Every step is an
address that GET may open (G7); what was typed goes along in the form.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.edge.forwarding import idempotency_key
from services.gateway.edge.limits import TooManyRequests
from services.gateway.pages.book_steps import Said, Steps
from services.gateway.pages.booking_form import BookingForm
from services.gateway.pages.guest import later, retry_headers
from services.gateway.pages.page_visit import BOOKED, PageVisit
from services.gateway.pages.remembered_guest import is_known_to_submit, remember, remembered
from services.gateway.pages.rendering import language_for
from services.gateway.pages.slots_left import slots_left
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.page_guests import GuestPageView
from shared.problem import Problem

router = APIRouter()
SENTENCES: Mapping[str, str] = {
    "calendar_unreadable": "guest.unreadable",
    "idempotency_key_invalid": "common.expired_form",
    "idempotency_key_reused": "common.expired_form",
}
"""What else can come is temporary."""
_SAFE_URLS = ("https://", "http://")


def _visit(request: Request, slug: str) -> PageVisit:
    return PageVisit.of(request, slug, f"/p/{slug}")


async def _steps(visit: PageVisit, form: BookingForm) -> Steps:
    """In the organization's language where the browser asks for none of ours (X6). Raises ``BackendProblem``."""
    page = (await visit.parts.backends.booking.guest_page(visit.caller(), visit.place)).read(GuestPageView)
    language = language_for(visit.request, "en" if page.locale == "en" else "ja")
    return Steps(replace(visit, language=language), page, form, remembered(visit.request, page))


@router.get("/p/{slug}")
async def show(request: Request, slug: str) -> Response:
    return await _shown(_visit(request, slug), BookingForm())


@router.post("/p/{slug}/choose")
async def choose(request: Request, slug: str) -> Response:
    """Any step with what was typed; changes nothing."""
    visit, form = _visit(request, slug), await request.form()
    visit = replace(visit, pick=visit.pick.in_zone(given(form, "time_zone")))
    return await _shown(visit, BookingForm.of(form))


@router.get("/p/{slug}/choose")
async def leave_step(request: Request, slug: str) -> Response:
    visit = _visit(request, slug)
    return RedirectResponse(visit.pick.url(visit.path), status_code=303)


@router.post("/p/{slug}")
async def book(request: Request, slug: str) -> Response:
    visit = _visit(request, slug)
    visit.parts.csrf.check_origin(request)
    sent = await request.form()
    form = BookingForm.of(sent)
    visit = replace(visit, pick=replace(visit.pick, start=form.start))
    try:
        async with visit.parts.limits.mailing(request, token=slug, recipient=form.email):
            idempotency_key(form.key)
            steps = await _steps(visit, form)
            return await (_submitted(steps) if given(sent, "remembered") else _booked(steps))
    except TooManyRequests as problem:
        here = visit.pick.url(visit.path)
        return later(request, here, form.repeated(), problem, here=here)
    except BackendProblem as problem:
        return await _refused(visit, form, problem)
    except Problem as problem:
        return await _refused(visit, form, BackendProblem(problem.status, problem.body(visit.language)))


async def _submitted(steps: Steps) -> Response:
    """A time was chosen by a guest about whom all was known (H8); the form where that is so no more."""
    guest, form = steps.guest, steps.form
    if guest is not None and is_known_to_submit(steps.page, guest):
        return await _booked(replace(steps, form=guest.submitting(form)))
    return await steps.next()


async def _booked(steps: Steps) -> Response:
    """Raises ``BackendProblem``."""
    visit, form, page = steps.visit, steps.form, steps.page
    if not page.active:
        return steps.closed(410)
    if visit.pick.duration not in (None, *page.durations):
        return await steps.times(Said(text(visit.language, "page_guests.not_offered"), status=422))
    body = form.body(page.questions, steps.minutes, visit.pick.utm, steps.zone, visit.language)
    errors = form.errors(body, page.questions, visit.language)
    if form.start is None:
        return await steps.times(Said(text(visit.language, "guest.choose_first"), status=422))
    if errors:
        return steps.details([steps.chosen(form.start)], Said(errors=errors, status=422))
    reply = await visit.parts.backends.booking.book(visit.caller(key=form.key), visit.place, orjson.dumps(body))
    response = _led_on(steps, reply.json())
    if form.remember:
        remember(visit.request, response, page, form)
    return response


def _led_on(steps: Steps, made: Mapping[str, Any]) -> Response:
    """To the appointment's own page; where it is paid first, to the checkout by a page, since a redirect after a form
    would be stopped by our own form-action.
    """
    visit = steps.visit
    checkout = str(made.get("checkout_url") or "")
    if checkout.startswith(_SAFE_URLS):
        named = {"organization": steps.page.organization, "product": steps.page.product_name}
        values = {"url": checkout, **named}
        return visit.show(
            "guest/checkout.html", values, zone=steps.zone, here=visit.path, origins=steps.page.allowed_origins
        )
    path = urlsplit(str(made.get("manage_url", ""))).path or visit.path
    onward = visit.pick.onward(path)
    return RedirectResponse(f"{onward}&{BOOKED}=1" if visit.pick.embed else onward, status_code=303)


async def _shown(visit: PageVisit, form: BookingForm) -> Response:
    async with visit.parts.limits.guest(visit.request, token=visit.place):
        try:
            return await (await _steps(visit, form)).next()
        except BackendProblem as problem:
            return visit.unknown_or_down(problem)


async def _refused(visit: PageVisit, form: BookingForm, problem: BackendProblem) -> Response:
    """The step again with what was typed, a kind sentence, and the nearest times that remain (X12)."""
    try:
        steps = await _steps(visit, form)
        if problem.status == 404 or form.start is None:
            return visit.unknown_or_down(problem)
        return await _again(steps, form.start, problem)
    except BackendProblem as down:
        return visit.unknown_or_down(down)


async def _again(steps: Steps, start: datetime, problem: BackendProblem) -> Response:
    language, headers = steps.visit.language, retry_headers(problem.retry_after)
    if problem.code == "page_closed":
        return steps.closed(problem.status)
    if problem.code == "idempotency_answer_erased":
        return steps.over("booked_before", problem.status)
    if problem.code == "slot_taken":
        left = slots_left(problem)
        said = Said(text(language, f"page_guests.slot_taken{'' if left else '_none'}"), status=problem.status)
        return steps.details(left, said) if left else await steps.times(said)
    errors = steps.form.errors_from(problem.errors, steps.page.questions, language) if problem.status == 422 else {}
    sentence = errors.pop("", None) or ("" if errors else text(language, SENTENCES.get(problem.code, "guest.failed")))
    said = Said(sentence, errors, problem.status, headers)
    if any(str(item["pointer"]).startswith(("/start", "/duration")) for item in problem.errors):
        return await steps.times(said)
    return steps.details([steps.chosen(start)], said)
