"""What happened to a proposal or an appointment (X3): booking keeps it, the names are ours."""

from dataclasses import dataclass

from services.gateway.providers.backends import Backends
from services.gateway.store.staff import StaffStore
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.timeline import TimelineEntry, TimelinePage
from shared.internal import Caller


@dataclass(frozen=True)
class Told:
    """A page of a timeline, and how the staff whom it mentions are called."""

    page: TimelinePage
    names: dict[str, str]


class ReadTimeline:
    """``noun`` is ``proposals`` or ``appointments``. Raises ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore) -> None:
        self._backends = backends
        self._staff = staff

    async def __call__(
        self, caller: Caller, noun: str, an_id: str, *, limit: int = 200, cursor: str | None = None
    ) -> Told:
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = await self._backends.booking.timeline(caller, noun, an_id, query)
        mentioned = sorted({staff_id for entry in page.items for staff_id in _mentioned(entry)})
        return Told(page, await self._staff.names_of(caller.organization_id, mentioned))


def _mentioned(entry: TimelineEntry) -> list[str]:
    actor = Actor.read(entry.actor)
    return [*entry.facts.staff_ids, *([actor.name] if actor.kind is ActorKind.STAFF else [])]
