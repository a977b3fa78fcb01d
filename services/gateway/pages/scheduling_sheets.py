"""The form of a scheduling page: from what was typed to the API's body and back (H2)."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from services.gateway.pages.hours_typed import Unreadable, dates_of, dates_text
from services.gateway.pages.menu_words import split_notice
from services.gateway.pages.money_typed import amount_of, amount_text
from services.gateway.pages.scheduling_rows import (
    a_host,
    filled,
    hosts_body,
    hosts_in,
    hosts_known,
    packed,
    questions_body,
    questions_in,
    questions_known,
    rows_of,
    tidy,
)
from services.gateway.pages.texts import text
from services.gateway.pages.typed import given, whole_number
from shared.contracts.api.pages import PageCreate, PageView
from shared.problem import Language

UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
USUAL_DURATIONS = (15, 30, 45, 60, 90, 120)
_TEXTS = ("title", "slug", "description", "owner_id", "assignment", "time_zone")
_NULLABLE = ("meeting_type_id", "bookable_id")
_NUMBERS = ("step", "buffer_before", "buffer_after", "horizon_days", "request_hours")
_LIMITS = ("daily_limit", "weekly_limit")
_FLAGS = ("holidays_off", "offline", "prefill", "auto_submit")
_RIGHTS = ("reschedule", "cancel")
_SPANS = ("minimum_notice", "reschedule_until", "cancel_until")
_LISTS = ("dates_off", "allowed_origins")
_PRICE = ("price_amount", "price_currency", "price_refund")
_PLAIN = (*_TEXTS, *_NULLABLE, *_NUMBERS, *_LIMITS, *_FLAGS, *_RIGHTS, *_LISTS, *_PRICE)
_WITH_UNIT = tuple(field for name in _SPANS for field in (name, f"{name}_unit"))
_UNIT = "_unit"
_ROW = re.compile(r"/(host|question)s/(\d{1,2})(?:/([a-z_]+))?(?:/([^/]+))?.*")
Faults = dict[str, tuple[str, int]]


def blank(staff_id: str, zone: str) -> dict[str, str]:
    """As the API would make a page of which nothing else is said."""
    usual = PageCreate(title="-")
    numbers = {name: str(getattr(usual, name)) for name in _NUMBERS}
    values = {**dict.fromkeys((*_PLAIN, *_WITH_UNIT), ""), **numbers}
    rights = {**_spans({"minimum_notice": usual.minimum_notice}), **dict.fromkeys(_RIGHTS, "true")}
    chosen = {"owner_id": staff_id, "assignment": "all", "time_zone": zone, "holidays_off": "true", "durations": "30"}
    rows = {"hosts": packed([a_host(staff_id)]), "questions": packed([])}
    return {**values, **rights, **chosen, **rows, **_price_of(None)}


def typed_in(form: FormData) -> dict[str, str]:
    values = {name: tidy(given(form, name)) for name in (*_PLAIN, *_WITH_UNIT)}
    chosen = [value for value in form.getlist("durations") if isinstance(value, str)]
    lengths = " ".join(dict.fromkeys([*chosen, *re.split(r"[,、\s]+", given(form, "durations_more"))])).strip()
    rows = {"hosts": packed(hosts_in(form)), "questions": packed(questions_in(form))}
    return {**values, **rows, "durations": lengths}


def typed_of(page: PageView) -> dict[str, str]:
    """As the form would send it."""
    plain = {name: str(getattr(page, name) or "") for name in (*_TEXTS, *_NULLABLE, *_LIMITS)}
    numbers = {name: str(getattr(page, name)) for name in _NUMBERS}
    flags = {name: "true" if getattr(page, name) else "" for name in _FLAGS}
    rights = {name: "true" if getattr(page, name).allowed else "" for name in _RIGHTS}
    lengths = {f"{name}_until": getattr(page, name).until for name in _RIGHTS}
    rows = {"hosts": packed(hosts_known(page.hosts)), "questions": packed(questions_known(page.questions))}
    lists = {"dates_off": dates_text(page.dates_off), "allowed_origins": "\n".join(page.allowed_origins)}
    spans = _spans({"minimum_notice": page.minimum_notice, **lengths})
    durations = {"durations": " ".join(map(str, page.durations))}
    found = {**plain, **numbers, **flags, **rights, **lists, **spans, **rows, **durations, **_price_of(page)}
    return {name: tidy(value) for name, value in found.items()}


def body_of(typed: Mapping[str, str], language: Language, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """The API's own body, and by field a sentence for what cannot be read; the rest is judged there."""
    faults: Faults = {}
    body: dict[str, Any] = {name: typed[name] for name in _TEXTS if name != "slug"}
    body |= {} if new and not typed["slug"] else {"slug": typed["slug"]}
    body |= {name: typed[name] or None for name in _NULLABLE}
    body |= {name: _number(name, typed[name], faults) for name in _NUMBERS}
    body |= {name: _number(name, typed[name], faults) if typed[name] else None for name in _LIMITS}
    body |= {name: typed[name] == "true" for name in _FLAGS}
    lengths = {name: _minutes(name, typed, faults) for name in _SPANS}
    body["minimum_notice"] = lengths["minimum_notice"]
    body |= {name: {"allowed": typed[name] == "true", "until": lengths[f"{name}_until"]} for name in _RIGHTS}
    body["durations"] = [_number("durations", each, faults) for each in typed["durations"].split()]
    body["hosts"] = hosts_body(rows_of(typed["hosts"]), faults)
    body["questions"] = questions_body(rows_of(typed["questions"]))
    body["allowed_origins"] = [line.strip() for line in typed["allowed_origins"].split("\n") if line.strip()]
    body["dates_off"] = _dates(typed["dates_off"], faults)
    body["price"] = _price(typed, faults)
    missing = {"no_host": ("host_0_staff_id", body["hosts"]), "no_duration": ("durations", body["durations"])}
    faults |= {field: (key, 0) for key, (field, there) in missing.items() if not there}
    return body, {name: text(language, f"scheduling.{key}", line=line) for name, (key, line) in faults.items()}


