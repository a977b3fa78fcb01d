"""Secrets at rest and on the bus: AES-256-GCM envelopes (G23, G26).

Each value has a data key of its own, wrapped by a named key; rotating re-wraps the data key without touching the value.
The associated data binds a value to its place, so that it cannot be moved to another row or event.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_TAG_BYTES = 16
_WRAPPED_BYTES = _NONCE_BYTES + 32 + _TAG_BYTES
_LEAST_BYTES = _WRAPPED_BYTES + _NONCE_BYTES + _TAG_BYTES


class UndecryptableValue(Exception):
    """The value was made for another place, was altered, or its key is not in the key ring."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot decrypt: {reason}")


@dataclass(frozen=True)
class KeyRing:
    """Named 32-byte keys; the first one encrypts, all of them decrypt."""

    keys: dict[str, bytes]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read ``kid:base64,kid2:base64``; raises ``ValueError`` for a malformed or short key."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, _, encoded = part.partition(":")
            key = base64.b64decode(encoded, validate=True)
            if not name or "." in name or len(key) != 32:
                raise ValueError("a key must be NAME:base64 of 32 bytes, the name without a dot")
            keys[name] = key
        if not keys:
            raise ValueError("no key given")
        return cls(keys)

    @property
    def current(self) -> str:
        return next(iter(self.keys))

    def encrypt(self, value: bytes, *, place: str) -> str:
        """Encrypt for ``place`` (collection/id/field, or an event's type and subject)."""
        data_key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(data_key).encrypt(nonce, value, place.encode())
        return self._pack(self.current, data_key, place, sealed)

    def decrypt(self, text: str, *, place: str) -> bytes:
        """Raises ``UndecryptableValue``."""
        data_key, sealed = self._unpack(text, place)
        try:
            return AESGCM(data_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise UndecryptableValue("altered, or made for another place") from error

    def rewrap(self, text: str, *, place: str) -> str:
        """The same value with its data key wrapped by the current key."""
        data_key, sealed = self._unpack(text, place)
        return self._pack(self.current, data_key, place, sealed)

    def is_current(self, text: str) -> bool:
        return text.partition(".")[0] == self.current

    def _pack(self, name: str, data_key: bytes, place: str, sealed: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + AESGCM(self.keys[name]).encrypt(nonce, data_key, place.encode())
        return f"{name}.{base64.urlsafe_b64encode(wrapped + sealed).decode()}"

    def _unpack(self, text: str, place: str) -> tuple[bytes, bytes]:
        name, _, encoded = text.partition(".")
        if name not in self.keys:
            raise UndecryptableValue(f"key {name!r} is not in the key ring")
        try:
            raw = base64.urlsafe_b64decode(encoded)
        except ValueError as error:
            raise UndecryptableValue("not in our form") from error
        if len(raw) < _LEAST_BYTES:
            raise UndecryptableValue("not in our form")
        wrapped, sealed = raw[:_WRAPPED_BYTES], raw[_WRAPPED_BYTES:]
        try:
            data_key = AESGCM(self.keys[name]).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise UndecryptableValue("altered, or made for another place") from error
        return data_key, sealed


def derive_token(key: bytes, *parts: str) -> str:
    """A 128-bit unguessable token derived from an id and a generation (G23); 22 URL-safe characters."""
    digest = hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is stored and looked up in place of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(left.encode(), right.encode())
