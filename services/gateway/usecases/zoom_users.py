"""Staff members and the Zoom users of the organization's account (C2, E1)."""

from services.gateway.providers.answers import ConnectionStatus
from services.gateway.providers.backend import BackendProblem
from services.gateway.providers.zoom import ZoomIssuer, ZoomUserStatus
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


async def check_zoom_user(zoom: ZoomIssuer, caller: Caller, name: str) -> None:
    """That the account has this user; nothing is checked while there is none, or it is not read, or nobody answers.

    Raises ``UnknownZoomUser``, ``BasicZoomUser``.
    """
    if not name:
        return
    try:
        account = await zoom.account(caller)
        if account.status is not ConnectionStatus.CONNECTED or account.listed_at is None:
            return
        found = (await zoom.users(caller, q=name, limit=300)).items
    except BackendProblem:
        return
    same = [user for user in found if name == user.user_id or name.casefold() == user.email.casefold()]
    if not any(user.status is ZoomUserStatus.ACTIVE for user in same):
        raise UnknownZoomUser()
    if not any(user.allowed for user in same):
        raise BasicZoomUser()
