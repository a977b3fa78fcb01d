"""Which invitations are mailed: the newest, as long as its link holds."""

from datetime import timedelta

from services.notifier.model.matter import Matter, Notice
from services.notifier.model.plan import plan
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import HOUR, NOON, ORGANIZATION_ID, a_notice


def invited(revision: int, valid_for: timedelta = HOUR) -> Notice:
    return a_notice(Purpose.INVITED, revision, Audience.STAFF, expires_at=NOON + valid_for)


def due(*notices: Notice) -> tuple[list[int], list[tuple[int, str]]]:
    """Revisions to send, and those suppressed with the reason."""
    known = {notice.key: notice for notice in notices}
    found = plan(Matter(about="stf_1", organization_id=ORGANIZATION_ID, notices=known), NOON, meeting_wait=HOUR)
    return [s.notice.revision for s in found.sends], [(s.notice.revision, s.reason) for s in found.suppressed]


def test_an_invitation_whose_link_is_dead_by_a_newer_one_is_not_mailed() -> None:
    assert due(invited(1)) == ([1], [])
    assert due(invited(4), invited(1)) == ([4], [(1, "superseded")])


def test_an_invitation_that_has_expired_is_not_mailed() -> None:
    assert due(invited(1, -HOUR)) == ([], [(1, "too_late")])


def test_invitations_and_broken_connections_do_not_replace_each_other() -> None:
    broken = a_notice(Purpose.CONNECTION_BROKEN, 2, Audience.STAFF, tag="zoom")
    assert due(invited(1), broken, invited(3)) == ([2, 3], [(1, "superseded")])
