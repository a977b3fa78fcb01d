"""Which meetings stand otherwise at Zoom than they were written, or may (E7, G17): the drift side of ``meetings``."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.zoom_issuer.drift import MeetingDrift, Suspicion, Unproved, as_found
from services.zoom_issuer.drift_series import taking_place
from services.zoom_issuer.model import Actual
from shared import clock, mongo
from shared.contracts.envelope import CloudEvent
from shared.drift import EntryState, KnownDrift, OccurrenceState
from shared.due import Lease
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Document, IndexModel

INDEXES = [
    IndexModel(
        [("actual.meeting_id", ASCENDING)],
        name="by_meeting",
        partialFilterExpression={"actual.meeting_id": {"$gt": ""}},
    ),
    IndexModel(
        [("actual.connection_id", ASCENDING), ("ends_at", ASCENDING)],
        name="standing",
        partialFilterExpression={"actual.connection_id": {"$gt": ""}},
    ),
]
_HEARD: Document = {"$inc": {"heard_of_changes": 1}}
_SETTLED = dict.fromkeys(("suspected", "look_tries", "missing_since", "unproved", "accepted"), "")


class DriftRows:
    """Only meetings that are wanted, written and not over count."""

    def __init__(self, meetings: Collection) -> None:
        self._meetings = meetings

    async def by_meeting(self, meeting_id: str) -> list[Document]:
        """The rows of a meeting, by Zoom's number of it."""
        which = {"actual.meeting_id": meeting_id, "wanted.exists": True, "ends_at": {"$gt": clock.now()}}
        return await self._meetings.find(which).to_list(None)

    async def hosts(self, host_user_id: str | None = None) -> list[Document]:
        """With whom a meeting of what is not over stands, or stood: what is gone may come back (G13). Each with
        ``organization_id``, ``connection_id``, ``host_user_id``; of one Zoom user where asked.
        """
        stands = {name: f"$actual.{name}" for name in ("connection_id", "host_user_id")}
        steps: list[Document] = [
            {"$match": {"ends_at": {"$gt": clock.now()}}},
            {"$project": {"organization_id": 1, "at": {"$concatArrays": [{"$ifNull": ["$hosted", []]}, [stands]]}}},
            {"$unwind": "$at"},
            {"$match": {"at.connection_id": {"$gt": ""}} | ({"at.host_user_id": host_user_id} if host_user_id else {})},
            {"$group": {"_id": {"organization_id": "$organization_id", "at": "$at"}}},
        ]
        found = await mongo.aggregate(self._meetings, steps)
        return [{"organization_id": row["_id"]["organization_id"], **row["_id"]["at"]} for row in found]

    async def any_of_host(self, connection_id: str, host_user_id: str | None) -> bool:
        """Whether one of what is not over stands with this Zoom user, or stood."""
        place: Document = {"connection_id": connection_id, "host_user_id": host_user_id}
        stands = {f"actual.{name}": value for name, value in place.items()}
        which: Document = {"ends_at": {"$gt": clock.now()}, "$or": [{"hosted": {"$elemMatch": place}}, stands]}
        return await self._meetings.find_one(which, {"_id": 1}) is not None

    async def of_host(self, connection_id: str, host_user_id: str | None) -> list[Document]:
        """Which of them nothing is under way with."""
        quiet = {"attempt": None, "unsure": {"$ne": True}, "actual.host_user_id": host_user_id}
        return await self._meetings.find({**_coming(connection_id), **quiet}).to_list(None)

    async def suspect(self, row_ids: Sequence[str]) -> None:
        """Have Zoom asked how these stand; work that waits for its next try is not hurried."""
        which: Document = {"_id": {"$in": list(row_ids)}, "actual": {"$ne": None}}
        await self._meetings.update_many(which, {"$set": {"suspected": True}, **_HEARD})
        await self._meetings.update_many({**which, "due_at": None}, {"$set": {"due_at": clock.now()}})

    async def count(self, connection_id: str) -> tuple[int, int]:
        """How many are missing that nobody heard of or decided about, and how many are to come at all; each occurrence
        of a series is one.
        """
        missing = coming = 0
        fields = ["actual", "missing_since", "unproved", "drift", "accepted"]
        for row in await self._meetings.find(_coming(connection_id), fields).to_list(None):
            of_series = taking_place(Actual(**row["actual"]))
            coming += max(1, sum(one.end_at is not None and one.end_at > clock.now() for one in of_series))
            if row.get("accepted") is None:
                missing += row.get("missing_since") is not None and row.get("drift") is None
                missing += len((row.get("unproved") or {}).get("originals", ()))
        return missing, coming

    async def decide(self, connection_id: str, *, accept: bool) -> list[str]:
        """What is missing counts as deleted, or is made anew; the ids."""
        gone: list[Document] = [{"missing_since": {"$ne": None}, "drift": None}, {"unproved": {"$ne": None}}]
        rows = await self._meetings.find({**_coming(connection_id), "$or": gone}).to_list(None)
        for row in rows:
            values: Document = {"suspected": True, "due_at": clock.now()}
            if accept:
                values["accepted"] = True
            else:
                values["drift"] = _stored(MeetingDrift(KnownDrift("", "", 0), _without(row), restore=True))
            await self._meetings.update_one({"_id": row["_id"]}, {"$set": values, **_HEARD})
        return [row["_id"] for row in rows]

    async def restore(self, appointment_id: str, drift_id: str) -> bool:
        """Put back what was told under this name, unless that is settled."""
        which = {"_id": appointment_id, "drift.drift_id": drift_id}
        change = {"$set": {"drift.restore": True, "due_at": clock.now()}, **_HEARD}
        return (await self._meetings.update_one(which, change)).modified_count == 1

    async def unsuspect(self, lease: Lease, due_at: datetime | None = None) -> bool:
        """It stands as is known, or nobody can say."""
        return await self._write(lease, {"$unset": {**_SETTLED, **_due(due_at)[0]}, **_due(due_at)[1]})

    async def assure(self, lease: Lease) -> bool:
        """It stands as it was written although others were told otherwise: they are told anew."""
        gone = {**_SETTLED, "drift": ""}
        return await self._write(lease, {"$unset": gone, "$set": {"announced_revision": 0, "due_at": clock.now()}})

    async def stands(self, lease: Lease, actual: Actual) -> bool:
        """More is known of how it stands; unless more is done under this lease, work goes on from there."""
        return await self._write(lease, {"$set": {"actual": vars(actual), "due_at": clock.now()}})

    async def put_off(
        self,
        lease: Lease,
        due_at: datetime | None,
        missing_since: datetime | None = None,
        unproved: Unproved | None = None,
    ) -> bool:
        """Ask again then, or when somebody suspects again."""
        values: Document = {"missing_since": missing_since} if missing_since else {}
        values |= {"unproved": vars(unproved)} if unproved else {}
        gone, there = _due(due_at, values)
        return await self._write(lease, {"$unset": gone, **there, "$inc": {"look_tries": 1}})

    async def tell(
        self, lease: Lease, state: dict[str, Any], events: Sequence[CloudEvent[Any]]
    ) -> list[outbox.Entry] | None:
        """Say what was found; None in ``state`` removes. None where a newer revision or suspicion came meanwhile."""
        waiting = outbox.entries(events)
        change = {
            "$set": {name: value for name, value in state.items() if value is not None},
            "$unset": {name: "" for name, value in state.items() if value is None},
            "$inc": {"version": 1},
            "$push": outbox.push(waiting),
        }
        return waiting if await self._write(lease, change) else None

    async def adopt(self, lease: Lease, actual: Actual, found: EntryState | None) -> bool:
        """Work goes on from how the meeting stands: what was deleted is no more, what was changed is as found."""
        gone: Document = {**_SETTLED, "drift": ""}
        if found is None:
            gone |= dict.fromkeys(("actual", "unsure", "attempt", "secrets"), "")
            return await self._write(lease, {"$unset": gone, "$inc": {"generation": 1}})
        values = {"actual": vars(as_found(actual, found)), "announced_revision": 0}
        return await self._write(lease, {"$unset": gone, "$set": values})

    async def _write(self, lease: Lease, change: dict[str, Any]) -> bool:
        """What was heard or wanted while the lease was held makes the row due again instead."""
        change = {operator: value for operator, value in change.items() if value}
        known = {
            **lease.held,
            "heard_of_changes": lease.row.get("heard_of_changes"),
            "wanted.revision": lease.row["wanted"]["revision"],
        }
        row = await self._meetings.find_one_and_update(known, change, return_document=AFTER)
        if row is None:
            await self._meetings.update_one(lease.held, {"$set": {"due_at": clock.now()}})
            return False
        lease.row.clear()
        lease.row.update(row)
        return True


