"""What one confirmation persists, counted from the services' code: the framework floor does exactly this, with nothing
in it. Case: a web meeting, three slots, two attendees with calendars at two providers, copies fresh.

Left out on purpose: all reads, provider calls and mails, sealing, rendering, and what the providers' notifications of
our own writes set off (mirrors). A change of the services' writes has to be followed here.
"""

from dataclasses import dataclass

CONFIRMED = "appointment_confirmed"
ISSUED = "meeting_issued"
FILED = "reminder_scheduled"
RELEASED = "holds_released"
WRITTEN = "calendar_entry_written"
MAILED = "notification_sent"


@dataclass(frozen=True)
class Rows:
    """Due rows worked on side by side: ``before`` writes up to the one that holds the outbox entries and hands the row
    back, then ``says`` is published and cleared (a write, together with what else was published meanwhile). So many as
    go ``together`` end in one transaction with a statement each, after ``before`` writes of each, and say it once. A
    mail leaves after ``mailed_after``.
    """

    times: int
    before: int
    says: tuple[str, ...]
    mailed_after: int = 0
    together: int = 0


@dataclass(frozen=True)
class Hop:
    """One delivery of ``hears`` to ``service``: transactions (statements of each command in them), single writes,
    then what is published and cleared, and the rows that it wakes.
    """

    service: str
    hears: str
    transactions: tuple[tuple[int, ...], ...] = ()
    writes: int = 0
    says: tuple[str, ...] = ()
    rows: Rows | None = None


CONFIRM_READS = ((1,), (1,), (1, 1))
"""Of booking while it answers, in turn; those in one group go out together: the proposal by its token, organization,
staff and busy months.
"""

CONFIRM_TRANSACTION = (1, 6, 1)
"""The proposal; guards of two attendees and the Zoom user, each released and taken; the appointment with its outbox."""

HOPS = (
    # want; claim, begin_attempt, keep, settle
    Hop("zoom_issuer", CONFIRMED, writes=1, rows=Rows(1, before=4, says=(ISSUED,))),
    # the proposal and its six holds, then the appointment and its two entries; claim per hold, settle per calendar
    Hop(
        "calendar_sync",
        CONFIRMED,
        transactions=((1, 6), (1, 2)),
        rows=Rows(6, before=1, says=(RELEASED,), together=3),
    ),
    # the appointment with its meeting and two entries; claim, begin_create, settle per entry
    Hop("calendar_sync", ISSUED, transactions=((1, 2),), rows=Rows(2, before=3, says=(WRITTEN,))),
    # take
    Hop("notifier", CONFIRMED, writes=1),
    # take; claim, freeze, finish
    Hop("notifier", ISSUED, writes=1, rows=Rows(1, before=3, says=(MAILED, MAILED), mailed_after=2)),
    # save
    Hop("reminder_scheduler", CONFIRMED, writes=1, says=(FILED,)),
    # of each the timeline's entry; besides it only reads: overlapping holds of others
    Hop("booking", CONFIRMED, writes=1),
    # keep_meeting, keep
    Hop("booking", ISSUED, writes=3),
    Hop("booking", FILED, writes=2),
    Hop("booking", MAILED, writes=2),
    Hop("booking", WRITTEN, writes=2),
    # of the proposal and of the appointment
    Hop("booking", RELEASED, writes=3),
)

SERVICES = ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler")


@dataclass(frozen=True)
class Count:
    """Of one confirmation."""

    events: int
    deliveries: int
    writes: int
    transactions: int

    def __str__(self) -> str:
        return (
            f"{self.events} events published, {self.deliveries} delivered, "
            f"{self.writes} single writes, {self.transactions} transactions"
        )


def count() -> Count:
    """Follows the events from the click to the last one."""
    events = deliveries = transactions = writes = 0
    said = [CONFIRMED]
    writes += 1  # booking clears its outbox
    transactions += 1
    while said:
        event = said.pop()
        events += 1
        for hop in (hop for hop in HOPS if hop.hears == event):
            deliveries += 1
            transactions += len(hop.transactions)
            writes += hop.writes + bool(hop.says)
            said += hop.says
            if hop.rows:
                ends = hop.rows.times // (hop.rows.together or 1)
                transactions += ends if hop.rows.together else 0
                writes += hop.rows.times * hop.rows.before + ends
                said += hop.rows.says * ends
    return Count(events, deliveries, writes, transactions)
