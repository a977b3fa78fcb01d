"""Another account's users replace those of the one before (C1, C2): bookables have who replaced theirs, and their
coming meetings follow. One that nobody replaced keeps its user until it is mapped by hand.
"""

from collections.abc import Mapping
from datetime import datetime

import structlog

from services.booking.model.menus import Bookable
from services.booking.store.menus import MenuStore
from services.booking.store.replaced_users import ReplacedUsers
from services.booking.usecases.follow_zoom_user import FollowZoomUser
from services.booking.usecases.overtaken import again_if_overtaken
from shared import clock
from shared.contracts.envelope import Cause
from shared.problem import NotFound

log = structlog.get_logger(__name__)


class FollowReplacedUsers:
    """Heard late, twice or in another order it ends alike, and goes on with what a crash left. Whom somebody chose
    meanwhile stays: nobody of the newest account is replaced.
    """

    def __init__(self, menus: MenuStore, replaced: ReplacedUsers, follow: FollowZoomUser) -> None:
        self._menus = menus
        self._replaced = replaced
        self._follow = follow

    async def __call__(self, organization_id: str, replaced: Mapping[str, str], since: datetime, cause: Cause) -> None:
        await self._replaced.keep(organization_id, replaced, since)
        for bookable_id in await self._menus.hosted_by(organization_id, [*replaced, *replaced.values()]):
            try:
                await self.of_bookable(organization_id, bookable_id, cause)
            except NotFound:
                log.info("bookable.gone", bookable_id=bookable_id)

    async def of_bookable(self, organization_id: str, bookable_id: str, cause: Cause) -> Bookable:
        """As it is when its coming meetings have followed. Raises ``NotFound``."""
        bookable = await again_if_overtaken(lambda: self._find(organization_id, bookable_id), self._succeeded)
        await self._follow.of_bookable(organization_id, bookable_id, cause)
        return bookable

    async def _find(self, organization_id: str, bookable_id: str) -> Bookable:
        found = await self._menus.bookables.find(organization_id, bookable_id)
        if found is None:
            raise NotFound()
        return found

    async def _succeeded(self, before: Bookable) -> Bookable:
        """With who its Zoom user is by now. Raises ``StaleVersion``."""
        if before.zoom_user_id is None:
            return before
        now = await self._replaced.now(before.organization_id, before.zoom_user_id)
        after = before.changed({"zoom_user_id": now}, clock.now())
        if after != before:
            await self._menus.bookables.save(before, after)
            log.info("bookable.zoom_user_replaced", bookable_id=before.id)
        return after
