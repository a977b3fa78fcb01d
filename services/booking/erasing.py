"""Where the parts of erasing are made and joined (X5); ``app.py`` puts them beside the others."""

from dataclasses import dataclass

from fastapi import APIRouter
from faststream.rabbit import RabbitRoute

from services.booking.routes.erasures import build_erasure_routes
from services.booking.settings import Settings
from services.booking.store.erasures import Erasures
from services.booking.store.guest_history import GuestHistory
from services.booking.store.guest_subjects import GuestSubjects
from services.booking.store.stores import Stores
from services.booking.usecases.ask_erasure import AskErasure
from services.booking.usecases.erase_guest import EraseGuest
from services.booking.usecases.export_guest import ExportGuest
from services.booking.usecases.keep_no_longer import KeepNoLonger
from services.booking.usecases.know_contacts import KnowContacts
from services.booking.usecases.links import Links
from shared.contracts.calendar_sync import CalendarDataErased
from shared.contracts.envelope import CloudEvent
from shared.contracts.gateway import AnswersErased
from shared.contracts.notifier import MailDataErased
from shared.contracts.reminder_scheduler import ReminderDataErased
from shared.contracts.zoom_issuer import MeetingDataErased
from shared.due import DueWorker, Worker
from shared.erasing import ForgetsParked
from shared.internal import require_caller
from shared.messaging.topology import hears
from shared.mongo import Collection, IndexModel


@dataclass(frozen=True)
class Erasing:
    """What the service runs and hears."""

    erase: EraseGuest
    indexes: dict[Collection, list[IndexModel]]
    workers: list[Worker]
    router: APIRouter

    @classmethod
    def of(cls, settings: Settings, stores: Stores, store: Erasures, links: Links, parked: ForgetsParked) -> "Erasing":
        subjects, contacts = GuestSubjects(stores.bookings), stores.contacts
        know = KnowContacts(contacts, GuestHistory(stores.bookings))
        bus_ring, data_ring = settings.bus_ring, settings.data_ring
        erase = EraseGuest(store, subjects, contacts, know, parked, bus_ring, data_ring)
        worker = DueWorker("erasures", store.collection, erase.handle, concurrency=2)
        keep = KeepNoLonger(stores.people, store, subjects, worker.wake)
        ask = AskErasure(store, subjects, contacts, settings.token_ring, data_ring, worker.wake)
        export = ExportGuest(stores.bookings, contacts, subjects, links, data_ring)
        guard = require_caller(settings.api_tokens.get_secret_value())
        return cls(
            erase,
            store.indexes,
            [worker, DueWorker("retentions", stores.people.organizations, keep.handle, concurrency=2)],
            build_erasure_routes(guard, ask, export, store),
        )

    def heard_as(self, service: str) -> list[RabbitRoute]:
        """The others' answers."""
        return [
            hears(service, AnswersErased, self.on_answers_erased),
            hears(service, CalendarDataErased, self.on_calendar_data_erased),
            hears(service, MeetingDataErased, self.on_meeting_data_erased),
            hears(service, MailDataErased, self.on_mail_data_erased),
            hears(service, ReminderDataErased, self.on_reminder_data_erased),
        ]

    async def on_answers_erased(self, event: CloudEvent[AnswersErased]) -> None:
        await self.erase.answered("gateway", event, event.data.left_outside)

    async def on_calendar_data_erased(self, event: CloudEvent[CalendarDataErased]) -> None:
        await self.erase.answered("calendar_sync", event, event.data.left_outside)

    async def on_meeting_data_erased(self, event: CloudEvent[MeetingDataErased]) -> None:
        await self.erase.answered("zoom_issuer", event, event.data.left_outside)

    async def on_mail_data_erased(self, event: CloudEvent[MailDataErased]) -> None:
        await self.erase.answered("notifier", event, event.data.left_outside)

    async def on_reminder_data_erased(self, event: CloudEvent[ReminderDataErased]) -> None:
        await self.erase.answered("reminder_scheduler", event, event.data.left_outside)
