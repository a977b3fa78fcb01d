"""Proposals: the list, one of them with what became of each effect, withdrawing (R28)."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn
from services.gateway.pages.effect_rows import Reading, effect_rows
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.timeline_rows import timeline_of
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from shared import clock
from shared.contracts.api.effects import Effect
from shared.contracts.api.proposals import (
    ProposalList,
    ProposalStatus,
    ProposalView,
    ProposalWithdraw,
    SlotStatus,
    SlotView,
)
from shared.problem import Language

router = APIRouter()
BADGES = {
    ProposalStatus.OPEN: "open",
    ProposalStatus.CONFIRMED: "ok",
    ProposalStatus.EXPIRED: "wait",
    ProposalStatus.WITHDRAWN: "none",
}
_SLOT_BADGES = {
    SlotStatus.OPEN: "open",
    SlotStatus.CONFIRMED: "ok",
    SlotStatus.TAKEN: "wait",
    SlotStatus.WITHDRAWN: "none",
}
_SAID = {"edited": "proposals.edited", "withdrawn": "proposals.withdrawn_done"}
PAGE_SIZE = 30


@router.get("/proposals")
async def show_list(request: Request, signed_in: Session) -> Response:
    asked = request.query_params
    status = asked.get("status", "") if asked.get("status") in set(ProposalStatus) else ""
    words, cursor = asked.get("q", "").strip()[:255], asked.get("cursor", "")
    query = {"status": status, "q": words, "cursor": cursor, "limit": str(PAGE_SIZE)}
    booking = parts_of(request).backends.booking
    found = await booking.proposals(signed_in.caller(), {name: value for name, value in query.items() if value})
    listed = found.read(ProposalList)
    more = {"status": status, "q": words, "cursor": listed.next_cursor or ""}
    return staff_page(
        request,
        signed_in,
        "staff/proposals.html",
        {
            "items": [_line(item, language_for(request)) for item in listed.items],
            "chosen": status,
            "words": words,
            "statuses": ["", *ProposalStatus],
            "more_url": f"/proposals?{urlencode(more)}" if listed.next_cursor else "",
            "first_url": f"/proposals?{urlencode({'status': status, 'q': words})}" if cursor else "",
            "filtered": bool(status or words),
        },
    )


@router.get("/proposals/{proposal_id}")
async def show(request: Request, proposal_id: str, signed_in: Session) -> Response:
    return await _detail(request, signed_in, proposal_id)


@router.get("/proposals/{proposal_id}/withdraw")
async def leave_step(proposal_id: str) -> Response:
    """Reloading what a form answered."""
    return RedirectResponse(f"/proposals/{quote(proposal_id, safe='')}", status_code=303)


@router.post("/proposals/{proposal_id}/withdraw")
async def withdraw(request: Request, proposal_id: str, signed_in: Form) -> Response:
    form = await request.form()
    body = ProposalWithdraw(notify_guest=form.get("notify_guest") == "on").model_dump_json().encode()
    try:
        await parts_of(request).backends.booking.withdraw(signed_in.caller(), proposal_id, body=body)
    except BackendProblem as problem:
        if problem.status == 404:
            raise
        return await _detail(request, signed_in, proposal_id, problem=problem.detail, status=problem.status)
    return RedirectResponse(f"/proposals/{proposal_id}?said=withdrawn", status_code=303)


async def _detail(
    request: Request, signed_in: SignedIn, proposal_id: str, *, problem: str = "", status: int = 200
) -> Response:
    language = language_for(request)
    reply = await parts_of(request).backends.booking.proposal(signed_in.caller(), proposal_id)
    proposal = reply.read(ProposalView)
    timeline = None if proposal.hidden else await timeline_of(request, signed_in, "proposals", proposal_id)
    names = {attendee.staff_id: attendee.name for attendee in proposal.attendees}
    said = _SAID.get(request.query_params.get("said", ""), "")
    heading = guest_name(proposal, language)
    return staff_page(
        request,
        signed_in,
        "staff/proposal.html",
        {
            "problem": problem,
            "said": text(language, said) if said else "",
            "proposal": proposal,
            "badge": BADGES[proposal.status],
            "heading": heading,
            "title": "" if _says_the_same(proposal.title, heading) else proposal.title,
            "slots": [_slot(slot, proposal.status, language) for slot in proposal.slots],
            "organizer": names.get(proposal.organizer_id, ""),
            "effects": effect_rows(proposal.effects, Reading(names, signed_in.zone, language, clock.now())),
            "timeline": timeline,
            "can_edit": proposal.can_change and proposal.status in (ProposalStatus.OPEN, ProposalStatus.EXPIRED),
            "can_withdraw": proposal.can_change and proposal.status is ProposalStatus.OPEN,
            "hold_count": sum(effect.count for effect in proposal.effects if effect.effect is Effect.HOLD),
        },
        status=status,
        here=f"/proposals/{proposal_id}",
    )


def _line(proposal: ProposalView, language: Language) -> dict[str, Any]:
    standing = [slot for slot in proposal.slots if slot.status is not SlotStatus.WITHDRAWN] or proposal.slots
    in_order = sorted(standing, key=lambda slot: slot.start)
    chosen = [slot for slot in in_order if slot.status is SlotStatus.CONFIRMED]
    return {
        "proposal": proposal,
        "badge": BADGES[proposal.status],
        "heading": guest_name(proposal, language),
        "slot": next(iter(chosen or in_order), None),
        "count": 0 if chosen else len(in_order),
    }


def guest_name(proposal: ProposalView, language: Language) -> str:
    """``会社名 氏名 様``, or whatever is known of the guest."""
    if proposal.hidden:
        return text(language, "proposals.private")
    guest = proposal.guest
    person = text(language, "guest.honorific", name=guest.name) if guest.name else ""
    known = " ".join(filter(None, [guest.company, person])) or guest.email
    return known or text(language, "proposals.no_name")


def _says_the_same(title: str, heading: str) -> bool:
    """A title that was made of the guest (R12)."""
    return _bare(title) == _bare(heading)


def _bare(words: str) -> str:
    return re.sub(r"[\s:]", "", words).removesuffix("様")


def _slot(slot: SlotView, proposal: ProposalStatus, language: Language) -> dict[str, Any]:
    """A slot can be chosen as long as it and its proposal are open."""
    left = slot.status is SlotStatus.OPEN
    over = "passed" if slot.start <= clock.now() else "closed" if proposal is not ProposalStatus.OPEN else ""
    word = over if left and over else str(slot.status)
    return {
        "slot": slot,
        "badge": "none" if left and over else _SLOT_BADGES[slot.status],
        "word": text(language, f"proposals.slot_{word}"),
        "gone": bool(left and over) or slot.status in (SlotStatus.TAKEN, SlotStatus.WITHDRAWN),
    }
