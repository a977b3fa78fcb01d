"""Every event about a proposal or an appointment stands on its timeline (X3), and there are words for it."""

import inspect
import re

import pytest

from deploy.events.wiring import read_wiring
from services.booking.model.timeline import facts_of
from services.booking.subscribers import Subscribers
from services.gateway.pages import texts
from shared.contracts.catalogue import catalogue
from shared.contracts.envelope import EventData
from shared.contracts.notifier import Audience, NotificationSent, Purpose
from shared.contracts.timeline import Facts

_SUBJECTS = {"proposal", "proposal_id", "appointment", "appointment_id", "about"}
TOLD = [event for event in catalogue() if _SUBJECTS & event.model_fields.keys()]
_PERSONAL = re.compile(r"name|mail|note|guid|title|address|url|pass|secret|sealed|token|company|message")


def word_of(event: type[EventData]) -> str:
    return event.routing_key.split(".")[1]


def test_there_are_such_events() -> None:
    assert len(TOLD) > 20
    assert facts_of(EventData()) == Facts()


def test_a_mail_in_the_default_words_since_a_template_failed_is_told_as_such() -> None:
    values = {"about": "apt_1", "revision": 1, "purpose": "confirmed", "audience": "guest", "message_id": ""}
    sent = NotificationSent.model_validate({**values, "with_meeting": True, "fell_back": True})
    assert facts_of(sent).reason == "template_failed"
    assert facts_of(sent.model_copy(update={"fell_back": False})).reason == ""


@pytest.mark.parametrize("event", TOLD, ids=lambda event: event.__name__)
def test_booking_hears_it_and_puts_it_on_the_timeline(event: type[EventData]) -> None:
    assert "booking" in read_wiring().consumers.get(event.__name__, [])
    assert "self._timeline(event)" in inspect.getsource(getattr(Subscribers, f"on_{word_of(event)}"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_event_and_every_mail_has_a_sentence(language: texts.Language) -> None:
    known = texts.catalogue(language).keys()
    wanted = {f"timeline.{word_of(event)}" for event in TOLD}
    wanted |= {
        f"timeline.notification_{outcome}_{side}" for outcome in ("sent", "failed", "suppressed") for side in Audience
    }
    wanted |= {f"effects.mail_{purpose}" for purpose in Purpose}
    assert wanted - known == set()


def test_g23_a_timeline_has_no_place_for_what_is_personal_or_secret() -> None:
    assert [name for name in Facts.model_fields if _PERSONAL.search(name)] == []
