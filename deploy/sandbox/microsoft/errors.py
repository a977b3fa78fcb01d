"""Graph's errors: a code that counts and a message that does not (facts 3.6); ids are added on the way out."""

from deploy.sandbox.calendars import Resource


class GraphError(Exception):
    """An answer of Graph that is not a success."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        more: Resource | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.more = more or {}


def body_of(error: GraphError, date: str, request_id: str, client_request_id: str) -> Resource:
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
    return {"error": {"code": error.code, "message": error.message, **error.more, "innerError": inner}}


def item_not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def id_malformed() -> GraphError:
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def invalid_request(message: str) -> GraphError:
    return GraphError(400, "ErrorInvalidRequest", message)


def unreadable_body(message: str = "Unable to read JSON request payload.") -> GraphError:
    return GraphError(400, "RequestBodyRead", message)


def failed_validation(message: str = "At least one property failed validation.") -> GraphError:
    return GraphError(400, "ErrorPropertyValidationFailure", message)


def zone_not_supported(name: object) -> GraphError:
    message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
    return GraphError(400, "TimeZoneNotSupportedException", message)


def change_key_moved() -> GraphError:
    return GraphError(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item.",
    )


def sync_state_not_found() -> GraphError:
    return GraphError(
        410,
        "SyncStateNotFound",
        "The sync state generation is not found; call with no sync state to start again.",
    )


def transaction_id_used(status: int, event_id: str) -> GraphError:
    return GraphError(
        status,
        "ErrorDuplicateTransactionId",
        "Your request can't be completed. The TransactionId specified in the request has already been used "
        "to create a different event.",
        more={"@event.existingEventId": event_id},
    )


def invalid_token() -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")


def access_denied() -> GraphError:
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def over_concurrency() -> GraphError:
    return GraphError(
        429,
        "ApplicationThrottled",
        "Application is over its MailboxConcurrency limit.",
        headers={"Retry-After": "1"},
    )


def too_many_requests(retry_after_s: int) -> GraphError:
    return GraphError(
        429,
        "TooManyRequests",
        "The server is busy. Please try again later.",
        headers={"Retry-After": str(retry_after_s)},
    )


_BY_STATUS = {
    400: ("ErrorInvalidRequest", "The request is invalid."),
    401: ("InvalidAuthenticationToken", "Access token is empty."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    404: ("ErrorItemNotFound", "The specified object was not found in the store."),
    409: ("ErrorDuplicateTransactionId", "The TransactionId was already used to create a different event."),
    410: ("SyncStateNotFound", "The sync state generation is not found; call with no sync state to start again."),
    412: ("ErrorIrresolvableConflict", "The change key does not match the current change key for the item."),
    429: ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    500: ("ErrorInternalServerError", "An internal server error occurred. The operation failed."),
    503: ("ErrorServerBusy", "The server cannot service this request right now. Try again later."),
}


def any_error(status: int) -> GraphError:
    """What Graph would say with this status when nothing more is known."""
    code, message = _BY_STATUS.get(status, ("ServiceUnavailable", "Service unavailable."))
    return GraphError(status, code, message)
