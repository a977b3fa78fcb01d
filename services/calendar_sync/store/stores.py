"""All collections of calendar_sync, and what is indexed in them."""

from dataclasses import dataclass

from services.calendar_sync.settings import Settings
from services.calendar_sync.store import (
    busy,
    choices,
    connections,
    ledger,
    mirror_entries,
    mirrors,
    organizations,
    room_bookings,
    rooms,
    staff,
    subjects,
)
from shared import mongo, oauth_attempts
from shared.messaging.relay import Relay
from shared.oauth_attempts import Attempts


@dataclass(frozen=True)
class Stores:
    """All collections of this service."""

    connections: connections.Connections
    attempts: Attempts
    mirrors: mirrors.Mirrors
    busy: busy.BusyTimes
    ledger: ledger.Ledger
    proposals: subjects.Proposals
    appointments: subjects.Appointments
    staff: staff.StaffDirectory
    organizations: organizations.Organizations
    rooms: rooms.RoomDirectories
    room_bookings: room_bookings.RoomBookings
    choices: choices.CalendarChoices

    @classmethod
    def of(cls, client: mongo.Client, database: mongo.Database, settings: Settings, relay: Relay) -> "Stores":
        ring = settings.data_ring
        return cls(
            connections=connections.Connections(database["connections"], ring, relay),
            attempts=Attempts(database[oauth_attempts.COLLECTION], ring, lifetime=settings.state_lifetime),
            mirrors=mirrors.Mirrors(client, database["mirrors"], database["mirror_entries"], ring),
            busy=busy.BusyTimes(database["busy_times"], relay),
            ledger=ledger.Ledger(database["ledger"], relay),
            proposals=subjects.Proposals(database["proposals"]),
            appointments=subjects.Appointments(database["appointments"], ring),
            staff=staff.StaffDirectory(database["staff"]),
            organizations=organizations.Organizations(database["organizations"]),
            rooms=rooms.RoomDirectories(database["room_directories"], relay),
            room_bookings=room_bookings.RoomBookings(database["ledger"], database["room_answers"], relay),
            choices=choices.CalendarChoices(database["connections"]),
        )

    @property
    def indexes(self) -> dict[mongo.Collection, list[mongo.IndexModel]]:
        return {
            self.connections.collection: list(connections.INDEXES),
            self.attempts.collection: list(oauth_attempts.INDEXES),
            self.mirrors.collection: list(mirrors.INDEXES),
            self.mirrors.entries: list(mirror_entries.INDEXES),
            self.busy.collection: list(busy.INDEXES),
            self.ledger.collection: [*ledger.INDEXES, *room_bookings.LEDGER_INDEXES],
            self.proposals.collection: list(subjects.PROPOSAL_INDEXES),
            self.appointments.collection: list(subjects.APPOINTMENT_INDEXES),
            self.staff.collection: list(staff.INDEXES),
            self.organizations.collection: list(organizations.INDEXES),
            self.rooms.collection: list(rooms.INDEXES),
            self.room_bookings.answers: list(room_bookings.ANSWER_INDEXES),
        }
