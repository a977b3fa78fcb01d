"""Both languages say the same, and nothing named is missing (X6)."""

import re
from pathlib import Path

import pytest

from services.gateway.pages.rendering import TEMPLATES
from services.gateway.pages.texts import catalogue, text
from services.gateway.usecases.set_up import SetupCodeInvalid

PAGES = Path(__file__).parents[4] / "services" / "gateway" / "pages"
SCRIPTS = TEMPLATES.parent / "static" / "js"


def test_both_languages_have_the_same_texts() -> None:
    assert catalogue("ja").keys() == catalogue("en").keys()


def test_both_languages_take_the_same_values() -> None:
    def values(words: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", words))

    different = [key for key, words in catalogue("ja").items() if values(words) - values(catalogue("en")[key])]
    assert different == []


def test_the_setup_code_is_called_alike_where_it_is_asked_for_and_where_it_is_refused() -> None:
    assert text("ja", "setup.code") in SetupCodeInvalid.ja
    assert text("en", "setup.code").lower() in SetupCodeInvalid.en


def test_no_text_is_empty() -> None:
    assert [key for language in ("ja", "en") for key, words in catalogue(language).items() if not words.strip()] == []


def test_every_text_that_a_template_names_exists() -> None:
    named = {
        key
        for path in TEMPLATES.rglob("*.html")
        for key in re.findall(r"""\bt\('([a-z_]+\.[a-z_]+[a-z])'[,)]""", path.read_text("utf-8"))
    }
    assert len(named) > 100
    assert named - catalogue("ja").keys() == set()


def test_every_text_that_a_route_names_exists() -> None:
    named = {
        key
        for path in PAGES.glob("*.py")
        for key in re.findall(r'text\(\w+, "([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    }
    assert named - catalogue("ja").keys() == set()


def test_every_text_that_a_script_names_exists() -> None:
    named = {
        f"propose.{key}"
        for path in SCRIPTS.glob("*.js")
        for key in re.findall(r'\bpage\.t\("([a-z_]+)"', path.read_text("utf-8"))
    }
    assert named - catalogue("ja").keys() == {"propose.network"}


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("ja", "guest.no_such_text")
