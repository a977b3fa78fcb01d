"""Stripe's error objects, as its API answers them."""

from collections.abc import Mapping


class StripeRefused(Exception):
    """Becomes ``{"error": {…}}``."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        self.status = status
        told = {"code": code, "message": message, "param": param, "type": kind}
        self.body: dict[str, object] = {"error": {name: value for name, value in told.items() if value is not None}}
        super().__init__(message)


def no_key() -> StripeRefused:
    return StripeRefused(
        401,
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )


def wrong_key(key: str) -> StripeRefused:
    return StripeRefused(401, f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}")


def wrong_version(version: str) -> StripeRefused:
    return StripeRefused(400, f"Invalid Stripe API version: {version}")


def missing(param: str) -> StripeRefused:
    return StripeRefused(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> StripeRefused:
    return StripeRefused(400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid(param: str, message: str, code: str | None = None) -> StripeRefused:
    return StripeRefused(400, message, code=code, param=param)


def not_an_integer(param: str, value: object) -> StripeRefused:
    return invalid(param, f"Invalid integer: {value}", "parameter_invalid_integer")


def no_such(kind: str, value: str, *, param: str = "id", status: int = 404) -> StripeRefused:
    """404 of an address, 400 of a parameter that refers to it."""
    return StripeRefused(status, f"No such {kind}: '{value}'", code="resource_missing", param=param)


def unknown_url(method: str, path: str) -> StripeRefused:
    return StripeRefused(404, f"Unrecognized request URL ({method}: {path}).")


def other_parameters(key: str) -> StripeRefused:
    return StripeRefused(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        f"a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


_KINDS: Mapping[int, str] = {400: "invalid_request_error", 401: "invalid_request_error", 402: "card_error"}


def error_body(status: int, path: str) -> dict[str, object]:
    """For faults."""
    if status == 429:
        return StripeRefused(429, "Request rate limit exceeded.", code="rate_limit").body
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")
    return StripeRefused(status, "An error occurred.", kind=kind).body
