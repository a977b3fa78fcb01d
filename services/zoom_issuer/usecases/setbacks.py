"""What a failure means for a meeting's row: E8's codes, and when it goes on."""

from datetime import datetime, timedelta

from services.zoom_issuer.hosts import NoHost
from services.zoom_issuer.usecases.access_tokens import ConnectionEnded, TokenUnavailable
from services.zoom_issuer.usecases.hosting import Unhosted
from services.zoom_issuer.usecases.keep_limits import BudgetSpent
from services.zoom_issuer.usecases.report import Setback
from shared.contracts.zoom_issuer import MeetingErrorCode
from shared.providers import ProviderThrottled, ProviderUnavailable

_LOOK_AGAIN = timedelta(hours=1)
"""Where a person has to act first; they wake the row, this is only in case that the waking was lost."""


class NotSettled(Exception):
    """An unanswered create may still be carried out; look after ``wait``."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"looking again in {wait}")


class Gathered(Exception):
    """Further changes may follow; all go out together ``at`` (G20)."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(f"changes are gathered until {at}")


def setback_of(error: Exception) -> Setback:
    """What a failure means for the row, in E8's codes."""
    match error:
        case Unhosted():
            nobody = error.why is NoHost.NO_CREDENTIALS
            code = MeetingErrorCode.NO_CREDENTIALS if nobody else MeetingErrorCode.FAILED
            return Setback(code, str(error), _LOOK_AGAIN, waits_for=error.staff_id)
        case ConnectionEnded():
            return Setback(MeetingErrorCode.OAUTH_FAILED, error.reason, _LOOK_AGAIN, waits_for=error.staff_id)
        case TokenUnavailable():
            return Setback(MeetingErrorCode.OAUTH_FAILED, error.reason, error.wait)
        case NotSettled():
            return Setback(MeetingErrorCode.FAILED, "unanswered", error.wait, unanswered=True)
        case BudgetSpent():
            return Setback(
                MeetingErrorCode.RATE_LIMITED,
                error.reason,
                error.retry_after,
                exact=True,
                until=error.until,
                day_is_spent=True,
            )
        case ProviderThrottled():
            return Setback(MeetingErrorCode.RATE_LIMITED, error.reason, error.retry_after, exact=True)
        case ProviderUnavailable():
            return Setback(MeetingErrorCode.FAILED, error.reason, unanswered=True)
        case _:
            return Setback(MeetingErrorCode.FAILED, getattr(error, "reason", "unknown"))
