"""What happened to a proposal or an appointment (X3): booking keeps it, the names are ours."""

from dataclasses import dataclass

from services.gateway.providers.backends import Backends
from services.gateway.store.api_keys import ApiKeyStore
from services.gateway.store.staff import StaffStore
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.timeline import TimelineEntry, TimelinePage
from shared.internal import Caller


@dataclass(frozen=True)
class Told:
    """A page of a timeline, and how the staff and API keys that it mentions are called."""

    page: TimelinePage
    names: dict[str, str]


class ReadTimeline:
    """``noun`` is ``proposals`` or ``appointments``. Raises ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore, api_keys: ApiKeyStore) -> None:
        self._backends = backends
        self._staff = staff
        self._api_keys = api_keys

    async def __call__(
        self, caller: Caller, noun: str, an_id: str, *, limit: int = 200, cursor: str | None = None
    ) -> Told:
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = await self._backends.booking.timeline(caller, noun, an_id, query)
        mentioned = sorted({staff_id for entry in page.items for staff_id in _mentioned(entry)})
        actors = (Actor.read(entry.actor) for entry in page.items)
        keys = sorted({actor.name for actor in actors if actor.kind is ActorKind.KEY})
        names = await self._staff.names_of(caller.organization_id, mentioned)
        return Told(page, names | await self._api_keys.names_of(caller.organization_id, keys))


def _mentioned(entry: TimelineEntry) -> list[str]:
    actor = Actor.read(entry.actor)
    return [*entry.facts.staff_ids, *([actor.name] if actor.kind is ActorKind.STAFF else [])]
