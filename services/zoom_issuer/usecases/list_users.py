"""The users of an organization's Zoom account, read page by page (C2): stored, and whoever is missing is gone."""

from datetime import timedelta
from functools import partial

import structlog

from services.zoom_issuer.providers import Zoom
from services.zoom_issuer.store.accounts import Accounts
from services.zoom_issuer.store.connections import Connection
from services.zoom_issuer.store.users import UserStore
from services.zoom_issuer.usecases.call_zoom import CallZoom
from services.zoom_issuer.usecases.replaced_users import ReplacedUsers
from shared import clock
from shared.due import DueWorker, Lease, backoff
from shared.messaging.relay import Relay
from shared.providers import CredentialRevoked, ProviderError, ProviderThrottled

log = structlog.get_logger(__name__)
_PAGES_AT_MOST = 200
_LONGEST_PAUSE = 600.0


class ListUsers:
    """One whole reading; only a complete one says who is gone (G17), and who replaces a former account's user."""

    def __init__(
        self,
        accounts: Accounts,
        users: UserStore,
        replaced: ReplacedUsers,
        call: CallZoom,
        zoom: Zoom,
        relay: Relay,
    ) -> None:
        self._accounts = accounts
        self._users = users
        self._replaced = replaced
        self._call = call
        self._zoom = zoom
        self._relay = relay

    async def __call__(self, lease: Lease, account: Connection) -> timedelta | None:
        """None when they are all read, else after what pause to try again: as long as Zoom says, or ever longer."""
        began_at = clock.now()
        try:
            await self._read(account)
        except CredentialRevoked as error:
            await self._accounts.not_listed(lease, error.reason)
            return timedelta(seconds=_LONGEST_PAUSE)
        except ProviderError as error:
            tries = (await self._accounts.listing(account.connection_id)).tries + 1
            await self._accounts.not_listed(lease, error.reason)
            log.info("users.not_listed", connection_id=account.connection_id, reason=error.reason)
            pause = backoff(tries, most=_LONGEST_PAUSE)
            return max(error.retry_after, pause) if isinstance(error, ProviderThrottled) else pause
        await self._users.listed_completely(account.connection_id, began_at)
        if waiting := await self._accounts.listed(lease, began_at, await self._replaced.told(account)):
            self._relay.publish_soon(self._accounts.rows, account.connection_id, waiting)
        return None

    async def _read(self, account: Connection) -> None:
        page_token = ""
        for _ in range(_PAGES_AT_MOST):
            page = await self._call(account.connection_id, partial(self._zoom.users, page_token=page_token))
            await self._users.saw(account.connection_id, page.users, clock.now())
            page_token = page.next_token
            if not page_token:
                return


class UsersChangedAtZoom:
    """Zoom told of a change among an account's users (``user.*``): they are listed at once. ``worker`` follows
    connections.
    """

    def __init__(self, accounts: Accounts, worker: DueWorker) -> None:
        self._accounts = accounts
        self._worker = worker

    async def __call__(self, account_id: str) -> None:
        """``account_id`` is Zoom's; one that nobody has changes nothing."""
        for connection_id in await self._accounts.list_again_at_zoom(account_id):
            self._worker.wake(connection_id)
