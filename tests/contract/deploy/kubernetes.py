"""The overlays of deploy/kubernetes as they would be applied, and questions about them."""

from functools import cache
from pathlib import Path
from typing import Any

from deploy.kubernetes.prepare import name_of
from services.booking.settings import Settings as BookingSettings
from services.calendar_sync.settings import Settings as CalendarSyncSettings
from services.gateway.settings import Settings as GatewaySettings
from services.notifier.settings import Settings as NotifierSettings
from services.reminder_scheduler.settings import Settings as ReminderSchedulerSettings
from services.zoom_issuer.settings import Settings as ZoomIssuerSettings
from shared.settings import ServiceSettings
from tests.infrastructure.kustomize import Manifest, build

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("small", "production")
SETTINGS: dict[str, type[ServiceSettings]] = {
    "booking": BookingSettings,
    "calendar_sync": CalendarSyncSettings,
    "zoom_issuer": ZoomIssuerSettings,
    "notifier": NotifierSettings,
    "reminder_scheduler": ReminderSchedulerSettings,
    "gateway": GatewaySettings,
}


@cache
def applied(overlay: str) -> tuple[Manifest, ...]:
    return tuple(build(FOLDER / "overlays" / overlay))


def of_kind(overlay: str, kind: str) -> dict[str, Manifest]:
    """By name."""
    return {each["metadata"]["name"]: each for each in applied(overlay) if each["kind"] == kind}


def pods(overlay: str) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Metadata and specification of what our Deployments and Jobs start, by their name."""
    made = {**of_kind(overlay, "Deployment"), **of_kind(overlay, "Job")}
    return {name: (one["spec"]["template"]["metadata"], one["spec"]["template"]["spec"]) for name, one in made.items()}


def deployment(overlay: str, service: str) -> dict[str, Any]:
    found: dict[str, Any] = of_kind(overlay, "Deployment")[name_of(service)]["spec"]
    return found


def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["containers"]
    found: dict[str, Any] = only
    return found
