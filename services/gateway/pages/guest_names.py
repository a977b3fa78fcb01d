"""A guest as staff lists and headings name them."""

import re

from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentView
from shared.contracts.api.proposals import ProposalView
from shared.problem import Language


def guest_name(item: ProposalView | AppointmentView, language: Language) -> str:
    """``会社名 氏名 様``, or whatever is known of the guest."""
    if item.hidden:
        return text(language, "proposals.private")
    guest = item.guest
    person = text(language, "guest.honorific", name=guest.name) if guest.name else ""
    known = " ".join(filter(None, [guest.company, person])) or guest.email
    return known or text(language, "proposals.no_name")


def heading_of(appointment: AppointmentView, language: Language) -> str:
    """Who it is with, or what it is about where no guest is (E2)."""
    guest = appointment.guest
    known = guest.company or guest.name or guest.email
    return guest_name(appointment, language) if known or appointment.hidden else appointment.title


def title_beside(title: str, heading: str) -> str:
    """Empty where the title was made of the guest (R12) and says what the heading says."""
    return "" if _bare(title) == _bare(heading) else title


def _bare(words: str) -> str:
    return re.sub(r"[\s:]", "", words).removesuffix("様")
