"""What organizations may have by webhook is heard by notifier (X1)."""

from deploy.events.wiring import read_wiring
from shared.contracts.catalogue import for_webhooks


def test_every_event_that_is_offered_reaches_notifier() -> None:
    """A new event is heard there (``services/notifier/webhook_subscribers.py``) or declared with ``webhooks=False``."""
    consumers = read_wiring().consumers
    assert [
        event.__name__ for event in for_webhooks().values() if "notifier" not in consumers.get(event.__name__, ())
    ] == []
