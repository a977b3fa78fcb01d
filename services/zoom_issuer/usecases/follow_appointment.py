"""Make Zoom follow one appointment: the due row's handler. It compares what is wanted with what stands and acts
step by step.

Before a create goes out this is written down, so that after a crash or a lost answer the next worker looks before it
repeats (G10); each finished step is written before the next begins.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from services.zoom_issuer.model import Actual, Step, Wanted, agenda_token, next_step
from services.zoom_issuer.providers import Meeting, MeetingRequest, Zoom
from services.zoom_issuer.store.connections import Connections, ConnectionStatus
from services.zoom_issuer.store.meetings import MeetingStore, actual_in, attempted_at, wanted_in
from services.zoom_issuer.usecases.access_tokens import AccessTokens
from services.zoom_issuer.usecases.report import Report
from shared import clock
from shared.contracts.zoom_issuer import MeetingErrorCode
from shared.due import Lease
from shared.mongo import Document
from shared.providers import (
    CredentialRevoked,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)

T = TypeVar("T")


class NoCredentials(Exception):
    """The host never connected a Zoom account, or disconnected it."""

    def __init__(self) -> None:
        super().__init__("no Zoom account is connected")


class NotSettled(Exception):
    """An unanswered create may still be carried out; look after ``wait``."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"looking again in {wait}")


