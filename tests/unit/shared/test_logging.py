"""Log lines are JSON, whoever writes them, and hold no values of exceptions (G26)."""

import json
import logging
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from pymongo.errors import DuplicateKeyError, ServerSelectionTimeoutError

from shared.messaging.outcome import Terminal
from shared.observability.errors import brief, causes, places
from shared.observability.logging import configure, foreign_formatter, own_processors

SECRET = "hanako@example.jp"


class Person(BaseModel):
    age: int


def a_validation_error() -> ValidationError:
    try:
        Person.model_validate({"age": SECRET})
    except ValidationError as error:
        return error
    raise AssertionError


def a_wrapped_error() -> BaseException:
    try:
        try:
            raise a_validation_error()
        except ValidationError as error:
            raise Terminal("it cannot be read") from error
    except Terminal as error:
        return error


def line_of(message: str, *, error: BaseException | None = None, logger: str = "uvicorn.error") -> dict[str, Any]:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(logger, logging.ERROR, "file.py", 1, message, (), exc_info)
    line: dict[str, Any] = json.loads(foreign_formatter().format(record))
    return line


def test_a_line_of_another_library_is_json_like_ours() -> None:
    line = line_of("Exception in ASGI application\n", error=a_wrapped_error())
    assert line["event"] == "Exception in ASGI application"
    assert (line["level"], line["logger"]) == ("error", "uvicorn.error")
    assert line["error"] == "Terminal: it cannot be read"


def test_g26_a_line_of_another_library_holds_no_values() -> None:
    told = line_of(f"Task exception was never retrieved\nfuture: <Task {SECRET}>", error=a_wrapped_error())
    assert SECRET not in json.dumps(told)


def test_g26_of_an_exception_kind_and_places_are_written_and_no_values() -> None:
    entry: Any = {"event": "due.work_failed", "exc_info": a_wrapped_error(), "level": "error"}
    for process in own_processors():
        entry = process(None, "error", entry)
    assert SECRET not in entry
    line = json.loads(entry)
    assert line["because_of"] == ["ValidationError"]
    assert [place for place in line["at"] if place.endswith("a_wrapped_error")]


def test_exc_info_of_a_running_handler_is_understood() -> None:
    try:
        raise Terminal("a bug")
    except Terminal:
        entry: Any = {"event": "x", "exc_info": True}
        for process in own_processors():
            entry = process(None, "error", entry)
    assert json.loads(entry)["error"] == "Terminal: a bug"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DuplicateKeyError(f"E11000 dup key: {SECRET}"), "DuplicateKeyError"),
        (KeyError(SECRET), "KeyError"),
        (Terminal("a bug"), "Terminal: a bug"),
        (ConnectionRefusedError("nobody listens"), "ConnectionRefusedError: nobody listens"),
        (ServerSelectionTimeoutError("mongodb:27017 refused"), "ServerSelectionTimeoutError: mongodb:27017 refused"),
    ],
)
def test_g26_only_words_that_hold_no_input_are_repeated(error: Exception, said: str) -> None:
    assert brief(error) == said


def test_the_causes_are_told_the_nearest_first_and_not_for_ever() -> None:
    error: BaseException = KeyError("0")
    for number in range(10):
        following = RuntimeError(number)
        following.__cause__ = error
        error = following
    assert len(list(causes(error))) == 3


def test_places_are_without_the_folder_of_installed_packages() -> None:
    assert not [place for place in places(a_validation_error()) if "site-packages" in place]


def test_configuring_routes_the_root_logger_through_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    before = structlog.get_config()
    try:
        configure("booking")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        line = json.loads(capsys.readouterr().out.splitlines()[-1])
    finally:
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
        logging.captureWarnings(False)
    assert (line["event"], line["service"]) == ("Invalid HTTP request received.", "booking")