def suspicion_of(row: Document) -> Suspicion:
    return Suspicion(
        suspected=row.get("suspected", False),
        missing_since=row.get("missing_since"),
        drift=_drift(row.get("drift")),
        accepted=row.get("accepted", False),
        tries=row.get("look_tries", 0),
        unproved=_unproved(row.get("unproved")),
    )


def told(drift: MeetingDrift, missing_since: datetime | None, unproved: Unproved | None) -> dict[str, Any]:
    """The row's state once others hear of this drift; None removes. Of what is unproved Zoom is asked again."""
    state: dict[str, Any] = {**dict.fromkeys(_SETTLED), "drift": _stored(drift), "missing_since": missing_since}
    return state | ({"suspected": True, "unproved": vars(unproved)} if unproved else {})


def _unproved(stored: Document | None) -> Unproved | None:
    return Unproved(stored["since"], tuple(stored["originals"])) if stored else None


def _without(row: Document) -> EntryState | None:
    """How it stands without the occurrences that are missing; None where the whole is."""
    unproved = _unproved(row.get("unproved"))
    if unproved is None or row.get("missing_since") is not None:
        return None
    return EntryState(None, None, None, tuple(OccurrenceState(at, None, None) for at in unproved.originals))


def _stored(drift: MeetingDrift) -> Document:
    return {**asdict(drift.known), "found": asdict(drift.found) if drift.found else None, "restore": drift.restore}


def _drift(stored: Document | None) -> MeetingDrift | None:
    if stored is None:
        return None
    known = KnownDrift(stored["drift_id"], stored["look"], stored["revision"], tuple(stored.get("gone", ())))
    return MeetingDrift(known, _found(stored["found"]), stored["restore"])


def _found(stored: Document | None) -> EntryState | None:
    if stored is None:
        return None
    occurrences = tuple(OccurrenceState(**one) for one in stored.get("occurrences", ()))
    return EntryState(**{**stored, "occurrences": occurrences})


def _due(due_at: datetime | None, values: Document | None = None) -> tuple[Document, Document]:
    """What to unset, and what to set."""
    there = {**(values or {}), **({"due_at": due_at} if due_at else {})}
    return ({} if due_at else {"due_at": ""}), ({"$set": there} if there else {})


def _coming(connection_id: str) -> Document:
    return {"actual.connection_id": connection_id, "wanted.exists": True, "ends_at": {"$gt": clock.now()}}
