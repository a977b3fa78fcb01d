"""What somebody typed into an entry's description, above the block, is theirs (E4): found before it is overwritten, and
left to booking to decide about. The block, and what else is ours, is written anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.entries import EntryDraft
from services.calendar_sync.model.ledger import Row, WrittenEntry
from services.calendar_sync.providers.mailbox import Mailboxes
from services.calendar_sync.providers.protocol import CalendarProvider
from services.calendar_sync.usecases.credentials import Credentials
from shared.contracts.calendar_sync import Provider
from shared.drift import AS_WRITTEN, EntryState, Form, description_changed, look_of, text_digest


@dataclass(frozen=True)
class Typed:
    """``note`` is text that is to be kept; ``overwritten`` the digest of a description that may go."""

    note: str | None = None
    overwritten: str = ""

    @property
    def kept(self) -> bool:
        return self.note is not None


NOTHING_TYPED = Typed()


class FindUsersText:
    """Asked right before an entry is changed, so that nothing is overwritten that nobody has seen."""

    def __init__(
        self,
        credentials: Credentials,
        providers: Mapping[Provider, CalendarProvider],
        mailboxes: Mapping[Provider, Mailboxes],
    ) -> None:
        self._credentials = credentials
        self._providers = providers
        self._mailboxes = mailboxes

    async def __call__(self, written: WrittenEntry, draft: EntryDraft, connection: Connection) -> Typed:
        form, calendar = written.form, written.calendar_id
        if draft.text is None or form is None or not form.description or calendar in connection.calendars.gone:
            return NOTHING_TYPED
        provider, credential = self._providers[connection.provider], self._credentials.of(connection)
        typed = NOTHING_TYPED
        for entry_id in written.entry_ids:
            async with self._mailboxes[connection.provider].of(connection.connection_id).slot():
                found = await provider.state(credential, entry_id, draft.time_zone, calendar=calendar)
            if found is None or not description_changed(form, found.description):
                continue
            if (note := new_note(draft, form, found)) is not None:
                return Typed(note)
            typed = Typed(None, text_digest(found.description or ""))
        return typed


def form_as_written(draft: EntryDraft, typed: Typed, now: datetime) -> Form:
    return replace(draft.form(now), also=typed.overwritten)


def measured(row: Row, draft: EntryDraft, now: datetime) -> Form:
    """``draft`` as it was written: what was written before descriptions were looked at is not measured by its own."""
    known = row.written.form if row.written else None
    described, also = (known.description, known.also) if known else ("", "")
    return replace(draft.form(now), description=described, also=also)


def new_note(draft: EntryDraft, written: Form, found: EntryState) -> str | None:
    """The user's text where it is another than ``draft`` holds. A description that was emptied says nothing."""
    stands = (found.description or "").strip()
    if draft.text is None or not stands or not description_changed(written, stands):
        return None
    note = draft.text.typed_in(stands)
    return note if text_digest(note) != text_digest(draft.text.note) else None


def is_apart_from_description(written: Form, found: EntryState) -> bool:
    """Whether all else is as it was written."""
    return look_of(written, replace(found, description=None)) == AS_WRITTEN


def shows_what_was_written(written: Form, found: str | None) -> bool:
    """Of a description: from then on no other one counts as written."""
    return found is not None and text_digest(found) == written.description
