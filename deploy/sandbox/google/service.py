"""Google's parts joined: state, writing, watching. One per world, shared by the provider's routes and ``/inspect``."""

from weakref import WeakKeyDictionary

from deploy.sandbox.accounts import Provider
from deploy.sandbox.google.calendar_list import CalendarLists
from deploy.sandbox.google.channels import Watching
from deploy.sandbox.google.events import EventBook
from deploy.sandbox.google.rooms import ROOM_ZONE, GoogleRooms
from deploy.sandbox.google.state import GoogleCalendar, GoogleState
from deploy.sandbox.world import World


class GoogleService:
    def __init__(self, world: World) -> None:
        self._accounts = world.accounts
        self.state = world.state(GoogleState)
        self.rooms = world.state(GoogleRooms)
        self.watching = Watching(self.state, world.callbacks, world.settings.base_url)
        self.book = EventBook(self.state, self.calendar_of, self.watching.changed, self.rooms)
        self.lists = CalendarLists(self.state, self.calendar_of)

    def calendar_of(self, address: str) -> GoogleCalendar | None:
        """The calendar of this id; a room's and an account's primary one are made on first use. None where none is."""
        calendar = self.state.calendars.get(address.lower())
        if calendar is not None:
            return calendar
        if self.rooms.is_room(address):
            return self.state.calendar(address, ROOM_ZONE)
        account = self._accounts.find(Provider.GOOGLE, address)
        return self.state.calendar(account.email, account.time_zone) if account else None


_services: WeakKeyDictionary[World, GoogleService] = WeakKeyDictionary()


def service_of(world: World) -> GoogleService:
    """The one of this world."""
    found = _services.get(world)
    if found is None:
        found = _services[world] = GoogleService(world)
    return found
