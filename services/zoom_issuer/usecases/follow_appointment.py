"""Make Zoom follow one appointment: the due row's handler. It compares what is wanted with what stands and acts
step by step.

Before a create goes out this is written down, so that after a crash or a lost answer the next worker looks before it
repeats (G10); each finished step is written before the next begins.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from services.zoom_issuer.drift_series import with_names
from services.zoom_issuer.hosts import ME, Host
from services.zoom_issuer.limits import Gathering
from services.zoom_issuer.model import (
    Actual,
    Attempt,
    MeetingRow,
    Step,
    agenda_token,
    next_start,
    next_step,
    revives,
    same_times,
)
from services.zoom_issuer.model_series import next_change, still_to_come, with_change
from services.zoom_issuer.providers import Meeting, MeetingRequest, Zoom
from services.zoom_issuer.store.connections import Connections
from services.zoom_issuer.store.meetings import MeetingStore, row_of
from services.zoom_issuer.usecases.call_zoom import Call, CallZoom
from services.zoom_issuer.usecases.check_meeting import CheckMeeting
from services.zoom_issuer.usecases.hosting import Hosts, Unhosted
from services.zoom_issuer.usecases.keep_limits import Counted, NoTurn
from services.zoom_issuer.usecases.report import GIVEN_UP, OVER, Report, Setback
from services.zoom_issuer.usecases.setbacks import Gathered, NotSettled, setback_of
from shared import clock
from shared.contracts.zoom_issuer import MeetingErrorCode
from shared.due import Lease
from shared.observability.calls import calls_noted, untold_calls
from shared.providers import (
    CredentialRevoked,
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)

T = TypeVar("T")


class FollowAppointment:
    """One call works on one row that it holds. ``new_passcode`` makes six random digits."""

    def __init__(
        self,
        store: MeetingStore,
        connections: Connections,
        hosts: Hosts,
        call: CallZoom,
        zoom: Zoom,
        report: Report,
        check: CheckMeeting,
        gathering: Gathering,
        *,
        settled_after: timedelta,
        new_passcode: Callable[[], str],
    ) -> None:
        self._store = store
        self._connections = connections
        self._hosts = hosts
        self._call = call
        self._zoom = zoom
        self._report = report
        self._check = check
        self._gathering = gathering
        self._settled_after = settled_after
        self._new_passcode = new_passcode

    async def __call__(self, lease: Lease) -> None:
        with calls_noted(lease.row.get("calls", ())):
            await self._follow(lease)

    async def _follow(self, lease: Lease) -> None:
        if not await self._check.prepare(lease):
            return
        row = row_of(lease.row)
        if lease.row.get("given_up") and row.attempt is None:
            await self._report.failed(lease, MeetingErrorCode(row.error or MeetingErrorCode.FAILED), GIVEN_UP)
            return
        if row.actual is not None and self._check.is_due(lease):
            await self._check(lease, partial(self._on, row, row.actual))
            return
        try:
            if not await self._advance(lease):
                return
        except (Gathered, NoTurn) as pause:
            at = pause.at if isinstance(pause, Gathered) else clock.now() + pause.retry_after
            await self._store.hold(lease, row_of(lease.row), at, untold_calls())
        except (Unhosted, NotSettled, CredentialRevoked, ProviderThrottled, ProviderUnavailable) as error:
            await self._put_off(lease, setback_of(error))
        except ProviderRefused as error:
            await self._refused(lease, error.reason)
        else:
            row = row_of(lease.row)
            if row.wanted.exists and not row.stands:
                await self._report.failed(lease, MeetingErrorCode(row.error or MeetingErrorCode.FAILED), OVER)
            else:
                await self._report.done(lease)

    async def _put_off(self, lease: Lease, setback: Setback) -> None:
        """Who connects between the look and this write finds nobody waiting: so look once more (G19)."""
        await self._report.later(lease, setback)
        if setback.waits_for is None:
            return
        row = row_of(lease.row)
        try:
            host = await self._host_of(row)
        except (Unhosted, ProviderUnavailable):
            return
        connection = await self._connections.get(host.connection_id)
        if connection is not None and connection.works:
            await self._store.wake_waiting_for(row.organization_id, setback.waits_for)

    async def _refused(self, lease: Lease, reason: str) -> None:
        """Final, unless something may stand at Zoom that nobody has looked at yet (G10)."""
        row = row_of(lease.row)
        if row.attempt is not None or row.stands:
            await self._report.later(lease, Setback(MeetingErrorCode.FAILED, reason))
        else:
            await self._report.failed(lease, MeetingErrorCode.FAILED, reason)

    async def _advance(self, lease: Lease) -> bool:
        """Take steps until nothing is left to do; false where the lease was lost meanwhile."""
        act: dict[Step, Callable[[Lease, MeetingRow], Awaitable[bool]]] = {
            Step.LOOK: self._look,
            Step.CREATE: self._create,
            Step.UPDATE: partial(self._unless_gone, self._update),
            Step.OCCUR: partial(self._unless_gone, self._occur),
            Step.RETIRE: self._retire,
            Step.ADOPT: self._adopt,
            Step.CLEAN: self._clean,
        }
        while True:
            row = row_of(lease.row)
            step = next_step(row, clock.now())
            if step is Step.NOTHING:
                return True
            if not await act[step](lease, row):
                return False

    async def _look(self, lease: Lease, row: MeetingRow) -> bool:
        attempt = row.attempt
        assert attempt is not None
        wait = attempt.at + self._settled_after - clock.real_now()
        if wait > timedelta(0):
            raise NotSettled(wait)
        connection_id, user = await self._hosts.reaching(
            row.organization_id, attempt.connection_id, attempt.host_user_id, attempt.path
        )
        found = await self._call(connection_id, lambda token: self._zoom.find(token, user, attempt.token))
        for double in found[1:]:
            await self._delete_at_zoom(row, attempt.made(double.meeting_id))
        if not found:
            return await self._store.forget_attempt(lease)
        return await self._keep(lease, attempt, found[0])

    async def _create(self, lease: Lease, row: MeetingRow) -> bool:
        host = await self._host_of(row)
        attempt = Attempt(
            at=clock.real_now(),
            token=agenda_token(row.appointment_id, row.generation),
            connection_id=host.connection_id,
            host_staff_id=row.wanted.host_staff_id,
            topic=row.wanted.topic,
            start_at=row.wanted.start_at,
            minutes=row.wanted.minutes,
            time_zone=row.wanted.time_zone,
            link_generation=row.wanted.link_generation,
            host_user_id=host.user_id,
            zoom_user_id=row.wanted.zoom_user_id,
            path=host.path,
            rrule=row.wanted.rrule,
            changed=[one for one in row.wanted.changed if one["original_start_at"] < self._first(row)[0]],
        )
        meeting = await self._call(
            host.connection_id,
            lambda token: self._try_to_create(lease, row, attempt, token),
            _against(row, host.user_id),
        )
        if meeting is None:
            return False
        return await self._keep(lease, attempt, meeting)

    async def _keep(self, lease: Lease, attempt: Attempt, meeting: Meeting) -> bool:
        made = attempt.made(meeting.meeting_id)
        return await self._store.keep(lease, with_names(made, meeting.occurrences, clock.now()), meeting)

    async def _try_to_create(self, lease: Lease, row: MeetingRow, attempt: Attempt, token: str) -> Meeting | None:
        """One request; None where the lease was lost before it went out."""
        if not await self._store.begin_attempt(lease, replace(attempt, at=clock.real_now())):
            return None
        try:
            return await self._zoom.create(token, attempt.path, self._request(row))
        except ProviderError as error:
            if not (isinstance(error, ProviderUnavailable) and error.unknown):
                await self._store.forget_attempt(lease)
            raise

    async def _unless_gone(
        self, change: Callable[[Lease, MeetingRow], Awaitable[bool]], lease: Lease, row: MeetingRow
    ) -> bool:
        """What Zoom does not have any more is made anew."""
        try:
            return await change(lease, row)
        except ProviderRefused as error:
            if error.missing:
                return await self._store.keep(lease, None)
            raise

    async def _update(self, lease: Lease, row: MeetingRow) -> bool:
        actual, wanted = row.actual, row.wanted
        assert actual is not None
        self._gather(row, actual)
        if not await self._on(row, actual, lambda token: self._try_to_update(lease, row, actual, token), counted=True):
            return False
        moved = replace(
            actual,
            host_staff_id=wanted.host_staff_id,
            topic=wanted.topic,
            start_at=wanted.start_at,
            minutes=wanted.minutes,
            time_zone=wanted.time_zone,
            rrule=wanted.rrule,
            changed=actual.changed if same_times(wanted, actual) else [],
            names=actual.names if same_times(wanted, actual) else [],
        )
        return await self._store.keep(lease, moved)

    async def _try_to_update(self, lease: Lease, row: MeetingRow, actual: Actual, token: str) -> bool:
        """One request; false where the lease was lost before it went out."""
        if not await self._store.begin_update(lease):
            return False
        try:
            await self._zoom.update(token, actual.meeting_id, self._request(row))
        except ProviderError as error:
            if not row.unsure and not (isinstance(error, ProviderUnavailable) and error.unknown):
                await self._store.forget_update(lease)
            raise
        return True

    def _gather(self, row: MeetingRow, actual: Actual) -> None:
        """Raises ``Gathered`` while further changes may follow (G20)."""
        now = clock.now()
        start_at = min(next_start(row.wanted, now), next_start(actual, now))
        at = self._gathering.until(row.gathering_since or row.heard_at, row.heard_at, start_at)
        if at > now:
            raise Gathered(at)

    async def _occur(self, lease: Lease, row: MeetingRow) -> bool:
        """One occurrence of a series at a time; what a lost answer has done already is seen before it is repeated."""
        actual = row.actual
        change = next_change(row.wanted.changed, actual.changed, row.wanted.minutes) if actual else None
        assert actual is not None
        assert change is not None
        if row.told:
            self._gather(row, actual)
        (wish, begins_at), zone = change, row.wanted.time_zone
        counted = not wish["canceled"] or await self._store.counts_deletions(row.organization_id)
        await self._on(
            row,
            actual,
            lambda token: self._zoom.change_occurrence(
                token, actual.meeting_id, wish, begins_at=begins_at, time_zone=zone
            ),
            counted=counted,
        )
        return await self._store.keep(lease, replace(actual, changed=with_change(actual.changed, wish)))

    async def _retire(self, lease: Lease, row: MeetingRow) -> bool:
        """Of occurrences that somebody deleted, more may be followed in a moment: only then the rest comes back."""
        if row.actual is not None and row.told and row.wanted.exists and revives(row.wanted, row.actual):
            self._gather(row, row.actual)
        return await self._store.retire(lease)

    async def _adopt(self, lease: Lease, row: MeetingRow) -> bool:
        """Who lost the right to attend never learnt this link (C9)."""
        return await self._store.adopt(lease, row.wanted.link_generation)

    async def _clean(self, lease: Lease, row: MeetingRow) -> bool:
        old = row.leftovers[0]
        await self._delete_at_zoom(row, old)
        return await self._store.drop_leftover(lease, old.meeting_id)

    async def _host_of(self, row: MeetingRow) -> Host:
        wanted = row.wanted
        return await self._hosts.of(
            row.organization_id,
            wanted.host_staff_id,
            wanted.zoom_user_id or None,
            that_user_only=wanted.that_user_only,
        )

    async def _delete_at_zoom(self, row: MeetingRow, old: Actual) -> None:
        counted = await self._store.counts_deletions(row.organization_id)
        await self._on(row, old, lambda token: self._zoom.delete(token, old.meeting_id), counted=counted)

    async def _on(self, row: MeetingRow, actual: Actual, call: Call[T], *, counted: bool = False) -> T:
        """Call Zoom about a meeting that stands there. What is counted and failed before goes out again once Zoom
        answers what is not counted: else an outage uses up the day (C4).
        """
        connection_id, _ = await self._hosts.reaching(
            row.organization_id, actual.connection_id, actual.host_user_id, ME
        )
        if counted and row.tries:
            await self._call(connection_id, lambda token: self._zoom.state(token, actual.meeting_id))
        return await self._call(connection_id, call, _against(row, actual.host_user_id) if counted else None)

    def _keeps_times(self, row: MeetingRow) -> bool:
        if row.actual is None or row.unsure or not row.wanted.rrule:
            return False
        return same_times(row.wanted, row.actual)

    def _first(self, row: MeetingRow) -> tuple[datetime, int]:
        wanted, now = row.wanted, clock.now()
        return still_to_come(wanted.start_at, wanted.minutes, wanted.time_zone, wanted.rrule, wanted.times, now)

    def _request(self, row: MeetingRow) -> MeetingRequest:
        start_at, times = self._first(row)
        return MeetingRequest(
            topic=row.wanted.topic,
            agenda=agenda_token(row.appointment_id, row.generation),
            start_at=start_at,
            minutes=row.wanted.minutes,
            time_zone=row.wanted.time_zone,
            passcode=self._new_passcode(),
            rrule=row.wanted.rrule,
            times=times,
            keeps_times=self._keeps_times(row),
        )


def _against(row: MeetingRow, host_user_id: str) -> Counted:
    """The Zoom user against whom a request for this meeting counts."""
    return Counted(row.organization_id, row.appointment_id, next_start(row.wanted, clock.now()), host_user_id)
