"""Booking's answer to which reminders stand, over its internal API."""

from collections.abc import Sequence

from httpx import AsyncClient


class BookingClient:
    """Raises ``httpx.HTTPError`` when booking does not answer; the reminders then wait."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def which_stand(self, items: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        body = {
            "items": [{"appointment_id": appointment_id, "revision": revision} for appointment_id, revision in items]
        }
        answer = await self._client.post("/internal/reminders/check", json=body)
        answer.raise_for_status()
        return {(item["appointment_id"], item["revision"]) for item in answer.json()["items"] if item["stands"]}
