"""Editing mail templates: administrators write, everybody of the organization reads (C6)."""

from collections.abc import Sequence

from services.notifier.mails.drafts import Draft, default_of, faults_of
from services.notifier.mails.faults import Fault
from services.notifier.mails.occasions import OCCASIONS, Occasion
from services.notifier.model.templates import MailTemplate, Wording
from services.notifier.templates import Templates
from shared import clock
from shared.contracts.api.mail_templates import MailTemplateWrite
from shared.crypto import token_hash
from shared.internal import Caller, check_admin
from shared.problem import FieldError, NotFound, Problem, Unavailable
from shared.versions import check_version
from shared.wording import Language

_ATTEMPTS = 5


class TemplateInvalid(Problem):
    """``errors`` names line, column and, where there is one, the placeholder that was probably meant."""

    code, status = "template_invalid", 422
    ja = "文面に誤りがあります。"
    en = "The template is not valid."


class TemplateFails(TemplateInvalid):
    """It passes the check, but not for this appointment: the default would go out."""

    code = "template_fails"
    ja = "この予定では、この文面からメールを作れません。実際には既定の文面で送られます。"
    en = "No mail can be made from this template here. The default would be sent instead."


def errors_of(faults: Sequence[Fault], language: Language) -> list[FieldError]:
    return [_error_of(fault, language) for fault in faults]


def _error_of(fault: Fault, language: Language) -> FieldError:
    error: FieldError = {"pointer": f"/{fault.part}", "detail": fault.words(language)}
    if fault.line:
        error |= {"line": fault.line, "column": fault.column}
    if fault.suggestion:
        error |= {"suggestion": fault.suggestion}
    return error


def occasion_named(name: str) -> Occasion:
    """Raises ``NotFound``."""
    if name not in OCCASIONS:
        raise NotFound()
    return OCCASIONS[name]


def default_wording(occasion: Occasion, language: Language) -> Wording:
    draft = default_of(occasion, language)
    return Wording(subject=draft.subject, heading=draft.heading, body=draft.body)


def checked(occasion: Occasion, subject: str, heading: str, body: str, speaks: Language) -> Draft:
    """Raises ``TemplateInvalid``."""
    draft = Draft.tidy(subject, heading, body)
    faults = faults_of(draft, occasion)
    if faults:
        raise TemplateInvalid(errors=errors_of(faults, speaks))
    return draft


class EditTemplates:
    """Every method answers the template as it is kept afterwards."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def all(self, caller: Caller) -> dict[str, MailTemplate]:
        """Those that were ever changed, by key."""
        return {template.key: template for template in await self._templates.of_organization(caller.organization_id)}

    async def find(self, caller: Caller, occasion: Occasion, language: Language) -> MailTemplate:
        return await self._templates.find(caller.organization_id, occasion.name, language)

    async def write(
        self, caller: Caller, occasion: Occasion, language: Language, asked: MailTemplateWrite, if_match: str | None
    ) -> MailTemplate:
        """What is the default's to the letter is the default. Raises ``TemplateInvalid``, ``VersionMismatch``."""
        check_admin(caller)
        default = default_wording(occasion, language)
        heading = default.heading if asked.heading is None else asked.heading
        draft = checked(occasion, asked.subject, heading, asked.body, caller.language)
        wording = Wording(subject=draft.subject, heading=draft.heading, body=draft.body)
        return await self._change(caller, occasion, language, None if wording == default else wording, if_match)

    async def restore(
        self, caller: Caller, occasion: Occasion, language: Language, if_match: str | None
    ) -> MailTemplate:
        """Back to the default; a second time does nothing. Raises ``VersionMismatch``."""
        check_admin(caller)
        return await self._change(caller, occasion, language, None, if_match)

    async def _change(
        self, caller: Caller, occasion: Occasion, language: Language, wording: Wording | None, if_match: str | None
    ) -> MailTemplate:
        key = token_hash(f"{caller.staff_id}\x1f{caller.idempotency_key}") if caller.idempotency_key else ""
        for _ in range(_ATTEMPTS):
            known = await self.find(caller, occasion, language)
            if key and known.written_with == key:
                return known
            check_version(known.version, if_match)
            if known.wording == wording:
                return known
            changed = known.changed(wording, at=clock.now(), by=caller.staff_id, key=key)
            if await self._templates.save(changed):
                return changed
        raise Unavailable()
