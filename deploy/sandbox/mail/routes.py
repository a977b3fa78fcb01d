"""``/inspect/mails`` and the mailbox page."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

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


class MailView(BaseModel):
    """A mail as ``api.md`` names its fields."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    message_id: str
    sender: str = Field(serialization_alias="from")
    to: list[str]
    recipient: str
    subject: str
    text: str | None
    html: str | None
    ics: str | None
    received_at: datetime
    copies: int


def _view(mail: Mail) -> MailView:
    return MailView(**vars(mail))


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
    async def mails(to: str | None = None) -> dict[str, list[MailView]]:
        return {"items": [_view(mail) for mail in mailbox.newest_first(to)]}

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
        html = (mail.html if mail else None) or ""
        return HTMLResponse(f'<base target="_blank">{html}', headers=_MAIL_HEADERS)

    return router
