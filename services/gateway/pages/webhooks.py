"""Webhooks (X1) on pages of administrators: the list, making, changing, stopping, rotating and removing endpoints, and
the log of what was sent to each.
"""

from datetime import timedelta

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, seen_version, whole_number
from services.gateway.pages.webhook_forms import WebhookSheet, choices, mistyped, read_form, refused, understand
from services.gateway.parts import parts_of
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.notifier import Notifier
from shared import clock
from shared.contracts.api.webhooks import (
    DeliveryStatus,
    Replayed,
    WebhookDeliveryList,
    WebhookList,
    WebhookView,
    WebhookWithSecret,
)
from shared.problem import VersionMismatch

router = APIRouter()
HERE = "/settings/webhooks"
_SAID = ("saved", "enabled", "disabled", "removed", "retried", "replayed")
_REACHES = {"1": timedelta(hours=1), "24": timedelta(days=1), "168": timedelta(days=7), "336": timedelta(days=14)}
_BADGES = {
    DeliveryStatus.WAITING: "wait",
    DeliveryStatus.DELIVERED: "ok",
    DeliveryStatus.FAILED: "bad",
    DeliveryStatus.MISSED: "",
}


def _notifier(request: Request) -> Notifier:
    return parts_of(request).backends.notifier


@router.get(HERE)
async def show_all(request: Request, signed_in: Session) -> Response:
    require_admin(signed_in)
    return await _list(request, signed_in, WebhookSheet())


@router.post(HERE)
async def make(request: Request, signed_in: Form) -> Response:
    """The answer shows the secret; nothing else ever does."""
    require_admin(signed_in)
    sheet = await read_form(request)
    try:
        asked = understand(request, sheet)
        reply = await _notifier(request).make_webhook(signed_in.caller(), asked.model_dump_json().encode())
    except Mistyped as wrong:
        return await _list(request, signed_in, mistyped(request, sheet, wrong.errors))
    except BackendProblem as problem:
        if problem.status != 422:
            raise
        return await _list(request, signed_in, refused(request, sheet, problem))
    return await _list(request, signed_in, WebhookSheet(), made=reply.read(WebhookWithSecret))


@router.get(HERE + "/{webhook_id}")
async def show(request: Request, webhook_id: str, signed_in: Session) -> Response:
    require_admin(signed_in)
    webhook = await _find(request, signed_in, webhook_id)
    return await _one(request, signed_in, webhook, WebhookSheet.of(webhook))


