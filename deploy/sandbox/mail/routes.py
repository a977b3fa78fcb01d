"""``/inspect/mails`` and the mailbox page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from deploy.sandbox.answers import items
from deploy.sandbox.mail.store import Mail, Mailbox
from deploy.sandbox.pages import render
from deploy.sandbox.world import World

_SHOWN = 200
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"
}
_MAIL_HEADERS = {
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
}


_LONG = ("text", "html", "ics")


def _brief(mail: Mail) -> dict[str, object]:
    """Without its content."""
    return {name: value for name, value in _view(mail).items() if name not in _LONG}


def _view(mail: Mail) -> dict[str, object]:
    """A mail as ``api.md`` names its fields."""
    return {
        "id": mail.id,
        "message_id": mail.message_id,
        "from": mail.content.sender,
        "to": mail.content.to,
        "recipient": mail.recipient,
        "subject": mail.content.subject,
        "text": mail.content.text,
        "html": mail.content.html,
        "ics": mail.content.ics,
        "received_at": mail.received_at,
        "copies": mail.copies,
    }


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
        shown = _brief if brief else _view
        return items(shown(mail) for mail in mailbox.newest_first(to))

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
