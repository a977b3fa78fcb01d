"""Where a join link leads at any moment (X9, C7), and whose right to attend ends by what (C9, G12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.booking.model.another_guest import with_guest, with_rights_of
from services.booking.model.appointment import Appointment
from services.booking.model.proposal import TokenSource
from services.booking.usecases.links import Links
from services.booking.views.join import OVERTIME, join_view
from shared.contracts.api.appointments import AppointmentStatus, MeetingStatus, MeetingView
from shared.contracts.api.joining import JoinStatus
from shared.contracts.booking import Kind, Series, Visibility
from shared.contracts.people import Guest
from shared.contracts.reveal import LinkShown, Reveal
from shared.crypto import KeyRing
from tests.builders import an_attendee

START = datetime(2026, 12, 7, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
HANAKO = Guest(company="ABC", name="花子", email="hanako@example.jp")
ISSUED = MeetingView(status=MeetingStatus.ISSUED, join_url="https://zoom.example/j/1")
SOURCE = TokenSource(key_id="t", generation=1, hash="h")
MOMENTS = st.integers(-60 * 24 * 30, 60 * 24 * 30).map(lambda minutes: START + timedelta(minutes=minutes))


def an_appointment(**changes: Any) -> Appointment:
    host = an_attendee()
    values: dict[str, Any] = {
        "appointment_id": "apt_1",
        "organization_id": "org",
        "proposal_id": "prp_1",
        "slot_id": None,
        "kind": Kind.WEB,
        "title": "面談",
        "start_at": START,
        "end_at": START + HOUR,
        "time_zone": "Asia/Tokyo",
        "creator": host,
        "organizer_id": host.staff_id,
        "attendees": [host],
        "with_calendar": [],
        "guest": HANAKO,
        "guest_time_zone": "",
        "guest_locale": "",
        "guidance": "",
        "note": "",
        "visibility": Visibility.DEFAULT,
        "wants_meeting": True,
        "zoom_user_id": None,
        "address": None,
        "token": SOURCE,
        "confirmed_at": START,
        "updated_at": START,
    }
    return Appointment(**{**values, **changes})


def status(appointment: Appointment, now: datetime, meeting: MeetingView = ISSUED, *, guest: bool = True) -> JoinStatus:
    return join_view(appointment, meeting, "会社", now, for_guest=guest).status


@given(MOMENTS)
def test_x9_early_is_never_too_early_and_it_is_over_after_the_overtime(now: datetime) -> None:
    wanted = JoinStatus.OVER if now >= START + HOUR + OVERTIME else JoinStatus.OPEN
    assert status(an_appointment(), now) is wanted


@given(MOMENTS)
def test_c7_guests_join_from_the_notice_on_and_staff_at_any_time(now: datetime) -> None:
    noticed = an_appointment(reveal=Reveal(link=LinkShown.IN_NOTICE, notices=(30,)))
    told = now >= START - timedelta(minutes=30)
    assert (status(noticed, now) is JoinStatus.HIDDEN) is not told
    assert status(noticed, now, guest=False) is not JoinStatus.HIDDEN


@given(MOMENTS)
def test_e6_a_series_is_over_with_its_last_occurrence_and_shows_the_next_one(now: datetime) -> None:
    weekly = an_appointment(series=Series(rrule="FREQ=WEEKLY;COUNT=3"))
    shown = join_view(weekly, ISSUED, "会社", now, for_guest=True)
    last = START + timedelta(days=14)
    assert (shown.status is JoinStatus.OVER) is (now >= last + HOUR + OVERTIME)
    assert shown.start in [START + timedelta(days=days) for days in (0, 7, 14)]
    assert shown.end + OVERTIME > now or shown.start == last


def test_x9_without_a_guest_there_is_no_guests_link_and_each_one_is_another() -> None:
    links = Links(KeyRing.parse("t1:Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M="), "https://chosei.example")
    first = an_appointment(join_token=links.join_source("apt_1"))
    second = first.model_copy(update={"join_token": links.next_join_source(first)})
    other = first.model_copy(update={"appointment_id": "apt_2", "join_token": links.join_source("apt_2")})
    assert len({links.join_url(one) for one in (first, second, other)}) == 3
    assert links.join_url(first.model_copy(update={"guest": Guest()})) == ""


def test_c5_a_fixed_place_is_followed_where_it_is_an_address() -> None:
    none = MeetingView(status=MeetingStatus.NONE)
    teams = an_appointment(kind=Kind.LINK, wants_meeting=False, place="https://teams.example/1")
    assert join_view(teams, none, "会社", START, for_guest=True).url == "https://teams.example/1"
    assert status(teams.model_copy(update={"place": "3階の受付"}), START, none) is JoinStatus.NONE
    for more in (" 会議ID: 123 456", "\u3000会議ID", "\nID 1"):
        with_words = teams.model_copy(update={"place": f"https://teams.example/1{more}"})
        assert join_view(with_words, none, "会社", START, for_guest=True).url == "https://teams.example/1"


def test_x9_what_was_cancelled_leads_nowhere_whatever_stands_at_zoom() -> None:
    assert status(an_appointment(status=AppointmentStatus.CANCELED), START) is JoinStatus.CANCELED


@given(MOMENTS, st.sampled_from(["hanako@example.jp", "HANAKO@example.jp", "jiro@example.jp"]), st.booleans())
def test_c9_the_link_is_made_anew_where_whoever_leaves_knew_it(now: datetime, email: str, in_notice: bool) -> None:
    reveal = Reveal(link=LinkShown.IN_NOTICE, notices=(30,)) if in_notice else Reveal()
    before = an_appointment(reveal=reveal)
    edited = with_guest(before, HANAKO.model_copy(update={"email": email}))
    after = with_rights_of(before, edited, now, lambda _: (SOURCE, SOURCE))
    another = email == "jiro@example.jp"
    knew = another and (not in_notice or now >= START - timedelta(minutes=30))
    assert (after.own_page, after.link_generation) == (another, 2 if knew else 1)
