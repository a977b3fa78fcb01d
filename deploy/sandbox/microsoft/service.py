"""Microsoft's parts joined: state, writing, subscriptions. One per world, shared by the routes and ``/inspect``."""

from weakref import WeakKeyDictionary

from deploy.sandbox.accounts import Provider
from deploy.sandbox.microsoft.events import EventBook
from deploy.sandbox.microsoft.rooms import MicrosoftRooms, RoomAnswers
from deploy.sandbox.microsoft.state import Mailbox, MicrosoftState
from deploy.sandbox.microsoft.subscriptions import Subscriptions
from deploy.sandbox.microsoft.throttle import Throttle
from deploy.sandbox.world import World


class MicrosoftService:
    def __init__(self, world: World) -> None:
        self._accounts = world.accounts
        self.state = world.state(MicrosoftState)
        self.subscriptions = Subscriptions(self.state, world.callbacks, self.mailbox_of)
        self.rooms = world.state(MicrosoftRooms)
        answers = RoomAnswers(self.state, self.rooms, self.mailbox_of)
        self.book = EventBook(self.state, self.mailbox_of, self.subscriptions.changed, answers)
        self.throttle = Throttle(self.state, world.settings.latency_s)

    def mailbox_of(self, address_or_id: str) -> Mailbox | None:
        """The mailbox of a Microsoft account or room, made on first use; None for an address without one."""
        mailbox = self.state.mailboxes.get(address_or_id.lower())
        if mailbox is not None:
            return mailbox
        if self.rooms.is_room(address_or_id):
            return self.state.mailboxes.setdefault(address_or_id.lower(), self.rooms.mailbox(address_or_id))
        account = self._accounts.find(Provider.MICROSOFT, address_or_id)
        if account is None:
            return None
        email = account.email.lower()
        fresh = Mailbox(account.id, email, account.name, account.time_zone)
        return self.state.mailboxes.setdefault(email, fresh)


_services: WeakKeyDictionary[World, MicrosoftService] = WeakKeyDictionary()


def service_of(world: World) -> MicrosoftService:
    """The one of this world."""
    found = _services.get(world)
    if found is None:
        found = _services[world] = MicrosoftService(world)
    return found
