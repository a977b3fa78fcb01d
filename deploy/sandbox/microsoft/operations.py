"""Graph's operations on a mailbox and on subscriptions: each unpacks its request and calls one function."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from deploy.sandbox.calendars import Resource
from deploy.sandbox.microsoft.calendars import calendar_named, list_calendars, shown_calendar
from deploy.sandbox.microsoft.delta import delta_view
from deploy.sandbox.microsoft.errors import GraphError, access_denied
from deploy.sandbox.microsoft.odata import preferences, reader
from deploy.sandbox.microsoft.presenting import shown
from deploy.sandbox.microsoft.routes import GraphRoutes, answer, read_json
from deploy.sandbox.microsoft.schedule import get_schedule
from deploy.sandbox.microsoft.service import MicrosoftService
from deploy.sandbox.microsoft.state import Event, Mailbox
from deploy.sandbox.microsoft.subscriptions import Subscriber
from deploy.sandbox.microsoft.subscriptions import shown as shown_subscription
from deploy.sandbox.microsoft.views import Asked, calendar_view, list_events, list_instances
from deploy.sandbox.microsoft.zones import windows_name, windows_names

_READ, _WRITE, _USER = "Calendars.", "Calendars.ReadWrite", "User. MailboxSettings. Calendars."
_RESPONSES = {
    "accept": "accepted",
    "decline": "declined",
    "tentativelyAccept": "tentativelyAccepted",
}
_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"


def _asked(request: Request, mailbox: Mailbox) -> Asked:
    url, calendar = str(request.url.replace(query="")), _calendar(request, mailbox)
    return Asked(url, request.query_params, preferences(request.headers), calendar)


def _calendar(request: Request, mailbox: Mailbox) -> str:
    """Which of the mailbox's calendars the path names; raises 404."""
    return calendar_named(mailbox, request.path_params.get("calendar_id"))


def _listed(body: Resource, asked: Asked) -> Response:
    applied = asked.preferred.applied
    return answer(body, headers={"Preference-Applied": ", ".join(applied)} if applied else None)


