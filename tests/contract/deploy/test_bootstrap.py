"""What ``deploy/bootstrap`` fetches from outside and can do without: a stand-in for the package manager answers."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.contract.deploy.observed import ROOT

_SCRIPT = ROOT / "deploy" / "bootstrap" / "prometheus.sh"
_NEEDED = ("cat", "cp", "dpkg-deb", "find", "mkdir", "mktemp", "mv", "rm", "sh", "tar", "timeout", "touch")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder to install into, and beside it the only programs that the script finds."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in _NEEDED:
        place = next((each / name for each in map(Path, os.defpath.split(":")) if (each / name).exists()), None)
        if place is None:
            pytest.skip(f"no {name} here")
        (programs / name).symlink_to(place)
    (tmp_path / "home").mkdir()
    return tmp_path


def installed(machine: Path, apt_get: str) -> tuple[str, list[str], list[str]]:
    """What the script says, what is in place then, and for what it called the package manager."""
    stand_in = machine / "programs" / "apt-get"
    stand_in.write_text(f'#!/bin/sh\nfor word; do :; done\necho "$word" >>{machine}/asked\n{apt_get}\n')
    stand_in.chmod(0o755)
    (machine / "asked").write_text("")
    done = subprocess.run(
        [_SCRIPT],
        cwd=machine / "home",
        env={"PATH": str(machine / "programs")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = sorted(path.name for path in (machine / "home").glob(".local/bin/*"))
    return done.stdout, found, (machine / "asked").read_text().split()


def package(machine: Path) -> Path:
    content = machine / "content"
    for name in ("promtool", "prometheus"):
        program = content / "usr" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    (content / "DEBIAN").mkdir()
    (content / "DEBIAN" / "control").write_text(
        "Package: prometheus\nVersion: 1\nArchitecture: all\nMaintainer: n\nDescription: d\n"
    )
    made = machine / "prometheus_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", content, made], check=True, capture_output=True, timeout=60)
    return made


def test_promtool_comes_out_of_its_package_once(machine: Path) -> None:
    gives = f"cp {package(machine)} ."
    assert installed(machine, gives) == ("Installing promtool\n", ["prometheus", "promtool"], ["prometheus"])
    assert installed(machine, gives) == ("", ["prometheus", "promtool"], [])


def test_lists_that_are_old_or_missing_are_read_anew_apart_from_the_machines_own(machine: Path) -> None:
    gives = f'case "$*" in *Lists=*update) touch renewed ;; esac\n[ -e renewed ] && cp {package(machine)} .'
    said, found, asked = installed(machine, gives)
    assert (found, asked) == (["prometheus", "promtool"], ["prometheus", "update", "prometheus"])
    assert said == "Installing promtool\n"


@pytest.mark.parametrize("answer", ["exit 100", "echo broken >prometheus_1_all.deb"])
def test_without_a_package_nothing_fails_and_the_next_run_does_not_ask_again(machine: Path, answer: str) -> None:
    said, found, asked = installed(machine, answer)
    assert "skipped" in said
    assert (found, asked[0]) == ([], "prometheus")
    assert installed(machine, answer) == ("", [], [])
