"""Proposals and appointments folded from events in any order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.calendar_sync.model.connection import Connection, ConnectionStatus
from services.calendar_sync.model.plan import Calendar, Standing, calendars_of, wanted_entries
from services.calendar_sync.model.subjects import AppointmentState, MeetingState, ProposalState
from services.calendar_sync.model.text import MeetingLink
from shared.contracts.calendar_sync import Provider
from tests.builders import ORGANIZATION, a_proposal, a_slot, an_appointment, an_attendee, tomorrow_at

LINK = MeetingLink("https://zoom.example/j/1", "1", "2")
OTHER = MeetingLink("https://zoom.example/j/2", "2", "3")
ProposalStep = Callable[[ProposalState], ProposalState]
AppointmentStep = Callable[[AppointmentState], AppointmentState]
NEW = ProposalState("prp_1", ORGANIZATION)
FRESH = AppointmentState("apt_1", ORGANIZATION)


def said(revision: int, *slots: str, is_open: bool = True) -> ProposalStep:
    proposal = a_proposal(slots=[a_slot(slot, tomorrow_at(4 + index)) for index, slot in enumerate(slots)])
    return lambda state: state.heard(proposal, revision, is_open=is_open)


def appointed(revision: int, **changes: Any) -> AppointmentStep:
    appointment = an_appointment(revision=revision, **changes)
    return lambda state: state.heard(appointment, f"note {revision}")


def met(revision: int, order: int, link: MeetingLink | None) -> AppointmentStep:
    return lambda state: state.heard_meeting(MeetingState((revision, revision, order), link))


CANCELED = an_appointment(revision=4)
STEPS: list[AppointmentStep] = [
    appointed(1, organizer_id="stf_1"),
    appointed(2, organizer_id="stf_1"),
    appointed(3, organizer_id="stf_2"),
    met(1, 0, LINK),
    met(2, 1, LINK),
    met(3, 1, OTHER),
]
CANCEL: AppointmentStep = lambda state: state.cancel(CANCELED, "note 4")
PROPOSAL_STEPS = [said(1, "slt_1", "slt_2"), said(2, "slt_2", "slt_3"), said(4, "slt_9"), said(3, is_open=False)]


def folded(steps: list[AppointmentStep]) -> AppointmentState:
    state = FRESH
    for step in steps:
        state = step(state)
    return state


def shuffled(steps: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Every step at least once, in any order, some of them again."""
    again = st.lists(st.sampled_from(steps), max_size=10)
    return again.flatmap(lambda extra: st.permutations([*steps, *extra]))


@given(shuffled(PROPOSAL_STEPS))
def test_g10_any_order_and_repetition_of_a_proposals_events_wants_the_same_holds(steps: list[ProposalStep]) -> None:
    state = NEW
    for step in steps:
        state = step(state)
    assert state.holds() == {"slt_9": ["stf_taro"]}


@given(shuffled([*PROPOSAL_STEPS, ProposalState.confirmed]))
def test_after_a_confirmation_no_order_of_events_wants_a_hold(steps: list[ProposalStep]) -> None:
    state = NEW
    for step in steps:
        state = step(state)
    assert state.holds() == {}


@given(shuffled(STEPS))
def test_g10_any_order_and_repetition_of_an_appointments_events_ends_the_same(steps: list[AppointmentStep]) -> None:
    assert folded(steps) == folded(STEPS)
    assert folded(steps).link == OTHER


@given(shuffled([*STEPS, CANCEL]))
def test_x2_a_cancellation_is_for_good_whatever_comes_when(steps: list[AppointmentStep]) -> None:
    state = folded(steps)
    assert not state.stands
    assert wanted_entries(state, {"stf_1": Calendar(Provider.GOOGLE), "stf_2": Calendar(Provider.MICROSOFT)}) == []


def test_c4_what_staff_entered_is_known_as_theirs() -> None:
    state = FRESH.heard(an_appointment(), "", OTHER)
    assert state.link == replace(OTHER, by_hand=True)


@given(shuffled([*STEPS, met(3, 2, None)]))
def test_a_revoked_meeting_leaves_no_link(steps: list[AppointmentStep]) -> None:
    assert folded(steps).link is None


def test_g09_a_confirmation_tells_the_end_of_holds_as_later_than_all_that_was_proposed() -> None:
    proposed = said(2, "slt_1")(NEW)
    assert (proposed.told_as, proposed.confirmed().told_as) == (2, 3)
    assert said(3, "slt_2")(proposed.confirmed()).told_as == 4


def test_a_proposal_that_was_reopened_wants_holds_again() -> None:
    expired = said(2, "slt_1", is_open=False)(said(1, "slt_1")(NEW))
    assert expired.holds() == {}
    assert said(3, "slt_5")(expired).holds() == {"slt_5": ["stf_taro"]}


def people(*staff_ids: str) -> list[Any]:
    return [an_attendee(one, one, f"{one}@example.jp") for one in staff_ids]


