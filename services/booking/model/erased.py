"""Appointments and proposals without their guest (X5): times, staff, status and what was paid stay; whatever anybody
wrote may tell of the guest and goes.
"""

from datetime import datetime
from typing import Any

from services.booking.model.appointment import Appointment, KnownMeeting
from services.booking.model.payment import Payment
from services.booking.model.proposal import Proposal, TokenSource
from services.booking.model.spent_keys import spent
from shared.contracts.people import Guest
from shared.erasing import FOREVER

ERASED_TITLE = {"ja": "(個人情報を削除した予定)", "en": "(personal data erased)"}


def erased_appointment(before: Appointment, at: datetime) -> Appointment:
    gone: dict[str, Any] = {
        "version": before.version + 1,
        "updated_at": at,
        "erased_at": at,
        "title": "",
        "guest": Guest(),
        "guest_time_zone": "",
        "guest_locale": "",
        "guidance": "",
        "note": "",
        "address": None,
        "place": "",
        "customer": "",
        "deal": "",
        "reception_code": None,
        "cancel_message": "",
        "guest_reason": "",
        "answers": [],
        "utm": None,
        "mails_guest": False,
        "token": _nobodys(before.token, before.appointment_id),
        "join_token": None,
        "link_by_hand": None,
        "expected": [],
        "reports": {},
        "drifts": {},
        "origin": spent(before.origin, before.confirmed_at, at),
        "meeting": KnownMeeting(order=FOREVER, secret=None),
        "payment": _booked_only(before.payment),
    }
    return before.model_copy(update=gone)


def erased_proposal(before: Proposal, at: datetime, *, keeps_link: bool = False) -> Proposal:
    gone: dict[str, Any] = {
        "version": before.version + 1,
        "updated_at": at,
        "erased_at": at,
        "title": "",
        "guest": Guest(),
        "guidance": "",
        "note": "",
        "address": None,
        "place": "",
        "guest_message": "",
        "slots": [slot.model_copy(update={"tolerated": [], "seen": []}) for slot in before.slots],
        "token": before.token if keeps_link else _nobodys(before.token, before.proposal_id),
        "expected": [],
        "reports": {},
        "origin": spent(before.origin, before.created_at, at),
    }
    return before.model_copy(update=gone)


def _nobodys(token: TokenSource, an_id: str) -> TokenSource:
    """A link that never was: no token has this hash."""
    return TokenSource(key_id="", generation=token.generation, hash=f"erased/{an_id}")


def _booked_only(payment: Payment | None) -> Payment | None:
    """Amounts and Stripe's numbers, which books must keep; not the way to the checkout."""
    if payment is None:
        return None
    return payment.model_copy(update={"checkout_url": None, "back": None, "step": payment.step + 1})
