"""The broker's definitions: the event exchange, the retry ladder, and users who may touch their own queues only.

Services declare their own queues; everything that several of them share is declared here, by the operator.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from datetime import timedelta

EVENTS_EXCHANGE = "chosei.events"
LADDER: Mapping[str, timedelta] = {
    "retry.5s": timedelta(seconds=5),
    "retry.30s": timedelta(seconds=30),
    "retry.2m": timedelta(minutes=2),
    "retry.10m": timedelta(minutes=10),
    "retry.1h": timedelta(hours=1),
}
# "Unlimited" that means the same on RabbitMQ 3.10 (where -1 is 0) and 4.x (where a missing limit is 20).
_NO_DELIVERY_LIMIT = 1_000_000

Entry = dict[str, object]


def password_hash(password: str) -> str:
    """RabbitMQ's salted SHA-256, so that the file holds no password."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def user(name: str, password: str, *tags: str) -> Entry:
    """One broker user."""
    return {
        "name": name,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ",".join(tags),
    }


def permission(service: str, vhost: str) -> Entry:
    """A service's rights: its own queues, publishing to the exchange, the ladder and queues by name."""
    own = rf"{service}\."
    return {
        "user": service,
        "vhost": vhost,
        "configure": f"^{own}",
        "write": rf"^(chosei\.events|amq\.default|retry\..*|{own}.*)$",
        "read": rf"^(chosei\.events|{own}.*)$",
    }


def topic_permission(service: str, vhost: str) -> Entry:
    """A service publishes under its own name only, and may hear everything."""
    return {
        "user": service,
        "vhost": vhost,
        "exchange": EVENTS_EXCHANGE,
        "write": rf"^{service}\.",
        "read": ".*",
    }


def everything(name: str, vhost: str) -> Entry:
    """The operator's own rights."""
    return {"user": name, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}


def exchange(name: str, kind: str, vhost: str) -> Entry:
    """A durable exchange."""
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def rung(name: str, delay: timedelta, vhost: str) -> Entry:
    """A quorum queue that hands a message back to its home queue once ``delay`` is over."""
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": rung_arguments(delay)}


def rung_arguments(delay: timedelta) -> dict[str, object]:
    """The arguments of a ladder queue; the message's routing key is its home queue, by the default exchange."""
    return {
        "x-queue-type": "quorum",
        "x-message-ttl": int(delay.total_seconds() * 1000),
        "x-dead-letter-exchange": "",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": _NO_DELIVERY_LIMIT,
    }


def definitions(
    passwords: Mapping[str, str],
    *,
    operator: tuple[str, str],
    vhost: str = "/",
    ladder: Mapping[str, timedelta] = LADDER,
) -> dict[str, list[Entry]]:
    """Everything the broker loads at its start. ``passwords`` is by service, ``operator`` name and password."""
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(*operator, "administrator"), *(user(*entry) for entry in passwords.items())],
        "permissions": [
            everything(operator[0], vhost),
            *(permission(service, vhost) for service in passwords),
        ],
        "topic_permissions": [topic_permission(service, vhost) for service in passwords],
        "exchanges": [
            exchange(EVENTS_EXCHANGE, "topic", vhost),
            *(exchange(name, "fanout", vhost) for name in ladder),
        ],
        "queues": [rung(name, delay, vhost) for name, delay in ladder.items()],
        "bindings": [
            {
                "source": name,
                "vhost": vhost,
                "destination": name,
                "destination_type": "queue",
                "routing_key": "",
                "arguments": {},
            }
            for name in ladder
        ],
    }
