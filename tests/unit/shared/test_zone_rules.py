"""Which time zone rules are in use, as the place says that zoneinfo reads (G6)."""

from importlib.metadata import version
from pathlib import Path

from shared.zone_rules import version_in_use


def test_g6_the_system_says_it_where_its_rules_are_used(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "tzdata.zi").write_text("# version 2025b\n# ddeps backzone\n")
    assert version_in_use(["/nowhere", str(tmp_path)]) == "2025b"


def test_g6_a_system_that_does_not_say_is_not_taken_for_the_package(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    assert version_in_use([str(tmp_path)]) == "unknown"


def test_g6_the_package_counts_where_the_system_has_none() -> None:
    year, number = version("tzdata").split(".")
    assert version_in_use(["/nowhere"]) == f"{year}{chr(96 + int(number))}"
