"""Settings of the gateway."""

from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from shared.crypto import KeyRing
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """``CHOSEI_…`` variables; see ``ServiceSettings`` for those that all services share."""

    session_keys: SecretStr
    """Keys that bind CSRF tokens and the cookie of a consent under way to their session, and encrypt what a guest's
    browser remembers (H8); format of a key ring.
    """
    setup_code: SecretStr | None = None
    """One-time code for the first organization; made and logged at start where it is not given."""
    static_dir: Path = Path(__file__).parent / "static"

    booking_url: str
    booking_token: SecretStr
    calendar_sync_url: str
    calendar_sync_token: SecretStr
    zoom_issuer_url: str
    zoom_issuer_token: SecretStr
    notifier_url: str
    notifier_token: SecretStr
    reminder_scheduler_url: str
    reminder_scheduler_token: SecretStr
    backend_timeout: timedelta = timedelta(seconds=12)
    """Longer than any backend's own budget: the look of G4 takes 2 s, a connection's callback a few calls."""

    oidc_issuer: str = ""
    """Sign-in by OpenID Connect (X8) where this names a provider; discovery is read below it. Empty: passwords only."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = ""
    """What the button calls it, such as the name of the company's directory."""
    oidc_organization_id: str = ""
    """Whose staff sign in so, and nobody else's; empty: the organization that was set up first."""
    oidc_creates_staff: bool = False
    """Whether who has a verified address there and is unknown here becomes a member."""
    oidc_timeout: timedelta = timedelta(seconds=8)
    """Of each call to the provider, while a person waits."""

    session_length: timedelta = timedelta(days=30)
    """Real time since the session was last used; renewed at most once a day."""
    session_longest: timedelta = timedelta(days=90)
    """Since signing in, however much it is used."""
    body_limit: int = 2 * 1024 * 1024
    body_patience: timedelta = timedelta(seconds=30)
    """How long a body may take to arrive."""
    answers_kept: timedelta = timedelta(hours=24)
    """How long a key gives the first answer again."""
    twin_patience: timedelta = timedelta(seconds=10)
    """How long a request waits for another one under way with the same key."""
    answer_lease: timedelta = timedelta(seconds=30)
    """After this a request under way is taken for dead; longer than ``backend_timeout``."""

    confirms_per_minute_and_link: int = 120
    mails_per_minute_and_recipient: int = 120
    """Bookings in one address's name, which anybody may type, and changes by one guest's link: each mails them."""
    guest_requests_per_minute_and_ip: int = 600
    hooks_per_minute_and_ip: int = 3000
    """Providers notify from few addresses, for all connections at once, and come again after a 429."""
    requests_per_minute_and_key: int = 600
    """Of one API key (X8)."""
    failed_sign_ins_per_minute_and_account: int = 10
    """G24; counts are shared by all replicas through the database."""
    failed_sign_ins_per_minute_and_ip: int = 100
    """Of all accounts together, those under way included: each costs 0.15 s of a core."""

    @property
    def session_ring(self) -> KeyRing:
        return KeyRing.parse(self.session_keys.get_secret_value())

    @property
    def secure(self) -> bool:
        """Whether cookies travel over TLS only."""
        return self.public_url.startswith("https://")
