"""What an organization wrote of one mail in one language, and how it failed."""

from typing import Self

from pydantic import AwareDatetime

from shared.contracts.envelope import Value
from shared.wording import Language


class Breakage(Value):
    """A version of a template from which a mail could not be made. The words name nobody; ``kind`` and ``part`` are
    those of ``mails/faults.py``, ``about`` the placeholder that it is about.
    """

    name: str
    language: Language
    version: int
    at: AwareDatetime
    kind: str
    part: str
    line: int = 0
    column: int = 0
    about: str = ""


class Wording(Value):
    """Subject, heading and body as they were written."""

    subject: str
    heading: str
    body: str


class MailTemplate(Value):
    """``version`` grows with every change and never starts again; without ``wording`` the mail is back to its default.
    ``written_with`` is the idempotency key of the last change, hashed.
    """

    organization_id: str
    name: str
    language: Language
    version: int = 0
    wording: Wording | None = None
    changed_at: AwareDatetime | None = None
    changed_by: str = ""
    written_with: str = ""
    broken: Breakage | None = None

    @property
    def key(self) -> str:
        return f"{self.organization_id}/{self.name}/{self.language}"

    @property
    def about(self) -> str:
        """The matter of mails to administrators about it."""
        return f"mail_template/{self.key}"

    def changed(self, wording: Wording | None, *, at: AwareDatetime, by: str, key: str) -> Self:
        return self.model_copy(
            update={
                "version": self.version + 1,
                "wording": wording,
                "changed_at": at,
                "changed_by": by,
                "written_with": key,
                "broken": None,
            }
        )
