"""``/inspect``: what one asks the sandbox itself. The providers add their own routes beside these."""

from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from starlette.responses import Response

from deploy.sandbox.accounts import Account, Person, Provider
from deploy.sandbox.answers import items
from deploy.sandbox.faults import FaultRule
from deploy.sandbox.world import World
from shared import clock

_FARTHEST = timedelta(days=50 * 365)


class Rules(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rules: list[FaultRule]


class ClockMove(BaseModel):
    """Either where to or how far: seconds or an ISO 8601 duration."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None = None
    advance: timedelta | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ClockMove":
        if (self.now is None) == (self.advance is None):
            raise ValueError("give either now or advance")
        return self


class ClockView(BaseModel):
    now: datetime
    offset_seconds: float


def _clock_view() -> ClockView:
    return ClockView(now=clock.now(), offset_seconds=clock.offset().total_seconds())


def _move_clock(move: ClockMove) -> None:
    ahead = move.advance if move.advance is not None else (move.now or clock.now()) - clock.now()
    if ahead < timedelta(0):
        raise HTTPException(422, detail="the clock only moves forward")
    if clock.offset() + ahead > _FARTHEST:
        raise HTTPException(422, detail="that is too far ahead")
    try:
        clock.set_offset(clock.offset() + ahead)
    except RuntimeError as error:
        raise HTTPException(409, detail=str(error)) from error


def build_router(world: World) -> APIRouter:
    router = APIRouter(prefix="/inspect")

    @router.get("/accounts")
    async def accounts(provider: Provider | None = None) -> dict[str, list[Account]]:
        return {"items": world.accounts.of(provider) if provider else world.accounts.all()}

    @router.post("/accounts")
    async def add_accounts(person: Person) -> dict[str, list[Account]]:
        return {"items": [world.accounts.add(account) for account in person.accounts()]}

    @router.get("/calls")
    async def calls(provider: Provider | None = None, method: str | None = None, path: str | None = None) -> Response:
        return items(world.calls.listed(provider, method, path))

    @router.get("/faults")
    async def faults() -> dict[str, list[FaultRule]]:
        return {"items": world.faults.rules()}

    @router.put("/faults")
    async def set_faults(rules: Rules) -> dict[str, list[FaultRule]]:
        world.set_faults(rules.rules)
        return {"items": rules.rules}

    @router.get("/clock")
    async def clock_now() -> ClockView:
        return _clock_view()

    @router.post("/clock")
    async def move_clock(move: ClockMove) -> ClockView:
        _move_clock(move)
        return _clock_view()

    return router
