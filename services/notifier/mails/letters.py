"""Letters: from what is known of a matter to the mail that one side gets. Pure; all secrets are handed in opened."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from services.notifier.mails import invitations, moments, series, subjects
from services.notifier.mails.drafts import Draft, default_of
from services.notifier.mails.drawing import draw, html_of, text_of
from services.notifier.mails.faults import Fault
from services.notifier.mails.material import Material
from services.notifier.mails.message import Mail
from services.notifier.mails.occasions import OCCASIONS, occasion_of
from services.notifier.mails.scene import Scene
from services.notifier.mails.templating import html_body, text_body
from services.notifier.mails.text import line, lines
from services.notifier.mails.webhooks import webhook_scene
from services.notifier.model.templates import Breakage
from shared import wording
from shared.contracts.booking import Appointment, Kind, Proposal
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.payments import Paid
from shared.contracts.people import Guest
from shared.contracts.zoom_issuer import EndOfAccount, MeetingErrorCode
from shared.money import money_words
from shared.wording import Language

_E8: dict[MeetingErrorCode, tuple[str, str]] = {
    MeetingErrorCode.FAILED: (
        "Zoom Meeting Error: Zoom ミーティングの予約に失敗しました。",
        "Zoom Meeting Error: the Zoom meeting could not be scheduled.",
    ),
    MeetingErrorCode.NO_CREDENTIALS: (
        "Zoom Meeting Error: Zoom 認証情報がありません",
        "Zoom Meeting Error: there are no Zoom credentials.",
    ),
    MeetingErrorCode.RATE_LIMITED: (
        "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました",
        "Zoom Meeting Error: the limit of Zoom API requests is reached.",
    ),
    MeetingErrorCode.OAUTH_FAILED: (
        "Zoom Meeting Error: Oauth トークンのリクエストに失敗しました",
        "Zoom Meeting Error: the request for an OAuth token failed.",
    ),
}
_NOTHING_TO_JOIN = (Purpose.CANCELED, Purpose.REQUESTED, Purpose.DECLINED)
_STAFF_WILL_TELL = ("担当者より追ってご案内いたします。", "You will hear from us.")
_PAID = ("(お支払い済み)", " (paid)")
_KEPT = ("(返金はありません)", " (not refunded)")
_GIVEN_BACK = ("(全額を返金します)", " (refunded in full)")
_PROVIDERS = {"google": "Googleカレンダー", "microsoft": "Outlookカレンダー", "zoom": "Zoom"}
_PROVIDERS_EN = {"google": "Google Calendar", "microsoft": "Outlook Calendar", "zoom": "Zoom"}


def write(material: Material, draft: Draft | None = None) -> Mail:
    """The mail as it will be sent, the preview included (R17). ``draft`` is what the organization wrote of it; raises
    ``TemplateFailed`` with one only.
    """
    scene = scene_of(material)
    occasion = occasion_of(scene.purpose, scene.audience)
    if occasion is None:
        text, html = partial(text_body, scene), partial(html_body, scene)
    else:
        drawn = draw(draft or default_of(occasion, scene.language), occasion, scene)
        scene, text, html = drawn.scene, partial(text_of, drawn), partial(html_of, drawn)
    return Mail(
        subject=scene.subject,
        text=text(),
        html=None if material.organization.text_only else html(),
        invitation=invitations.for_mail(material, scene),
    )


def scene_of(material: Material) -> Scene:
    """All that the mail's words may show, with its default subject."""
    matter = material.matter
    if matter.appointment is not None:
        return _appointment_scene(material, matter.appointment)
    if matter.proposal is not None:
        return _proposal_scene(material, matter.proposal)
    if material.notice.purpose is Purpose.INVITED:
        return _invitation_scene(material)
    if material.notice.purpose is Purpose.ZOOM_ACCOUNT_ENDED:
        taken = material.notice.tag == EndOfAccount.TAKEN_OVER
        return replace(_blank(material), taken_over=taken, url=_link(f"{material.public_url}/settings/zoom"))
    if material.notice.breakage is not None:
        return _template_scene(material, material.notice.breakage)
    if material.notice.webhook is not None:
        return webhook_scene(_blank(material), material, material.notice.webhook)
    if material.notice.purpose is Purpose.BUDGET_GONE:
        return _budget_scene(material)
    return _connection_scene(material)


def _blank(
    material: Material, guest: Guest | None = None, kind: Kind = Kind.NONE, time: str = "", title: str = ""
) -> Scene:
    """What every mail shows: names, language and subject."""
    notice, audience, organization = material.notice, material.audience, material.organization
    guest = guest or Guest()
    names = subjects.Names(
        company=line(organization.name),
        product=line(organization.product_name),
        guest_company=line(guest.company),
        guest_name=line(guest.name),
        guest_email=line(guest.email),
        kind=kind,
        time=time,
        title=line(title),
    )
    language = material.language
    return Scene(
        language=language,
        purpose=notice.purpose,
        audience=audience,
        subject=subjects.subject(notice.purpose, audience, language, names),
        company=names.company,
        product=names.product,
        guest=names.guest,
        guest_name=names.guest_name,
        guest_company=names.guest_company,
        guest_contact=_contact(names) if audience is not Audience.GUEST else "",
        guest_line=names.guest_line or names.title,
        words=lines(material.words),
        reminder_word=subjects.reminder_word(kind, audience, language),
        start_time=time,
    )


