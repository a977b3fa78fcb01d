"""What the person at Zoom sees and does: the live meetings; moving and deleting one by hand."""

from datetime import UTC, timedelta

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from deploy.sandbox.answers import items
from deploy.sandbox.world import World
from deploy.sandbox.zoom.inspect_people import build_people_router
from deploy.sandbox.zoom.model import Meeting, MeetingBook
from deploy.sandbox.zoom.views import Json, Links, inspect_view
from shared import clock


class Act(BaseModel):
    """``notify``: whether Zoom tells subscribers about it."""

    model_config = ConfigDict(populate_by_name=True)

    notify: bool = True


class Move(Act):
    start: AwareDatetime = Field(alias="start_time")
    end: AwareDatetime | None = None
    duration: int | None = Field(default=None, ge=1, le=1440)


def _found(book: MeetingBook, meeting_id: int) -> Meeting:
    meeting = book.get(meeting_id)
    if meeting is None:
        raise HTTPException(404, detail="no such meeting")
    return meeting


def _move(meeting: Meeting, move: Move) -> None:
    meeting.start_at = move.start.astimezone(UTC)
    if move.duration is not None:
        meeting.duration = timedelta(minutes=move.duration)
    elif move.end is not None:
        meeting.duration = move.end - move.start


def build_inspect_router(world: World) -> APIRouter:
    router = APIRouter(prefix="/zoom")
    router.include_router(build_people_router(world))
    book = world.state(MeetingBook)
    links = Links(world.settings.base_url)

    @router.get("/meetings")
    async def meetings() -> Response:
        return items(inspect_view(meeting, links) for meeting in book.live())

    @router.post("/meetings/{meeting_id}/move")
    async def move(meeting_id: int, wish: Move) -> Json:
        meeting = _found(book, meeting_id)
        _move(meeting, wish)
        return inspect_view(meeting, links)

    @router.post("/meetings/{meeting_id}/delete")
    async def delete(meeting_id: int, wish: Act | None = None) -> Json:
        meeting = _found(book, meeting_id)
        book.delete(meeting, clock.now())
        return inspect_view(meeting, links)

    return router
