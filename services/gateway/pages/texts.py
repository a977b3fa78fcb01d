"""The words of the pages: ``i18n/<page>.<language>.toml``, read once. A key is ``page.name``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.problem import Language

FOLDER = Path(__file__).parent.parent / "i18n"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of one language by key."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"*.{language}.toml")):
        page = path.name.split(".")[0]
        found.update({f"{page}.{name}": text for name, text in tomllib.loads(path.read_text("utf-8")).items()})
    return found


def text(language: Language, key: str, **values: object) -> str:
    """The text with its arguments; raises ``KeyError`` for a key or an argument that is missing."""
    return catalogue(language)[key].format(**values) if values else catalogue(language)[key]


def texts_of(language: Language, page: str) -> dict[str, str]:
    """One page's texts without the prefix, for its script."""
    prefix = f"{page}."
    return {key.removeprefix(prefix): value for key, value in catalogue(language).items() if key.startswith(prefix)}
