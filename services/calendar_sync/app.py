"""Where calendar_sync's parts are made and joined."""

import httpx
from fastapi import FastAPI
from faststream.rabbit import RabbitBroker

from services.calendar_sync.operations import own_operations
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.providers.rooms import RoomProvider
from services.calendar_sync.routes import UseCases, build_router
from services.calendar_sync.settings import Settings
from services.calendar_sync.store.drift import DriftRows
from services.calendar_sync.store.erased import ErasedRows
from services.calendar_sync.store.guest_answers import GuestAnswers
from services.calendar_sync.store.reconciling import Reconciling
from services.calendar_sync.store.releases import Releases
from services.calendar_sync.store.stores import Stores
from services.calendar_sync.store.strays import Strays
from services.calendar_sync.subscribers import SERVICE, Subscribers
from services.calendar_sync.usecases.booked_rooms import BookedRooms
from services.calendar_sync.usecases.catch_up import CatchUp
from services.calendar_sync.usecases.check_entry import CheckEntry
from services.calendar_sync.usecases.choose_calendars import ChooseCalendars
from services.calendar_sync.usecases.connect import ConnectCalendar
from services.calendar_sync.usecases.credentials import Credentials
from services.calendar_sync.usecases.disconnect import DisconnectCalendar
from services.calendar_sync.usecases.drafts import Drafts
from services.calendar_sync.usecases.erase_guest import EraseGuest
from services.calendar_sync.usecases.explain_busy import ExplainBusy
from services.calendar_sync.usecases.export_guest import HeldOfGuest
from services.calendar_sync.usecases.follow_appointment import FollowAppointment
from services.calendar_sync.usecases.follow_proposal import FollowProposal
from services.calendar_sync.usecases.freeze import FreezeSync, ResumeSync
from services.calendar_sync.usecases.hear_guests import HearGuests
from services.calendar_sync.usecases.hear_rooms import HearRooms
from services.calendar_sync.usecases.look import LookAtCalendars
from services.calendar_sync.usecases.lose_calendar import LoseCalendar
from services.calendar_sync.usecases.measure_health import watch_health
from services.calendar_sync.usecases.notice_drift import NoticeDrift, RestoreEntry
from services.calendar_sync.usecases.notice_strays import NoticeStrays, RemoveStrays
from services.calendar_sync.usecases.place_entry import PlaceEntry
from services.calendar_sync.usecases.publish_busy import PublishBusyTimes
from services.calendar_sync.usecases.read_rooms import ReadRooms, RoomsFollowLinks, RoomsRhythm
from services.calendar_sync.usecases.reconcile import Reconcile
from services.calendar_sync.usecases.release_holds import ReleaseHolds
from services.calendar_sync.usecases.show_busy import ShowBusyTimes
from services.calendar_sync.usecases.show_rooms import AskRooms, ShowRooms
from services.calendar_sync.usecases.sync_mirror import Rhythm, SyncMirror
from services.calendar_sync.usecases.users_text import FindUsersText
from services.calendar_sync.usecases.watch import HearNotification, WatchCalendar, WatchRules
from services.calendar_sync.usecases.write_entry import WriteEntry
from services.calendar_sync.vendors import (
    Endpoints,
    make_endpoints,
    make_mailboxes,
    make_providers,
    make_room_providers,
)
from shared import http, mongo
from shared.contracts.calendar_sync import CalendarDataErased, Provider
from shared.due import DueWorker
from shared.erasing import COLLECTION, Erasing
from shared.holding import build_holding_router
from shared.internal import require_caller
from shared.messaging.relay import Relay
from shared.mirror import GRACE, operations_of, watching
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app

_AT_ONCE = 64
"""Rows worked on at once by one process; each mailbox has its own, smaller bound."""


