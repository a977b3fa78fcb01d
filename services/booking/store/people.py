"""Projections of organizations, staff, their connections and their busy time. Each part keeps the newest event's
version, so that events may come in any order.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.booking.model.people import Link, Organization, Staff
from services.booking.model.spans import Span
from shared import clock, due
from shared.contracts.people import Person
from shared.contracts.zoom_issuer import ZoomBudgetExhausted
from shared.due import Lease
from shared.mongo import ASCENDING, Collection, Database, Document, IndexModel
from shared.projection import keep_newest

_TIME_TO_REGRET = timedelta(hours=1)
"""Between a change of settings and the first look for guests who are kept too long: a slip erases nothing (X5)."""


class PeopleStore:
    """``organizations`` are due rows where guests are kept for some days only (X5). ``staff`` holds one document per
    staff member, ``busy_months`` one per staff member and UTC month.
    """

    def __init__(self, database: Database) -> None:
        self.organizations: Collection = database["organizations"]
        self.staff: Collection = database["staff"]
        self.busy_months: Collection = database["busy_months"]
        self.zoom_budgets: Collection = database["zoom_budgets"]
        self.indexes: dict[Collection, list[IndexModel]] = {
            self.organizations: [due.INDEX],
            self.staff: [IndexModel([("organization_id", ASCENDING)], name="organization")],
            self.zoom_budgets: [],
            self.busy_months: [IndexModel([("staff_id", ASCENDING)], name="staff")],
        }

    async def organization(self, organization_id: str) -> Organization | None:
        row = await self.organizations.find_one({"_id": organization_id, "name": {"$exists": True}})
        if row is None:
            return None
        account = (row.get("zoom_account") or {}).get("linked", False)
        return Organization.model_validate({**row, "organization_id": row["_id"], "has_zoom_account": account})

    async def staff_of(self, organization_id: str, staff_ids: Sequence[str]) -> dict[str, Staff]:
        """Those of the organization, by id; others are not answered."""
        if not staff_ids:
            return {}
        query = {"_id": {"$in": list(staff_ids)}, "organization_id": organization_id, "profile": {"$ne": None}}
        rows = await self.staff.find(query).to_list(None)
        return {row["_id"]: _staff(row) for row in rows}

    async def addresses(self, organization_id: str) -> set[str]:
        """Of all staff who are not disabled, in small letters."""
        query = {"organization_id": organization_id, "profile.disabled": False}
        rows = await self.staff.find(query, {"profile.email": 1}).to_list(None)
        return {row["profile"]["email"].casefold() for row in rows}

    async def busy(self, staff_ids: Sequence[str], months: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Bitsets by staff id and month."""
        ids = [f"{staff_id}/{month}" for staff_id in staff_ids for month in months]
        rows = await self.busy_months.find({"_id": {"$in": ids}}).to_list(None)
        found: dict[str, dict[str, bytes]] = {staff_id: {} for staff_id in staff_ids}
        for row in rows:
            found[row["staff_id"]][row["month"]] = bytes(row["bits"])
        return found

    async def keep_organization(self, organization: Organization, version: int) -> None:
        state = organization.model_dump(exclude={"organization_id", "has_zoom_account"})
        look_at = clock.now() + _TIME_TO_REGRET if organization.retention_days else None
        state |= {"version": version, "due_at": look_at}
        await keep_newest(self.organizations, organization.organization_id, state, version)

    async def look_again(self, lease: Lease, at: datetime) -> None:
        """For guests who are kept too long; a setting that came meanwhile has its own time."""
        which = {**lease.held, "version": lease.row["version"]}
        await self.organizations.update_one(which, {"$set": {"due_at": at}})

    async def keep_zoom_account(self, organization_id: str, version: int, *, linked: bool) -> None:
        state = {"zoom_account": {"linked": linked, "version": version}}
        await keep_newest(self.organizations, organization_id, state, version, at="zoom_account.version")

    async def keep_profile(
        self, staff_id: str, organization_id: str, person: Person, *, disabled: bool, version: int
    ) -> None:
        profile = {**person.model_dump(), "disabled": disabled, "version": version}
        await self._keep(staff_id, "profile", version, {"profile": profile, "organization_id": organization_id})

    async def keep_zoom(self, staff_id: str, zoom_user_id: str | None, version: int) -> None:
        await self._keep(staff_id, "zoom", version, {"zoom": {"user_id": zoom_user_id, "version": version}})

    async def zoom_user_of(self, staff_id: str) -> str | None:
        row = await self.staff.find_one({"_id": staff_id}, {"zoom": 1})
        return ((row or {}).get("zoom") or {}).get("user_id")

    async def keep_calendar(self, staff_id: str, provider: str, link: Link, version: int) -> None:
        """A calendar that was disconnected is read anew before its copy counts again."""
        place = f"calendars.{provider}"
        await self._keep(staff_id, place, version, {place: {"link": link, "version": version}})
        if link is Link.NONE:
            left = await self.staff.find_one({"_id": staff_id}, {"calendars": 1})
            if left is not None and _link(left) is Link.NONE:
                await self.staff.update_one({"_id": staff_id}, {"$unset": {"busy": ""}})
                await self.busy_months.delete_many({"staff_id": staff_id})

    async def keep_busy(
        self,
        staff_id: str,
        months: Mapping[str, bytes],
        read_at: datetime,
        window: Span,
        version: int,
    ) -> None:
        """The months first: a copy that counts as read holds all that was read. Months that are over go."""
        await asyncio.gather(
            *(
                keep_newest(
                    self.busy_months,
                    f"{staff_id}/{month}",
                    {"staff_id": staff_id, "month": month, "bits": bits, "version": version},
                    version,
                )
                for month, bits in months.items()
            )
        )
        busy = {
            "read_at": read_at,
            "window_start_at": window.start_at,
            "window_end_at": window.end_at,
            "version": version,
        }
        await self._keep(staff_id, "busy", version, {"busy": busy})
        over = {"staff_id": staff_id, "month": {"$lt": window.months()[0]}}
        await self.busy_months.delete_many(over)

    async def keep_zoom_budget(self, spent: ZoomBudgetExhausted, version: int) -> None:
        state = {**spent.model_dump(include={"resets_at", "same_day_left"}), "version": version}
        await keep_newest(self.zoom_budgets, spent.zoom_user_id, state, version)

    async def zoom_budget_is_spent(self, zoom_user_id: str, start_at: datetime, now: datetime) -> bool:
        """Whether nothing can be asked of this Zoom user for a meeting with this start before the reset (C4)."""
        row = await self.zoom_budgets.find_one({"_id": zoom_user_id, "resets_at": {"$gt": now}})
        return row is not None and not (row["same_day_left"] and start_at < row["resets_at"])

    async def _keep(self, staff_id: str, place: str, version: int, state: Mapping[str, Any]) -> None:
        await keep_newest(self.staff, staff_id, state, version, at=f"{place}.version")


def _link(row: Document) -> Link:
    """A calendar that works outdoes a broken one."""
    links = {Link(state["link"]) for state in row.get("calendars", {}).values()}
    return next((link for link in (Link.CONNECTED, Link.BROKEN) if link in links), Link.NONE)


def _provider(row: Document) -> str | None:
    """Of the newest link that stands."""
    links = {name: state for name, state in row.get("calendars", {}).items() if Link(state["link"]) is not Link.NONE}
    return max(links, key=lambda name: int(links[name]["version"]), default=None)


def _staff(row: Document) -> Staff:
    profile, busy = row["profile"], row.get("busy") or {}
    return Staff(
        staff_id=row["_id"],
        organization_id=row["organization_id"],
        person=Person(name=profile["name"], email=profile["email"], kana=profile["kana"]),
        disabled=profile["disabled"],
        zoom_user_id=(row.get("zoom") or {}).get("user_id"),
        calendar=_link(row),
        calendar_provider=_provider(row),
        busy_read_at=busy.get("read_at"),
        window_start_at=busy.get("window_start_at"),
        window_end_at=busy.get("window_end_at"),
    )
