"""All events of all publishers: whoever needs the whole catalogue asks here, so that none is missing."""

from shared.contracts import booking, calendar_sync, gateway, notifier, reminder_scheduler, retelling, zoom_issuer
from shared.contracts.envelope import EventData

_PUBLISHERS = (gateway, booking, zoom_issuer, calendar_sync, notifier, reminder_scheduler)
_APART = (retelling,)
"""Further events of theirs."""
PUBLISHERS = tuple(module.__name__.rpartition(".")[2] for module in _PUBLISHERS)


def catalogue() -> list[type[EventData]]:
    """All events by publisher: those of its own module first, each module's in the order of their declaration."""
    return sorted(EventData.catalogue.values(), key=_place)


def _place(event: type[EventData]) -> tuple[int, bool, str]:
    """Whichever module was imported first."""
    publisher, module = event.publisher(), event.__module__.rpartition(".")[2]
    return PUBLISHERS.index(publisher), module != publisher, module


def for_webhooks() -> dict[str, type[EventData]]:
    """What organizations may have by webhook, by its name: the routing key (X1)."""
    return {event.routing_key: event for event in catalogue() if event.webhooks}
