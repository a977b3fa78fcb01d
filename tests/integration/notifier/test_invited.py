"""Invitations on the way from the event to the mail: to whom, once, and nowhere in clear."""

from shared.contracts.booking import Attendee
from shared.contracts.people import Person
from tests.integration.notifier.conftest import Notifier, PostOffice
from tests.unit.notifier.builders import TARO, organization_changed, staff_changed, staff_invited
from tests.waiting import eventually

KEN = Attendee(staff_id="stf_ken", person=Person(name="中村健一", email="kenichi@example.jp"))
URL = "https://chosei.example.jp/invite/TOKEN"


async def test_an_invitation_is_mailed_once_however_often_and_early_it_is_heard(
    notifier: Notifier, post_office: PostOffice
) -> None:
    event = staff_invited(KEN, url=URL)
    await notifier.hear(event, event, staff_changed(KEN), event)
    (said,) = await eventually(lambda: notifier.statements("notification_sent"))
    assert (said["purpose"], said["audience"], said["about"]) == ("invited", "staff", "stf_ken")
    (mail,) = post_office.to("kenichi@example.jp")
    assert mail.subject == "[株式会社サンプル]Choseiへの招待"
    assert URL in mail.text
    assert "管理花子 さんが" in mail.text


async def test_an_invitation_goes_to_the_address_that_it_was_made_for(
    notifier: Notifier, post_office: PostOffice
) -> None:
    moved = Attendee(staff_id=TARO.staff_id, person=Person(name="山田太郎", email="new@example.jp"))
    await notifier.hear(staff_invited(moved, version=3))
    await eventually(lambda: notifier.statements("notification_sent"))
    assert [taken.recipients for taken in post_office.taken] == [("new@example.jp",)]


async def test_g26_no_invitation_lies_in_the_database_in_clear(notifier: Notifier, post_office: PostOffice) -> None:
    post_office.replies = ["451 later"]
    await notifier.hear(staff_invited(KEN, url=URL), organization_changed())
    await eventually(lambda: not post_office.replies)
    stored = str(await notifier.matter("stf_ken"))
    assert "facts" in stored
    assert "TOKEN" not in stored
