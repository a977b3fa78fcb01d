"""What notifier hears for webhooks only, one line each (X1): nobody is mailed. What it hears for mails too stands in
``subscribers.py``; both are filed by ``usecases/file_webhooks.py``. A contract test demands that nothing is missing.
"""

from faststream.rabbit import RabbitRoute

from shared.contracts.booking import DriftDecided, OutcomeRecorded, PaymentRecorded
from shared.contracts.calendar_sync import (
    CalendarConnected,
    CalendarDriftDetected,
    CalendarEntryRemoved,
    CalendarWriteFailed,
    GuestResponded,
    HoldsPlaced,
    HoldsReleased,
    RoomResponded,
)
from shared.contracts.envelope import CloudEvent, EventData
from shared.contracts.erasure import GuestErased
from shared.contracts.notifier import NotificationFailed, NotificationSent
from shared.contracts.reminder_scheduler import ReminderCanceled, ReminderScheduled
from shared.contracts.zoom_issuer import MeetingDriftDetected, ZoomAccountConnected, ZoomConnected, ZoomUserAssigned
from shared.messaging.topology import hears


def heard_for_webhooks(service: str) -> list[RabbitRoute]:
    """The table of subscriptions."""
    return [
        hears(service, OutcomeRecorded, mail_nobody),
        hears(service, PaymentRecorded, mail_nobody),
        hears(service, DriftDecided, mail_nobody),
        hears(service, ZoomConnected, mail_nobody),
        hears(service, ZoomAccountConnected, mail_nobody),
        hears(service, ZoomUserAssigned, mail_nobody),
        hears(service, MeetingDriftDetected, mail_nobody),
        hears(service, CalendarConnected, mail_nobody),
        hears(service, HoldsPlaced, mail_nobody),
        hears(service, HoldsReleased, mail_nobody),
        hears(service, CalendarEntryRemoved, mail_nobody),
        hears(service, CalendarWriteFailed, mail_nobody),
        hears(service, CalendarDriftDetected, mail_nobody),
        hears(service, RoomResponded, mail_nobody),
        hears(service, GuestResponded, mail_nobody),
        hears(service, NotificationSent, mail_nobody),
        hears(service, NotificationFailed, mail_nobody),
        hears(service, ReminderScheduled, mail_nobody),
        hears(service, ReminderCanceled, mail_nobody),
        hears(service, GuestErased, mail_nobody),
    ]


async def mail_nobody(event: CloudEvent[EventData]) -> None:
    """It is filed all the same."""
