"""Where providers send the browser back after consent: always on to the page of connections."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from services.gateway.edge.language import language_of_request
from services.gateway.identity import session_of
from services.gateway.parts import GatewayParts, parts_of
from services.gateway.providers.answers import Provider
from services.gateway.providers.backend import BackendProblem
from shared.internal import Caller

router = APIRouter(prefix="/oauth", include_in_schema=False)
_STATE_INVALID = "oauth_state_invalid"


@router.get("/{provider}/callback")
async def finish_consent(request: Request, provider: Provider) -> RedirectResponse:
    """Taken from the browser in which the staff member began, by its session or by the flow's own cookie."""
    parts = parts_of(request)
    outcome: dict[str, str] = {"error": _STATE_INVALID, "provider": provider}
    other_account = ""
    for staff_id in await _who_may_have_begun(request, parts, provider):
        try:
            outcome = await _finish(request, parts, provider, staff_id)
        except BackendProblem as problem:
            outcome = {"error": problem.code, "provider": provider}
            other_account = str(problem.body.get("account", ""))
        if outcome.get("error") != _STATE_INVALID:
            break
    response = RedirectResponse(f"/connections?{urlencode(outcome)}", status_code=303)
    parts.flows.drop(response, provider)
    if other_account:
        parts.flows.note_account(response, staff_id, other_account)
    return response


async def _who_may_have_begun(request: Request, parts: GatewayParts, provider: Provider) -> list[str]:
    session = await session_of(request)
    candidates = (parts.flows.staff_id(request, provider), session.staff_id if session else None)
    return list(dict.fromkeys(staff_id for staff_id in candidates if staff_id))


async def _finish(request: Request, parts: GatewayParts, provider: Provider, staff_id: str) -> dict[str, str]:
    """The query of the page of connections. Raises ``BackendProblem``."""
    staff = await parts.staff.find(staff_id)
    if staff is None or staff.disabled:
        return {"error": _STATE_INVALID, "provider": provider}
    caller = Caller(
        organization_id=staff.organization_id,
        staff_id=staff.id,
        role=staff.role.value,
        language=language_of_request(request),
        request_id=request.state.request_id,
    )
    given = request.query_params
    answer = {"state": given.get("state", "")[:2000]} | {
        name: given[name][:4000] for name in ("code", "error", "error_description") if name in given
    }
    await parts.connections.finish(caller, provider, answer)
    return {"connected": provider.value}
