"""What booking tells operators beside what every service does (X7): how long the newest confirmations took, stage by
stage, read from their timelines.
"""

from services.booking.model.stages import STAGES, stages_of
from services.booking.store.retelling import Retelling
from services.booking.store.stores import Stores
from services.booking.store.timeline import TimelineStore
from services.booking.usecases.announce import Announcer
from services.booking.usecases.retell import Retell
from shared.contracts.api.operations import Sections
from shared.operations.own import OwnOperations

_NEWEST = 100


class Stages:
    """A section."""

    def __init__(self, timeline: TimelineStore) -> None:
        self._timeline = timeline

    async def __call__(self, organization_id: str) -> Sections:
        confirmed = await self._timeline.newest_confirmations(organization_id, _NEWEST)
        about = [one for entry in confirmed for one in entry.about]
        followed = await self._timeline.of_types(organization_id, about, list(STAGES))
        return Sections(stages=stages_of(confirmed, followed))


def own_operations(stores: Stores, announcer: Announcer) -> OwnOperations:
    retell = Retell(Retelling(stores.bookings), announcer)
    return OwnOperations(sections=[Stages(stores.timeline)], reconcile=retell)
