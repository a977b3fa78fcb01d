"""A form without scripts is checked as the API checks (R22)."""

from starlette.datastructures import FormData

from services.gateway.pages.guest_form import GuestForm


def a_form(**changes: str) -> GuestForm:
    return GuestForm.of(FormData({"slot_id": "slt_1", "name": "田中花子", "email": "hanako@example.jp", **changes}))


def test_a_complete_form_has_no_errors() -> None:
    assert a_form().errors("ja") == {}


def test_each_missing_field_says_what_to_do() -> None:
    assert a_form(slot_id="", name=" ").errors("ja") == {
        "slot_id": "日時候補を1つお選びください。",
        "name": "お名前を入力してください。",
    }


def test_an_address_that_is_none_is_refused() -> None:
    assert a_form(email="hanako@").errors("en") == {"email": "Please check the email address."}


def test_a_name_beyond_its_length_is_refused_with_the_length() -> None:
    assert a_form(name="あ" * 256).errors("ja") == {"name": "255文字以内で入力してください。"}


def test_an_unknown_zone_is_left_out_instead_of_stopping_the_guest() -> None:
    assert a_form(time_zone="Mars/Olympus").time_zone == ""


def test_pointers_of_the_api_become_fields() -> None:
    details = [{"pointer": "/email", "detail": "…"}, {"pointer": "/", "detail": "Something else."}]
    assert a_form(email="").errors_from(details, "en") == {
        "email": "Please enter your email address.",
        "": "Something else.",
    }