def planned(calendars: dict[str, Provider], organizer: str = "stf_1") -> list[tuple[str, str, tuple[str, ...]]]:
    state = appointed(1, organizer_id=organizer, attendees=people("stf_1", "stf_2", "stf_3", "stf_4"))(FRESH)
    reachable = {staff_id: Calendar(provider) for staff_id, provider in calendars.items()}
    return [(one.staff_id, one.provider.value, one.participants) for one in wanted_entries(state, reachable)]


def test_r26_the_organizers_entry_carries_colleagues_of_the_same_provider() -> None:
    calendars = {
        "stf_1": Provider.GOOGLE,
        "stf_2": Provider.GOOGLE,
        "stf_3": Provider.MICROSOFT,
        "stf_4": Provider.MICROSOFT,
    }
    assert planned(calendars) == [
        ("stf_1", "google", ("stf_2",)),
        ("stf_3", "microsoft", ()),
        ("stf_4", "microsoft", ()),
    ]


def test_r5_who_has_no_calendar_gets_no_entry() -> None:
    assert planned({"stf_1": Provider.GOOGLE}) == [("stf_1", "google", ())]


def test_without_the_organizers_calendar_each_attendee_has_their_own() -> None:
    calendars = {"stf_2": Provider.GOOGLE, "stf_3": Provider.GOOGLE}
    assert planned(calendars) == [("stf_2", "google", ()), ("stf_3", "google", ())]


BOOKED = appointed(3, organizer_id="stf_1", attendees=people("stf_1", "stf_2"))(FRESH)
CONFIRMED_AT = an_appointment().confirmed_at
GOOGLE, MICROSOFT = Provider.GOOGLE, Provider.MICROSOFT


def a_link(staff_id: str, provider: Provider, **changes: Any) -> Connection:
    status = ConnectionStatus.DISCONNECTED if "ended_at" in changes else ConnectionStatus.CONNECTED
    values: dict[str, Any] = {"status": status, "connected_at": CONFIRMED_AT, "account": "x@example.jp", **changes}
    return Connection(f"{staff_id}.{provider}", ORGANIZATION, staff_id, provider, **values)


def gone(staff_id: str, provider: Provider, hours: int = 1) -> Connection:
    return a_link(staff_id, provider, ended_at=CONFIRMED_AT + timedelta(hours=hours))


def wanted(
    links: list[Connection], standing: dict[str, Standing], *, edited: bool
) -> list[tuple[str, str, tuple[str, ...]]]:
    entries = wanted_entries(BOOKED, calendars_of(BOOKED, links, standing, edited=edited))
    return [(one.staff_id, one.provider.value, one.participants) for one in entries]


def stands(owner: str, provider: Provider, *others: str, revision: int = 3) -> dict[str, Standing]:
    return {one: Standing(owner, provider, revision) for one in (owner, *others)}


def test_v5_an_entry_stays_at_its_provider_until_an_edit() -> None:
    links = [a_link("stf_1", GOOGLE), gone("stf_1", MICROSOFT)]
    standing = stands("stf_1", MICROSOFT)
    assert wanted(links, standing, edited=False) == [("stf_1", "microsoft", ())]
    assert wanted(links, standing, edited=True) == [("stf_1", "google", ())]


def test_v5_an_edit_that_the_old_calendar_never_got_goes_to_the_new_one() -> None:
    links = [a_link("stf_1", GOOGLE), gone("stf_1", MICROSOFT)]
    assert wanted(links, stands("stf_1", MICROSOFT, revision=2), edited=False) == [("stf_1", "google", ())]


def test_v5_what_stands_in_a_calendar_that_was_disconnected_stays_wanted_there() -> None:
    for edited in (False, True):
        assert wanted([gone("stf_1", GOOGLE)], stands("stf_1", GOOGLE), edited=edited) == [("stf_1", "google", ())]


def test_a_colleague_keeps_the_organizers_entry_until_an_edit_that_it_cannot_follow() -> None:
    links = [a_link("stf_2", GOOGLE), gone("stf_1", GOOGLE)]
    standing = stands("stf_1", GOOGLE, "stf_2")
    assert wanted(links, standing, edited=False) == [("stf_1", "google", ("stf_2",))]
    assert wanted(links, standing, edited=True) == [("stf_1", "google", ()), ("stf_2", "google", ())]


def test_r21_who_connects_has_an_entry_although_the_organizers_calendar_is_out_of_reach() -> None:
    links = [a_link("stf_2", GOOGLE), gone("stf_1", GOOGLE)]
    found = wanted(links, stands("stf_1", GOOGLE), edited=False)
    assert found == [("stf_1", "google", ()), ("stf_2", "google", ())]


def test_g09_an_entry_is_owed_to_who_disconnected_after_the_confirmation_only() -> None:
    assert wanted([gone("stf_2", GOOGLE, hours=1)], {}, edited=True) == [("stf_2", "google", ())]
    assert wanted([gone("stf_2", GOOGLE, hours=-2)], {}, edited=True) == []
