"""Which Zoom user hosts a staff member's meetings (E1, C1): one pure rule. A person's own connection goes before the
organization's account, and what an appointment claimed goes before what the person has now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ME = "me"
"""Zoom's word for the owner of a token, in place of a user's id."""


class NoHost(StrEnum):
    """Why nobody hosts."""

    NO_CREDENTIALS = "no Zoom account is connected"
    UNKNOWN_USER = "the account has no such user"
    BASIC = "the organization allows no Basic users"


@dataclass(frozen=True)
class OwnLink:
    """A person's own connection; ``user_id`` is Zoom's. One that is not ``works`` waits for the person."""

    connection_id: str
    user_id: str
    works: bool


@dataclass(frozen=True)
class AccountUser:
    """A user of the organization's account as it was last listed, and still there."""

    user_id: str
    email: str
    basic: bool


@dataclass(frozen=True)
class OrganizationAccount:
    """The organization's one account; ``users`` are those that ``names`` asks for, at least."""

    connection_id: str
    users: Sequence[AccountUser]


@dataclass(frozen=True)
class StaffRecord:
    """``zoom_user`` is a login address or Zoom's id; empty where ``email`` serves (E1)."""

    email: str = ""
    zoom_user: str = ""

    @property
    def name(self) -> str:
        """By which Zoom is asked for this person."""
        return self.zoom_user or self.email


@dataclass(frozen=True)
class Host:
    """``path`` is how the user is called in requests of this connection: the organization's account has no ``me``."""

    connection_id: str
    user_id: str
    path: str


def names(record: StaffRecord, asked: str | None) -> list[str]:
    """Ids and addresses by which ``host_of`` looks for users."""
    return [name for name in (asked, record.name) if name]


def host_of(
    own: OwnLink | None,
    account: OrganizationAccount | None,
    record: StaffRecord,
    asked: str | None,
    *,
    basic_allowed: bool,
    that_user_only: bool = False,
) -> Host | NoHost:
    """``asked`` is the id of the user for whom time was claimed; where nobody reaches that one any more it is whom the
    person has now, until booking has moved the claim. A bookable's is moved by mapping it anew only, and until then
    ``that_user_only`` hosts (C3).
    """
    users = account.users if account else ()
    if own and own.works and asked in (None, own.user_id):
        return _own(own)
    claimed = next((user for user in users if user.user_id == asked), None)
    if account and claimed:
        return _of_account(account, claimed, basic_allowed)
    if asked and that_user_only:
        return NoHost.UNKNOWN_USER
    if own and own.works:
        return _own(own)
    if account and record.name and (found := _named(users, record.name)):
        return _of_account(account, found, basic_allowed)
    if own:
        return _own(own)
    return NoHost.UNKNOWN_USER if account and record.name else NoHost.NO_CREDENTIALS


def assigned_of(
    own: OwnLink | None, account: OrganizationAccount | None, record: StaffRecord, *, basic_allowed: bool
) -> str | None:
    """The Zoom user that a staff member has now; none while their own connection is broken and no account serves."""
    host = host_of(own, account, record, None, basic_allowed=basic_allowed)
    if isinstance(host, NoHost) or (own and not own.works and host.connection_id == own.connection_id):
        return None
    return host.user_id


def replaced_by(
    former: Iterable[tuple[str, str]], users: Sequence[AccountUser], *, basic_allowed: bool
) -> dict[str, str]:
    """Of former accounts' users, ids and folded addresses, who has somebody of the same address in the new one who may
    host: that one's id (C1). One who is in the new account too is nobody's successor's.
    """
    there = {user.user_id for user in users}
    by_address = {
        user.email.casefold(): user.user_id for user in users if user.email and (basic_allowed or not user.basic)
    }
    return {
        user_id: by_address[address] for user_id, address in former if user_id not in there and address in by_address
    }


def _own(own: OwnLink) -> Host:
    return Host(own.connection_id, own.user_id, ME)


def _of_account(account: OrganizationAccount, user: AccountUser, basic_allowed: bool) -> Host | NoHost:
    if user.basic and not basic_allowed:
        return NoHost.BASIC
    return Host(account.connection_id, user.user_id, user.user_id)


def _named(users: Sequence[AccountUser], name: str) -> AccountUser | None:
    """An id is compared as it is, an address regardless of case."""
    by_id = next((user for user in users if user.user_id == name), None)
    return by_id or next((user for user in users if user.email.casefold() == name.casefold()), None)
