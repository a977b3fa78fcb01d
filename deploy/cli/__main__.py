"""``chosei``: operations over the API with an API key, and ``doctor``, ``rotate-keys`` and ``migrate`` on the machine
with the services' settings.

Exit codes: 0 done, all is well; 1 something is wrong or refused; 2 not understood, nothing was done; 3 the gateway does
not answer or does not let us in.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer

from deploy.cli import operations
from deploy.cli.doctor import examine
from deploy.cli.environments import Environment, NoSettings, find_environments
from deploy.cli.keys import rotate
from deploy.cli.options import AsJson, Demo, Services, Settings
from deploy.cli.output import Exit, give_up, show
from deploy.cli.running import has_module, run_module

app = typer.Typer(
    help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
app.add_typer(operations.app)


@app.command()
def doctor(
    services: Services = None,
    settings: Settings = None,
    demo: Demo = False,
    mail_to: str = typer.Option("", metavar="ADDRESS", help="Also send a mail there."),
    as_json: AsJson = False,
) -> None:
    """Prove mail, broker, database, clocks, time zones, keys, neighbours and each provider connection."""
    report = asyncio.run(examine(_environments(services, settings, demo), run_module, mail_to=mail_to))
    show(report.words(), report.to_json(), as_json=as_json)
    raise typer.Exit(Exit.DONE if report.is_well else Exit.WRONG)


@app.command("rotate-keys")
def rotate_keys(
    services: Services = None, settings: Settings = None, demo: Demo = False, as_json: AsJson = False
) -> None:
    """Wrap what is stored with the first of CHOSEI_DATA_KEYS until nothing needs an older one; beside what runs."""
    those = [each for each in _environments(services, settings, demo) if has_module(each.service, "rotate")]
    rotated = asyncio.run(rotate(those, run_module))
    show([one.words() for one in rotated], [one.to_json() for one in rotated], as_json=as_json)
    raise typer.Exit(Exit.WRONG if any(one.problem for one in rotated) else Exit.DONE)


@app.command()
def migrate(services: Services = None, settings: Settings = None, demo: Demo = False, as_json: AsJson = False) -> None:
    """Bring the services' databases up to what this version needs, as each start does by itself."""

    async def each() -> list[tuple[str, str]]:
        return [await _migrated(one) for one in _environments(services, settings, demo)]

    problems = asyncio.run(each())
    lines = [f"{service}: {problem or 'is up to date'}" for service, problem in problems]
    show(lines, [{"service": service, "problem": problem} for service, problem in problems], as_json=as_json)
    raise typer.Exit(Exit.WRONG if any(problem for _, problem in problems) else Exit.DONE)


async def _migrated(environment: Environment) -> tuple[str, str]:
    ended = await run_module(environment, "", "migrate")
    reasons = [str(one["reason"]) for one in ended.said if "reason" in one]
    otherwise = f"python -m services.{environment.service} migrate says why"
    return environment.service, (reasons[-1] if reasons else otherwise) if ended.code else ""


def _environments(services: Sequence[str] | None, settings: Path | None, demo: bool) -> list[Environment]:
    try:
        return find_environments(services or (), demo=demo, folder=settings)
    except NoSettings as error:
        give_up(str(error), Exit.USAGE)


if __name__ == "__main__":
    app(prog_name="chosei")
