"""The people with an account at a provider: whom its sign-in page lists, who owns calendars and meetings."""

import uuid
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_NAMESPACE = uuid.UUID("6f0f2f0e-7c86-4d0c-9a6e-3c2a6c1f8d11")


Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Provider(StrEnum):
    """Who is stood in for; the value is also the path below which it answers."""

    ZOOM = "zoom"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    STRIPE = "stripe"
    OIDC = "oidc"
    SMTP = "smtp"


OAUTH_PROVIDERS = (Provider.ZOOM, Provider.GOOGLE, Provider.MICROSOFT)


class Account(BaseModel):
    """One person at one provider; ``id`` is the provider's own, made from the address when none is given."""

    model_config = ConfigDict(frozen=True)

    provider: Provider
    email: Address
    id: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    organization: str = ""
    """Accounts of one organization share their provider's limits; empty is an account of one person."""
    plan: int = 2
    """Zoom's ``type``: 1 basic, 2 licensed."""
    active: bool = True
    """Whether Zoom's administrator left the user active."""
    admin: bool = False
    """May read what only administrators may (Google's rooms, Zoom's list of users)."""
    approved: bool = True
    """Whether the provider lets this account use the app; false is Zoom's missing pre-approval, and at Microsoft that
    of an administrator.
    """

    @model_validator(mode="after")
    def _fill(self) -> "Account":
        filled = {
            "id": self.id or _user_id(self.provider, self.email),
            "name": self.name or self.email.split("@")[0],
        }
        last, _, first = filled["name"].partition(" ")
        filled["first_name"] = self.first_name or first or filled["name"]
        filled["last_name"] = self.last_name or last
        for field, value in filled.items():
            object.__setattr__(self, field, value)
        return self


def _user_id(provider: Provider, email: str) -> str:
    seed = uuid.uuid5(_NAMESPACE, f"{provider}:{email.lower()}")
    if provider is Provider.ZOOM:
        return f"Z{seed.hex[:21]}"
    if provider is Provider.GOOGLE:
        return str(seed.int)[:21]
    return str(seed)


class Person(BaseModel):
    """Somebody with accounts at some providers, as the seed file and ``POST /inspect/accounts`` name them."""

    model_config = ConfigDict(extra="forbid")

    email: Address
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    id: str = ""
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    organization: str = ""
    admin: bool = False
    approved: bool = True
    provider: Provider | None = None
    providers: list[Provider] = Field(default_factory=lambda: list(OAUTH_PROVIDERS))
    zoom_type: Literal[1, 2] = 2

    def accounts(self) -> list[Account]:
        same = self.model_dump(exclude={"provider", "providers", "zoom_type"})
        wanted = [self.provider] if self.provider else self.providers
        return [Account(provider=provider, plan=self.zoom_type, **same) for provider in wanted]


class AccountBook:
    """All accounts, found by address (case-insensitive) or by the provider's id."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[Provider, str], Account] = {}
        self._of: dict[Provider, dict[str, Account]] = {provider: {} for provider in Provider}

    def add(self, account: Account) -> Account:
        """Add one, or replace the one with the same provider and address."""
        self._by_key[account.provider, account.email.lower()] = account
        self._by_key[account.provider, account.id] = account
        self._of.setdefault(account.provider, {})[account.email.lower()] = account
        return account

    def remove(self, account: Account) -> None:
        """Take one away: its address and id are free again."""
        for name in (account.email.lower(), account.id):
            self._by_key.pop((account.provider, name), None)
        self._of[account.provider].pop(account.email.lower(), None)

    def find(self, provider: Provider, email_or_id: str) -> Account | None:
        found = self._by_key.get((provider, email_or_id))
        return found or self._by_key.get((provider, email_or_id.lower()))

    def of(self, provider: Provider) -> list[Account]:
        return list(self._of.get(provider, {}).values())

    def all(self) -> list[Account]:
        return [account for provider in Provider for account in self.of(provider)]
