"""Attempts to connect an account: each state is good once, for a while, and for the person who began (R1)."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from shared import clock
from shared.crypto import KeyRing, token_hash
from shared.mongo import ASCENDING, Collection, IndexModel
from shared.oauth import OAuthApp, new_verifier

COLLECTION = "oauth_attempts"
INDEXES = (IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=86_400),)
SECRETS = {"verifier": "oauth_attempts/{}/verifier"}
"""Encrypted fields and the places that they are bound to."""


@dataclass(frozen=True)
class Attempt:
    """What the person's return must match."""

    provider: str
    organization_id: str
    staff_id: str
    email: str
    redirect_uri: str
    verifier: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    """What was asked for."""


@dataclass(frozen=True)
class Return:
    """With what the provider sent the person back."""

    state: str
    code: str = field(repr=False)
    error: str
    error_description: str
    staff_id: str


class Attempts:
    """The collection ``oauth_attempts`` of one service; states themselves are not stored."""

    def __init__(self, collection: Collection, ring: KeyRing, *, lifetime: timedelta) -> None:
        self.collection = collection
        self._ring = ring
        self._lifetime = lifetime

    async def begin(
        self,
        app: OAuthApp,
        *,
        organization_id: str,
        staff_id: str,
        email: str,
        redirect_uri: str,
        purpose: str | None = None,
    ) -> str:
        """Remember an attempt; answers the provider's page to go to. ``purpose`` is what ``take`` asks for in place of
        the provider, where a return must not serve another purpose.
        """
        state, verifier = secrets.token_urlsafe(32), new_verifier()
        name = token_hash(state)
        await self.collection.insert_one(
            {
                "_id": name,
                "provider": purpose or app.provider,
                "organization_id": organization_id,
                "staff_id": staff_id,
                "email": email,
                "redirect_uri": redirect_uri,
                "scopes": list(app.scopes),
                "verifier": self._ring.encrypt(verifier.encode(), place=SECRETS["verifier"].format(name)),
                "expires_at": clock.now() + self._lifetime,
            }
        )
        return app.authorize(redirect_uri=redirect_uri, state=state, verifier=verifier, login_hint=email)

    async def take(self, back: Return, *, provider: str) -> Attempt | None:
        """The attempt, once; None for an unknown, used or expired state and for somebody else's."""
        name = token_hash(back.state)
        row = await self.collection.find_one_and_delete(
            {"_id": name, "provider": provider, "staff_id": back.staff_id, "expires_at": {"$gt": clock.now()}}
        )
        if row is None:
            return None
        return Attempt(
            provider=row["provider"],
            organization_id=row["organization_id"],
            staff_id=row["staff_id"],
            email=row["email"],
            redirect_uri=row["redirect_uri"],
            verifier=self._ring.decrypt(row["verifier"], place=SECRETS["verifier"].format(name)).decode(),
            scopes=tuple(row["scopes"]),
        )
