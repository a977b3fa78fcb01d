"""API keys in the API (X8)."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.gateway.model import ApiKey, ApiKeyState, Scope, Staff
from shared import clock
from shared.contracts.api.fields import Instant, Request, View, one_line


class ApiKeyCreate(Request):
    """``expires_at`` null: until it is revoked."""

    name: Annotated[str, *one_line(100, shortest=1)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_at: Instant | None = None


class ApiKeyMaker(View):
    """For whom the key acts."""

    staff_id: str
    name: str


class ApiKeyView(View):
    """``prefix`` is the start of the secret, which nobody can read again. ``last_used_at`` is exact to a minute."""

    id: str
    name: str
    prefix: str
    scopes: list[Scope]
    state: ApiKeyState
    created_by: ApiKeyMaker
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey, maker: Staff | None) -> "ApiKeyView":
        return cls.model_validate(_facts(key, maker))


class ApiKeyMade(ApiKeyView):
    """``secret`` is shown this once."""

    secret: str

    @classmethod
    def with_secret(cls, key: ApiKey, maker: Staff, secret: str) -> "ApiKeyMade":
        return cls.model_validate(_facts(key, maker) | {"secret": secret})


class ApiKeyList(View):
    """Oldest first, without revoked ones."""

    items: list[ApiKeyView]
    next_cursor: str | None


def _facts(key: ApiKey, maker: Staff | None) -> dict[str, object]:
    state = key.state(clock.now(), maker_disabled=maker is None or maker.disabled)
    by = ApiKeyMaker(staff_id=key.created_by, name=maker.name if maker else "")
    return key.model_dump(exclude={"organization_id", "created_by"}) | {"state": state, "created_by": by}
