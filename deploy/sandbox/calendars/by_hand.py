"""What a person at a provider says when they act by hand (``/inspect``), at Google as at Microsoft."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from deploy.sandbox.calendars import Resource


def moved(body: Resource, length: timedelta, time_of: Callable[[object], object]) -> Resource:
    """Where an event stands now, in the provider's words; with a start alone its ``length`` stays."""
    change: Resource = {side: time_of(body[side]) for side in ("start", "end") if side in body}
    if "start" in change and "end" not in change and (end := _end_after(change["start"], length)):
        change["end"] = end
    return change


def _end_after(start: object, length: timedelta) -> object:
    """The end that keeps an event's length, in the form of its ``start``; None where that cannot be read."""
    if not isinstance(start, dict):
        return None
    try:
        if start.get("dateTime"):
            return start | {"dateTime": (datetime.fromisoformat(start["dateTime"]) + length).isoformat()}
        return start | {"date": (date.fromisoformat(start["date"]) + length).isoformat()}
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def answer_in(body: Resource) -> tuple[str, str]:
    """Whose answer, and which: in our own words or in those of the providers' attendees."""
    attendee = body.get("attendee") or body.get("email") or ""
    response = body.get("response") or body.get("responseStatus") or ""
    return str(attendee).lower(), str(response).lower()
