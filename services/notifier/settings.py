"""Settings of notifier: the mail server, how long to wait for a link, how stubbornly to try again."""

from datetime import timedelta

from pydantic import SecretStr, field_validator

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
