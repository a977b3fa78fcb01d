"""What requests of the public API accept as text (G24)."""

import pytest
from pydantic import ValidationError

from shared.contracts.api.appointments import AppointmentPatch
from shared.contracts.api.fields import Request
from shared.contracts.api.proposals import GuestConfirm, ProposalCreate, ProposalPatch

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


INVISIBLE = ["\u200b", "\u200d\ufeff", "\u3164", " \u2060 ", "\u2800", "\ufe0f"]


@pytest.mark.parametrize("text", INVISIBLE)
def test_text_of_which_nothing_can_be_seen_is_empty(text: str) -> None:
    with pytest.raises(ValidationError):
        GuestConfirm.model_validate({"slot_id": "slt", "name": text})
    made = ProposalCreate.model_validate({"slots": [SLOT], "title": text, "guest": {"name": text}})
    assert (made.title, made.guest.name) == ("", "")


def test_what_can_be_seen_keeps_its_joiners() -> None:
    made = ProposalCreate.model_validate({"slots": [SLOT], "title": "\U0001f469\u200d\U0001f4bb"})
    assert made.title == "\U0001f469\u200d\U0001f4bb"


@pytest.mark.parametrize(
    ("model", "member"),
    [
        *((ProposalPatch, name) for name in ("title", "slots", "guest", "attendee_ids", "kind", "note", "send_mail")),
        *((AppointmentPatch, name) for name in ("start", "end", "title", "attendee_ids", "organizer_id")),
    ],
)
def test_null_is_refused_where_it_means_nothing(model: type[Request], member: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({member: None})
    assert refused.value.errors()[0]["loc"] == (member,)


def test_null_goes_back_to_the_default_where_there_is_one() -> None:
    patch = ProposalPatch.model_validate({"expires_at": None, "address": None, "slots": [{"id": "s", "room_id": None}]})
    assert {"expires_at", "address"} <= patch.model_fields_set