def field_of(pointer: str, typed: Mapping[str, str]) -> str:
    """Beside which field an error stands; questions are counted among those that were typed."""
    if found := _ROW.fullmatch(pointer):
        noun, index, name, day = found[1], int(found[2]), found[3], found[4]
        if noun == "question":
            rows = rows_of(typed["questions"])
            kept = [place for place, row in enumerate(rows) if filled([row])]
            return f"question_{kept[index] if index < len(kept) else index}_{name or 'choices'}"
        return f"host_{index}_{day if name == 'hours' and day else name or 'staff_id'}"
    head, *more = pointer.strip("/").split("/")
    if head in _RIGHTS:
        return f"{head}_until"
    return f"price_{more[0] if more else 'amount'}" if head == "price" else head


def shown(name: str, value: str, names: Mapping[str, str], language: Language) -> str:
    """A value in words, for who was overtaken."""
    if name == "hosts":
        return ", ".join(names.get(row["staff_id"], row["staff_id"]) for row in rows_of(value))
    if name == "questions":
        return ", ".join(row["label"] for row in rows_of(value)) or text(language, "common.dash")
    if name in (*_FLAGS, *_RIGHTS):
        return text(language, f"scheduling.{'on' if value else 'off'}")
    if name.endswith(_UNIT):
        return text(language, f"scheduling.unit_{value}")
    return names.get(value, value) or text(language, "common.dash")


def label_of(name: str) -> str:
    """The key of its text."""
    own = {"title": "page_title", "price_amount": "price", "price_currency": "currency", "price_refund": "refund"}
    return own.get(name, name.removesuffix(_UNIT))


def _spans(minutes: Mapping[str, int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _SPANS:
        count, unit = split_notice(minutes[name]) if minutes.get(name) else (0, "hours")
        found |= {name: str(count), f"{name}_unit": unit}
    return found


def _minutes(name: str, typed: Mapping[str, str], faults: Faults) -> int:
    return _number(name, typed[name] or "0", faults) * UNITS.get(typed[f"{name}_unit"], 1)


def _number(name: str, typed: str, faults: Faults) -> int:
    number = whole_number(typed, digits=9)
    if number is None:
        faults[name] = ("wrong_number", 0)
    return number or 0


def _dates(typed: str, faults: Faults) -> list[str]:
    try:
        return dates_of(typed)
    except Unreadable as unreadable:
        faults["dates_off"] = ("wrong_date", unreadable.line)
        return []


def _price(typed: Mapping[str, str], faults: Faults) -> dict[str, Any] | None:
    if not typed["price_amount"]:
        return None
    amount = amount_of(typed["price_amount"], typed["price_currency"])
    if amount is None:
        faults["price_amount"] = ("wrong_amount", 0)
    return {"amount": amount, "currency": typed["price_currency"], "refund": typed["price_refund"]}


def _price_of(page: PageView | None) -> dict[str, str]:
    price = page.price if page else None
    if price is None:
        return {"price_amount": "", "price_currency": "jpy", "price_refund": "until_deadline"}
    amount = amount_text(price.amount, price.currency)
    return {"price_amount": amount, "price_currency": price.currency, "price_refund": price.refund.value}
