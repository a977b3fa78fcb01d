"""Microsoft's own client libraries pointed at the sandbox; everything the Graph client sends and receives is kept."""

import warnings
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msal
import pytest
import requests

from deploy.sandbox.microsoft.state import TENANT_ID
from tests.contract.sandbox.exchanges import Exchanges

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # kiota warns of its own names when it is imported
    from kiota_abstractions.authentication import (
        AccessTokenProvider,
        AllowedHostsValidator,
        BaseBearerTokenAuthenticationProvider,
    )
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph import GraphServiceClient
    from msgraph.generated.models.attendee import Attendee
    from msgraph.generated.models.attendee_type import AttendeeType
    from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
    from msgraph.generated.models.email_address import EmailAddress
    from msgraph.generated.models.event import Event
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
    from msgraph.generated.users.item.calendar_view import calendar_view_request_builder
    from msgraph.generated.users.item.calendar_view.delta import delta_request_builder
    from msgraph.generated.users.item.calendars import calendars_request_builder
    from msgraph.generated.users.item.calendars.item.calendar_view import (
        calendar_view_request_builder as one_calendar_view,
    )
    from msgraph.generated.users.item.calendars.item.calendar_view.delta import delta_request_builder as one_delta
    from msgraph.generated.users.item.events import events_request_builder
    from msgraph.graph_request_adapter import GraphRequestAdapter, options
    from msgraph_core import GraphClientFactory

ViewQuery = calendar_view_request_builder.CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
DeltaQuery = delta_request_builder.DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters
CalendarsQuery = calendars_request_builder.CalendarsRequestBuilder.CalendarsRequestBuilderGetQueryParameters
CalendarViewQuery = one_calendar_view.CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
CalendarDeltaQuery = one_delta.DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters
EventsQuery = events_request_builder.EventsRequestBuilder.EventsRequestBuilderGetQueryParameters

SCOPES = ["User.Read", "Calendars.ReadWrite"]
REDIRECT = "http://127.0.0.1/cb"
CLIENT = ("demo-microsoft-client", "demo-microsoft-secret")
MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name chosei"


class Rerouted:
    """msal's transport: what goes to login.microsoftonline.com goes to the sandbox (msal demands https)."""

    def __init__(self, base_url: str) -> None:
        self._base_url = f"{base_url}/microsoft"
        self._session = requests.Session()
        self._session.trust_env = False

    def _url(self, url: str) -> str:
        return self._base_url + urlsplit(url).path.removeprefix("/microsoft")

    def post(self, url: str, **more: Any) -> requests.Response:
        kept = {key: value for key, value in more.items() if key in ("params", "data", "headers")}
        return self._session.post(self._url(url), timeout=10, **kept)

    def get(self, url: str, **more: Any) -> requests.Response:
        kept = {key: value for key, value in more.items() if key in ("params", "headers")}
        return self._session.get(self._url(url), timeout=10, **kept)

    def close(self) -> None:
        self._session.close()


def msal_app(base_url: str, transport: Rerouted, secret: str = CLIENT[1]) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        CLIENT[0],
        client_credential=secret,
        authority=f"https://login.microsoftonline.com/{TENANT_ID}",
        http_client=transport,
        instance_discovery=False,
    )


def sign_in(
    base_url: str, email: str, app: msal.ConfidentialClientApplication, scopes: Sequence[str] = SCOPES
) -> dict[str, Any]:
    """msal's authorization code flow with PKCE, consent given on the sandbox's page."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended", category=UserWarning)
        flow = app.initiate_auth_code_flow(list(scopes), redirect_uri=REDIRECT)
    parts = urlsplit(flow["auth_uri"])
    url = f"{base_url}/microsoft{parts.path.removeprefix('/microsoft')}?{parts.query}"
    answer = httpx.post(url, data={"account": email, "decision": "allow"}, trust_env=False)
    way_back = {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    tokens: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, way_back)
    assert "error" not in tokens, tokens
    return tokens


class _Token(AccessTokenProvider):
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


class GraphUser:
    """One person's Graph client."""

    def __init__(self, base_url: str, email: str, token: str) -> None:
        self.email = email
        self.token = token
        self.exchanges = Exchanges("microsoft-graph-calendar", "/microsoft")
        self.http = GraphClientFactory.create_with_default_middleware(options=options, host=base_url)
        self.http.event_hooks = {"response": [self._keep]}
        adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(_Token(token)), client=self.http)
        adapter.base_url = f"{base_url}/microsoft/v1.0"
        self.client = GraphServiceClient(request_adapter=adapter)
        self.me = self.client.me

    async def aclose(self) -> None:
        """The client's own aclose stops at the transport that it wrapped."""
        wrapped = self.http._transport
        await self.http.aclose()
        await wrapped.transport.aclose()

    async def _keep(self, response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        self.exchanges.add(request.method, str(request.url), request.content, response.status_code, response.content)


def graph_time(local: str, zone: str = "Tokyo Standard Time") -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=local, time_zone=zone)


def a_room(address: str) -> Attendee:
    return Attendee(email_address=EmailAddress(address=address), type=AttendeeType.Resource)


def person(address: str) -> Attendee:
    return Attendee(email_address=EmailAddress(address=address, name=address), type=AttendeeType.Required)


def an_event(day: str = "2030-12-03", **fields: Any) -> Event:
    """An hour from one o'clock in Tokyo."""
    at = {"start": graph_time(f"{day}T13:00:00"), "end": graph_time(f"{day}T14:00:00")}
    return Event(**({"subject": "打ち合わせ"} | at | fields))


def marked(value: str) -> list[SingleValueLegacyExtendedProperty]:
    return [SingleValueLegacyExtendedProperty(id=MARK, value=value)]


def prefer(text: str) -> RequestConfiguration[None]:
    configuration: RequestConfiguration[None] = RequestConfiguration()
    configuration.headers.add("Prefer", text)
    return configuration


def code_of(caught: pytest.ExceptionInfo[ODataError]) -> tuple[int | None, str | None]:
    """Status and code of the error that a call ended in."""
    error = caught.value.error
    return caught.value.response_status_code, error.code if error else None
