"""What the gateway asks of notifier."""

from fastapi import APIRouter, Depends

from services.notifier.schemas import Preview, PreviewRequest
from services.notifier.usecases.preview import PreviewProposal
from shared.internal import require_caller


def build_router(preview: PreviewProposal, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])

    @router.post("/preview")
    async def preview_proposal(asked: PreviewRequest) -> Preview:
        """R17: the mail exactly as it will be sent."""
        mail = await preview.preview(asked.subject, asked.organization_id, asked.data)
        return Preview(subject=mail.subject, text=mail.text, html=mail.html)

    return router
