"""Reads the parameters of a new Checkout Session and of a refund, and refuses what Stripe refuses."""

import re
from datetime import UTC, datetime, timedelta

from deploy.sandbox.stripe import errors, forms
from deploy.sandbox.stripe.checkout import LONGEST, SHORTEST, Checkout
from deploy.sandbox.stripe.forms import Form
from deploy.sandbox.stripe.model import Item, Payment, Refund, Session, new_id
from shared import clock

_CREATE = frozenset(
    (
        "mode", "line_items", "success_url", "cancel_url", "expires_at", "client_reference_id", "customer_email",
        "metadata", "locale", "submit_type", "payment_intent_data", "payment_method_types", "expand",
        "customer_creation",
    )
)  # fmt: skip
_ITEM, _PRICE, _PRODUCT = (
    ("price_data", "quantity"),
    ("currency", "unit_amount", "product_data"),
    ("name", "description"),
)
_PAYMENT = ("metadata", "description", "receipt_email")
_REFUND = ("payment_intent", "charge", "amount", "reason", "metadata", "expand")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_METHODS = ("card", "konbini", "customer_balance")
_SMALLEST = {"jpy": (50, "¥50 jpy"), "usd": (50, "$0.50 usd"), "eur": (50, "€0.50 eur")}
_LONGEST_DEFAULT = timedelta(hours=24)


def read_session(form: Form) -> Session:
    """Raises 400."""
    forms.only(form, _CREATE)
    if forms.required(form, "mode") != "payment":
        raise errors.invalid("mode", "Invalid mode: must be one of payment")
    now = clock.now()
    currency, items = _items(form)
    payment = forms.group(form, "payment_intent_data")
    forms.only(payment, _PAYMENT, "payment_intent_data")
    session = Session(
        id=f"cs_test_{new_id('a1').replace('_', '')}",
        created=now,
        expires_at=_expires_at(form, now),
        currency=currency,
        items=items,
        success_url=_url(form, "success_url", forms.required(form, "success_url")) or "",
        cancel_url=_url(form, "cancel_url", forms.text(form, "cancel_url")),
        client_reference_id=_short(form, "client_reference_id", 200),
        customer_email=_email(form),
        locale=forms.text(form, "locale"),
        metadata=forms.metadata(form),
        payment_metadata=forms.metadata(payment, "payment_intent_data[metadata]"),
        description=forms.text(payment, "description"),
        methods=_methods(form),
    )
    _check_total(session)
    return session


def read_refund(form: Form, checkout: Checkout) -> Refund:
    """Raises 400."""
    forms.only(form, _REFUND)
    payment = _paid(form, checkout)
    if payment.status != "succeeded":
        raise errors.StripeRefused(
            400, f"This PaymentIntent ({payment.id}) does not have a successful charge to refund."
        )
    left = payment.amount - payment.refunded
    if left <= 0:
        raise errors.StripeRefused(
            400, f"Charge {payment.charge} has already been refunded.", code="charge_already_refunded"
        )
    amount = forms.integer(form, "amount")
    if amount is not None and amount <= 0:
        raise errors.invalid("amount", "Invalid positive integer", "parameter_invalid_integer")
    if amount is not None and amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise errors.invalid("amount", message)
    reason = forms.text(form, "reason")
    if reason is not None and reason not in _REASONS:
        raise errors.invalid("reason", f"Invalid reason: must be one of {', '.join(_REASONS)}")
    return checkout.refund(payment, left if amount is None else amount, reason, forms.metadata(form))


def _paid(form: Form, checkout: Checkout) -> Payment:
    payment_id, charge = forms.text(form, "payment_intent"), forms.text(form, "charge")
    if payment_id is not None:
        found = checkout.book.payment(payment_id)
        if found is None:
            raise errors.no_such("payment_intent", payment_id, param="payment_intent", status=400)
        return found
    if charge is None:
        raise errors.StripeRefused(400, "One of the following params should be provided: payment_intent or charge.")
    found = next((one for one in checkout.book.payments() if one.charge == charge), None)
    if found is None:
        raise errors.no_such("charge", charge, param="charge", status=400)
    return found


def _items(form: Form) -> tuple[str, list[Item]]:
    given = forms.group(form, "line_items")
    if not given:
        raise errors.missing("line_items")
    currencies, items = set(), []
    for number, item in given.items():
        at = f"line_items[{number}]"
        if not isinstance(item, dict):
            raise errors.invalid(at, "Invalid object")
        forms.only(item, _ITEM, at)
        price = forms.group(item, "price_data", f"{at}[price_data]")
        forms.only(price, _PRICE, f"{at}[price_data]")
        product = forms.group(price, "product_data", f"{at}[price_data][product_data]")
        forms.only(product, _PRODUCT, f"{at}[price_data][product_data]")
        unit = forms.integer(price, "unit_amount", f"{at}[price_data][unit_amount]")
        if unit is None:
            raise errors.missing(f"{at}[price_data][unit_amount]")
        if unit < 0:
            raise errors.invalid(f"{at}[price_data][unit_amount]", "Invalid non-negative integer")
        currency = forms.required(price, "currency", f"{at}[price_data][currency]").lower()
        if not re.fullmatch(r"[a-z]{3}", currency):
            raise errors.invalid(f"{at}[price_data][currency]", f"Invalid currency: {currency}.")
        currencies.add(currency)
        name = forms.required(product, "name", f"{at}[price_data][product_data][name]")
        quantity = forms.integer(item, "quantity", f"{at}[quantity]") or 1
        items.append(Item(name, forms.text(product, "description"), unit, quantity))
    if len(currencies) > 1:
        raise errors.invalid("line_items", "All line items must have the same currency.")
    return currencies.pop(), items


def _expires_at(form: Form, now: datetime) -> datetime:
    given = forms.integer(form, "expires_at")
    if given is None:
        return now + _LONGEST_DEFAULT
    moment = datetime.fromtimestamp(given, UTC)
    if moment < now.replace(microsecond=0) + SHORTEST:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise errors.invalid("expires_at", message)
    if moment > now + LONGEST:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise errors.invalid("expires_at", message)
    return moment


def _url(form: Form, name: str, value: str | None) -> str | None:
    if value is not None and not re.match(r"^https?://[^\s/]+", value):
        raise errors.invalid(name, "Not a valid URL", "url_invalid")
    return value


def _short(form: Form, name: str, most: int) -> str | None:
    value = forms.text(form, name)
    if value is not None and len(value) > most:
        raise errors.invalid(name, f"Invalid string: must be at most {most} characters", "parameter_invalid_string")
    return value


def _email(form: Form) -> str | None:
    value = _short(form, "customer_email", 800)
    if value is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise errors.invalid("customer_email", f"Invalid email address: {value}", "email_invalid")
    return value


def _methods(form: Form) -> list[str]:
    given = [value for value in forms.group(form, "payment_method_types").values() if isinstance(value, str)]
    for method in given:
        if method not in _METHODS:
            raise errors.invalid("payment_method_types[0]", f"Invalid payment_method_types[0]: {method}")
    return given or ["card"]


def _check_total(session: Session) -> None:
    least, shown = _SMALLEST.get(session.currency, (1, f"1 {session.currency}"))
    if session.amount < least:
        message = f"The Checkout Session's total amount due must add up to at least {shown}"
        raise errors.StripeRefused(400, message, code="amount_too_small")
