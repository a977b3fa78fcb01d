"""The reminder on the day and the notices just before that an appointment owes (R27, C7), of a series for each of its
occurrences (E6).
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from services.booking.model.effects import REMINDER_KEY, Expected, mail_key, of_occurrence
from shared.contracts.api.effects import Effect
from shared.contracts.booking import Occurrence
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.reveal import Reveal


def owed_since(before: Sequence[Expected], version: int) -> int:
    """Whoever was reminded of the same start by what was expected ``before`` is not reminded again, so that what was
    filed or sent for that revision still counts.
    """
    return max((item.since for item in before if item.effect is Effect.REMINDER), default=0) or version


@dataclass(frozen=True)
class Owed:
    """``ahead`` are the occurrences that are to come as of revision ``since``; of what is no series the one."""

    ahead: Sequence[Occurrence]
    told: Sequence[Audience]
    since: int
    _: KW_ONLY
    recurs: bool

    def reminder(self) -> Expected:
        """Of each occurrence of a series the newest word counts whatever its revision: a change of one says nothing of
        the others' reminders.
        """
        side = "" if len(self.told) > 1 else self.told[0]
        keys = [self._named(REMINDER_KEY, one) for one in self.ahead]
        return Expected(effect=Effect.REMINDER, of=side, keys=keys, since=0 if self.recurs else self.since)

    def notices(self, reveal: Reveal, time_zone: str, link_at: datetime | None, decided_at: datetime) -> list[Expected]:
        """Of those before one start the first that is still to come, or that tells the link."""
        coming: list[tuple[Occurrence, datetime]] = []
        for one in self.ahead:
            times = [reveal.notice_at(one.start_at, minutes, time_zone) for minutes in reveal.notices]
            if still := [at for at in times if at > decided_at or at == link_at]:
                coming.append((one, min(still)))
        if not coming:
            return []
        return [
            Expected(
                effect=Effect.MAIL,
                of=audience,
                keys=[self._named(mail_key(Purpose.NOTICE, audience), one) for one, _ in coming],
                since=self.since,
                not_before=coming[0][1],
                times=[at for _, at in coming],
                tells_link=link_at is not None and audience is Audience.GUEST,
            )
            for audience in self.told
        ]

    def _named(self, key: str, one: Occurrence) -> str:
        return of_occurrence(key, one.original_start_at if self.recurs else None)