class FollowAppointment:
    """One call works on one row that it holds."""

    def __init__(
        self,
        store: MeetingStore,
        connections: Connections,
        tokens: AccessTokens,
        zoom: Zoom,
        report: Report,
        *,
        settled_after: timedelta,
    ) -> None:
        self._store = store
        self._connections = connections
        self._tokens = tokens
        self._zoom = zoom
        self._report = report
        self._settled_after = settled_after

    async def __call__(self, lease: Lease) -> None:
        wanted = wanted_in(lease.row)
        try:
            if not await self._advance(lease, wanted):
                return
        except NoCredentials as error:
            await self._report.waits_for_person(lease, wanted, MeetingErrorCode.NO_CREDENTIALS, str(error))
        except CredentialRevoked as error:
            await self._report.waits_for_person(lease, wanted, MeetingErrorCode.OAUTH_FAILED, error.reason)
        except NotSettled as error:
            await self._report.later(lease, wanted, MeetingErrorCode.FAILED, "unanswered", error.wait)
        except ProviderThrottled as error:
            await self._report.later(
                lease, wanted, MeetingErrorCode.RATE_LIMITED, error.reason, error.retry_after, exact=True
            )
        except ProviderUnavailable as error:
            await self._report.later(lease, wanted, MeetingErrorCode.FAILED, error.reason, None)
        except ProviderRefused as error:
            await self._report.refused(lease, wanted, error.reason)
        else:
            await self._report.done(lease, wanted)

    async def _advance(self, lease: Lease, wanted: Wanted) -> bool:
        """Take steps until nothing is left to do; false where the lease was lost meanwhile."""
        act: dict[Step, Callable[[Lease, Wanted], Awaitable[bool]]] = {
            Step.LOOK: self._look,
            Step.CREATE: self._create,
            Step.UPDATE: self._update,
            Step.RETIRE: self._retire,
            Step.DELETE: self._delete,
            Step.CLEAN: self._clean,
        }
        while True:
            step = next_step(
                wanted,
                actual_in(lease.row),
                attempt_unknown=attempted_at(lease.row) is not None,
                leftovers=len(lease.row.get("leftovers", [])),
            )
            if step is Step.NOTHING:
                return True
            if not await act[step](lease, wanted):
                return False

    async def _look(self, lease: Lease, wanted: Wanted) -> bool:
        attempt = lease.row["attempt"]
        wait = attempt["at"] + self._settled_after - clock.real_now()
        if wait > timedelta(0):
            raise NotSettled(wait)
        connection_id, host = attempt["connection_id"], attempt["host_staff_id"]
        found = await self._as(connection_id, lambda token: self._zoom.find(token, attempt["token"]))
        for double in found[1:]:
            await self._as(connection_id, lambda token, m=double: self._zoom.delete(token, m.meeting_id))  # type: ignore[misc]
        if not found:
            return await self._store.forget_attempt(lease)
        actual = Actual(
            meeting_id=found[0].meeting_id,
            connection_id=connection_id,
            host_staff_id=host,
            topic=attempt["topic"],
            start_at=attempt["start_at"],
            minutes=attempt["minutes"],
            time_zone=attempt["time_zone"],
        )
        return await self._store.keep(lease, actual, found[0])

    async def _create(self, lease: Lease, wanted: Wanted) -> bool:
        connection = await self._connection_of(lease.row, wanted.host_staff_id)
        token = await self._tokens_of(connection["_id"])
        request = _request(lease.row, wanted)
        attempt = {
            "at": clock.real_now(),
            "token": agenda_token(lease.row["_id"], lease.row["generation"]),
            "connection_id": connection["_id"],
            "host_staff_id": wanted.host_staff_id,
            "topic": wanted.topic,
            "start_at": wanted.start_at,
            "minutes": wanted.minutes,
            "time_zone": wanted.time_zone,
        }
        if not await self._store.begin_attempt(lease, attempt):
            return False
        try:
            meeting = await self._as(connection["_id"], lambda fresh: self._zoom.create(fresh, request), token=token)
        except ProviderError as error:
            if not (isinstance(error, ProviderUnavailable) and error.unknown):
                await self._store.forget_attempt(lease)
            raise
        return await self._store.keep(lease, _actual(meeting, connection, wanted), meeting)

    async def _update(self, lease: Lease, wanted: Wanted) -> bool:
        actual = actual_in(lease.row)
        assert actual is not None
        request = _request(lease.row, wanted)
        try:
            await self._as(actual.connection_id, lambda token: self._zoom.update(token, actual.meeting_id, request))
        except ProviderRefused as error:
            if not error.missing:
                raise
            return await self._store.keep(lease, None)
        moved = replace(
            actual,
            topic=wanted.topic,
            start_at=wanted.start_at,
            minutes=wanted.minutes,
            time_zone=wanted.time_zone,
        )
        return await self._store.keep(lease, moved)

    async def _retire(self, lease: Lease, wanted: Wanted) -> bool:
        return await self._store.retire(lease)

    async def _delete(self, lease: Lease, wanted: Wanted) -> bool:
        actual = actual_in(lease.row)
        assert actual is not None
        await self._as(actual.connection_id, lambda token: self._zoom.delete(token, actual.meeting_id))
        return await self._store.keep(lease, None)

    async def _clean(self, lease: Lease, wanted: Wanted) -> bool:
        old = Actual(**lease.row["leftovers"][0])
        await self._as(old.connection_id, lambda token: self._zoom.delete(token, old.meeting_id))
        return await self._store.drop_leftover(lease, old.meeting_id)

    async def _connection_of(self, row: Document, staff_id: str) -> Document:
        connection = await self._connections.find(row["organization_id"], staff_id)
        if connection is None or connection["status"] == ConnectionStatus.DISCONNECTED:
            raise NoCredentials()
        return connection

    async def _tokens_of(self, connection_id: str) -> str:
        try:
            return await self._tokens.of(connection_id)
        except CredentialRevoked as error:
            await self._report.connection_broke(connection_id, error.reason)
            raise

    async def _as(self, connection_id: str, call: Callable[[str], Awaitable[T]], *, token: str | None = None) -> T:
        """Call Zoom as a connection; a refused access token is renewed once."""
        token = token or await self._tokens_of(connection_id)
        try:
            return await call(token)
        except CredentialRevoked:
            pass
        try:
            return await call(await self._tokens.of(connection_id, refused=token))
        except CredentialRevoked as error:
            await asyncio.shield(self._report.connection_broke(connection_id, error.reason))
            raise


def _request(row: Document, wanted: Wanted) -> MeetingRequest:
    return MeetingRequest(
        topic=wanted.topic,
        agenda=agenda_token(row["_id"], row["generation"]),
        start_at=wanted.start_at,
        minutes=wanted.minutes,
        time_zone=wanted.time_zone,
        passcode=f"{secrets.randbelow(1_000_000):06d}",
    )


def _actual(meeting: Meeting, connection: Document, wanted: Wanted) -> Actual:
    return Actual(
        meeting_id=meeting.meeting_id,
        connection_id=connection["_id"],
        host_staff_id=wanted.host_staff_id,
        topic=wanted.topic,
        start_at=wanted.start_at,
        minutes=wanted.minutes,
        time_zone=wanted.time_zone,
    )
