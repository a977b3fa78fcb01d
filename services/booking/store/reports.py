"""What the other services report, kept beside the state of proposals and appointments: the newest word on each thing
wins, whatever order the events come in.
"""

from collections.abc import Mapping
from typing import Any

from services.booking.model.appointment import KnownMeeting
from services.booking.model.effects import Report
from shared.mongo import Collection, UpdateOne


async def keep(collection: Collection, document_id: str, key: str, report: Report) -> bool:
    """Answers whether this was news about a document of ours."""
    return await keep_all(collection, {"_id": document_id}, {key: report})


async def keep_all(collection: Collection, which: Mapping[str, Any], told: Mapping[str, Report]) -> bool:
    """Several reports about one document; mostly all are news, and one update takes them."""
    if not told:
        return False
    news = {f"reports.{key}.order": {"$not": {"$gte": report.order}} for key, report in told.items()}
    change = {"$set": {f"reports.{key}": report.model_dump() for key, report in told.items()}}
    if (await collection.update_one({**which, **news}, change)).matched_count:
        return True
    if len(told) == 1:
        return False
    writes = [
        UpdateOne(
            {**which, f"reports.{key}.order": {"$not": {"$gte": report.order}}},
            {"$set": {f"reports.{key}": report.model_dump()}},
        )
        for key, report in told.items()
    ]
    result = await collection.bulk_write(writes, ordered=False)
    return bool(result.matched_count)


async def keep_meeting(collection: Collection, appointment_id: str, meeting: KnownMeeting) -> bool:
    result = await collection.update_one(
        {"_id": appointment_id, "meeting.order": {"$not": {"$gte": meeting.order}}},
        {"$set": {"meeting": meeting.model_dump()}},
    )
    return bool(result.matched_count)
