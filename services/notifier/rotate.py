"""``python -m services.notifier.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.notifier.settings import Settings
from services.notifier.subscribers import SERVICE
from services.notifier.webhook_secrets import PLACE
from shared import rotation

SECRETS: rotation.Secrets = {
    "matters": dict.fromkeys(
        (
            "facts.secrets",
            "facts.meeting.sealed",
            "facts.by_hand.sealed",
            "facts.notices.*.words",
            "facts.notices.*.url",
            "deliveries.*.message",
        ),
        "matters/{}",
    ),
    "webhook_endpoints": dict.fromkeys(("secret", "old_secret"), PLACE),
}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
