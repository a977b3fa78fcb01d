"""What notifier keeps of organizations and staff, newest version only."""

from shared.contracts.envelope import Value
from shared.contracts.people import Person


class Organization(Value):
    """Names, zone and language of all mails of an organization (R18); of a ``sandbox`` one guests are staff (H14)."""

    organization_id: str
    version: int
    name: str
    product_name: str
    time_zone: str
    locale: str
    mail_format: str
    mail_links: str = "raw"
    sandbox: bool = False

    @property
    def text_only(self) -> bool:
        """R20: an organization can switch to text only."""
        return self.mail_format == "text"


class StaffMember(Value):
    """Where a staff member gets mail; a disabled one gets none."""

    staff_id: str
    organization_id: str
    version: int
    person: Person
    role: str = "member"
    disabled: bool = False
