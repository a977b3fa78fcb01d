"""An organization's settings in the API."""

from pydantic import StrictBool

from services.gateway.model import DriftPolicy, Locale, MailFormat, MailLinks, Organization
from services.gateway.schemas.fields import LocalTime, MinimumSlots, Name, ProductName, RetentionDays, Zone
from shared.contracts.api.fields import MayBeLeftOut, Request, View


class OrganizationCreate(Request):
    """What the first set-up says; the rest are defaults (R2, R20, R27, X10)."""

    name: Name
    product_name: ProductName = "Chosei"
    time_zone: Zone = "Asia/Tokyo"
    locale: Locale = Locale.JA
    reminder_time: LocalTime = "07:00"
    allow_zoom_basic: StrictBool = True
    drift_policy: DriftPolicy = DriftPolicy.ASK
    mail_format: MailFormat = MailFormat.HTML
    minimum_slots: MinimumSlots = 1
    mail_links: MailLinks = MailLinks.RAW
    count_deletions: StrictBool = False
    sandbox: StrictBool = False
    retention_days: RetentionDays = 0


class OrganizationPatch(Request):
    """What is left out stays."""

    name: MayBeLeftOut[Name] = None
    product_name: MayBeLeftOut[ProductName] = None
    time_zone: MayBeLeftOut[Zone] = None
    locale: MayBeLeftOut[Locale] = None
    reminder_time: MayBeLeftOut[LocalTime] = None
    allow_zoom_basic: MayBeLeftOut[StrictBool] = None
    drift_policy: MayBeLeftOut[DriftPolicy] = None
    mail_format: MayBeLeftOut[MailFormat] = None
    minimum_slots: MayBeLeftOut[MinimumSlots] = None
    mail_links: MayBeLeftOut[MailLinks] = None
    count_deletions: MayBeLeftOut[StrictBool] = None
    sandbox: MayBeLeftOut[StrictBool] = None
    retention_days: MayBeLeftOut[RetentionDays] = None


class OrganizationView(View):
    """``reminder_time`` is local ``HH:MM`` in ``time_zone``. Guests are erased ``retention_days`` after the end of an
    appointment, with 0 when somebody asks (X5).
    """

    id: str
    version: int
    name: str
    product_name: str
    time_zone: str
    locale: Locale
    reminder_time: str
    allow_zoom_basic: bool
    drift_policy: DriftPolicy
    mail_format: MailFormat
    minimum_slots: int
    mail_links: MailLinks
    count_deletions: bool
    sandbox: bool
    retention_days: int

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationView":
        return cls.model_validate(organization.model_dump())
