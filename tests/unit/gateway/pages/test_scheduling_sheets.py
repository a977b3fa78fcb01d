"""The form of a scheduling page: what it sends, what it reads, where errors stand."""

import pytest
from starlette.datastructures import FormData

from services.gateway.pages.money_typed import amount_of, amount_text
from services.gateway.pages.scheduling_rows import after_step, packed, rows_of
from services.gateway.pages.scheduling_sheets import blank, body_of, field_of, typed_in, typed_of
from shared.contracts.api.pages import PageCreate, PagePatch, PageView
from tests.integration.gateway.page_views import a_page

QUESTION = {"id": "qst_1", "label": "ご用件", "kind": "choice", "required": True, "choices": ["商談", "採用"]}
FULL = a_page(
    durations=[60, 30],
    questions=[QUESTION],
    daily_limit=3,
    dates_off=["2026-12-29"],
    allowed_origins=["https://www.example.jp"],
    price={"amount": 5500, "currency": "jpy", "refund": "never"},
    cancel={"allowed": False, "until": 1440},
)


def a_form(typed: dict[str, str]) -> FormData:
    """As a browser sends what the page shows."""
    sent = [(name, value) for name, value in typed.items() if value and name not in ("hosts", "questions", "durations")]
    sent += [("durations", length) for length in typed["durations"].split()]
    for noun in ("host", "question"):
        for index, row in enumerate(rows_of(typed[f"{noun}s"])):
            sent += [(f"{noun}_{index}_here", "1")]
            sent += [(f"{noun}_{index}_{name}", value.replace("\n", "\r\n")) for name, value in row.items() if value]
    return FormData(sent)


def test_h2_what_nobody_changed_is_saved_as_it_was() -> None:
    page = PageView.model_validate(FULL)
    typed = typed_of(page)
    assert typed_in(a_form(typed)) == typed
    body, mistakes = body_of(typed, "ja", new=False)
    assert mistakes == {}
    patch = PagePatch.model_validate(body)
    assert {name: getattr(patch, name) for name in body} == {name: getattr(page, name) for name in body}


def test_a_blank_form_asks_for_a_title_only() -> None:
    typed = blank("stf_taro", "Asia/Tokyo") | {"title": "ご相談"}
    body, mistakes = body_of(typed_in(a_form(typed)), "ja", new=True)
    made = PageCreate.model_validate(body)
    assert (mistakes, made.slug, made.step, made.minimum_notice, made.holidays_off) == ({}, None, 30, 240, True)
    assert made.hosts is not None
    assert [len(made.hosts[0].hours), made.hosts[0].staff_id] == [5, "stf_taro"]


def test_what_cannot_be_read_is_said_at_its_field() -> None:
    typed = blank("stf_taro", "Asia/Tokyo") | {"title": "x", "step": "some", "dates_off": "2026-12-29\nsoon"}
    form = a_form(typed)
    broken = FormData([*form.multi_items(), ("host_0_sat", "always"), ("durations_more", "1h")])
    _, mistakes = body_of(typed_in(broken), "en", new=True)
    assert mistakes.keys() == {"step", "dates_off", "host_0_sat", "durations"}
    assert "Line 2" in mistakes["dates_off"]


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/title", "title"),
        ("/hosts/1/staff_id", "host_1_staff_id"),
        ("/hosts/0/hours/mon/1/start", "host_0_mon"),
        ("/hosts/0/exceptions/2026-12-24/0/start", "host_0_exceptions"),
        ("/questions/0/label", "question_1_label"),
        ("/questions/0", "question_1_choices"),
        ("/cancel/until", "cancel_until"),
        ("/price/amount", "price_amount"),
        ("/price", "price_amount"),
        ("/durations/0", "durations"),
        ("/allowed_origins/0", "allowed_origins"),
    ],
)
def test_the_apis_pointers_find_their_field(pointer: str, field: str) -> None:
    typed = after_step("add_question", typed_of(PageView.model_validate(FULL)), "")
    assert typed is not None
    empty_first = {**typed, "questions": packed(rows_of(typed["questions"])[::-1])}
    assert field_of(pointer, empty_first) == field


def test_rows_are_added_and_taken_away() -> None:
    typed = blank("stf_taro", "Asia/Tokyo")
    two = after_step("add_host", typed, "stf_sato")
    assert two is not None
    assert [row["staff_id"] for row in rows_of(two["hosts"])] == ["stf_taro", "stf_sato"]
    one = after_step("remove_host_0", two, "")
    assert one is not None
    assert [row["staff_id"] for row in rows_of(one["hosts"])] == ["stf_sato"]
    assert after_step("preview", typed, "") is None


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("5,500", "jpy", 5500),
        ("¥５５００", "jpy", 5500),
        ("49.50", "usd", 4950),
        ("49.505", "usd", None),
        ("500", "isk", 50_000),
        ("500.50", "isk", None),
        ("1.25", "kwd", 1250),
        ("1.255", "kwd", None),
        ("0", "jpy", None),
        ("free", "jpy", None),
    ],
)
def test_h13_amounts_are_kept_in_the_smallest_unit(typed: str, currency: str, amount: int | None) -> None:
    assert amount_of(typed, currency) == amount


def test_h13_amounts_come_back_as_they_were() -> None:
    assert (amount_text(4950, "usd"), amount_text(5500, "jpy")) == ("49.50", "5500")
    assert (amount_text(50_000, "isk"), amount_text(1250, "kwd")) == ("500", "1.25")
