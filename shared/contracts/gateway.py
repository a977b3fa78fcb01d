"""Events of the gateway: organizations and staff, so that no service has to ask for them."""

from shared.contracts.envelope import EventData, Instant
from shared.contracts.erasure import DataErased
from shared.contracts.people import Person


class OrganizationChanged(EventData, routing_key="gateway.organization_changed.v1"):
    """An organization was made or its settings changed; carries all of them. ``reminder_time`` is local ``HH:MM``;
    staff are asked for more where fewer open slots than ``minimum_slots`` remain of a proposal (X10). ``mail_links``
    says what mails tell of a web meeting (X9): ``raw`` its own URL, ID and passcode, ``own`` our link, or ``both``.
    With ``count_deletions`` Zoom counts deletions of meetings too (C4). A ``sandbox`` organization books only with its
    own staff and mails nobody else (H14). Guests are erased
    ``retention_days`` after the end of an appointment (X5), with 0 when somebody asks.
    """

    name: str
    product_name: str
    time_zone: str
    locale: str
    reminder_time: str
    allow_zoom_basic: bool
    drift_policy: str
    mail_format: str
    minimum_slots: int = 1
    mail_links: str = "raw"
    count_deletions: bool = False
    sandbox: bool = False
    retention_days: int = 0


class StaffChanged(EventData, routing_key="gateway.staff_changed.v1"):
    """A staff member was added or changed; ``zoom_user`` is empty where their own address serves (E1)."""

    person: Person
    role: str
    time_zone: str
    locale: str
    zoom_user: str


class StaffDisabled(EventData, routing_key="gateway.staff_disabled.v1"):
    """A staff member may no longer sign in or attend."""

    person: Person


class StaffInvited(EventData, routing_key="gateway.staff_invited.v1", webhooks=False):
    """A staff member was sent a link to choose a password with; any link before it is dead. ``sealed`` is an
    ``InvitationSecrets``. Subject: the staff member.
    """

    person: Person
    invited_by: Person
    locale: str
    expires_at: Instant
    sealed: str


class AnswersErased(DataErased, routing_key="gateway.answers_erased.v1", webhooks=False):
    """Answers kept for repeats of requests, and what was remembered of a guest, are gone (X5)."""
