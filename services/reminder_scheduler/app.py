"""Where reminder_scheduler's parts are made and joined."""

from fastapi import FastAPI
from faststream.rabbit import RabbitBroker

from services.reminder_scheduler.providers.booking import BookingClient
from services.reminder_scheduler.settings import Settings
from services.reminder_scheduler.store import ReminderStore, reminder_in
from services.reminder_scheduler.subscribers import SERVICE, Subscribers
from services.reminder_scheduler.usecases.file_reminder import FileReminder
from services.reminder_scheduler.usecases.send_due import Booking, SendDue
from shared import http, mongo
from shared.contracts.reminder_scheduler import ReminderDataErased
from shared.contracts.stages import Stage
from shared.due import DueBatches
from shared.erasing import COLLECTION, Erased, Erasing, ToErase
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app
from shared.watch import Watch


def build_app(settings: Settings, *, broker: RabbitBroker | None = None, booking: Booking | None = None) -> FastAPI:
    """``broker`` and ``booking`` are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    store = ReminderStore(database)
    broker = broker or make_broker(SERVICE, settings)
    relay = Relay(broker, [store.reminders, database[COLLECTION]])
    erasing = Erasing(
        database,
        relay,
        settings.bus_ring,
        ReminderDataErased,
        nothing_personal,
        Parking(SERVICE, settings, broker).forget,
    )
    questions = http.internal_client(
        settings.booking_url, settings.booking_token.get_secret_value(), timeout=settings.question_timeout
    )
    metrics.expect_effects("reminder", "notice", stages=(Stage.REMINDER_FILED,))
    send_due = SendDue(store, booking or BookingClient(questions), relay)
    parts = Parts(
        client=client,
        broker=broker,
        relay=relay,
        indexes={**store.indexes, **erasing.indexes},
        subscribers=Subscribers(FileReminder(store, relay), store, erasing).router(),
        workers=[
            DueBatches(
                "reminders",
                store.reminders,
                lambda token, rows: send_due(token, [reminder_in(row) for row in rows]),
                look_every=settings.tick_every,
            ),
            Watch("reminder_lateness", send_due.measure_lateness, every=settings.measure_every),
            erasing.worker,
        ],
        closing=[questions.aclose],
    )
    return service_app(SERVICE, settings, parts)


async def nothing_personal(wanted: ToErase) -> Erased:
    """Rows have ids and times only (X5); what was parked may tell more."""
    return Erased()
