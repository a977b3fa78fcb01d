"""The caller's own calendar feed in the API (X8)."""

from datetime import datetime

from services.gateway.store.feeds import Feed
from shared.contracts.api.fields import View


class CalendarFeedView(View):
    """Whether there is an address, since when, and when a calendar read it last. ``url`` is told once, when it is made:
    only a hash is kept.
    """

    active: bool
    made_at: datetime | None = None
    last_read_at: datetime | None = None
    url: str | None = None

    @classmethod
    def of(cls, feed: Feed | None, url: str | None = None) -> "CalendarFeedView":
        if feed is None:
            return cls(active=False)
        return cls(active=True, made_at=feed.made_at, last_read_at=feed.read_at, url=url)
