"""``python -m services.booking.rotate``: wrap all stored secrets with the newest key (G26). Safe to repeat."""

from services.booking.settings import Settings
from services.booking.store.documents import APPOINTMENT_PLACE, PROPOSAL_PLACE
from services.booking.store.erasures import PLACE
from services.booking.store.menus import place_of_type
from services.booking.subscribers import SERVICE
from services.booking.views.meeting import by_hand_place, secret_place
from shared import rotation

SECRETS: rotation.Secrets = {
    "appointments": {
        "meeting.secret": secret_place("{}"),
        "place": APPOINTMENT_PLACE,
        "link_by_hand": by_hand_place("{}"),
    },
    "proposals": {"place": PROPOSAL_PLACE},
    "erasures": {"secret": PLACE},
    "meeting_types": {"place": place_of_type("{}")},
}

if __name__ == "__main__":
    rotation.run(SERVICE, Settings(), SECRETS)
