"""What each link's person chose of their calendars (V8), kept in the connection's own document."""

from dataclasses import asdict

from services.calendar_sync.model.calendars import CalendarChoice, Loss, LostCalendar
from services.calendar_sync.model.connection import Connection
from shared import clock
from shared.mongo import Collection, Document


class CalendarChoices:
    """A part of the collection ``connections``."""

    def __init__(self, connections: Collection) -> None:
        self._connections = connections

    async def replace(self, seen: Connection, after: CalendarChoice) -> bool:
        """Have ``after`` in place of what was seen; the catching up is due at once. False where it changed meanwhile,
        or the link did.
        """
        which: Document = {
            "_id": seen.connection_id,
            "link": seen.link,
            "calendars.version": seen.calendars.version or None,
        }
        kept = {
            "account": seen.account,
            "busy": list(after.busy),
            "entries": after.entries,
            "names": [list(one) for one in after.names],
            "lost": [asdict(one) for one in after.lost],
            "version": seen.calendars.version + 1,
        }
        change = {"$set": {"calendars": kept, "due_at": clock.now()}}
        return (await self._connections.update_one(which, change)).matched_count == 1


def choice_of(row: Document) -> CalendarChoice:
    """Another account's calendars are none of this one's."""
    kept = row.get("calendars")
    if not kept:
        return CalendarChoice()
    if kept["account"] != row["account"]:
        return CalendarChoice(version=kept["version"])
    return CalendarChoice(
        busy=tuple(kept["busy"]),
        entries=kept["entries"],
        names=tuple((calendar_id, name) for calendar_id, name in kept["names"]),
        lost=tuple(LostCalendar(one["calendar_id"], one["name"], Loss(one["loss"])) for one in kept["lost"]),
        version=kept["version"],
    )