def _contact(names: subjects.Names) -> str:
    """For staff: who the guest is and how to reach them."""
    return "\n".join(filter(None, (" ".join(filter(None, (names.guest_company, names.guest_name))), names.guest_email)))


def _proposal_scene(material: Material, proposal: Proposal) -> Scene:
    scene = _blank(material, proposal.guest, proposal.kind)
    zone = material.zone
    slots = sorted(proposal.slots, key=lambda slot: slot.start_at)
    if material.notice.purpose in (Purpose.SLOTS_RUNNING_LOW, Purpose.UNANSWERED):
        slots = [slot for slot in slots if slot.start_at > material.at]
    for_guest = material.audience is Audience.GUEST
    page = material.guest_url if for_guest else f"{material.public_url}/proposals/{proposal.proposal_id}"
    if material.notice.purpose is Purpose.SLOTS_RUNNING_LOW:
        page += "/slots"
    return replace(
        scene,
        opened=material.notice.opened,
        zone=_zone_of_all(zone, [slot.start_at for slot in slots]),
        title=line(proposal.title),
        slots=tuple(
            wording.span(slot.start_at, slot.end_at, zone, scene.language)
            + ("" if for_guest else _in_room(slot.room_name))
            for slot in slots
        ),
        expires=_moment(proposal.expires_at, zone, scene.language),
        address=line(proposal.address or ""),
        people=_names([attendee.person.name for attendee in proposal.attendees], scene.language),
        url=_link(page),
    )


def _appointment_scene(material: Material, appointment: Appointment) -> Scene:
    zone = material.zone
    start_at, end_at = series.time_told(appointment, material.notice, material.at)
    face = moments.clock_face(start_at, zone)
    scene = _blank(material, appointment.guest, appointment.kind, face, appointment.title)
    for_guest = material.audience is Audience.GUEST
    page = material.guest_url if for_guest else f"{material.public_url}/appointments/{appointment.appointment_id}"
    notice = material.notice
    before = ""
    if notice.previous_start_at and notice.previous_end_at:
        before = _when(appointment, notice.previous_start_at, notice.previous_end_at, material)
    ended = notice.purpose in _NOTHING_TO_JOIN
    return replace(
        _with_self_service(scene, material, appointment),
        title=line(appointment.title),
        when=_whens(appointment, start_at, end_at, material),
        previous_when=before,
        address=line(appointment.address or ""),
        price=_price(appointment.paid, scene) if appointment.paid else "",
        room="" if for_guest else line(appointment.room_name or ""),
        reception_code="" if ended else line(appointment.reception_code or ""),
        people=_names([attendee.person.name for attendee in appointment.attendees], scene.language),
        join=None if ended else material.join,
        place="" if ended or material.join else line(material.place),
        link_comes=_link_comes(material, appointment, zone, scene.language),
        link_follows=appointment.wants_meeting and not (material.join or material.link_comes_at or ended),
        issue_error=_issue_error(material, scene.language),
        url=_link(_page_again(material, appointment) or page),
        guidance=lines(material.guidance),
        answers=material.answered(scene.language),
        by_guest=notice.by_guest,
        expires=_moment(notice.expires_at, zone, scene.language) if notice.expires_at else "",
        end_of_request=notice.end_of_request,
    )


def _page_again(material: Material, appointment: Appointment) -> str:
    """Where a guest whose request came to nothing finds another time (H4)."""
    declined = material.notice.purpose is Purpose.DECLINED and material.audience is Audience.GUEST
    return f"{material.public_url}/p/{appointment.page.slug}" if declined and appointment.page else ""


def _price(paid: Paid, scene: Scene) -> str:
    """What the guest paid, and where it is off whether they have it back (H13)."""
    words = _GIVEN_BACK if paid.given_back else _KEPT if scene.purpose is Purpose.CANCELED else _PAID
    return money_words(paid.amount, paid.currency, scene.language) + words[0 if scene.language == "ja" else 1]


def _with_self_service(scene: Scene, material: Material, appointment: Appointment) -> Scene:
    """Where and until when the guest may move or cancel by themselves; nothing once that is over (H10)."""
    untils = (appointment.reschedule_until, appointment.cancel_until)
    zones = _zones(appointment, material)
    told = [
        " / ".join(_moment(at, zone, scene.language) for zone in zones) if at and material.at < at else ""
        for at in untils
    ]
    purpose = material.notice.purpose
    if material.audience is not Audience.GUEST or not any(told) or purpose in (Purpose.CANCELED, Purpose.DECLINED):
        return scene
    return replace(scene, manage_url=_link(material.guest_url), reschedule_until=told[0], cancel_until=told[1])


