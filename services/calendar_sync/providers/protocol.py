"""What calendar_sync asks of a calendar provider. Adapters raise the five errors of ``shared.providers`` only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from services.calendar_sync.model.busy import BusyEntry, Window
from services.calendar_sync.model.calendars import MAIN, ListedCalendar
from services.calendar_sync.model.entries import EntryDraft, Part, Written
from services.calendar_sync.providers.guest_answers import Said
from services.calendar_sync.providers.room_answers import Answers
from shared.drift import EntryState

__all__ = [
    "CalendarProvider",
    "Credential",
    "Reading",
    "Seen",
    "Watch",
    "Window",
]


class Credential(Protocol):
    """An access token that renews itself; the adapter asks for a new one after a 401."""

    async def token(self) -> str: ...

    async def renewed(self, refused: str) -> str:
        """Another token than ``refused``; raises ``CredentialRevoked`` where there is none any more."""
        ...


class Seen(NamedTuple):
    """When an occurrence of a series was seen; title and description are None where a reading does not say them."""

    start_at: datetime | None
    end_at: datetime | None
    title: str | None
    description: str | None = None


@dataclass(frozen=True)
class Reading:
    """A complete read: of everything where ``whole``, else of what changed, which names what went too. ``doubtful``
    asks for a full read instead. ``states`` tells how single entries stand that may be ours, busy or not, ``series``
    when occurrences of recurring ones were seen.
    """

    entries: Sequence[BusyEntry]
    removed: frozenset[str] = frozenset()
    cursor: str | None = None
    doubtful: bool = False
    whole: bool = False
    room_answers: Answers = field(default_factory=dict)
    said: Said = field(default_factory=dict)
    states: Mapping[str, EntryState] = field(default_factory=dict)
    series: Mapping[str, frozenset[Seen]] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """A subscription to change notifications, as the provider named it."""

    watch_id: str
    resource_id: str
    expires_at: datetime


class CalendarProvider(Protocol):
    """One vendor. ``all_day_zone`` is used where the provider does not say in which zone a day is meant; ``calendar``
    is one of those that ``calendars`` lists.
    """

    @property
    def description_limit(self) -> int:
        """Most UTF-16 units that an entry's description holds."""
        ...

    async def addresses(self, credential: Credential) -> Sequence[str]:
        """The account's addresses, the one to show first."""
        ...

    async def calendars(self, credential: Credential) -> Sequence[ListedCalendar]:
        """Those that can be read, the main one first."""
        ...

    async def read_all(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading: ...

    async def read_changes(
        self, credential: Credential, cursor: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> Reading:
        """Raises ``SyncTokenExpired``."""
        ...

    async def read_span(
        self, credential: Credential, window: Window, all_day_zone: str, *, calendar: str = MAIN
    ) -> Sequence[BusyEntry]: ...

    async def create(
        self, credential: Credential, draft: EntryDraft, generation: int, *, look: bool, calendar: str = MAIN
    ) -> Written:
        """``look`` for an earlier attempt whose outcome is unknown before creating (G10)."""
        ...

    async def update(
        self,
        credential: Credential,
        entry_id: str,
        draft: EntryDraft,
        *,
        others: Sequence[Part] = (),
        replace_missing: bool = False,
        calendar: str = MAIN,
    ) -> Sequence[Part]:
        """What stands beside ``entry_id`` after it. Raises ``ProviderRefused(missing=True)`` where the entry or a part
        of it is gone; such a part is made anew with ``replace_missing``.
        """
        ...

    async def find(
        self, credential: Credential, marker: str, generation: int, *, calendar: str = MAIN
    ) -> Written | None:
        """A live entry that an attempt with this marker made, or what there is of it."""
        ...

    async def state(
        self, credential: Credential, entry_id: str, all_day_zone: str, *, calendar: str = MAIN
    ) -> EntryState | None:
        """How the entry stands; None only where the provider says of this id that it is gone or cancelled (G17)."""
        ...

    async def series_state(
        self,
        credential: Credential,
        entry_id: str,
        draft: EntryDraft,
        *,
        others: Sequence[Part] = (),
        calendar: str = MAIN,
    ) -> EntryState | None:
        """The same of a recurring entry that was written from ``draft``, with its occurrences: without times those of
        which the provider says that they are cancelled; what it does not mention is left out (G17).
        """
        ...

    async def delete(self, credential: Credential, entry_id: str, *, calendar: str = MAIN) -> None:
        """An entry that is gone already counts as deleted."""
        ...

    async def watch(
        self, credential: Credential, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch: ...

    async def renew_watch(
        self, credential: Credential, watch: Watch, *, url: str, secret: str, until: datetime, calendar: str = MAIN
    ) -> Watch: ...

    async def unwatch(self, credential: Credential, watch: Watch) -> None: ...
