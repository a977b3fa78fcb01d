"""Values at rest and tokens (G23, G26)."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto import KeyRing, UndecryptableValue, derive_token, token_hash

OLD, NEW = os.urandom(32), os.urandom(32)
RING = KeyRing({"new": NEW, "old": OLD})


@given(st.binary(max_size=2000))
def test_what_was_encrypted_is_read_again(value: bytes) -> None:
    assert RING.decrypt(RING.encrypt(value, place="a/b"), place="a/b") == value


def test_a_value_cannot_be_moved_to_another_place() -> None:
    with pytest.raises(UndecryptableValue):
        RING.decrypt(RING.encrypt(b"secret", place="a/1"), place="a/2")


def test_an_altered_value_is_refused() -> None:
    text = RING.encrypt(b"secret", place="a")
    with pytest.raises(UndecryptableValue):
        RING.decrypt(text[:-5] + ("A" if text[-5] != "A" else "B") + text[-4:], place="a")


def test_g26_rotation_rewraps_without_the_old_key_being_needed_afterwards() -> None:
    before = KeyRing({"old": OLD}).encrypt(b"secret", place="a")
    after = RING.rewrap(before, place="a")
    assert not RING.is_current(before)
    assert RING.is_current(after)
    assert KeyRing({"new": NEW}).decrypt(after, place="a") == b"secret"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(UndecryptableValue, match="'old'"):
        KeyRing({"new": NEW}).decrypt(KeyRing({"old": OLD}).encrypt(b"x", place="a"), place="a")


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k.1:" + "QUFB" * 10])
def test_a_malformed_key_ring_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        KeyRing.parse(text)


def test_g23_tokens_have_128_bits_and_differ_by_id_and_generation() -> None:
    tokens = {derive_token(NEW, "prp_1", "1"), derive_token(NEW, "prp_1", "2"), derive_token(NEW, "prp_2", "1")}
    assert len(tokens) == 3
    assert all(len(token) == 22 for token in tokens)
    assert len(token_hash("x")) == 64
