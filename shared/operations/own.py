"""What a service adds to its operations beside what the runtime knows by itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Protocol

from shared import clock
from shared.contracts.api.operations import OwedCounts, OwedEffect, OwedStatus, Sections
from shared.cursors import CursorInvalid, cursor_of, parts_of
from shared.due import COUNTED
from shared.mongo import Collection, Document
from shared.problem import NotFound, Problem

_SHOWN = timedelta(days=30)


class NotGivenUp(Problem):
    """Something may stand at the provider that nobody has looked at yet (G10)."""

    code, status = "not_given_up", 409
    ja = "接続先に作成済みかどうかを確認しているため、今は断念できません。"
    en = "This cannot be given up now: whether it exists at the provider is still being looked at."


class Place(NamedTuple):
    """Where an effect stands in lists, which go from the greatest to the smallest; ids of what it is ``about`` grow
    with time.
    """

    about: str
    rest: str


def effect_id(service: str, place: Place) -> str:
    return cursor_of(service, *place)


def service_and_place(an_id: str) -> tuple[str, Place]:
    """Raises ``NotFound``."""
    try:
        service, about, rest = parts_of(an_id, 3)
    except CursorInvalid as error:
        raise NotFound() from error
    return service, Place(about, rest)


@dataclass(frozen=True)
class WhatIsOwed:
    """Of a collection of which each row is one effect, those that are ``owed``, and how they stand ``by_status``."""

    rows: Collection
    owed: Document
    by_status: Mapping[OwedStatus, Document]

    def which(self, organization_id: str, status: OwedStatus | None = None) -> Document:
        """Until a month after their end: then nobody asks for them any more."""
        recent = {"organization_id": organization_id, "ends_at": {"$gt": clock.now() - _SHOWN}, **self.owed}
        return {**recent, **(self.by_status[status] if status else {"$or": list(self.by_status.values())})}

    async def count(self, organization_id: str) -> OwedCounts:
        """Up to ``COUNTED`` each."""
        counted = {
            status.value: await self.rows.count_documents(self.which(organization_id, status), limit=COUNTED)
            for status in OwedStatus
        }
        return OwedCounts(**counted)


class OwedEffects(Protocol):
    """The effects of a service that are not done. Nothing is changed under a worker's hands: what an operator decides
    is written down, and whoever takes the row next does it.
    """

    @property
    def rows(self) -> Collection: ...

    @property
    def troubled(self) -> Document:
        """The filter of rows that were tried and are not done."""
        ...

    async def count(self, organization_id: str) -> OwedCounts: ...

    async def page(
        self, organization_id: str, status: OwedStatus | None, before: Place | None, limit: int
    ) -> list[OwedEffect]:
        """By place, the greatest first, after ``before``."""
        ...

    async def find(self, organization_id: str, place: Place) -> OwedEffect | None:
        """None where it is done, or was never there."""
        ...

    async def retry(self, organization_id: str, place: Place) -> None: ...

    async def give_up(self, organization_id: str, place: Place) -> None:
        """Raises ``NotGivenUp``."""
        ...


Section = Callable[[str], Awaitable[Sections]]
"""Of one organization."""
Reconcile = Callable[[str], Awaitable[int]]
"""Have everything of one organization compared with the providers now; how many calendars or users are asked."""


@dataclass(frozen=True)
class OwnOperations:
    """Handed over with a service's ``Parts``."""

    sections: Sequence[Section] = ()
    effects: OwedEffects | None = None
    reconcile: Reconcile | None = None


NOTHING_OF_ITS_OWN = OwnOperations()
