"""``/inspect/stripe``: what was paid and given back, the person who pays, and where events go."""

import orjson
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from deploy.sandbox.answers import items
from deploy.sandbox.callbacks import address_allowed
from deploy.sandbox.stripe.checkout import Checkout
from deploy.sandbox.stripe.model import Json, Session
from deploy.sandbox.stripe.views import refund_view, session_view
from deploy.sandbox.stripe.webhooks import Endpoint, Webhooks
from deploy.sandbox.world import World


class Act(BaseModel):
    """``notify``: whether the endpoint is told. ``method``: ``konbini`` is settled later, by ``succeeded``."""

    model_config = ConfigDict(extra="forbid")

    notify: bool = True
    method: str = Field("card", pattern="^(card|konbini)$")
    succeeded: bool = True


class Subscribe(BaseModel):
    """See ``Endpoint``. What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    secret: str | None = None
    events: list[str] | None = None
    copies: int | None = Field(default=None, ge=1, le=10)
    delay_s: float | None = Field(default=None, ge=0)
    retry_after_s: list[float] | None = None
    refunds_wait: bool | None = None


def build_inspect_router(world: World) -> APIRouter:
    router, checkout = APIRouter(prefix="/stripe"), Checkout(world)
    _add_sessions(router, checkout)
    _add_refunds(router, checkout)
    _add_endpoint(router, world, checkout)
    return router


def _add_sessions(router: APIRouter, checkout: Checkout) -> None:
    def found(session_id: str, *statuses: str) -> Session:
        checkout.look()
        session = checkout.book.sessions.get(session_id)
        if session is None:
            raise HTTPException(404, detail="no such session")
        if session.status not in statuses:
            raise HTTPException(409, detail=f"the session is {session.status}")
        return session

    def view(session: Session) -> Json:
        return session_view(session, checkout.base_url)

    @router.get("/sessions")
    async def sessions() -> Response:
        """Newest first."""
        checkout.look()
        return items(view(one) for one in reversed(checkout.book.sessions.values()))

    @router.post("/sessions/{session_id}/pay")
    async def pay(session_id: str, act: Act | None = None) -> Json:
        wish, session = act or Act(), found(session_id, "open")
        checkout.pay(session, method=wish.method, notify=wish.notify)
        return view(session)

    @router.post("/sessions/{session_id}/settle")
    async def settle(session_id: str, act: Act | None = None) -> Json:
        wish, session = act or Act(), found(session_id, "complete")
        checkout.settle(session, succeeded=wish.succeeded, notify=wish.notify)
        return view(session)

    @router.post("/sessions/{session_id}/expire")
    async def expire(session_id: str, act: Act | None = None) -> Json:
        session = found(session_id, "open")
        checkout.expire(session, notify=(act or Act()).notify)
        return view(session)


def _add_refunds(router: APIRouter, checkout: Checkout) -> None:
    @router.get("/refunds")
    async def refunds() -> Response:
        """Newest first."""
        return items(refund_view(one) for one in reversed(checkout.book.refunds()))

    @router.post("/payments/{payment_id}/refund")
    async def refund(payment_id: str) -> Json:
        """All that is left, as somebody does it in the dashboard."""
        payment = checkout.book.payment(payment_id)
        if payment is None or payment.refunded >= payment.amount:
            raise HTTPException(404, detail="nothing to refund")
        return refund_view(checkout.refund(payment, payment.amount - payment.refunded, None, {}))

    @router.post("/refunds/{refund_id}/end")
    async def end(refund_id: str, act: Act | None = None) -> Json:
        """What the bank said of it: ``succeeded`` or not."""
        found = next((one for one in checkout.book.refunds() if one.id == refund_id), None)
        if found is None:
            raise HTTPException(404, detail="no such refund")
        checkout.end_refund(found, succeeded=(act or Act()).succeeded)
        return refund_view(found)


def _add_endpoint(router: APIRouter, world: World, checkout: Checkout) -> None:
    endpoint, webhooks = world.state(Endpoint), Webhooks(world)

    def view() -> Response:
        told = {
            "url": endpoint.url,
            "events": sorted(endpoint.events),
            "copies": endpoint.copies,
            "delay_s": endpoint.delay_s,
            "deliveries": list(endpoint.deliveries),
        }
        return Response(orjson.dumps(told, option=orjson.OPT_UTC_Z), media_type="application/json")

    @router.get("/webhook")
    async def webhook() -> Response:
        return view()

    @router.put("/webhook")
    async def subscribe(wish: Subscribe) -> Response:
        if wish.url and not address_allowed(wish.url):
            raise HTTPException(422, detail="url must be https, or http on loopback")
        for name in ("url", "secret", "copies", "delay_s"):
            if (value := getattr(wish, name)) is not None:
                setattr(endpoint, name, value)
        if wish.events is not None:
            endpoint.events = frozenset(wish.events)
        if wish.retry_after_s is not None:
            endpoint.retry_after_s = tuple(wish.retry_after_s)
        if wish.refunds_wait is not None:
            checkout.book.refunds_wait = wish.refunds_wait
        return view()

    @router.post("/events/{event_id}/send")
    async def send(event_id: str) -> Response:
        """An event comes once more."""
        event = checkout.book.events.get(event_id)
        if event is None:
            raise HTTPException(404, detail="no such event")
        webhooks.send(event)
        return view()
