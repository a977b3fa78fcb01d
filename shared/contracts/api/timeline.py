"""The timeline of a proposal or an appointment (X3), in the reader's language."""

from datetime import datetime

from pydantic import Field

from shared.contracts.actors import ActorKind
from shared.contracts.api.fields import View


class ActorView(View):
    """Who began it. ``name`` is for people to read; ``staff_id`` where it was a staff member."""

    kind: ActorKind
    staff_id: str | None = None
    name: str


class CallView(View):
    """One call to a provider; ``result`` is its status, or a word such as ``timeout``."""

    at: datetime
    provider: str
    operation: str
    result: str


class TimelineItem(View):
    """One event. ``id`` and ``type`` are those of the event on the bus; ``calls`` are what it took."""

    id: str
    at: datetime
    type: str
    title: str
    actor: ActorView
    detail: str
    calls: list[CallView] = Field(default_factory=list)


class TimelineList(View):
    """Oldest first."""

    items: list[TimelineItem]
    next_cursor: str | None = None
