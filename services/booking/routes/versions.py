"""``If-Match`` (412 where it is old), who may change what (403), and writes that somebody else came before."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Header

from services.booking.model.appointment import Appointment
from services.booking.model.proposal import Proposal
from services.booking.usecases.overtaken import again_if_overtaken
from services.booking.views.staff import Access
from shared.internal import Caller
from shared.problem import Forbidden, Problem
from shared.single_flight import Turns
from shared.versions import check_version

ItemT = TypeVar("ItemT", Proposal, Appointment)
Change = Callable[[ItemT], Awaitable[ItemT]]


async def if_match(if_match: str | None = Header(default=None)) -> str | None:
    """The header as it came."""
    return if_match


def check_change(item: Proposal | Appointment, caller: Caller, expected: str | None) -> None:
    """Creator, organizer and administrators may change; what they saw must still be so."""
    if not Access.of(item, caller).can_change:
        raise Forbidden()
    check_version(item.version, expected)
    if item.erased_at is not None:
        raise GuestIsErased()


class GuestIsErased(Problem):
    """It is a record of the past only (X5)."""

    code, status = "erased", 409
    ja = "個人情報を削除した予定は変更できません。"
    en = "This can no longer be changed: its personal data was erased."


class Writes:
    """Read, check and write; again from the start where somebody else wrote between. Those of one process take turns,
    so that only other processes come between. Only who named a version is told 412.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def __call__(
        self,
        item_id: str,
        find: Callable[[], Awaitable[ItemT]],
        change: Change[ItemT],
        who: Caller,
        expected: str | None,
    ) -> ItemT:
        async def checked(before: ItemT) -> ItemT:
            check_change(before, who, expected)
            return await change(before)

        async with self._turns.of(item_id):
            return await again_if_overtaken(find, checked)
