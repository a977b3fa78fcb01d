"""The check of a mail template: what is refused, where, and in which words (C6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.mails.drafts import Draft, default_of, faults_of
from services.notifier.mails.faults import Fault, FaultKind, Part
from services.notifier.mails.occasions import OCCASIONS, Occasion
from services.notifier.mails.placeholders import PLACEHOLDERS
from tests.effort import effort

CONFIRMED = OCCASIONS["confirmed.guest"]
GOOD = "{{ details_block }}\n\n{{ zoom_block }}\n"


def in_body(body: str, occasion: Occasion = CONFIRMED) -> list[Fault]:
    return faults_of(Draft.tidy("件名", "見出し", body), occasion)


def first(body: str) -> Fault:
    return in_body(GOOD + body)[0]


@pytest.mark.parametrize("name", OCCASIONS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_default_passes_its_own_check(name: str, language: str) -> None:
    occasion = OCCASIONS[name]
    assert faults_of(default_of(occasion, "ja" if language == "ja" else "en"), occasion) == []


def test_an_unknown_placeholder_is_refused_with_its_place_and_a_near_name() -> None:
    fault = first("\nこんにちは {{ gest_name }} 様")
    assert (fault.kind, fault.line, fault.column) == (FaultKind.UNKNOWN, 5, 10)
    assert fault.suggestion == "guest_name"
    assert "5行目 10文字目" in fault.words("ja")
    assert "Did you mean {{ guest_name }}?" in fault.words("en")


def test_the_same_wrong_name_is_told_at_each_of_its_places() -> None:
    faults = in_body(GOOD + "{{ nobody_knows }} {{ company }} {{ nobody_knows }}")
    assert [(fault.line, fault.column) for fault in faults] == [(4, 4), (4, 37)]


def test_a_placeholder_of_other_mails_is_named_as_such() -> None:
    assert first("{{ choose_button }}").kind is FaultKind.NOT_HERE
    assert first("{{ room }}").kind is FaultKind.NOT_HERE


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__ }}",
        "{{ company.__class__.__mro__ }}",
        "{{ company['__class__'] }}",
        "{{ company|attr('__class__') }}",
        "{{ '%s'|format(company) }}",
        "{{ '{0.__class__}'.format(company) }}",
        "{{ company.format_map }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ lipsum() }}",
        "{{ range(10**9) }}",
        "{{ 'a' * 10**9 }}",
        "{{ company ~ company }}",
        "{{ [company] }}",
        "{{ {'a': 1} }}",
        "{{ company[0:1] }}",
        "{% for x in company %}{{ x }}{% endfor %}",
        "{% set a = company %}",
        "{% set a %}x{% endset %}",
        "{% macro m() %}{% endmacro %}",
        "{% import 'x' as y %}",
        "{% include '/etc/passwd' %}",
        "{% extends 'base' %}",
        "{% block b %}{% endblock %}",
        "{% call company() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% if company is defined %}x{% endif %}",
        "{% if company.x %}x{% endif %}",
        "{% if company in 'a' %}x{% endif %}",
        "{{ company|default(product) }}",
        "{{ company|map('upper') }}",
        "{{ zoom_block|upper }}",
        "{{ company|trim('x') }}",
        "{{ company|default(value='x') }}",
        "{{ company|default(*product) }}",
        "{{ true }}",
        "{{ 1.5 }}",
        "{{ link_follows }}",
    ],
)
def test_whatever_is_no_placeholder_condition_or_listed_filter_is_refused(attack: str) -> None:
    assert in_body(GOOD + attack)


@pytest.mark.parametrize(
    "fine",
    [
        "{{ company }}",
        "{{ address|default('未定') }}",
        "{{ title|truncate(20)|upper }}",
        "{% if zoom_url %}{{ zoom_url }}{% elif link_follows %}後ほど{% else %}なし{% endif %}",
        "{% if not guidance and (zoom_url or company == 'x') %}a{% endif %}",
        "{{ 'a' if company else 'b' }}",
        '{{ "{{" }}',
        "{# 覚え書き #}",
        "{% raw %}{{ company }}{% endraw %}",
        "{ company }",
        "100% {",
        "{%- if company -%} x {%- endif -%}",
    ],
)
def test_placeholders_conditions_and_the_listed_filters_are_accepted(fine: str) -> None:
    assert in_body(GOOD + fine) == []


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("a\n{% if company %}\nb", FaultKind.UNCLOSED_IF, 2),
        ("a\n{% endif %}", FaultKind.STRAY_TAG, 2),
        ("a\nb {{ company", FaultKind.SYNTAX, 2),
        ("a\n{{ company } }", FaultKind.SYNTAX, 2),
        ("{% trans %}", FaultKind.TAG_NOT_ALLOWED, 1),
        ("a\n｛｛ company ｝｝", FaultKind.WIDE_BRACES, 2),
        ("a\x1eb", FaultKind.ODD_CHARACTER, 1),
        ("a\u202eb", FaultKind.ODD_CHARACTER, 1),
        ("", FaultKind.EMPTY, 0),
        ("a" * 50_001, FaultKind.TOO_LONG, 0),
        ("{% if company %}" * 11 + "{% endif %}" * 11, FaultKind.TOO_COMPLEX, 1),
        ("{{ " + "(" * 40 + "company" + ")" * 40 + " }}", FaultKind.TOO_COMPLEX, 1),
        ("{{ company }}" * 1_001, FaultKind.TOO_COMPLEX, 1),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(body: str, kind: FaultKind, line: int) -> None:
    fault = in_body(body)[0]
    assert (fault.kind, fault.line) == (kind, line)
    assert fault.words("ja")
    assert fault.words("en")


@pytest.mark.parametrize("line", ["a\nBcc: evil@example.com", "a\rb", "a\x0bb", "a\u2028b"])
def test_g24_a_subject_is_one_line(line: str) -> None:
    faults = faults_of(Draft.tidy(line, "見出し", GOOD), CONFIRMED)
    assert {fault.part for fault in faults} == {Part.SUBJECT}


def test_a_block_has_no_place_in_a_subject() -> None:
    faults = faults_of(Draft.tidy("{{ zoom_block }}", "見出し", GOOD), CONFIRMED)
    assert [fault.kind for fault in faults] == [FaultKind.NOT_IN_LINE]


@pytest.mark.parametrize(
    ("name", "body", "needs"),
    [
        ("proposed.guest", "{{ slots_block }}", "{{ choose_button }} / {{ url }}"),
        ("confirmed.guest", "{{ details_block }}", "{{ zoom_block }}"),
        ("confirmed.staff", "{{ details_block }} {{ zoom_url }}", "{{ zoom_block }}"),
        ("reminder.guest", "{{ zoom_block }} {{ when|upper }}", "{{ details_block }} / {{ when }}"),
        ("canceled.guest", "キャンセルされました", "{{ details_block }} / {{ when }}"),
    ],
)
def test_g11_what_a_mail_is_for_cannot_be_left_out(name: str, body: str, needs: str) -> None:
    faults = in_body(body, OCCASIONS[name])
    assert [(fault.kind, fault.name) for fault in faults] == [(FaultKind.MISSING, needs)]


_SNIPPETS = ["{{", "}}", "{%", "%}", "{#", "#}", "{{ company }}", "{% if company %}", "{% endif %}", "{% else %}", "|"]
_SNIPPETS += ["'", '"', "(", ")", "\n", " ", "-", "{% raw %}", "{% endraw %}", "__class__", ".", "[", "99" * 50, "if"]
_SNIPPETS += ["in", "is", "not", "{%-", "-%}", "\\", "﹛", "名", "~", "**", *PLACEHOLDERS]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_SNIPPETS), st.text(max_size=8)), max_size=40).map("".join))
def test_no_text_makes_the_check_fail(text: str) -> None:
    for fault in faults_of(Draft.tidy(text, text, text), CONFIRMED):
        assert fault.words("ja")
        assert fault.words("en")


@pytest.mark.parametrize(
    "unit",
    [
        *("{{", "{%", "{#", "}}", "{{company}}", "{%if~company%}", "{{'a", "(", "{{x|y", "{%if~a%}{%endif%}"),
        *("{%-", "a_", "{{not~not~not~not~not~", "_", "{%raw%}", "9"),
    ],
)
def test_the_longest_templates_are_judged_at_once(unit: str) -> None:
    repeated = unit.replace("~", " ").replace("_", "\n") * 50_000

    def judged(length: int) -> None:
        in_body(repeated[:length])
        in_body("{{ " + repeated[: length - 1_000] + " }}")

    assert effort(lambda: judged(50_000)) < 12 * effort(lambda: judged(10_000)), "not with the square of the length"
