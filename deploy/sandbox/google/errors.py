"""Google's error envelope and the reasons that the calendar answers with (facts 2.4)."""

from deploy.sandbox.calendars import Resource


class GoogleError(Exception):
    """An answer of Google that is not a success."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: str | None = None,
        location_type: str = "parameter",
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        detail: Resource = {"domain": domain, "reason": reason, "message": message}
        if location is not None:
            detail |= {"locationType": location_type, "location": location}
        self.body: Resource = {"error": {"code": status, "message": message, "errors": [detail]}}


def not_found() -> GoogleError:
    return GoogleError(404, "notFound", "Not Found")


def duplicate() -> GoogleError:
    return GoogleError(409, "duplicate", "The requested identifier already exists.")


def gone() -> GoogleError:
    return GoogleError(410, "deleted", "Resource has been deleted")


def full_sync_required() -> GoogleError:
    return GoogleError(
        410,
        "fullSyncRequired",
        "Sync token is no longer valid, a full sync is required.",
        domain="calendar",
        location="syncToken",
    )


def updated_min_too_long_ago() -> GoogleError:
    return GoogleError(
        410,
        "updatedMinTooLongAgo",
        "The requested minimum modification time lies too far in the past.",
        domain="calendar",
        location="updatedMin",
    )


def condition_not_met() -> GoogleError:
    return GoogleError(412, "conditionNotMet", "Precondition Failed", location="If-Match", location_type="header")


def invalid(message: str, location: str | None = None) -> GoogleError:
    return GoogleError(400, "invalid", message, location=location)


def required(message: str, location: str | None = None) -> GoogleError:
    return GoogleError(400, "required", message, location=location)


def bad_request(message: str = "Bad Request") -> GoogleError:
    return GoogleError(400, "badRequest", message)


def not_organizer() -> GoogleError:
    return GoogleError(
        403,
        "forbiddenForNonOrganizer",
        "Shared properties can only be changed by the organizer of the event.",
        domain="calendar",
    )


def unauthorized() -> GoogleError:
    return GoogleError(401, "authError", "Invalid Credentials", location="Authorization", location_type="header")


def insufficient_permissions() -> GoogleError:
    return GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def access_level_required() -> GoogleError:
    message = "You need to have writer access to this calendar."
    return GoogleError(403, "requiredAccessLevel", message, domain="calendar")


def rate_limited(status: int, *, per_user: bool) -> GoogleError:
    """403 or 429, both mean the same."""
    reason = "userRateLimitExceeded" if per_user and status == 403 else "rateLimitExceeded"
    message = "User Rate Limit Exceeded" if per_user else "Rate Limit Exceeded"
    return GoogleError(status, reason, message, domain="usageLimits")


_BY_STATUS = {
    400: ("badRequest", "Bad Request"),
    401: ("authError", "Invalid Credentials"),
    403: ("userRateLimitExceeded", "User Rate Limit Exceeded"),
    404: ("notFound", "Not Found"),
    409: ("duplicate", "The requested identifier already exists."),
    410: ("fullSyncRequired", "Sync token is no longer valid, a full sync is required."),
    412: ("conditionNotMet", "Precondition Failed"),
    429: ("rateLimitExceeded", "Rate Limit Exceeded"),
}


def any_error(status: int) -> GoogleError:
    """What Google would say with this status when nothing more is known."""
    reason, message = _BY_STATUS.get(status, ("backendError", "Backend Error"))
    return GoogleError(status, reason, message)
