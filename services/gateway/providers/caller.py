"""For whom the gateway calls: the headers that only a service may set."""

from dataclasses import dataclass

from shared.internal import API_KEY, GUEST_TOKEN, ORGANIZATION, REQUEST_ID, ROLE, STAFF, Caller
from shared.problem import Language

IDEMPOTENCY_KEY = "idempotency-key"


@dataclass(frozen=True)
class GuestCaller:
    """A guest has the token of their URL and nothing else."""

    token: str
    language: Language
    request_id: str
    idempotency_key: str | None = None


def headers_of(caller: Caller | GuestCaller) -> dict[str, str]:
    """The token travels in a header, so that no path of ours holds one (G26)."""
    headers = {"accept-language": caller.language, REQUEST_ID: caller.request_id}
    if isinstance(caller, GuestCaller):
        headers[GUEST_TOKEN] = caller.token
    else:
        headers |= {ORGANIZATION: caller.organization_id, STAFF: caller.staff_id, ROLE: caller.role}
        if caller.key_id:
            headers[API_KEY] = caller.key_id
    if caller.idempotency_key:
        headers[IDEMPOTENCY_KEY] = caller.idempotency_key
    return headers
