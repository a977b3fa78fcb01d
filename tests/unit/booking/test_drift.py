"""Findings about entries in calendars, in any order and any number (V6)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model import effects
from services.booking.model.drift import Drift, DriftPolicy, Drifts, drift_of, fold, standing
from services.booking.model.effects import Report, Reported, Reports, entry_key, report
from shared.contracts.calendar_sync import CalendarDriftDetected, Provider
from shared.contracts.drift import DriftKind

START = datetime(2026, 12, 1, 4, tzinfo=UTC)
Fact = Drift | tuple[str, Report]


def a_drift(staff_id: str, revision: int, within: int) -> Drift:
    found = CalendarDriftDetected(
        appointment_id="apt_1",
        revision=revision,
        drift_id=f"drf_{staff_id}_{revision}_{within}",
        staff_id=staff_id,
        provider=Provider.GOOGLE,
        kind=DriftKind.MOVED,
        start_at=START,
        end_at=START + timedelta(hours=1),
        title=None,
    )
    return drift_of(found, within, START, None)


def told(facts: Sequence[Fact], revision: int) -> list[str]:
    drifts: Drifts = {}
    reports: Reports = {}
    for fact in facts:
        if isinstance(fact, Drift):
            drifts = fold(drifts, fact)
        else:
            reports = effects.fold(reports, *fact)
    return [drift.drift_id for drift in standing(drifts, reports, revision)]


places = st.tuples(st.sampled_from(["stf_a", "stf_b"]), st.integers(1, 3), st.integers(1, 6))
findings = places.map(lambda place: a_drift(*place))
writes = places.map(lambda place: (entry_key(place[0]), report(place[1], Reported.DONE, within=place[2])))


@given(st.data(), st.lists(st.one_of(findings, writes), max_size=12), st.integers(1, 3))
def test_any_order_and_repetition_of_findings_and_own_writes_ends_the_same(
    data: st.DataObject, facts: list[Fact], revision: int
) -> None:
    again = data.draw(st.permutations([*facts, *data.draw(st.lists(st.sampled_from(facts)) if facts else st.just([]))]))
    assert told(again, revision) == told(facts, revision)


def test_only_the_newest_finding_of_the_current_revision_stands() -> None:
    facts = [a_drift("stf_a", 1, 1), a_drift("stf_a", 1, 2), a_drift("stf_b", 1, 3)]
    assert told(facts, 1) == ["drf_stf_b_1_3", "drf_stf_a_1_2"]
    assert told(facts, 2) == []


def test_two_findings_of_one_place_in_the_order_are_told_the_same_however_they_came() -> None:
    facts = [a_drift("stf_a", 1, 1), a_drift("stf_b", 1, 1)]
    assert told(facts, 1) == told(facts[::-1], 1)


def test_a_write_after_the_finding_settles_it_and_one_before_does_not() -> None:
    finding = a_drift("stf_a", 1, 5)
    before, after = (report(1, Reported.DONE, within=within) for within in (4, 6))
    assert told([finding, (entry_key("stf_a"), before)], 1) == [finding.drift_id]
    assert told([finding, (entry_key("stf_a"), after)], 1) == []


def test_a_policy_that_nobody_knows_is_asked() -> None:
    assert DriftPolicy("whatever") is DriftPolicy.ASK
