"""Where notifier's parts are made and joined."""

from collections.abc import Sequence

from fastapi import FastAPI
from faststream.rabbit import RabbitBroker

from services.notifier.directory import STAFF_INDEXES, Directory
from services.notifier.owed import INDEX as OWED
from services.notifier.owed import OwedMails
from services.notifier.providers.smtp import MailServer, Server
from services.notifier.routes import build_router, build_templates_router
from services.notifier.settings import Settings
from services.notifier.store import MATTER_INDEXES, Matters, Safe
from services.notifier.subscribers import SERVICE, build_subscribers
from services.notifier.templates import TEMPLATE_INDEXES, Templates
from services.notifier.usecases.compose import ComposeMail, Sender
from services.notifier.usecases.deliver import DeliverMails, Patience
from services.notifier.usecases.edit_templates import EditTemplates
from services.notifier.usecases.erase_guest import EraseGuest
from services.notifier.usecases.export_guest import HeldOfGuest
from services.notifier.usecases.hear import HearOfMatters
from services.notifier.usecases.preview import PreviewProposal
from services.notifier.usecases.preview_template import PreviewTemplate
from services.notifier.usecases.word import WordMail
from services.notifier.webhooks import build_webhooks
from shared import mongo
from shared.contracts.notifier import MailDataErased
from shared.contracts.stages import Stage
from shared.due import DueWorker
from shared.erasing import COLLECTION, Erasing
from shared.holding import build_holding_router
from shared.internal import require_caller
from shared.messaging.relay import Relay
from shared.mongo import Collection, IndexModel
from shared.observability import metrics
from shared.operations.own import OwnOperations
from shared.operations.parking import Parking
from shared.runtime import Parts, make_broker, service_app


def build_app(settings: Settings, *, broker: RabbitBroker | None = None) -> FastAPI:
    """``broker`` is handed in by tests only."""
    client, database = mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE)
    broker = broker or make_broker(SERVICE, settings)
    relay = Relay(broker, [database["matters"], database[COLLECTION]])
    metrics.expect_effects("mail", stages=(Stage.MAIL_SENT,))
    tokens = settings.api_tokens.get_secret_value()
    bus, safe = settings.bus_ring, Safe(settings.data_ring)
    directory = Directory(database)
    sender = Sender(settings.mail_from, settings.public_url)
    server = MailServer(smtp_server(settings), connections=settings.smtp_connections)
    patience = Patience(settings.meeting_wait, settings.retry_first, settings.retry_most, settings.max_tries)
    matters = Matters(database, relay, lambda matter: deliver.next_look(matter))
    templates = Templates(database)
    words = WordMail(templates, matters)
    composer = ComposeMail(directory, safe, sender, words)
    edit = EditTemplates(templates)
    deliver = DeliverMails(
        matters,
        composer,
        server,
        safe,
        mail_from=settings.mail_from,
        patience=patience,
    )
    worker = DueWorker("mails", matters.collection, deliver.handle, concurrency=2 * settings.smtp_connections)
    hear = HearOfMatters(matters, safe, bus, worker.wake)
    webhooks = build_webhooks(settings, database, broker, matters, worker.wake)
    parked = Parking(SERVICE, settings, broker).forget
    erasing = Erasing(database, relay, bus, MailDataErased, EraseGuest(matters, webhooks.deliveries), parked)
    parts = Parts(
        client=client,
        broker=broker,
        relay=relay,
        indexes={**_indexes(matters, directory, templates), **webhooks.indexes, **erasing.indexes},
        subscribers=build_subscribers(hear, directory, erasing),
        workers=[worker, *webhooks.workers, erasing.worker],
        routers=[
            build_router(PreviewProposal(directory, bus, sender, words), tokens),
            build_templates_router(edit, PreviewTemplate(edit, directory, matters, composer, sender), tokens),
            webhooks.router,
            build_holding_router(require_caller(tokens), HeldOfGuest(matters, webhooks.deliveries)),
        ],
        operations=OwnOperations(effects=OwedMails(SERVICE, matters, worker.wake)),
        closing=[server.close, webhooks.close],
    )
    return service_app(SERVICE, settings, parts)


def _indexes(matters: Matters, directory: Directory, templates: Templates) -> dict[Collection, Sequence[IndexModel]]:
    """Of mails."""
    return {
        matters.collection: (*MATTER_INDEXES, OWED),
        directory.organizations: (),
        directory.staff: STAFF_INDEXES,
        templates.collection: TEMPLATE_INDEXES,
    }


def smtp_server(settings: Settings) -> Server:
    """The mail server that the settings name."""
    password = settings.smtp_password
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        domain=settings.mail_domain,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        starttls=settings.smtp_starttls,
        timeout=settings.smtp_timeout,
    )
