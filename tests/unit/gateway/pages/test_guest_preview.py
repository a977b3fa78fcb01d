"""X12: the guest's page before the proposal is sent."""

from types import SimpleNamespace
from typing import cast

from services.gateway.model import Organization
from services.gateway.pages.guest_preview import to_come
from shared.contracts.people import Guest
from tests.builders import a_proposal

OFFICE = cast(Organization, SimpleNamespace(name="株式会社サンプル", product_name="Chosei"))


def test_x12_the_guests_page_to_come_offers_the_slots_and_masks_the_address() -> None:
    proposal = a_proposal()
    address = Guest(email="hanako@example.com")
    view = to_come(proposal.model_copy(update={"guest": address, "title": "hanako@example.com 様"}), OFFICE)
    assert [slot.id for slot in view.slots] == [slot.slot_id for slot in proposal.slots]
    assert (view.title, view.guest.email_masked) == ("h…@example.com 様", "h…@example.com")
