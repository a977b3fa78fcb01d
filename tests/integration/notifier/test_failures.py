"""A mail server that fails in every way; what must hold is G10 as seen from its side."""

from datetime import timedelta
from typing import Any

from services.notifier.store import Safe
from shared import clock
from shared.contracts.calendar_sync import CalendarDisconnected, CalendarSyncFrozen, Provider
from shared.contracts.envelope import CloudEvent
from shared.contracts.zoom_issuer import (
    EndOfAccount,
    EndOfConnection,
    MeetingErrorCode,
    MeetingSyncFrozen,
    ZoomAccountEnded,
    ZoomDisconnected,
)
from tests.infrastructure.measured import growth_of_effect, growth_of_stage
from tests.integration.notifier.conftest import NewNotifier, Notifier, PostOffice
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    JOIN,
    an_appointment,
    an_event,
    budget_exhausted,
    canceled,
    confirmed,
    issue_failed,
    meeting_issued,
    reminder_due,
    rescheduled,
)
from tests.waiting import eventually


async def test_g10_a_lost_answer_is_followed_by_the_same_bytes(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.lose = 2
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    first, *repeats = post_office.to(GUEST.email)
    assert {taken.content for taken in repeats} <= {first.content}
    assert len(post_office.taken) == 4
    assert len({taken.content for taken in post_office.taken}) == 2


async def test_a_451_is_tried_again(notifier: Notifier, post_office: PostOffice) -> None:
    waiting, done = growth_of_effect("mail", "waiting"), growth_of_effect("mail", "done")
    stage = growth_of_stage("mail_sent")
    post_office.replies = ["451 later"] * 5
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert len(post_office.taken) == 2
    put_off = await eventually(lambda: notifier.statements("notification_failed"))
    assert {said["reason"] for said in put_off} == {"smtp_451"}
    assert all(said["retry_at"] for said in put_off)
    await eventually(lambda: (waiting.count, done.count, stage.count) == (5, 2, 2))


async def test_every_try_is_told_once(notifier: Notifier, post_office: PostOffice) -> None:
    """The first with the word that it was put off, later ones with the end."""
    post_office.replies = ["451 later"] * 4
    await notifier.hear(meeting_issued(), confirmed().model_copy(update={"actor": "guest"}))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    put_off = [call["result"] for said in notifier.statements("notification_failed") for call in said["calls"]]
    ended = sorted(call["result"] for sent in notifier.statements("notification_sent") for call in sent["calls"])
    assert {event["actor"] for event in notifier.said} == {"guest"}
    assert (put_off, ended) == (["451", "451"], ["250", "250", "451", "451"])


async def test_a_550_is_final_and_said(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.refused[GUEST.email] = "550 no such user"
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: notifier.statements("notification_sent"))
    (failed,) = await eventually(lambda: notifier.statements("notification_failed"))
    assert (failed["audience"], failed["reason"], failed["suppressed"]) == ("guest", "smtp_550", False)
    assert [taken.recipients for taken in post_office.taken] == [("taro@example.jp", "admin@example.jp")]


async def test_a_554_for_the_mail_itself_is_final(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.replies = ["554 no", "554 no"]
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(notifier.statements("notification_failed")) == 2)
    assert post_office.taken == []


async def test_one_refused_recipient_does_not_lose_the_others(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.refused["taro@example.jp"] = "550 no such user"
    await notifier.hear(meeting_issued(), confirmed())
    (failed,) = await eventually(lambda: notifier.statements("notification_failed"))
    assert failed["reason"] == "1 of 2 recipients: smtp_550"
    assert len(post_office.to("admin@example.jp")) == 1


async def test_a_recipient_put_off_gets_the_same_bytes_later(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.refused["taro@example.jp"] = "450 busy"
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: post_office.to("admin@example.jp"))
    post_office.refused.clear()
    (late,) = await eventually(lambda: post_office.to("taro@example.jp"))
    (early,) = post_office.to("admin@example.jp")
    assert late.content == early.content
    assert late.recipients == ("taro@example.jp",)


async def test_a_cancellation_overtakes_a_confirmation_that_is_not_taken(
    new_notifier: NewNotifier, post_office: PostOffice
) -> None:
    notifier = await new_notifier(retry_first=timedelta(minutes=1), retry_most=timedelta(minutes=1))
    post_office.replies = ["451 later"] * 2
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: not post_office.replies)
    await notifier.hear(canceled(an_appointment(revision=2)))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    silenced = await eventually(
        lambda: [said for said in notifier.statements("notification_failed") if not said["retry_at"]]
    )
    assert {(said["purpose"], said["reason"]) for said in silenced} == {("confirmed", "canceled")}
    (told,) = post_office.to(GUEST.email)
    assert told.subject == "[株式会社サンプル]アポイントメントがキャンセルされました[Chosei]"


async def test_a_connection_is_reused_and_replaced_when_the_server_dropped_it(
    notifier: Notifier, post_office: PostOffice
) -> None:
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: len(post_office.taken) == 2)
    before = post_office.connections
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    moved = an_appointment(revision=2, start_at=clock.now() + timedelta(days=2), end_at=clock.now() + timedelta(days=3))
    await notifier.hear(meeting_issued(revision=2), rescheduled(moved))
    await eventually(lambda: len(post_office.taken) == 4)
    assert post_office.connections == before


