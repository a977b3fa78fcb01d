"""The stages of a confirmation (X3, X7): named alike in metrics, in operations and on their page."""

from enum import StrEnum


class Stage(StrEnum):
    """What ends it; each begins with the guest's click."""

    CONFIRMED = "confirmed"
    MEETING_ISSUED = "meeting_issued"
    ENTRY_WRITTEN = "entry_written"
    HOLDS_RELEASED = "holds_released"
    MAIL_SENT = "mail_sent"
    REMINDER_FILED = "reminder_filed"
