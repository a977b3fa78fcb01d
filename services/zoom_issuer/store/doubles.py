"""Meetings that stand at Zoom beside the one that an appointment has: made twice, or deleted and recovered (G10, G13).

Each bears a token of ours at the head of its agenda, whose row knows which meeting is the live one.
"""

import re
from collections.abc import Mapping

from services.zoom_issuer.model import Actual
from services.zoom_issuer.store.sweeps import Sweep
from shared import clock
from shared.mongo import ASCENDING, Collection, Document, IndexModel

INDEX = IndexModel([("tokens", ASCENDING)], name="tokens", partialFilterExpression={"tokens": {"$gt": ""}})
_TOKEN = re.compile(r"\[chosei:[0-9a-f]{20}\]")


class Doubles:
    """The same collection as ``MeetingStore``'s; appointments that are over are left alone."""

    def __init__(self, meetings: Collection) -> None:
        self._meetings = meetings

    async def set_apart(self, sweep: Sweep, agendas: Mapping[str, str]) -> list[str]:
        """Of these meetings of a Zoom user, by number, have those deleted that are not their rows' own; the ids of the
        rows. While a create is under way nobody knows which one is: then none is touched.
        """
        tokens = {number: found.group() for number, agenda in agendas.items() if (found := _TOKEN.match(agenda))}
        which = {
            "organization_id": sweep.organization_id,
            "tokens": {"$in": sorted(set(tokens.values()))},
            "ends_at": {"$gt": clock.now()},
        }
        apart = []
        for row in await self._meetings.find(which).to_list(None) if tokens else []:
            for number, token in tokens.items():
                if token in row["tokens"] and await self._set_apart(sweep, row, number):
                    apart.append(row["_id"])
        return apart

    async def _set_apart(self, sweep: Sweep, row: Document, number: str) -> bool:
        wanted = row["wanted"]
        double = Actual(
            meeting_id=number,
            connection_id=sweep.connection_id,
            host_staff_id=wanted["host_staff_id"],
            topic=wanted["topic"],
            start_at=wanted["start_at"],
            minutes=wanted["minutes"],
            time_zone=wanted["time_zone"],
            host_user_id=sweep.host_user_id or "",
        )
        is_double = {
            "_id": row["_id"],
            "attempt": None,
            "actual.meeting_id": {"$ne": number},
            "leftovers.meeting_id": {"$ne": number},
        }
        change = {"$push": {"leftovers": vars(double)}, "$inc": {"heard_of_changes": 1}}
        done = await self._meetings.update_one(is_double, change)
        if done.modified_count:
            await self._meetings.update_one({"_id": row["_id"], "due_at": None}, {"$set": {"due_at": clock.now()}})
        return bool(done.modified_count)
