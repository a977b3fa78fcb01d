"""Google's own client libraries pointed at the sandbox; everything they send and receive is kept."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google_auth_httplib2
import httplib2
import httpx
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build

from tests.contract.sandbox.exchanges import Exchanges

SCOPE = "https://www.googleapis.com/auth/"
SCOPES = [f"{SCOPE}calendar.events", f"{SCOPE}calendar.freebusy", f"{SCOPE}calendar.readonly"]
ROOMS = f"{SCOPE}admin.directory.resource.calendar.readonly"
REDIRECT = "http://127.0.0.1/cb"


class RecordingHttp(httplib2.Http):  # type: ignore[misc]
    """httplib2 that keeps what went over the wire."""

    def __init__(self, exchanges: Exchanges) -> None:
        super().__init__(timeout=20, proxy_info=None)
        self._exchanges = exchanges

    def request(self, uri: str, method: str = "GET", body: Any = None, *args: Any, **more: Any) -> Any:
        response, content = super().request(uri, method, body, *args, **more)
        sent = body.encode() if isinstance(body, str) else body or b""
        self._exchanges.add(method, uri, sent, response.status, content)
        return response, content


class GoogleUser:
    """One person's calendar service and how it was signed in."""

    def __init__(self, base_url: str, email: str) -> None:
        self.email = email
        self.exchanges = Exchanges("google-calendar", "/google", own=frozenset({"alt"}))
        self.flow = sign_in(base_url, email)
        self.credentials: Credentials = self.flow.credentials
        self._http = RecordingHttp(self.exchanges)
        self.service = build(
            "calendar",
            "v3",
            http=google_auth_httplib2.AuthorizedHttp(self.credentials, http=self._http),
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": f"{base_url}/google/calendar/v3/"},
        )
        self.events = self.service.events()

    def close(self) -> None:
        self.service.close()
        self._http.close()

    def insert(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.events.insert(calendarId="primary", body=body, **options).execute()
        return made

    def listed(self, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.events.list(calendarId="primary", **options).execute()
        return answer

    def get(self, event_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.events.get(calendarId="primary", eventId=event_id).execute()
        return found

    def patch(self, event_id: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        patched: dict[str, Any] = self.events.patch(
            calendarId="primary", eventId=event_id, body=body, **options
        ).execute()
        return patched

    def delete(self, event_id: str, **options: Any) -> None:
        self.events.delete(calendarId="primary", eventId=event_id, **options).execute()


def sign_in(base_url: str, email: str, scopes: Sequence[str] = SCOPES, **options: str) -> Flow:
    """The authorization code flow with PKCE, consent given on the sandbox's page."""
    flow = Flow.from_client_config(
        {
            "web": {
                "client_id": "demo-google-client",
                "client_secret": "demo-google-secret",
                "auth_uri": f"{base_url}/google/o/oauth2/v2/auth",
                "token_uri": f"{base_url}/google/token",
            }
        },
        scopes=list(scopes),
        redirect_uri=REDIRECT,
    )
    asked = {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"} | options
    url, state = flow.authorization_url(**asked)
    form = {"account": email, "decision": "allow", "scope": list(scopes)}
    answer = httpx.post(url, data=form, trust_env=False)
    way_back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert way_back["state"] == [state]
    flow.fetch_token(code=way_back["code"][0])
    return flow


class GoogleAdministrator:
    """The workspace's directory of rooms, as an administrator reads it."""

    def __init__(self, base_url: str, email: str, scopes: Sequence[str] = (*SCOPES, ROOMS)) -> None:
        self.exchanges = Exchanges("google-directory-resources", "/google", own=frozenset({"alt"}))
        self._http = RecordingHttp(self.exchanges)
        self.service = build(
            "admin",
            "directory_v1",
            http=google_auth_httplib2.AuthorizedHttp(sign_in(base_url, email, scopes).credentials, http=self._http),
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": f"{base_url}/google/"},
        )
        self.resources = self.service.resources()

    def close(self) -> None:
        self.service.close()
        self._http.close()


def an_event(day: str = "2030-12-03", **fields: Any) -> dict[str, Any]:
    """An hour from one o'clock in Tokyo."""
    at = {
        "start": {"dateTime": f"{day}T13:00:00+09:00", "timeZone": "Asia/Tokyo"},
        "end": {"dateTime": f"{day}T14:00:00+09:00", "timeZone": "Asia/Tokyo"},
    }
    return {"summary": "打ち合わせ"} | at | fields
