"""The apps that Zoom knows: one that each person allows, one that an administrator allows for the whole account, and
server-to-server apps, each of one account.
"""

from dataclasses import dataclass, field

from deploy.sandbox.zoom.access import ADMIN_SCOPES

PERSONAL_APP, ADMIN_APP = "demo-zoom-client", "demo-zoom-admin-client"
CLIENTS = {PERSONAL_APP: "demo-zoom-secret", ADMIN_APP: "demo-zoom-admin-secret"}
"""These two also act as server-to-server apps of every account, so that nothing has to be registered first."""


@dataclass(frozen=True)
class ServerApp:
    """Its scopes were fixed when it was activated."""

    client_id: str
    client_secret: str
    account_id: str
    scopes: str = ADMIN_SCOPES


@dataclass
class ServerApps:
    """The server-to-server apps, by client id."""

    all: dict[str, ServerApp] = field(default_factory=dict)

    def secrets(self) -> dict[str, str]:
        return {app.client_id: app.client_secret for app in self.all.values()}

    def scopes_for(self, client_id: str, account_id: str) -> str | None:
        """What the app may do in this account; None where it belongs to another."""
        app = self.all.get(client_id)
        if app is None:
            return ADMIN_SCOPES
        return app.scopes if app.account_id == account_id else None
