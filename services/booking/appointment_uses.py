"""What is done with appointments, joined once for the routes and the subscribers."""

from dataclasses import dataclass

from fastapi import APIRouter

from services.booking.routes.appointments import AppointmentRoutes
from services.booking.routes.versions import Writes
from services.booking.store.bookings import BookingStore
from services.booking.store.coming import ComingAppointments
from services.booking.store.stores import Stores
from services.booking.usecases.announce import Announcer
from services.booking.usecases.answer_request import AnswerRequest
from services.booking.usecases.availability import Availability
from services.booking.usecases.change_appointment import CancelAppointment, ChangeAppointment
from services.booking.usecases.change_coming import ChangeComing
from services.booking.usecases.change_kind import ChangeKind
from services.booking.usecases.change_occurrence import ChangeOccurrence
from services.booking.usecases.choose_menu import ChooseMenu
from services.booking.usecases.choose_room import ChooseRooms
from services.booking.usecases.confirm import new_reception_code
from services.booking.usecases.confirm_request import ConfirmRequest
from services.booking.usecases.draft_schedule import DraftSchedule
from services.booking.usecases.end_appointment import EndAppointment
from services.booking.usecases.follow_replaced_users import FollowReplacedUsers
from services.booking.usecases.follow_zoom_user import FollowZoomUser
from services.booking.usecases.leave_disabled import LeaveDisabled
from services.booking.usecases.link_by_hand import ChangeLinkByHand
from services.booking.usecases.links import Links
from services.booking.usecases.record_outcome import RecordOutcome
from services.booking.usecases.register import RegisterAppointment
from services.booking.usecases.save_appointment import SaveAppointment
from services.booking.usecases.save_changed import SaveChanged
from services.booking.usecases.settle_drift import SettleDrift
from services.booking.usecases.take_seat import TakeSeat
from shared.crypto import KeyRing
from shared.internal import Guard
from shared.messaging.relay import Relay
from shared.single_flight import Turns


@dataclass(frozen=True)
class AppointmentUses:
    """What staff and findings in calendars do to appointments; both take turns."""

    register: RegisterAppointment
    change: ChangeAppointment
    cancel: CancelAppointment
    change_occurrence: ChangeOccurrence
    link_by_hand: ChangeLinkByHand
    record_outcome: RecordOutcome
    answer: AnswerRequest
    confirm: ConfirmRequest
    settle_drift: SettleDrift
    follow_zoom_user: FollowZoomUser
    follow_replaced: FollowReplacedUsers
    leave_disabled: LeaveDisabled
    take_seat: TakeSeat
    save: SaveAppointment
    save_changed: SaveChanged
    end: EndAppointment
    turns: Turns

    @classmethod
    def of(
        cls, stores: Stores, availability: Availability, announcer: Announcer, links: Links, relay: Relay, ring: KeyRing
    ) -> "AppointmentUses":
        people, store, turns = stores.people, stores.bookings, Turns()
        rooms, take_seat = ChooseRooms(stores.rooms), TakeSeat(stores.menus, stores.guards)
        save = SaveAppointment(store, relay)
        save_changed = SaveChanged(take_seat, save, new_reception_code)
        choose, end = ChooseMenu(stores.menus), EndAppointment(announcer, save)
        draft = DraftSchedule(people, rooms, choose, links)
        register = RegisterAppointment(draft, store, availability, take_seat, announcer, relay, new_reception_code)
        change = ChangeAppointment(
            people, availability, rooms, announcer, save_changed, ChangeKind(people, choose, new_reception_code)
        )
        cancel = CancelAppointment(people, end)
        occurrence, by_hand = ChangeOccurrence(change, cancel), ChangeLinkByHand(people, announcer, save, ring)
        outcome = RecordOutcome(people, cancel, announcer, save)
        confirm = ConfirmRequest(announcer, save_changed, new_reception_code)
        answer = AnswerRequest(people, availability, cancel, confirm)
        settle_drift = SettleDrift(people, store, change, cancel, occurrence, announcer, relay, turns)
        coming, follow = ComingAppointments(store.appointments, store.documents), ChangeComing(store, announcer, save)
        zoom_user = FollowZoomUser(people, stores.menus, coming, follow)
        return cls(
            register,
            change,
            cancel,
            occurrence,
            by_hand,
            outcome,
            answer,
            confirm,
            settle_drift,
            zoom_user,
            FollowReplacedUsers(stores.menus, stores.replaced_users, zoom_user),
            LeaveDisabled(people, coming, follow),
            take_seat,
            save,
            save_changed,
            end,
            turns,
        )

    def routes(self, guard: Guard, writes: Writes, store: BookingStore, links: Links, ring: KeyRing) -> APIRouter:
        made = AppointmentRoutes(
            guard,
            writes,
            store,
            links,
            ring,
            self.register,
            self.change,
            self.cancel,
            self.settle_drift,
            self.link_by_hand,
            self.record_outcome,
            self.answer,
        )
        return made.router()
