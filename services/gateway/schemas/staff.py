"""Staff in the API: as others see them, and the caller's own with remembered defaults."""

from datetime import datetime

from pydantic import StrictBool

from services.gateway.model import CalendarView, Locale, MailState, Role, SignInState, Staff
from services.gateway.schemas.fields import EmailGiven, GivenPassword, Kana, Name, Password, Zone, ZoomUser
from shared import clock
from shared.contracts.api.fields import LongText, MayBeLeftOut, Request, View
from shared.contracts.api.proposals import Platform, ProposalKind
from shared.contracts.booking import Visibility


class StaffCreate(Request):
    """``time_zone`` and ``locale`` default to the organization's. Without a password the person is mailed an
    invitation to choose one.
    """

    name: Name
    kana: Kana = ""
    email: EmailGiven
    password: Password | None = None
    role: Role = Role.MEMBER
    time_zone: Zone | None = None
    locale: Locale | None = None
    zoom_user: ZoomUser = ""


class StaffPatch(Request):
    """What is left out stays. Members may change their own name, kana, time zone and language only."""

    name: MayBeLeftOut[Name] = None
    kana: MayBeLeftOut[Kana] = None
    email: MayBeLeftOut[EmailGiven] = None
    password: MayBeLeftOut[Password] = None
    role: MayBeLeftOut[Role] = None
    time_zone: MayBeLeftOut[Zone] = None
    locale: MayBeLeftOut[Locale] = None
    zoom_user: MayBeLeftOut[ZoomUser] = None
    disabled: MayBeLeftOut[StrictBool] = None


class DefaultsPatch(Request):
    """R11, R12, R14, R16."""

    kind: MayBeLeftOut[ProposalKind] = None
    platform: MayBeLeftOut[Platform] = None
    guidance: MayBeLeftOut[LongText] = None
    visibility: MayBeLeftOut[Visibility] = None


class MePatch(Request):
    """What is left out stays. A new password needs the one in use. Without ``language_chosen`` pages follow the
    browser, without ``zone_chosen`` the organization; setting ``locale`` or ``time_zone`` chooses it.
    """

    name: MayBeLeftOut[Name] = None
    kana: MayBeLeftOut[Kana] = None
    time_zone: MayBeLeftOut[Zone] = None
    locale: MayBeLeftOut[Locale] = None
    language_chosen: MayBeLeftOut[StrictBool] = None
    zone_chosen: MayBeLeftOut[StrictBool] = None
    defaults: MayBeLeftOut[DefaultsPatch] = None
    calendar_view: MayBeLeftOut[CalendarView] = None
    current_password: MayBeLeftOut[GivenPassword] = None
    password: MayBeLeftOut[Password] = None


class StaffView(View):
    """``calendar_linked`` is false for everyone while the caller's own calendar is not linked (R9). ``calendar``
    is where it is, which decides which rooms can be booked (V3). ``sign_in`` says whether the person has a password,
    or an invitation under way until ``invited_until``; ``invitation_mail`` is what became of its mail, null until
    that is known.
    """

    id: str
    version: int
    name: str
    kana: str
    email: str
    role: Role
    time_zone: str
    locale: Locale
    zoom_user: str
    calendar_linked: bool
    calendar: str | None = None
    disabled: bool
    sign_in: SignInState
    invited_until: datetime | None
    invitation_mail: MailState | None = None

    @classmethod
    def of(cls, staff: Staff, reader: Staff) -> "StaffView":
        linked = staff.calendar is not None and reader.calendar is not None
        known = {"calendar_linked": linked, "calendar": staff.calendar if linked else None}
        return cls.model_validate({**_facts(staff), **known})


class StaffList(View):
    """In the order of joining."""

    items: list[StaffView]
    next_cursor: str | None


class DefaultsView(View):
    """What was chosen last."""

    kind: ProposalKind
    platform: Platform
    guidance: str
    visibility: Visibility


class MeView(StaffView):
    """The signed-in staff member. ``calendar_view`` is how the grid shows attendees' calendars (R6)."""

    organization_id: str
    defaults: DefaultsView
    calendar_view: CalendarView
    language_chosen: bool
    zone_chosen: bool

    @classmethod
    def of_self(cls, staff: Staff) -> "MeView":
        return cls.model_validate({**_facts(staff), "calendar_linked": staff.calendar is not None})


def _facts(staff: Staff) -> dict[str, object]:
    now, until = clock.now(), staff.invitation.expires_at if staff.invitation else None
    mail = staff.invitation_mail(now)
    told = {"invitation_mail": mail.state if mail else None}
    return {**staff.model_dump(), "sign_in": staff.sign_in_state(now), "invited_until": until, **told}
