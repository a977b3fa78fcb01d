"""Previewing a mail template before it is kept: with an appointment or proposal of the organization, or an example; by
the code that sends it (C6).
"""

from dataclasses import replace
from typing import Any

from services.notifier.directory import Directory
from services.notifier.mails.drafts import Draft
from services.notifier.mails.faults import TemplateFailed
from services.notifier.mails.letters import write
from services.notifier.mails.material import Material
from services.notifier.mails.message import Mail
from services.notifier.mails.occasions import Occasion
from services.notifier.mails.samples import example_notice, sample
from services.notifier.model.matter import Matter, Notice
from services.notifier.model.people import Organization
from services.notifier.store import Matters
from services.notifier.usecases.compose import ComposeMail, Sender
from services.notifier.usecases.edit_templates import (
    EditTemplates,
    TemplateFails,
    checked,
    default_wording,
    errors_of,
)
from services.notifier.usecases.preview import OrganizationUnheard
from shared import clock
from shared.contracts.api.mail_templates import MailTemplatePreview
from shared.contracts.booking import Visibility
from shared.internal import Caller
from shared.problem import Problem
from shared.wording import Language


class PreviewSubjectUnknown(Problem):
    """None of the organization's, none that the caller may see, or none that was heard of yet."""

    code, status = "preview_subject_unknown", 422
    ja = "この予定は見つからないか、表示できません。"
    en = "This was not found, or you may not see it."

    def __init__(self, pointer: str) -> None:
        super().__init__()
        self.at = pointer

    def body(self, language: Language) -> dict[str, Any]:
        self.errors = [{"pointer": self.at, "detail": self.detail(language)}]
        return super().body(language)


class PreviewMismatch(PreviewSubjectUnknown):
    """A mail about proposals and an appointment, the other way round, or both at once."""

    code = "preview_mismatch"
    ja = "このメールには使えない種類の予定です。"
    en = "This mail is not about such a thing."


class PreviewTemplate:
    """Nothing is stored or sent."""

    def __init__(
        self, edit: EditTemplates, directory: Directory, matters: Matters, composer: ComposeMail, sender: Sender
    ) -> None:
        self._edit = edit
        self._directory = directory
        self._matters = matters
        self._composer = composer
        self._sender = sender

    async def preview(self, caller: Caller, occasion: Occasion, language: Language, asked: MailTemplatePreview) -> Mail:
        """Raises ``TemplateInvalid``, ``TemplateFails``, ``PreviewSubjectUnknown``, ``PreviewMismatch``,
        ``OrganizationUnheard``.
        """
        draft = await self._draft(caller, occasion, language, asked)
        material = await self._material(caller, occasion, language, asked)
        try:
            return write(material, draft)
        except TemplateFailed as failed:
            raise TemplateFails(errors=errors_of([failed.fault], caller.language)) from failed

    async def example(self, caller: Caller, occasion: Occasion, language: Language) -> Material:
        """Raises ``OrganizationUnheard``."""
        return self._sample(await self._organization(caller), occasion, language)

    async def _draft(self, caller: Caller, occasion: Occasion, language: Language, asked: MailTemplatePreview) -> Draft:
        template = await self._edit.find(caller, occasion, language)
        kept = template.wording or default_wording(occasion, language)
        default = default_wording(occasion, language)
        left_out = default.heading if asked.body is not None else kept.heading
        return checked(
            occasion,
            kept.subject if asked.subject is None else asked.subject,
            left_out if asked.heading is None else asked.heading,
            kept.body if asked.body is None else asked.body,
            caller.language,
        )

    async def _material(
        self, caller: Caller, occasion: Occasion, language: Language, asked: MailTemplatePreview
    ) -> Material:
        organization = await self._organization(caller)
        about = asked.appointment_id or asked.proposal_id
        if about is None:
            return self._sample(organization, occasion, language)
        pointer = "/appointment_id" if asked.appointment_id else "/proposal_id"
        if (asked.proposal_id is not None) != occasion.of_proposals or (asked.appointment_id and asked.proposal_id):
            raise PreviewMismatch(pointer)
        matter = await self._matters.find(about)
        if matter is None or not _may_see(matter, caller) or (matter.appointment is None) != occasion.of_proposals:
            raise PreviewSubjectUnknown(pointer)
        notice = _notice(matter, occasion)
        material = self._composer.material(matter, notice, occasion.audience, organization, "")
        return replace(material, spoken=language)

    async def _organization(self, caller: Caller) -> Organization:
        organization = await self._directory.organization(caller.organization_id)
        if organization is None:
            raise OrganizationUnheard(headers={"Retry-After": "1"})
        return organization

    def _sample(self, organization: Organization, occasion: Occasion, language: Language) -> Material:
        return sample(
            occasion,
            language,
            organization,
            public_url=self._sender.public_url,
            mail_from=self._sender.mail_from,
            at=clock.now().replace(microsecond=0),
        )


def _may_see(matter: Matter, caller: Caller) -> bool:
    """As booking has it: private ones are for who takes part and for administrators (R16)."""
    state = matter.appointment or matter.proposal
    if state is None or matter.organization_id != caller.organization_id:
        return False
    takes_part = {state.creator.staff_id, state.organizer_id, *(each.staff_id for each in state.attendees)}
    return state.visibility is not Visibility.PRIVATE or caller.is_admin or caller.staff_id in takes_part


def _notice(matter: Matter, occasion: Occasion) -> Notice:
    """The newest real reason for this mail, else one that could be."""
    real = [notice for notice in matter.notices.values() if notice.purpose is occasion.purpose]
    if real:
        return max(real, key=lambda notice: (notice.revision, notice.at))
    now = clock.now()
    start_at = matter.appointment.start_at if matter.appointment else now
    end_at = matter.appointment.end_at if matter.appointment else now
    return example_notice(occasion, now, start_at, end_at)
