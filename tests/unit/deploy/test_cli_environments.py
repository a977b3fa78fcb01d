"""Whose settings the command line acts with."""

from pathlib import Path

import pytest

from deploy.cli.environments import NoSettings, find_environments

AMQP = "CHOSEI_AMQP_URL=amqp://notifier:pass=word@broker:5672/"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHOSEI_AMQP_URL", "CHOSEI_SETTINGS"):
        monkeypatch.delenv(name, raising=False)


def test_a_folder_as_volumes_and_secrets_are_laid_out(tmp_path: Path) -> None:
    (tmp_path / "booking").mkdir()
    (tmp_path / "booking" / "settings").write_text("CHOSEI_PORT=8001\n")
    (tmp_path / "notifier.env").write_text(f"# mail\nexport {AMQP}\nPATH=/bin\n")
    booking, notifier = find_environments([], demo=False, folder=tmp_path)
    assert (booking.service, booking.variables) == ("booking", {"CHOSEI_PORT": "8001"})
    assert notifier.variables == {"CHOSEI_AMQP_URL": "amqp://notifier:pass=word@broker:5672/"}


def test_services_are_chosen_by_name(tmp_path: Path) -> None:
    for service in ("booking", "notifier"):
        (tmp_path / f"{service}.env").write_text(AMQP)
    (only,) = find_environments(["notifier"], demo=False, folder=tmp_path)
    assert only.service == "notifier"


def test_in_a_container_its_own_settings_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings").write_text(AMQP)
    monkeypatch.setenv("CHOSEI_SETTINGS", str(tmp_path / "settings"))
    (here,) = find_environments([], demo=False, folder=None)
    assert here.service == "notifier"
    assert "CHOSEI_AMQP_URL" in here.variables


def test_settings_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "notifier.env").write_text(AMQP)
    assert "pass=word" not in repr(find_environments([], demo=False, folder=tmp_path))


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ([], "no service's settings are here"),
        (["mailer"], "no such service: mailer"),
    ],
)
def test_what_is_missing_is_said(services: list[str], words: str) -> None:
    with pytest.raises(NoSettings, match=words):
        find_environments(services, demo=False, folder=None)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSettings, match="neither SERVICE/settings"):
        find_environments([], demo=False, folder=tmp_path)


def test_a_demo_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOSEI_GATEWAY_PORT", "1025")
    with pytest.raises(NoSettings, match="no demo on port 1025"):
        find_environments([], demo=True, folder=None)


def test_whose_user_is_no_service_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOSEI_AMQP_URL", "amqp://someone:x@broker/")
    with pytest.raises(NoSettings, match="Name the service"):
        find_environments([], demo=False, folder=None)
    (named,) = find_environments(["gateway"], demo=False, folder=None)
    assert named.service == "gateway"


def test_settings_that_are_no_text_are_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / "notifier.env").write_bytes(b"CHOSEI_PORT=\xff\n")
    with pytest.raises(NoSettings, match="cannot be read"):
        find_environments([], demo=False, folder=tmp_path)
