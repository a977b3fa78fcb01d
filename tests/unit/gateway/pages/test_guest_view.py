"""What the guest's page is given (R22, R23)."""

from datetime import timedelta

from services.gateway.pages import guest_view
from services.gateway.pages.guest_view import Typed
from shared.contracts.api.appointments import AppointmentStatus, MeetingStatus
from tests.unit.gateway.pages.builders import START, a_proposal, a_reading, a_slot, an_appointment


def test_slots_stand_under_their_day_in_order() -> None:
    late, early = a_slot(1, START + timedelta(hours=1)), a_slot(2, START - timedelta(days=1))
    days = guest_view.days(a_proposal(slots=[late, early]), a_reading())
    assert [day.label for day in days] == ["2026年11月30日(月)", "2026年12月1日(火)"]
    assert days[1].slots[0].time == "14:00 ～ 15:00"


def test_days_are_those_of_the_readers_zone() -> None:
    (day,) = guest_view.days(a_proposal(), a_reading("America/Los_Angeles", "en"))
    assert (day.label, day.slots[0].time) == ("Mon, 30 Nov 2026", "20:00 – 21:00")


def test_the_offices_time_stands_beside_where_it_differs() -> None:
    (day,) = guest_view.days(a_proposal(), a_reading("America/Los_Angeles", "en"))
    assert day.slots[0].office == ("Tue, 1 Dec 2026", "13:00 – 14:00 in Japan")


def test_the_offices_time_is_left_out_where_it_reads_the_same() -> None:
    (day,) = guest_view.days(a_proposal(), a_reading("Asia/Seoul"))
    assert day.slots[0].office == ()


def test_what_is_known_of_the_guest_fills_the_form() -> None:
    values = guest_view.choosing(a_proposal(), a_reading(), None)
    assert values["typed"] == Typed(name="田中花子", company="ABC株式会社")


def test_what_was_typed_wins_over_what_is_known() -> None:
    typed = Typed(name="佐藤", company="")
    assert guest_view.choosing(a_proposal(), a_reading(), typed)["typed"] is typed


def test_the_page_waits_for_the_link_while_it_is_pending() -> None:
    values = guest_view.confirmed(a_proposal(), an_appointment(MeetingStatus.PENDING), a_reading())
    assert values["waiting"] is True


def test_a_cancelled_appointment_shows_no_way_in() -> None:
    appointment = an_appointment(MeetingStatus.PENDING, AppointmentStatus.CANCELED)
    values = guest_view.confirmed(a_proposal(), appointment, a_reading())
    assert (values["waiting"], values["guidance"]) == (False, "")


def test_the_address_of_a_confirmation_is_masked() -> None:
    words = guest_view.confirmed(a_proposal(), an_appointment(), a_reading())["explanation"]
    assert words == "h…@example.jp に確認メールをお送りしています。"


def test_an_open_proposal_without_slots_says_so() -> None:
    assert guest_view.over(a_proposal(slots=[]), a_reading())["heading"] == "お選びいただける日時がなくなりました"


def test_g03_slots_that_nobody_can_confirm_for_now_are_not_called_taken() -> None:
    shown = guest_view.over(a_proposal(slots=[], unreadable=True), a_reading())
    assert (shown["state"], shown["heading"]) == ("unreadable", "いまは日時を確認できません")
    ended = guest_view.over(a_proposal(slots=[], unreadable=True, status="withdrawn"), a_reading())
    assert ended["state"] == "withdrawn"


def test_whole_days_are_the_organizations_in_any_zone_and_have_no_hours() -> None:
    midnight = START.replace(hour=15)
    whole = an_appointment().model_copy(
        update={"start": midnight, "end": midnight + timedelta(days=2), "all_day": True}
    )
    values = guest_view.confirmed(a_proposal(), whole, a_reading("America/Los_Angeles"))
    assert (values["day"], values["hours"], values["office"]) == (
        "2026年12月2日(水) ～ 2026年12月3日(木)(終日)",
        "",
        (),
    )
    assert str(values["zone_label"]).startswith("日本")


def test_g06_the_offset_beside_the_slots_is_theirs_and_not_todays() -> None:
    summer = a_slot(1, START + timedelta(days=110))
    reading = a_reading("America/New_York", "en")
    values = guest_view.choosing(a_proposal(slots=[summer]), reading, None)
    assert values["zone_label"] == "Eastern Time (GMT-4)"
    assert ("America/New_York", "(GMT-4) New York") in values["zones"]  # type: ignore[operator]
    assert guest_view.choosing(a_proposal(slots=[a_slot(), summer]), reading, None)["zone_label"] == "Eastern Time"
