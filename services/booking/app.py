"""Where booking's parts are made and joined."""

from fastapi import APIRouter, FastAPI
from faststream.rabbit import RabbitBroker

from services.booking.appointment_uses import AppointmentUses
from services.booking.erasing import Erasing
from services.booking.fact_subscribers import FactSubscribers
from services.booking.migrations import migrations_of
from services.booking.operations import own_operations
from services.booking.providers.calendar_look import CalendarLook
from services.booking.routes.calendar import build_calendar_routes
from services.booking.routes.contacts import ContactRoutes
from services.booking.routes.guest_appointments import build_guest_appointment_routes
from services.booking.routes.guests import build_guest_routes
from services.booking.routes.joining import JoinRoutes
from services.booking.routes.menus import MenuRoutes
from services.booking.routes.notifications import build_notification_routes
from services.booking.routes.occurrences import OccurrenceRoutes
from services.booking.routes.page_guests import build_page_guest_routes
from services.booking.routes.page_times import build_page_times_routes
from services.booking.routes.pages import PageRoutes
from services.booking.routes.proposals import ProposalRoutes
from services.booking.routes.questions import build_question_routes
from services.booking.routes.timeline import build_timeline_routes
from services.booking.routes.versions import Writes
from services.booking.settings import Settings
from services.booking.store.erasures import Erasures
from services.booking.store.guest_history import GuestHistory
from services.booking.store.join_links import JoinLinks
from services.booking.store.stores import Stores
from services.booking.subscribers import SERVICE, Subscribers
from services.booking.usecases.announce import Announcer
from services.booking.usecases.ask_again import AskForNewSlots
from services.booking.usecases.attend_proposals import AttendProposals
from services.booking.usecases.availability import Availability, Look
from services.booking.usecases.book import BookOnPage
from services.booking.usecases.choose_menu import ChooseMenu
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.choose_tool import ChooseTool
from services.booking.usecases.claimed_slots import ClaimedSlots
from services.booking.usecases.confirm import ConfirmSlot, new_reception_code
from services.booking.usecases.drop_slots import DropFilledSlots, DropSlots, DropTakenSlots
from services.booking.usecases.edit_proposal import EditProposal
from services.booking.usecases.end_proposal import ExpireProposal, WithdrawProposal
from services.booking.usecases.end_request import EndRequest
from services.booking.usecases.explain import ExplainClaims
from services.booking.usecases.few_slots import FewSlots
from services.booking.usecases.follow_replaced_users import FollowReplacedUsers
from services.booking.usecases.guest_changes import GuestChanges
from services.booking.usecases.guest_page import GuestPage
from services.booking.usecases.join import JoinMeeting
from services.booking.usecases.keep_contacts import KeepContacts
from services.booking.usecases.keep_menus import KeepBookables, KeepMeetingTypes
from services.booking.usecases.keep_pages import KeepPages, new_slug
from services.booking.usecases.know_contacts import KnowContacts
from services.booking.usecases.links import Links
from services.booking.usecases.mark_seen import MarkSeen
from services.booking.usecases.page_facts import PageFacts
from services.booking.usecases.page_slots import PageSlots
from services.booking.usecases.page_times_of_staff import PageTimesOfStaff
from services.booking.usecases.payments import Payments
from services.booking.usecases.propose import ProposeSlots
from services.booking.usecases.record_effects import RecordEffects
from services.booking.usecases.record_timeline import RecordTimeline
from services.booking.usecases.revoke_link import RevokeJoinLink
from services.booking.usecases.suggest import SuggestSlots
from shared import http, mongo
from shared.contracts.stages import Stage
from shared.due import DueWorker
from shared.erasing import COLLECTION
from shared.guests_first import GuestsFirst
from shared.internal import Guard, require_caller
from shared.messaging.relay import Relay
from shared.observability import metrics
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app


