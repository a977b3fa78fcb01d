"""zoom_issuer's use cases on the real database, with a Zoom and a token endpoint in this process that do as told."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.zoom_issuer.limits import DailyLimit, Gathering
from services.zoom_issuer.model import Wanted, wanted_of
from services.zoom_issuer.model_series import OccurrenceWish
from services.zoom_issuer.providers import FoundMeeting, Meeting, MeetingRequest, UserPage, ZoomUser
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.budgets import Budgets
from services.zoom_issuer.store.connections import Connection, Connections
from services.zoom_issuer.store.drift import DriftRows
from services.zoom_issuer.store.freezes import Freezes
from services.zoom_issuer.store.meetings import MeetingStore, row_of
from services.zoom_issuer.store.staff import StaffStore
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.usecases.access_tokens import AccessTokens, Endpoints
from services.zoom_issuer.usecases.call_zoom import CallZoom
from services.zoom_issuer.usecases.check_meeting import CheckMeeting
from services.zoom_issuer.usecases.follow_appointment import FollowAppointment
from services.zoom_issuer.usecases.freeze import FreezeMeetings
from services.zoom_issuer.usecases.hosting import Hosts
from services.zoom_issuer.usecases.keep_limits import KeepLimits
from services.zoom_issuer.usecases.report import Report
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent
from shared.contracts.people import Account
from shared.contracts.zoom_issuer import ZoomConnected
from shared.crypto import KeyRing
from shared.drift import EntryState
from shared.due import DueWorker
from shared.mongo import Client, Database, Document, ensure_indexes
from shared.oauth import Grant
from shared.oauth_attempts import Attempt
from tests.builders import BUS_RING, DATA_KEYS, ORGANIZATION, an_appointment, an_event

TARO, HANA = "stf_taro", "stf_hana"


def a_grant(name: str, lives: timedelta = timedelta(hours=1)) -> Grant:
    return Grant(f"access-{name}", f"refresh-{name}", clock.now() + lives, frozenset())


def wanted(*, canceled: bool = False, **changes: Any) -> Wanted:
    return wanted_of(an_appointment(**changes), canceled=canceled)


@dataclass
class FakeZoom:
    """Meetings by id; ``before`` is awaited with each operation's name and may raise, ``after`` as well, once the work
    is done.
    """

    meetings: dict[str, MeetingRequest] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    listed: list[ZoomUser] = field(default_factory=list)
    before: Callable[[str, str], Awaitable[None]] | None = None
    after: Callable[[str], Awaitable[None]] | None = None

    async def _begin(self, operation: str, token: str) -> None:
        self.asked.append(operation)
        if self.before:
            await self.before(operation, token)

    async def _end(self, operation: str) -> None:
        if self.after:
            await self.after(operation)

    async def me(self, token: str) -> ZoomUser:
        return ZoomUser("zoom-user-1", "taro@example.jp", basic=False)

    async def users(self, token: str, page_token: str = "") -> UserPage:
        await self._begin("users", token)
        return UserPage(self.listed, "")

    async def create(self, token: str, user: str, request: MeetingRequest) -> Meeting:
        await self._begin("create", token)
        name = str(len(self.asked))
        self.meetings[name] = request
        await self._end("create")
        return Meeting(name, request.agenda, f"https://zoom.example/j/{name}", request.passcode)

    async def update(self, token: str, meeting_id: str, request: MeetingRequest) -> None:
        await self._begin("update", token)
        self.meetings[meeting_id] = request
        await self._end("update")

    async def change_occurrence(
        self, token: str, meeting_id: str, wish: OccurrenceWish, *, begins_at: datetime, time_zone: str
    ) -> None:
        await self._begin("change_occurrence", token)
        await self._end("change_occurrence")

    async def delete(self, token: str, meeting_id: str) -> None:
        await self._begin("delete", token)
        self.meetings.pop(meeting_id, None)
        await self._end("delete")

    async def state(self, token: str, meeting_id: str) -> FoundMeeting | None:
        await self._begin("state", token)
        await self._end("state")
        return _state(self.meetings[meeting_id]) if meeting_id in self.meetings else None

    async def standing(self, token: str, user: str) -> Mapping[str, FoundMeeting]:
        await self._begin("standing", token)
        return {name: _state(one) for name, one in self.meetings.items()}

    async def find(self, token: str, user: str, agenda_token: str) -> Sequence[Meeting]:
        await self._begin("find", token)
        return [
            Meeting(name, one.agenda, f"https://zoom.example/j/{name}", one.passcode)
            for name, one in self.meetings.items()
            if one.agenda.startswith(agenda_token)
        ]


def _state(meeting: MeetingRequest) -> FoundMeeting:
    end_at = meeting.start_at + timedelta(minutes=meeting.minutes)
    return FoundMeeting(EntryState(meeting.start_at, end_at, meeting.topic), meeting.agenda)


@dataclass
class FakeEndpoint:
    """``renewal`` makes the answer to a renewal."""

    renewal: Callable[[str], Awaitable[Grant]] | None = None
    dropped: list[str | None] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    async def revoke(self, token: str) -> None:
        self.revoked.append(token)

    async def renew(self, refresh_token: str) -> Grant:
        assert self.renewal is not None
        return await self.renewal(refresh_token)

    async def drop(self, grant: Grant) -> None:
        self.dropped.append(grant.refresh_token)


class Ear:
    """A relay that only listens."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def publish_soon(self, collection: Any, document_id: object, waiting: Sequence[Any]) -> None:
        self.said += [json.loads(entry["body"]) for entry in waiting]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event["data"] for event in self.said if event["type"].endswith(f".{kind}.v1")]


