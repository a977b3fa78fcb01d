"""The internal HTTP of notifier."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.booking import SlotsProposed


class PreviewRequest(BaseModel):
    """What booking would publish for the proposal; nothing is stored."""

    model_config = ConfigDict(frozen=True)

    event: Literal["booking.slots_proposed.v1"]
    subject: str
    data: SlotsProposed
    organization_id: str


class Preview(BaseModel):
    """The mail as the guest would get it; ``html`` is null where the organization sends text only."""

    subject: str
    text: str
    html: str | None
