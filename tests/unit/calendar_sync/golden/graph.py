"""Graph's events in a mailbox of Asia/Tokyo, as in ``golden.google``; asked for in UTC, they come as they like."""

from typing import Any

Row = tuple[str, dict[str, Any], str, str, str]
_FREE: tuple[str, str, str] = ("", "", "")
_PLAIN = ("12-01T04:00", "12-01T05:00", "busy")
_TENTATIVE = ("12-01T04:00", "12-01T05:00", "tentative")


def timed(start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    return {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}, **more}


def day(start: str, end: str, zone: str = "UTC", **more: Any) -> dict[str, Any]:
    return timed(f"{start}T00:00:00.0000000", f"{end}T00:00:00.0000000", zone, isAllDay=True, **more)


def answer(response: str) -> dict[str, Any]:
    return {"responseStatus": {"response": response, "time": "2026-11-01T00:00:00Z"}}


_HOURS = ("2026-12-01T13:00:00.0000000", "2026-12-01T14:00:00.0000000")
_DAY = ("11-30T15:00", "12-01T15:00", "busy")

ROWS: list[Row] = [
    ("plain", {}, *_PLAIN),
    ("without fraction", timed("2026-12-01T04:00:00", "2026-12-01T05:00:00"), *_PLAIN),
    ("with an offset", timed("2026-12-01T13:00:00+09:00", "2026-12-01T14:00:00+09:00"), *_PLAIN),
    ("with a Z", timed("2026-12-01T04:00:00.0000000Z", "2026-12-01T05:00:00.0000000Z"), *_PLAIN),
    ("iana zone", timed(*_HOURS, "Asia/Tokyo"), *_PLAIN),
    ("windows zone", timed(*_HOURS, "Tokyo Standard Time"), *_PLAIN),
    ("korea", timed(*_HOURS, "Korea Standard Time"), *_PLAIN),
    ("pacific in winter", timed("2026-11-30T20:00:00", "2026-11-30T21:00:00", "Pacific Standard Time"), *_PLAIN),
    (
        "pacific in summer",
        timed("2026-07-01T09:00:00", "2026-07-01T10:00:00", "Pacific Standard Time"),
        "07-01T16:00",
        "07-01T17:00",
        "busy",
    ),
    ("romance in winter", timed("2026-12-01T05:00:00", "2026-12-01T06:00:00", "Romance Standard Time"), *_PLAIN),
    ("india", timed("2026-12-01T09:30:00", "2026-12-01T10:30:00", "India Standard Time"), *_PLAIN),
    ("utc as windows says it", timed("2026-12-01T04:00:00", "2026-12-01T05:00:00", "UTC"), *_PLAIN),
    ("gmt", timed("2026-12-01T04:00:00", "2026-12-01T05:00:00", "GMT Standard Time"), *_PLAIN),
    (
        "over the gap",
        timed("2026-03-08T01:30:00", "2026-03-08T03:30:00", "Eastern Standard Time"),
        "03-08T06:30",
        "03-08T07:30",
        "busy",
    ),
    (
        "over the fold",
        timed("2026-11-01T00:30:00", "2026-11-01T02:30:00", "Eastern Standard Time"),
        "11-01T04:30",
        "11-01T07:30",
        "busy",
    ),
    ("over midnight", timed("2026-12-01T14:00:00", "2026-12-01T16:00:00"), "12-01T14:00", "12-01T16:00", "busy"),
    ("three days", timed("2026-12-01T04:00:00", "2026-12-04T05:00:00"), "12-01T04:00", "12-04T05:00", "busy"),
    ("odd minutes", timed("2026-12-01T04:07:00", "2026-12-01T04:11:00"), "12-01T04:07", "12-01T04:11", "busy"),
    ("no length", timed("2026-12-01T04:00:00", "2026-12-01T04:00:00"), *_FREE),
    ("all day in utc's clothes", day("2026-12-01", "2026-12-02"), *_DAY),
    ("all day in its own zone", day("2026-12-01", "2026-12-02", "Tokyo Standard Time"), *_DAY),
    (
        "all day made elsewhere",
        day("2026-12-01", "2026-12-02", originalStartTimeZone="Pacific Standard Time"),
        "12-01T08:00",
        "12-02T08:00",
        "busy",
    ),
    ("all day, custom zone", day("2026-12-01", "2026-12-02", originalStartTimeZone="tzone://Microsoft/Custom"), *_DAY),
    ("all day, several days", day("2026-12-01", "2026-12-04"), "11-30T15:00", "12-03T15:00", "busy"),
    ("all day as an instant", timed("2026-11-30T15:00:00", "2026-12-01T15:00:00", isAllDay=True), *_DAY),
    ("all day, free", day("2026-12-01", "2026-12-02", showAs="free"), *_FREE),
    ("all day, out of office", day("2026-12-01", "2026-12-02", showAs="oof"), *_DAY),
    (
        "all day, tentative",
        day("2026-12-01", "2026-12-02", showAs="tentative"),
        "11-30T15:00",
        "12-01T15:00",
        "tentative",
    ),
    ("all day over a year's end", day("2026-12-31", "2027-01-02"), "12-30T15:00", "2027-01-01T15:00", "busy"),
    (
        "midnight to midnight, not all day",
        timed("2026-12-01T00:00:00", "2026-12-02T00:00:00"),
        "12-01T00:00",
        "12-02T00:00",
        "busy",
    ),
    ("free", {"showAs": "free"}, *_FREE),
    ("elsewhere", {"showAs": "workingElsewhere"}, *_FREE),
    ("busy said", {"showAs": "busy"}, *_PLAIN),
    ("busy in capitals", {"showAs": "Busy"}, *_PLAIN),
    ("free in capitals", {"showAs": "Free"}, *_FREE),
    ("tentative", {"showAs": "tentative"}, *_TENTATIVE),
    ("out of office", {"showAs": "oof"}, *_PLAIN),
    ("unknown", {"showAs": "unknown"}, *_PLAIN),
    ("nothing said", {"showAs": None}, *_PLAIN),
    ("cancelled", {"isCancelled": True}, *_FREE),
    ("declined", answer("declined"), *_FREE),
    ("accepted", answer("accepted"), *_PLAIN),
    ("tentatively accepted", answer("tentativelyAccepted"), *_TENTATIVE),
    ("not answered", answer("notResponded"), *_PLAIN),
    ("organizer", answer("organizer"), *_PLAIN),
    ("no answer wanted", answer("none"), *_PLAIN),
    ("declined and tentative", {"showAs": "tentative", **answer("declined")}, *_FREE),
    ("occurrence", {"type": "occurrence", "seriesMasterId": "m"}, *_PLAIN),
    ("exception", {"type": "exception", "seriesMasterId": "m", "originalStart": "2026-12-02T04:00:00Z"}, *_PLAIN),
    ("cancelled occurrence", {"type": "exception", "seriesMasterId": "m", "isCancelled": True}, *_FREE),
    ("master of a series", {"type": "seriesMaster", "recurrence": {}}, *_FREE),
    ("single instance", {"type": "singleInstance"}, *_PLAIN),
    ("private", {"sensitivity": "private", "subject": None}, *_PLAIN),
    ("online meeting", {"isOnlineMeeting": True, "onlineMeeting": {"joinUrl": "https://teams.example"}}, *_PLAIN),
    ("draft", {"isDraft": True}, *_PLAIN),
    ("unknown members", {"somethingNew": [1]}, *_PLAIN),
]
