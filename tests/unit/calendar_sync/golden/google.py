"""Google's events in a calendar of Asia/Tokyo. A row: name, what differs from a plain event, start, end, kind.

Times are UTC as ``MM-DDTHH:MM`` of 2026 unless they name a year; no times: it takes none.
"""

from typing import Any

Row = tuple[str, dict[str, Any], str, str, str]
_DAY = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
_FREE: tuple[str, str, str] = ("", "", "")
_PLAIN = ("12-01T04:00", "12-01T05:00", "busy")
_TENTATIVE = ("12-01T04:00", "12-01T05:00", "tentative")


def moment(text: str, zone: str | None = None) -> dict[str, str]:
    return {"dateTime": text} | ({"timeZone": zone} if zone else {})


def timed(start: str, end: str, zone: str | None = None, **more: Any) -> dict[str, Any]:
    return {"start": moment(start, zone), "end": moment(end, zone), **more}


def answered(response: str, **more: Any) -> dict[str, Any]:
    others = [{"email": "other@example.jp", "responseStatus": "declined"}]
    return {"attendees": [*others, {"email": "me@example.jp", "self": True, "responseStatus": response}], **more}


def day(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"start": {"date": start}, "end": {"date": end}, **more}


ROWS: list[Row] = [
    ("plain", {}, *_PLAIN),
    ("utc", timed("2026-12-01T04:00:00Z", "2026-12-01T05:00:00Z"), *_PLAIN),
    ("other offset", timed("2026-11-30T23:00:00-05:00", "2026-12-01T00:00:00-05:00"), *_PLAIN),
    ("fraction of a second", timed("2026-12-01T13:00:00.000+09:00", "2026-12-01T14:00:00.000+09:00"), *_PLAIN),
    ("offset wins over zone", timed("2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00", "Europe/Paris"), *_PLAIN),
    ("wall clock with zone", timed("2026-12-01T05:00:00", "2026-12-01T06:00:00", "Europe/Paris"), *_PLAIN),
    ("floating, in the calendar's zone", timed("2026-12-01T13:00:00", "2026-12-01T14:00:00"), *_PLAIN),
    (
        "new york in winter",
        timed("2026-12-01T09:00:00", "2026-12-01T10:00:00", "America/New_York"),
        "12-01T14:00",
        "12-01T15:00",
        "busy",
    ),
    (
        "new york in summer",
        timed("2026-07-01T09:00:00", "2026-07-01T10:00:00", "America/New_York"),
        "07-01T13:00",
        "07-01T14:00",
        "busy",
    ),
    (
        "london before the change",
        timed("2026-03-28T09:00:00", "2026-03-28T10:00:00", "Europe/London"),
        "03-28T09:00",
        "03-28T10:00",
        "busy",
    ),
    (
        "london after the change",
        timed("2026-03-29T09:00:00", "2026-03-29T10:00:00", "Europe/London"),
        "03-29T08:00",
        "03-29T09:00",
        "busy",
    ),
    (
        "over the gap",
        timed("2026-03-29T00:30:00", "2026-03-29T02:30:00", "Europe/London"),
        "03-29T00:30",
        "03-29T01:30",
        "busy",
    ),
    (
        "over the fold",
        timed("2026-10-25T00:30:00", "2026-10-25T02:30:00", "Europe/London"),
        "10-24T23:30",
        "10-25T02:30",
        "busy",
    ),
    ("quarter-hour zone", timed("2026-12-01T09:45:00", "2026-12-01T10:45:00", "Asia/Kathmandu"), *_PLAIN),
    ("southern summer", timed("2026-12-01T15:00:00", "2026-12-01T16:00:00", "Australia/Sydney"), *_PLAIN),
    (
        "over midnight",
        timed("2026-12-01T23:00:00+09:00", "2026-12-02T01:00:00+09:00"),
        "12-01T14:00",
        "12-01T16:00",
        "busy",
    ),
    (
        "over new year",
        timed("2026-12-31T23:00:00+09:00", "2027-01-01T01:00:00+09:00"),
        "12-31T14:00",
        "12-31T16:00",
        "busy",
    ),
    (
        "three days",
        timed("2026-12-01T13:00:00+09:00", "2026-12-04T14:00:00+09:00"),
        "12-01T04:00",
        "12-04T05:00",
        "busy",
    ),
    (
        "five minutes",
        timed("2026-12-01T13:00:00+09:00", "2026-12-01T13:05:00+09:00"),
        "12-01T04:00",
        "12-01T04:05",
        "busy",
    ),
    (
        "odd minutes",
        timed("2026-12-01T13:07:00+09:00", "2026-12-01T13:11:00+09:00"),
        "12-01T04:07",
        "12-01T04:11",
        "busy",
    ),
    ("no length", timed("2026-12-01T13:00:00+09:00", "2026-12-01T13:00:00+09:00"), *_FREE),
    (
        "end unspecified",
        timed("2026-12-01T13:00:00+09:00", "2026-12-01T13:00:00+09:00", endTimeUnspecified=True),
        *_FREE,
    ),
    ("all day", _DAY, "11-30T15:00", "12-01T15:00", "busy"),
    ("all day, several days", day("2026-12-01", "2026-12-04"), "11-30T15:00", "12-03T15:00", "busy"),
    ("all day over a month's end", day("2026-11-30", "2026-12-02"), "11-29T15:00", "12-01T15:00", "busy"),
    ("all day over a year's end", day("2026-12-31", "2027-01-02"), "12-30T15:00", "2027-01-01T15:00", "busy"),
    ("all day, free", day("2026-12-01", "2026-12-02", transparency="transparent"), *_FREE),
    (
        "all day, opaque said",
        day("2026-12-01", "2026-12-02", transparency="opaque"),
        "11-30T15:00",
        "12-01T15:00",
        "busy",
    ),
    (
        "all day, tentative",
        day("2026-12-01", "2026-12-02", status="tentative"),
        "11-30T15:00",
        "12-01T15:00",
        "tentative",
    ),
    ("leap day", day("2028-02-29", "2028-03-01"), "2028-02-28T15:00", "2028-02-29T15:00", "busy"),
    ("free", {"transparency": "transparent"}, *_FREE),
    ("opaque said", {"transparency": "opaque"}, *_PLAIN),
    ("tentative", {"status": "tentative"}, *_TENTATIVE),
    ("tentative and free", {"status": "tentative", "transparency": "transparent"}, *_FREE),
    ("cancelled", {"status": "cancelled"}, *_FREE),
    ("declined by me", answered("declined"), *_FREE),
    ("accepted by me", answered("accepted"), *_PLAIN),
    ("tentative for me", answered("tentative"), *_TENTATIVE),
    ("not answered by me", answered("needsAction"), *_PLAIN),
    ("declined by me, tentative", answered("declined", status="tentative"), *_FREE),
    ("declined by another only", {"attendees": [{"email": "o@example.jp", "responseStatus": "declined"}]}, *_PLAIN),
    ("attendees left out", {"attendees": [], "attendeesOmitted": True}, *_PLAIN),
    ("private without a title", {"visibility": "private", "summary": None}, *_PLAIN),
    ("confidential", {"visibility": "confidential"}, *_PLAIN),
    ("public", {"visibility": "public"}, *_PLAIN),
    ("occurrence", {"id": "abc_20261201T040000Z", "recurringEventId": "abc"}, *_PLAIN),
    (
        "moved occurrence",
        {"recurringEventId": "abc", "originalStartTime": moment("2026-12-02T13:00:00+09:00")},
        *_PLAIN,
    ),
    ("cancelled occurrence", {"recurringEventId": "abc", "status": "cancelled"}, *_FREE),
    ("free occurrence", {"recurringEventId": "abc", "transparency": "transparent"}, *_FREE),
    ("all-day occurrence", {**_DAY, "recurringEventId": "abc"}, "11-30T15:00", "12-01T15:00", "busy"),
    ("tombstone", {"status": "cancelled", "start": None, "end": None}, *_FREE),
    ("where one works", {"eventType": "workingLocation"}, *_FREE),
    ("birthday", {**_DAY, "eventType": "birthday"}, *_FREE),
    ("out of office", {"eventType": "outOfOffice"}, *_PLAIN),
    ("focus time", {"eventType": "focusTime"}, *_PLAIN),
    ("from gmail", {"eventType": "fromGmail"}, *_PLAIN),
    ("locked copy", {"locked": True}, *_PLAIN),
    ("with a conference", {"hangoutLink": "https://meet.google.com/x", "conferenceData": {}}, *_PLAIN),
    ("unknown members", {"somethingNew": {"a": 1}}, *_PLAIN),
]
