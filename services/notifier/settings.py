"""Settings of notifier: the mail server, how long to wait for a link, how stubbornly to try again; webhooks."""

from datetime import timedelta

from pydantic import SecretStr, field_validator

from services.notifier.model.addresses import Policy
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read once at start; frozen."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    smtp_connections: int = 8
    """Connections kept to the mail server; each carries one mail after another."""
    smtp_timeout: timedelta = timedelta(seconds=15)
    """For each command; a whole mail must fit into a lease (60 s)."""
    mail_from: str
    meeting_wait: timedelta = timedelta(seconds=20)
    """How long a confirmation waits for its link before it goes out saying that the link follows (G11)."""
    retry_first: timedelta = timedelta(seconds=1)
    retry_most: timedelta = timedelta(minutes=2)
    max_tries: int = 1_500
    """About two days of a mail server that does not take a mail; then the mail has failed."""
    webhook_timeout: timedelta = timedelta(seconds=15)
    """For each try as a whole, from the look-up of the name to the answer; two of them fit into a lease (60 s)."""
    webhook_log: timedelta = timedelta(days=14)
    """How long deliveries are kept, with what was sent."""
    webhook_turns: int = 64
    """Endpoints that are sent to at once by one process."""
    webhook_networks: str = ""
    """Networks, comma-separated, that webhooks may reach though they are not public, and over plain HTTP: such as
    ``127.0.0.0/8`` in the demo, or your own receivers' (G24)."""

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        Policy.parse(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_address(cls, value: str) -> str:
        name, at, domain = value.partition("@")
        if not (name and at and domain):
            raise ValueError("must be an e-mail address")
        return value

    @property
    def mail_domain(self) -> str:
        return self.mail_from.partition("@")[2]
