"""``python -m services.zoom_issuer.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.zoom_issuer.settings import Settings
from services.zoom_issuer.store import connections, offers
from services.zoom_issuer.subscribers import SERVICE
from shared import oauth_attempts, rotation

SECRETS: rotation.Secrets = {
    "connections": connections.SECRETS,
    offers.COLLECTION: offers.SECRETS,
    oauth_attempts.COLLECTION: oauth_attempts.SECRETS,
    "meetings": {"secrets": "meetings/{}/secrets"},
}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
