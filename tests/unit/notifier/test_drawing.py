"""Mails from what an organization wrote: text and HTML of one body, never anything but text from people (C6, G24)."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.mails.drafts import Draft, default_of, faults_of
from services.notifier.mails.faults import FaultKind, TemplateFailed
from services.notifier.mails.letters import write
from services.notifier.mails.message import Mail, Recipient, to_bytes
from services.notifier.mails.occasions import OCCASIONS
from services.notifier.mails.placeholders import PLACEHOLDERS
from shared.contracts.people import Guest
from tests.effort import effort
from tests.unit.notifier.builders import NOON, an_organization
from tests.unit.notifier.test_letters import HOSTILE, a_full_material

CONFIRMED = OCCASIONS["confirmed.guest"]
BLOCKS = "{{ details_block }}\n\n{{ zoom_block }}"
TAGS = re.compile(r"<(?!/?(?:a|p|br|div|table|tr|td|span|strong|h1|html|head|meta|title|body)\b|!DOCTYPE)")


def mail_of(body: str, *, subject: str = "件名", heading: str = "見出し", name: str = "confirmed.guest") -> Mail:
    occasion = OCCASIONS[name]
    draft = Draft.tidy(subject, heading, body)
    assert faults_of(draft, occasion) == []
    return write(a_full_material(occasion.purpose, occasion.audience, "ja"), draft)


@pytest.mark.parametrize("name", OCCASIONS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_default_as_a_template_makes_the_default_mail(name: str, language: str) -> None:
    occasion = OCCASIONS[name]
    material = a_full_material(occasion.purpose, occasion.audience, language)
    default = default_of(occasion, "ja" if language == "ja" else "en")
    assert write(material, Draft.tidy(default.subject, default.heading, default.body)) == write(material)


def test_one_body_makes_both_parts() -> None:
    mail = mail_of(f"{{{{ guest_name }}}} 様\n いつもお世話に\n\nなります。\n\n{BLOCKS}")
    assert mail.text.startswith("田中花子 様\n いつもお世話に\n\nなります。\n\n■ 件名\n")
    assert mail.html is not None
    assert "田中花子 様<br>\n いつもお世話に</p><p" in mail.html


def test_subject_and_heading_take_placeholders() -> None:
    mail = mail_of(BLOCKS, subject="{{ guest_line }}様 {{ start_time }}", heading="{{ company }}より")
    assert mail.subject == "ABC株式会社:田中花子様 [PM]01:00"
    assert mail.html is not None
    assert ">株式会社サンプルより</h1>" in mail.html
    assert f"<title>{mail.subject}</title>" in mail.html


def test_r20_the_choose_button_brings_its_sentences_along() -> None:
    mail = mail_of("お選びください。\n\n{{ choose_button }}", name="proposed.guest")
    assert mail.html is not None
    button = mail.html.index(">日時候補から日時選択をする</a>")
    hint = mail.html.index("◆上記ボタンがクリックできない場合は、下記のURLを開いてください。")
    assert button < hint < mail.html.rindex(">https://chosei.example.jp/g/TOKEN</a>")


def test_a_block_within_a_sentence_still_stands_alone() -> None:
    mail = mail_of("まえ {{ zoom_block }} あと {{ details_block }}")
    assert mail.text.startswith("まえ\n\n【Zoom連携情報】\n")
    assert "\n\nあと\n\n■ 件名" in mail.text


def test_a_block_that_has_nothing_to_show_leaves_no_gap() -> None:
    material = a_full_material(CONFIRMED.purpose, CONFIRMED.audience, "ja")
    draft = Draft.tidy(
        "件名", "見出し", f"a\n\n{{{{ guidance_block }}}}\n\nb{{% if guidance_block %}}!{{% endif %}}\n\n{BLOCKS}"
    )
    assert write(replace(material, guidance=""), draft).text.startswith("a\n\nb\n\n■")
    assert "\n\nb!\n\n" in write(material, draft).text


def test_web_addresses_in_the_template_become_links_and_those_in_names_do_not() -> None:
    material = a_full_material(CONFIRMED.purpose, CONFIRMED.audience, "ja")
    appointment = material.matter.appointment
    assert appointment is not None
    named = appointment.model_copy(update={"title": "https://evil.example/"})
    hostile = replace(material, matter=material.matter.model_copy(update={"appointment": named}))
    body = f"地図: https://example.com/?a=1&b=2。{{{{ title }}}} {{{{ url }}}}\n\n{BLOCKS}"
    mail = write(hostile, Draft.tidy("件名", "見出し", body))
    assert mail.html is not None
    assert '<a href="https://example.com/?a=1&amp;b=2" ' in mail.html
    assert '<a href="https://chosei.example.jp/g/TOKEN" ' in mail.html
    assert 'href="https://evil' not in mail.html
    assert "https://example.com/?a=1&b=2。https://evil.example/ https://chosei" in mail.text


@pytest.mark.parametrize("name", OCCASIONS)
def test_g24_nothing_that_people_typed_becomes_markup_or_a_header(name: str) -> None:
    occasion = OCCASIONS[name]
    material = a_full_material(occasion.purpose, occasion.audience, "ja")
    guest = Guest(company=HOSTILE, name=HOSTILE, email="h@example.com")
    state = material.matter
    update = {"guest": guest, "title": HOSTILE, "address": HOSTILE}
    hostile = replace(
        material,
        matter=state.model_copy(
            update={
                "appointment": state.appointment and state.appointment.model_copy(update=update),
                "proposal": state.proposal and state.proposal.model_copy(update=update),
            }
        ),
        guidance=HOSTILE + "\x1edetails_block\x1e",
        words=HOSTILE,
        organization=an_organization(name=HOSTILE, product_name=HOSTILE),
    )
    names = [each.name for each in occasion.placeholders if each.form != "flag"]
    lines = [each.name for each in occasion.placeholders if each.form == "text"]
    body = "<script>alert(2)</script>\n" + "\n".join(f"{{{{ {each} }}}}" for each in names)
    subject = " ".join(f"{{{{ {each} }}}}" for each in lines)
    mail = write(hostile, Draft.tidy(subject, subject, body))
    assert mail.html is not None
    assert not TAGS.search(mail.html)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    sender = Recipient("a", "a@example.jp")
    content = to_bytes(mail, sender=sender, recipients=[sender], key="k", at=NOON, language="ja")
    assert b"Bcc" not in content.partition(b"\r\n\r\n")[0]


def test_g11_a_condition_cannot_hide_the_way_into_the_meeting() -> None:
    hidden = "{{ details_block }}{% if link_follows %}{{ zoom_block }}{% endif %}"
    with pytest.raises(TemplateFailed) as failed:
        mail_of(hidden)
    assert failed.value.fault.kind is FaultKind.NOT_SHOWN


def test_a_link_in_ones_own_words_will_do_where_there_is_one() -> None:
    own = "{{ details_block }}{% if zoom_url %}こちらから: {{ zoom_url }}{% else %}{{ zoom_block }}{% endif %}"
    assert "こちらから: https://zoom.example/j/72962683804?pwd=a&b=c" in mail_of(own).text


def test_a_code_that_is_none_is_not_missed() -> None:
    assert mail_of("{{ when }} {{ reception_code }} {{ zoom_block }}").text


@pytest.mark.parametrize(
    ("subject", "body", "kind"),
    [
        ("{% if link_follows %}x{% endif %}", BLOCKS, FaultKind.TURNED_OUT_EMPTY),
        ("x", BLOCKS + "{{ guidance }}" * 300, FaultKind.GREW_TOO_LONG),
        ("x", BLOCKS + "{{ guidance_block }}" * 300, FaultKind.GREW_TOO_LONG),
    ],
)
def test_what_turns_out_wrong_fails_and_names_nobody(subject: str, body: str, kind: FaultKind) -> None:
    material = replace(a_full_material(CONFIRMED.purpose, CONFIRMED.audience, "ja"), guidance="田中" * 10_000)
    with pytest.raises(TemplateFailed) as failed:
        write(material, Draft.tidy(subject, "見出し", body))
    assert failed.value.fault.kind is kind
    assert "田中" not in str(failed.value) + failed.value.fault.words("ja")


_SNIPPETS = ["{% if zoom_url %}", "{% else %}", "{% endif %}", "<b>", "&", "\n", "\n\n", " ", "https://a.example/<x>"]
_SNIPPETS += [f"{{{{ {name} }}}}" for name in PLACEHOLDERS] + ["{{ title|upper }}", "{{ title|truncate(3) }}"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_SNIPPETS), st.text(max_size=5)), max_size=30).map("".join))
def test_g24_what_is_accepted_makes_a_mail_without_foreign_markup_or_fails_as_declared(text: str) -> None:
    draft = Draft.tidy("件名", "見出し", text + BLOCKS)
    if faults_of(draft, CONFIRMED):
        return
    try:
        mail = write(a_full_material(CONFIRMED.purpose, CONFIRMED.audience, "ja"), draft)
    except TemplateFailed:
        return
    assert mail.html is not None
    assert not TAGS.search(mail.html)
    assert not set("\x1c\x1d\x1e\x1f") & set(mail.html + mail.text + mail.subject)


def test_the_largest_template_is_a_mail_at_once() -> None:
    """A hundred ordinary mails take a fraction of a second."""
    body = "{% if zoom_url %}{{ company }}{% endif %}" * 330
    body += "あ" * (50_000 - len(body) - len(BLOCKS)) + BLOCKS
    assert effort(lambda: mail_of(body)) < 100 * effort(lambda: mail_of(BLOCKS))
