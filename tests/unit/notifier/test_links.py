"""What mails tell of how to join: the meeting's link, ours or both (X9), and to whom when the guest is another (C9)."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest

from shared import clock
from shared.contracts.booking import Appointment, FormerGuest
from shared.contracts.people import Guest
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    GUEST,
    HOUR,
    MEETING,
    NOON,
    START,
    an_appointment,
    an_organization,
    canceled,
    changed,
    confirmed,
    meeting_issued,
    meeting_updated,
    reminder_due,
    rescheduled,
)
from tests.unit.notifier.desk import Answer, Desk, Letter

JIRO = Guest(company="DEF株式会社", name="鈴木次郎", email="jiro@example.com")
SABURO = Guest(company="", name="佐藤三郎", email="saburo@example.com")
FIRST, SECOND = "https://chosei.example.jp/j/FIRST", "https://chosei.example.jp/j/SECOND"
STAFFS = f"https://chosei.example.jp/appointments/{APPOINTMENT_ID}/join"
NEW = "https://zoom.example/j/999"


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(APPOINTMENT_ID, NOON)
    with mock.patch.object(clock, "now", side_effect=lambda: made.now):
        yield made


def a_former(guest: Guest = GUEST, title: str = "ABC株式会社:田中花子 様") -> FormerGuest:
    return FormerGuest(
        guest=guest, guest_time_zone="", guest_locale="", title=title, start_at=START, end_at=START + HOUR
    )


def replaced(revision: int, guest: Guest = JIRO) -> Appointment:
    return an_appointment(revision=revision, guest=guest, title=f"{guest.name} 様", link_generation=revision)


def read_by(desk: Desk, address: str) -> list[Letter]:
    return [letter for letter in desk.letters.values() if address in letter.message["To"]]


async def choose(desk: Desk, mail_links: str) -> None:
    desk.organizations[0] = an_organization(mail_links=mail_links)


async def confirm(desk: Desk) -> None:
    await desk.hear(confirmed())
    await desk.hear(meeting_issued())
    await desk.rest()


@pytest.mark.parametrize(
    ("mail_links", "raw", "own"), [("raw", True, False), ("own", False, True), ("both", True, True)]
)
async def test_x9_mails_and_invitations_tell_what_the_organization_chose(
    desk: Desk, mail_links: str, raw: bool, own: bool
) -> None:
    await choose(desk, mail_links)
    await confirm(desk)
    for address, link in ((GUEST.email, FIRST), ("taro@example.jp", STAFFS)):
        [letter] = read_by(desk, address)
        html = letter.message.get_body(("html",))
        for text in (letter.text, html.get_content() if html else ""):
            told = text.replace("&amp;", "&")
            assert (MEETING.join_url in told, MEETING.passcode in told, link in told) == (raw, raw, own)
    [letter] = read_by(desk, GUEST.email)
    assert letter.entry["LOCATION"] == (FIRST if own else MEETING.join_url)
    assert (MEETING.join_url in letter.entry["DESCRIPTION"], FIRST in letter.entry["DESCRIPTION"]) == (raw, own)


async def test_x9_whose_link_is_never_out_of_date_is_not_mailed_when_the_meeting_changes(desk: Desk) -> None:
    await choose(desk, "own")
    await confirm(desk)
    await desk.hear(changed(an_appointment(revision=2, organizer_id="stf_admin")))
    await desk.hear(meeting_updated(revision=2, link=NEW))
    await desk.rest()
    assert len(desk.letters) == 2


async def test_g12_whoever_was_told_zoom_is_told_the_other_tool_that_takes_its_place_and_its_next_url(
    desk: Desk,
) -> None:
    teams, other = "https://teams.example/1", "https://teams.example/2"
    await confirm(desk)
    for revision, place in ((2, teams), (3, teams), (4, other)):
        moved = an_appointment(revision=revision, kind="link", wants_meeting=False)
        await desk.hear(changed(moved, place=place))
        await desk.rest()
    told = [letter for letter in read_by(desk, GUEST.email) if letter.key.startswith("link")]
    first, second = told
    assert (teams in first.text, MEETING.join_url in first.text) == (True, False)
    assert (other in second.text, second.entry["LOCATION"]) == (True, other)
    await desk.hear(changed(an_appointment(revision=5)))
    await desk.hear(meeting_updated(revision=5, link=NEW))
    await desk.rest()
    assert NEW in [letter for letter in read_by(desk, GUEST.email) if letter.key.startswith("link")][-1].text


async def test_x9_another_setting_is_no_reason_to_mail(desk: Desk) -> None:
    await confirm(desk)
    await choose(desk, "own")
    await desk.hear(changed(an_appointment(revision=2, title="別の件名")))
    await desk.hear(meeting_updated(revision=2, link=MEETING.join_url))
    await desk.rest()
    [staff, guest] = [letter for letter in desk.letters.values() if letter.key.startswith("confirmed")]
    assert {staff.key, guest.key} == {"confirmed:1:guest", "confirmed:1:staff"}


@pytest.mark.parametrize("mail_links", ["own", "both"])
async def test_x9_a_revoked_link_is_followed_by_one_mail_with_the_new_one(desk: Desk, mail_links: str) -> None:
    await choose(desk, mail_links)
    await confirm(desk)
    await desk.hear(changed(an_appointment(revision=2, link_generation=2), join_url=SECOND))
    await desk.work()
    assert len(desk.letters) == 2, "the meeting is made anew first"
    await desk.hear(meeting_updated(revision=2, link=NEW))
    await desk.rest()
    [_, link] = read_by(desk, GUEST.email)
    assert (SECOND in link.text, FIRST in link.text, NEW in link.text) == (True, False, mail_links == "both")
    assert len(read_by(desk, "taro@example.jp")) == (2 if mail_links == "both" else 1)


async def test_c9_the_new_guest_is_invited_the_former_one_is_told_the_end_and_staff_the_new_link(desk: Desk) -> None:
    await confirm(desk)
    await desk.hear(changed(replaced(2), former_guest=a_former(), join_url=SECOND))
    await desk.hear(meeting_updated(revision=2, link=NEW))
    await desk.rest()
    [invited] = read_by(desk, JIRO.email)
    assert (invited.key, NEW in invited.text) == ("confirmed:2:guest", True)
    assert (invited.entry["STATUS"], invited.entry["ATTENDEE"]) == ("CONFIRMED", f"mailto:{JIRO.email}")
    [told, ended] = read_by(desk, GUEST.email)
    assert ended.key == "replaced:2:guest"
    assert "キャンセル" in ended.message["Subject"]
    assert (ended.entry["STATUS"], ended.entry["UID"]) == ("CANCELLED", told.entry["UID"])
    assert ended.entry["SEQUENCE"] > told.entry["SEQUENCE"]
    [_, link] = read_by(desk, "taro@example.jp")
    assert NEW in link.text


async def test_g23_the_former_guest_learns_nothing_of_the_new_one(desk: Desk) -> None:
    await choose(desk, "both")
    await confirm(desk)
    moved = replaced(2).model_copy(update={"start_at": START + 5 * HOUR, "end_at": START + 6 * HOUR})
    await desk.hear(rescheduled(moved, former_guest=a_former(), join_url=SECOND))
    await desk.hear(meeting_updated(revision=2, link=NEW))
    await desk.rest()
    [_, ended] = read_by(desk, GUEST.email)
    content = ended.text + ended.entry.to_ical().decode() + str(ended.message["Subject"])
    for secret in ("鈴木", "DEF", JIRO.email, NEW, SECOND, "/g/", "18:00"):
        assert secret not in content
    assert "13:00" in ended.text
    [invited] = read_by(desk, JIRO.email)
    assert invited.key == "confirmed:2:guest"
    assert "変更前" not in invited.text


async def test_c9_who_took_the_place_and_lost_it_before_being_told_hears_nothing(desk: Desk) -> None:
    await confirm(desk)
    desk.answers += [Answer.LATER] * 2
    await desk.hear(changed(replaced(2), former_guest=a_former()))
    await desk.hear(changed(replaced(3, SABURO), former_guest=a_former(JIRO)))
    await desk.hear(meeting_updated(revision=3, link=NEW))
    await desk.rest()
    assert read_by(desk, JIRO.email) == []
    assert [letter.key for letter in read_by(desk, SABURO.email)] == ["confirmed:3:guest"]
    assert len(read_by(desk, GUEST.email)) == 2


async def test_c9_a_late_link_and_the_reminder_reach_whoever_is_the_guest_then(desk: Desk) -> None:
    await confirm(desk)
    await desk.hear(changed(replaced(2), former_guest=a_former()))
    desk.now += timedelta(seconds=30)
    await desk.work()
    await desk.hear(meeting_updated(revision=2, link=NEW))
    await desk.rest()
    await desk.hear(reminder_due(replaced(2)))
    await desk.rest()
    assert [letter.key.partition(":")[0] for letter in read_by(desk, JIRO.email)] == ["confirmed", "link", "reminder"]
    assert len(read_by(desk, GUEST.email)) == 2


async def test_c9_a_cancellation_after_it_reaches_the_new_guest_and_the_former_one_is_told_once(desk: Desk) -> None:
    await confirm(desk)
    await desk.hear(changed(replaced(2), former_guest=a_former()))
    await desk.hear(canceled(replaced(3)))
    await desk.rest()
    assert [letter.key for letter in read_by(desk, GUEST.email)] == ["confirmed:1:guest", "replaced:2:guest"]
    assert [letter.key for letter in read_by(desk, JIRO.email)] == ["canceled:3:guest"]
