"""Settings of zoom_issuer."""

from datetime import timedelta

from pydantic import SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """``CHOSEI_…`` variables; see ``ServiceSettings`` for those that all services share."""

    port: int = 8003
    zoom_client_id: str
    zoom_client_secret: SecretStr
    zoom_admin_client_id: str = ""
    """An app that administrators allow for their whole account (C1); empty: none, accounts connect by credentials."""
    zoom_admin_client_secret: SecretStr = SecretStr("")
    zoom_oauth_url: str = "https://zoom.us/oauth"
    zoom_api_url: str = "https://api.zoom.us/v2"
    zoom_webhook_secret: SecretStr = SecretStr("")
    """The app's secret token, which signs Zoom's webhooks; while it is empty none is believed (E7)."""
    sweep_every: timedelta = timedelta(minutes=7)
    """How often each Zoom user's coming meetings are looked at without any notification; ten minutes are promised."""
    zoom_timeout: timedelta = timedelta(seconds=8)
    """After this a request counts as unanswered; what it did is then unknown."""
    state_lifetime: timedelta = timedelta(minutes=15)
    zoom_settle: timedelta = timedelta(seconds=10)
    """How much longer than the time-out to wait before looking for what an unanswered request made (G10)."""
    list_users_every: timedelta = timedelta(hours=4)
    """How often the users of organizations' accounts are read, beside when Zoom tells of a change (C2)."""
    zoom_per_day: int = 100
    """Creates and updates per Zoom user and UTC day, which is Zoom's own limit (C4)."""
    zoom_kept_for_today: int = 5
    """The last of them, which only meetings that start before the next reset get."""
    zoom_per_second: int = 10
    """Requests of an account; Zoom allows 30 and more, and 4 on a Basic plan (G20)."""
    zoom_per_second_basic: int = 2
    gather_quiet: timedelta = timedelta(seconds=16)
    """Changes of a meeting go to Zoom together, this long after the newest: more than the pause between five moves that
    are spread over a minute (G20)."""
    gather_most: timedelta = timedelta(seconds=70)
    gather_rush: timedelta = timedelta(minutes=15)
    """Where a start is nearer than this nothing is gathered."""
    warn_before: timedelta = timedelta(hours=1)
    """How long before the start the administrators are told of a meeting that still cannot be issued (G11)."""
    give_up_after: timedelta = timedelta(days=1)
    """How long after the appointment's end, or after the last word on it, what is left at Zoom is still cleaned up."""
