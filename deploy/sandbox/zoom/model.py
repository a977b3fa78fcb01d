"""Meetings as Zoom keeps them: an instant and a zone, a passcode, settings; by id, by host, and a week in the trash."""

import base64
import random
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from deploy.sandbox.zoom.recurrence import Occurrence, occurrences

TRASH_FOR = timedelta(days=7)
_PASSCODE_LETTERS = string.ascii_letters + string.digits


class MeetingType(IntEnum):
    INSTANT = 1
    SCHEDULED = 2
    RECURRING = 3
    RECURRING_FIXED = 8
    SCREEN_SHARE = 10


class MeetingStatus(StrEnum):
    WAITING = "waiting"
    STARTED = "started"


@dataclass
class Meeting:
    """``start_at`` is aware UTC; ``time_zone`` is what Zoom shows it in."""

    id: int
    uuid: str
    host_id: str
    host_email: str
    topic: str
    type: MeetingType
    start_at: datetime
    time_zone: str
    duration: timedelta
    agenda: str
    password: str
    encrypted_password: str
    created_at: datetime
    settings: dict[str, object] = field(default_factory=dict)
    tracking_fields: list[dict[str, str]] = field(default_factory=list)
    recurrence: dict[str, object] | None = None
    occurrences: list[Occurrence] = field(default_factory=list)
    pre_schedule: bool = False
    status: MeetingStatus = MeetingStatus.WAITING

    @property
    def end_at(self) -> datetime:
        return max([self.start_at + self.duration, *(one.end_at for one in self.occurrences)])

    def recur(self) -> None:
        """Make its occurrences anew; changes to single ones are gone."""
        recurrence = self.recurrence if self.type is MeetingType.RECURRING_FIXED else None
        zone = ZoneInfo(self.time_zone)
        self.occurrences = occurrences(recurrence, self.start_at, self.duration, zone) if recurrence else []
        if self.occurrences:
            self.start_at = self.occurrences[0].start_at

    def set_password(self, password: str) -> None:
        self.password = password
        self.encrypted_password = new_encrypted_password()


def new_uuid() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def new_passcode() -> str:
    return "".join(secrets.choice(_PASSCODE_LETTERS) for _ in range(6))


def new_encrypted_password() -> str:
    """What stands as ``pwd`` in the join URL."""
    return "".join(secrets.choice(_PASSCODE_LETTERS) for _ in range(31)) + ".1"


@dataclass
class MeetingBook:
    """All meetings of all hosts."""

    _live: dict[int, Meeting] = field(default_factory=dict)
    _of_host: dict[str, dict[int, Meeting]] = field(default_factory=dict)
    _trash: dict[int, tuple[Meeting, datetime]] = field(default_factory=dict)
    _dice: random.Random = field(default_factory=random.Random)

    def new_id(self) -> int:
        """An 11-digit number that no meeting ever had."""
        while True:
            number = self._dice.randrange(80_000_000_000, 90_000_000_000)
            if number not in self._live and number not in self._trash:
                return number

    def add(self, meeting: Meeting) -> None:
        self._live[meeting.id] = meeting
        self._of_host.setdefault(meeting.host_id, {})[meeting.id] = meeting

    def get(self, meeting_id: int) -> Meeting | None:
        return self._live.get(meeting_id)

    def of_host(self, host_id: str) -> list[Meeting]:
        return list(self._of_host.get(host_id, {}).values())

    def live(self) -> list[Meeting]:
        return list(self._live.values())

    def delete(self, meeting: Meeting, at: datetime) -> None:
        del self._live[meeting.id]
        del self._of_host[meeting.host_id][meeting.id]
        self._trash[meeting.id] = (meeting, at)

    def deleted(self, meeting_id: int, at: datetime) -> Meeting | None:
        """A deleted meeting that can still be recovered."""
        meeting, deleted_at = self._trash.get(meeting_id, (None, at))
        return meeting if at - deleted_at < TRASH_FOR else None

    def recover(self, meeting: Meeting) -> None:
        del self._trash[meeting.id]
        self.add(meeting)