@router.post(HERE + "/{webhook_id}")
async def change(request: Request, webhook_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    sheet, version = await read_form(request), seen_version(await request.form())
    try:
        asked = understand(request, sheet)
        body = asked.model_dump_json(exclude={"enabled"}).encode()
        await _notifier(request).webhook("PATCH", signed_in.caller(), webhook_id, body=body, if_match=f'"r{version}"')
    except Mistyped as wrong:
        webhook = await _find(request, signed_in, webhook_id)
        return await _one(request, signed_in, webhook, mistyped(request, sheet, wrong.errors))
    except BackendProblem as problem:
        return await _not_changed(request, signed_in, webhook_id, sheet, problem)
    return _back(webhook_id, "saved")


async def _not_changed(
    request: Request, signed_in: SignedIn, webhook_id: str, sheet: WebhookSheet, problem: BackendProblem
) -> Response:
    if problem.status not in (412, 422):
        raise problem
    webhook = await _find(request, signed_in, webhook_id)
    if problem.status == VersionMismatch.status:
        current = WebhookSheet.of(webhook)
        told = text(language_for(request), "common.changed_meanwhile")
        sheet = WebhookSheet(current.url, current.description, current.events, {}, told, problem.status)
    else:
        sheet = refused(request, sheet, problem)
    return await _one(request, signed_in, webhook, sheet)


@router.post(HERE + "/{webhook_id}/switch")
async def switch(request: Request, webhook_id: str, signed_in: Form) -> Response:
    """On or off, as the button said."""
    require_admin(signed_in)
    enabled = given(await request.form(), "enabled") == "true"
    body = orjson.dumps({"enabled": enabled})
    await _notifier(request).webhook("PATCH", signed_in.caller(), webhook_id, body=body)
    return _back(webhook_id, "enabled" if enabled else "disabled")


@router.post(HERE + "/{webhook_id}/rotate")
async def rotate(request: Request, webhook_id: str, signed_in: Form) -> Response:
    """The answer shows the new secret; nothing else ever does."""
    require_admin(signed_in)
    hours = 0 if given(await request.form(), "at_once") else 24
    body = orjson.dumps({"old_valid_hours": hours})
    reply = await _notifier(request).webhook("POST", signed_in.caller(), webhook_id, "rotate-secret", body=body)
    made = reply.read(WebhookWithSecret)
    return await _one(request, signed_in, made, WebhookSheet.of(made), made=made)


@router.post(HERE + "/{webhook_id}/replay")
async def replay(request: Request, webhook_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    reach = _REACHES.get(given(await request.form(), "hours"), timedelta(days=1))
    body = orjson.dumps({"since": (clock.now() - reach).isoformat()})
    reply = await _notifier(request).webhook("POST", signed_in.caller(), webhook_id, "replay", body=body)
    return _back(webhook_id, "replayed", reply.read(Replayed).count)


@router.post(HERE + "/{webhook_id}/deliveries/{delivery_id}/retry")
async def retry(request: Request, webhook_id: str, delivery_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    await _notifier(request).webhook("POST", signed_in.caller(), webhook_id, "deliveries", delivery_id, "retry")
    return _back(webhook_id, "retried")


@router.get(HERE + "/{webhook_id}/remove")
async def ask(request: Request, webhook_id: str, signed_in: Session) -> Response:
    """What ends."""
    require_admin(signed_in)
    webhook = await _find(request, signed_in, webhook_id)
    return staff_page(request, signed_in, "staff/webhook_remove.html", {"webhook": webhook}, here=HERE)


@router.post(HERE + "/{webhook_id}/remove")
async def remove(request: Request, webhook_id: str, signed_in: Form) -> Response:
    require_admin(signed_in)
    await _notifier(request).webhook("DELETE", signed_in.caller(), webhook_id)
    return RedirectResponse(f"{HERE}?said=removed", status_code=303)


async def _find(request: Request, signed_in: SignedIn, webhook_id: str) -> WebhookView:
    return (await _notifier(request).webhook("GET", signed_in.caller(), webhook_id)).read(WebhookView)


def _back(webhook_id: str, said: str, count: int = 0) -> Response:
    return RedirectResponse(f"{HERE}/{webhook_id}?said={said}&count={count}", status_code=303)


def _said(request: Request) -> str:
    """What was just done, in words."""
    said, count = request.query_params.get("said", ""), request.query_params.get("count", "")
    number = whole_number(count, digits=7) or 0
    return text(language_for(request), f"webhooks.said_{said}", count=str(number)) if said in _SAID else ""


async def _list(
    request: Request, signed_in: SignedIn, sheet: WebhookSheet, *, made: WebhookWithSecret | None = None
) -> Response:
    items = (await _notifier(request).webhooks(signed_in.caller())).read(WebhookList).items
    values = {"items": items, "sheet": sheet, "made": made, "choices": choices(request)}
    told = {"said": "" if made or sheet.problem else _said(request), "problem": sheet.problem}
    return staff_page(request, signed_in, "staff/webhooks.html", {**values, **told}, status=sheet.status, here=HERE)


async def _one(
    request: Request,
    signed_in: SignedIn,
    webhook: WebhookView,
    sheet: WebhookSheet,
    *,
    made: WebhookWithSecret | None = None,
) -> Response:
    asked = request.query_params
    status = asked.get("status", "") if asked.get("status") in list(DeliveryStatus) else ""
    narrowed = {"status": status, "cursor": asked.get("cursor", "")[:500]}
    query = {"limit": "20", **{name: value for name, value in narrowed.items() if value}}
    reply = await _notifier(request).webhook("GET", signed_in.caller(), webhook.id, "deliveries", query=query)
    log = reply.read(WebhookDeliveryList)
    values = {
        "webhook": webhook,
        "sheet": sheet,
        "made": made,
        "choices": choices(request),
        "log": log,
        "status": status,
        "statuses": list(DeliveryStatus),
        "badges": _BADGES,
        "reaches": list(_REACHES),
        "here": f"{HERE}/{webhook.id}",
        "said": "" if made or sheet.problem else _said(request),
        "problem": sheet.problem,
    }
    return staff_page(
        request, signed_in, "staff/webhook.html", values, status=sheet.status, here=f"{HERE}/{webhook.id}"
    )
