"""Operations (X7): what waits in each service, what failed and why, parked messages, and what operators decided.

Nothing here is personal: ids stand for people and appointments, parked messages show nothing of their payload.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.api.effects import Effect
from shared.contracts.api.fields import Request, View, one_line
from shared.contracts.notifier import Purpose


class ServiceStatus(StrEnum):
    """Whether a service answered."""

    OK = "ok"
    UNREACHABLE = "unreachable"


class Silence(StrEnum):
    """Why a service told nothing: nobody takes its connections, it was asked and took too long, or its answer was an
    error of its own.
    """

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    FAILING = "failing"


class OwedStatus(StrEnum):
    """``failed``: nothing more is tried by itself; ``waiting``: it is tried again, or waits for somebody."""

    FAILED = "failed"
    WAITING = "waiting"


class LinkStatus(StrEnum):
    """Of a connection that needs somebody: ``broken`` has to be connected anew, ``frozen`` to be looked at (G17)."""

    BROKEN = "broken"
    FROZEN = "frozen"


class Action(StrEnum):
    """What an operator may decide."""

    REPLAY = "replay"
    DISCARD = "discard"
    RETRY = "retry"
    GIVE_UP = "give_up"
    RECONCILE = "reconcile"


class OutboxState(View):
    """Documents that hold events to be published, and since when the oldest does."""

    waiting: int
    oldest_at: datetime | None = None


class WorkState(View):
    """Due rows of one worker: free, held by somebody, and those whose work ended in an error of ours. ``untried`` are
    the free ones that nobody took so far: the others were tried, and are listed by what they are.
    """

    name: str
    waiting: int
    held: int
    failing: int
    oldest_due_at: datetime | None = None
    untried: int = 0
    oldest_untried_at: datetime | None = None


class QueueState(View):
    """A queue with something in it, or one that nobody consumes; ``parked`` lies beside it."""

    name: str
    waiting: int
    consumers: int
    parked: int


class BusState(View):
    """The service's queues; all zero where the broker cannot be reached."""

    reachable: bool
    queued: int = 0
    parked: int = 0
    queues: list[QueueState] = Field(default_factory=list)


class OwedCounts(View):
    """Effects of the organization that are not done; counted up to 1000."""

    failed: int = 0
    waiting: int = 0


class LinkState(View):
    """A connection that does not work; ``staff_id`` is absent of the organization's own account. ``waiting`` effects
    go on when it works again.
    """

    provider: str
    staff_id: str | None = None
    status: LinkStatus
    waiting: int = 0


class BudgetState(View):
    """What is left of a Zoom user's day (C4); ``account`` is their address there, where it is known."""

    provider: str
    user_id: str
    account: str = ""
    requests_left: int
    resets_at: datetime


class MirrorCount(View):
    """How many ``kind`` differ from the provider in this way (G13)."""

    kind: str
    state: str
    count: int


class StageState(View):
    """How long the newest confirmations took to this stage, from the guest's click."""

    stage: str
    count: int
    median_seconds: float
    p95_seconds: float
    slowest_seconds: float


class Sections(View):
    """What a service adds to what every service has."""

    connections: list[LinkState] = Field(default_factory=list)
    budgets: list[BudgetState] = Field(default_factory=list)
    mirror: list[MirrorCount] = Field(default_factory=list)
    stages: list[StageState] = Field(default_factory=list)


class ServiceOperations(Sections):
    """One service as it is ``at`` this moment."""

    service: str
    at: datetime
    outbox: OutboxState
    work: list[WorkState]
    bus: BusState
    effects: OwedCounts


class DeadLetter(View):
    """A parked message: what identifies it, and why it is here. Equal messages of one queue are one."""

    id: str
    service: str
    queue: str
    event_id: str
    event_type: str
    subject: str
    occurred_at: datetime | None = None
    parked_at: datetime | None = None
    attempts: int
    replays: int
    error: str


class OwedEffect(View):
    """An effect that is not done: ``of`` whom, why not (``reason`` is a word, ``detail`` what a provider said), when it
    is tried again (``until``). ``purpose`` of a mail; ``absent`` where the thing is to be gone.
    """

    id: str
    service: str
    effect: Effect
    about: str
    of: str
    status: OwedStatus
    reason: str
    detail: str = ""
    since: datetime
    until: datetime | None = None
    tries: int = 0
    purpose: Purpose | None = None
    absent: bool = False
    can_retry: bool = True
    can_give_up: bool = True


class Decision(View):
    """Who decided what, and why; ``by`` as in events' ``actor``, ``what`` an event's type or an effect."""

    id: str
    at: datetime
    by: str
    action: Action
    service: str
    target: str
    what: str
    about: str
    reason: str


class ServiceState(View):
    """Of one that does not answer nothing is known but how it is silent."""

    service: str
    status: ServiceStatus
    silence: Silence | None = None
    operations: ServiceOperations | None = None


class Totals(View):
    """Of all services that answered."""

    outbox: int = 0
    queued: int = 0
    due: int = 0
    parked: int = 0
    failed: int = 0
    waiting: int = 0
    broken_connections: int = 0


class Pipeline(View):
    """What waits and what failed, service by service, and how long the stages of a confirmation take."""

    at: datetime
    services: list[ServiceState]
    stages: list[StageState]
    totals: Totals


class _Gathered(View):
    """``unreachable`` names services that did not answer: what they hold is missing here; ``silent`` says why."""

    unreachable: list[str] = Field(default_factory=list)
    silent: dict[str, Silence] = Field(default_factory=dict)


class _Walked(_Gathered):
    """``unseen`` more are parked, anybody's: of each queue 1000 are looked at, the next when those are gone."""

    unseen: int = 0


class DeadLetterList(_Walked):
    """Newest first; ``total`` counts all of the organization that were looked at, and those that nobody can read."""

    items: list[DeadLetter]
    total: int
    next_cursor: str | None = None


class OwedEffectList(_Gathered):
    """The newest proposal or appointment first."""

    items: list[OwedEffect]
    next_cursor: str | None = None


class DecisionList(_Gathered):
    """Newest first."""

    items: list[Decision]
    next_cursor: str | None = None


class Done(_Walked):
    """How many it was; asked again it goes on with what was ``unseen``."""

    count: int


class GiveUp(Request):
    """Why; kept on record."""

    reason: Annotated[str, *one_line(500, shortest=1)]


OneService = Literal["", "booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler", "gateway"]
"""Narrows to one; empty: all."""


class ReplayMany(Request):
    """Of one service, or of all; ``match`` narrows to those whose type, subject or error contains it."""

    service: OneService = ""
    match: Annotated[str, *one_line(200)] = ""


class RetryMany(Request):
    """Of one service, or of all."""

    service: OneService = ""
