"""Events of zoom_issuer: connections to Zoom and meetings of appointments (subject: the appointment's id)."""

from enum import StrEnum

from shared.contracts.drift import DriftKind
from shared.contracts.envelope import EventData, Instant, OpenEnum
from shared.contracts.erasure import DataErased
from shared.contracts.people import Account
from shared.contracts.provider_calls import WithCalls


class EndOfConnection(StrEnum):
    """``disconnected`` by a person; ``broken`` when the provider refuses the token (G19)."""

    DISCONNECTED = "disconnected"
    BROKEN = "broken"


class EndOfAccount(OpenEnum):
    """``disconnected`` by an administrator; ``broken`` when Zoom refuses its credentials; ``replaced`` by another
    account; ``taken_over`` by another organization.
    """

    DISCONNECTED = "disconnected"
    BROKEN = "broken"
    REPLACED = "replaced"
    TAKEN_OVER = "taken_over"


class MeetingErrorCode(StrEnum):
    """The codes of E8."""

    FAILED = "zoom_failed"
    NO_CREDENTIALS = "zoom_no_credentials"
    RATE_LIMITED = "zoom_rate_limited"
    OAUTH_FAILED = "zoom_oauth_failed"


class ZoomConnected(EventData, routing_key="zoom_issuer.zoom_connected.v1"):
    """A staff member's Zoom account is linked; ``zoom_user_id`` is Zoom's own. Subject: the staff id."""

    staff_id: str
    zoom_user_id: str
    account: Account


class ZoomDisconnected(EventData, routing_key="zoom_issuer.zoom_disconnected.v1"):
    """The link ended or broke. Subject: the staff id."""

    staff_id: str
    reason: EndOfConnection


class ZoomAccountConnected(EventData, routing_key="zoom_issuer.zoom_account_connected.v1"):
    """An organization's Zoom account is linked and is its only current one (C1): ``kind`` tells by an administrator's
    consent or by an app of its own. Subject: the link.
    """

    kind: str


class ZoomAccountEnded(EventData, routing_key="zoom_issuer.zoom_account_ended.v1"):
    """The link to an organization's Zoom account ended or broke; ``current`` where no other had replaced it before.
    Subject: the link.
    """

    reason: EndOfAccount
    current: bool


class ZoomUserAssigned(EventData, routing_key="zoom_issuer.zoom_user_assigned.v1"):
    """The Zoom user that a staff member's meetings are made on is another one, their own or the organization's, or
    there is none any more. Subject: the staff id.
    """

    staff_id: str
    zoom_user_id: str | None


class ZoomUsersReplaced(EventData, routing_key="zoom_issuer.zoom_users_replaced.v1", webhooks=False):
    """An organization's account has these users in place of a former account's, who have the same addresses (C1, C2):
    Zoom's ids, the former one's first. ``since`` is when the account was granted: what is said of an older one counts
    less. Said when the new account's users were read completely, a part at a time. Subject: the link.
    """

    replaced: dict[str, str]
    since: Instant


class MeetingIssued(WithCalls, routing_key="zoom_issuer.meeting_issued.v1"):
    """A meeting exists at Zoom for this revision of the appointment; ``sealed`` holds ``MeetingSecrets``."""

    appointment_id: str
    revision: int
    sealed: str


class MeetingUpdated(WithCalls, routing_key="zoom_issuer.meeting_updated.v1"):
    """The meeting follows the named revision; ``link_changed`` where the old link no longer works (C9)."""

    appointment_id: str
    revision: int
    link_changed: bool
    sealed: str


class MeetingRevoked(WithCalls, routing_key="zoom_issuer.meeting_revoked.v1"):
    """The meeting is gone at Zoom; its link no longer works (G12)."""

    appointment_id: str
    revision: int


class MeetingDriftDetected(EventData, routing_key="zoom_issuer.meeting_drift_detected.v1"):
    """Somebody changed or deleted the meeting directly at Zoom (E7), where it had stood as of ``revision``. A deletion
    is told only after it was proved twice (G17).

    ``drift_id`` names this finding for ``DriftDecided``; ``staff_id`` is the organizer's. Times and topic are those
    found, absent for a deleted meeting; ``topic`` is absent too where it is as it was. ``original_start_at`` names the
    one occurrence of a recurring meeting that was moved or deleted (E6); all that were found at once bear one
    ``drift_id`` and are put back together. Subject: the appointment's id.
    """

    appointment_id: str
    revision: int
    drift_id: str
    staff_id: str
    kind: DriftKind
    start_at: Instant | None
    end_at: Instant | None
    topic: str | None
    original_start_at: Instant | None = None


class MeetingSyncFrozen(EventData, routing_key="zoom_issuer.meeting_sync_frozen.v1"):
    """So many of a connection's ``coming`` meetings are ``missing`` at once that none counts as deleted until a person
    decides (G17). ``staff_id`` is whose connection it is. Subject: the staff id.
    """

    staff_id: str
    missing: int
    coming: int


class MeetingIssueFailed(WithCalls, routing_key="zoom_issuer.meeting_issue_failed.v1"):
    """Issuing or changing failed. ``retry_at`` is set while it waits and will be tried again, else it is final.

    ``needs_attention`` where it is still tried and the administrators should act now: somebody must connect, or the
    start is near (G11). ``day_is_spent`` where the Zoom user's requests of the day are used up, of which
    ``ZoomBudgetExhausted`` tells the administrators.
    """

    appointment_id: str
    revision: int
    error: MeetingErrorCode
    reason: str
    retry_at: Instant | None
    needs_attention: bool = False
    day_is_spent: bool = False


class ZoomBudgetExhausted(EventData, routing_key="zoom_issuer.zoom_budget_exhausted.v1"):
    """A Zoom user's requests of this UTC ``day`` are used up, by our count or by Zoom's word; what is to be issued
    waits for ``resets_at`` (C4). With ``same_day_left`` the rest is kept for meetings that start before. Said at most
    once a day for each of the two. Subject: the provider's own user id.
    """

    zoom_user_id: str
    account: Account
    day: str
    resets_at: Instant
    same_day_left: bool


class MeetingDataErased(DataErased, routing_key="zoom_issuer.meeting_data_erased.v1", webhooks=False):
    """Topics, links and passcodes of meetings are gone (X5)."""
