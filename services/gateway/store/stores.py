"""All that the gateway keeps, on one database."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.settings import Settings
from services.gateway.store.answers import AnswerStore
from services.gateway.store.api_keys import ApiKeyStore
from services.gateway.store.counts import CountStore
from services.gateway.store.feeds import FeedStore
from services.gateway.store.identities import IdentityStore
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.sessions import SessionStore
from services.gateway.store.setup_codes import SetupCodes
from services.gateway.store.staff import StaffStore
from shared.mongo import Collection, Database, IndexModel


@dataclass(frozen=True)
class Stores:
    """One object per noun."""

    organizations: OrganizationStore
    staff: StaffStore
    sessions: SessionStore
    setup_codes: SetupCodes
    counts: CountStore
    answers: AnswerStore
    api_keys: ApiKeyStore
    feeds: FeedStore
    identities: IdentityStore

    @classmethod
    def of(cls, database: Database, settings: Settings) -> "Stores":
        return cls(
            organizations=OrganizationStore(database),
            staff=StaffStore(database),
            sessions=SessionStore(database, settings.session_length, settings.session_longest),
            setup_codes=SetupCodes(database),
            counts=CountStore(database),
            answers=AnswerStore(database, settings.data_ring, kept=settings.answers_kept, lease=settings.answer_lease),
            api_keys=ApiKeyStore(database),
            feeds=FeedStore(database),
            identities=IdentityStore(database),
        )

    @property
    def indexes(self) -> dict[Collection, Sequence[IndexModel]]:
        every = (
            self.organizations,
            self.staff,
            self.sessions,
            self.setup_codes,
            self.counts,
            self.answers,
            self.api_keys,
            self.feeds,
            self.identities,
        )
        return {collection: indexes for store in every for collection, indexes in store.indexes.items()}

    @property
    def with_outbox(self) -> list[Collection]:
        return [self.organizations.organizations, self.staff.staff]
