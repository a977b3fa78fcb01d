"""Mail templates (C6). Notifier owns them; what it answers goes on as it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.gateway.edge.cursors import AtMost, Cursor, page_of
from services.gateway.edge.forwarding import IfMatch, Key, body_of, forward
from services.gateway.identity import SignedIn, api_staff, require_admin
from services.gateway.parts import parts_of
from services.gateway.providers.answers import PreviewView
from services.gateway.providers.notifier import Notifier
from shared.contracts.api.mail_templates import (
    MailLanguage,
    MailTemplateList,
    MailTemplatePreview,
    MailTemplateView,
    MailTemplateWrite,
)

router = APIRouter(prefix="/mail-templates", tags=["mail templates"])
Me = Annotated[SignedIn, Depends(api_staff)]


def spoken(me: Me, language: Annotated[MailLanguage | None, Query()] = None) -> MailLanguage:
    """The template's language: as asked for, else the organization's."""
    return language or MailLanguage(me.organization.locale)


Spoken = Annotated[MailLanguage, Depends(spoken)]


def _notifier(request: Request) -> Notifier:
    return parts_of(request).backends.notifier


@router.get("")
async def list_mail_templates(
    request: Request, me: Me, limit: AtMost = None, cursor: Cursor = None
) -> MailTemplateList:
    """Every mail that can be edited, in both languages, and whether it was."""
    known = (await _notifier(request).mail_templates(me.caller())).read(MailTemplateList)
    items, more = page_of(known.items, lambda one: f"{one.name}/{one.language}", limit, cursor)
    return MailTemplateList(items=items, next_cursor=more)


@router.get("/{name}", response_model=MailTemplateView)
async def show_mail_template(request: Request, name: str, me: Me, language: Spoken) -> Response:
    """As it is sent now, the default beside it, and the placeholders that this mail knows."""
    return forward(await _notifier(request).mail_template(me.caller(), name, language))


@router.put("/{name}", response_model=MailTemplateView)
async def write_mail_template(
    request: Request, name: str, asked: MailTemplateWrite, me: Me, language: Spoken, key: Key, if_match: IfMatch
) -> Response:
    """Administrators only. An unknown placeholder is 422 with its line and column, and so is a missing one."""
    require_admin(me)
    body = body_of(request)
    return forward(await _notifier(request).write_template(me.caller(key), name, language, body, if_match=if_match))


@router.delete("/{name}", response_model=MailTemplateView)
async def restore_mail_template(
    request: Request, name: str, me: Me, language: Spoken, key: Key, if_match: IfMatch
) -> Response:
    """Back to the default; administrators only. A second time answers the same and does nothing."""
    require_admin(me)
    return forward(await _notifier(request).restore_template(me.caller(key), name, language, if_match=if_match))


@router.post("/{name}/preview", response_model=PreviewView)
async def preview_mail_template(
    request: Request, name: str, me: Me, language: Spoken, asked: MailTemplatePreview | None = None
) -> Response:
    """The mail exactly as it would be sent, with an appointment or proposal of the organization or an example; nothing
    is stored.
    """
    return forward(await _notifier(request).preview_template(me.caller(), name, language, body_of(request)))