def build_app(settings: Settings, *, broker: RabbitBroker | None = None, look: Look | None = None) -> FastAPI:
    """``broker`` and ``look`` are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    stores = Stores.on(client, database, settings.data_ring)
    broker = broker or make_broker(SERVICE, settings)
    relay = Relay(broker, [stores.bookings.proposals, stores.bookings.appointments, database[COLLECTION]])
    calendars = http.internal_client(settings.calendar_sync_url, settings.calendar_sync_token.get_secret_value())
    look = look or CalendarLook(calendars, budget=settings.look_budget, max_age=settings.look_max_age)
    availability = _availability(settings, stores, look)
    links = Links(settings.token_ring, settings.public_url)
    announcer = Announcer(settings.bus_ring, links, settings.data_ring)
    few_slots = FewSlots(stores.people, announcer)
    drop = DropSlots(stores.bookings, announcer, few_slots, relay)
    attend = AttendProposals(stores.bookings, announcer, ExpireProposal(announcer), few_slots, relay)
    uses = AppointmentUses.of(stores, availability, announcer, links, relay, settings.data_ring)
    end_request = EndRequest(stores.bookings, stores.guards, uses.end)
    pages = PageFacts.of(stores, availability, takes_payments=settings.takes_payments)
    payments = Payments.of(
        settings, stores, pages, announcer, links, relay, uses.save, uses.confirm, uses.end, end_request
    )
    guests = GuestsFirst()
    metrics.expect_effects(stages=(Stage.CONFIRMED,))
    parked = Parking(SERVICE, settings, broker).forget
    erasing = Erasing.of(settings, stores, Erasures(database, relay), links, parked)
    routers = _routes(settings, stores, availability, pages, links, announcer, relay, drop, uses, payments, guests)
    parts = Parts(
        client=client,
        broker=broker,
        relay=relay,
        indexes={**stores.indexes, **erasing.indexes},
        migrations=migrations_of(database, stores),
        subscribers=Subscribers(
            _fact_subscribers(stores, uses, DropFilledSlots(stores.bookings, availability, drop)),
            RecordEffects(stores.bookings, settings.bus_ring, settings.data_ring),
            DropTakenSlots(stores.bookings, stores.guards, drop, end_request),
            uses.settle_drift,
            uses.follow_zoom_user,
            RecordTimeline(stores.timeline),
            KnowContacts(stores.contacts, GuestHistory(stores.bookings)),
            guests,
        ).router(erasing.heard_as(SERVICE)),
        workers=[DueWorker("proposals", stores.bookings.proposals, attend), payments.worker, *erasing.workers],
        routers=[erasing.router, *routers],
        operations=own_operations(stores, announcer),
        closing=[calendars.aclose, payments.stripe.aclose],
    )
    return service_app(SERVICE, settings, parts)


def _availability(settings: Settings, stores: Stores, look: Look) -> Availability:
    return Availability(
        stores.people,
        stores.guards,
        look,
        stale_after=settings.stale_after,
        look_max_age=settings.look_max_age,
        looks_budget=settings.looks_budget,
    )


def _fact_subscribers(stores: Stores, uses: AppointmentUses, drop_filled: DropFilledSlots) -> FactSubscribers:
    return FactSubscribers(
        stores.people,
        stores.rooms,
        stores.menus,
        drop_filled,
        uses.follow_zoom_user,
        uses.follow_replaced,
        uses.leave_disabled,
    )


def _routes(
    settings: Settings,
    stores: Stores,
    availability: Availability,
    pages: PageFacts,
    links: Links,
    announcer: Announcer,
    relay: Relay,
    drop: DropSlots,
    uses: AppointmentUses,
    payments: Payments,
    guests: GuestsFirst,
) -> list[APIRouter]:
    writes = Writes(uses.turns)
    guard = require_caller(settings.api_tokens.get_secret_value())
    people, store, ring = stores.people, stores.bookings, settings.data_ring
    claimed, rooms = ClaimedSlots(availability, stores.guards), ChooseRooms(stores.rooms)
    tool = ChooseTool(ChooseMenu(stores.menus))
    shown = GuestPage(people, store, stores.pages, availability, links, ring)
    return [
        ProposalRoutes(
            guard,
            writes,
            store,
            links,
            availability,
            ProposeSlots(people, store, claimed, rooms, tool, announcer, links, relay, settings.unanswered_after),
            EditProposal(people, store, claimed, rooms, tool, announcer, relay),
            WithdrawProposal(store, announcer, relay),
        ).router(),
        uses.routes(guard, writes, store, links, ring),
        OccurrenceRoutes(guard, writes, store, uses.change_occurrence).router(),
        JoinRoutes(
            guard,
            writes,
            store,
            JoinMeeting(people, JoinLinks(store.appointments, store.documents), ring),
            RevokeJoinLink(people, links, announcer, uses.save),
        ).router(),
        build_guest_routes(
            guard,
            shown,
            ConfirmSlot(store, availability, announcer, relay, new_reception_code, drop, links, stores.people),
            AskForNewSlots(store, announcer, relay, uses.turns),
            MarkSeen(store),
            guests,
        ),
        *_page_guest_routes(guard, stores, pages, announcer, relay, links, payments, guests, uses, shown),
        *_other_routes(guard, settings, stores, availability, pages, links, uses.follow_replaced),
    ]


def _page_guest_routes(
    guard: Guard,
    stores: Stores,
    pages: PageFacts,
    announcer: Announcer,
    relay: Relay,
    links: Links,
    payments: Payments,
    guests: GuestsFirst,
    uses: AppointmentUses,
    shown: GuestPage,
) -> list[APIRouter]:
    slots = PageSlots(pages.read, pages.know)
    book = BookOnPage(
        pages.read,
        pages.know,
        slots,
        stores.bookings,
        uses.take_seat,
        announcer,
        relay,
        links,
        new_reception_code,
        stores.people,
        payments.checkout,
    )
    changes = GuestChanges(
        stores.bookings,
        stores.pages,
        pages.read,
        pages.know,
        slots,
        uses.save_changed,
        uses.end,
        announcer,
        uses.turns,
    )
    return [
        build_notification_routes(guard, payments.hear, payments.come_back),
        build_page_guest_routes(guard, pages.read, slots, book, shown, guests),
        build_guest_appointment_routes(guard, changes, shown, guests),
    ]


def _page_routes(guard: Guard, settings: Settings, stores: Stores, pages: PageFacts, links: Links) -> list[APIRouter]:
    """Those of staff."""
    keep = KeepPages(
        stores.pages,
        stores.people,
        ChooseMenu(stores.menus),
        pages.bookings,
        stores.guards,
        new_slug,
        takes_payments=settings.takes_payments,
    )
    return [
        build_page_times_routes(guard, stores.pages, keep, PageTimesOfStaff(pages.read, pages.know)),
        PageRoutes(guard, stores.pages, pages.read, keep, links).router(),
    ]


def _other_routes(
    guard: Guard,
    settings: Settings,
    stores: Stores,
    availability: Availability,
    pages: PageFacts,
    links: Links,
    follow: FollowReplacedUsers,
) -> list[APIRouter]:
    """All that no proposal or appointment changes by, but for those that ``follow`` a bookable."""
    keep_types = KeepMeetingTypes(stores.menus, stores.bookings, stores.pages)
    keep_bookables = KeepBookables(stores.menus, stores.bookings, stores.people, stores.rooms, stores.pages)
    return [
        build_calendar_routes(
            guard,
            SuggestSlots(stores.people, availability, stale_after=settings.stale_after),
            ExplainClaims(stores.bookings, stores.guards),
        ),
        *_page_routes(guard, settings, stores, pages, links),
        MenuRoutes(guard, stores.menus, keep_types, keep_bookables, follow).router(),
        build_question_routes(guard, stores.bookings, stores.guards),
        ContactRoutes(
            guard, stores.contacts, GuestHistory(stores.bookings), KeepContacts(stores.contacts, stores.people)
        ).router(),
        build_timeline_routes(guard, stores.bookings, stores.timeline),
    ]
