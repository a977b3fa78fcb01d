"""How long the stages of confirmations took (X7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.stages import CONFIRMED, STAGES, stages_of
from shared.contracts.timeline import Facts, TimelineEntry

CLICK = datetime(2026, 11, 20, 1, tzinfo=UTC)
TYPES = {stage: type_ for type_, stage in STAGES.items()}


def an_entry(type_: str, after: float = 0, *about: str, **facts: Any) -> TimelineEntry:
    return TimelineEntry(
        entry_id=f"evt_{type_}_{about}_{after}_{facts.get('audience', '')}",
        organization_id="org_1",
        about=list(about) or ["apt_1"],
        at=CLICK + timedelta(seconds=after),
        type=type_,
        actor="guest",
        facts=Facts(revision=facts.pop("revision", 1), **facts),
    )


A_CONFIRMATION = an_entry(CONFIRMED, 0, "apt_1", "prp_1")


def test_a_stage_ends_with_its_last_event() -> None:
    mails = [an_entry(TYPES["mail_sent"], after, purpose="confirmed", audience=str(after)) for after in (2, 3)]
    (stage,) = stages_of([A_CONFIRMATION], mails)
    assert (stage.stage, stage.count, stage.slowest_seconds) == ("mail_sent", 1, 3)


def test_holds_are_gone_with_the_last_of_them() -> None:
    released = [an_entry(TYPES["holds_released"], after, "prp_1", staff_ids=["stf_a"]) for after in (1, 5)]
    (stage,) = stages_of([A_CONFIRMATION], released)
    assert stage.slowest_seconds == 5


def test_an_entry_that_is_written_again_with_its_late_link_was_there_before() -> None:
    written = [
        an_entry(TYPES["entry_written"], after, staff_ids=staff)
        for after, staff in ((3, ["stf_b", "stf_c"]), (1, ["stf_a"]), (900, ["stf_a"]), (901, ["stf_b", "stf_c"]))
    ]
    for order in (written, written[::-1]):
        (stage,) = stages_of([A_CONFIRMATION], order)
        assert (stage.stage, stage.count, stage.slowest_seconds) == ("entry_written", 1, 3)


def test_what_follows_a_later_change_counts_for_nothing() -> None:
    later = [
        an_entry(TYPES["meeting_issued"], 1),
        an_entry(TYPES["entry_written"], 4000, revision=2),
        an_entry(TYPES["mail_sent"], 4000, purpose="rescheduled"),
        an_entry(TYPES["meeting_issued"], 9, "apt_other"),
    ]
    assert [(one.stage, one.slowest_seconds) for one in stages_of([A_CONFIRMATION], later)] == [("meeting_issued", 1)]


def test_holds_are_the_proposals() -> None:
    before = an_entry(TYPES["holds_released"], -60, "prp_1", revision=7)
    released = an_entry(TYPES["holds_released"], 2, "prp_1", revision=7)
    (stage,) = stages_of([A_CONFIRMATION], [before, released])
    assert (stage.stage, stage.median_seconds) == ("holds_released", 2)


@given(st.lists(st.floats(min_value=0, max_value=1000), min_size=1, max_size=50))
def test_shares_are_among_what_was_measured_and_in_order(seconds: list[float]) -> None:
    confirmed = [an_entry(CONFIRMED, 0, f"apt_{number}") for number in range(len(seconds))]
    issued = [an_entry(TYPES["meeting_issued"], after, f"apt_{number}") for number, after in enumerate(seconds)]
    (stage,) = stages_of(confirmed, issued)
    assert stage.count == len(seconds)
    assert stage.median_seconds <= stage.p95_seconds <= stage.slowest_seconds
    assert abs(stage.slowest_seconds - max(seconds)) < 0.001
