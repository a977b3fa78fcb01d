"""What the gateway hears: whose calendar is linked (R9), and whether invitations went out."""

from faststream.rabbit import RabbitRouter

from services.gateway.model import InvitationMail, MailState
from services.gateway.store.staff import StaffStore
from shared.contracts.calendar_sync import CalendarConnected, CalendarDisconnected
from shared.contracts.envelope import CloudEvent
from shared.contracts.erasure import GuestErasureRequested
from shared.contracts.notifier import NotificationFailed, NotificationSent, Purpose
from shared.erasing import Erasing
from shared.messaging.topology import hears

SERVICE = "gateway"


class Subscribers:
    """Keeps the newest word about each staff member and provider."""

    def __init__(self, staff: StaffStore, erasing: Erasing) -> None:
        self._staff = staff
        self._erasing = erasing

    def router(self) -> RabbitRouter:
        return RabbitRouter(
            handlers=[
                hears(SERVICE, CalendarConnected, self.on_calendar_connected),
                hears(SERVICE, CalendarDisconnected, self.on_calendar_disconnected),
                hears(SERVICE, NotificationSent, self.on_notification_sent),
                hears(SERVICE, NotificationFailed, self.on_notification_failed),
                hears(SERVICE, GuestErasureRequested, self._erasing.on_guest_erasure_requested),
            ]
        )

    async def on_calendar_connected(self, event: CloudEvent[CalendarConnected]) -> None:
        data = event.data
        await self._staff.set_calendar(data.staff_id, data.provider.value, event.aggregateversion, linked=True)

    async def on_calendar_disconnected(self, event: CloudEvent[CalendarDisconnected]) -> None:
        data = event.data
        await self._staff.set_calendar(data.staff_id, data.provider.value, event.aggregateversion, linked=False)

    async def on_notification_sent(self, event: CloudEvent[NotificationSent]) -> None:
        data = event.data
        if data.purpose is Purpose.INVITED:
            mail = InvitationMail(state=MailState.SENT, told_at=event.time)
            await self._staff.tell_of_invitation(data.about, data.revision, mail)

    async def on_notification_failed(self, event: CloudEvent[NotificationFailed]) -> None:
        data = event.data
        if data.purpose is Purpose.INVITED:
            state = MailState.WAITING if data.retry_at else MailState.FAILED
            mail = InvitationMail(state=state, told_at=event.time, reason=data.reason, retry_at=data.retry_at)
            await self._staff.tell_of_invitation(data.about, data.revision, mail)
