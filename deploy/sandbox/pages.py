"""The sandbox's few HTML pages: sign-in forms and the mailbox. Templates only, no assets from elsewhere."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_ZONE = ZoneInfo("Asia/Tokyo")
_URL = re.compile(r"https?://[^\s<>\"\u3000]+")


def _local(moment: datetime) -> str:
    return moment.astimezone(_ZONE).strftime("%m/%d %H:%M")


def _linked(text: str) -> Markup:
    """Plain text with its URLs as links, everything escaped."""
    parts: list[str] = []
    end = 0
    for match in _URL.finditer(text):
        url = escape(match.group())
        parts += [escape(text[end : match.start()]), f'<a class="url" href="{url}" rel="noreferrer">{url}</a>']
        end = match.end()
    return Markup("".join([*parts, escape(text[end:])]))


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(local=_local, linked=_linked)


def render(template: str, **values: object) -> str:
    """A template of ``templates/`` with these values, escaped."""
    return _environment.get_template(template).render(values)
