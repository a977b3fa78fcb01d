"""What the gateway asks of notifier."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from services.notifier import views
from services.notifier.mails.message import Mail
from services.notifier.model.templates import MailTemplate
from services.notifier.schemas import Preview, PreviewRequest
from services.notifier.usecases.edit_templates import EditTemplates, occasion_named
from services.notifier.usecases.preview import PreviewProposal
from services.notifier.usecases.preview_template import PreviewTemplate
from shared.contracts.api.mail_templates import (
    MailLanguage,
    MailTemplateList,
    MailTemplatePreview,
    MailTemplateView,
    MailTemplateWrite,
)
from shared.internal import Caller, caller, require_caller

Who = Annotated[Caller, Depends(caller)]
Spoken = Annotated[MailLanguage, Query(alias="language")]
IfMatch = Annotated[str | None, Header()]


def build_router(preview: PreviewProposal, api_tokens: str) -> APIRouter:
    router = APIRouter(prefix="/internal", dependencies=[Depends(require_caller(api_tokens))])

    @router.post("/preview")
    async def preview_proposal(asked: PreviewRequest) -> Preview:
        """R17: the mail exactly as it will be sent."""
        return _shown(await preview.preview(asked.subject, asked.organization_id, asked.data))

    return router


def build_templates_router(edit: EditTemplates, preview: PreviewTemplate, api_tokens: str) -> APIRouter:
    """C6. ``language`` is that of the template; the answers' words are in the caller's."""
    guard = Depends(require_caller(api_tokens))
    router = APIRouter(prefix="/internal/mail-templates", dependencies=[guard])

    async def view(template: MailTemplate, who: Caller) -> MailTemplateView:
        example = await preview.example(who, occasion_named(template.name), template.language)
        return views.view_of(template, example, who.language)

    @router.get("")
    async def list_templates(who: Who) -> MailTemplateList:
        return views.list_of(await edit.all(who), who.organization_id, who.language)

    @router.get("/{name}")
    async def show_template(name: str, language: Spoken, who: Who) -> MailTemplateView:
        return await view(await edit.find(who, occasion_named(name), language.value), who)

    @router.put("/{name}")
    async def write_template(
        name: str, language: Spoken, asked: MailTemplateWrite, who: Who, if_match: IfMatch = None
    ) -> MailTemplateView:
        return await view(await edit.write(who, occasion_named(name), language.value, asked, if_match), who)

    @router.delete("/{name}")
    async def restore_template(name: str, language: Spoken, who: Who, if_match: IfMatch = None) -> MailTemplateView:
        return await view(await edit.restore(who, occasion_named(name), language.value, if_match), who)

    @router.post("/{name}/preview")
    async def preview_template(name: str, language: Spoken, asked: MailTemplatePreview, who: Who) -> Preview:
        return _shown(await preview.preview(who, occasion_named(name), language.value, asked))

    return router


def _shown(mail: Mail) -> Preview:
    return Preview(subject=mail.subject, text=mail.text, html=mail.html)
