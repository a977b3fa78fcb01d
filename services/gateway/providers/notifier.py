"""Notifier: mails as they will be sent, and mail templates (C6)."""

import re

from services.gateway.providers.answers import PreviewMaterial, PreviewView
from services.gateway.providers.backend import Backend, Reply
from shared.contracts.api.mail_templates import MailLanguage
from shared.internal import Caller
from shared.problem import NotFound

_NAME = re.compile(r"[a-z_]{1,60}\.[a-z]{1,20}")
_TEMPLATES = "/internal/mail-templates"


def _template(name: str, *rest: str) -> str:
    """Raises ``NotFound`` for what is no mail's name, so that none can lead elsewhere."""
    if not _NAME.fullmatch(name):
        raise NotFound()
    return "/".join((_TEMPLATES, name, *rest))


class Notifier(Backend):
    """Raises ``BackendProblem``."""

    async def preview(self, caller: Caller, material: PreviewMaterial) -> PreviewView:
        body = {**material.model_dump(mode="json"), "organization_id": caller.organization_id}
        return await self.read(PreviewView, "POST", "/internal/preview", caller, body=body)

    async def mail_templates(self, caller: Caller) -> Reply:
        return await self.call("GET", _TEMPLATES, caller)

    async def mail_template(self, caller: Caller, name: str, language: MailLanguage) -> Reply:
        return await self.call("GET", _template(name), caller, query={"language": language})

    async def write_template(
        self, caller: Caller, name: str, language: MailLanguage, body: bytes, *, if_match: str | None = None
    ) -> Reply:
        query = {"language": language}
        return await self.call("PUT", _template(name), caller, query=query, body=body, if_match=if_match)

    async def restore_template(
        self, caller: Caller, name: str, language: MailLanguage, *, if_match: str | None = None
    ) -> Reply:
        return await self.call("DELETE", _template(name), caller, query={"language": language}, if_match=if_match)

    async def preview_template(self, caller: Caller, name: str, language: MailLanguage, body: bytes) -> Reply:
        return await self.call("POST", _template(name, "preview"), caller, query={"language": language}, body=body)
