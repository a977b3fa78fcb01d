"""Equal effects are told as one (X7)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.api.operations import OwedEffect
from shared.cursors import CursorInvalid, cursor_of
from shared.operations.groups import FEW, grouped, kind_named, kind_of
from shared.operations.own import Place, effect_id


def owed(number: int, **changes: Any) -> OwedEffect:
    about = f"apt_{number}"
    values = {
        "id": effect_id("notifier", Place(about, "")),
        "service": "notifier",
        "effect": "meeting",
        "about": about,
        "of": "",
        "status": "failed",
        "reason": "refused",
        "since": "2026-11-20T01:00:00Z",
    }
    return OwedEffect.model_validate(values | changes)


@given(st.lists(st.sampled_from(["unavailable", "throttled", "refused"]), max_size=20))
def test_each_is_in_one_group_or_by_itself_and_a_group_holds_many_equal_ones(reasons: list[str]) -> None:
    effects = [owed(number, reason=reason) for number, reason in enumerate(reasons)]
    groups, few = grouped(effects)
    told = [one for group in groups for one in group.rows] + few
    assert sorted(one.id for one in told) == sorted(one.id for one in effects)
    assert all(group.count > FEW and {kind_of(one) for one in group.rows} == {group.kind} for group in groups)
    assert [group.count for group in groups] == sorted((group.count for group in groups), reverse=True)


@pytest.mark.parametrize(
    "differing",
    [
        {"status": "waiting"},
        {"effect": "mail", "purpose": "confirmed"},
        {"absent": True},
        {"reason": "throttled"},
        {"service": "calendar_sync"},
    ],
)
def test_what_differs_in_more_than_whose_it_is_is_not_equal(differing: dict[str, Any]) -> None:
    assert kind_of(owed(1, of="stf_1", detail="400")) == kind_of(owed(2, of="stf_2", detail="502"))
    assert kind_of(owed(1)) != kind_of(owed(2).model_copy(update=differing))


def test_a_group_says_since_when_and_when_next() -> None:
    times = [(f"2026-11-20T0{hour}:00:00Z", until) for hour, until in ((3, "2026-11-20T09:00:00Z"), (1, None))]
    effects = [owed(number, since=since, until=until) for number, (since, until) in enumerate(times * 2)]
    (group,), few = grouped(effects)
    assert few == []
    assert (group.oldest_at.hour, group.next_at and group.next_at.hour) == (1, 9)
    assert grouped([owed(number) for number in range(4)])[0][0].next_at is None


def test_a_kinds_name_leads_back_to_it_and_nothing_else_does() -> None:
    kind = kind_of(owed(1, absent=True))
    assert kind_named(kind.id) == kind
    for odd in ("", "nonsense", cursor_of("a"), cursor_of("notifier", "done", "mail", "", "", "x")):
        with pytest.raises(CursorInvalid):
            kind_named(odd)
