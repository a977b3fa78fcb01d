"""Whole mails: golden texts in both languages, and what must never stand in them."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from services.notifier.mails.letters import write
from services.notifier.mails.material import Material
from services.notifier.mails.message import Mail, Recipient, to_bytes
from services.notifier.model.matter import DisabledWebhook
from services.notifier.model.templates import Breakage
from shared.contracts.booking import EndOfRequest, Kind
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.payments import Paid
from shared.contracts.people import Guest, Person
from shared.contracts.zoom_issuer import MeetingErrorCode
from tests.unit.notifier.builders import (
    HOUR,
    JOIN,
    NOON,
    START,
    a_link,
    a_material,
    a_matter,
    a_notice,
    a_proposal,
    an_appointment,
    an_organization,
)
from tests.unit.notifier.golden_files import golden
from tests.unit.notifier.test_subjects import PAIRS

PARTICULARS = {
    Purpose.RESCHEDULED: {"previous_start_at": START - 24 * HOUR, "previous_end_at": START - 23 * HOUR},
    Purpose.CONNECTION_BROKEN: {"provider": "google"},
    Purpose.INVITED: {
        "person": Person(name="山田太郎", email="taro@example.jp"),
        "invited_by": Person(name="管理花子", email="admin@example.jp"),
        "expires_at": NOON + timedelta(days=7),
    },
    Purpose.REQUESTED: {"expires_at": NOON + timedelta(days=3)},
    Purpose.DECLINED: {"end_of_request": EndOfRequest.EXPIRED},
    Purpose.SYNC_FROZEN: {"provider": "microsoft"},
    Purpose.ZOOM_ACCOUNT_ENDED: {"provider": "zoom", "tag": "taken_over"},
    Purpose.TEMPLATE_BROKEN: {
        "breakage": Breakage(
            name="confirmed.guest",
            language="ja",
            version=3,
            at=NOON,
            kind="not_shown",
            part="body",
            about="{{ zoom_block }}",
        )
    },
    Purpose.WEBHOOK_DISABLED: {
        "webhook": DisabledWebhook(
            url="https://crm.example.jp/hooks/chosei?key=secret", gone=False, problem="503", since=NOON
        )
    },
    Purpose.ISSUE_FAILED: {"error": MeetingErrorCode.FAILED},
    Purpose.BUDGET_GONE: {"account": "taro@example.jp", "retry_at": START, "same_day_left": True},
}
WITH_LINK = (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK, Purpose.REMINDER)
HOSTILE = '<script>alert(1)</script>"&\r\nBcc: evil@example.com\u2028\u202e'


def a_full_material(purpose: Purpose, audience: Audience, language: str) -> Material:
    notice = a_notice(purpose, 1, audience, **PARTICULARS.get(purpose, {}))
    material = a_material(
        purpose,
        audience,
        notice=notice,
        organization=an_organization(locale=language),
        guidance="当日は資料をお手元にご用意ください。\n\n・会社案内\n・お見積書",
        words="午後の時間帯でお願いします。\n<b>16時以降</b>だと助かります。",
        staff_name="山田太郎",
        invitation_url="https://chosei.example.jp/invite/TOKEN" if purpose is Purpose.INVITED else "",
    )
    if purpose in (Purpose.CONFIRMED, Purpose.RESCHEDULED, Purpose.LINK, Purpose.REMINDER, Purpose.CANCELED):
        appointment = an_appointment(guest_time_zone="America/New_York")
        matter = a_matter(appointment=appointment, meeting=a_link())
        material = replace(material, matter=matter, join=JOIN if purpose in WITH_LINK else None)
    if material.matter.proposal is not None:
        material = replace(material, matter=a_matter(appointment=None, proposal=a_proposal(locale=language)))
    return material


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("purpose", "audience"), PAIRS)
def test_a_mail_is_as_it_was_read_and_agreed(purpose: Purpose, audience: Audience, language: str) -> None:
    mail = write(a_full_material(purpose, audience, language))
    name = f"{language}/{purpose}.{audience}"
    assert mail.html is not None
    assert mail.text == golden(f"{name}.txt", mail.text)
    assert mail.html == golden(f"{name}.html", mail.html)


@pytest.mark.parametrize(("purpose", "audience"), PAIRS)
def test_g24_what_people_typed_is_text_everywhere(purpose: Purpose, audience: Audience) -> None:
    guest = Guest(company=HOSTILE, name=HOSTILE, email="h@example.com")
    material = a_full_material(purpose, audience, "ja")
    state = material.matter
    changed = {
        "appointment": state.appointment
        and state.appointment.model_copy(update={"guest": guest, "title": HOSTILE, "address": HOSTILE}),
        "proposal": state.proposal and state.proposal.model_copy(update={"guest": guest, "title": HOSTILE}),
    }
    hostile = replace(
        material,
        matter=state.model_copy(update=changed),
        guidance=HOSTILE,
        words=HOSTILE,
        staff_name=HOSTILE,
        organization=an_organization(name=HOSTILE, product_name=HOSTILE),
    )
    mail = write(hostile)
    assert mail.html is not None
    assert "<script" not in mail.html
    assert "\u202e" not in mail.html + mail.text + mail.subject
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_r20_the_button_stands_above_the_plain_address() -> None:
    mail = write(a_material(Purpose.PROPOSED))
    assert mail.html is not None
    button = mail.html.index(">日時候補から日時選択をする</a>")
    hint = mail.html.index("◆上記ボタンがクリックできない場合は、下記のURLを開いてください。")
    assert button < hint < mail.html.rindex(">https://chosei.example.jp/g/TOKEN</a>")


@pytest.mark.parametrize(("purpose", "audience"), PAIRS)
def test_r20_an_organization_that_wants_text_gets_the_same_text_and_nothing_else(
    purpose: Purpose, audience: Audience
) -> None:
    full = a_full_material(purpose, audience, "ja")
    mail = write(replace(full, organization=full.organization.model_copy(update={"mail_format": "text"})))
    content = to_bytes(
        mail,
        sender=Recipient("", "a@example.jp"),
        recipients=[Recipient("", "b@example.jp")],
        key="k",
        at=NOON,
        language="ja",
    )
    kinds = {part.get_content_type() for part in message_from_bytes(content).walk() if not part.is_multipart()}
    assert kinds - {"text/calendar", "application/ics"} == {"text/plain"}
    assert mail.text == golden(f"ja/{purpose}.{audience}.txt", mail.text)


def test_the_guests_language_is_theirs_and_staff_read_the_organizations() -> None:
    matter = a_matter(appointment=an_appointment(guest_locale="en-US"))
    to_guest = write(a_material(Purpose.CONFIRMED, Audience.GUEST, matter=matter))
    to_staff = write(a_material(Purpose.CONFIRMED, Audience.STAFF, matter=matter))
    assert to_guest.subject == "[株式会社サンプル] Your appointment is confirmed [Chosei]"
    assert to_staff.subject == "ABC株式会社:田中花子様"


def test_a_locale_we_do_not_speak_falls_back_to_the_organizations() -> None:
    matter = a_matter(appointment=an_appointment(guest_locale="fr"))
    assert "日程が確定しました" in write(a_material(Purpose.CONFIRMED, matter=matter)).subject


def test_x12_both_zones_are_named_where_they_differ_the_readers_first() -> None:
    matter = a_matter(appointment=an_appointment(guest_time_zone="America/New_York"))
    guest = write(a_material(Purpose.CONFIRMED, Audience.GUEST, matter=matter)).text
    staff = write(a_material(Purpose.CONFIRMED, Audience.STAFF, matter=matter)).text
    assert guest.index("(America/New_York, UTC-05:00)") < guest.index("(Asia/Tokyo, UTC+09:00)")
    assert staff.index("(Asia/Tokyo, UTC+09:00)") < staff.index("(America/New_York, UTC-05:00)")


@pytest.mark.parametrize(("purpose", "audience"), PAIRS)
def test_x12_every_mail_with_a_time_names_the_zones_beside_it(purpose: Purpose, audience: Audience) -> None:
    material = a_full_material(purpose, audience, "en")
    appointment = material.matter.appointment
    if appointment is not None:
        away = appointment.model_copy(update={"guest_time_zone": "America/New_York"})
        material = replace(material, matter=material.matter.model_copy(update={"appointment": away}))
    mail = write(material)
    assert mail.html is not None
    plain = re.sub(r"<[^>]+>", "", mail.html)
    for body in (mail.text, plain):
        assert ("Asia/Tokyo" in body) == bool(re.search(r"\d\d:\d\d", re.sub(r"UTC[+-]\d\d:\d\d", "", body)))
        assert ("America/New_York" in body) == (appointment is not None)


def test_r27_the_organizations_zone_of_now_counts_and_not_that_of_the_confirmation() -> None:
    london = an_organization(time_zone="Europe/London")
    reminder = write(a_material(Purpose.REMINDER, Audience.STAFF, organization=london))
    assert "[AM]04:00" in reminder.subject
    assert "(Europe/London, UTC+00:00)" in reminder.text
    assert "Asia/Tokyo" not in reminder.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_g06_the_hour_at_which_issuing_goes_on_names_its_zone(language: str) -> None:
    text = write(a_full_material(Purpose.BUDGET_GONE, Audience.ADMINS, language)).text
    resumes = next(line for line in text.splitlines() if "00:00 UTC" in line or "9:00(日本時間)" in line)
    assert "(Asia/Tokyo, UTC+09:00)" in resumes


def test_a_zone_that_nobody_knows_is_not_named() -> None:
    matter = a_matter(appointment=an_appointment(guest_time_zone="Mars/Olympus"))
    assert "UTC+09:00" in write(a_material(Purpose.CONFIRMED, matter=matter)).text


def test_r14_50_000_characters_of_guidance_arrive_whole() -> None:
    guidance = "あ" * 24_999 + "\n\n\n" + "終" * 24_998
    mail = write(a_material(Purpose.CONFIRMED, guidance=guidance))
    assert mail.html is not None
    assert guidance in mail.text
    assert mail.html.count("終") >= 24_998


def test_who_is_invited_reads_their_own_language_whatever_the_organizations_is() -> None:
    notice = a_notice(Purpose.INVITED, 1, Audience.STAFF, locale="en")
    mail = write(
        a_material(Purpose.INVITED, Audience.STAFF, notice=notice, invitation_url="https://c.example/invite/T")
    )
    assert mail.subject == "[株式会社サンプル] Invitation to Chosei"
    assert "https://c.example/invite/T" in mail.text


def test_the_guest_does_not_see_addresses_of_staff() -> None:
    mail = write(a_material(Purpose.CONFIRMED, join=JOIN, matter=a_matter(meeting=a_link())))
    assert "taro@example.jp" not in mail.text + (mail.html or "")
    assert mail.invitation is not None
    assert b"taro@example.jp" not in mail.invitation.content


@pytest.mark.parametrize("lasting", [{"retry_at": None}, {"retry_at": NOON + HOUR, "needs_attention": True}])
def test_e8_staff_read_the_error_and_the_guest_does_not(lasting: dict[str, object]) -> None:
    trouble = {"revision": 1, "at": NOON, "error": MeetingErrorCode.NO_CREDENTIALS, **lasting}
    matter = a_matter(trouble=trouble)
    to_staff = write(a_material(Purpose.CONFIRMED, Audience.STAFF, matter=matter)).text
    to_guest = write(a_material(Purpose.CONFIRMED, Audience.GUEST, matter=matter)).text
    assert "Zoom Meeting Error: Zoom 認証情報がありません" in to_staff
    assert "Zoom Meeting Error" not in to_guest
    assert "担当者より追ってご案内いたします。" in to_guest


def test_v7_a_visit_shows_its_code_and_an_outbound_one_its_place() -> None:
    visit = an_appointment(kind=Kind.VISIT, wants_meeting=False, reception_code="123456")
    outbound = an_appointment(kind=Kind.OUTBOUND, wants_meeting=False, address="東京都千代田区1-1")
    assert "123456" in write(a_material(Purpose.CONFIRMED, matter=a_matter(appointment=visit))).text
    mail = write(a_material(Purpose.CONFIRMED, matter=a_matter(appointment=outbound)))
    assert "東京都千代田区1-1" in mail.text
    assert "Web会議" not in mail.text


def test_r7_the_room_is_named_to_staff_and_not_to_the_guest() -> None:
    visit = an_appointment(kind=Kind.VISIT, wants_meeting=False, reception_code="123456", room_id="r", room_name="富士")
    staff, guest = (
        write(a_material(Purpose.CONFIRMED, side, matter=a_matter(appointment=visit))).text
        for side in (Audience.STAFF, Audience.GUEST)
    )
    assert "会議室" in staff
    assert "富士" in staff
    assert "富士" not in guest
    proposal = a_proposal(slots=2)
    slots = [proposal.slots[0].model_copy(update={"room_id": "r", "room_name": "富士"}), proposal.slots[1]]
    proposal = proposal.model_copy(update={"slots": slots})
    staff, guest = (
        write(a_material(Purpose.PROPOSED, side, matter=a_matter(proposal=proposal, appointment=None))).text
        for side in (Audience.STAFF, Audience.GUEST)
    )
    assert staff.count("[富士]") == 1
    assert "富士" not in guest


def test_e2_without_a_guest_the_title_stands_in_the_subject_and_nobody_is_called_sama() -> None:
    alone = an_appointment(guest=Guest(), title="定例打合せ")

    def mail(purpose: Purpose) -> Mail:
        return write(a_material(purpose, Audience.STAFF, matter=a_matter(appointment=alone, notices={})))

    assert mail(Purpose.CONFIRMED).subject == "定例打合せ"
    assert mail(Purpose.CANCELED).subject == "キャンセル:定例打合せ"
    assert mail(Purpose.REMINDER).subject == "本日のWeb会議予定のリマインド: [PM]01:00 定例打合せ[Chosei]"
    assert "様" not in mail(Purpose.CONFIRMED).text


@pytest.mark.parametrize("audience", [Audience.GUEST, Audience.STAFF])
@pytest.mark.parametrize(
    ("purpose", "given_back", "language", "words"),
    [
        (Purpose.CONFIRMED, False, "ja", "￥5,500(お支払い済み)"),
        (Purpose.CONFIRMED, False, "en", "¥5,500 (paid)"),
        (Purpose.CANCELED, True, "ja", "￥5,500(全額を返金します)"),
        (Purpose.CANCELED, True, "en", "¥5,500 (refunded in full)"),
        (Purpose.CANCELED, False, "ja", "￥5,500(返金はありません)"),
        (Purpose.CANCELED, False, "en", "¥5,500 (not refunded)"),
        (Purpose.DECLINED, True, "en", "¥5,500 (refunded in full)"),
    ],
)
def test_h13_mails_name_what_was_paid_and_whether_it_is_given_back(
    audience: Audience, purpose: Purpose, given_back: bool, language: str, words: str
) -> None:
    material = a_full_material(purpose, audience, language)
    appointment = an_appointment(paid=Paid(amount=5500, currency="jpy", given_back=given_back))
    mail = write(replace(material, matter=material.matter.model_copy(update={"appointment": appointment})))
    assert words in mail.text
    assert mail.html is not None
    assert words in mail.html
