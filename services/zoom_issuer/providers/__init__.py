"""Zoom, behind a small protocol whose second implementation is the tests' fake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.zoom_issuer.model_series import FoundOccurrence, OccurrenceWish
from shared.drift import EntryState
from shared.providers import CredentialRevoked, ProviderThrottled


class ScopesMissing(CredentialRevoked):
    """The grant does not cover what is asked; renewing its token cannot help, connecting again can."""

    def __init__(self, reason: str, scopes: Sequence[str] = ()) -> None:
        self.scopes = tuple(scopes)
        super().__init__(reason)


class DayIsSpent(ProviderThrottled):
    """The day's requests are used up, as Zoom counts them; there are more at ``until`` (C4)."""

    def __init__(self, reason: str, *, until: datetime, now: datetime) -> None:
        self.until = until
        super().__init__(reason, retry_after=max(timedelta(seconds=1), until - now))


@dataclass(frozen=True)
class ZoomUser:
    """``basic`` is Zoom's plan type 1 (R2); ``account_id`` the Zoom account of many users that this one belongs to."""

    user_id: str
    email: str
    basic: bool
    name: str = ""
    account_id: str = ""


@dataclass(frozen=True)
class UserPage:
    """Some users of an account, and the token of the next page or none."""

    users: Sequence[ZoomUser]
    next_token: str


@dataclass(frozen=True)
class MeetingRequest:
    """A scheduled meeting; ``agenda`` begins with our token."""

    topic: str
    agenda: str
    start_at: datetime
    minutes: int
    time_zone: str
    passcode: str = field(repr=False)
    rrule: str = ""
    times: int = 0
    keeps_times: bool = False
    """Of a series: its times stand already; told again they could undo what was changed of single occurrences."""


@dataclass(frozen=True)
class Meeting:
    """What is needed to join; ``agenda`` is what Zoom shows of it."""

    meeting_id: str
    agenda: str
    join_url: str = field(repr=False)
    passcode: str = field(repr=False)
    occurrences: tuple[FoundOccurrence, ...] = ()


@dataclass(frozen=True)
class FoundMeeting:
    """How a meeting stands at Zoom; ``occurrences`` are those of a series that it shows, under its names."""

    state: EntryState
    agenda: str = ""
    occurrences: tuple[FoundOccurrence, ...] = ()


class Zoom(Protocol):
    """Each method takes an access token and raises the five errors of ``shared.providers``; ``user`` is whose meetings
    are meant, in Zoom's words (``me``, or an id where the token is an account's).
    """

    async def me(self, token: str) -> ZoomUser: ...

    async def users(self, token: str, page_token: str = "") -> UserPage:
        """The active users of the token's account, at most 300 at a time."""
        ...

    async def create(self, token: str, user: str, request: MeetingRequest) -> Meeting: ...

    async def update(self, token: str, meeting_id: str, request: MeetingRequest) -> None: ...

    async def change_occurrence(
        self, token: str, meeting_id: str, wish: OccurrenceWish, *, begins_at: datetime, time_zone: str
    ) -> None:
        """Make one occurrence as it is wanted, which begins at ``begins_at`` now; one that is so already is left."""
        ...

    async def delete(self, token: str, meeting_id: str) -> None:
        """A meeting that is not there any more counts as deleted."""
        ...

    async def state(self, token: str, meeting_id: str) -> FoundMeeting | None:
        """How a meeting stands; None only where Zoom says that there is none."""
        ...

    async def standing(self, token: str, user: str) -> Mapping[str, FoundMeeting]:
        """All scheduled meetings of the user, by number, without their occurrences."""
        ...

    async def find(self, token: str, user: str, agenda_token: str) -> Sequence[Meeting]:
        """Scheduled meetings of the user, however far ahead, whose agenda begins with the token."""
        ...
