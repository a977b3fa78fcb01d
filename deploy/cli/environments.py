"""With whose settings services are examined and their keys rotated: a demo's, a folder's, or those of where we run."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from deploy.credentials import SERVICES, load_or_create

_PREFIX = "CHOSEI_"


class NoSettings(Exception):
    """There is nothing to act with; the words say what is missing."""


@dataclass(frozen=True)
class Environment:
    """One service's variables."""

    service: str
    variables: Mapping[str, str] = field(repr=False)


def find_environments(services: Sequence[str], *, demo: bool, folder: Path | None) -> list[Environment]:
    """Of the named services, or of all that are there. Raises ``NoSettings``."""
    if unknown := sorted(set(services) - set(SERVICES)):
        raise NoSettings(f"no such service: {', '.join(unknown)}; there are {', '.join(SERVICES)}")
    found = _of_demo() if demo else _of_folder(folder) if folder else _of_this_place(services)
    known = [each for each in found if each.service in (services or SERVICES)]
    if missing := sorted(set(services) - {each.service for each in known}):
        raise NoSettings(f"no settings of {', '.join(missing)} here")
    return known


def _of_demo() -> list[Environment]:
    # The demo is no part of an installation, and its modules are loaded for it alone.
    from deploy.demo.demo import surroundings
    from deploy.demo.options import BadOption, read_options
    from deploy.demo.state import read_state
    from deploy.service_settings import settings_of

    try:
        options = read_options()
    except BadOption as error:
        raise NoSettings(str(error)) from error
    layout, state = options.layout, read_state(options.layout.folder)
    if state is None or not state.ready:
        raise NoSettings(f"there is no demo on port {layout.gateway_port}: make demo")
    (sandbox,) = (line for line in state.announcement if line.startswith("sandbox "))
    around = surroundings(replace(layout, sandbox_port=int(sandbox.rpartition(":")[2])))
    known = load_or_create(layout.folder / "credentials.json")
    return [
        Environment(service, settings_of(service, around, known) | dict(options.for_one.get(service, {})))
        for service in SERVICES
    ]


def _of_folder(folder: Path) -> list[Environment]:
    places = [
        (service, path) for service in SERVICES for path in (folder / service / "settings", folder / f"{service}.env")
    ]
    found = [Environment(service, read_lines(path)) for service, path in places if path.is_file()]
    if not found:
        raise NoSettings(f"{folder} holds neither SERVICE/settings nor SERVICE.env")
    return found


def _of_this_place(services: Sequence[str]) -> list[Environment]:
    """In a service's container or unit; whose it is, the user at the broker says."""
    variables = {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
    if file := variables.get("CHOSEI_SETTINGS"):
        variables |= read_lines(Path(file))
    if "CHOSEI_AMQP_URL" not in variables:
        raise NoSettings(
            "no service's settings are here: use --demo, --settings FOLDER, or run it where a service runs"
        )
    user = urlsplit(variables["CHOSEI_AMQP_URL"]).username or ""
    service = services[0] if len(services) == 1 else user
    if service not in SERVICES:
        raise NoSettings("whose settings are these? Name the service")
    return [Environment(service, variables)]


def read_lines(path: Path) -> dict[str, str]:
    """``name=value`` lines; what is no such line is left out. Raises ``NoSettings``."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoSettings(f"{path} cannot be read: {error}") from error
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if equals and name.startswith(_PREFIX)}
