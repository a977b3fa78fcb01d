"""deploy/kubernetes, without a cluster: every pod is hardened, every name that it uses exists in the code."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from deploy.credentials import SERVICES
from deploy.kubernetes.prepare import name_of
from services.calendar_sync.settings import Settings as CalendarSettings
from shared import health
from shared.http import INTERNAL_KEEP_ALIVE
from shared.settings import ServiceSettings
from tests.contract.deploy.kubernetes import FOLDER, OVERLAYS, ROOT, applied, container, deployment, of_kind, pods
from tests.infrastructure.kustomize import pod_of

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def test_every_service_of_compose_is_there() -> None:
    commands = {name: one["command"] for name, one in COMPOSE["services"].items() if "command" in one}
    in_compose = {
        name for name, command in commands.items() if any(".".join(("services", s)) in command for s in SERVICES)
    }
    assert in_compose == {name_of(service) for service in SERVICES}
    for overlay in OVERLAYS:
        assert set(of_kind(overlay, "Deployment")) == in_compose
        assert set(of_kind(overlay, "Job")) == {f"migrate-{name}" for name in in_compose}
        assert in_compose <= set(of_kind(overlay, "Service"))
        assert {"rabbitmq", "mongodb"} == {*of_kind(overlay, "RabbitmqCluster"), *of_kind(overlay, "MongoDBCommunity")}


@each_overlay
def test_what_tests_read_is_what_kubectl_applies(overlay: str) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl here")
    command = ("kubectl", "kustomize", str(FOLDER / "overlays" / overlay))
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert in_order(yaml.safe_load_all(told)) == in_order(applied(overlay))


def in_order(manifests: Any) -> list[str]:
    """Lists that are joined by a key have no certain order."""

    def settled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: settled(part) for name, part in value.items()}
        if isinstance(value, list):
            parts = [settled(part) for part in value]
            return (
                sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))
                if all(isinstance(part, dict) for part in parts)
                else parts
            )
        return value

    return sorted(json.dumps(settled(each), sort_keys=True) for each in manifests)


@each_overlay
def test_g26_every_pod_is_hardened(overlay: str) -> None:
    ours = {one["metadata"]["name"]: pod_of(one) for one in applied(overlay) if pod_of(one)}
    assert pods(overlay).keys() <= ours.keys()
    for name, pod in ours.items():
        asked = pod["securityContext"]
        assert (asked["runAsNonRoot"], asked["runAsUser"]) == (True, 10001), name
        assert asked["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys() == set(), name
        assert {"limits", "requests"} == container(pod)["resources"].keys(), name


@each_overlay
@pytest.mark.parametrize("service", SERVICES)
def test_programs_and_ports_exist(overlay: str, service: str) -> None:
    run = ["deploy/images/run", "python", "-m", f"services.{service}"]
    assert (ROOT / run[0]).exists()
    assert (ROOT / "services" / service / "__main__.py").exists()
    _, pod = pods(overlay)[name_of(service)]
    _, migration = pods(overlay)[f"migrate-{name_of(service)}"]
    assert container(pod)["command"] == run
    assert container(migration)["command"] == [*run, "migrate"]
    assert container(pod)["image"] == container(migration)["image"] != "chosei"
    assert container(pod)["ports"] == [{"name": "http", "containerPort": 8000}]
    (port,) = of_kind(overlay, "Service")[name_of(service)]["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (8000, "http")


@each_overlay
@pytest.mark.parametrize("service", SERVICES)
def test_probes_ask_what_services_answer(overlay: str, service: str) -> None:
    source = Path(health.__file__).read_text()
    _, pod = pods(overlay)[name_of(service)]
    asked = {kind: container(pod)[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/startedz"}
    assert all(f'"{path}"' in source for path in asked.values())


@each_overlay
@pytest.mark.parametrize("service", SERVICES)
def test_g27_a_pod_goes_when_its_successor_is_there_and_what_it_holds_is_done(overlay: str, service: str) -> None:
    told = deployment(overlay, service)
    assert told["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    pod = told["template"]["spec"]
    (told_drain,) = [one["value"] for one in container(pod)["env"] if one["name"] == "CHOSEI_DRAIN"]
    drain = TypeAdapter(timedelta).validate_python(told_drain)
    grace: timedelta = ServiceSettings.model_fields["graceful_timeout"].default
    assert drain > INTERNAL_KEEP_ALIVE
    assert timedelta(seconds=pod["terminationGracePeriodSeconds"]) >= drain + 2 * grace
    assert told["selector"]["matchLabels"].items() <= told["template"]["metadata"]["labels"].items()
    budget = of_kind(overlay, "PodDisruptionBudget")[name_of(service)]["spec"]
    assert (budget["maxUnavailable"], budget["selector"]) == (1, told["selector"])
    assert [one["labelSelector"] for one in pod["topologySpreadConstraints"]] == [told["selector"]] * 2


def test_replicas_together_keep_to_the_providers_limits() -> None:
    told = deployment("production", "calendar_sync")
    given = {one["name"]: one["value"] for one in container(told["template"]["spec"])["env"]}
    for name in ("google_concurrency", "google_per_minute", "microsoft_concurrency", "microsoft_per_ten_minutes"):
        assert int(given[f"CHOSEI_{name.upper()}"]) * told["replicas"] <= CalendarSettings.model_fields[name].default


@each_overlay
def test_prometheus_finds_every_pod_and_calls_it_what_the_rules_do(overlay: str) -> None:
    (endpoint,) = of_kind(overlay, "PodMonitor")["chosei"]["spec"]["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("http", "/metrics")
    wanted = of_kind(overlay, "PodMonitor")["chosei"]["spec"]["selector"]["matchLabels"]
    for service in SERVICES:
        metadata, _ = pods(overlay)[name_of(service)]
        assert wanted.items() <= metadata["labels"].items()
        assert metadata["labels"]["chosei-service"] == service
    scraped = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    assert {"chosei", "rabbitmq"} == {job["job_name"] for job in scraped}
    assert set(of_kind(overlay, "PodMonitor")) == {"chosei", "rabbitmq"}


@each_overlay
def test_what_is_asked_from_outside_goes_to_the_gateway_only(overlay: str) -> None:
    (rule,) = of_kind(overlay, "Ingress")["gateway"]["spec"]["rules"]
    leads = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert leads == {"/": "gateway", "/metrics": "closed", "/internal": "closed"}
    assert "selector" not in of_kind(overlay, "Service")["closed"]["spec"]
