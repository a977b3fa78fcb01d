"""Notifier: mails as they will be sent, mail templates (C6), and webhooks (X1)."""

import re

from services.gateway.providers.answers import PreviewMaterial, PreviewView
from services.gateway.providers.backend import Backend, Query, Reply
from shared.contracts.api.mail_templates import MailLanguage
from shared.internal import Caller
from shared.problem import NotFound

_NAME = re.compile(r"[a-z_]{1,60}\.[a-z]{1,20}")
_TEMPLATES = "/internal/mail-templates"
_WEBHOOKS = "/internal/webhooks"
_ID = re.compile(r"[A-Za-z0-9_]{1,60}")


def _template(name: str, *rest: str) -> str:
    """Raises ``NotFound`` for what is no mail's name, so that none can lead elsewhere."""
    if not _NAME.fullmatch(name):
        raise NotFound()
    return "/".join((_TEMPLATES, name, *rest))


def _webhook(webhook_id: str, *rest: str) -> str:
    """Raises ``NotFound`` for what is no id, so that none can lead elsewhere."""
    if not all(map(_ID.fullmatch, (webhook_id, *(part for part in rest if part not in _WORDS)))):
        raise NotFound()
    return "/".join((_WEBHOOKS, webhook_id, *rest))


_WORDS = ("rotate-secret", "replay", "deliveries", "retry")


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

    async def webhooks(self, caller: Caller) -> Reply:
        return await self.call("GET", _WEBHOOKS, caller)

    async def make_webhook(self, caller: Caller, body: bytes) -> Reply:
        return await self.call("POST", _WEBHOOKS, caller, body=body)

    async def webhook(
        self,
        method: str,
        caller: Caller,
        webhook_id: str,
        *rest: str,
        query: Query | None = None,
        body: bytes | None = None,
        if_match: str | None = None,
    ) -> Reply:
        """One endpoint, or what ``rest`` names below it."""
        return await self.call(method, _webhook(webhook_id, *rest), caller, query=query, body=body, if_match=if_match)
