"""Rows of a scheduling page's form, hosts and questions: one text each, so that who was overtaken is told of them as of
any other field. Buttons add and remove rows without scripts.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.datastructures import FormData

from services.gateway.pages.hours_typed import Unreadable, exceptions_of, exceptions_text, spans_of, spans_text
from services.gateway.pages.typed import given
from shared.contracts.api.pages import HostFields, QuestionFields, QuestionKind, Weekday

Row = dict[str, str]
DAYS = tuple(day.value for day in Weekday)
USUAL_DAY = "09:00-17:00"
_HOST_FIELDS = ("staff_id", "time_zone", *DAYS, "exceptions")
_QUESTION_FIELDS = ("id", "label", "kind", "required", "choices")
_MOST_ROWS = 50
_STEP = re.compile(r"(add|remove)_(host|question)(?:_(\d{1,2}))?")


def rows_of(packed: str) -> list[Row]:
    """Of ``typed["hosts"]`` or ``typed["questions"]``."""
    rows: list[Row] = orjson.loads(packed)
    return rows


def packed(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows).decode()


def a_host(staff_id: str) -> Row:
    return {**dict.fromkeys(_HOST_FIELDS, ""), "staff_id": staff_id, **dict.fromkeys(DAYS[:5], USUAL_DAY)}


def a_question() -> Row:
    return {**dict.fromkeys(_QUESTION_FIELDS, ""), "kind": QuestionKind.TEXT.value}


def hosts_in(form: FormData) -> list[Row]:
    return _rows_in(form, "host", _HOST_FIELDS)


def questions_in(form: FormData) -> list[Row]:
    """All, also those in which nothing stands."""
    return _rows_in(form, "question", _QUESTION_FIELDS)


def filled(questions: Sequence[Row]) -> list[Row]:
    return [row for row in questions if row["label"] or row["choices"]]


def hosts_known(hosts: Sequence[HostFields]) -> list[Row]:
    return [
        {
            "staff_id": host.staff_id,
            "time_zone": host.time_zone,
            **{day: spans_text(host.hours.get(Weekday(day), [])) for day in DAYS},
            "exceptions": exceptions_text(host.exceptions),
        }
        for host in hosts
    ]


def questions_known(questions: Sequence[QuestionFields]) -> list[Row]:
    return [
        {
            "id": one.id or "",
            "label": one.label,
            "kind": one.kind.value,
            "required": "true" if one.required else "",
            "choices": "\n".join(one.choices),
        }
        for one in questions
    ]


def after_step(step: str, typed: Mapping[str, str], new_host: str) -> dict[str, str] | None:
    """What was typed with a row more or less; None where the button was another one."""
    found = _STEP.fullmatch(step)
    if found is None:
        return None
    name = f"{found[2]}s"
    rows = rows_of(typed[name])
    if found[1] == "add":
        rows = [*rows, a_host(new_host) if name == "hosts" else a_question()]
    elif found[3]:
        rows = [row for index, row in enumerate(rows) if index != int(found[3])]
    return {**typed, name: packed(rows)}


def hosts_body(rows: Sequence[Row], errors: dict[str, tuple[str, int]]) -> list[dict[str, Any]]:
    """For the API; what cannot be read goes into ``errors``: by field a text and a line."""
    return [_host_body(index, row, errors) for index, row in enumerate(rows)]


def questions_body(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            **({"id": row["id"]} if row["id"] else {}),
            "label": row["label"],
            "kind": row["kind"],
            "required": row["required"] == "true",
            "choices": _choices(row) if row["kind"] == QuestionKind.CHOICE else [],
        }
        for row in filled(rows)
    ]


def _choices(row: Row) -> list[str]:
    return [line.strip() for line in row["choices"].split("\n") if line.strip()]


def _host_body(index: int, row: Row, errors: dict[str, tuple[str, int]]) -> dict[str, Any]:
    hours = {}
    for day in DAYS:
        try:
            spans = spans_of(row[day])
        except Unreadable:
            errors[f"host_{index}_{day}"] = ("wrong_hours", 0)
            continue
        if spans:
            hours[day] = spans
    try:
        exceptions = exceptions_of(row["exceptions"])
    except Unreadable as unreadable:
        errors[f"host_{index}_exceptions"] = ("wrong_day", unreadable.line)
        exceptions = {}
    return {"staff_id": row["staff_id"], "time_zone": row["time_zone"], "hours": hours, "exceptions": exceptions}


def _rows_in(form: FormData, noun: str, names: Sequence[str]) -> list[Row]:
    return [
        {name: tidy(given(form, f"{noun}_{index}_{name}")) for name in names}
        for index in range(_MOST_ROWS)
        if given(form, f"{noun}_{index}_here")
    ]


def tidy(value: str) -> str:
    """Browsers send CRLF; what nobody changed must not look changed."""
    return value.replace("\r\n", "\n").strip()
