"""The environment of each service, with or without containers: what it needs and nothing of the others.

Demo, compose and a cluster differ in where things are (``Surroundings``); on a cluster nothing stands in for
providers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from deploy.credentials import Credentials

# Whom each service asks over HTTP: it gets their addresses, and they accept its token.
ASKS: Mapping[str, tuple[str, ...]] = {
    "gateway": ("booking", "calendar_sync", "zoom_issuer", "notifier", "reminder_scheduler"),
    "booking": ("calendar_sync",),
    "reminder_scheduler": ("booking",),
}


_ZOOM_SIGNS_WITH = "demo-zoom-webhook-secret"
_STRIPE_SIGNS_WITH = "whsec_demo"
_ZOOM_EVENTS = (
    "meeting.updated", "meeting.deleted", "meeting.permanently_deleted", "meeting.recovered",
    "user.created", "user.updated", "user.deactivated", "user.activated", "user.deleted", "app_deauthorized",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StandIns:
    """Where the sandbox is, which stands in for all providers and the mail server, and the clock that tests move."""

    url: str
    smtp_host: str
    smtp_port: int
    clock_file: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where everything is, as seen by the services; URLs have no trailing slash."""

    public_url: str
    service_urls: Mapping[str, str]
    listen_host: str
    listen_ports: Mapping[str, int]
    amqp_address: str
    mongo_address: str
    mongo_directly: bool = False
    """Whether the address leads to the primary by another way than its own name, so that no other member is sought."""
    replica_set: str
    static_folder: str
    stand_ins: StandIns | None = None
    webhook_networks: str = ""
    """What webhooks may reach though it is not public."""


