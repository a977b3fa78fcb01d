"""The calendars of a mailbox: the default one and those beside it. Their ids are never immutable (facts 3.2)."""

import secrets

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.errors import item_not_found
from deploy.sandbox.microsoft.odata import page_link, whole_number
from deploy.sandbox.microsoft.state import Calendar, Mailbox
from deploy.sandbox.microsoft.views import Asked


def make_calendar(mailbox: Mailbox, name: str, *, can_edit: bool = True) -> Calendar:
    made = Calendar(f"AAMkAD{secrets.token_hex(20)}AAA=", name, can_edit)
    mailbox.calendars[made.id] = made
    return made


def calendar_named(mailbox: Mailbox, calendar_id: str | None) -> str:
    """How events name this calendar: the default one by an empty string. Raises 404."""
    if calendar_id in (None, mailbox.calendar_id):
        return ""
    if calendar_id not in mailbox.calendars:
        raise item_not_found()
    return str(calendar_id)


def list_calendars(mailbox: Mailbox, asked: Asked) -> Resource:
    """One page, the default calendar first."""
    found = [shown_calendar(mailbox, one) for one in ("", *mailbox.calendars)]
    top, skip = max(1, whole_number(asked.query, "$top", 10, most=1000)), whole_number(asked.query, "$skip", 0)
    answer: Resource = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users/calendars",
        "value": found[skip : skip + top],
    }
    if skip + top < len(found):
        answer["@odata.nextLink"] = page_link(asked.url, asked.query, skip=str(skip + top))
    return answer


def shown_calendar(mailbox: Mailbox, calendar: str) -> Resource:
    other = mailbox.calendars.get(calendar)
    return {
        "id": other.id if other else mailbox.calendar_id,
        "name": other.name if other else "予定表",
        "color": "auto",
        "isDefaultCalendar": other is None,
        "changeKey": "00000001",
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": other.can_edit if other else True,
        "isRemovable": other is not None,
        "isTallyingResponses": other is None,
        "owner": {"name": mailbox.name, "address": mailbox.email},
    }
