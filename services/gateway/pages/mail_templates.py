"""The words of mails (C6): the list, the editor with its preview, back to the default. Notifier judges and draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.identity import SignedIn, require_admin
from services.gateway.pages import times
from services.gateway.pages.mail_template_parts import FIELDS, Comparison, Mistake, changes_of, mistakes_of, unstyled
from services.gateway.pages.overtaken import Difference, Sheet, as_sent, fresh, overtaken
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, seen_version, typed_in
from services.gateway.parts import parts_of
from services.gateway.providers.answers import PreviewView
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.appointments import AppointmentList
from shared.contracts.api.mail_templates import (
    MailAbout,
    MailLanguage,
    MailTemplateList,
    MailTemplateView,
)
from shared.contracts.api.proposals import ProposalList
from shared.contracts.notifier import Audience
from shared.problem import VersionMismatch

router = APIRouter()
_OFFERED = 30
_SAID = ("saved", "restored")


@dataclass(frozen=True)
class Shown:
    """What the editor shows beside the form: mistakes by field, and a preview where one was asked for."""

    mistakes: Mapping[str, Sequence[Mistake]]
    preview: PreviewView | None = None
    problem: str = ""
    about: str = ""


_NOTHING = Shown({})


@router.get("/settings/mails")
async def show_all(request: Request, signed_in: Session) -> Response:
    reply = await parts_of(request).backends.notifier.mail_templates(signed_in.caller())
    items = reply.read(MailTemplateList).items
    names = list(dict.fromkeys(item.name for item in items))
    by_place = {(item.name, item.language): item for item in items}
    rows = [{language: by_place[name, language] for language in MailLanguage} for name in names]
    sides = [
        (side, [row for row in rows if row[MailLanguage.JA].audience is side])
        for side in (Audience.GUEST, Audience.STAFF)
    ]
    values = {"sides": sides, "may_change": signed_in.staff.is_admin}
    return staff_page(request, signed_in, "staff/mail_templates.html", values)


@router.get("/settings/mails/{name}/{language}")
async def show(request: Request, signed_in: Session, name: str, language: MailLanguage) -> Response:
    template = await _template(request, signed_in, name, language)
    return await _page(request, signed_in, template, fresh(_typed_of(template), template.version), _NOTHING)


@router.post("/settings/mails/{name}/{language}")
async def change(request: Request, signed_in: Form, name: str, language: MailLanguage) -> Response:
    """Saved, or only looked at: both buttons belong to one form, so that nothing typed is lost."""
    form, typed = await request.form(), _tidy(await typed_in(request, FIELDS))
    if given(form, "action") == "preview":
        return await _previewed(request, signed_in, name, language, typed)
    require_admin(signed_in)
    try:
        version = seen_version(form)
        await parts_of(request).backends.notifier.write_template(
            signed_in.caller(), name, language, orjson.dumps(typed), if_match=f'"r{version}"'
        )
    except VersionMismatch:
        return await _overtaken(request, signed_in, name, language, typed)
    except BackendProblem as problem:
        if problem.status == VersionMismatch.status:
            return await _overtaken(request, signed_in, name, language, typed)
        if problem.status != 422:
            raise
        return await _refused(request, signed_in, name, language, typed, problem)
    return RedirectResponse(f"/settings/mails/{name}/{language}?said=saved", status_code=303)


@router.get("/settings/mails/{name}/{language}/restore")
async def leave_restore(name: str, language: MailLanguage, _signed_in: Session) -> Response:
    return RedirectResponse(f"/settings/mails/{name}/{language}", status_code=303)


@router.post("/settings/mails/{name}/{language}/restore")
async def restore(request: Request, signed_in: Form, name: str, language: MailLanguage) -> Response:
    require_admin(signed_in)
    try:
        version = seen_version(await request.form())
        await parts_of(request).backends.notifier.restore_template(
            signed_in.caller(), name, language, if_match=f'"r{version}"'
        )
    except (VersionMismatch, BackendProblem) as problem:
        if isinstance(problem, BackendProblem) and problem.status != VersionMismatch.status:
            raise
        template = await _template(request, signed_in, name, language)
        sheet = replace(
            fresh(_typed_of(template), template.version),
            problem=text(language_for(request), "common.changed_meanwhile"),
            status=VersionMismatch.status,
        )
        return await _page(request, signed_in, template, sheet, _NOTHING)
    return RedirectResponse(f"/settings/mails/{name}/{language}?said=restored", status_code=303)


async def _previewed(
    request: Request, signed_in: SignedIn, name: str, language: MailLanguage, typed: Mapping[str, str]
) -> Response:
    """The preview without scripts."""
    form = await request.form()
    template = await _template(request, signed_in, name, language)
    about = given(form, "about")
    chosen = {f"{template.about}_id": about} if about else {}
    body = orjson.dumps({**typed, **chosen})
    sheet = as_sent(form, typed, {}, "", 200)
    try:
        reply = await parts_of(request).backends.notifier.preview_template(signed_in.caller(), name, language, body)
        shown = Shown({}, reply.read(PreviewView), about=about)
    except BackendProblem as problem:
        if problem.status != 422:
            raise
        shown = Shown(mistakes_of(problem.errors, typed), problem=problem.detail, about=about)
        sheet = replace(sheet, status=422)
    return await _page(request, signed_in, template, sheet, shown)


async def _refused(
    request: Request,
    signed_in: SignedIn,
    name: str,
    language: MailLanguage,
    typed: Mapping[str, str],
    problem: BackendProblem,
) -> Response:
    template = await _template(request, signed_in, name, language)
    mistakes = mistakes_of(problem.errors, typed)
    first = {field: found[0].detail for field, found in mistakes.items()}
    sheet = as_sent(await request.form(), typed, first, text(language_for(request), "mails.fix"), 422)
    return await _page(request, signed_in, template, sheet, Shown(mistakes))


async def _overtaken(
    request: Request, signed_in: SignedIn, name: str, language: MailLanguage, typed: Mapping[str, str]
) -> Response:
    template = await _template(request, signed_in, name, language)
    current = _typed_of(template)

    def told(field: str) -> Difference:
        return Difference(text(language_for(request), f"mails.{field}"), current[field])

    sheet = overtaken(await request.form(), typed, current, template.version, told)
    return await _page(request, signed_in, template, sheet, _NOTHING)


async def _template(request: Request, signed_in: SignedIn, name: str, language: MailLanguage) -> MailTemplateView:
    reply = await parts_of(request).backends.notifier.mail_template(signed_in.caller(), name, language)
    return reply.read(MailTemplateView)


def _typed_of(template: MailTemplateView) -> dict[str, str]:
    return {"subject": template.subject, "heading": template.heading, "body": template.body}


def _tidy(typed: Mapping[str, str]) -> dict[str, str]:
    """Browsers send CRLF; what nobody changed must not look changed."""
    return {name: value.replace("\r\n", "\n").strip("\n") for name, value in typed.items()}


async def _choices(request: Request, signed_in: SignedIn, template: MailTemplateView) -> list[tuple[str, str]]:
    """The newest that the reader may see, each by time and title."""
    booking, caller = parts_of(request).backends.booking, signed_in.caller()
    language, limit = language_for(request), str(_OFFERED)
    if template.about is MailAbout.APPOINTMENT:
        reply = await booking.appointments(caller, {"order": "latest", "limit": limit})
        return [
            (item.id, f"{times.moment(item.start, signed_in.zone, language)} {item.title}")
            for item in reply.read(AppointmentList).items
            if not item.hidden
        ]
    proposals = (await booking.proposals(caller, {"limit": limit})).read(ProposalList)
    return [(item.id, item.title) for item in proposals.items if not item.hidden]


async def _page(
    request: Request, signed_in: SignedIn, template: MailTemplateView, sheet: Sheet, shown: Shown
) -> Response:
    language, said = language_for(request), request.query_params.get("said", "")
    address = f"/settings/mails/{template.name}/{template.language}"
    default, own = template.default, sheet.typed
    compared: dict[str, list[Comparison]] = {
        field: changes_of(getattr(default, field), own[field]) for field in FIELDS if own[field]
    }
    return staff_page(
        request,
        signed_in,
        "staff/mail_template.html",
        {
            "said": text(language, f"mails.{said}") if said in _SAID else "",
            "problem": sheet.problem,
            "template": template,
            "sheet": sheet,
            "shown": shown,
            "plain_html": unstyled(shown.preview.html) if shown.preview and shown.preview.html else "",
            "address": address,
            "choices": await _choices(request, signed_in, template),
            "compared": {field: lines for field, lines in compared.items() if lines},
            "may_change": signed_in.staff.is_admin,
        },
        status=sheet.status,
        here=address,
    )
