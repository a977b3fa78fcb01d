"""Notifier: mails as they will be sent."""

from services.gateway.providers.answers import PreviewMaterial, PreviewView
from services.gateway.providers.backend import Backend
from shared.internal import Caller


class Notifier(Backend):
    """Raises ``BackendProblem``."""

    async def preview(self, caller: Caller, material: PreviewMaterial) -> PreviewView:
        body = {**material.model_dump(mode="json"), "organization_id": caller.organization_id}
        return await self.read(PreviewView, "POST", "/internal/preview", caller, body=body)
