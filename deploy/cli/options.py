"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.credentials import SERVICES

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Demo = Annotated[
    bool,
    typer.Option("--demo", help="The demo on this machine (CHOSEI_GATEWAY_PORT says which), as its administrator."),
]
Settings = Annotated[
    Path | None,
    typer.Option(help="A folder with SERVICE/settings or SERVICE.env, as the services read them: name=value lines."),
]
Services = Annotated[list[str] | None, typer.Argument(help="Services; default: all whose settings are here.")]
Url = Annotated[str, typer.Option(envvar="CHOSEI_URL", help="Where the gateway is.")]
KeyFile = Annotated[Path | None, typer.Option(help="A file with the API key; default: the variable CHOSEI_API_KEY.")]
All = Annotated[bool, typer.Option("--all", help="All that there are.")]


def _known(service: str) -> str:
    if service and service not in SERVICES:
        raise typer.BadParameter(f"no such service: {service}; there are {', '.join(SERVICES)}")
    return service


def _said(reason: str) -> str:
    if not 1 <= len(reason.strip()) <= 500:
        raise typer.BadParameter("1 to 500 characters")
    return reason


Reason = Annotated[str, typer.Option(prompt="Reason", help="Kept on record.", callback=_said)]
OfService = Annotated[str, typer.Option("--service", help="Of one service only.", callback=_known)]