def build_app(
    settings: Settings, *, broker: RabbitBroker | None = None, transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """``broker`` and ``transport`` (in place of the network to the providers) are handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    broker = broker or make_broker(SERVICE, settings)
    spoken = ("connections", "busy_times", "ledger", "room_directories", COLLECTION)
    relay = Relay(broker, [database[name] for name in spoken])
    stores = Stores.of(client, database, settings, relay)
    erasing = Erasing(
        database,
        relay,
        settings.bus_ring,
        CalendarDataErased,
        EraseGuest(client, stores.proposals, stores.appointments, ErasedRows(stores.ledger.collection)),
        Parking(SERVICE, settings, broker).forget,
    )
    outside = http.client("", timeout=settings.provider_timeout, transport=transport, max_connections=200)
    providers = make_providers(settings, outside)
    parts = Wiring(
        settings, client, stores, providers, make_room_providers(settings, outside), make_endpoints(settings, outside)
    )
    return service_app(
        SERVICE,
        settings,
        Parts(
            client=client,
            broker=broker,
            relay=relay,
            indexes={**stores.indexes, **erasing.indexes},
            subscribers=parts.subscribers.router(erasing),
            workers=[
                parts.ledger_worker,
                parts.mirror_worker,
                parts.connection_worker,
                parts.rooms_worker,
                parts.health_watch,
                watching(parts.reconcile),
                erasing.worker,
            ],
            routers=[
                build_router(settings.api_tokens.get_secret_value(), parts.use_cases),
                build_holding_router(
                    require_caller(settings.api_tokens.get_secret_value()), HeldOfGuest(stores.ledger)
                ),
            ],
            operations=parts.operations,
            closing=[outside.aclose],
        ),
    )


class Wiring:
    """Use cases and workers, joined."""

    def __init__(
        self,
        settings: Settings,
        client: mongo.Client,
        stores: Stores,
        providers: dict[Provider, CalendarProvider],
        room_providers: dict[Provider, RoomProvider],
        endpoints: Endpoints,
    ) -> None:
        self._settings = settings
        self._client = client
        self._stores = stores
        self._providers = providers
        self._room_providers = room_providers
        self._endpoints = endpoints
        self._mailboxes = make_mailboxes(settings)
        self._credentials = Credentials(
            stores.connections, endpoints.usual, endpoints.with_rooms, renew_before=settings.renew_before
        )
        self._hear_rooms = HearRooms(stores.room_bookings, stores.rooms)
        self._drift_rows = DriftRows(stores.ledger.collection)
        self._strays = Strays(stores.ledger.collection)
        self.ledger_worker = DueWorker("ledger", stores.ledger.collection, self._writer(), concurrency=_AT_ONCE)
        self.mirror_worker = DueWorker("mirrors", stores.mirrors.collection, self._reader(), concurrency=_AT_ONCE)
        wake = self.ledger_worker.wake
        follow_proposal = FollowProposal(client, stores.proposals, stores.ledger, wake)
        follow = FollowAppointment(
            client, stores.appointments, stores.connections, stores.ledger, wake, meeting_wait=settings.meeting_wait
        )
        self._disconnect = self._disconnecting()
        self.rooms_worker = DueWorker("rooms", stores.rooms.collection, self._rooms())
        self.connection_worker = DueWorker("connections", stores.connections.collection, self._catch_up(follow))
        self.health_watch = watch_health(stores.connections, stores.mirrors, stale_after=settings.stale_after)
        reconciling = Reconciling(stores.ledger.collection, grace=GRACE)
        self.reconcile = Reconcile(reconciling, stores.mirrors, wake, self.mirror_worker.wake)
        mirror = operations_of(self.reconcile)
        self.operations = own_operations(SERVICE, stores.connections, stores.ledger, wake, mirror)
        self.subscribers = Subscribers(
            follow_proposal,
            follow,
            RestoreEntry(self._drift_rows, wake),
            stores.staff,
            stores.organizations,
            stores.mirrors,
            settings.bus_ring,
        )
        self.use_cases = self._use_cases()

    def _disconnecting(self) -> DisconnectCalendar:
        stores = self._stores
        return DisconnectCalendar(
            stores.connections,
            stores.ledger,
            stores.proposals,
            stores.mirrors,
            self._credentials,
            self._providers,
            self._endpoints.usual,
            self.ledger_worker.wake,
            budget=self._settings.disconnect_budget,
        )

    def _writer(self) -> WriteEntry:
        stores = self._stores
        drafts = Drafts(
            stores.proposals,
            stores.appointments,
            stores.staff,
            self._providers,
            BookedRooms(stores.rooms, stores.room_bookings),
            stores.organizations,
            public_url=self._settings.public_url,
            guest_wait=self._settings.guest_wait,
        )
        return WriteEntry(
            stores.ledger,
            stores.connections,
            self._credentials,
            self._providers,
            self._mailboxes,
            stores.mirrors,
            drafts,
            CheckEntry(
                stores.ledger,
                stores.connections,
                self._credentials,
                self._providers,
                self._mailboxes,
                stores.staff,
                FreezeSync(stores.connections, self._drift_rows),
                self._settings.bus_ring,
            ),
            PlaceEntry(stores.ledger, stores.choices, self._credentials, self._providers, self._mailboxes, drafts),
            stores.room_bookings,
            self._hear_rooms,
            FindUsersText(self._credentials, self._providers, self._mailboxes),
            RemoveStrays(self._strays, stores.connections, self._credentials, self._providers, self._mailboxes),
            ReleaseHolds(stores.ledger, Releases(self._client, stores.ledger)),
        )

    def _reader(self) -> SyncMirror:
        settings, stores = self._settings, self._stores
        publish = PublishBusyTimes(
            stores.connections, stores.mirrors, stores.ledger, stores.busy, heartbeat=settings.heartbeat
        )
        rules = WatchRules(
            settings.public_url, settings.watch_lifetime, settings.watch_renew_before, settings.watch_retry
        )
        rhythm = Rhythm(settings.poll_interval, settings.window_ahead, settings.window_behind, settings.rewindow_every)
        return SyncMirror(
            stores.mirrors,
            stores.connections,
            self._credentials,
            stores.staff,
            self._providers,
            self._mailboxes,
            publish,
            WatchCalendar(stores.mirrors, self._credentials, self._providers, self._mailboxes, rules),
            NoticeDrift(self._drift_rows, self.ledger_worker.wake),
            rhythm,
            self._hear_rooms,
            HearGuests(GuestAnswers(stores.ledger), stores.appointments),
            self._drift_rows,
            LoseCalendar(
                stores.choices,
                stores.mirrors,
                self._drift_rows,
                lambda connection_id: self.connection_worker.wake(connection_id),
                self.ledger_worker.wake,
            ),
            NoticeStrays(self._strays, self.ledger_worker.wake),
        )

    def _rooms(self) -> ReadRooms:
        return ReadRooms(
            self._stores.rooms,
            self._stores.connections,
            self._credentials,
            self._room_providers,
            self._mailboxes,
            RoomsRhythm(self._settings.rooms_interval, self._settings.rooms_retry),
        )

    def _catch_up(self, follow: FollowAppointment) -> CatchUp:
        stores = self._stores
        return CatchUp(
            stores.connections,
            stores.mirrors,
            stores.busy,
            stores.ledger,
            stores.appointments,
            follow,
            self._disconnect,
            RoomsFollowLinks(stores.rooms, self.rooms_worker.wake),
            wake_mirror=self.mirror_worker.wake,
            wake_row=self.ledger_worker.wake,
        )

    def _use_cases(self) -> UseCases:
        settings, stores = self._settings, self._stores
        show_busy = ShowBusyTimes(stores.connections, stores.mirrors, stores.ledger, stale_after=settings.stale_after)
        return UseCases(
            connect=ConnectCalendar(
                stores.attempts,
                stores.connections,
                self._providers,
                self._endpoints.usual,
                self._endpoints.with_rooms,
                self.connection_worker.wake,
            ),
            disconnect=self._disconnect,
            resume=ResumeSync(self._client, stores.connections, self._drift_rows, self.ledger_worker.wake),
            connections=stores.connections,
            show_busy=show_busy,
            explain_busy=ExplainBusy(stores.connections, stores.mirrors, stores.ledger, show_busy),
            look=LookAtCalendars(
                stores.connections,
                stores.mirrors,
                stores.ledger,
                stores.staff,
                self._credentials,
                self._providers,
                self._mailboxes,
            ),
            notifications=HearNotification(stores.mirrors, gather=settings.notification_delay),
            show_rooms=ShowRooms(stores.rooms, self.rooms_worker.wake),
            ask_rooms=AskRooms(
                stores.rooms, stores.connections, self._credentials, self._room_providers, self._mailboxes
            ),
            calendars=ChooseCalendars(
                stores.choices, self._credentials, self._providers, self._mailboxes, self.connection_worker.wake
            ),
        )
