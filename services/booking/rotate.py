"""``python -m services.booking.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.booking.settings import Settings
from services.booking.subscribers import SERVICE
from services.booking.views.meeting import secret_place
from shared import rotation

SECRETS: rotation.Secrets = {"appointments": {"meeting.secret": secret_place("{}")}}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
