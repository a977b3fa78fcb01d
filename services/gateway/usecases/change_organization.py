"""Changing an organization's settings."""

from services.gateway.model import Organization
from services.gateway.schemas.organization import OrganizationPatch
from services.gateway.store.organizations import OrganizationStore
from services.gateway.usecases import announce
from shared.messaging.relay import Relay
from shared.problem import NotFound, VersionMismatch

_TRIES = 5


class ChangeOrganization:
    """A change that changes nothing is no new version."""

    def __init__(self, organizations: OrganizationStore, relay: Relay) -> None:
        self._organizations = organizations
        self._relay = relay

    async def __call__(
        self, organization_id: str, patch: OrganizationPatch, *, expected: int | None, request_id: str
    ) -> Organization:
        """``expected`` is the version that the caller has seen. Raises ``VersionMismatch``."""
        changes = patch.model_dump(exclude_unset=True, exclude_none=True)
        for _ in range(_TRIES):
            known = await self._organizations.find(organization_id)
            if known is None:
                raise NotFound()
            if expected is not None and expected != known.version:
                raise VersionMismatch()
            changed = known.model_copy(update=changes)
            if changed == known:
                return known
            changed = changed.model_copy(update={"version": known.version + 1})
            event = announce.organization_changed(changed, request_id)
            waiting = await self._organizations.save(known, changed, [event])
            if waiting is not None:
                self._relay.publish_soon(self._organizations.organizations, changed.id, waiting)
                return changed
        raise VersionMismatch()
