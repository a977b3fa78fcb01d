"""Rows of zoom_issuer: one meeting per appointment. Join URL and passcode are encrypted at rest (G26)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.zoom_issuer.model import Actual, Attempt, MeetingRow, Status, Wanted
from services.zoom_issuer.providers import Meeting
from shared import clock, due
from shared.contracts.envelope import Cause, CloudEvent
from shared.contracts.sealed import MeetingSecrets
from shared.crypto import KeyRing
from shared.due import Lease
from shared.erasing import AT_REST, FOREVER
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, DuplicateKeyError, IndexModel
from shared.projection import keep_newest

Events = Sequence[CloudEvent[Any]]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_OF_A_CHANGE = ("attempt", "unsure", "gathering_since")


class MeetingStore:
    """``meetings``: ``_id`` is the appointment's id. A row's ``wanted`` only moves to higher revisions."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.meetings: Collection = database["meetings"]
        self.organizations: Collection = database["organizations"]
        self._ring = ring
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.meetings: [
                due.INDEX,
                outbox.INDEX,
                IndexModel(
                    [("waits_for_staff", ASCENDING)],
                    name="waits_for_staff",
                    partialFilterExpression={"waits_for_staff": {"$gt": ""}},
                ),
                IndexModel([("actual.connection_id", ASCENDING)], name="stands_on"),
                IndexModel([("leftovers.connection_id", ASCENDING)], name="left_on"),
            ],
            self.organizations: [],
        }

    async def want(self, appointment_id: str, organization_id: str, wanted: Wanted, cause: Cause) -> bool:
        """Follow a newer revision; answers whether it was newer. The row is due at once."""
        now = clock.now()
        state = {
            "organization_id": organization_id,
            "wanted": vars(wanted),
            "cause": vars(cause),
            "ends_at": wanted.end_at,
            "heard_at": now,
            "due_at": now,
            "tries": 0,
        }
        beside = {
            "$setOnInsert": {"status": Status.PENDING, "generation": 1, "version": 0},
            "$unset": dict.fromkeys(("waits_for_staff", "announced", "alarmed", "given_up"), ""),
        }
        return await keep_newest(
            self.meetings, appointment_id, state, wanted.revision, at="wanted.revision", beside=beside
        )

    async def of(self, organization_id: str, appointment_ids: Sequence[str]) -> list[MeetingRow]:
        which = {"_id": {"$in": list(appointment_ids)}, "organization_id": organization_id}
        return [row_of(row) for row in await self.meetings.find(which).to_list(None)]

    async def erase(self, appointment_id: str, organization_id: str) -> tuple[bool, bool]:
        """Nothing but the id stays (X5), which was there or is heard of later; false while something is under way.
        Second, whether the meeting stands at Zoom.
        """
        erased = {"_id": appointment_id, "wanted.revision": FOREVER}
        nothing = Wanted(FOREVER, False, True, "", "", _LONG_AGO, 1, "UTC", _LONG_AGO)
        bare = {
            "organization_id": organization_id,
            "wanted": vars(nothing),
            "cause": vars(Cause.outside()),
            "status": Status.NONE,
            "generation": 1,
            "version": 0,
        }
        which = {"_id": appointment_id, "wanted.revision": {"$ne": FOREVER}, "leftovers.0": {"$exists": False}}
        try:
            before = await self.meetings.find_one_and_replace({**which, **AT_REST}, bare, upsert=True)
        except DuplicateKeyError:
            return await self.meetings.find_one(erased, {"_id": 1}) is not None, False
        return True, bool(before and before.get("actual"))

    async def begin_attempt(self, lease: Lease, attempt: Attempt) -> bool:
        """Write down that a create goes out, before it does: whoever finds this row later looks before repeating."""
        return await self._write(lease, {"$set": {"attempt": vars(attempt)}, "$addToSet": {"tokens": attempt.token}})

    async def forget_attempt(self, lease: Lease) -> bool:
        """The create surely did nothing."""
        return await self._write(lease, {"$unset": {"attempt": ""}})

    async def begin_update(self, lease: Lease) -> bool:
        """Write down that a change goes out: unless it is answered, what stands at Zoom is not surely known."""
        return await self._write(lease, {"$set": {"unsure": True}})

    async def forget_update(self, lease: Lease) -> bool:
        """The change surely did nothing."""
        return await self._write(lease, {"$unset": {"unsure": ""}})

    async def keep(self, lease: Lease, actual: Actual | None, meeting: Meeting | None = None) -> bool:
        """What stands at Zoom now, known for sure."""
        if actual is None:
            gone = dict.fromkeys(("actual", "unsure", "attempt", "secrets", "gathering_since"), "")
            return await self._write(lease, {"$unset": gone, "$inc": {"generation": 1}})
        change: dict[str, Any] = {"$set": {"actual": vars(actual)}, "$unset": dict.fromkeys(_OF_A_CHANGE, "")}
        if meeting is not None:
            change["$set"]["secrets"] = self._seal(lease.row["_id"], meeting)
            change["$addToSet"] = {
                "hosted": {"connection_id": actual.connection_id, "host_user_id": actual.host_user_id}
            }
        return await self._write(lease, change)

    async def retire(self, lease: Lease) -> bool:
        """The meeting is not wanted any more, or not on this host: it goes once another stands, if one is wanted."""
        change = {
            "$push": {"leftovers": lease.row["actual"]},
            "$unset": {"actual": "", "unsure": "", "attempt": "", "secrets": ""},
            "$inc": {"generation": 1},
        }
        return await self._write(lease, change)

    async def adopt(self, lease: Lease, link_generation: int) -> bool:
        """The meeting as it stands serves this generation of the link."""
        return await self._write(lease, {"$set": {"actual.link_generation": link_generation}})

    async def drop_leftover(self, lease: Lease, meeting_id: str) -> bool:
        return await self._write(lease, {"$pull": {"leftovers": {"meeting_id": meeting_id}}})

    async def hold(self, lease: Lease, row: MeetingRow, until: datetime, calls: Sequence[Document]) -> None:
        """Go on with this revision later, without a word to anybody."""
        since = row.gathering_since or row.heard_at
        await self.meetings.update_one(
            {**lease.held, "wanted.revision": row.wanted.revision},
            {"$set": {"due_at": until, "calls": list(calls), "gathering_since": since}},
        )

    async def settle(
        self, lease: Lease, revision: int, state: Mapping[str, Any], events: Events
    ) -> list[outbox.Entry] | None:
        """Say how a revision ended, and hand the row back with that where nothing is due any more; it stays due where a
        newer one came meanwhile, where a double was found, and where Zoom is to be asked how the meeting stands. None
        in ``state`` removes.
        """
        waiting = outbox.entries(events)
        gone = {name: "" for name, value in state.items() if value is None}
        change = {
            "$set": {name: value for name, value in state.items() if value is not None},
            **({"$unset": gone} if gone else {}),
            "$inc": {"version": 1},
            "$push": outbox.push(waiting),
        }
        held = {**lease.held, "wanted.revision": revision}
        if "due_at" in gone:
            rests = {**change, "$unset": {**gone, **due.HAND_BACK}}
            lease.handed_back = (await self.meetings.update_one({**held, **_quiet(lease)}, rests)).matched_count == 1
            if lease.handed_back:
                return waiting
        row = await self.meetings.find_one_and_update(held, change, return_document=AFTER)
        if row is not None and row.get("due_at") is None and _has_more_to_do(row, lease):
            await self.meetings.update_one(lease.held, {"$set": {"due_at": clock.now()}})
        return waiting if row is not None else None

    async def wake_waiting_for(self, organization_id: str, staff_id: str | None = None) -> list[str]:
        """Rows that waited for this person's connection, or for anything of the organization's, are due now."""
        which = {"organization_id": organization_id, "waits_for_staff": staff_id or {"$gt": ""}}
        rows = await self.meetings.find(which, {"_id": 1}).to_list(None)
        await self.meetings.update_many(
            which, {"$set": {"due_at": clock.now(), "tries": 0}, "$unset": {"waits_for_staff": ""}}
        )
        return [row["_id"] for row in rows]

    async def count_waiting_for(self, organization_id: str, staff_id: str) -> int:
        return await self.meetings.count_documents({"organization_id": organization_id, "waits_for_staff": staff_id})

    async def standing_on(self, connection_id: str) -> list[Document]:
        """Rows whose meeting was made through this connection."""
        return await self.meetings.find({"actual.connection_id": connection_id}).to_list(None)

    async def unfinished_on(self, connection_id: str, since: datetime) -> bool:
        """Whether something of this connection is still to be looked for or deleted; not where it was given up."""
        either = [{"leftovers.connection_id": connection_id}, {"attempt.connection_id": connection_id}]
        return await self.meetings.find_one({"$or": either, "due_at": {"$gt": since}}, {"_id": 1}) is not None

    def secrets(self, row: Document) -> MeetingSecrets:
        text = self._ring.decrypt(row["secrets"], place=f"meetings/{row['_id']}/secrets")
        return MeetingSecrets.model_validate_json(text)

    async def get(self, appointment_id: str) -> Document | None:
        return await self.meetings.find_one({"_id": appointment_id})

    async def save_organization(
        self, organization_id: str, allow_basic: bool, version: int, *, count_deletions: bool = False
    ) -> bool:
        """Answers whether it was news."""
        state = {"allow_zoom_basic": allow_basic, "count_deletions": count_deletions, "version": version}
        return await keep_newest(self.organizations, organization_id, state, version)

    async def allows_basic(self, organization_id: str) -> bool:
        row = await self.organizations.find_one({"_id": organization_id})
        return True if row is None else bool(row["allow_zoom_basic"])

    async def counts_deletions(self, organization_id: str) -> bool:
        row = await self.organizations.find_one({"_id": organization_id})
        return bool(row and row.get("count_deletions"))

    def _seal(self, appointment_id: str, meeting: Meeting) -> str:
        secrets = MeetingSecrets(join_url=meeting.join_url, meeting_id=meeting.meeting_id, passcode=meeting.passcode)
        return self._ring.encrypt(secrets.model_dump_json().encode(), place=f"meetings/{appointment_id}/secrets")

    async def _write(self, lease: Lease, change: dict[str, Any]) -> bool:
        row = await self.meetings.find_one_and_update(lease.held, change, return_document=AFTER)
        if row is None:
            return False
        lease.row.clear()
        lease.row.update(row)
        return True