class Workshop:
    """All parts, joined as ``build_app`` does, with no time to wait before a look."""

    def __init__(self, client: Client, database: Database) -> None:
        ring = KeyRing.parse(DATA_KEYS)
        self.store, self.connections = MeetingStore(database, ring), Connections(database, ring)
        self.zoom, self.endpoint, self.ear = FakeZoom(), FakeEndpoint(), Ear()
        relay: Any = self.ear
        endpoint: Any = self.endpoint
        self.tokens = AccessTokens(self.connections, Endpoints(endpoint, endpoint, lambda *_: endpoint), relay)
        self.accounts, self.users, self.staff = (
            Accounts(client, self.connections, ring),
            UserStore(database),
            StaffStore(database),
        )
        self.hosts = Hosts(self.connections, self.accounts, self.users, self.staff, self.store)
        report = Report(self.store, relay, BUS_RING, warn_before=timedelta(hours=1), give_up_after=timedelta(days=1))
        self.drift, self.freezes = DriftRows(self.store.meetings), Freezes(database)
        freeze = FreezeMeetings(self.freezes, self.drift, self.connections, relay)
        self.check = CheckMeeting(self.store, self.drift, self.connections, self.zoom, freeze, relay)
        self.budgets = Budgets(database)
        self.limits = KeepLimits(
            self.budgets, self.hosts.address, relay, DailyLimit(100, 5), per_second=500, per_second_basic=500
        )
        self.follow = FollowAppointment(
            self.store,
            self.connections,
            self.hosts,
            CallZoom(self.tokens, self.limits),
            self.zoom,
            report,
            self.check,
            Gathering(timedelta(0), timedelta(0), timedelta(0)),
            settled_after=timedelta(0),
            new_passcode=lambda: "123456",
        )
        self.worker = DueWorker("meetings", self.store.meetings, self.follow)

    async def prepare(self) -> None:
        for part in (self.store, self.connections, self.accounts, self.users, self.staff, self.budgets):
            for collection, indexes in part.indexes.items():
                await ensure_indexes(collection, indexes)

    async def connect(self, grant: Grant | None = None, staff_id: str = TARO, account: str = "") -> Connection:
        """What ``Connect`` does, its waking included."""
        attempt = Attempt("zoom", ORGANIZATION, staff_id, "", "", "")
        user = ZoomUser(account or f"zoom-user-of-{staff_id}", "taro@example.jp", basic=False)

        def connected(version: int) -> CloudEvent[Any]:
            data = ZoomConnected(staff_id=staff_id, zoom_user_id=user.user_id, account=Account(email=user.email))
            return an_event(data, subject=staff_id, version=version)

        made, _ = await self.connections.connect(attempt, grant or a_grant("first"), user, connected)
        await self.store.wake_waiting_for(ORGANIZATION, staff_id)
        return made

    async def want(self, what: Wanted, name: str = "apt_1") -> bool:
        return await self.store.want(name, ORGANIZATION, what, Cause.outside())

    async def work(self) -> None:
        """All that is due now."""
        await self.worker.run_due()

    async def row(self, name: str = "apt_1") -> Document:
        return await self.store.get(name) or {}

    async def work_at_next_try(self, name: str = "apt_1") -> None:
        """Move the clock to when the row is due, and work."""
        due_at = (await self.row(name))["due_at"]
        clock.set_offset(max(clock.offset(), due_at - clock.real_now() + timedelta(milliseconds=2)))
        await self.work()

    async def leftovers(self, name: str = "apt_1") -> int:
        return len(row_of(await self.row(name)).leftovers)
