"""A booking's form without scripts is checked as the API checks, with every fault at its field (H5)."""

from typing import Any

from starlette.datastructures import FormData

from services.gateway.pages.booking_form import BookingForm
from shared.contracts.api.pages import QuestionFields

QUESTIONS = [
    QuestionFields.model_validate({"id": "qst_1", "label": "内容", "kind": "text", "required": True}),
    QuestionFields.model_validate({"id": "qst_2", "label": "同意", "kind": "checkbox", "required": True}),
    QuestionFields.model_validate({"id": "qst_3", "label": "人数", "kind": "choice", "choices": ["1", "2"]}),
]


def a_form(**changes: str) -> BookingForm:
    typed = {"start": "2026-12-01T04:00:00Z", "name": "田中花子", "email": "hanako@example.jp"}
    return BookingForm.of(FormData({**typed, "answer_qst_1": "導入", "answer_qst_2": "1", **changes}))


def body_of(form: BookingForm) -> dict[str, Any]:
    return form.body(QUESTIONS, 30, [], "Asia/Tokyo", "ja")


def errors_of(form: BookingForm) -> dict[str, str]:
    return form.errors(body_of(form), QUESTIONS, "ja")


def test_a_complete_form_has_no_errors_and_says_answers_by_their_kind() -> None:
    assert errors_of(a_form()) == {}
    assert body_of(a_form())["answers"] == {"qst_1": "導入", "qst_2": True}


def test_all_that_is_missing_is_said_at_once_in_the_order_of_the_page() -> None:
    assert errors_of(a_form(name=" ", email="", answer_qst_1="", answer_qst_2="")) == {
        "name": "お名前を入力してください。",
        "email": "メールアドレスを入力してください。",
        "answer_qst_1": "入力してください。",
        "answer_qst_2": "チェックを入れてください。",
    }


def test_an_address_that_is_none_and_a_name_beyond_its_length() -> None:
    errors = errors_of(a_form(email="hanako@", name="あ" * 256))
    assert errors["email"] == "メールアドレスの形式をご確認ください。"
    assert "255" in errors["name"]


def test_pointers_of_the_api_become_fields() -> None:
    details = [
        {"pointer": "/guest/email", "detail": "…"},
        {"pointer": "/answers/qst_3", "detail": "選択肢にありません。"},
        {"pointer": "/answers/qst_gone", "detail": "この質問はありません。"},
    ]
    assert a_form(email="").errors_from(details, QUESTIONS, "ja") == {  # type: ignore[arg-type]
        "email": "メールアドレスを入力してください。",
        "answer_qst_3": "選択肢にありません。",
        "": "この質問はありません。",
    }


def test_g08_what_was_typed_goes_along_and_the_time_and_the_key_only_with_a_second_try() -> None:
    form = a_form(company="ABC", form_key="k1")
    kept = {
        "name": "田中花子",
        "company": "ABC",
        "email": "hanako@example.jp",
        "answer_qst_1": "導入",
        "answer_qst_2": "1",
    }
    assert form.as_sent() == kept
    assert form.repeated() == {**kept, "start": "2026-12-01T04:00:00Z", "form_key": "k1"}
    assert BookingForm.of(FormData(form.repeated())) == form
