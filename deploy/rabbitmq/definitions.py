"""The broker's definitions: the event exchange, the retry ladder, and users who may touch their own queues only.

Services declare their own queues; everything that several of them share is declared here, by the operator, as
``shared/messaging/topology.py`` describes it.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence

from shared.messaging.topology import EVENTS, LADDER, Rung

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
    """A service's rights: its own queues and exchange, and publishing to events and ladder. Not the default exchange,
    which leads into everybody's queues.
    """
    own = rf"{service}\."
    return {
        "user": service,
        "vhost": vhost,
        "configure": f"^{own}",
        "write": rf"^(chosei\.events|retry\..*|{own}.*)$",
        "read": rf"^(chosei\.events|{own}.*)$",
    }


def topic_permission(service: str, exchange: str, vhost: str) -> Entry:
    """A service publishes events under its own name and sends messages to its own queues only; it may hear
    everything.
    """
    return {"user": service, "vhost": vhost, "exchange": exchange, "write": rf"^{service}\.", "read": ".*"}


def everything(name: str, vhost: str) -> Entry:
    """The operator's own rights."""
    return {"user": name, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}


def exchange(name: str, vhost: str) -> Entry:
    """A durable topic exchange."""
    return {
        "name": name,
        "vhost": vhost,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def queue(rung: Rung, vhost: str) -> Entry:
    """Where messages of one rung wait."""
    return {
        "name": rung.name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": rung.queue_arguments,
    }


def binding(rung: Rung, vhost: str) -> Entry:
    """All that is sent to a rung waits there; the routing key only says where it goes afterwards."""
    return {
        "source": rung.name,
        "vhost": vhost,
        "destination": rung.name,
        "destination_type": "queue",
        "routing_key": "#",
        "arguments": {},
    }


def definitions(
    passwords: Mapping[str, str],
    *,
    operator: tuple[str, str],
    vhost: str = "/",
    ladder: Sequence[Rung] = LADDER,
) -> dict[str, list[Entry]]:
    """Everything the broker loads at its start. ``passwords`` is by service, ``operator`` name and password."""
    shared = [EVENTS.name, *(rung.name for rung in ladder)]
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(*operator, "administrator"), *(user(*entry) for entry in passwords.items())],
        "permissions": [
            everything(operator[0], vhost),
            *(permission(service, vhost) for service in passwords),
        ],
        "topic_permissions": [topic_permission(service, name, vhost) for service in passwords for name in shared],
        "exchanges": [exchange(name, vhost) for name in shared],
        "queues": [queue(rung, vhost) for rung in ladder],
        "bindings": [binding(rung, vhost) for rung in ladder],
    }
