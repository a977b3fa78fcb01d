"""What happens to sessions and payments: paid, settled later, expired by the sandbox's clock, refunded."""

import asyncio
from datetime import timedelta

from deploy.sandbox.stripe import errors
from deploy.sandbox.stripe.model import Book, Payment, Refund, Session, new_id
from deploy.sandbox.stripe.views import charge_view, refund_view, session_view
from deploy.sandbox.stripe.webhooks import Webhooks
from deploy.sandbox.world import World
from shared import clock

_LOOKS_EVERY_S = 0.3


class Checkout:
    """Every change says its event."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.base_url = f"{world.settings.base_url}/stripe"
        self.book = world.state(Book)
        self._webhooks = Webhooks(world)
        self._watch: asyncio.Event | None = None

    def found(self, session_id: str) -> Session:
        """As it is now. Raises 404."""
        session = self.book.sessions.get(session_id)
        if session is None:
            raise errors.StripeRefused(
                404, f"No such checkout.session: {session_id}", code="resource_missing", param="session"
            )
        return session

    def add(self, session: Session) -> None:
        self.book.sessions[session.id] = session

    def pay(self, session: Session, *, method: str = "card", notify: bool = True) -> None:
        """The guest pays; what takes days (``konbini``) completes the session and is settled later."""
        at_once = method == "card"
        session.payment = Payment(
            id=new_id("pi"),
            charge=new_id("ch"),
            amount=session.amount,
            currency=session.currency,
            created=clock.now(),
            metadata=session.payment_metadata,
            description=session.description,
            method=method,
            status="succeeded" if at_once else "processing",
        )
        session.status = "complete"
        self._say("checkout.session.completed", session, notify)

    def settle(self, session: Session, *, succeeded: bool, notify: bool = True) -> None:
        """What became of a payment that took days."""
        if session.payment is not None:
            session.payment.status = "succeeded" if succeeded else "requires_payment_method"
        self._say(f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session, notify)

    def expire(self, session: Session, *, notify: bool = True) -> None:
        if session.status != "open":
            raise errors.StripeRefused(
                400,
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
                f"of `{session.status}`.",
            )
        session.status = "expired"
        self._say("checkout.session.expired", session, notify)

    def refund(self, payment: Payment, amount: int, reason: str | None, metadata: dict[str, str]) -> Refund:
        refund = Refund(
            id=new_id("re"),
            payment_intent=payment.id,
            charge=payment.charge,
            amount=amount,
            currency=payment.currency,
            created=clock.now(),
            reason=reason,
            metadata=metadata,
            status="pending" if self.book.refunds_wait else "succeeded",
        )
        payment.refunds.append(refund)
        self._webhooks.say("refund.created", refund_view(refund))
        self._webhooks.say("charge.refunded", charge_view(payment))
        return refund

    def end_refund(self, refund: Refund, *, succeeded: bool) -> None:
        """What the bank said of a refund in the end."""
        refund.status = "succeeded" if succeeded else "failed"
        refund.failure_reason = None if succeeded else "lost_or_stolen_card"
        self._webhooks.say("refund.updated" if succeeded else "refund.failed", refund_view(refund))

    def look(self) -> None:
        """What is over by the clock expires; and looks go on as long as a session is open."""
        now = clock.now()
        for session in self.book.sessions.values():
            if session.status == "open" and session.expires_at <= now:
                self.expire(session)
        if self._watch is None and self._is_waiting():
            self._watch = asyncio.Event()
            self._world.callbacks.spawn(self._watching())

    async def _watching(self) -> None:
        try:
            while self._is_waiting():
                await asyncio.sleep(_LOOKS_EVERY_S)
                self.look()
        finally:
            self._watch = None

    def _is_waiting(self) -> bool:
        return any(session.status == "open" for session in self.book.sessions.values())

    def _say(self, kind: str, session: Session, notify: bool) -> None:
        self._webhooks.say(kind, session_view(session, self.base_url), notify=notify)


SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=24)
"""How long a session may be open."""
