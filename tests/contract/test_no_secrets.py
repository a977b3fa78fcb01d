"""No secret of anybody's is in what is checked in: keys, tokens and passwords as their issuers write them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOOKS_LIKE = {
    "PRIVATE KEY-----": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}",
    "AKIA": r"\bAKIA[0-9A-Z]{16}\b",
    "AIza": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "GOCSPX-": r"\bGOCSPX-[0-9A-Za-z_-]{20,}",
    "k_live_": r"\b[sr]k_live_[0-9A-Za-z]{10,}",
    "whsec_": r"\bwhsec_[0-9A-Za-z+/]{32,}={0,2}",
    "ghp_": r"\bghp_[0-9A-Za-z]{30,}",
    "xoxb-": r"\bxoxb-[0-9A-Za-z-]{20,}",
    "npm_": r"\bnpm_[0-9A-Za-z]{36}\b",
    "pypi-": r"\bpypi-[0-9A-Za-z_-]{50,}",
    "csk_": r"\bcsk_[0-9a-f]{12}_[0-9A-Za-z_-]{43}\b",
    "amqp://": r"\bamqp://[a-z]+:[0-9A-Za-z_-]{16,}@",
    "mongodb://": r"\bmongodb://[a-z]+:[0-9A-Za-z_-]{16,}@",
}
"""What stands in each, and what it looks like as a whole."""
PUBLISHED = {"tests/unit/notifier/test_signing.py"}
"""Examples from the specification of Standard Webhooks."""


def secrets_in(text: str) -> list[str]:
    return [mark for mark, pattern in LOOKS_LIKE.items() if mark in text and re.search(pattern, text)]


def test_nothing_that_is_checked_in_looks_like_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name and name not in PUBLISHED]
    texts = {path: path.read_text(errors="replace") for path in files if path.is_file()}
    assert {str(path): found for path, text in texts.items() if (found := secrets_in(text))} == {}


def test_what_issuers_write_is_recognized() -> None:
    """Put together here, or this file would not pass."""
    for parts in (("AKIA", "A" * 16), ("sk_live_", "a" * 24), ("csk_", "0" * 12 + "_" + "a" * 43), ("ghp_", "a" * 36)):
        assert secrets_in(f"key = '{''.join(parts)}'"), parts
    assert secrets_in("mongodb://booking:" + "a" * 24 + "@host/booking")
