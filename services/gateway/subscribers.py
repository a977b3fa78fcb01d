"""What the gateway hears: whose calendar is linked (R9)."""

from faststream.rabbit import RabbitRouter

from services.gateway.store.staff import StaffStore
from shared.contracts.calendar_sync import CalendarConnected, CalendarDisconnected
from shared.contracts.envelope import CloudEvent
from shared.messaging.topology import hears

SERVICE = "gateway"


class Subscribers:
    """Keeps the newest word about each staff member and provider."""

    def __init__(self, staff: StaffStore) -> None:
        self._staff = staff

    def router(self) -> RabbitRouter:
        return RabbitRouter(
            handlers=[
                hears(SERVICE, CalendarConnected, self.on_calendar_connected),
                hears(SERVICE, CalendarDisconnected, self.on_calendar_disconnected),
            ]
        )

    async def on_calendar_connected(self, event: CloudEvent[CalendarConnected]) -> None:
        data = event.data
        await self._staff.set_calendar(data.staff_id, data.provider.value, event.aggregateversion, linked=True)

    async def on_calendar_disconnected(self, event: CloudEvent[CalendarDisconnected]) -> None:
        data = event.data
        await self._staff.set_calendar(data.staff_id, data.provider.value, event.aggregateversion, linked=False)
