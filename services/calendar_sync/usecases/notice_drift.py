"""Compare what a reading shows of our own entries with what we wrote (V6, G16); a difference is only a suspicion."""

from collections.abc import Callable, Collection
from datetime import datetime

from services.calendar_sync.model.busy import Window
from services.calendar_sync.model.connection import Connection
from services.calendar_sync.model.ledger import Row
from services.calendar_sync.providers.protocol import Reading, Seen
from services.calendar_sync.store.drift import DriftRows
from services.calendar_sync.usecases.users_text import shows_what_was_written
from shared import clock
from shared.drift import Form, description_changed, look_of, title_digest


class NoticeDrift:
    """Makes ledger rows due whose entry seems to stand otherwise than is known; before the reading counts as taken in,
    so that none is lost. Participants' copies are no rows of the person's.
    """

    def __init__(self, rows: DriftRows, wake: Callable[[str], None]) -> None:
        self._rows = rows
        self._wake = wake

    async def __call__(self, connection: Connection, calendar_id: str, reading: Reading, window: Window) -> None:
        named = None if reading.whole else reading.states.keys() | reading.removed | reading.series.keys()
        if named is not None and not named:
            return
        rows = await self._rows.standing_in(connection.connection_id, calendar_id, named)
        now = clock.now()
        suspects = [row.row_id for row in rows if is_suspect(row, reading, window, now)]
        if suspects:
            await self._rows.suspect(suspects)
            for row_id in suspects:
                self._wake(row_id)


def is_suspect(row: Row, reading: Reading, window: Window, now: datetime) -> bool:
    """Whether the reading shows something new. What a whole one leaves out is gone where the window should show it."""
    if row.written is None or row.written.form is None:
        return False
    form, entry_id = row.written.form, row.written.entry_id
    if form.occurrences:
        known = [reading.series.get(one) for one in row.written.entry_ids]
        if not reading.whole and not any(one is not None for one in known):
            return not reading.removed.isdisjoint(row.written.entry_ids)
        seen = frozenset[Seen]().union(*filter(None, known))
        return is_series_suspect(row, form, seen, window, now, whole=reading.whole)
    if entry_id in reading.series:
        return False
    state = reading.states.get(entry_id)
    if state is None and reading.whole and not window.touches(form.start_at, form.end_at):
        return False
    return (state is not None and is_rebuilt(form, state.description)) or look_of(form, state) != row.known_look


def is_series_suspect(
    row: Row, form: Form, seen: Collection[Seen], window: Window, now: datetime, *, whole: bool
) -> bool:
    """Whether an occurrence that is to come is not seen where it should be, or under another title or text (E6, E4).
    Readings do not name occurrences alike: which one it is, the provider is asked.
    """
    shown = {(one.start_at, one.end_at) for one in seen}
    renamed = any(one.title is not None and title_digest(one.title) != form.title for one in seen)
    described = any(description_changed(form, one.description) or is_rebuilt(form, one.description) for one in seen)
    due = {
        (one.start_at, one.end_at)
        for one in form.occurrences
        if one.start_at and one.end_at and one.end_at > now and window.touches(one.start_at, one.end_at)
    }
    elsewhere = due - shown if whole else shown - due
    return renamed or described or bool(elsewhere) or row.drift is not None or row.unproved is not None


def is_rebuilt(form: Form, description: str | None) -> bool:
    """Whether the last write shows over a text that somebody changed."""
    return bool(form.also) and shows_what_was_written(form, description)


class RestoreEntry:
    """Booking decided that the entry is to stand as it was written; deciding twice does nothing."""

    def __init__(self, rows: DriftRows, wake: Callable[[str], None]) -> None:
        self._rows = rows
        self._wake = wake

    async def __call__(self, appointment_id: str, staff_id: str, drift_id: str) -> None:
        for row_id in await self._rows.restore(appointment_id, staff_id, drift_id):
            self._wake(row_id)
