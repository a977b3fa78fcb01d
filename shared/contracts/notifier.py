"""Events of notifier: what became of each mail."""

from enum import StrEnum

from shared.contracts.envelope import Instant, OpenEnum
from shared.contracts.erasure import DataErased
from shared.contracts.provider_calls import WithCalls


class Audience(StrEnum):
    """The two sides of a mail (api.md, Mails)."""

    GUEST = "guest"
    STAFF = "staff"
    ADMINS = "admins"


class Purpose(OpenEnum):
    """Why a mail is sent; with revision and audience it names one mail (G10)."""

    PROPOSED = "proposed"
    SLOTS_CHANGED = "slots_changed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NEW_SLOTS_REQUESTED = "new_slots_requested"
    SLOTS_RUNNING_LOW = "slots_running_low"
    UNANSWERED = "unanswered"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    CANCELED = "canceled"
    REQUESTED = "requested"
    DECLINED = "declined"
    LINK = "link"
    REMINDER = "reminder"
    NOTICE = "notice"
    CONNECTION_BROKEN = "connection_broken"
    ISSUE_FAILED = "issue_failed"
    INVITED = "invited"
    SYNC_FROZEN = "sync_frozen"
    TEMPLATE_BROKEN = "template_broken"
    REPLACED = "replaced"
    ZOOM_ACCOUNT_ENDED = "zoom_account_ended"
    BUDGET_GONE = "budget_gone"
    WEBHOOK_DISABLED = "webhook_disabled"


class NotificationSent(WithCalls, routing_key="notifier.notification_sent.v1"):
    """The mail server accepted the mail for all its recipients. Subject: what it is about (proposal, appointment,
    staff, template). ``fell_back``: the organization's own template failed, so the default went out (C6). Of what is
    mailed before each occurrence of a series ``original_start_at`` names the one (E6). ``invited_apart``: it carries
    our own invitation to a guest who was to be a participant of the organizer's entry, and is not from then on (G14).
    """

    about: str
    revision: int
    purpose: Purpose
    audience: Audience
    message_id: str
    with_meeting: bool
    fell_back: bool = False
    original_start_at: Instant | None = None
    invited_apart: bool = False


class NotificationFailed(WithCalls, routing_key="notifier.notification_failed.v1"):
    """The mail server refused the mail for good, or it was suppressed because its time had passed. Where ``retry_at``
    is set it waits and will be tried again: said at the first failure and then now and again. ``original_start_at`` as
    in ``NotificationSent``.
    """

    about: str
    revision: int
    purpose: Purpose
    audience: Audience
    reason: str
    suppressed: bool
    retry_at: Instant | None = None
    original_start_at: Instant | None = None


class MailDataErased(DataErased, routing_key="notifier.mail_data_erased.v1", webhooks=False):
    """Mails, what they were made of, and the log of webhooks are gone (X5)."""