class Operations:
    """All operations; ``add_to`` is the table of them."""

    def __init__(self, service: MicrosoftService, routes: GraphRoutes) -> None:
        self._service = service
        self._routes = routes

    def add_to(self, router: APIRouter) -> None:
        table = [
            ("GET", "", _USER, self.user),
            ("GET", "/mailboxSettings", _USER, self.mailbox_settings),
            ("GET", "/outlook/supportedTimeZones", _USER, self.supported_zones),
            ("GET", "/calendar", _READ, self.calendar),
            ("GET", "/calendars", _READ, self.calendars),
            ("GET", "/calendars/{calendar_id}", _READ, self.calendar),
            ("POST", "/calendar/getSchedule", _READ, self.schedule),
        ]
        for base in ("", "/calendar", "/calendars/{calendar_id}"):
            view = base + "/calendarView"
            table += [
                ("GET", view, _READ, self.view),
                ("GET", view + "/delta", _READ, self.delta),
                ("GET", view + "/delta()", _READ, self.delta),
            ]
        for base in ("/events", "/calendar/events", "/calendars/{calendar_id}/events"):
            one = base + "/{event_id}"
            table += [
                ("GET", base, _READ, self.list),
                ("POST", base, _WRITE, self.create),
                ("GET", one, _READ, self.get),
                ("PATCH", one, _WRITE, self.patch),
                ("DELETE", one, _WRITE, self.delete),
                ("GET", one + "/instances", _READ, self.instances),
                ("POST", one + "/cancel", _WRITE, self.cancel),
                ("POST", one + "/{response}", _WRITE, self.respond),
            ]
        for method, path, scopes, handler in table:
            self._routes.add_mailbox_route(router, method, path, scopes, handler)
        self._routes.add_route(router, "GET", "/subscriptions", self.subscriptions)
        self._routes.add_route(router, "POST", "/subscriptions", self.subscribe)
        self._routes.add_route(router, "GET", "/subscriptions/{subscription_id}", self.subscription)
        self._routes.add_route(router, "PATCH", "/subscriptions/{subscription_id}", self.renew)
        self._routes.add_route(router, "DELETE", "/subscriptions/{subscription_id}", self.unsubscribe)
        self._routes.add_route(router, "POST", "/subscriptions/{subscription_id}/reauthorize", self.reauthorize)

    def _shown(self, request: Request, mailbox: Mailbox, event: Event, status: int = 200) -> Response:
        preferred = preferences(request.headers)
        body = shown(mailbox, event, reader(request.query_params, preferred))
        body["@odata.context"] = f"{_CONTEXT}users('{mailbox.user_id}')/events/$entity"
        headers = {"Preference-Applied": ", ".join(preferred.applied)} if preferred.applied else None
        return answer(body, status, headers)

    async def list(self, request: Request, mailbox: Mailbox) -> Response:
        asked = _asked(request, mailbox)
        return _listed(list_events(mailbox, asked), asked)

    async def view(self, request: Request, mailbox: Mailbox) -> Response:
        asked = _asked(request, mailbox)
        return _listed(calendar_view(mailbox, asked), asked)

    async def delta(self, request: Request, mailbox: Mailbox) -> Response:
        asked = _asked(request, mailbox)
        return _listed(delta_view(mailbox, asked, self._service.state.delta_epoch), asked)

    async def instances(self, request: Request, mailbox: Mailbox) -> Response:
        asked = _asked(request, mailbox)
        master = self._service.book.get(mailbox, request.path_params["event_id"])
        return _listed(list_instances(mailbox, master, asked), asked)

    async def create(self, request: Request, mailbox: Mailbox) -> Response:
        calendar = _calendar(request, mailbox)
        if calendar and not mailbox.calendars[calendar].can_edit:
            raise access_denied()
        event = self._service.book.create(mailbox, await read_json(request), calendar=calendar)
        return self._shown(request, mailbox, event, 201)

    async def get(self, request: Request, mailbox: Mailbox) -> Response:
        event = self._service.book.get(mailbox, request.path_params["event_id"])
        return self._shown(request, mailbox, event)

    async def patch(self, request: Request, mailbox: Mailbox) -> Response:
        event_id, body = request.path_params["event_id"], await read_json(request)
        match = request.headers.get("if-match")
        return self._shown(request, mailbox, self._service.book.patch(mailbox, event_id, body, if_match=match))

    async def delete(self, request: Request, mailbox: Mailbox) -> Response:
        match = request.headers.get("if-match")
        self._service.book.delete(mailbox, request.path_params["event_id"], if_match=match)
        return answer(None, 204)

    async def cancel(self, request: Request, mailbox: Mailbox) -> Response:
        self._service.book.cancel(mailbox, request.path_params["event_id"])
        return answer(None, 202)

    async def respond(self, request: Request, mailbox: Mailbox) -> Response:
        response = _RESPONSES.get(request.path_params["response"])
        if response is None:
            raise GraphError(400, "BadRequest", "Resource not found for the segment.")
        self._service.book.respond(mailbox, request.path_params["event_id"], response)
        return answer(None, 202)

    async def schedule(self, request: Request, mailbox: Mailbox) -> Response:
        zone = preferences(request.headers).zone
        return answer(get_schedule(await read_json(request), self._service.mailbox_of, zone))

    async def user(self, request: Request, mailbox: Mailbox) -> Response:
        account = self._routes.account_of(mailbox)
        return answer(
            {
                "@odata.context": f"{_CONTEXT}users/$entity",
                "id": account.id,
                "displayName": account.name,
                "givenName": account.first_name,
                "surname": account.last_name,
                "mail": account.email,
                "userPrincipalName": account.email,
                "preferredLanguage": account.locale,
                "businessPhones": [],
            }
        )

    async def mailbox_settings(self, request: Request, mailbox: Mailbox) -> Response:
        account = self._routes.account_of(mailbox)
        zone = windows_name(mailbox.zone)
        return answer(
            {
                "@odata.context": f"{_CONTEXT}users('{mailbox.user_id}')/mailboxSettings",
                "timeZone": zone,
                "language": {"locale": account.locale, "displayName": account.locale},
                "dateFormat": "yyyy/MM/dd",
                "timeFormat": "H:mm",
                "workingHours": {
                    "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
                    "startTime": "09:00:00.0000000",
                    "endTime": "18:00:00.0000000",
                    "timeZone": {"name": zone},
                },
            }
        )

    async def supported_zones(self, request: Request, mailbox: Mailbox) -> Response:
        return answer({"value": [{"alias": name, "displayName": name} for name in windows_names()]})

    async def calendar(self, request: Request, mailbox: Mailbox) -> Response:
        found = shown_calendar(mailbox, _calendar(request, mailbox))
        return answer({"@odata.context": f"{_CONTEXT}users/calendar/$entity", **found})

    async def calendars(self, request: Request, mailbox: Mailbox) -> Response:
        return answer(list_calendars(mailbox, _asked(request, mailbox)))

    async def subscriptions(self, request: Request, who: Subscriber) -> Response:
        return answer({"value": [shown_subscription(one) for one in self._service.subscriptions.all_of(who)]})

    async def subscribe(self, request: Request, who: Subscriber) -> Response:
        return answer(await self._service.subscriptions.create(who, await read_json(request)), 201)

    async def subscription(self, request: Request, who: Subscriber) -> Response:
        found = self._service.subscriptions.get(who, request.path_params["subscription_id"])
        return answer(shown_subscription(found))

    async def renew(self, request: Request, who: Subscriber) -> Response:
        subscription_id, body = request.path_params["subscription_id"], await read_json(request)
        return answer(await self._service.subscriptions.change(who, subscription_id, body))

    async def unsubscribe(self, request: Request, who: Subscriber) -> Response:
        self._service.subscriptions.delete(who, request.path_params["subscription_id"])
        return answer(None, 204)

    async def reauthorize(self, request: Request, who: Subscriber) -> Response:
        self._service.subscriptions.get(who, request.path_params["subscription_id"])
        return answer(None, 204)
