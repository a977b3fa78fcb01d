"""Staff members and the Zoom users of the organization's account (C2, E1)."""

from collections.abc import Collection, Iterable

from services.gateway.model import Staff
from services.gateway.providers.answers import ConnectionStatus
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import ZoomIssuer, ZoomUserStatus, ZoomUserView
from shared.internal import Caller
from shared.problem import Problem


class UnknownZoomUser(Problem):
    """E1."""

    code, status, pointer = "zoom_user_unknown", 422, "/zoom_user"
    ja = "会社のZoomアカウントに、このユーザーは見つかりません。Zoomのログインメールアドレスを確認してください。"
    en = "The organization's Zoom account has no such user. Check the address they sign in to Zoom with."


class BasicZoomUser(Problem):
    """C8."""

    code, status, pointer = "zoom_user_basic", 422, "/zoom_user"
    ja = "このZoomユーザーは無料のベーシックプランです。会社の設定により、会議の主催者にはできません。"
    en = "This Zoom user is on the Basic plan, which your organization does not allow to host meetings."


class UnknownUserOfBookable(UnknownZoomUser):
    """C2: by its id, as the list has it."""

    pointer = "/zoom_user_id"
    ja = "会社のZoomアカウントに、このユーザーは見つかりません。一覧にあるユーザーを指定してください。"
    en = "The organization's Zoom account has no such user. Choose one that it lists."


class BasicUserOfBookable(BasicZoomUser):
    """C8."""

    pointer = "/zoom_user_id"


_AT_ONCE = 300


def hosts_for(user: ZoomUserView, people: Iterable[Staff]) -> list[Staff]:
    """Whose staff record names the user, by id or address; an empty one means the person's own address (E1)."""
    names = {user.user_id, user.email.casefold()} - {""}
    return [one for one in people if names & {one.zoom_user, (one.zoom_user or one.email).casefold()}]


async def listed_users(zoom: ZoomIssuer, caller: Caller, words: str = "") -> list[ZoomUserView] | None:
    """Those of the organization's account, with these words in name or address; None while there is none, or it is not
    read, or nobody answers.
    """
    try:
        page = await zoom.users(caller, q=words, limit=_AT_ONCE)
        found = list(page.items)
        while page.next_cursor:
            page = await zoom.users(caller, q=words, limit=_AT_ONCE, after=int(page.next_cursor))
            found += page.items
    except BackendProblem:
        return None
    return found or None


async def lost_users(zoom: ZoomIssuer, caller: Caller, asked: Collection[str]) -> set[str]:
    """Those of ``asked`` whom the organization's account has not (any more): a bookable of theirs needs another (C2).
    Nobody while there is no account, or it is not read, or nobody answers.
    """
    if not asked:
        return set()
    try:
        account = await zoom.account(caller)
    except BackendProblem:
        return set()
    if account.status is ConnectionStatus.DISCONNECTED or account.listed_at is None:
        return set()
    listed = await listed_users(zoom, caller)
    if listed is None:
        return set()
    return set(asked) - {user.user_id for user in listed if user.status is ZoomUserStatus.ACTIVE}


async def check_zoom_user(zoom: ZoomIssuer, caller: Caller, name: str | None, *, of_bookable: bool = False) -> None:
    """That the account has this user; nothing is checked while there is none, or it is not read, or nobody answers.

    Raises ``UnknownZoomUser``, ``BasicZoomUser``.
    """
    if not name:
        return
    try:
        account = await zoom.account(caller)
        if account.status is not ConnectionStatus.CONNECTED or account.listed_at is None:
            return
        found = (await zoom.users(caller, q=name, limit=_AT_ONCE)).items
    except BackendProblem:
        return
    same = [user for user in found if name == user.user_id or name.casefold() == user.email.casefold()]
    if not any(user.status is ZoomUserStatus.ACTIVE for user in same):
        raise UnknownUserOfBookable() if of_bookable else UnknownZoomUser()
    if not any(user.allowed for user in same):
        raise BasicUserOfBookable() if of_bookable else BasicZoomUser()
