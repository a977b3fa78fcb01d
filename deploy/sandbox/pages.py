"""The sandbox's few HTML pages: sign-in forms and the mailbox. Templates only, no assets from elsewhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: object) -> str:
    """A template of ``templates/`` with these values, escaped."""
    return _environment.get_template(template).render(values)
