"""getSchedule: free/busy per mailbox with the merged view; a mailbox that cannot be read is an error inside a 200."""

from collections.abc import Callable
from datetime import datetime, timedelta

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import GraphError, invalid_request, unreadable_body
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.times import Span, parse_wall
from deploy.sandbox.microsoft.views import in_window
from deploy.sandbox.microsoft.zones import windows_name

_LONGEST = timedelta(days=62)
_MOST_MAILBOXES = 100
_DIGITS = {"tentative": 1, "busy": 2, "oof": 3}
_WORKING_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def get_schedule(body: object, mailbox_of: Callable[[str], Mailbox | None], zone_name: str) -> Resource:
    """The answer to getSchedule; camelCase and PascalCase parameters are both taken. Raises 400."""
    if not isinstance(body, dict):
        raise unreadable_body()
    asked = {key.lower(): value for key, value in body.items()}
    schedules = asked.get("schedules")
    if not isinstance(schedules, list) or not schedules:
        raise invalid_request("The property 'Schedules' is required.")
    if len(schedules) > _MOST_MAILBOXES:
        message = f"The mailbox data array is too big: size = {len(schedules)}; allowed size = {_MOST_MAILBOXES}."
        raise GraphError(400, "ErrorMailboxDataArrayTooBig", message)
    start, end = parse_wall(asked.get("starttime"), "StartTime"), parse_wall(asked.get("endtime"), "EndTime")
    window = Span(start[0], end[0], start[1], end[1], all_day=False).instants()
    if window[1] <= window[0]:
        raise invalid_request("The end time must be after the start time.")
    if window[1] - window[0] > _LONGEST:
        message = "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long."
        raise GraphError(400, "ErrorTimeIntervalTooBig", message)
    interval = asked.get("availabilityviewinterval") or 30
    if isinstance(interval, bool) or not isinstance(interval, int) or not 5 <= interval <= 1440:
        raise invalid_request("The availability view interval must be between 5 and 1440 minutes.")
    return {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)",
        "value": [
            _schedule(str(one), mailbox_of(str(one)), window, timedelta(minutes=interval), zone_name)
            for one in schedules
        ],
    }


def _schedule(
    address: str,
    mailbox: Mailbox | None,
    window: tuple[datetime, datetime],
    interval: timedelta,
    zone_name: str,
) -> Resource:
    if mailbox is None:
        message = f"Unable to resolve e-mail address {address} to an Active Directory object."
        error = {"message": message, "responseCode": "ErrorMailRecipientNotFound"}
        return {"scheduleId": address, "availabilityView": "", "scheduleItems": [], "error": error}
    events = in_window(mailbox, window)
    return {
        "scheduleId": address,
        "availabilityView": _view(events, window, interval),
        "scheduleItems": [_item(event, zone_name) for event in events],
        "workingHours": {
            "daysOfWeek": _WORKING_DAYS,
            "startTime": "09:00:00.0000000",
            "endTime": "18:00:00.0000000",
            "timeZone": {"name": windows_name(mailbox.zone)},
        },
    }


def _item(event: Event, zone_name: str) -> Resource:
    start, end = event.span.shown(zone_name)
    private = event.resource["sensitivity"] in ("private", "confidential")
    item: Resource = {"status": event.resource["showAs"], "start": start, "end": end, "isPrivate": private}
    if not private:
        location = event.resource["location"].get("displayName") or ""
        item |= {"subject": event.resource["subject"], "location": location}
    return item


def _view(events: list[Event], window: tuple[datetime, datetime], interval: timedelta) -> str:
    """One digit per interval, the busiest in it; free and working elsewhere are 0."""
    slots = [0] * -(-(window[1] - window[0]) // interval)
    for event in events:
        digit = _DIGITS.get(event.resource["showAs"], 0)
        start, end = event.span.instants()
        first = max(0, (start - window[0]) // interval)
        last = min(len(slots), -(-(end - window[0]) // interval))
        for position in range(first, last):
            slots[position] = max(slots[position], digit)
    return "".join(map(str, slots))
