"""Mails of a link that staff enter by hand (C4)."""

from services.notifier.model.matter import Delivery, Status
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import NOON, a_link, an_appointment
from tests.unit.notifier.test_plan import due, moved_with_link


def test_c4_a_link_by_hand_that_comes_late_is_told_and_outdoes_what_was_issued() -> None:
    matter = moved_with_link(2)
    moved = {
        f"rescheduled:2:{side}": Delivery(
            status=Status.SENT, purpose=Purpose.RESCHEDULED, revision=2, audience=side, link="aaaa", ended_at=NOON
        )
        for side in (Audience.GUEST, Audience.STAFF)
    }
    appointment = an_appointment(revision=3, wants_meeting=False)
    by_hand = matter.with_deliveries(moved).with_appointment(
        3, appointment, "sealed", by_hand=a_link("hand", revision=3)
    )
    assert due(by_hand) == {"link:3:hand:guest", "link:3:hand:staff"}
