"""An organization's settings in the API."""

from pydantic import StrictBool

from services.gateway.model import DriftPolicy, Locale, MailFormat, Organization
from services.gateway.schemas.fields import LocalTime, Name, ProductName, Zone
from shared.contracts.api.fields import Request, View


class OrganizationCreate(Request):
    """What the first set-up says; the rest are defaults (R2, R20, R27)."""

    name: Name
    product_name: ProductName = "Chosei"
    time_zone: Zone = "Asia/Tokyo"
    locale: Locale = Locale.JA
    reminder_time: LocalTime = "07:00"
    allow_zoom_basic: StrictBool = True
    drift_policy: DriftPolicy = DriftPolicy.ASK
    mail_format: MailFormat = MailFormat.HTML


class OrganizationPatch(Request):
    """What is left out (or null) stays."""

    name: Name | None = None
    product_name: ProductName | None = None
    time_zone: Zone | None = None
    locale: Locale | None = None
    reminder_time: LocalTime | None = None
    allow_zoom_basic: StrictBool | None = None
    drift_policy: DriftPolicy | None = None
    mail_format: MailFormat | None = None


class OrganizationView(View):
    """``reminder_time`` is local ``HH:MM`` in ``time_zone``."""

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

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationView":
        return cls.model_validate(organization.model_dump())
