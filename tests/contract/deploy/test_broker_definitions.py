"""What the operator's definitions give to each service, and what they do not."""

import re

import pytest

from deploy.credentials import SERVICES
from deploy.rabbitmq.definitions import definitions


def test_no_password_is_written_in_clear() -> None:
    made = definitions({"booking": "geheim"}, operator=("operator", "geheim"))
    assert "geheim" not in str(made)


def test_every_service_may_configure_its_own_queues_only() -> None:
    made = definitions(dict.fromkeys(SERVICES, "x"), operator=("operator", "x"))
    rights = {entry["user"]: entry["configure"] for entry in made["permissions"]}
    assert rights == {"operator": ".*"} | {name: rf"^{name}\." for name in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_g26_no_service_may_write_to_the_default_exchange_or_to_what_is_others(service: str) -> None:
    made = definitions(dict.fromkeys(SERVICES, "x"), operator=("operator", "x"))
    (write,) = (str(entry["write"]) for entry in made["permissions"] if entry["user"] == service)
    others = [f"{other}.parking" for other in SERVICES if other != service]
    assert [name for name in ("amq.default", "amq.topic", *others) if re.search(write, name)] == []
