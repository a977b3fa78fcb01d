"""What the two logins have in their calendars at the start: a few entries on the coming days, none recurring."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.demo.accounts import Account

_ZONE = ZoneInfo("Asia/Tokyo")
_DAYS_SHOWN = 7
PRIVATE_CALENDAR = "私用"
"""The second calendar of the login on Google."""
_PRIVATE_ENTRY = (2, time(18, 0), time(19, 0), "歯医者")

# Offset in working days from the first one, start and end on the clock, title.
_ENTRIES = {
    "google": (
        (0, time(10, 0), time(11, 0), "営業会議"),
        (1, time(13, 30), time(14, 30), "ABC株式会社 打ち合わせ"),
        (2, time(16, 0), time(17, 0), "採用面接"),
        (3, time(11, 0), time(12, 0), "予算レビュー"),
    ),
    "microsoft": (
        (0, time(14, 0), time(15, 0), "製品企画レビュー"),
        (1, time(10, 0), time(10, 30), "1on1"),
        (2, time(13, 0), time(14, 0), "社内研修"),
        (3, time(15, 30), time(16, 30), "見積もり確認"),
    ),
}


def busy_entries(account: Account, now: datetime) -> list[dict[str, object]]:
    """The bodies for the sandbox's ``POST /inspect/…/events``; all lie within the next seven days."""
    owner = "calendar" if account.calendar == "google" else "user"
    title = "summary" if account.calendar == "google" else "subject"
    return [{owner: account.email, title: entry[3], **_at(entry, now)} for entry in _ENTRIES[account.calendar]]


def private_entry(calendar_id: str, now: datetime) -> dict[str, object]:
    """What stands in the second calendar at Google."""
    return {"calendar": calendar_id, "summary": _PRIVATE_ENTRY[3], **_at(_PRIVATE_ENTRY, now)}


def _at(entry: tuple[int, time, time, str], now: datetime) -> dict[str, object]:
    day = _working_days(now)[entry[0]]
    return {
        "start": datetime.combine(day, entry[1], _ZONE).isoformat(),
        "end": datetime.combine(day, entry[2], _ZONE).isoformat(),
        "notify": False,
    }


def _working_days(now: datetime) -> list[date]:
    today = now.astimezone(_ZONE).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, _DAYS_SHOWN))
    return [day for day in days if day.weekday() < 5]