async def test_what_is_stored_holds_no_link_in_clear(new_notifier: NewNotifier, post_office: PostOffice) -> None:
    notifier = await new_notifier(retry_first=timedelta(seconds=30), retry_most=timedelta(seconds=30))
    post_office.lose = 2
    await notifier.hear(meeting_issued(), confirmed())
    await eventually(lambda: not post_office.lose)

    async def tried() -> bool:
        row = await notifier.matter(APPOINTMENT_ID)
        return all(delivery.get("tries") for delivery in row["deliveries"].values())

    await eventually(tried)
    row = await notifier.matter(APPOINTMENT_ID)
    assert JOIN.passcode not in str(row)
    assert "/g/TOKEN" not in str(row)
    stored = row["deliveries"]["confirmed:1:guest"]["message"]
    assert b"Message-ID: " in Safe(notifier.settings.data_ring).open_mail(stored, about=APPOINTMENT_ID)


async def test_a_reminder_goes_to_both_sides_once(notifier: Notifier, post_office: PostOffice) -> None:
    start = clock.now().replace(microsecond=0) + timedelta(hours=3)
    appointment = an_appointment(start_at=start, end_at=start + timedelta(hours=1))
    due = reminder_due(appointment)
    await notifier.hear(due, meeting_issued(), due, confirmed(appointment), due)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 4)
    reminders = [taken for taken in post_office.taken if "リマインド" in taken.subject]
    assert len(reminders) == 2
    assert all(JOIN.url in taken.text for taken in reminders)


async def test_g11_the_administrators_hear_once_a_day_of_a_spent_budget(
    notifier: Notifier, post_office: PostOffice
) -> None:
    later = clock.now() + timedelta(hours=8)
    kept, gone = (budget_exhausted(later, same_day_left=left) for left in (True, False))
    for number in (1, 2):
        about = f"apt_{number}"
        spent = issue_failed(MeetingErrorCode.RATE_LIMITED, retry_at=later, about=about)
        await notifier.hear(spent, confirmed(an_appointment(appointment_id=about)), kept, gone, spent, gone, kept)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 5)
    [told] = [m for m in post_office.taken if m.recipients == ("admin@example.jp",)]
    assert told.subject == "【Chosei】[注意!]Zoom URLが発行できませんでした"
    assert "taro@zoom.example" in told.text
    assert "/appointments?troubled=true" in told.text


async def test_c4_what_fails_for_good_over_the_budget_is_told_by_the_days_mail_alone(
    notifier: Notifier, post_office: PostOffice
) -> None:
    reset = clock.now() + timedelta(hours=8)
    today = issue_failed(MeetingErrorCode.RATE_LIMITED, day_is_spent=True, about="apt_1")
    near = issue_failed(
        MeetingErrorCode.RATE_LIMITED, retry_at=reset, needs_attention=True, day_is_spent=True, about="apt_2"
    )
    burst = issue_failed(MeetingErrorCode.RATE_LIMITED, about="apt_3")
    for number, failed in enumerate((today, near, burst), start=1):
        await notifier.hear(confirmed(an_appointment(appointment_id=f"apt_{number}")), failed)
    await notifier.hear(budget_exhausted(reset), today)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 8)
    told = [m.text for m in post_office.taken if m.recipients == ("admin@example.jp",)]
    assert ["taro@zoom.example" in text for text in told].count(True) == 1
    assert len(told) == 2, "a burst that nothing else tells of has a mail of its own"


