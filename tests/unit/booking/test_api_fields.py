"""What requests of the public API accept as text (G24)."""

import pytest
from pydantic import ValidationError

from shared.contracts.api.proposals import GuestConfirm, ProposalCreate

SLOT = {"start": "2026-12-01T13:00:00+09:00", "end": "2026-12-01T14:00:00+09:00"}


@pytest.mark.parametrize("email", ["a@b", "a@b..jp", "a b@example.jp", "a@example.jp,b@example.jp", "<a@example.jp>"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        ProposalCreate.model_validate({"slots": [SLOT], "guest": {"email": email}})


@pytest.mark.parametrize("email", ["a..b@docomo.ne.jp", "o'hara+tag@example.co.jp", "A@EXAMPLE.JP", ""])
def test_addresses_in_use_are_accepted(email: str) -> None:
    made = ProposalCreate.model_validate({"slots": [SLOT], "guest": {"email": email}})
    assert made.guest.email == email


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x00b", "a\u2028b", "\x85", "   "])
def test_names_are_one_line_of_text(name: str) -> None:
    with pytest.raises(ValidationError):
        GuestConfirm.model_validate({"slot_id": "slt", "name": f"{name}", "time_zone": "UTC"})


def test_limits_count_characters_and_not_bytes() -> None:
    guest = {"name": "髙" * 255, "email": "a@example.jp"}
    made = ProposalCreate.model_validate({"slots": [SLOT], "guest": guest, "title": "字" * 251, "note": "字" * 100_000})
    assert (len(made.title), len(made.note)) == (251, 100_000)
    with pytest.raises(ValidationError):
        ProposalCreate.model_validate({"slots": [SLOT], "title": "字" * 252})


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "asia/tokyo"])
def test_only_iana_zones_are_zones(zone: str) -> None:
    with pytest.raises(ValidationError):
        GuestConfirm.model_validate({"slot_id": "slt", "name": "田中", "time_zone": zone})
