"""The provider's keys, as text so that they can be kept, and what is claimed of people beside what is so."""

import uuid
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_KEPT = 2
"""Keys that are published: the one that signs, and the one before."""


@dataclass(frozen=True)
class SigningKey:
    kid: str
    pem: str

    @classmethod
    def new(cls) -> "SigningKey":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(uuid.uuid4().hex[:16], pem.decode())

    def public_jwk(self) -> dict[str, object]:
        private = serialization.load_pem_private_key(self.pem.encode(), None)
        assert isinstance(private, rsa.RSAPrivateKey)
        jwk: dict[str, object] = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        return jwk | {"kid": self.kid, "use": "sig", "alg": "RS256"}


@dataclass
class OidcState:
    """``keys``: the newest signs. ``claims``: by address, what an ID token says otherwise (null takes a claim out)."""

    keys: list[SigningKey] = field(default_factory=list)
    claims: dict[str, dict[str, object]] = field(default_factory=dict)

    def signing_key(self) -> SigningKey:
        """Made when it is needed first: that takes a tenth of a second."""
        if not self.keys:
            self.keys.append(SigningKey.new())
        return self.keys[-1]

    def rotate(self) -> SigningKey:
        self.keys = [*self.keys[-(_KEPT - 1) :], SigningKey.new()]
        return self.keys[-1]

    def sign(self, claims: dict[str, object]) -> str:
        key = self.signing_key()
        return jwt.encode(claims, key.pem, algorithm="RS256", headers={"kid": key.kid})
