"""G10: a worker that dies between any two steps of a mail; what another one then sends is the same to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.notifier.directory import Directory
from services.notifier.model.templates import MailTemplate, Wording
from services.notifier.providers.smtp import Receipt
from services.notifier.store import MATTER_INDEXES, Matters, Safe
from services.notifier.subscribers import Subscribers
from services.notifier.templates import Templates
from services.notifier.usecases.compose import ComposeMail, Sender
from services.notifier.usecases.deliver import DeliverMails, Patience
from services.notifier.usecases.hear import HearOfMatters
from services.notifier.usecases.word import WordMail
from shared import clock, mongo
from shared.crypto import KeyRing
from shared.due import DueWorker
from shared.mongo import Database
from tests.unit.notifier.builders import (
    APPOINTMENT_ID,
    BUS,
    DATA_KEYS,
    NOON,
    ORGANIZATION_ID,
    an_appointment,
    canceled,
    changed,
    confirmed,
    meeting_issued,
    organization_changed,
)
from tests.waiting import eventually


class Died(Exception):
    """Stands for the end of the process: nothing after it runs."""


@dataclass
class Post:
    """A mail server that takes everything; ``dies`` counts deaths before it took the mail, ``dies_after`` after."""

    taken: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    dies: int = 0
    dies_after: int = 0

    async def send(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> Receipt:
        if self.dies:
            self.dies -= 1
            raise Died
        self.taken.append((tuple(recipients), content))
        if self.dies_after:
            self.dies_after -= 1
            raise Died
        return Receipt(accepted=tuple(recipients))


class QuietRelay:
    """What is said waits in the outbox."""

    def publish_soon(self, collection: Any, document_id: object, waiting: Any) -> None:
        """Nobody listens."""


@dataclass
class Desk:
    post: Post
    matters: Matters
    worker: DueWorker
    on: Subscribers

    async def work(self) -> None:
        """Another worker takes what the dead one held, at once."""
        await self.matters.collection.update_many({"due_at": {"$ne": None}}, {"$set": {"due_at": clock.now()}})
        await self.worker.run_due()

    async def said(self) -> list[str]:
        row = await self.matters.collection.find_one({"_id": APPOINTMENT_ID})
        return sorted(entry["routing_key"] for entry in (row or {})["outbox"])


@pytest.fixture
async def desk(database: Database) -> Desk:
    safe, directory, post = Safe(KeyRing.parse(DATA_KEYS)), Directory(database), Post()
    matters = Matters(database, QuietRelay(), lambda matter: deliver.next_look(matter))  # type: ignore[arg-type]
    words = WordMail(Templates(database), matters)
    composer = ComposeMail(directory, safe, Sender("noreply@example.jp", "https://chosei.example.jp"), words)
    second = timedelta(seconds=1)
    patience = Patience(timedelta(seconds=20), second, second, 10)
    deliver = DeliverMails(
        matters,
        composer,
        post,  # type: ignore[arg-type]
        safe,
        mail_from="noreply@example.jp",
        patience=patience,
    )
    worker = DueWorker("mails", matters.collection, deliver.handle)
    await mongo.ensure_indexes(matters.collection, MATTER_INDEXES)
    on = Subscribers(HearOfMatters(matters, safe, BUS, lambda about: None), directory)
    await on.on_organization_changed(organization_changed())
    return Desk(post, matters, worker, on)


async def test_dying_before_the_server_took_the_mails_loses_nothing(desk: Desk) -> None:
    desk.post.dies = 2
    await desk.on.on_meeting_issued(meeting_issued())
    await desk.on.on_appointment_confirmed(confirmed())
    await desk.work()
    assert desk.post.taken == []
    await desk.work()
    assert len(desk.post.taken) == 2
    assert await desk.said() == ["notifier.notification_sent.v1"] * 2


async def test_dying_after_the_server_took_the_mails_repeats_the_same_bytes(desk: Desk) -> None:
    desk.post.dies_after = 2
    await desk.on.on_meeting_issued(meeting_issued())
    await desk.on.on_appointment_confirmed(confirmed())
    await desk.work()
    await desk.on.on_appointment_confirmed(confirmed(an_appointment(title="ほかの件名")))
    await desk.work()
    assert len(desk.post.taken) == 4
    assert len(set(desk.post.taken)) == 2
    assert await desk.said() == ["notifier.notification_sent.v1"] * 2
    await desk.work()
    assert len(desk.post.taken) == 4


async def test_what_is_heard_while_a_mail_is_written_is_not_overlooked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze = desk.matters.freeze
    interruptions = [canceled(an_appointment(revision=2))]

    async def interrupted(*arguments: Any) -> bool:
        while interruptions:
            await desk.on.on_appointment_canceled(interruptions.pop())
        return await freeze(*arguments)

    monkeypatch.setattr(desk.matters, "freeze", interrupted)
    await desk.on.on_meeting_issued(meeting_issued())
    await desk.on.on_appointment_confirmed(confirmed())
    await desk.work()
    await desk.work()
    said = await desk.said()
    assert said == ["notifier.notification_failed.v1"] * 2 + ["notifier.notification_sent.v1"] * 2
    assert len(desk.post.taken) == 2


async def test_a_mail_that_is_written_twice_since_its_template_failed_is_told_of_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze, database = desk.matters.freeze, desk.matters.collection.database
    hides = "{{ details_block }}{% if link_follows %}{{ zoom_block }}{% endif %}"
    unwritten = MailTemplate(organization_id=ORGANIZATION_ID, name="confirmed.guest", language="ja")
    words = Wording(subject="件名", heading="見出し", body=hides)
    await Templates(database).save(unwritten.changed(words, at=NOON, by="stf_admin", key=""))
    interruptions = [changed(an_appointment(revision=2, title="ほかの件名"))]

    async def interrupted(*arguments: Any) -> bool:
        while interruptions:
            await desk.on.on_appointment_changed(interruptions.pop())
        return await freeze(*arguments)

    monkeypatch.setattr(desk.matters, "freeze", interrupted)
    await desk.on.on_meeting_issued(meeting_issued(revision=2))
    await desk.on.on_appointment_confirmed(confirmed())

    async def told() -> bool:
        await desk.work()
        return len(desk.post.taken) == 2

    await eventually(told)
    about = await database["matters"].find_one({"_id": {"$regex": "^mail_template/"}})
    assert list((about or {})["facts"]["notices"]) == ["template_broken:1"]


async def test_a_mail_waits_for_the_organization_that_was_not_heard_of_yet(desk: Desk) -> None:
    await desk.matters.collection.database["organizations"].delete_many({})
    await desk.on.on_meeting_issued(meeting_issued())
    await desk.on.on_appointment_confirmed(confirmed())
    await desk.worker.run_due()
    assert desk.post.taken == []
    await desk.on.on_organization_changed(organization_changed())

    async def told() -> bool:
        await desk.work()
        return len(desk.post.taken) == 2

    await eventually(told)


async def test_an_older_version_of_an_organization_does_not_overwrite_a_newer_one(desk: Desk) -> None:
    newer = organization_changed(name="新社名").model_copy(update={"aggregateversion": 3})
    older = organization_changed(name="旧社名").model_copy(update={"aggregateversion": 2})
    for event in (newer, older, newer):
        await desk.on.on_organization_changed(event)
    rows = await desk.matters.collection.database["organizations"].find({}, {"name": 1, "_id": 0}).to_list(None)
    assert rows == [{"name": "新社名"}]
