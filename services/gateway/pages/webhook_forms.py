"""The form of a webhook endpoint: its fields, the events that can be chosen, and what is wrong with what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request

from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text, texts_of
from services.gateway.pages.typed import Mistyped, given, understood
from services.gateway.providers.backend import BackendProblem
from shared.contracts.api.webhooks import WebhookCreate, WebhookView
from shared.contracts.catalogue import for_webhooks

ALL = "*"


@dataclass(frozen=True)
class Choice:
    """One event: its name in patterns, and what it means in the reader's words."""

    name: str
    words: str


@dataclass(frozen=True)
class WebhookSheet:
    """What the form shows; ``errors`` has a sentence for each field that is wrong."""

    url: str = ""
    description: str = ""
    events: Sequence[str] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    status: int = 200

    @classmethod
    def of(cls, webhook: WebhookView) -> "WebhookSheet":
        return cls(webhook.url, webhook.description, webhook.events)


def choices(request: Request) -> dict[str, list[Choice]]:
    """The events that are offered, by the service that says them; one without words yet goes by its own name."""
    words, found = texts_of(language_for(request), "webhooks"), dict[str, list[Choice]]()
    for name, event in for_webhooks().items():
        called = words.get(f"event_{name.split('.')[1]}", event.__name__)
        found.setdefault(event.publisher(), []).append(Choice(name, called))
    return found


async def read_form(request: Request) -> WebhookSheet:
    """As it was sent; ``everything`` goes before single choices, a whole service before its events."""
    form = await request.form()
    chosen = [value for value in form.getlist("events") if isinstance(value, str)]
    whole = [name for name in chosen if name.endswith(ALL)]
    single = [name for name in chosen if f"{name.partition('.')[0]}.{ALL}" not in whole]
    events = [ALL] if given(form, "everything") else list(dict.fromkeys([*whole, *single]))
    return WebhookSheet(given(form, "url").strip(), given(form, "description"), events)


def understand(request: Request, sheet: WebhookSheet) -> WebhookCreate:
    """Raises ``Mistyped``."""
    language = language_for(request)
    try:
        body = {"url": sheet.url, "description": sheet.description, "events": list(sheet.events)}
        return understood(WebhookCreate, body, language)
    except Mistyped as mistyped:
        if "events" in mistyped.errors:
            mistyped.errors["events"] = text(language, "webhooks.events_missing")
        raise


def refused(request: Request, sheet: WebhookSheet, problem: BackendProblem) -> WebhookSheet:
    """The same form with what notifier said of it."""
    errors = {error["pointer"].split("/")[1]: error["detail"] for error in problem.errors if "/" in error["pointer"]}
    told = text(language_for(request), "common.fix") if errors else problem.detail
    return WebhookSheet(sheet.url, sheet.description, sheet.events, errors, told, problem.status)


def mistyped(request: Request, sheet: WebhookSheet, errors: Mapping[str, str]) -> WebhookSheet:
    problem = text(language_for(request), "common.fix")
    return WebhookSheet(sheet.url, sheet.description, sheet.events, errors, problem, 422)
