"""Zoom's errors: one exception carrying HTTP status, Zoom's numeric code and its words (facts 1.4)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


class ZoomRefused(Exception):
    """Zoom answers this instead of doing the work."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.errors:
            body["errors"] = [{"field": error.field, "message": error.message} for error in self.errors]
        return body


def token_missing() -> ZoomRefused:
    return ZoomRefused(401, 4700, "Invalid access token, no token was given.")


def token_invalid() -> ZoomRefused:
    return ZoomRefused(401, 124, "Invalid access token.")


def token_expired() -> ZoomRefused:
    return ZoomRefused(401, 124, "Access token is expired.")


def scopes_missing(scopes: list[str]) -> ZoomRefused:
    return ZoomRefused(400, 4711, f"Invalid access token, does not contain scopes:[{', '.join(scopes)}].")


def me_required() -> ZoomRefused:
    return ZoomRefused(403, 4700, "Invalid access token, user-level apps must use the me value.")


def no_such_user(user: str) -> ZoomRefused:
    return ZoomRefused(404, 1001, f"User does not exist: {user}.")


def no_such_meeting(meeting: str) -> ZoomRefused:
    return ZoomRefused(404, 3001, f"Meeting does not exist: {meeting}.")


def no_such_occurrence(occurrence: str) -> ZoomRefused:
    return ZoomRefused(404, 3001, f"Meeting occurrence does not exist: {occurrence}.")


def may_not_host() -> ZoomRefused:
    return ZoomRefused(400, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")


def invalid(*errors: FieldError) -> ZoomRefused:
    return ZoomRefused(400, 300, "Validation Failed.", errors=errors)


def not_an_object() -> ZoomRefused:
    return ZoomRefused(400, 300, "Request Body should be a valid JSON object.")


def unknown_endpoint() -> ZoomRefused:
    return ZoomRefused(404, 2300, "This API endpoint is not recognized.")


DAILY_LIMIT = 100
_DAILY_MESSAGE = (
    f"You have exceeded the daily rate limit ({DAILY_LIMIT}) of Meeting Create/Update API requests permitted for "
    "this particular user. You may resume these requests at GMT 00:00:00."
)
_SECOND_MESSAGE = "You have reached the maximum per-second rate limit for this API. Try again later."


def daily_limit_reached(headers: dict[str, str]) -> ZoomRefused:
    """As observed: neither a type nor Retry-After among the headers."""
    return ZoomRefused(429, 429, _DAILY_MESSAGE, headers=headers)


def second_limit_reached(headers: dict[str, str]) -> ZoomRefused:
    return ZoomRefused(429, 429, _SECOND_MESSAGE, headers=headers)


_FAULT_BODIES: dict[int, tuple[int, str]] = {
    400: (300, "Validation Failed."),
    401: (124, "Invalid access token."),
    403: (4700, "Invalid access token, no permission."),
    404: (3001, "Meeting does not exist: 0."),
    409: (409, "Conflict."),
    429: (429, _SECOND_MESSAGE),
}


def error_body(status: int, path: str) -> dict[str, object]:
    """What Zoom's body looks like for a status, for faults; the token endpoints have a form of their own."""
    if path.startswith("/oauth"):
        reason = "Invalid Token!" if status == 400 else "Internal Error"
        return {"reason": reason, "error": "invalid_grant" if status == 400 else "server_error"}
    code, message = _FAULT_BODIES.get(status, (status, "Internal Error"))
    return {"code": code, "message": message}
