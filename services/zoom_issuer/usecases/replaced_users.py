"""What the users of an organization's new account are told to replace: the former accounts' of the same addresses (C1,
C2). Bookables know their Zoom user by its id only, and follow (staff members are found by their own address).
"""

import hashlib
import json

from services.zoom_issuer.hosts import replaced_by
from services.zoom_issuer.store.accounts import Accounts, Told
from services.zoom_issuer.store.connections import Connection
from services.zoom_issuer.store.meetings import MeetingStore
from services.zoom_issuer.store.users import UserStore
from shared.contracts import actors
from shared.contracts.envelope import Cause, CloudEvent, envelope
from shared.contracts.zoom_issuer import ZoomUsersReplaced

_AT_ONCE = 500
"""Pairs of one event: far below what a message may weigh."""


class ReplacedUsers:
    """What was said since the account was granted is said again only while a former account is still in use: then
    something could not follow yet (C3).
    """

    def __init__(self, accounts: Accounts, users: UserStore, store: MeetingStore) -> None:
        self._accounts = accounts
        self._users = users
        self._store = store

    async def told(self, account: Connection) -> Told:
        """By the account's users as they stand."""
        replaced = await self._replaced(account)
        mark = _mark(account, replaced)
        known = (await self._accounts.listing(account.connection_id)).told == mark
        followed = known and not await self._accounts.winding_up(account.organization_id)
        return Told(mark, [] if followed else _events(account, replaced))

    async def _replaced(self, account: Connection) -> dict[str, str]:
        former = await self._users.addresses(await self._accounts.former(account.organization_id))
        if not former:
            return {}
        present = await self._users.present(account.connection_id)
        basic_allowed = await self._store.allows_basic(account.organization_id)
        return replaced_by(former, present, basic_allowed=basic_allowed)


def _events(account: Connection, replaced: dict[str, str]) -> list[CloudEvent[ZoomUsersReplaced]]:
    pairs, cause = sorted(replaced.items()), Cause.outside(actor=actors.provider("zoom"))
    return [
        envelope(
            ZoomUsersReplaced(replaced=dict(pairs[begin : begin + _AT_ONCE]), since=account.granted_at),
            subject=account.connection_id,
            organization_id=account.organization_id,
            version=account.generation,
            cause=cause,
        )
        for begin in range(0, len(pairs), _AT_ONCE)
    ]


def _mark(account: Connection, replaced: dict[str, str]) -> str:
    said = json.dumps([account.granted_at.isoformat(), sorted(replaced.items())])
    return hashlib.sha256(said.encode()).hexdigest() if replaced else ""
