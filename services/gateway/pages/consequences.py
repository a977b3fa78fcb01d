"""What a change does, said before it is made (X12): counted from the effects that stand."""

from services.gateway.pages.staff_payment import is_unpaid
from services.gateway.pages.texts import text
from shared.contracts.api.appointments import AppointmentView, RoomStatus
from shared.contracts.api.effects import Effect
from shared.contracts.api.payments import PaymentStatus
from shared.money import money_words
from shared.problem import Language


def what_goes(appointment: AppointmentView, language: Language) -> str:
    """Exactly what cancelling does (X12), counted from the effects that stand; of what is not paid yet nobody heard."""
    if is_unpaid(appointment):
        return text(language, "payments.releases")
    things = _things(appointment, language)
    sentences = [text(language, "occurrences.goes_all")] if appointment.rrule else []
    sentences += [text(language, "appointments.goes", what=things)] if things else []
    sentences += [*_stays(appointment, language), *_paid(appointment, language)]
    return _joined([*sentences, *_canceled(appointment, language)], language)


def what_moves(appointment: AppointmentView, language: Language) -> str:
    """Exactly what another time does (X12). The guest's link to the meeting stays."""
    things = _things(appointment, language)
    sentences = [text(language, "occurrences.moves_all")] if appointment.rrule else []
    sentences += [text(language, "appointments.moves", what=things)] if things else []
    return _joined([*sentences, text(language, f"appointments.moves_mails_{_mails(appointment)}")], language)


def what_moves_by_rule(appointment: AppointmentView, language: Language) -> str:
    """Of a series under another rule."""
    things = _things(appointment, language)
    sentences = [text(language, "occurrences.moves_by_rule")]
    sentences += [text(language, "appointments.moves", what=things)] if things else []
    return _joined([*sentences, text(language, f"appointments.moves_mails_{_mails(appointment)}")], language)


def what_moves_once(appointment: AppointmentView, language: Language) -> str:
    """Of one occurrence."""
    things = _things(appointment, language)
    sentences = [
        text(language, "occurrences.moves"),
        *([text(language, "occurrences.moves_in", what=things)] if things else []),
    ]
    return _joined([*sentences, text(language, f"appointments.moves_mails_{_mails(appointment)}")], language)


def what_goes_once(appointment: AppointmentView, language: Language, *, is_last: bool) -> str:
    """Of one occurrence; with the last that is left the whole goes."""
    things = _things(appointment, language)
    sentences = [text(language, "occurrences.goes_last" if is_last else "occurrences.goes")]
    if things:
        sentences.append(text(language, "appointments.goes" if is_last else "occurrences.goes_in", what=things))
    sentences += _stays(appointment, language) if is_last else []
    return _joined([*sentences, *_canceled(appointment, language)], language)


def _stays(appointment: AppointmentView, language: Language) -> list[str]:
    """A link that was entered by hand is of a tool that nobody but its users can reach (C4)."""
    return [text(language, "byhand.stays_alive")] if appointment.meeting.by_hand else []


def _paid(appointment: AppointmentView, language: Language) -> list[str]:
    """What staff cancel is given back, whatever the page's rule (H13)."""
    payment = appointment.payment
    if payment is None or payment.status is not PaymentStatus.PAID:
        return []
    amount = money_words(payment.amount, payment.currency, language)
    return [text(language, "payments.goes_back", amount=amount)]


def _canceled(appointment: AppointmentView, language: Language) -> list[str]:
    mails = _mails(appointment)
    return [text(language, f"appointments.goes_mails_{mails}"), text(language, "appointments.goes_for_good")]


def _mails(appointment: AppointmentView) -> int:
    return 2 if appointment.mails_guest and appointment.guest.email else 1


def _things(appointment: AppointmentView, language: Language) -> str:
    """The meeting, the entries and the room that stand, counted; a room that declined is not booked."""
    standing = [effect for effect in appointment.effects if not effect.absent]
    meetings = sum(effect.effect is Effect.MEETING for effect in standing)
    calendars = sum(effect.effect is Effect.ENTRY for effect in standing)
    declined = appointment.room is not None and appointment.room.status is RoomStatus.DECLINED
    rooms = 0 if declined else sum(effect.effect is Effect.ROOM for effect in standing)
    counted = [
        *([text(language, "appointments.goes_meeting", n=meetings)] if meetings else []),
        *([text(language, "appointments.goes_entries", n=calendars)] if calendars else []),
        *([text(language, "appointments.goes_rooms", n=rooms)] if rooms else []),
    ]
    return text(language, "appointments.goes_and").join(counted)


def _joined(sentences: list[str], language: Language) -> str:
    return ("" if language == "ja" else " ").join(sentences)
