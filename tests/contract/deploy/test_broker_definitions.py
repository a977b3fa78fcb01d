"""The operator's definitions and the services' topology are two files that must say the same."""

from deploy.credentials import SERVICES
from deploy.rabbitmq.definitions import EVENTS_EXCHANGE, LADDER, definitions, rung_arguments
from shared.messaging import topology


def test_the_ladder_is_the_one_that_the_services_climb() -> None:
    climbed = {rung.name: rung.queue_arguments for rung in topology.LADDER}
    assert {name: rung_arguments(delay) for name, delay in LADDER.items()} == climbed


def test_the_event_exchange_is_the_one_that_the_services_publish_to() -> None:
    assert topology.EVENTS.name == EVENTS_EXCHANGE


def test_no_password_is_written_in_clear() -> None:
    made = definitions({"booking": "geheim"}, operator=("operator", "geheim"))
    assert "geheim" not in str(made)


def test_every_service_may_configure_its_own_queues_only() -> None:
    made = definitions(dict.fromkeys(SERVICES, "x"), operator=("operator", "x"))
    rights = {entry["user"]: entry["configure"] for entry in made["permissions"]}
    assert rights == {"operator": ".*"} | {name: rf"^{name}\." for name in SERVICES}
