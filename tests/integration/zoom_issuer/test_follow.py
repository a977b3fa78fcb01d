"""What can happen between two steps of following an appointment, on the real database (G9, G10, G11, G17, G19)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.zoom_issuer.providers import ScopesMissing
from shared import clock, mongo
from shared.oauth import Grant
from shared.providers import CredentialRevoked, ProviderRefused, ProviderThrottled, ProviderUnavailable
from tests.builders import tomorrow_at
from tests.integration.zoom_issuer.workshop import HANA, Workshop, a_grant, wanted
from tests.waiting import eventually

DOWN = ProviderUnavailable("zoom: 503")
LOST = ProviderUnavailable("ReadTimeout", unknown=True)


OVER_AT = tomorrow_at(5)
"""When an appointment of the builder ends."""


def move_clock_to(moment: datetime) -> None:
    clock.set_offset(moment - clock.real_now())


def failing(error: Exception, *operations: str) -> Any:
    async def fail(operation: str, token: str = "") -> None:
        if not operations or operation in operations:
            raise error

    return fail


async def test_g10_revisions_of_new_appointments_that_come_at_once_leave_the_newest(shop: Workshop) -> None:
    names = [f"apt_{number}" for number in range(20)]
    revisions = [wanted(revision=number, canceled=number == 9) for number in range(1, 10)]
    await asyncio.gather(*(shop.want(one, name) for name in names for one in revisions))
    rows = [await shop.row(name) for name in names]
    assert {(row["wanted"]["revision"], row["wanted"]["canceled"]) for row in rows} == {(9, True)}


class Overtaken:
    """A collection where, just before an upsert inserts, another one inserts an older revision of the same row."""

    def __init__(self, collection: mongo.Collection, older: mongo.Document) -> None:
        self._collection = collection
        self._older: mongo.Document | None = older

    async def update_one(self, *arguments: Any, **options: Any) -> Any:
        if self._older is not None:
            older, self._older = self._older, None
            await self._collection.insert_one(older)
            raise mongo.DuplicateKeyError("E11000 duplicate key")
        return await self._collection.update_one(*arguments, **options)


async def test_g10_a_newer_revision_that_loses_the_race_to_insert_is_not_lost(shop: Workshop) -> None:
    await shop.want(wanted())
    older = await shop.row()
    await shop.store.meetings.delete_many({})
    racing: Any = Overtaken(shop.store.meetings, older)
    shop.store.meetings, real = racing, shop.store.meetings
    assert await shop.want(wanted(revision=2, canceled=True))
    shop.store.meetings = real
    assert (await shop.row())["wanted"]["revision"] == 2


async def test_g11_the_administrators_are_called_before_the_start_and_trying_goes_on(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.before = failing(DOWN)
    start = tomorrow_at(4)
    await shop.want(wanted(start_at=start))
    await shop.work()
    assert [(f["needs_attention"], f["error"]) for f in shop.ear.of("meeting_issue_failed")] == [(False, "zoom_failed")]

    move_clock_to(start - timedelta(minutes=70))
    while clock.now() < start:
        await shop.work_at_next_try()
    said = shop.ear.of("meeting_issue_failed")
    alarm = next(failure for failure in said if failure["needs_attention"])
    assert all(failure["needs_attention"] for failure in said[said.index(alarm) :])
    assert datetime.fromisoformat(alarm["retry_at"]) < start - timedelta(minutes=58)

    shop.zoom.before = None
    await shop.work_at_next_try()
    assert len(shop.ear.of("meeting_issued")) == 1


async def test_g09_a_long_outage_is_said_again_so_that_the_next_try_shown_is_never_long_past(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.before = failing(DOWN)
    await shop.want(wanted())
    await shop.work()
    for _ in range(60):
        said = datetime.fromisoformat(shop.ear.of("meeting_issue_failed")[-1]["retry_at"])
        assert clock.now() - said < timedelta(minutes=5)
        await shop.work_at_next_try()
    assert len(shop.ear.of("meeting_issue_failed")) < 15, "rarely"


async def test_g09_a_person_who_does_not_connect_is_waited_for_until_a_time_that_is_true(shop: Workshop) -> None:
    await shop.want(wanted(start_at=tomorrow_at(4) + timedelta(days=2), end_at=tomorrow_at(5) + timedelta(days=2)))
    await shop.work()
    for _ in range(3):
        await shop.work_at_next_try()
    last = shop.ear.of("meeting_issue_failed")[-1]
    assert datetime.fromisoformat(last["retry_at"]) > clock.now()


async def test_g11_one_hiccup_shortly_before_the_start_alarms_nobody(shop: Workshop) -> None:
    await shop.connect()
    shop.zoom.before = failing(DOWN)
    await shop.want(wanted(start_at=clock.now() + timedelta(minutes=30)))
    await shop.work()
    await shop.work_at_next_try()
    assert [f["needs_attention"] for f in shop.ear.of("meeting_issue_failed")] == [False]
    await shop.work_at_next_try()
    assert [f["needs_attention"] for f in shop.ear.of("meeting_issue_failed")] == [False, True]


async def test_g09_a_meeting_that_never_could_be_made_ends_as_failed_when_the_appointment_is_over(
    shop: Workshop,
) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.before = failing(DOWN)
    await shop.want(wanted())
    await shop.work()
    move_clock_to(OVER_AT + timedelta(minutes=1))
    await shop.work()
    last = shop.ear.of("meeting_issue_failed")[-1]
    assert (last["error"], last["retry_at"]) == ("zoom_failed", None)
    assert "due_at" not in await shop.row()
    assert shop.zoom.asked == ["create"]


async def test_g09_a_meeting_that_cannot_be_deleted_is_given_up_at_last(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.want(wanted())
    await shop.work()
    shop.zoom.before = failing(DOWN, "delete")
    await shop.want(wanted(revision=2, canceled=True))
    await shop.work()
    move_clock_to(OVER_AT + timedelta(hours=23))
    await shop.work()
    assert "due_at" in await shop.row()
    move_clock_to(OVER_AT + timedelta(hours=25))
    await shop.work()
    last = shop.ear.of("meeting_issue_failed")[-1]
    assert (last["reason"], last["retry_at"]) == ("zoom: 503", None)
    assert "due_at" not in await shop.row()


@pytest.mark.parametrize("end", ["canceled", "over"])
async def test_g10_what_an_unanswered_create_made_is_looked_for_and_goes_with_the_appointment(
    shop: Workshop, end: str
) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.after = failing(LOST, "create")
    await shop.want(wanted())
    await shop.work()
    assert len(shop.zoom.meetings) == 1
    if end == "canceled":
        await shop.want(wanted(revision=2, canceled=True))
    else:
        move_clock_to(OVER_AT + timedelta(minutes=1))
    shop.zoom.before = failing(ProviderRefused("zoom: 400/300"), "find")
    await shop.work()
    shop.zoom.before = None
    await shop.work_at_next_try()
    assert shop.zoom.meetings == {}
    assert shop.ear.of("meeting_issued") == []
    assert "due_at" not in await shop.row()


async def test_g10_a_budget_spent_at_the_look_does_not_end_the_look(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    shop.zoom.after = failing(LOST, "create")
    await shop.want(wanted())
    await shop.work()
    shop.zoom.before = failing(
        ProviderThrottled("zoom: 429", retry_after=OVER_AT + timedelta(hours=1) - clock.now()), "find"
    )
    await shop.work_at_next_try()
    shop.zoom.before = None
    await shop.work_at_next_try()
    assert shop.zoom.meetings == {}


async def test_g12_a_move_whose_answer_was_lost_and_that_is_taken_back_is_taken_back_at_zoom(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.want(wanted())
    await shop.work()
    [name] = shop.zoom.meetings
    shop.zoom.after = failing(LOST)
    await shop.want(wanted(revision=2, start_at=tomorrow_at(8)))
    await shop.work()
    assert shop.zoom.meetings[name].start_at == tomorrow_at(8)
    shop.zoom.after = None
    await shop.want(wanted(revision=3))
    await shop.work()
    assert shop.zoom.meetings[name].start_at == tomorrow_at(4)


async def test_g15_a_former_hosts_meeting_that_cannot_go_holds_up_nobody(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.connect(a_grant("hana", timedelta(days=9)), HANA)
    await shop.want(wanted())
    await shop.work()
    shop.zoom.before = failing(DOWN, "delete")
    await shop.want(wanted(revision=2, organizer_id=HANA))
    await shop.work()
    await shop.work_at_next_try()
    assert [u["link_changed"] for u in shop.ear.of("meeting_updated")] == [True]
    assert await shop.leftovers() == 1
    shop.zoom.before = None
    await shop.work_at_next_try()
    assert (await shop.leftovers(), len(shop.zoom.meetings)) == (0, 1)
    assert len(shop.ear.of("meeting_updated")) == 1


async def test_c9_another_generation_of_the_link_is_another_meeting_made_before_the_old_one_goes(
    shop: Workshop,
) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.want(wanted())
    await shop.work()
    [old] = shop.zoom.meetings
    await shop.want(wanted(revision=2, link_generation=2))
    await shop.work()
    assert old not in shop.zoom.meetings
    assert len(shop.zoom.meetings) == 1
    assert shop.zoom.asked == ["create", "create", "delete"]
    assert [u["link_changed"] for u in shop.ear.of("meeting_updated")] == [True]


async def test_c9_a_lost_answer_while_the_link_changes_leaves_one_meeting_and_the_old_link_dead(
    shop: Workshop,
) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))
    await shop.want(wanted())
    await shop.work()
    [old] = shop.zoom.meetings

    async def lose(operation: str) -> None:
        if operation == "create":
            shop.zoom.after = None
            raise LOST

    shop.zoom.after = lose
    await shop.want(wanted(revision=2, link_generation=2))
    await shop.work()
    assert old in shop.zoom.meetings, "nobody is left without"
    await shop.work_at_next_try()
    assert old not in shop.zoom.meetings
    assert len(shop.zoom.meetings) == 1
    assert [u["link_changed"] for u in shop.ear.of("meeting_updated")] == [True]


async def test_c9_a_link_that_nobody_was_told_is_not_made_anew(shop: Workshop) -> None:
    await shop.connect(a_grant("first", timedelta(days=9)))

    async def replaced_meanwhile(operation: str) -> None:
        shop.zoom.after = None
        await shop.want(wanted(revision=2, link_generation=2))

    shop.zoom.after = replaced_meanwhile
    await shop.want(wanted())
    await shop.work()
    await shop.work()
    await shop.want(wanted(revision=3, link_generation=2))
    await shop.work()
    assert shop.zoom.asked.count("create") == 1
    assert len(shop.zoom.meetings) == 1


async def test_g19_who_connects_just_as_a_row_goes_to_wait_is_not_missed(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = shop.store.settle

    async def connects_meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(shop.store, "settle", settle)
        await shop.connect()
        return await settle(*arguments)

    monkeypatch.setattr(shop.store, "settle", connects_meanwhile)
    await shop.want(wanted())
    await shop.work()
    [_] = await eventually(lambda: shop.ear.of("meeting_issued"))  # by the worker whom the connection woke, or by us


async def test_g17_a_fresh_token_that_is_refused_is_an_outage_and_breaks_nothing(shop: Workshop) -> None:
    async def renew(refresh_token: str) -> Grant:
        return a_grant("second")

    await shop.connect()
    shop.endpoint.renewal = renew
    shop.zoom.before = failing(CredentialRevoked("zoom: 401/124"))
    await shop.want(wanted())
    await shop.work()
    assert [f["error"] for f in shop.ear.of("meeting_issue_failed")] == ["zoom_failed"]
    assert shop.ear.of("zoom_disconnected") == []
    assert "attempt" not in await shop.row(), "a refused create made nothing"
    shop.zoom.before = None
    await shop.work_at_next_try()
    assert len(shop.ear.of("meeting_issued")) == 1


async def test_g19_a_grant_without_the_scopes_is_broken_and_waits_for_a_new_one(shop: Workshop) -> None:
    await shop.connect()
    shop.zoom.before = failing(ScopesMissing("zoom: 400/4711"))
    await shop.want(wanted())
    await shop.work()
    [failure] = shop.ear.of("meeting_issue_failed")
    assert (failure["error"], failure["needs_attention"]) == ("zoom_oauth_failed", True)
    assert len(shop.ear.of("zoom_disconnected")) == 1
    shop.zoom.before = None
    await shop.connect(a_grant("second"))
    await shop.work()
    assert len(shop.ear.of("meeting_issued")) == 1


async def test_e8_trouble_at_the_token_endpoint_has_its_own_code_and_passes(shop: Workshop) -> None:
    async def down(refresh_token: str) -> Grant:
        raise ProviderUnavailable("zoom: invalid_client")

    async def up(refresh_token: str) -> Grant:
        return a_grant("second")

    await shop.connect(a_grant("first", timedelta(0)))
    shop.endpoint.renewal = down
    await shop.want(wanted())
    await shop.work()
    [failure] = shop.ear.of("meeting_issue_failed")
    assert (failure["error"], failure["retry_at"] is not None) == ("zoom_oauth_failed", True)
    assert shop.ear.of("zoom_disconnected") == []
    shop.endpoint.renewal = up
    await shop.work_at_next_try()
    assert len(shop.ear.of("meeting_issued")) == 1
