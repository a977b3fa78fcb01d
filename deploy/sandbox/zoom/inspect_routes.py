"""What the person at Zoom sees and does: meetings, changed and deleted by hand; and where the app's events go."""

from dataclasses import replace
from datetime import UTC, timedelta

import orjson
from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from deploy.sandbox.answers import items
from deploy.sandbox.callbacks import address_allowed
from deploy.sandbox.world import World
from deploy.sandbox.zoom.errors import no_such_meeting, no_such_occurrence
from deploy.sandbox.zoom.inspect_people import build_people_router
from deploy.sandbox.zoom.inspect_refusals import AnswersRefusals
from deploy.sandbox.zoom.model import Meeting, MeetingBook
from deploy.sandbox.zoom.news import News, state_of
from deploy.sandbox.zoom.recurrence import Occurrence
from deploy.sandbox.zoom.views import Json, Links, inspect_view
from deploy.sandbox.zoom.webhooks import Subscription, Webhooks
from shared import clock


class Act(BaseModel):
    """``notify``: whether Zoom tells subscribers about it; ``occurrence_id`` where it is about one of a series."""

    model_config = ConfigDict(populate_by_name=True)

    notify: bool = True
    occurrence_id: str | None = None


class Move(Act):
    start: AwareDatetime = Field(alias="start_time")
    end: AwareDatetime | None = None
    duration: int | None = Field(default=None, ge=1, le=1440)


class Rename(Act):
    topic: str = Field(max_length=200)


class Subscribe(BaseModel):
    """Where the app's events go; see ``Subscription``. What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    secret: str | None = None
    events: list[str] | None = None
    copies: int | None = Field(default=None, ge=1, le=5)
    retry_after_s: list[float] | None = None


def _found(book: MeetingBook, meeting_id: int) -> Meeting:
    """Raises ``ZoomRefused``."""
    meeting = book.get(meeting_id)
    if meeting is None:
        raise no_such_meeting(str(meeting_id))
    return meeting


def _occurrence_in(meeting: Meeting, wish: Act | None) -> Occurrence | None:
    if wish is None or wish.occurrence_id is None:
        return None
    found = next((one for one in meeting.occurrences if one.id == wish.occurrence_id), None)
    if found is None:
        raise no_such_occurrence(wish.occurrence_id)
    return found


def _move(what: Meeting | Occurrence, move: Move) -> None:
    what.start_at = move.start.astimezone(UTC)
    if move.duration is not None:
        what.duration = timedelta(minutes=move.duration)
    elif move.end is not None:
        what.duration = move.end - move.start


def _add_meeting_routes(router: APIRouter, world: World, links: Links, news: News) -> None:
    book = world.state(MeetingBook)

    @router.get("/meetings")
    async def meetings() -> Response:
        return items(inspect_view(meeting, links) for meeting in book.live())

    @router.post("/meetings/{meeting_id}/move")
    async def move(meeting_id: int, wish: Move) -> Json:
        meeting = _found(book, meeting_id)
        occurrence, before = _occurrence_in(meeting, wish), state_of(meeting)
        if occurrence is None:
            _move(meeting, wish)
            if wish.notify:
                news.updated(meeting, before, None)
            return inspect_view(meeting, links)
        was = replace(occurrence)
        _move(occurrence, wish)
        if wish.notify:
            news.occurrence_updated(meeting, was, occurrence, None)
        return inspect_view(meeting, links)

    @router.post("/meetings/{meeting_id}/rename")
    async def rename(meeting_id: int, wish: Rename) -> Json:
        meeting = _found(book, meeting_id)
        before = state_of(meeting)
        meeting.topic = wish.topic
        if wish.notify:
            news.updated(meeting, before, None)
        return inspect_view(meeting, links)

    @router.post("/meetings/{meeting_id}/delete")
    async def delete(meeting_id: int, wish: Act | None = None) -> Json:
        meeting = _found(book, meeting_id)
        if (occurrence := _occurrence_in(meeting, wish)) is not None:
            occurrence.deleted = True
        else:
            book.delete(meeting, clock.now())
        if wish is None or wish.notify:
            news.deleted(meeting, None, occurrence)
        return inspect_view(meeting, links)

    @router.post("/meetings/{meeting_id}/recover")
    async def recover(meeting_id: int, wish: Act | None = None) -> Json:
        single = wish is not None and wish.occurrence_id is not None
        meeting = _found(book, meeting_id) if single else book.deleted(meeting_id, clock.now())
        if meeting is None:
            raise no_such_meeting(str(meeting_id))
        if (occurrence := _occurrence_in(meeting, wish)) is not None:
            occurrence.deleted = False
        else:
            book.recover(meeting)
        if wish is None or wish.notify:
            news.recovered(meeting, None, occurrence)
        return inspect_view(meeting, links)


def _add_webhook_routes(router: APIRouter, world: World) -> None:
    webhooks, subscription = Webhooks(world), world.state(Subscription)

    def view() -> Response:
        told = {
            "url": subscription.url,
            "events": sorted(subscription.events),
            "validated_at": subscription.validated_at,
            "deliveries": list(subscription.deliveries),
        }
        return Response(orjson.dumps(told, option=orjson.OPT_UTC_Z), media_type="application/json")

    @router.get("/webhook")
    async def webhook() -> Response:
        return view()

    @router.put("/webhook")
    async def subscribe(wish: Subscribe) -> Response:
        if wish.url and not address_allowed(wish.url):
            raise HTTPException(422, detail="url must be https, or http on loopback")
        webhooks.subscribe(
            subscription.url if wish.url is None else wish.url,
            subscription.secret if wish.secret is None else wish.secret,
            subscription.events if wish.events is None else frozenset(wish.events),
        )
        subscription.copies = wish.copies or subscription.copies
        if wish.retry_after_s is not None:
            subscription.retry_after_s = tuple(wish.retry_after_s)
        return view()

    @router.post("/webhook/validate")
    async def validate() -> dict[str, bool]:
        """The handshake of ``endpoint.url_validation``, now."""
        return {"valid": bool(subscription.url) and await webhooks.validate()}

    @router.post("/webhook/repeat")
    async def repeat() -> Response:
        """The newest event comes once more."""
        webhooks.repeat()
        return view()


def build_inspect_router(world: World) -> APIRouter:
    router = APIRouter(prefix="/zoom", route_class=AnswersRefusals)
    links = Links(world.settings.base_url)
    news = News(world, links)
    router.include_router(build_people_router(world, news))
    _add_meeting_routes(router, world, links, news)
    _add_webhook_routes(router, world)
    return router
