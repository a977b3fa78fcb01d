"""Staff, one document each: profile, password hash, invitation, remembered defaults, folded search text, outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.gateway.model import CalendarView, Defaults, InvitationMail, MailState, Role, Staff
from services.gateway.search_text import filters_for, folded, index_of
from shared.contracts.envelope import CloudEvent
from shared.messaging import outbox
from shared.mongo import AFTER, ASCENDING, Collection, Database, Document, IndexModel, Session

_READ = {outbox.FIELD: 0, "search": 0, "invitation_hash": 0}


@dataclass(frozen=True)
class Credentials:
    """What signing in compares."""

    staff: Staff
    password_hash: str


def _staff(row: Document) -> Staff:
    linked = row.get("calendars") or {}
    calendar = next((provider for provider, link in sorted(linked.items()) if link["linked"]), None)
    has_password = bool(row.get("password_hash"))
    return Staff.model_validate({**row, "id": row["_id"], "calendar": calendar, "has_password": has_password})


def _row(staff: Staff) -> Document:
    """The profile as stored; ``calendars`` is written only by what calendar_sync says."""
    apart = {"id", "calendar", "defaults", "building_ids", "calendar_view", "has_password", "invitation"}
    profile = staff.model_dump(mode="json", exclude=apart)
    search = index_of(staff.name, staff.kana, staff.email)
    return {**profile, "email_key": email_key(staff.email), "search": search}


def _invitation(staff: Staff, token_hash: str | None) -> Document:
    """What a new invitation writes."""
    if staff.invitation is None or token_hash is None:
        return {}
    return {"invitation": staff.invitation.model_dump(), "invitation_hash": token_hash}


def email_key(email: str) -> str:
    """Addresses that differ in case or width are one."""
    return folded(email)


class StaffStore:
    """``version`` grows with every change of the profile and is the aggregate's version of its events."""

    def __init__(self, database: Database) -> None:
        self.staff: Collection = database["staff"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.staff: [
                outbox.INDEX,
                IndexModel([("email_key", ASCENDING)], name="email_key", unique=True),
                IndexModel([("guidance_of", ASCENDING)], name="guidance_of", sparse=True),
                IndexModel([("organization_id", ASCENDING), ("_id", ASCENDING)], name="organization"),
                IndexModel([("invitation_hash", ASCENDING)], name="invitation", unique=True, sparse=True),
            ]
        }

    async def find(self, staff_id: str) -> Staff | None:
        row = await self.staff.find_one({"_id": staff_id}, _READ)
        return _staff(row) if row else None

    async def find_in(self, organization_id: str, staff_id: str) -> Staff | None:
        row = await self.staff.find_one({"_id": staff_id, "organization_id": organization_id}, _READ)
        return _staff(row) if row else None

    async def invited(self, token_hash: str, now: datetime) -> Staff | None:
        """Whose invitation this is, as long as it holds."""
        query = {"invitation_hash": token_hash, "invitation.expires_at": {"$gt": now}, "disabled": False}
        row = await self.staff.find_one(query, _READ)
        return _staff(row) if row else None

    async def credentials_of(self, email: str) -> Credentials | None:
        row = await self.staff.find_one({"email_key": email_key(email), "disabled": False})
        return Credentials(_staff(row), row["password_hash"]) if row and row.get("password_hash") else None

    async def by_email(self, organization_id: str, email: str) -> Staff | None:
        """Whose address this is to the letter, but for case: whoever says so elsewhere may not mean one alike."""
        query = {"email_key": email_key(email), "organization_id": organization_id}
        row = await self.staff.find_one(query, _READ)
        staff = _staff(row) if row else None
        return staff if staff is not None and staff.email.lower() == email.lower() else None

    async def password_of(self, staff_id: str) -> str:
        row = await self.staff.find_one({"_id": staff_id}, {"password_hash": 1})
        return str(row["password_hash"]) if row and row.get("password_hash") else ""

    async def known_among(self, organization_id: str, staff_ids: Sequence[str]) -> set[str]:
        query = {"_id": {"$in": list(staff_ids)}, "organization_id": organization_id}
        rows = await self.staff.find(query, {"_id": 1}).to_list(None)
        return {row["_id"] for row in rows}

    async def names_of(self, organization_id: str, staff_ids: Sequence[str]) -> dict[str, str]:
        """By id, of those that the organization has."""
        query = {"_id": {"$in": list(staff_ids)}, "organization_id": organization_id}
        rows = await self.staff.find(query, {"name": 1}).to_list(None) if staff_ids else []
        return {row["_id"]: row["name"] for row in rows}

    async def those(self, organization_id: str, staff_ids: Iterable[str]) -> dict[str, Staff]:
        """By id, of those that the organization has."""
        query = {"_id": {"$in": list(staff_ids)}, "organization_id": organization_id}
        return {row["_id"]: _staff(row) for row in await self.staff.find(query, _READ).to_list(None)}

    async def search(
        self, organization_id: str, words: str, *, after: str, limit: int, disabled: bool | None = None
    ) -> list[Staff]:
        """In the order of joining; ``after`` is the id before the first one wanted. ``disabled`` chooses one kind."""
        query: Document = {"organization_id": organization_id, "_id": {"$gt": after}}
        if disabled is not None:
            query["disabled"] = disabled
        if conditions := filters_for(words):
            query["$and"] = conditions
        rows = await self.staff.find(query, _READ).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [_staff(row) for row in rows]

    async def insert(
        self,
        staff: Staff,
        password_hash: str,
        events: Sequence[CloudEvent[Any]],
        session: Session | None = None,
        *,
        invitation_hash: str | None = None,
    ) -> list[outbox.Entry]:
        """Raises ``DuplicateKeyError`` where the address is taken."""
        waiting = outbox.entries(events)
        row = {
            "_id": staff.id,
            **_row(staff),
            "defaults": staff.defaults.model_dump(mode="json"),
            "password_hash": password_hash,
            **_invitation(staff, invitation_hash),
            outbox.FIELD: waiting,
        }
        await self.staff.insert_one(row, session=session)
        return waiting

    async def save(
        self,
        known: Staff,
        changed: Staff,
        events: Sequence[CloudEvent[Any]],
        *,
        password_hash: str | None = None,
        invitation_hash: str | None = None,
        session: Session | None = None,
    ) -> list[outbox.Entry] | None:
        """Write unless somebody was faster (then None); raises ``DuplicateKeyError`` where the address is taken.

        An invitation stays as it is unless ``changed`` has none or ``invitation_hash`` brings another.
        """
        waiting = outbox.entries(events)
        fields = _row(changed)
        if changed.defaults != known.defaults:
            fields |= {"defaults": changed.defaults.model_dump(mode="json"), "guidance_of": None}
        if password_hash is not None:
            fields["password_hash"] = password_hash
        fields |= _invitation(changed, invitation_hash)
        update: Document = {"$set": fields, "$push": outbox.push(waiting)}
        if changed.invitation is None:
            update["$unset"] = {"invitation": "", "invitation_hash": ""}
        result = await self.staff.update_one({"_id": known.id, "version": known.version}, update, session=session)
        return waiting if result.modified_count else None

    async def other_admins(self, organization_id: str, staff_id: str, session: Session) -> int:
        """Those who can sign in; who was invited and never came is none."""
        query = {
            "organization_id": organization_id,
            "_id": {"$ne": staff_id},
            "role": Role.ADMIN.value,
            "disabled": False,
            "password_hash": {"$gt": ""},
        }
        return await self.staff.count_documents(query, session=session)

    async def remember(self, staff_id: str, defaults: Defaults, chosen: set[str], proposal_id: str = "") -> None:
        """Keep only what was chosen; nobody else needs to know, so neither version nor event. ``proposal_id`` is for
        whose guest the guidance was written.
        """
        values = {f"defaults.{name}": value for name, value in defaults.model_dump(mode="json", include=chosen).items()}
        if "guidance" in chosen:
            values["guidance_of"] = proposal_id or None
        if values:
            await self.staff.update_one({"_id": staff_id}, {"$set": values})

    async def forget_guidance(self, proposal_ids: Sequence[str]) -> None:
        """What was written to a guest who is erased is offered no more (X5)."""
        gone: Document = {"$set": {"defaults.guidance": "", "guidance_of": None}}
        await self.staff.update_many({"guidance_of": {"$in": list(proposal_ids)}}, gone)

    async def choose_buildings(self, staff_id: str, building_ids: Sequence[str]) -> None:
        """Nobody else needs to know, so neither version nor event."""
        await self.staff.update_one({"_id": staff_id}, {"$set": {"building_ids": list(building_ids)}})

    async def uninvited(self, organization_id: str, now: datetime, *, limit: int) -> list[Staff]:
        """Whose link holds but never went out."""
        query = {
            "organization_id": organization_id,
            "disabled": False,
            "invitation.mail.state": MailState.FAILED.value,
            "invitation.expires_at": {"$gt": now},
        }
        rows = await self.staff.find(query, _READ).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [_staff(row) for row in rows]

    async def tell_of_invitation(self, staff_id: str, revision: int, mail: InvitationMail) -> bool:
        """Keep what was said of the mail of that revision's link: its end for good, else the newest; answers whether
        it was news.
        """
        place = "invitation.mail"
        waiting: Document = {f"{place}.state": MailState.WAITING.value}
        if mail.state is MailState.WAITING:
            waiting[f"{place}.told_at"] = {"$lt": mail.told_at}
        query = {"_id": staff_id, "invitation.revision": revision, "$or": [{place: None}, waiting]}
        result = await self.staff.update_one(query, {"$set": {place: mail.model_dump()}})
        return bool(result.modified_count)

    async def choose_calendar_view(self, staff_id: str, view: CalendarView) -> None:
        """Nobody else needs to know, so neither version nor event."""
        await self.staff.update_one({"_id": staff_id}, {"$set": {"calendar_view": view.value}})

    async def set_calendar(self, staff_id: str, provider: str, version: int, *, linked: bool) -> bool:
        """Keep the newest of what calendar_sync said about one provider; answers whether it was news."""
        place = f"calendars.{provider}"
        row = await self.staff.find_one_and_update(
            {"_id": staff_id, "$or": [{place: None}, {f"{place}.version": {"$lt": version}}]},
            {"$set": {place: {"linked": linked, "version": version}}},
            projection={"_id": 1},
            return_document=AFTER,
        )
        return row is not None
