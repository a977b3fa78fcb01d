"""``/inspect/mails`` and the mailbox page."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from deploy.sandbox.mail.store import Mail, Mailbox
from deploy.sandbox.world import World


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


def build_router(world: World) -> APIRouter:
    router = APIRouter()
    mailbox = world.state(Mailbox)

    @router.get("/inspect/mails")
    async def mails(to: str | None = None) -> dict[str, list[MailView]]:
        return {"items": [_view(mail) for mail in mailbox.newest_first(to)]}

    return router
