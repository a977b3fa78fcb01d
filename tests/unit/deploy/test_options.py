"""What the environment of ``make demo`` may say."""

import pytest

from deploy.credentials import SERVICES
from deploy.demo.demo import surroundings
from deploy.demo.options import BadOption, read_options


def test_nothing_set_means_the_documented_ports_with_a_seed() -> None:
    options = read_options({})
    assert (options.layout.gateway_port, options.layout.sandbox_port) == (8000, 8025)
    assert options.seed
    assert not options.keep
    assert not options.detach


def test_the_switches_of_the_documentation_are_read() -> None:
    options = read_options({"DETACH": "1", "CHOSEI_KEEP": "1", "CHOSEI_SEED": "0", "CHOSEI_DEMO_STAFF": "50"})
    assert (options.detach, options.keep, options.seed, options.staff) == (True, True, False, 50)


def test_only_named_settings_reach_the_processes() -> None:
    options = read_options({"CHOSEI_LOG_LEVEL": "DEBUG", "CHOSEI_MONGO_URL": "mongodb://elsewhere"})
    assert options.for_all == {"CHOSEI_LOG_LEVEL": "DEBUG"}


@pytest.mark.parametrize("name", ["CHOSEI_GATEWAY_PORT", "CHOSEI_SEED", "CHOSEI_DEMO_STAFF"])
def test_a_value_that_cannot_be_is_refused_by_name(name: str) -> None:
    with pytest.raises(BadOption, match=name):
        read_options({name: "many"})


def test_processes_are_counted_for_all_services_or_for_single_ones() -> None:
    assert read_options({"CHOSEI_DEMO_REPLICAS": "2"}).layout.replicas == dict.fromkeys(SERVICES, 2)
    single = read_options({"CHOSEI_DEMO_REPLICAS": "booking=3, notifier=2"}).layout.replicas
    assert single == {"booking": 3, "notifier": 2}


@pytest.mark.parametrize("value", ["0", "5", "two", "booking", "booking=0", "nobody=2", "booking=2,3"])
def test_a_number_of_processes_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(BadOption, match="CHOSEI_DEMO_REPLICAS"):
        read_options({"CHOSEI_DEMO_REPLICAS": value})


def test_services_may_find_broker_and_database_by_other_ports() -> None:
    options = read_options({"CHOSEI_DEMO_AMQP_PORT": "4001", "CHOSEI_DEMO_MONGO_PORT": "4002"})
    around = surroundings(options.layout, amqp_port=options.amqp_port, mongo_port=options.mongo_port)
    assert (around.amqp_address, around.mongo_address) == ("127.0.0.1:4001", "127.0.0.1:4002")
    assert around.mongo_directly
    assert not surroundings(options.layout).mongo_directly
