"""The gateway's part in proposals: remembered defaults (R11, R12, R14, R16) and the preview (R17)."""

import structlog
from pydantic import BaseModel

from services.gateway.model import Defaults
from services.gateway.providers.answers import PreviewView
from services.gateway.providers.backend import Reply
from services.gateway.providers.backends import Backends
from services.gateway.store.staff import StaffStore
from shared.contracts.api.proposals import ProposalCreate
from shared.internal import Caller
from shared.mongo import PyMongoError
from shared.observability.errors import brief

log = structlog.get_logger(__name__)
_REMEMBERED = set(Defaults.model_fields)


class _Made(BaseModel):
    """Which proposal it became."""

    id: str


class Propose:
    """``body`` is ``asked`` as it was sent: booking tells left out from null. Raises ``BackendProblem``."""

    def __init__(self, backends: Backends, staff: StaffStore) -> None:
        self._backends = backends
        self._staff = staff

    async def __call__(self, caller: Caller, asked: ProposalCreate, body: bytes) -> Reply:
        reply = await self._backends.booking.propose(caller, body)
        chosen = (asked.model_fields_set & _REMEMBERED) | {"kind"}
        try:
            await self._staff.remember(caller.staff_id, _chosen(asked), chosen, reply.read(_Made).id)
        except PyMongoError as error:
            log.warning("defaults.not_remembered", error=brief(error))
        return reply


class Preview:
    """The mail of a proposal exactly as it will be sent; nothing is stored. Raises ``BackendProblem``."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def __call__(self, caller: Caller, body: bytes) -> PreviewView:
        material = await self._backends.booking.preview(caller, body)
        return await self._backends.notifier.preview(caller, material)


def _chosen(asked: ProposalCreate) -> Defaults:
    return Defaults(
        kind=asked.kind, platform=asked.platform.value, guidance=asked.guidance, visibility=asked.visibility
    )
