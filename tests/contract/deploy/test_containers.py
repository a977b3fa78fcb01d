"""The container files, as far as they can be checked without an engine: schemas, names, and what reads what.

``docker compose config`` runs where a compose binary is installed; without one that test says so.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.compose.prepare import shares
from deploy.credentials import SERVICES, load_or_create
from deploy.service_settings import sandbox_settings
from tests.contract.deploy.kubernetes import SETTINGS

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def run(*command: str | Path) -> str:
    """The output of a check that must pass."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def container(service: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][service.replace("_", "-")]
    return found


def test_the_compose_file_follows_the_specification() -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_the_image_follows_good_practice() -> None:
    run(BIN / "hadolint", "deploy/images/Dockerfile")


def test_compose_accepts_its_file() -> None:
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose here")
    run("docker-compose", "-f", "docker-compose.yml", "--profile", "observability", "config", "--quiet")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_runs_in_a_container(service: str) -> None:
    assert container(service)["command"] == ["python", "-m", f"services.{service}"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_g26_no_container_can_be_written_to_or_gain_rights(name: str) -> None:
    told = COMPOSE["services"][name]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert not told.get("privileged", False)


def test_g26_only_who_hands_out_the_secrets_is_root() -> None:
    """It runs once, reaches nobody, and can do nothing as root but give files away."""
    users = {name: str(told["user"]).partition(":")[0] for name, told in COMPOSE["services"].items()}
    assert [name for name, user in users.items() if user in {"root", "0"}] == ["prepare"]
    prepare = COMPOSE["services"]["prepare"]
    assert (prepare["network_mode"], prepare["cap_add"]) == ("none", ["CHOWN", "DAC_OVERRIDE", "FOWNER"])
    assert all("cap_add" not in told for name, told in COMPOSE["services"].items() if name != "prepare")


def test_only_the_demo_starts_without_a_profile() -> None:
    profiles = {name: told["profiles"] for name, told in COMPOSE["services"].items() if "profiles" in told}
    assert profiles == {"prometheus": ["observability"], "grafana": ["observability"], "backup": ["tools"]}


def test_volumes_that_are_mounted_are_declared_and_none_besides() -> None:
    mounted = {volume.split(":")[0] for told in COMPOSE["services"].values() for volume in told.get("volumes", [])}
    assert {name for name in mounted if not name.startswith("./")} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", SERVICES)
def test_g26_every_service_sees_its_own_secrets_only(service: str) -> None:
    mounted = [volume.split(":")[0] for volume in container(service)["volumes"]]
    secrets = [name for name in mounted if name.startswith("secrets")]
    assert secrets == [f"secrets-{service.replace('_', '-')}"]


def test_prepared_secrets_land_in_the_volumes_that_are_mounted(tmp_path: Path) -> None:
    made = {share.volume for share in shares(load_or_create(tmp_path / "credentials.json"))}
    mounted = {volume.split(":")[1].removeprefix("/secrets/") for volume in container("prepare")["volumes"]}
    assert made <= mounted


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_start_with_what_is_prepared_for_it_and_knows_all_of_it(
    tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (share,) = [one for one in shares(load_or_create(tmp_path / "credentials.json")) if one.volume == service]
    told = dict(line.split("=", 1) for line in share.text.splitlines())
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert SETTINGS[service]().host == "0.0.0.0"
    known = {f"CHOSEI_{name.upper()}" for name in SETTINGS[service].model_fields}
    assert told.keys() - known == {"CHOSEI_CLOCK_FILE"}
    assert container(service)["environment"].keys() - {"CHOSEI_SETTINGS"} <= known


def test_the_stand_ins_send_their_events_as_they_do_in_the_demo() -> None:
    wanted = sandbox_settings("http://127.0.0.1:8000")
    assert wanted.items() <= container("sandbox")["environment"].items()


def test_secrets_stay_what_they_were(tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "credentials.json")
    assert load_or_create(tmp_path / "credentials.json") == first
    assert (tmp_path / "credentials.json").stat().st_mode & 0o077 == 0


def test_shell_scripts_are_well_formed() -> None:
    for script in (
        *(ROOT / "deploy" / "bootstrap").glob("*.sh"),
        ROOT / "deploy" / "images" / "run",
        ROOT / "deploy" / "cli" / "chosei",
        ROOT / ".ci" / "run",
    ):
        run("sh", "-n", script)


def test_settings_files_reach_the_program_as_they_are(tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text('CHOSEI_A=mongodb://u:p@h/?a=1&b=2\nCHOSEI_B=with space $HOME "quoted"\n')
    script = "import os; print(os.environ['CHOSEI_A'], os.environ['CHOSEI_B'])"
    told = subprocess.run(
        [ROOT / "deploy" / "images" / "run", sys.executable, "-c", script],
        env={"CHOSEI_SETTINGS": str(settings), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert told.stdout == 'mongodb://u:p@h/?a=1&b=2 with space $HOME "quoted"\n'
