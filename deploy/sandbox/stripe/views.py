"""Stripe's objects as its API shows them."""

from collections.abc import Sequence
from datetime import datetime

from deploy.sandbox.stripe.model import Json, Payment, Refund, Session


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def session_view(session: Session, base_url: str) -> Json:
    details = {"address": None, "email": session.customer_email, "name": None, "phone": None, "tax_exempt": "none"}
    return {
        "id": session.id,
        "object": "checkout.session",
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": session.amount,
        "amount_total": session.amount,
        "automatic_tax": {"enabled": False, "liability": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "consent": None,
        "created": seconds(session.created),
        "currency": session.currency,
        "custom_fields": [],
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": details if session.customer_email or session.status == "complete" else None,
        "customer_email": session.customer_email,
        "expires_at": seconds(session.expires_at),
        "invoice": None,
        "livemode": False,
        "locale": session.locale,
        "metadata": session.metadata,
        "mode": "payment",
        "payment_intent": session.payment.id if session.payment else None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_types": session.methods,
        "payment_status": session.payment_status,
        "recovered_from": None,
        "setup_intent": None,
        "shipping_options": [],
        "status": session.status,
        "submit_type": None,
        "subscription": None,
        "success_url": session.success_url,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "url": f"{base_url}/c/pay/{session.id}" if session.status == "open" else None,
    }


def payment_view(payment: Payment) -> Json:
    received = payment.amount if payment.status == "succeeded" else 0
    return {
        "id": payment.id,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_received": received,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "created": seconds(payment.created),
        "currency": payment.currency,
        "customer": None,
        "description": payment.description,
        "latest_charge": payment.charge,
        "livemode": False,
        "metadata": payment.metadata,
        "payment_method_types": [payment.method],
        "status": payment.status,
    }


def charge_view(payment: Payment) -> Json:
    return {
        "id": payment.charge,
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount,
        "amount_refunded": payment.refunded,
        "captured": payment.status == "succeeded",
        "created": seconds(payment.created),
        "currency": payment.currency,
        "description": payment.description,
        "disputed": False,
        "livemode": False,
        "metadata": payment.metadata,
        "paid": payment.status == "succeeded",
        "payment_intent": payment.id,
        "refunded": payment.refunded >= payment.amount,
        "status": payment.status if payment.status == "succeeded" else "pending",
    }


def refund_view(refund: Refund) -> Json:
    shown: Json = {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": None,
        "charge": refund.charge,
        "created": seconds(refund.created),
        "currency": refund.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "receipt_number": None,
        "status": refund.status,
    }
    return shown | ({"failure_reason": refund.failure_reason} if refund.failure_reason else {})


def list_view(url: str, found: Sequence[Json], *, has_more: bool) -> Json:
    return {"object": "list", "data": list(found), "has_more": has_more, "url": url}
