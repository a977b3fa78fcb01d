"""Erasing a guest (X5): mails, what they were made of, and the log of webhooks. Mails that are still to go out go out
first.
"""

from services.notifier.model.matter import Matter, address_mark
from services.notifier.store import Matters, matter_of
from services.notifier.webhook_deliveries import Deliveries
from shared.contracts.people import Guest
from shared.erasing import Erased, ToErase, nothing_under_way

_NOBODY = "erased"
"""No guest's mark: who has the place now was not told by these."""


class EraseGuest:
    """Of an erased matter the bare id stays, which takes nothing in any more."""

    def __init__(self, matters: Matters, deliveries: Deliveries) -> None:
        self._matters = matters
        self._deliveries = deliveries

    async def __call__(self, wanted: ToErase) -> Erased:
        waiting = 0
        for about in wanted.ids:
            waiting += not await self._matters.erase(about, wanted.organization_id)
        for about in wanted.former_ids:
            waiting += not await self._leave_out(about, wanted.email)
        await self._deliveries.forget_about(wanted.organization_id, wanted.ids)
        if wanted.former_ids and wanted.email:
            await self._deliveries.forget_mentions(wanted.organization_id, wanted.former_ids, wanted.email)
        return Erased(waiting)

    async def _leave_out(self, about: str, email: str) -> bool:
        """Of a matter that another guest has by now (C9)."""
        row = await self._matters.row(about)
        if row is None or row.get("erased"):
            return True
        matter = matter_of(row)
        after = without_guest(matter, email)
        if after == matter:
            return True
        return nothing_under_way(row) and await self._matters.replace(row, after)


def without_guest(matter: Matter, email: str) -> Matter:
    """Nothing of who was the guest before; what the others were told stays."""
    mark = address_mark(email)
    notices = {}
    for key, notice in matter.notices.items():
        former = notice.former_guest
        if former is not None and former.guest.email.casefold() == email.casefold():
            former = former.model_copy(update={"guest": Guest(), "title": ""})
            notice = notice.model_copy(update={"former_guest": former})
        notices[key] = notice
    deliveries = {
        key: one.model_copy(update={"to": _NOBODY, "message": None}) if one.to == mark else one
        for key, one in matter.deliveries.items()
    }
    return matter.model_copy(update={"notices": notices, "deliveries": deliveries})
