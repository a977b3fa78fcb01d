"""A changed appointment takes its time, with a seat that is free and a reception code that nobody has that day (V7)."""

from collections.abc import Callable
from functools import partial

from services.booking.model.appointment import Appointment
from services.booking.usecases.save_appointment import SaveAppointment
from services.booking.usecases.take_seat import TakeSeat
from shared.messaging.outbox import Entry
from shared.mongo import DuplicateKeyError
from shared.problem import Unavailable

_ATTEMPTS = 5


class SaveChanged:
    """Answers what was saved, and publishes what ``announce`` says of it. Raises ``TimeTaken``, ``StaleVersion``."""

    def __init__(self, take_seat: TakeSeat, save: SaveAppointment, new_code: Callable[[], str]) -> None:
        self._take_seat = take_seat
        self._save = save
        self._new_code = new_code

    async def __call__(
        self,
        before: Appointment,
        after: Appointment,
        announce: Callable[[Appointment], list[Entry]],
        *,
        over_held: bool,
    ) -> Appointment:
        for _ in range(_ATTEMPTS):
            waiting = announce(after)
            save = partial(self._seated, before, waiting, over_held)
            try:
                return await self._take_seat(after, save, over_held=over_held)
            except DuplicateKeyError:
                after = after.model_copy(update={"reception_code": self._new_code()})
        raise Unavailable()

    async def _seated(self, before: Appointment, waiting: list[Entry], over_held: bool, after: Appointment) -> None:
        await self._save(before, after, waiting, over_held=over_held)
