"""Proves that the keys are well formed and that what is stored opens with them (G26)."""

import re
from collections import Counter
from collections.abc import Sequence

from shared import mongo
from shared.crypto import KeyRing, UndecryptableValue
from shared.doctor.findings import Finding, note, ok, wrong
from shared.rotation import Secrets, Stored, stored_values
from shared.settings import ServiceSettings

_AT_MOST = 2_000
"""Rows of each field that are looked at; ``rotate`` looks at all."""
_SEALED = re.compile(r"[^.]{1,64}\.[\w=-]{80,}")
_PLAIN = ""


def examine_rings(settings: ServiceSettings) -> Sequence[Finding]:
    """Every setting whose name ends in ``_keys``."""
    names = [name for name in type(settings).model_fields if name.endswith("_keys")]
    findings = []
    for name in names:
        variable = f"CHOSEI_{name.upper()}"
        try:
            KeyRing.parse(getattr(settings, name).get_secret_value())
        except ValueError as error:
            found = f"{variable} is no key ring: {error}"
            findings.append(
                wrong("keys", found, "write NAME:base64 of 32 bytes, comma-separated, the current one first")
            )
    return findings or [ok("keys", f"{len(names)} key rings are well formed")]


async def examine_stored(url: str, service: str, ring: KeyRing, secrets: Secrets) -> Sequence[Finding]:
    """The first value under each key is opened; of the others the key's name is read."""
    what = "secrets at rest"
    client, database = mongo.connect(url, app_name=f"{service}-doctor")
    try:
        counted: Counter[str] = Counter()
        shut: dict[str, Stored] = {}
        async for value in stored_values(database, secrets, at_most=_AT_MOST):
            key = _key_of(value.text)
            if not counted[key] and not _opens(ring, value):
                shut[key] = value
            counted[key] += 1
    finally:
        await mongo.close(client)
    if shut:
        advice = "put that key back into CHOSEI_DATA_KEYS, behind the current one, and restart the service"
        return [wrong(what, _does_not_open(key, ring, counted[key]), advice) for key in shut]
    if old := sum(number for key, number in counted.items() if key != ring.current):
        found = f"{old} of {counted.total()} values need an older key than {ring.current}"
        return [note(what, found, "before the older key is taken away: chosei rotate-keys")]
    return [ok(what, f"{counted.total()} values open with the key {ring.current}")]


def _key_of(text: str) -> str:
    """Only of what was encrypted by us is the beginning a name that may be shown."""
    return text.partition(".")[0] if _SEALED.fullmatch(text) else _PLAIN


def _opens(ring: KeyRing, value: Stored) -> bool:
    try:
        ring.decrypt(value.text, place=value.place)
    except (UndecryptableValue, ValueError):
        return False
    return True


def _does_not_open(key: str, ring: KeyRing, number: int) -> str:
    if key == _PLAIN:
        return f"{number} values are not encrypted, or by something else"
    if key in ring.keys:
        return f"{number} values were encrypted with another key than the one that is named {key!r} now"
    return f"{number} values need the key {key!r}, which is not among CHOSEI_DATA_KEYS"
