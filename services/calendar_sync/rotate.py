"""``python -m services.calendar_sync.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.calendar_sync.settings import Settings
from services.calendar_sync.subscribers import SERVICE
from shared import oauth_attempts, rotation

SECRETS: rotation.Secrets = {
    "connections": {
        "access_token": "connections/{}/access_token",
        "refresh_token": "connections/{}/refresh_token",
    },
    oauth_attempts.COLLECTION: oauth_attempts.SECRETS,
    "mirrors": {"watch.secret": "mirrors/{}/watch"},
    "appointments": {
        "note": "appointments/{}/note",
        "meeting.link": "appointments/{}/meeting",
        "by_hand": "appointments/{}/by_hand",
        "place": "appointments/{}/place",
        "join_url": "appointments/{}/join_url",
    },
}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
