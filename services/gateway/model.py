"""Organizations and the people who work in them, as the gateway keeps them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.contracts.booking import Kind, Visibility


class Role(StrEnum):
    """Administrators may change everything of their organization, members their own."""

    ADMIN = "admin"
    MEMBER = "member"


class Locale(StrEnum):
    """Languages of pages, mails and errors (X6)."""

    JA = "ja"
    EN = "en"


class DriftPolicy(StrEnum):
    """What happens when an entry is changed in the calendar itself (V6)."""

    RESTORE = "restore"
    FOLLOW = "follow"
    ASK = "ask"


class MailFormat(StrEnum):
    """``html`` is text and HTML together (R20)."""

    HTML = "html"
    TEXT = "text"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MailLinks(StrEnum):
    """What mails tell of a web meeting (X9)."""

    RAW = "raw"
    OWN = "own"
    BOTH = "both"


class Organization(_Record):
    """The tenant. ``reminder_time`` is local ``HH:MM`` in ``time_zone`` (R27), ``minimum_slots`` is X10's, ``sandbox``
    H14's.
    """

    id: str
    version: int = 1
    name: str
    product_name: str = "Chosei"
    time_zone: str = "Asia/Tokyo"
    locale: Locale = Locale.JA
    reminder_time: str = "07:00"
    allow_zoom_basic: bool = True
    drift_policy: DriftPolicy = DriftPolicy.ASK
    mail_format: MailFormat = MailFormat.HTML
    minimum_slots: int = 1
    mail_links: MailLinks = MailLinks.RAW
    count_deletions: bool = False
    sandbox: bool = False
    retention_days: int = 0
    """How long guests are kept after the end (X5); 0: as long as nobody asks."""


class CalendarView(StrEnum):
    """How the grid shows several attendees' calendars (R6)."""

    SIDE_BY_SIDE = "side_by_side"
    OVERLAID = "overlaid"


class Defaults(_Record):
    """What a staff member chose last, offered again next time (R11, R12, R14, R16)."""

    kind: Kind = Kind.WEB
    platform: str = "zoom"
    guidance: str = ""
    visibility: Visibility = Visibility.DEFAULT


class MailState(StrEnum):
    """What notifier said of a mail; ``waiting`` is tried again."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"


class InvitationMail(_Record):
    """``reason`` is notifier's or the mail server's word for what did not work."""

    state: MailState
    told_at: datetime
    reason: str = ""
    retry_at: datetime | None = None


class Invitation(_Record):
    """A link to choose a password with, under way; of its token only a hash is kept, beside this. ``revision`` is the
    staff member's version that it came with; ``mail`` is None until something was heard of it.
    """

    sent_at: datetime
    expires_at: datetime
    revision: int = 0
    mail: InvitationMail | None = None


class SignInState(StrEnum):
    """Whether a staff member has a password, or a link to choose one with."""

    READY = "ready"
    INVITED = "invited"
    INVITATION_EXPIRED = "invitation_expired"
    NONE = "none"


class Staff(_Record):
    """A staff member. ``zoom_user`` is empty where their own address serves; ``calendar`` names the linked provider,
    ``building_ids`` the buildings whose rooms they use (V3).

    ``language_chosen`` and ``zone_chosen`` say that the person set ``locale`` and ``time_zone`` themselves, so that
    pages use them; else pages follow the browser and the organization. ``has_password`` is read from what is stored
    and never written by it.
    """

    id: str
    organization_id: str
    version: int = 1
    name: str
    kana: str = ""
    email: str
    role: Role = Role.MEMBER
    time_zone: str
    locale: Locale
    language_chosen: bool = False
    zone_chosen: bool = False
    zoom_user: str = ""
    disabled: bool = False
    defaults: Defaults = Defaults()
    building_ids: tuple[str, ...] = ()
    calendar_view: CalendarView = CalendarView.SIDE_BY_SIDE
    calendar: str | None = None
    has_password: bool = False
    invitation: Invitation | None = None

    def sign_in_state(self, now: datetime) -> SignInState:
        if self.invitation is not None and now < self.invitation.expires_at:
            return SignInState.INVITED
        if self.has_password:
            return SignInState.READY
        return SignInState.INVITATION_EXPIRED if self.invitation else SignInState.NONE

    def invitation_mail(self, now: datetime) -> InvitationMail | None:
        """What became of the mail with the link that holds."""
        invited = self.invitation is not None and not self.disabled and self.sign_in_state(now) is SignInState.INVITED
        return self.invitation.mail if self.invitation and invited else None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


class Session(_Record):
    """A sign-in. ``id`` is the hash of its token, which is kept nowhere; times are real ones."""

    id: str
    staff_id: str
    expires_at: datetime


class Scope(StrEnum):
    """What an API key may do (X8); ``write`` includes ``read`` of the same noun. ``scopes.py`` says which calls."""

    APPOINTMENTS_READ = "appointments:read"
    APPOINTMENTS_WRITE = "appointments:write"
    PROPOSALS_READ = "proposals:read"
    PROPOSALS_WRITE = "proposals:write"
    PAGES_READ = "pages:read"
    PAGES_WRITE = "pages:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CALENDAR_READ = "calendar:read"
    MENUS_READ = "menus:read"
    MENUS_WRITE = "menus:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"


class ApiKeyState(StrEnum):
    """``paused``: whoever made it is disabled."""

    ACTIVE = "active"
    EXPIRED = "expired"
    PAUSED = "paused"


class ApiKey(_Record):
    """With which a program acts for whoever made it, within its scopes (X8). ``prefix`` is the part of the secret that
    is shown; of the rest only a hash is kept, beside this.
    """

    id: str
    organization_id: str
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def state(self, now: datetime, *, maker_disabled: bool) -> ApiKeyState:
        if self.expires_at is not None and self.expires_at <= now:
            return ApiKeyState.EXPIRED
        return ApiKeyState.PAUSED if maker_disabled else ApiKeyState.ACTIVE