def lines_of(settings: Mapping[str, str]) -> str:
    """As the files have them that services read their settings from."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def settings_of(service: str, around: Surroundings, credentials: Credentials) -> dict[str, str]:
    """The ``CHOSEI_…`` variables of one service."""
    return (
        _common(service, around, credentials)
        | _neighbours(service, around, credentials)
        | _own(service, around, credentials)
        | (_of_stand_ins(service, around.stand_ins) if around.stand_ins else {})
    )


def sandbox_settings(public_url: str) -> dict[str, str]:
    """Where the stand-ins for Zoom and Stripe send events, as one registers it there."""
    return {
        "CHOSEI_SANDBOX_ZOOM_WEBHOOK_URL": f"{public_url}/hooks/zoom",
        "CHOSEI_SANDBOX_ZOOM_WEBHOOK_SECRET": _ZOOM_SIGNS_WITH,
        "CHOSEI_SANDBOX_ZOOM_WEBHOOK_EVENTS": ",".join(_ZOOM_EVENTS),
        "CHOSEI_SANDBOX_STRIPE_WEBHOOK_URL": f"{public_url}/hooks/stripe",
        "CHOSEI_SANDBOX_STRIPE_WEBHOOK_SECRET": _STRIPE_SIGNS_WITH,
    }


def mongo_url(address: str, database: str, user: str, password: str, replica_set: str, source: str) -> str:
    """A connection string with the database in its path; ``source`` is the database that knows the user."""
    return f"mongodb://{user}:{quote(password)}@{address}/{database}?replicaSet={replica_set}&authSource={source}"


def _common(service: str, around: Surroundings, credentials: Credentials) -> dict[str, str]:
    database = (service, service, credentials.database[service])
    return {
        "CHOSEI_HOST": around.listen_host,
        "CHOSEI_PORT": str(around.listen_ports[service]),
        "CHOSEI_AMQP_URL": f"amqp://{service}:{quote(credentials.broker[service])}@{around.amqp_address}/",
        "CHOSEI_MONGO_URL": mongo_url(around.mongo_address, *database, around.replica_set, service)
        + ("&directConnection=true" if around.mongo_directly else ""),
        "CHOSEI_PUBLIC_URL": around.public_url,
        "CHOSEI_BUS_KEYS": credentials.bus_keys,
        "CHOSEI_DATA_KEYS": credentials.data_keys[service],
    }


def _neighbours(service: str, around: Surroundings, credentials: Credentials) -> dict[str, str]:
    tokens = credentials.api_tokens
    callers = [caller for caller, asked in ASKS.items() if service in asked]
    settings = {"CHOSEI_API_TOKENS": ",".join(f"{caller}:{tokens[caller]}" for caller in callers)}
    for asked in ASKS.get(service, ()):
        settings[f"CHOSEI_{asked.upper()}_URL"] = around.service_urls[asked]
        settings[f"CHOSEI_{asked.upper()}_TOKEN"] = tokens[service]
    return settings


def _own(service: str, around: Surroundings, credentials: Credentials) -> dict[str, str]:
    match service:
        case "gateway":
            return {
                "CHOSEI_SESSION_KEYS": credentials.session_keys,
                "CHOSEI_SETUP_CODE": credentials.setup_code,
                "CHOSEI_STATIC_DIR": around.static_folder,
            }
        case "booking":
            return {"CHOSEI_TOKEN_KEYS": credentials.token_keys}
        case "notifier":
            return {"CHOSEI_WEBHOOK_NETWORKS": around.webhook_networks}
        case _:
            return {}


def _of_stand_ins(service: str, sandbox: StandIns) -> dict[str, str]:
    own: dict[str, str] = {}
    match service:
        case "gateway":
            own = _oidc(sandbox.url)
        case "booking":
            own = _stripe(sandbox.url)
        case "zoom_issuer":
            own = _zoom(sandbox.url)
        case "calendar_sync":
            own = _google(sandbox.url) | _microsoft(sandbox.url)
        case "notifier":
            own = _mail(sandbox)
    return {"CHOSEI_CLOCK_FILE": sandbox.clock_file} | own


def _mail(sandbox: StandIns) -> dict[str, str]:
    return {
        "CHOSEI_SMTP_HOST": sandbox.smtp_host,
        "CHOSEI_SMTP_PORT": str(sandbox.smtp_port),
        "CHOSEI_SMTP_STARTTLS": "false",
        "CHOSEI_MAIL_FROM": "noreply@example.jp",
    }


def _oidc(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_OIDC_ISSUER": f"{sandbox}/oidc",
        "CHOSEI_OIDC_CLIENT_ID": "demo-oidc-client",
        "CHOSEI_OIDC_CLIENT_SECRET": "demo-oidc-secret",
    }


def _zoom(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_ZOOM_CLIENT_ID": "demo-zoom-client",
        "CHOSEI_ZOOM_CLIENT_SECRET": "demo-zoom-secret",
        "CHOSEI_ZOOM_ADMIN_CLIENT_ID": "demo-zoom-admin-client",
        "CHOSEI_ZOOM_ADMIN_CLIENT_SECRET": "demo-zoom-admin-secret",
        "CHOSEI_ZOOM_OAUTH_URL": f"{sandbox}/zoom/oauth",
        "CHOSEI_ZOOM_API_URL": f"{sandbox}/zoom/v2",
        "CHOSEI_ZOOM_WEBHOOK_SECRET": _ZOOM_SIGNS_WITH,
    }


def _stripe(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_STRIPE_API_URL": f"{sandbox}/stripe",
        "CHOSEI_STRIPE_SECRET_KEY": "sk_test_demo",
        "CHOSEI_STRIPE_WEBHOOK_SECRET": _STRIPE_SIGNS_WITH,
    }


def _google(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_GOOGLE_CLIENT_ID": "demo-google-client",
        "CHOSEI_GOOGLE_CLIENT_SECRET": "demo-google-secret",
        "CHOSEI_GOOGLE_AUTHORIZE_URL": f"{sandbox}/google/o/oauth2/v2/auth",
        "CHOSEI_GOOGLE_OAUTH_URL": f"{sandbox}/google",
        "CHOSEI_GOOGLE_API_URL": f"{sandbox}/google/calendar/v3",
        "CHOSEI_GOOGLE_DIRECTORY_URL": f"{sandbox}/google/admin/directory/v1",
    }


def _microsoft(sandbox: str) -> dict[str, str]:
    return {
        "CHOSEI_MICROSOFT_CLIENT_ID": "demo-microsoft-client",
        "CHOSEI_MICROSOFT_CLIENT_SECRET": "demo-microsoft-secret",
        "CHOSEI_MICROSOFT_LOGIN_URL": f"{sandbox}/microsoft",
        "CHOSEI_MICROSOFT_TENANT": "common",
        "CHOSEI_MICROSOFT_API_URL": f"{sandbox}/microsoft/v1.0",
    }
