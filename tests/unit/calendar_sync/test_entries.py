"""Names and digests of what we write."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.model.entries import EntryDraft, Participant, provider_key
from shared.contracts.booking import Visibility

START = datetime(2026, 12, 1, 4, tzinfo=UTC)
DRAFT = EntryDraft(
    marker="entry/apt_1/stf_1/google",
    title="商談",
    description="",
    location="",
    start_at=START,
    end_at=START + timedelta(hours=1),
    time_zone="Asia/Tokyo",
    tentative=False,
    visibility=Visibility.DEFAULT,
)


@given(st.text(max_size=80), st.integers(0, 50))
def test_keys_are_ids_that_google_takes(marker: str, generation: int) -> None:
    assert re.fullmatch(r"[a-v0-9]{5,1024}", provider_key(marker, generation))


def test_a_key_is_the_same_for_each_attempt_and_another_for_each_generation() -> None:
    assert provider_key("hold/slt_1/stf_1", 0) == provider_key("hold/slt_1/stf_1", 0)
    names = {provider_key(f"hold/slt_{slot}/stf_{one}", gen) for slot in range(9) for one in range(9) for gen in (0, 1)}
    assert len(names) == 162


def test_a_digest_changes_with_everything_that_is_written() -> None:
    changes = [
        replace(DRAFT, title="別件"),
        replace(DRAFT, description="x"),
        replace(DRAFT, start_at=START + timedelta(minutes=30)),
        replace(DRAFT, visibility=Visibility.PRIVATE),
        replace(DRAFT, participants=(Participant("a@example.jp", "a"),)),
        replace(DRAFT, room=Participant("a@example.jp", "a")),
    ]
    assert len({DRAFT.digest, *(one.digest for one in changes)}) == 7
    assert replace(DRAFT).digest == DRAFT.digest


def test_entries_without_a_room_are_written_as_before_there_were_rooms() -> None:
    """No entry that stands needs a write for a member that it does not have."""
    assert DRAFT.digest == "c2d2f151faa15c69c4dbc0fd15148fc36ddefb6660d6e829b07ed9174057fcbe"
