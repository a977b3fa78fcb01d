"""``If-Match`` as services check it: the version that somebody saw is to be the one that there is."""

from shared.problem import VersionMismatch


def check_version(version: int, if_match: str | None) -> None:
    """Raises ``VersionMismatch`` where the header names others only; without one, or with ``*``, any will do."""
    if if_match is None or if_match.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/").strip('"').removeprefix("r") for tag in if_match.split(",")}
    if str(version) not in tags:
        raise VersionMismatch()