def _link_comes(material: Material, appointment: Appointment, zone: ZoneInfo, language: Language) -> str:
    """When the notice comes that tells how to join; empty where that is told already, or there is nothing to tell."""
    joins = appointment.wants_meeting or appointment.kind in (Kind.WEB, Kind.LINK)
    ended = material.notice.purpose in _NOTHING_TO_JOIN
    return _moment(material.link_comes_at, zone, language) if material.link_comes_at and joins and not ended else ""


def _connection_scene(material: Material) -> Scene:
    scene = _blank(material)
    names = _PROVIDERS if scene.language == "ja" else _PROVIDERS_EN
    return replace(
        scene,
        provider=names.get(material.notice.provider, line(material.notice.provider)),
        people=line(material.staff_name),
        url=_link(f"{material.public_url}/connections"),
    )


def _budget_scene(material: Material) -> Scene:
    """Which Zoom user, until when, and where to enter URLs by hand (C4)."""
    scene, notice = _blank(material), material.notice
    zone = moments.zone_of(material.organization.time_zone)
    return replace(
        scene,
        provider=line(notice.account),
        retries=_moment(notice.retry_at, zone, scene.language) if notice.retry_at else "",
        same_day_left=notice.same_day_left,
        url=_link(f"{material.public_url}/appointments?troubled=true"),
    )


def _invitation_scene(material: Material) -> Scene:
    scene, notice = _blank(material), material.notice
    zone = moments.zone_of(material.organization.time_zone)
    return replace(
        scene,
        people=line(material.staff_name),
        inviter=line(notice.invited_by.name) if notice.invited_by else "",
        expires=_moment(notice.expires_at, zone, scene.language) if notice.expires_at else "",
        url=_link(material.invitation_url),
    )


def _template_scene(material: Material, breakage: Breakage) -> Scene:
    scene = _blank(material)
    occasion = OCCASIONS[breakage.name]
    return replace(
        scene,
        template=occasion.named(scene.language, breakage.language),
        broken=Fault.of(breakage).words(scene.language),
        broken_at=_moment(breakage.at, material.zone, scene.language),
        url=_link(f"{material.public_url}/settings/mails/{breakage.name}/{breakage.language}"),
    )


def _moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """With the zone's name beside it (G6)."""
    return f"{wording.moment(at, zone, language)} ({moments.zone_label(zone, at)})"


def _whens(appointment: Appointment, start_at: datetime, end_at: datetime, material: Material) -> str:
    """Of a series the rule, the time that the mail is about, and what differs (E6)."""
    notice, language = material.notice, material.language
    rule = series.rule(appointment, notice, material.zone, language)
    differing = series.exceptions(appointment, notice, material.at, _zones(appointment, material)[0], language)
    return "\n".join(filter(None, (rule, _when(appointment, start_at, end_at, material), *differing)))


def _when(appointment: Appointment, start_at: datetime, end_at: datetime, material: Material) -> str:
    if appointment.all_day:
        return wording.days(start_at, end_at, material.zone, material.language)
    return "\n".join(
        f"{wording.span(start_at, end_at, zone, material.language)} ({moments.zone_label(zone, start_at)})"
        for zone in _zones(appointment, material)
    )


def _zones(appointment: Appointment, material: Material) -> list[ZoneInfo]:
    """The organization's and the guest's where it is another, the reader's own first (G6, X12); of whole days the
    organization's.
    """
    home = material.zone
    known = appointment.guest_time_zone and not appointment.all_day
    away = moments.zone_or_none(appointment.guest_time_zone) if known else None
    zones = [home] if away is None or away.key == home.key else [home, away]
    return zones[::-1] if material.audience is Audience.GUEST else zones


def _zone_of_all(zone: ZoneInfo, moments_named: list[datetime]) -> str:
    """The zone's name, with its offset where all slots lie on the same side of a change of clocks (G6)."""
    labels = {moments.zone_label(zone, at) for at in moments_named}
    return labels.pop() if len(labels) == 1 else zone.key


def _issue_error(material: Material, language: Language) -> str:
    """To staff E8's words, to the guest only that somebody will tell them; empty while the link is still coming."""
    trouble = material.matter.trouble
    which = 0 if language == "ja" else 1
    if material.notice.error is not None:
        return _E8[material.notice.error][which]
    if trouble is None or not trouble.lasts:
        return ""
    return _STAFF_WILL_TELL[which] if material.audience is Audience.GUEST else _E8[trouble.error][which]


def _in_room(name: str | None) -> str:
    """For staff only: a room may decline or be changed without a mail to the guest, who is met at the reception."""
    return f" [{line(name)}]" if name else ""


def _names(names: list[str], language: Language) -> str:
    return ("、" if language == "ja" else ", ").join(filter(None, map(line, names)))


def _link(url: str) -> str:
    """Only what leads to a page."""
    return line(url) if url.startswith(("https://", "http://")) else ""
