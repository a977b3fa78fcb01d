"""A person with a calendar beside the main one, at either provider."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.calendar_sync.model.calendars import MAIN
from shared import clock
from tests.builders import tomorrow_at
from tests.integration.calendar_sync.conftest import PEOPLE, World, patiently
from tests.integration.calendar_sync.test_drift import WRITTEN, facts_of, provider_of, said


@dataclass
class Second:
    """A person with a calendar beside the main one."""

    world: World
    staff_id: str
    calendar_id: str

    @property
    def provider(self) -> str:
        return provider_of(self.staff_id)

    async def add(self, start: Any, end: Any, *, notify: bool = False) -> str:
        """An entry of their own in the second calendar; its id."""
        return await self.world.add_busy(
            self.staff_id, start.isoformat(), end.isoformat(), notify=notify, calendar=self.calendar_id
        )

    async def entries(self, calendar_id: str) -> list[dict[str, Any]]:
        email = PEOPLE[self.staff_id].email
        params = {"calendar": email if calendar_id == MAIN else calendar_id}
        if self.provider == "microsoft":
            main = await self.world.outside.get("/inspect/microsoft/calendars", params={"user": email})
            chosen = main.json()["items"][0]["id"] if calendar_id == MAIN else calendar_id
            params = {"user": email, "calendar": chosen}
        answer = await self.world.outside.get(f"/inspect/{self.provider}/events", params=params)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def by_hand(self, entry_id: str, act: str, **body: Any) -> None:
        path = f"/inspect/{self.provider}/events/{entry_id}/{act}"
        assert "error" not in (await self.world.outside.post(path, json=body)).json()

    async def delete_calendar(self) -> None:
        path = f"/inspect/{self.provider}/calendars/{self.calendar_id}/delete"
        assert "error" not in (await self.world.outside.post(path)).json()

    async def listed(self) -> httpx.Response:
        path = f"/internal/connections/{self.provider}/calendars"
        return await self.world.service.get(path, headers=self.world.identity(self.staff_id))

    async def choose(self, busy: list[str], entries: str, **headers: str) -> httpx.Response:
        path = f"/internal/connections/{self.provider}/calendars"
        body = {"busy": busy, "entries": entries}
        identity = self.world.identity(self.staff_id) | headers
        return await self.world.service.put(path, json=body, headers=identity)

    async def chosen(self, busy: list[str], entries: str) -> None:
        """Read, and watched where it is chosen."""
        answer = await self.choose(busy, entries)
        assert answer.status_code == 200, answer.text
        for calendar_id in {*busy, entries}:
            await patiently(lambda one=calendar_id: self.mirrored(one))

    def mirrored(self, calendar_id: str, **values: Any) -> Any:
        link = f"{self.staff_id}.{self.provider}"
        name = link if calendar_id == MAIN else f"{link}#{calendar_id}"
        known = {"read_at": {"$ne": None}, "watch.watch_id": {"$exists": True}, "due_at": {"$exists": True}}
        return self.world.keeps("mirrors", name, {**known, **values})

    async def spans(self) -> list[str]:
        """Starts of what counts as busy tomorrow, as the mirror knows it."""
        shown = await self.world.busy(self.staff_id, tomorrow_at(0).isoformat(), tomorrow_at(23).isoformat())
        return [one["start"] for one in shown["busy"]]

    async def is_busy(self, *starts: Any) -> bool:
        return await self.spans() == [at.isoformat().replace("+00:00", "Z") for at in starts]


async def connected(world: World, staff_id: str, **more: Any) -> Second:
    provider, email = provider_of(staff_id), PEOPLE[staff_id].email
    body = {"account": email, "summary": "私用"} if provider == "google" else {"user": email, "name": "私用"}
    made = (await world.outside.post(f"/inspect/{provider}/calendars", json=body)).json()["id"]
    await world.connect(staff_id, **more)
    second = Second(world, staff_id, made)
    await patiently(lambda: second.mirrored(MAIN))
    return second


async def confirmed_in(second: Second, calendar_id: str, number: int = 1) -> dict[str, Any]:
    """An appointment's entry as it stands in this calendar."""
    await second.world.confirm(**facts_of(second.staff_id, number, start_at=tomorrow_at(number)))
    await patiently(lambda: said(second.world, WRITTEN, number))
    return (await second.entries(calendar_id))[-1]


async def soon(second: Second) -> None:
    """Have the second calendar read now."""
    name = f"{second.staff_id}.{second.provider}#{second.calendar_id}"
    await second.world.database["mirrors"].update_one({"_id": name}, {"$min": {"due_at": clock.now()}})
