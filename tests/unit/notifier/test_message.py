"""The bytes of a mail, and what nobody can smuggle into them."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32

import pytest

from services.notifier.mails.letters import write
from services.notifier.mails.message import Mail, Recipient, UnusableAddress, message_id, to_bytes, usable_address
from shared.contracts.notifier import Purpose
from tests.unit.notifier.builders import JOIN, NOON, a_link, a_material, a_matter

SENDER = Recipient("株式会社サンプル", "noreply@example.jp")
GUEST = Recipient("田中花子", "hanako@example.com")


def bytes_of(mail: Mail, *recipients: Recipient, sender: Recipient = SENDER, key: str = "key") -> bytes:
    return to_bytes(mail, sender=sender, recipients=recipients or (GUEST,), key=key, at=NOON, language="ja")


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def a_confirmation() -> Mail:
    return write(a_material(Purpose.CONFIRMED, join=JOIN, matter=a_matter(meeting=a_link()), guidance="あ" * 50_000))


def test_g10_the_same_delivery_has_the_same_bytes_and_message_id() -> None:
    assert bytes_of(a_confirmation()) == bytes_of(a_confirmation())
    assert message_id("apt_1:confirmed:1:guest", "a.jp") == message_id("apt_1:confirmed:1:guest", "a.jp")
    assert message_id("apt_1:confirmed:1:guest", "a.jp") != message_id("apt_1:confirmed:1:staff", "a.jp")


def test_r20_a_mail_is_text_and_html_with_the_invitation_beside_them() -> None:
    message = parsed(bytes_of(a_confirmation()))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (calendar,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ja"


def test_text_only_is_one_part() -> None:
    assert parsed(bytes_of(Mail("s", "テキスト\n"))).get_content_type() == "text/plain"


def test_all_lines_are_short_and_seven_bit() -> None:
    content = bytes_of(a_confirmation())
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    assert content.isascii()


def test_long_japanese_subjects_and_names_survive() -> None:
    subject, name = "あ" * 255 + "[Chosei]", "い" * 255
    raw = message_from_bytes(bytes_of(Mail(subject, "x"), Recipient(name, "h@example.com")), policy=compat32)
    assert str(make_header(decode_header(raw["Subject"]))) == subject
    assert name in str(make_header(decode_header(raw["To"])))


@pytest.mark.parametrize("poison", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00", "\x85", "\r\n\r\n"])
def test_g24_no_header_can_be_injected(poison: str) -> None:
    evil = f"x{poison}Bcc: evil@example.com"
    content = bytes_of(Mail(evil, "text"), Recipient(evil, "h@example.com"), sender=Recipient(evil, "n@example.jp"))
    message = parsed(content)
    assert message["Bcc"] is None
    assert len(message.get_all("To", [])) == 1
    assert b"\r\nBcc" not in content


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a@b@c",
        "a b@example.com",
        "a@example.com, b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "<a@example.com>",
        "日本@example.com",
        "a@exa mple.com",
        "a@example.com\n",
    ],
)
def test_an_address_that_no_header_may_carry_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddress):
        usable_address(address)


def test_an_international_domain_becomes_ascii() -> None:
    assert usable_address("info@日本.jp") == "info@xn--wgv71a.jp"


@pytest.mark.parametrize(
    "subject", ["plain", "a" * 500, "=?utf-8?b?aGk=?=", '[a]:(b) <c>, "d"', "é" * 90, "𩸽" * 60, ""]
)
def test_every_subject_and_name_is_read_back_as_it_was(subject: str) -> None:
    raw = message_from_bytes(bytes_of(Mail(subject, "x"), Recipient(subject, "h@example.com")), policy=compat32)
    assert str(make_header(decode_header(raw["Subject"]))) == subject
    message = parsed(bytes_of(Mail("s", "x"), Recipient(subject, "h@example.com"), Recipient("b", "b@example.com")))
    assert [str(address.addr_spec) for address in message["To"].addresses] == ["h@example.com", "b@example.com"]


def test_the_bodies_are_read_back_as_they_were() -> None:
    mail = a_confirmation()
    message = parsed(bytes_of(mail))
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    assert all(body is not None for body in bodies.values())
    read = {kind: body.get_content().replace("\r\n", "\n") for kind, body in bodies.items() if body is not None}
    assert read == {"plain": mail.text, "html": mail.html}
    (attached,) = message.iter_attachments()
    assert mail.invitation is not None
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("invite.ics", mail.invitation.content)
    assert not message.defects
