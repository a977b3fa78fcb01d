"""Mail templates as the API shows them, in the reader's language."""

from services.notifier.mails.allowed import FILTERS
from services.notifier.mails.drafts import default_of
from services.notifier.mails.faults import Fault
from services.notifier.mails.letters import scene_of
from services.notifier.mails.material import Material
from services.notifier.mails.occasions import OCCASIONS, Occasion
from services.notifier.mails.placeholders import Form
from services.notifier.mails.templating import plain_blocks
from services.notifier.model.templates import MailTemplate
from shared.contracts.api.mail_templates import (
    BreakageView,
    MailAbout,
    MailLanguage,
    MailTemplateList,
    MailTemplateSummary,
    MailTemplateView,
    PlaceholderForm,
    PlaceholderView,
    WordingView,
)
from shared.wording import Language

_LANGUAGES: tuple[Language, ...] = ("ja", "en")


def list_of(known: dict[str, MailTemplate], organization_id: str, speaks: Language) -> MailTemplateList:
    """All that can be edited; ``known`` are those that were ever changed."""
    unwritten = (
        MailTemplate(organization_id=organization_id, name=name, language=language)
        for name in OCCASIONS
        for language in _LANGUAGES
    )
    return MailTemplateList(items=[summary_of(known.get(each.key, each), speaks) for each in unwritten])


def summary_of(template: MailTemplate, speaks: Language) -> MailTemplateSummary:
    occasion, broken = OCCASIONS[template.name], template.broken
    return MailTemplateSummary(
        name=template.name,
        language=MailLanguage(template.language),
        purpose=occasion.purpose,
        audience=occasion.audience,
        about=MailAbout.PROPOSAL if occasion.of_proposals else MailAbout.APPOINTMENT,
        title=occasion.title(speaks),
        version=template.version,
        changed=template.wording is not None,
        changed_at=template.changed_at,
        changed_by=template.changed_by or None,
        broken=BreakageView(at=broken.at, detail=Fault.of(broken).words(speaks)) if broken else None,
    )


def view_of(template: MailTemplate, example: Material, speaks: Language) -> MailTemplateView:
    """``example`` is of the template's language."""
    occasion = OCCASIONS[template.name]
    draft = default_of(occasion, example.language)
    default = WordingView(subject=draft.subject, heading=draft.heading, body=draft.body)
    shown = default if template.wording is None else WordingView(**template.wording.model_dump())
    return MailTemplateView(
        **summary_of(template, speaks).model_dump(),
        **shown.model_dump(),
        default=default,
        placeholders=_placeholders(occasion, example, speaks),
        required=[list(group) for group in occasion.musts],
        filters=list(FILTERS),
    )


def _placeholders(occasion: Occasion, example: Material, speaks: Language) -> list[PlaceholderView]:
    scene = scene_of(example)
    blocks = plain_blocks(scene, [each.name for each in occasion.placeholders if each.form is Form.BLOCK])
    return [
        PlaceholderView(
            name=each.name,
            form=PlaceholderForm(each.form),
            description=each.explained(speaks),
            sample=blocks[each.name] if each.form is Form.BLOCK else "" if each.form is Form.FLAG else each.text(scene),
        )
        for each in occasion.placeholders
    ]
