"""All that is owed is tried again, however much it is (X7)."""

from typing import Any, cast

import pytest

from shared.contracts.api.operations import OwedEffect
from shared.internal import Caller
from shared.operations import operate
from shared.operations.operate import Operate
from shared.operations.own import OwnOperations, Place, effect_id

ADMIN = Caller("org_1", "stf_1", "admin", "ja", "req_1")


class Effects:
    """Stay owed until they are looked at once more, as they do while a worker has not come to them."""

    def __init__(self, abouts: list[str], done_meanwhile: str) -> None:
        self.abouts = sorted(abouts, reverse=True)
        self.done_meanwhile = done_meanwhile
        self.retried: list[str] = []

    async def page(self, organization_id: str, status: Any, before: Place | None, limit: int) -> list[OwedEffect]:
        left = [about for about in self.abouts if before is None or about < before.about]
        return [_owed(about) for about in left[:limit]]

    async def find(self, organization_id: str, place: Place) -> OwedEffect | None:
        return None if place.about == self.done_meanwhile else _owed(place.about)

    async def retry(self, organization_id: str, place: Place) -> None:
        self.retried.append(place.about)


class Decisions:
    async def keep(self, *what: Any, **more: Any) -> None:
        """Nobody reads it here."""


def _owed(about: str) -> OwedEffect:
    told = {"id": effect_id("booking", Place(about, "")), "service": "booking", "effect": "meeting", "about": about}
    rest = {"of": "", "status": "failed", "reason": "x", "since": "2026-11-20T01:00:00Z"}
    return OwedEffect.model_validate({**told, **rest, "can_retry": about != "apt_never"})


async def test_x7_all_are_retried_each_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operate, "_AT_ONCE", 2)
    effects = Effects([*(f"apt_{number}" for number in range(5)), "apt_never"], done_meanwhile="apt_3")
    own = OwnOperations(effects=cast(Any, effects))
    service = Operate("booking", (), (), own, cast(Any, None), cast(Any, Decisions()))
    assert await service.retry_many(ADMIN) == 4
    assert effects.retried == ["apt_4", "apt_2", "apt_1", "apt_0"]
