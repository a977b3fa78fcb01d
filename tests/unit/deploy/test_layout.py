"""Two demos never share a port, a node name or a folder."""

import pytest

from deploy.credentials import SERVICES
from deploy.demo.layout import Layout


def test_every_port_of_a_demo_is_its_own() -> None:
    ports = list(Layout(8000, 8025).ports())
    assert len(ports) == len(set(ports)) == 12


@pytest.mark.parametrize("other", [8001, 8010, 8080, 8100, 9000, 10000, 18000, 28000])
def test_demos_on_usual_ports_run_side_by_side(other: int) -> None:
    assert not set(Layout(8000, 8025).ports()) & set(Layout(other, other + 25).ports())
    assert Layout(8000, 8025).node != Layout(other, other + 25).node
    assert Layout(8000, 8025).folder != Layout(other, other + 25).folder


def test_a_gateway_inside_the_derived_range_does_not_meet_its_own_block() -> None:
    for gateway_port in range(10_200, 32_700, 7):
        ports = list(Layout(gateway_port, 8025).ports())
        assert len(ports) == len(set(ports))


def test_derived_ports_stay_below_those_of_outgoing_connections() -> None:
    assert max(max(list(Layout(port, port).ports())[1:6]) for port in range(1024, 32_000, 13)) < 32_768


def test_every_process_of_a_service_has_a_port_of_its_own_and_the_first_its_name() -> None:
    layout = Layout(8000, 8025, {"booking": 4, "gateway": 2})
    ports = list(layout.ports())
    assert len(ports) == len(set(ports)) == 18
    names = [replica.name for replica in layout.replicas_of("booking")]
    assert names == ["booking", "booking-2", "booking-3", "booking-4"]
    assert layout.service_url("gateway") == "http://127.0.0.1:8000"
    assert layout.service_port("booking") not in {replica.port for replica in layout.replicas_of("booking")}


def test_a_service_of_one_process_listens_at_its_own_address() -> None:
    (replica,) = Layout(8000, 8025, {"booking": 2}).replicas_of("notifier")
    assert (replica.name, replica.port) == ("notifier", Layout(8000, 8025).service_port("notifier"))


@pytest.mark.parametrize("gateway_port", range(10_200, 32_700, 991))
def test_ports_of_several_processes_meet_no_others(gateway_port: int) -> None:
    ports = list(Layout(gateway_port, gateway_port + 25, dict.fromkeys(SERVICES, 4)).ports())
    assert len(ports) == len(set(ports)) == 36
