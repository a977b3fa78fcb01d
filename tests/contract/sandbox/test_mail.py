"""Mail into the sandbox by SMTP: what is kept, what counts once, and how the server can fail."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest

from tests.infrastructure.sandbox import Sandbox

ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.base_url, trust_env=False) as client:
        yield client
        await client.put("/inspect/faults", json={"rules": []})


def _mail(message_id: str, to: str, subject: str = "日程変更:株式会社ABC:田中花子様") -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"], mail["Subject"] = (
        message_id,
        "調整 <no-reply@example.jp>",
        to,
        subject,
    )
    mail.set_content("日程が決まりました。\nhttps://example.jp/g/abc")
    mail.add_alternative("<p>日程が<b>決まりました</b>。</p>", subtype="html")
    mail.add_attachment(ICS.encode(), maintype="text", subtype="calendar", params={"method": "REQUEST"})
    return mail


async def _send(sandbox: Sandbox, mail: EmailMessage, *recipients: str) -> None:
    await aiosmtplib.send(
        mail,
        recipients=list(recipients) or None,
        hostname="127.0.0.1",
        port=sandbox.smtp_port,
        timeout=5,
        use_tls=False,
        start_tls=False,
    )


async def _inbox(http: httpx.AsyncClient, to: str) -> list[dict[str, object]]:
    items: list[dict[str, object]] = (await http.get("/inspect/mails", params={"to": to})).json()["items"]
    return items


async def test_a_mail_is_shown_decoded(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await _send(sandbox, _mail("<m1@x>", "guest1@example.jp"))
    (mail,) = await _inbox(http, "Guest1@example.jp")

    assert (mail["subject"], mail["to"]) == ("日程変更:株式会社ABC:田中花子様", ["guest1@example.jp"])
    assert (mail["from"], mail["message_id"], mail["copies"]) == ("調整 <no-reply@example.jp>", "<m1@x>", 1)
    assert "日程が決まりました。\nhttps://example.jp/g/abc" in str(mail["text"])
    assert "<b>決まりました</b>" in str(mail["html"])
    assert str(mail["ics"]).startswith("BEGIN:VCALENDAR")


async def test_a_repeat_counts_as_a_copy_for_each_recipient(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    for _ in range(3):
        await _send(sandbox, _mail("<m2@x>", "guest2@example.jp"), "guest2@example.jp", "other2@example.jp")
    (mine,), (others,) = await _inbox(http, "guest2@example.jp"), await _inbox(http, "other2@example.jp")

    assert (mine["copies"], others["copies"]) == (3, 3)
    assert mine["id"] != others["id"]


async def test_the_newest_comes_first_and_nobody_has_an_empty_list(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    for number in range(3):
        await _send(sandbox, _mail(f"<m3-{number}@x>", "guest3@example.jp", f"{number}"))

    assert [mail["subject"] for mail in await _inbox(http, "guest3@example.jp")] == ["2", "1", "0"]
    assert await _inbox(http, "nobody@example.jp") == []


@pytest.mark.parametrize("code", [451, 550])
async def test_a_status_refuses_the_mail(sandbox: Sandbox, http: httpx.AsyncClient, code: int) -> None:
    rule = {"kind": "status", "provider": "smtp", "status": code, "times": 1}
    await http.put("/inspect/faults", json={"rules": [rule]})
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await _send(sandbox, _mail("<m4@x>", "guest4@example.jp"))

    assert refused.value.code == code
    assert await _inbox(http, "guest4@example.jp") == []


async def test_one_recipient_can_be_refused(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    rule = {"kind": "status", "provider": "smtp", "method": "RCPT", "path": "/guest5", "status": 550}
    await http.put("/inspect/faults", json={"rules": [rule]})
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _send(sandbox, _mail("<m5@x>", "guest5@example.jp"))


async def test_a_lost_answer_keeps_the_mail(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await http.put("/inspect/faults", json={"rules": [{"kind": "lost_answer", "provider": "smtp", "times": 1}]})
    with pytest.raises(aiosmtplib.SMTPException):
        await _send(sandbox, _mail("<m6@x>", "guest6@example.jp"))
    await _send(sandbox, _mail("<m6@x>", "guest6@example.jp"))
    (mail,) = await _inbox(http, "guest6@example.jp")

    assert mail["copies"] == 2


async def test_a_time_out_keeps_nothing(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    rule = {"kind": "timeout", "provider": "smtp", "delay_s": 0.1, "times": 1}
    await http.put("/inspect/faults", json={"rules": [rule]})
    with pytest.raises(aiosmtplib.SMTPException):
        await _send(sandbox, _mail("<m7@x>", "guest7@example.jp"))

    assert await _inbox(http, "guest7@example.jp") == []


async def test_the_mailbox_page_shows_a_mail_with_its_html_fenced_in(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await _send(sandbox, _mail("<m8@x>", "guest8@example.jp", "<script>alert(1)</script>"))
    (mail,) = await _inbox(http, "guest8@example.jp")
    page = await http.get(f"/mailbox/{mail['id']}", params={"to": "guest8@example.jp"})
    frame = await http.get(f"/mailbox/{mail['id']}/html")

    assert page.status_code == 200
    assert "<script>" not in page.text
    assert '<a class="url" href="https://example.jp/g/abc"' in page.text
    assert frame.headers["content-security-policy"].startswith("sandbox allow-popups ")
    assert (await http.get("/mailbox/unknown")).status_code == 404
