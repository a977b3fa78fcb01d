"""Show an account's calendars and let its person choose which count as busy and which one takes entries (V8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from services.calendar_sync.model.calendars import MAIN, CalendarChoice, ListedCalendar
from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.problems import (
    CalendarNotConnected,
    CalendarNotListed,
    CalendarNotWritable,
    ChangedMeanwhile,
    EntriesNotListed,
    NoCalendarChosen,
    ProviderFailed,
)
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.store.choices import CalendarChoices
from services.calendar_sync.usecases.credentials import Credentials
from shared.contracts.calendar_sync import Provider
from shared.providers import CredentialRevoked, ProviderError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ShownCalendars:
    """As the provider lists them now, with what was chosen."""

    listed: Sequence[ListedCalendar]
    choice: CalendarChoice
    complete: bool


class ChooseCalendars:
    """Both ask the provider: nobody chooses from a list that is out of date."""

    def __init__(
        self,
        choices: CalendarChoices,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
        wake: Callable[[str], None],
    ) -> None:
        self._choices = choices
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes
        self._wake = wake

    async def show(self, connection: Connection | None) -> ShownCalendars:
        """Raises ``CalendarNotConnected``, ``ProviderFailed``."""
        if connection is None or connection.status is not ConnectionStatus.CONNECTED:
            raise CalendarNotConnected()
        return ShownCalendars(await self._listed(connection), connection.calendars, connection.lists)

    async def choose(self, connection: Connection | None, busy: Sequence[str], entries: str) -> ShownCalendars:
        """Entries that stand already stay where they are. Raises also ``NoCalendarChosen``, ``CalendarNotListed``,
        ``CalendarNotWritable``, ``ChangedMeanwhile``.
        """
        shown = await self.show(connection)
        assert connection is not None
        known = {one.calendar_id: one for one in shown.listed}
        if not busy:
            raise NoCalendarChosen()
        if not set(busy) <= known.keys():
            raise CalendarNotListed()
        if entries not in known:
            raise EntriesNotListed()
        if not known[entries].can_write:
            raise CalendarNotWritable(name=known[entries].name)
        choice = CalendarChoice.of(busy, entries, shown.listed)
        if not await self._choices.replace(connection, choice):
            raise ChangedMeanwhile()
        log.info("calendars.chosen", connection_id=connection.connection_id, busy=len(choice.busy))
        self._wake(connection.connection_id)
        return ShownCalendars(shown.listed, choice, shown.complete)

    async def _listed(self, connection: Connection) -> Sequence[ListedCalendar]:
        if not connection.lists:
            return [ListedCalendar(MAIN, connection.account, can_write=True)]
        try:
            async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
                return await self._providers[connection.provider].calendars(self._credentials.of(connection))
        except CredentialRevoked as error:
            raise CalendarNotConnected() from error
        except ProviderError as error:
            log.warning("calendars.not_listed", connection_id=connection.connection_id, reason=error.reason)
            raise ProviderFailed() from error