def _quiet(lease: Lease) -> Document:
    """The filter for a row to which nothing came while the lease was held, and of which nothing is suspected."""
    seen = len(lease.row.get("leftovers", []))
    return {"suspected": {"$ne": True}, f"leftovers.{seen}": {"$exists": False}}


def _has_more_to_do(row: Document, lease: Lease) -> bool:
    """What came while the lease was held."""
    found = len(row.get("leftovers", [])) > len(lease.row.get("leftovers", []))
    return found or (row.get("suspected", False) and row_of(row).stands)


def row_of(document: Document) -> MeetingRow:
    attempt, actual = document.get("attempt"), document.get("actual")
    wanted = Wanted(**document["wanted"])
    return MeetingRow(
        appointment_id=document["_id"],
        organization_id=document["organization_id"],
        wanted=wanted,
        heard_at=document.get("heard_at", wanted.confirmed_at),
        actual=Actual(**actual) if actual else None,
        unsure=document.get("unsure", False),
        attempt=Attempt(**attempt) if attempt else None,
        leftovers=tuple(Actual(**one) for one in document.get("leftovers", [])),
        generation=document["generation"],
        version=document["version"],
        tries=document.get("tries", 0),
        error=document.get("error"),
        announced_meeting=document.get("announced_meeting"),
        announced_revision=document.get("announced_revision", 0),
        announced_error=document.get("announced"),
        announced_retry_at=document.get("announced_retry_at"),
        alarmed=document.get("alarmed", False),
        gathering_since=document.get("gathering_since"),
    )


def cause_of(document: Document) -> Cause:
    return Cause(**document["cause"])
