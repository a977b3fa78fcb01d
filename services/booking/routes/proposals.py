"""Staff: proposals."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from services.booking.model.copied_slots import slots_text
from services.booking.model.proposal import Proposal
from services.booking.problems import MALFORMED, invalid
from services.booking.routes.versions import changed, if_match
from services.booking.schemas import cursor_of, fingerprint, parse, read_cursor, read_json
from services.booking.store.bookings import BookingStore
from services.booking.store.listings import newest_proposals
from services.booking.usecases.edit_proposal import EditProposal
from services.booking.usecases.end_proposal import WithdrawProposal
from services.booking.usecases.links import Links
from services.booking.usecases.propose import ProposeSlots
from services.booking.views.staff import proposal_view
from shared.contracts.api.fields import zone_names
from shared.contracts.api.proposals import (
    ProposalCreate,
    ProposalList,
    ProposalPatch,
    ProposalStatus,
    ProposalView,
    ProposalWithdraw,
)
from shared.internal import Caller, Guard, caller
from shared.problem import NotFound

Who = Annotated[Caller, Depends(caller)]
Expected = Annotated[str | None, Depends(if_match)]


def build_proposal_routes(
    guard: Guard,
    store: BookingStore,
    links: Links,
    propose: ProposeSlots,
    edit: EditProposal,
    withdraw: WithdrawProposal,
) -> APIRouter:
    router = APIRouter(prefix="/internal/proposals", dependencies=[Depends(guard)])

    def view(proposal: Proposal, who: Caller) -> ProposalView:
        return proposal_view(proposal, who, links.guest_url(proposal.proposal_id, proposal.token))

    async def find(proposal_id: str, who: Caller) -> Proposal:
        proposal = await store.proposal(who.organization_id, proposal_id)
        if proposal is None:
            raise NotFound()
        return proposal

    @router.post("", status_code=201)
    async def create(request: Request, who: Who) -> ProposalView:
        given = read_json(await request.body())
        return view(await propose(parse(ProposalCreate, given), who, fingerprint(given)), who)

    @router.post("/preview")
    async def preview(request: Request, who: Who) -> dict[str, Any]:
        event = await propose.preview(parse(ProposalCreate, read_json(await request.body())), who)
        return {
            "event": event.routing_key,
            "subject": event.subject,
            "data": event.data.model_dump(mode="json"),
            "organization_id": event.organizationid,
        }

    @router.get("")
    async def show_all(
        who: Who,
        status: ProposalStatus | None = None,
        q: Annotated[str, Query(max_length=255)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> ProposalList:
        after = read_cursor(cursor, 1, who.language)
        found = await newest_proposals(
            store.proposals, who, status=status, words=q, before_id=after[0] if after else None, limit=limit
        )
        page = found[:limit]
        more = cursor_of(page[-1].proposal_id) if len(found) > limit else None
        return ProposalList(items=[view(proposal, who) for proposal in page], next_cursor=more)

    @router.get("/{proposal_id}")
    async def show(proposal_id: str, who: Who) -> ProposalView:
        return view(await find(proposal_id, who), who)

    @router.patch("/{proposal_id}")
    async def change(proposal_id: str, request: Request, who: Who, expected: Expected) -> ProposalView:
        body = await request.body()

        async def apply(before: Proposal) -> Proposal:
            return await edit(before, parse(ProposalPatch, read_json(body)), who)

        return view(await changed(lambda: find(proposal_id, who), apply, who, expected), who)

    @router.delete("/{proposal_id}")
    async def end(
        proposal_id: str, request: Request, who: Who, expected: Expected, notify_guest: bool = False
    ) -> ProposalView:
        body = await request.body()

        async def apply(before: Proposal) -> Proposal:
            wanted = parse(ProposalWithdraw, read_json(body))
            return await withdraw(before, who, notify_guest=notify_guest or wanted.notify_guest)

        return view(await changed(lambda: find(proposal_id, who), apply, who, expected), who)

    @router.get("/{proposal_id}/slots.txt")
    async def copy(
        proposal_id: str,
        who: Who,
        locale: Annotated[str, Query(max_length=35)] = "",
        time_zone: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        proposal = await find(proposal_id, who)
        if time_zone and time_zone not in zone_names():
            raise invalid(who.language, ("?time_zone", MALFORMED))
        language = "en" if (locale or who.language).lower().startswith("en") else "ja"
        zone = ZoneInfo(time_zone or proposal.time_zone)
        return PlainTextResponse(slots_text([slot.span for slot in proposal.open_slots], zone=zone, locale=language))

    return router
