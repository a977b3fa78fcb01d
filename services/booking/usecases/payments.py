"""All that has to do with paying (H13), joined once for the routes and the due worker."""

from dataclasses import dataclass

from services.booking.providers.stripe import Stripe
from services.booking.settings import Settings
from services.booking.store.payments import PaymentStore
from services.booking.store.stores import Stores
from services.booking.usecases.announce import Announcer
from services.booking.usecases.come_back import ComeBack
from services.booking.usecases.confirm_request import ConfirmRequest
from services.booking.usecases.due_appointments import DueAppointments
from services.booking.usecases.end_appointment import EndAppointment
from services.booking.usecases.end_request import EndRequest
from services.booking.usecases.hear_stripe import HearStripe
from services.booking.usecases.links import Links
from services.booking.usecases.open_checkout import OpenCheckout
from services.booking.usecases.page_facts import PageFacts
from services.booking.usecases.save_appointment import SaveAppointment
from services.booking.usecases.save_payment import SavePayment
from services.booking.usecases.settle_payment import SettlePayment
from services.booking.usecases.still_free import StillFree
from shared.due import DueWorker
from shared.messaging.relay import Relay


@dataclass(frozen=True)
class Payments:
    """``worker`` takes appointments whose payment is due for a look, or whose request has run out."""

    stripe: Stripe
    checkout: OpenCheckout
    worker: DueWorker
    hear: HearStripe
    come_back: ComeBack

    @classmethod
    def of(
        cls,
        settings: Settings,
        stores: Stores,
        pages: PageFacts,
        announcer: Announcer,
        links: Links,
        relay: Relay,
        save_appointment: SaveAppointment,
        confirm: ConfirmRequest,
        end: EndAppointment,
        end_request: EndRequest,
    ) -> "Payments":
        bookings = stores.bookings
        stripe = Stripe(settings.stripe_api_url, settings.stripe_secret_key.get_secret_value())
        store = PaymentStore(bookings)
        save, still_free = (
            SavePayment(bookings, store, announcer, relay),
            StillFree(stores.pages, pages.read, pages.know),
        )
        settle = SettlePayment(stripe, bookings, store, save, save_appointment, confirm, end, still_free, announcer)
        worker = DueWorker("appointments", bookings.appointments, DueAppointments(settle, end_request))
        hear = HearStripe(settings.stripe_webhook_secret.get_secret_value(), store, worker.wake)
        checkout = OpenCheckout(stripe, store, save, links, settings.time_to_pay)
        return cls(stripe, checkout, worker, hear, ComeBack(store, links))
