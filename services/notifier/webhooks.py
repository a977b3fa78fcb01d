"""Where the parts of webhooks are made and joined (X1); ``app.py`` puts them beside those of mails."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from faststream.rabbit import RabbitBroker

from services.notifier.endpoints import ENDPOINT_INDEXES, Endpoints
from services.notifier.model.addresses import Policy
from services.notifier.providers.receivers import Receivers
from services.notifier.settings import Settings
from services.notifier.store import Matters
from services.notifier.usecases.edit_webhooks import EditWebhooks
from services.notifier.usecases.file_webhooks import FileWebhooks, filing
from services.notifier.usecases.measure_webhooks import watch_webhooks
from services.notifier.usecases.send_webhooks import SendWebhooks
from services.notifier.usecases.tell_of_webhooks import TellOfWebhooks
from services.notifier.webhook_deliveries import DELIVERY_INDEXES, Deliveries
from services.notifier.webhook_routes import build_webhooks_router
from services.notifier.webhook_secrets import WebhookSafe
from shared.contracts.catalogue import for_webhooks
from shared.due import DueWorker, Worker
from shared.mongo import Collection, Database, IndexModel
from shared.runtime import Hook


@dataclass(frozen=True)
class WebhookParts:
    """What the service runs and closes."""

    workers: Sequence[Worker]
    router: APIRouter
    deliveries: Deliveries
    indexes: Mapping[Collection, Sequence[IndexModel]]
    close: Hook


def build_webhooks(
    settings: Settings, database: Database, broker: RabbitBroker, matters: Matters, wake_mails: Callable[[str], None]
) -> WebhookParts:
    """All messages of ``broker`` are filed from now on."""
    endpoints, deliveries = Endpoints(database), Deliveries(database, settings.webhook_log)
    receivers = Receivers(Policy.parse(settings.webhook_networks), settings.webhook_timeout)
    safe = WebhookSafe(settings.data_ring, os.urandom)
    offered = for_webhooks()
    send = SendWebhooks(endpoints, deliveries, receivers, safe, TellOfWebhooks(matters, wake_mails))
    worker = DueWorker("webhooks", endpoints.collection, send.handle, concurrency=settings.webhook_turns)
    broker.add_middleware(filing(FileWebhooks(endpoints, deliveries, matters, offered, worker.wake)))
    edit = EditWebhooks(endpoints, deliveries, receivers, safe, offered, worker.wake)
    return WebhookParts(
        workers=[worker, watch_webhooks(endpoints)],
        router=build_webhooks_router(edit, deliveries, settings.api_tokens.get_secret_value()),
        deliveries=deliveries,
        indexes={endpoints.collection: ENDPOINT_INDEXES, deliveries.collection: DELIVERY_INDEXES},
        close=receivers.close,
    )
