"""Stripe's API below ``/v1`` and the page where a guest pays."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from deploy.sandbox.pages import render
from deploy.sandbox.stripe import errors, forms
from deploy.sandbox.stripe.access import Gate
from deploy.sandbox.stripe.checkout import Checkout
from deploy.sandbox.stripe.creating import read_refund, read_session
from deploy.sandbox.stripe.forms import Form
from deploy.sandbox.stripe.model import Json, Session
from deploy.sandbox.stripe.views import charge_view, list_view, payment_view, refund_view, session_view
from deploy.sandbox.stripe.webhooks import subscribe_as_configured
from deploy.sandbox.world import World

_MOST = 100


def build_router(world: World) -> APIRouter:
    subscribe_as_configured(world)
    checkout = Checkout(world)
    router, api = APIRouter(), _Api(checkout)
    gate = Gate(checkout)
    for method, path, endpoint in api.table():
        router.add_api_route(f"/v1{path}", gate.guarded(endpoint), methods=[method])
    _add_page(router, checkout)

    @router.api_route("/{path:path}", methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
    async def nowhere(request: Request, path: str) -> Response:
        refused = errors.unknown_url(request.method, f"/{path}")
        return JSONResponse(refused.body, refused.status)

    return router


class _Api:
    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    def table(self) -> list[tuple[str, str, Callable[[Request, Form], Json]]]:
        return [
            ("POST", "/checkout/sessions", self.create_session),
            ("GET", "/checkout/sessions", self.sessions),
            ("GET", "/checkout/sessions/{id}", self.session),
            ("POST", "/checkout/sessions/{id}/expire", self.expire_session),
            ("GET", "/payment_intents/{id}", self.payment),
            ("GET", "/charges/{id}", self.charge),
            ("POST", "/refunds", self.create_refund),
            ("GET", "/refunds", self.refunds),
            ("GET", "/refunds/{id}", self.refund),
            ("GET", "/events", self.events),
            ("GET", "/events/{id}", self.event),
        ]

    def create_session(self, request: Request, form: Form) -> Json:
        session = read_session(form)
        self._checkout.add(session)
        return self._shown(session)

    def sessions(self, request: Request, form: Form) -> Json:
        forms.only(form, ("limit", "starting_after", "ending_before", "payment_intent", "status", "expand"))
        payment, status = forms.text(form, "payment_intent"), forms.text(form, "status")
        found = [
            self._shown(one)
            for one in reversed(self._checkout.book.sessions.values())
            if (payment is None or (one.payment is not None and one.payment.id == payment))
            and (status is None or one.status == status)
        ]
        return _page(form, "/v1/checkout/sessions", found)

    def session(self, request: Request, form: Form) -> Json:
        return self._shown(self._checkout.found(request.path_params["id"]))

    def expire_session(self, request: Request, form: Form) -> Json:
        session = self._checkout.found(request.path_params["id"])
        self._checkout.expire(session)
        return self._shown(session)

    def payment(self, request: Request, form: Form) -> Json:
        payment_id = request.path_params["id"]
        found = self._checkout.book.payment(payment_id)
        if found is None:
            raise errors.no_such("payment_intent", payment_id, param="intent")
        return payment_view(found)

    def charge(self, request: Request, form: Form) -> Json:
        charge = request.path_params["id"]
        found = next((one for one in self._checkout.book.payments() if one.charge == charge), None)
        if found is None:
            raise errors.no_such("charge", charge)
        return charge_view(found)

    def create_refund(self, request: Request, form: Form) -> Json:
        return refund_view(read_refund(form, self._checkout))

    def refunds(self, request: Request, form: Form) -> Json:
        forms.only(form, ("limit", "starting_after", "ending_before", "payment_intent", "charge", "expand"))
        payment = forms.text(form, "payment_intent")
        refunds = reversed(self._checkout.book.refunds())
        found = [refund_view(one) for one in refunds if payment in (None, one.payment_intent)]
        return _page(form, "/v1/refunds", found)

    def refund(self, request: Request, form: Form) -> Json:
        refund_id = request.path_params["id"]
        found = next((one for one in self._checkout.book.refunds() if one.id == refund_id), None)
        if found is None:
            raise errors.no_such("refund", refund_id)
        return refund_view(found)

    def events(self, request: Request, form: Form) -> Json:
        kind = forms.text(form, "type")
        found = [one for one in reversed(self._checkout.book.events.values()) if kind in (None, one["type"])]
        return _page(form, "/v1/events", found)

    def event(self, request: Request, form: Form) -> Json:
        found = self._checkout.book.events.get(request.path_params["id"])
        if found is None:
            raise errors.no_such("event", request.path_params["id"])
        return found

    def _shown(self, session: Session) -> Json:
        return session_view(session, self._checkout.base_url)


def _page(form: Form, url: str, found: list[Json]) -> Json:
    limit = forms.integer(form, "limit") or 10
    if not 1 <= limit <= _MOST:
        raise errors.invalid("limit", "This value must be between 1 and 100.", "parameter_invalid_integer")
    after = forms.text(form, "starting_after")
    if after is not None:
        places = [number for number, one in enumerate(found) if one["id"] == after]
        if not places:
            raise errors.no_such("object", after, param="starting_after", status=400)
        found = found[places[0] + 1 :]
    return list_view(url, found[:limit], has_more=len(found) > limit)


def _add_page(router: APIRouter, checkout: Checkout) -> None:
    def shown(session: Session, status: int = 200, *, declined: bool = False) -> Response:
        return HTMLResponse(render("checkout.html", session=session, declined=declined), status_code=status)

    def session_of(session_id: str) -> Session | None:
        checkout.look()
        return checkout.book.sessions.get(session_id)

    @router.get("/c/pay/{session_id}")
    async def page(session_id: str) -> Response:
        session = session_of(session_id)
        return HTMLResponse("Not found", status_code=404) if session is None else shown(session)

    @router.post("/c/pay/{session_id}")
    async def act(session_id: str, request: Request) -> Response:
        session = session_of(session_id)
        if session is None:
            return HTMLResponse("Not found", status_code=404)
        action = forms.parsed((await request.body()).decode("utf-8", "replace")).get("action")
        if session.status == "open" and action == "decline":
            session.declined += 1
            return shown(session, 402, declined=True)
        if session.status == "open" and action in ("pay", "konbini"):
            checkout.pay(session, method="konbini" if action == "konbini" else "card")
        if session.status == "complete":
            return RedirectResponse(session.success_url.replace("{CHECKOUT_SESSION_ID}", session.id), status_code=303)
        return shown(session, 410 if session.status == "expired" else 400)