async def test_g11_the_administrators_hear_once_of_a_link_that_does_not_come_although_it_is_still_tried(
    notifier: Notifier, post_office: PostOffice
) -> None:
    soon = clock.now() + timedelta(seconds=30)
    passing = issue_failed(MeetingErrorCode.FAILED, retry_at=soon)
    urgent = issue_failed(MeetingErrorCode.FAILED, retry_at=soon, needs_attention=True)
    final = issue_failed(MeetingErrorCode.FAILED)
    await notifier.hear(passing, confirmed(), urgent)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 3)
    await notifier.hear(final, meeting_issued())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 5)
    [told] = [m for m in post_office.taken if m.recipients == ("admin@example.jp",)]
    assert told.subject == "【Chosei】[注意!]Zoom URLが発行できませんでした"
    assert "1日100回" not in told.text


async def test_a_passing_failure_is_told_to_no_administrator(notifier: Notifier, post_office: PostOffice) -> None:
    await notifier.hear(issue_failed(MeetingErrorCode.FAILED, retry_at=clock.now() + timedelta(seconds=30)))
    await notifier.hear(confirmed(), meeting_issued())
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert [m for m in post_office.taken if m.recipients == ("admin@example.jp",)] == []


async def test_a_broken_connection_is_told_to_its_owner_once(notifier: Notifier, post_office: PostOffice) -> None:
    google = CalendarDisconnected(staff_id="stf_taro", provider=Provider.GOOGLE, reason=EndOfConnection.BROKEN)
    zoom = ZoomDisconnected(staff_id="stf_taro", reason=EndOfConnection.BROKEN)
    ended = ZoomDisconnected(staff_id="stf_admin", reason=EndOfConnection.DISCONNECTED)
    event = an_event(google, subject="stf_taro", version=4)
    await notifier.hear(event, event, an_event(zoom, subject="stf_taro", version=4), event)
    await notifier.hear(an_event(ended, subject="stf_admin", version=2))
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert [taken.recipients for taken in post_office.taken] == [("taro@example.jp",)] * 2
    assert {taken.subject for taken in post_office.taken} == {"【Chosei】連携が切れました"}
    assert any("Googleカレンダー" in taken.text for taken in post_office.taken)


async def test_g17_the_administrators_hear_once_of_each_freeze(notifier: Notifier, post_office: PostOffice) -> None:
    frozen = CalendarSyncFrozen(staff_id="stf_taro", provider=Provider.MICROSOFT, missing=4, coming=5)
    first, second = (an_event(frozen, subject="stf_taro", version=version) for version in (7, 9))
    await notifier.hear(first, first, first)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 1)
    await notifier.hear(first, second)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert {taken.subject for taken in post_office.taken} == {"【Chosei】[注意!]同期を凍結しました"}
    assert len(post_office.taken) == 2
    assert "Outlookカレンダー" in post_office.taken[0].text


async def test_g19_the_administrators_hear_once_that_the_organizations_zoom_account_was_lost(
    notifier: Notifier, post_office: PostOffice
) -> None:
    def ended(reason: EndOfAccount, version: int) -> CloudEvent[Any]:
        return an_event(ZoomAccountEnded(reason=reason, current=True), subject="con_1", version=version)

    broke, taken = ended(EndOfAccount.BROKEN, 2), ended(EndOfAccount.TAKEN_OVER, 4)
    await notifier.hear(broke, broke, ended(EndOfAccount.DISCONNECTED, 3), taken, taken)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert [mail.recipients for mail in post_office.taken] == [("admin@example.jp",)] * 2
    assert {mail.subject for mail in post_office.taken} == {"【Chosei】[注意!]会社のZoomアカウントの連携が切れました"}
    assert ["別の組織" in mail.text for mail in post_office.taken].count(True) == 1


async def test_g17_the_administrators_hear_of_a_frozen_zoom_account(
    notifier: Notifier, post_office: PostOffice
) -> None:
    own = an_event(MeetingSyncFrozen(staff_id="stf_taro", missing=4, coming=5), subject="stf_taro", version=7)
    everybodys = an_event(
        MeetingSyncFrozen(staff_id="account/acc-1", missing=4, coming=5), subject="account/acc-1", version=8
    )
    await notifier.hear(own, own, everybodys)
    await eventually(lambda: len(notifier.statements("notification_sent")) == 2)
    assert len(post_office.taken) == 2
    assert all(
        "Zoomから、これからのミーティングが一度にたくさん消えました。" in taken.text for taken in post_office.taken
    )
