"""The pages of mail templates: list, editor, preview without scripts, being overtaken, back to the default (C6)."""

import json
import re
from typing import Any

from tests.integration.gateway.fakes import Answer, a_problem, an_appointment_view
from tests.integration.gateway.installation import Installation
from tests.integration.gateway.templates import BODY, HEADING, SUBJECT, a_template_summary, a_template_view
from tests.integration.gateway.test_pages import token_of

ADMIN, TARO = "admin@example.jp", "taro@example.jp"
PAGE = "/settings/mails/confirmed.guest/ja"
KEPT = "GET /internal/mail-templates/confirmed.guest"
WRITE = "PUT /internal/mail-templates/confirmed.guest"


async def form(page: Any, **changes: Any) -> dict[str, Any]:
    shown = (await page.get(PAGE)).text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', shown) for name in ("version", "seen")}
    known = {name: found[1] for name, found in hidden.items() if found}
    values = {"subject": SUBJECT, "heading": HEADING, "body": BODY.replace("\n", "\r\n"), "action": "save"}
    return {**values, **known, "csrf_token": await token_of(page, PAGE), **changes}


async def test_the_list_says_which_mails_were_changed_and_which_failed(gateway: Installation) -> None:
    broken = {"at": "2026-11-20T01:00:00Z", "detail": "…"}
    items = [a_template_summary(changed=True, version=1), a_template_summary(language="en", broken=broken)]
    said = Answer(200, {"items": items, "next_cursor": None})
    gateway.services.says("notifier", "GET /internal/mail-templates?", said)
    shown = (await gateway.pages(TARO).get("/settings/mails")).text
    assert all(word in shown for word in ("日程の確定", "変更あり", "要確認", f'href="{PAGE}"'))
    assert 'href="/settings/mails"' in (await gateway.pages(TARO).get("/settings")).text


async def test_the_editor_shows_the_words_the_placeholders_and_what_to_preview_with(gateway: Installation) -> None:
    hidden = an_appointment_view(id="apt_9", title="秘密", hidden=True)
    listed = Answer(200, {"items": [an_appointment_view(), hidden], "next_cursor": None})
    gateway.services.says("booking", "GET /internal/appointments?", listed)
    shown = (await gateway.pages(ADMIN).get(PAGE)).text
    assert "{{ details_block }}" in shown
    assert 'data-insert="zoom_block"' in shown
    assert 'value="apt_1"' in shown
    assert "秘密" not in shown
    assert 'value="save"' in shown
    assert 'value="save"' not in (await gateway.pages(TARO).get(PAGE)).text


async def test_what_was_written_is_saved_with_the_version_that_was_seen(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    answer = await page.post(PAGE, data=await form(page, body="a\r\n\r\nb\r\n"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=saved")
    asked = gateway.services.last("notifier")
    assert json.loads(asked.content) == {"subject": SUBJECT, "heading": HEADING, "body": "a\n\nb"}
    assert (asked.headers["if-match"], asked.url.query) == ('"r0"', b"language=ja")
    assert "文面を保存しました。" in (await page.get(f"{PAGE}?said=saved")).text


async def test_mistakes_stand_at_their_line_and_what_was_typed_stays(gateway: Installation) -> None:
    error = {"pointer": "/body", "detail": "3行目 4文字目: ありません。", "line": 3, "column": 4}
    gateway.services.says("notifier", WRITE, Answer(422, {**a_problem(422, "template_invalid"), "errors": [error]}))
    page = gateway.pages(ADMIN)
    answer = await page.post(PAGE, data=await form(page, body="<b>一</b>\r\n\r\n{{ gest }} 様"))
    assert answer.status_code == 422
    assert "&lt;b&gt;一&lt;/b&gt;\n\n{{ gest }} 様</textarea>" in answer.text
    assert "3行目 4文字目: ありません。" in answer.text
    assert "{{ <mark>gest</mark> }} 様" in answer.text


async def test_without_scripts_the_button_previews_and_keeps_what_was_typed(gateway: Installation) -> None:
    page = gateway.pages(TARO)
    mail = Answer(200, {"subject": "件名です", "text": "本文です", "html": '<p style="color:red">本文です</p>'})
    gateway.services.says("notifier", "POST /internal/mail-templates/confirmed.guest/preview", mail)
    answer = await page.post(PAGE, data=await form(page, body="{{ zoom_block }}", about="apt_1", action="preview"))
    asked = json.loads(gateway.services.last("notifier").content)
    assert (asked["body"], asked["appointment_id"]) == ("{{ zoom_block }}", "apt_1")
    assert all(
        word in answer.text for word in ("件名です", "本文です", 'srcdoc="&lt;p&gt;', "{{ zoom_block }}</textarea>")
    )
    error = {"pointer": "/appointment_id", "detail": "見つかりません。"}
    refused = Answer(422, {**a_problem(422, "preview_subject_unknown"), "errors": [error]})
    gateway.services.says("notifier", "POST /internal/mail-templates/confirmed.guest/preview", refused)
    answer = await page.post(PAGE, data=await form(page, about="apt_9", action="preview"))
    assert (answer.status_code, "見つかりません。" in answer.text) == (422, True)
    assert (await page.post(PAGE, data=await form(page))).status_code == 403


async def test_who_was_overtaken_keeps_what_was_typed_and_sees_what_it_is_now(gateway: Installation) -> None:
    page = gateway.pages(ADMIN)
    sent = await form(page, body="わたしの文")
    gateway.services.says("notifier", WRITE, Answer(412, a_problem(412, "version_mismatch")))
    newer = a_template_view(version=5, changed=True, subject="ほかの人の件名", body="ほかの人の文")
    gateway.services.says("notifier", KEPT, Answer(200, newer))
    answer = await page.post(PAGE, data=sent)
    assert answer.status_code == 412
    assert "わたしの文</textarea>" in answer.text
    assert 'name="subject" value="ほかの人の件名"' in answer.text
    assert 'name="version" value="5"' in answer.text
    assert "ほかの人の文" in answer.text


async def test_back_to_the_default_names_the_version_and_says_so(gateway: Installation) -> None:
    changed = a_template_view(version=3, changed=True, body="自社の文")
    gateway.services.says("notifier", KEPT, Answer(200, changed))
    page = gateway.pages(ADMIN)
    shown = (await page.get(PAGE)).text
    assert "既定の文面との違い" in shown
    assert "自社の文</ins>" in shown
    sent = {"csrf_token": await token_of(page, PAGE), "version": "3"}
    answer = await page.post(f"{PAGE}/restore", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=restored")
    assert gateway.services.last("notifier").headers["if-match"] == '"r3"'
    stale = Answer(412, a_problem(412, "version_mismatch"))
    gateway.services.says("notifier", "DELETE /internal/mail-templates/confirmed.guest", stale)
    assert (await page.post(f"{PAGE}/restore", data=sent)).status_code == 412
    member = gateway.pages(TARO)
    sent = {"csrf_token": await token_of(member, PAGE), "version": "3"}
    assert (await member.post(f"{PAGE}/restore", data=sent)).status_code == 403
    assert (await page.get(f"{PAGE}/restore")).headers["location"] == PAGE
