"""Settings of calendar_sync: where the providers are and how eagerly calendars are read."""

from datetime import timedelta

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Base URLs point to the providers or to the sandbox; nothing else differs between the two."""

    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_authorize_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_oauth_url: str = "https://oauth2.googleapis.com"
    google_api_url: str = "https://www.googleapis.com/calendar/v3"
    google_directory_url: str = "https://admin.googleapis.com/admin/directory/v1"
    google_concurrency: int = 8
    """Requests at once per mailbox and process."""
    google_per_minute: int = 540
    """Requests per mailbox and process; Google allows 600 per user. Divide it by the number of replicas."""
    google_description_limit: int = 8_192

    microsoft_client_id: str = ""
    microsoft_client_secret: SecretStr = SecretStr("")
    microsoft_login_url: str = "https://login.microsoftonline.com"
    microsoft_tenant: str = "common"
    microsoft_api_url: str = "https://graph.microsoft.com/v1.0"
    microsoft_concurrency: int = 4
    """Graph refuses the fifth request at once of one mailbox: divide it by the number of replicas."""
    microsoft_per_ten_minutes: int = 9_000
    """Requests per mailbox and process; Graph allows 10,000. Divide it likewise."""
    microsoft_description_limit: int = 200_000

    provider_timeout: timedelta = timedelta(seconds=10)
    poll_interval: timedelta = timedelta(seconds=60)
    notification_delay: timedelta = timedelta(milliseconds=400)
    """One change often yields several notifications; they are gathered for so long and share a read."""
    window_ahead: timedelta = timedelta(days=400)
    window_behind: timedelta = timedelta(days=1)
    rewindow_every: timedelta = timedelta(days=1)
    heartbeat: timedelta = timedelta(seconds=150)
    """With the poll after it, ``BusyTimesChanged`` goes out every 4 minutes at least; 15 minutes are unknown (G3)."""
    stale_after: timedelta = timedelta(minutes=15)
    watch_lifetime: timedelta = timedelta(days=6)
    watch_renew_before: timedelta = timedelta(days=1)
    watch_retry: timedelta = timedelta(minutes=10)
    meeting_wait: timedelta = timedelta(seconds=2)
    """How long the first write of an entry waits for the meeting, so that one write usually suffices."""
    guest_wait: timedelta = timedelta(seconds=15)
    """An entry that is written later does not invite the guest (G14); less than notifier's mail waits for it."""
    renew_before: timedelta = timedelta(minutes=5)
    disconnect_budget: timedelta = timedelta(seconds=10)
    """How long disconnecting waits for the person's holds to go."""
    rooms_interval: timedelta = timedelta(hours=1)
    """How often buildings and rooms are read without anybody asking."""
    rooms_retry: timedelta = timedelta(minutes=5)
    """The same while they cannot be read."""
    state_lifetime: timedelta = timedelta(minutes=15)
