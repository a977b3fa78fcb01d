"""Secrets, rights and queues of deploy/kubernetes: each service has its own, and talks to whom it needs only."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy.credentials import SERVICES, load_or_create
from deploy.events.wiring import read_wiring
from deploy.kubernetes.prepare import Installation, name_of, secrets
from deploy.service_settings import ASKS
from shared.contracts.catalogue import catalogue
from shared.messaging.topology import queue_name
from tests.contract.deploy.kubernetes import FOLDER, OVERLAYS, SETTINGS, container, deployment, of_kind, pods

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


@pytest.fixture
def made(tmp_path: Path) -> dict[str, dict[str, str]]:
    """The texts of each Secret of the example, by its name."""
    example = Installation(**tomllib.loads((FOLDER / "installation.example.toml").read_text()))
    everything = secrets(load_or_create(tmp_path / "credentials.json"), example)
    return {one["metadata"]["name"]: one["stringData"] for one in everything}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_start_with_its_secret(
    made: dict[str, dict[str, str]], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = made[f"chosei-{name_of(service)}"]["settings"].splitlines()
    for line in lines:
        name, _, value = line.partition("=")
        assert name.removeprefix("CHOSEI_").lower() in SETTINGS[service].model_fields, name
        monkeypatch.setenv(name, value)
    settings = SETTINGS[service]()
    assert settings.public_url.startswith("https://")
    assert not [line for line in lines if "sandbox" in line or "demo" in line]


@each_overlay
def test_g26_every_pod_sees_its_own_secret_only(overlay: str, made: dict[str, dict[str, str]]) -> None:
    for name, (_, pod) in pods(overlay).items():
        own = f"chosei-{name.removeprefix('migrate-')}"
        mounted = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
        assert [(secret["secretName"], secret["items"]) for secret in mounted] == [
            (own, [{"key": "settings", "path": "settings"}])
        ]
        assert "settings" in made[own]
        assert not any("secretKeyRef" in str(one) for one in container(pod)["env"])


@each_overlay
@pytest.mark.parametrize("service", SERVICES)
def test_services_know_what_their_manifests_set(overlay: str, service: str) -> None:
    for name in (name_of(service), f"migrate-{name_of(service)}"):
        told = {one["name"] for one in container(pods(overlay)[name][1])["env"]} - {"CHOSEI_SETTINGS"}
        assert told <= {f"CHOSEI_{known.upper()}" for known in SETTINGS[service].model_fields}, name


@each_overlay
def test_the_stores_know_every_service_by_secrets_that_are_made(overlay: str, made: dict[str, dict[str, str]]) -> None:
    users = of_kind(overlay, "MongoDBCommunity")["mongodb"]["spec"]["users"]
    rights = {user["db"]: [(role["name"], role["db"]) for role in user["roles"]] for user in users}
    assert rights == {**{service: [("readWrite", service)] for service in SERVICES}, "admin": [("root", "admin")]}
    assert all("password" in made[user["passwordSecretRef"]["name"]] for user in users)
    pod = of_kind(overlay, "RabbitmqCluster")["rabbitmq"]["spec"]["override"]["statefulSet"]["spec"]["template"]["spec"]
    (volume,) = pod["volumes"]
    assert list(made[volume["secret"]["secretName"]]) == ["definitions.json"]
    (mount,) = pod["containers"][0]["volumeMounts"]
    told = of_kind(overlay, "RabbitmqCluster")["rabbitmq"]["spec"]["rabbitmq"]["additionalConfig"]
    assert f"load_definitions = {mount['mountPath']}/definitions.json" in told


def test_g27_queues_that_are_counted_are_heard_by_who_is_scaled(made: dict[str, dict[str, str]]) -> None:
    consumers = read_wiring().consumers
    heard = {
        service: {queue_name(service, event) for event in catalogue() if service in consumers.get(event.__name__, [])}
        for service in SERVICES
    }
    for name, scaled in of_kind("production", "ScaledObject").items():
        service = name.replace("-", "_")
        assert scaled["spec"]["scaleTargetRef"]["name"] in of_kind("production", "Deployment")
        assert "replicas" not in deployment("production", service)
        assert 2 <= scaled["spec"]["minReplicaCount"] < scaled["spec"]["maxReplicaCount"]
        counted = [one for one in scaled["spec"]["triggers"] if one["type"] == "rabbitmq"]
        assert {one["metadata"]["queueName"] for one in counted} <= heard[service]
        for trigger in counted:
            access = of_kind("production", "TriggerAuthentication")[trigger["authenticationRef"]["name"]]["spec"]
            (target,) = access["secretTargetRef"]
            assert target["name"] == f"chosei-{name}"
            assert target["key"] in made[target["name"]]


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Whether a pod with these labels is meant."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    among = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))
    return wanted and among


def allowed(overlay: str, direction: str, own: dict[str, str], other: dict[str, str], port: int) -> bool:
    """Whether a policy lets ``own`` ask ``other`` (``egress``) or be asked by it (``ingress``)."""
    side = {"ingress": "from", "egress": "to"}[direction]
    return any(
        matches(peer["podSelector"], other)
        for policy in of_kind(overlay, "NetworkPolicy").values()
        if matches(policy["spec"]["podSelector"], own)
        for rule in policy["spec"].get(direction, [])
        if port in [one["port"] for one in rule["ports"]]
        for peer in rule.get(side, [])
        if "podSelector" in peer
    )


@each_overlay
def test_g26_pods_talk_to_whom_they_need_and_nobody_else(overlay: str) -> None:
    everything = of_kind(overlay, "NetworkPolicy")["nothing-by-default"]["spec"]
    assert everything == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    labels = {service: pods(overlay)[name_of(service)][0]["labels"] for service in SERVICES}
    for asking in SERVICES:
        for asked in SERVICES:
            out = allowed(overlay, "egress", labels[asking], labels[asked], 8000)
            into = allowed(overlay, "ingress", labels[asked], labels[asking], 8000)
            assert out == into == (asked in ASKS.get(asking, ())), (asking, asked)
    for store, port in (({"app.kubernetes.io/name": "rabbitmq"}, 5672), ({"app": "mongodb-svc"}, 27017)):
        for name, (metadata, _) in pods(overlay).items():
            out = allowed(overlay, "egress", metadata["labels"], store, port)
            into = allowed(overlay, "ingress", store, metadata["labels"], port)
            assert out == into == (port == 27017 or not name.startswith("migrate-")), (name, port)


def test_backups_are_made_by_the_operators_addresses_and_reach_both_stores(made: dict[str, dict[str, str]]) -> None:
    template = of_kind("production", "CronJob")["backup"]["spec"]["jobTemplate"]["spec"]["template"]
    names = [line.partition("=")[0] for line in made["chosei-backup"]["settings"].splitlines()]
    assert names == ["CHOSEI_BACKUP_MONGO_URL", "CHOSEI_BACKUP_AMQP_URL", "CHOSEI_BACKUP_MANAGEMENT_URL"]
    claimed = [volume["persistentVolumeClaim"]["claimName"] for volume in template["spec"]["volumes"][2:]]
    assert claimed == list(of_kind("production", "PersistentVolumeClaim"))
    assert "python -m deploy.backup take" in container(template["spec"])["command"][-1]
    own = template["metadata"]["labels"]
    for store, port in (
        ({"app.kubernetes.io/name": "rabbitmq"}, 5672),
        ({"app.kubernetes.io/name": "rabbitmq"}, 15672),
        ({"app": "mongodb-svc"}, 27017),
    ):
        assert allowed("production", "egress", own, store, port)
        assert allowed("production", "ingress", store, own, port)


@each_overlay
def test_g26_nobody_reaches_machines_inside_by_way_of_the_outside(overlay: str) -> None:
    outside = of_kind(overlay, "NetworkPolicy")["who-reaches-outside"]["spec"]["egress"]
    ((peer,),) = [rule["to"] for rule in outside]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(peer["ipBlock"]["except"])
