"""Wording: the mail in its organization's own words where it wrote some, else ours. A template that fails never stops a
mail: the default goes out, and the administrators are told once for each version of it (C6).
"""

from dataclasses import dataclass

import structlog

from services.notifier.mails.drafts import Draft
from services.notifier.mails.faults import Fault, TemplateFailed
from services.notifier.mails.letters import write
from services.notifier.mails.material import Material
from services.notifier.mails.message import Mail
from services.notifier.mails.occasions import occasion_of
from services.notifier.model.matter import Notice
from services.notifier.model.templates import Breakage, MailTemplate, Wording
from services.notifier.store import Matters
from services.notifier.templates import Templates
from shared import clock
from shared.contracts.notifier import Audience, Purpose

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Worded:
    """``breakage`` says why the default stands in for the organization's own words."""

    mail: Mail
    template: MailTemplate | None = None
    breakage: Breakage | None = None


def draft_of(wording: Wording) -> Draft:
    return Draft(wording.subject, wording.heading, wording.body)


class WordMail:
    """``word`` only reads; ``tell`` is for mails that are really sent."""

    def __init__(self, templates: Templates, matters: Matters) -> None:
        self._templates = templates
        self._matters = matters

    async def word(self, material: Material) -> Worded:
        occasion = occasion_of(material.notice.purpose, material.audience)
        if occasion is None:
            return Worded(write(material))
        organization_id = material.organization.organization_id
        template = await self._templates.find(organization_id, occasion.name, material.language)
        if template.wording is None:
            return Worded(write(material))
        try:
            return Worded(write(material, draft_of(template.wording)), template)
        except TemplateFailed as failed:
            return Worded(write(material), template, _breakage(template, failed.fault))

    async def tell(self, worded: Worded, notice: Notice) -> None:
        """Safe to repeat: the notice's key is the template and its version, and so is its mail's."""
        template, breakage = worded.template, worded.breakage
        if template is None or breakage is None:
            return
        first = await self._templates.note_breakage(template, breakage)
        alarm = Notice(
            purpose=Purpose.TEMPLATE_BROKEN,
            revision=template.version,
            audiences=(Audience.ADMINS,),
            at=breakage.at,
            chain=notice.chain,
            breakage=breakage,
        )
        await self._matters.take(template.about, template.organization_id, lambda matter: matter.with_notice(alarm))
        if first:
            log.warning(
                "mail_template.failed",
                name=template.name,
                language=template.language,
                version=template.version,
                part=breakage.part,
                reason=breakage.kind,
            )


def _breakage(template: MailTemplate, fault: Fault) -> Breakage:
    return Breakage(
        name=template.name,
        language=template.language,
        version=template.version,
        at=clock.now(),
        kind=fault.kind,
        part=fault.part,
        line=fault.line,
        column=fault.column,
        about=fault.name,
    )
