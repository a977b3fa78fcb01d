"""Mails of requests (H4): what each end says to whom, and how a guest takes one back."""

from datetime import timedelta
from typing import Any

import pytest

from services.notifier.mails.letters import write
from shared.contracts import actors
from shared.contracts.booking import EndOfRequest
from shared.contracts.notifier import Audience, Purpose
from tests.unit.notifier.builders import NOON, a_chain, a_material, a_matter, a_notice, an_appointment, an_organization
from tests.unit.notifier.test_by_guests import MANAGE, PAGE

ENDS = {
    (EndOfRequest.DECLINED, Audience.GUEST): ("ご希望の日時では承れませんでした", "could not confirm your request"),
    (EndOfRequest.DECLINED, Audience.STAFF): ("お断りしました", "It was declined"),
    (EndOfRequest.EXPIRED, Audience.GUEST): ("期限までに担当者が確認できなかった", "nobody could look at it in time"),
    (EndOfRequest.EXPIRED, Audience.STAFF): ("期限までに回答がなかった", "not answered in time"),
    (EndOfRequest.TAKEN, Audience.GUEST): ("ほかの予定で埋まった", "has been taken meanwhile"),
    (EndOfRequest.TAKEN, Audience.STAFF): ("ほかの予定で埋まった", "taken by another appointment"),
    (EndOfRequest.WITHDRAWN, Audience.GUEST): ("取り下げました", "You took back your request"),
    (EndOfRequest.WITHDRAWN, Audience.STAFF): ("お客様がリクエストを取り下げました", "The guest took the request back"),
}


def a_request(purpose: Purpose, audience: Audience = Audience.GUEST, language: str = "ja", **changes: Any) -> Any:
    by_guest = changes.get("end_of_request") is EndOfRequest.WITHDRAWN
    chain = a_chain().model_copy(update={"actor": actors.GUEST}) if by_guest else a_chain()
    until = NOON + timedelta(days=3)
    appointment = an_appointment(proposal_id=None, page=PAGE, cancel_until=until)
    return a_material(
        purpose,
        audience,
        notice=a_notice(purpose, 1, audience, chain=chain, **changes),
        organization=an_organization(locale=language),
        matter=a_matter(appointment=appointment),
        guest_url=MANAGE,
        words="都合がつきませんでした。",
    )


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("why", "audience"), ENDS)
def test_h4_each_end_of_a_request_has_its_own_words(why: EndOfRequest, audience: Audience, language: str) -> None:
    mail = write(a_request(Purpose.DECLINED, audience, language, end_of_request=why))
    said = ENDS[why, audience][language == "en"]
    assert said in mail.text
    others = {words[language == "en"] for (_, to), words in ENDS.items() if to is audience} - {said}
    assert not [words for words in others if words in mail.text]
    assert mail.invitation is None


def test_h4_the_guest_is_led_to_the_page_again() -> None:
    mail = write(a_request(Purpose.DECLINED, end_of_request=EndOfRequest.DECLINED))
    assert "/p/soudan" in mail.text
    assert MANAGE not in mail.text


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "リクエストの取り下げができます"), ("en", "take the request back")]
)
def test_h4_the_guest_reads_how_to_take_it_back_and_until_when(language: str, said: str) -> None:
    mail = write(a_request(Purpose.REQUESTED, language=language, expires_at=NOON + timedelta(days=3)))
    assert said in mail.text
    assert MANAGE in mail.text
    assert mail.invitation is None
