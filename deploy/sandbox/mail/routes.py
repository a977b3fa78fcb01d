"""``/inspect/mails`` and the mailbox page."""

import asyncio
from collections.abc import Callable, Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from deploy.sandbox.answers import items
from deploy.sandbox.mail.store import Mail, Mailbox
from deploy.sandbox.pages import render
from deploy.sandbox.world import World

_SHOWN, _AT_ONCE = 200, 20
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"
}
_MAIL_HEADERS = {
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
}


def _brief(mail: Mail) -> dict[str, object]:
    """Without its content."""
    return {
        "id": mail.id,
        "message_id": mail.message_id,
        "from": mail.head.sender,
        "to": mail.head.to,
        "recipient": mail.recipient,
        "subject": mail.head.subject,
        "received_at": mail.received_at,
        "copies": mail.copies,
    }


def _view(mail: Mail) -> dict[str, object]:
    """A mail as ``api.md`` names its fields."""
    return _brief(mail) | {"text": mail.content.text, "html": mail.content.html, "ics": mail.content.ics}


async def _listed(mails: Sequence[Mail], show: Callable[[Mail], dict[str, object]]) -> list[dict[str, object]]:
    """Some at a time: mail servers and providers answer meanwhile."""
    listed = []
    for number, mail in enumerate(mails):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        listed.append(show(mail))
    return listed


def _page(mailbox: Mailbox, to: str | None, opened: Mail | None) -> HTMLResponse:
    mails = mailbox.newest_first(to or None)
    html = render(
        "mailbox.html",
        mails=mails[:_SHOWN],
        older=max(0, len(mails) - _SHOWN),
        total=len(mails),
        recipients=mailbox.recipients(),
        to=(to or "").strip().lower(),
        opened=opened,
    )
    return HTMLResponse(html, headers=_PAGE_HEADERS)


def build_router(world: World) -> APIRouter:
    router = APIRouter()
    mailbox = world.state(Mailbox)

    @router.get("/inspect/mails")
    async def mails(to: str | None = None, brief: bool = False) -> Response:
        return items(await _listed(mailbox.newest_first(to), _brief if brief else _view))

    @router.get("/mailbox", include_in_schema=False)
    async def page(to: str | None = None) -> HTMLResponse:
        return _page(mailbox, to, None)

    @router.get("/mailbox/{mail_id}", include_in_schema=False)
    async def mail_page(mail_id: str, to: str | None = None) -> HTMLResponse:
        page = _page(mailbox, to, opened := mailbox.get(mail_id))
        page.status_code = 200 if opened else 404
        return page

    @router.get("/mailbox/{mail_id}/html", include_in_schema=False)
    async def mail_html(mail_id: str) -> HTMLResponse:
        """The HTML part by itself, for the frame: no scripts, nothing from elsewhere, links open a new tab."""
        mail = mailbox.get(mail_id)
        html = (mail.content.html if mail else None) or ""
        return HTMLResponse(f'<base target="_blank">{html}', headers=_MAIL_HEADERS)

    return router
