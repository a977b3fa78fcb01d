"""Which mails wait for which: a reminder for what it reminds of, a link for the mail that tells it anyway."""

from datetime import timedelta
from typing import Any

from services.notifier.model.matter import Delivery, Matter, Status
from services.notifier.model.plan import Plan, plan
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import NOON, START, a_link, a_matter, a_notice, an_appointment
from tests.unit.notifier.test_plan import WAIT, due, suppressed


def a_reminded_matter(**confirmation: Any) -> Matter:
    """Confirmed, changed afterwards, and reminded of; the confirmation is not taken yet."""
    reminder = a_notice(Purpose.REMINDER, 2, start_at=START)
    notices = {"confirmed:1": a_notice(Purpose.CONFIRMED), reminder.key: reminder}
    untaken = [
        Delivery(status=Status.OPEN, purpose=Purpose.CONFIRMED, revision=1, audience=audience, **confirmation)
        for audience in (Audience.GUEST, Audience.STAFF)
    ]
    return a_matter(
        revision=2,
        appointment=an_appointment(revision=2),
        meeting=a_link(),
        notices=notices,
        deliveries={f"confirmed:1:{delivery.audience}": delivery for delivery in untaken},
    )


def test_a_reminder_does_not_replace_a_confirmation_that_was_not_taken_yet() -> None:
    matter = a_reminded_matter()
    assert suppressed(matter) == {}
    assert due(matter) == {"confirmed:1:guest", "confirmed:1:staff"}


def test_r27_a_reminder_never_comes_after_the_start() -> None:
    reminder, confirmation = a_notice(Purpose.REMINDER, 1, start_at=START), a_notice(Purpose.CONFIRMED)
    told = {
        confirmation.delivery_key(audience): Delivery(
            status=Status.SENT, purpose=Purpose.CONFIRMED, revision=1, audience=audience
        )
        for audience in (Audience.GUEST, Audience.STAFF)
    }
    matter = a_matter(notices={reminder.key: reminder, confirmation.key: confirmation}, deliveries=told)
    assert due(matter, START - timedelta(seconds=1)) == {"reminder:1:guest", "reminder:1:staff"}
    assert set(suppressed(matter, START).values()) == {"too_late"}


def test_a_reminder_waits_for_a_confirmation_that_was_not_heard_of_yet_until_the_start() -> None:
    reminder = a_notice(Purpose.REMINDER, 1, start_at=START)
    unheard = a_matter(notices={reminder.key: reminder})
    assert plan(unheard, NOON, meeting_wait=WAIT) == Plan((), (), START)
    assert set(suppressed(unheard, START).values()) == {"too_late"}


def test_a_reminder_comes_after_what_it_reminds_of() -> None:
    put_off = a_reminded_matter(next_at=NOON + WAIT)
    assert plan(put_off, NOON, meeting_wait=WAIT).sends == ()
    ended = {key: d.model_copy(update={"status": Status.FAILED}) for key, d in put_off.deliveries.items()}
    assert due(put_off.with_deliveries(ended)) == {"reminder:2:guest", "reminder:2:staff"}


def test_a_reminder_does_not_wait_for_a_recipient_who_alone_is_put_off() -> None:
    assert "reminder:2:staff" in due(a_reminded_matter(accepted=1, link="aaaa", next_at=NOON + WAIT))


def test_a_link_that_comes_back_is_told_again() -> None:
    def told(purpose: Purpose, link: str, second: int) -> Delivery:
        at = NOON + timedelta(seconds=second)
        return Delivery(
            status=Status.SENT, purpose=purpose, revision=1, audience=Audience.GUEST, tag=link, link=link, ended_at=at
        )

    deliveries = {
        "confirmed:1:guest": told(Purpose.CONFIRMED, "", 1),
        "link:1:old:guest": told(Purpose.LINK, "old", 2),
        "link:1:new:guest": told(Purpose.LINK, "new", 3),
    }
    matter = a_matter(meeting=a_link("old"), deliveries=deliveries)
    assert "link:1:old~1:guest" in due(matter)


def test_a_link_mail_under_way_is_not_doubled_when_the_same_link_is_heard_of_again() -> None:
    deliveries = {
        "confirmed:1:guest": Delivery(
            status=Status.SENT, purpose=Purpose.CONFIRMED, revision=1, audience=Audience.GUEST
        ),
        "link:1:aaaa:guest": Delivery(
            status=Status.OPEN, purpose=Purpose.LINK, revision=1, audience=Audience.GUEST, tag="aaaa"
        ),
    }
    matter = a_matter(
        revision=2, appointment=an_appointment(revision=2), meeting=a_link(revision=2), deliveries=deliveries
    )
    assert due(matter) - {"confirmed:1:staff"} == {"link:1:aaaa:guest"}


def test_a_reminder_waits_for_a_confirmation_that_was_not_even_heard_of() -> None:
    reminder = a_notice(Purpose.REMINDER, 2, start_at=START)
    matter = a_matter(appointment=an_appointment(revision=2), revision=2, notices={reminder.key: reminder})
    assert plan(matter, NOON, meeting_wait=WAIT).sends == ()
