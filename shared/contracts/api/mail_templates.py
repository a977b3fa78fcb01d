"""Mail templates in the public API (C6): what of a mail an organization writes itself, and the preview of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from shared.contracts.api.fields import Id, MayBeLeftOut, Request, View
from shared.contracts.notifier import Audience, Purpose


class MailLanguage(StrEnum):
    """Each has a template of its own."""

    JA = "ja"
    EN = "en"


class MailAbout(StrEnum):
    """What a mail is about, and so can be previewed with."""

    PROPOSAL = "proposal"
    APPOINTMENT = "appointment"


class PlaceholderForm(StrEnum):
    """``block``: several lines, in the body only. ``flag``: only asked by ``if``."""

    TEXT = "text"
    BLOCK = "block"
    FLAG = "flag"


_Source = Annotated[str, StringConstraints(max_length=200_000)]
"""How long each may be is told with the line, like all else that is wrong with it."""


class MailTemplateWrite(Request):
    """Subject and heading are one line; without a heading it is the default's."""

    subject: _Source
    heading: MayBeLeftOut[_Source] = None
    body: _Source


class MailTemplatePreview(Request):
    """What is left out is as it is kept. At most one of the ids; without any the mail is about an example."""

    subject: MayBeLeftOut[_Source] = None
    heading: MayBeLeftOut[_Source] = None
    body: MayBeLeftOut[_Source] = None
    appointment_id: MayBeLeftOut[Id] = None
    proposal_id: MayBeLeftOut[Id] = None


class BreakageView(View):
    """The mail of this version that could not be made, so that the default went out."""

    at: datetime
    detail: str


class WordingView(View):
    """Plain text with placeholders; the heading stands in HTML only."""

    subject: str
    heading: str
    body: str


class MailTemplateSummary(View):
    """``changed`` is false where the default goes out. ``version`` grows with every change, back to the default too."""

    name: str
    language: MailLanguage
    purpose: Purpose
    audience: Audience
    about: MailAbout
    title: str
    version: int
    changed: bool
    changed_at: datetime | None
    changed_by: str | None
    broken: BreakageView | None


class MailTemplateList(View):
    """By occasion, the guest's mails first; both languages of each."""

    items: list[MailTemplateSummary]
    next_cursor: str | None = None


class PlaceholderView(View):
    """``sample`` is what it becomes in the example; a block's is its text."""

    name: str
    form: PlaceholderForm
    description: str
    sample: str


class MailTemplateView(MailTemplateSummary, WordingView):
    """``required``: of each group one must stand in the body."""

    default: WordingView
    placeholders: list[PlaceholderView]
    required: list[list[str]]
    filters: list[str]
