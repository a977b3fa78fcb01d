"""Read and change, again from the start where somebody else wrote between."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.booking.store.bookings import StaleVersion
from shared.problem import Unavailable

ItemT = TypeVar("ItemT")


async def again_if_overtaken(
    find: Callable[[], Awaitable[ItemT]], change: Callable[[ItemT], Awaitable[ItemT]], *, attempts: int = 10
) -> ItemT:
    """``change`` raises ``StaleVersion`` where what was found is not so any more. Raises ``Unavailable`` after the last
    of ``attempts``.
    """
    for _ in range(attempts):
        before = await find()
        try:
            return await change(before)
        except StaleVersion:
            continue
    raise Unavailable()
