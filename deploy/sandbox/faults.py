"""Rules by which providers fail, set by ``PUT /inspect/faults``; the first that takes a call has it.

``share`` draws per call, ``times`` counts what was hit. A token fault that names no calls acts at once.
"""

import random
import re
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field, field_validator

from deploy.sandbox.accounts import Provider


class FaultKind(StrEnum):
    STATUS = "status"
    SLOW = "slow"
    TIMEOUT = "timeout"
    LOST_ANSWER = "lost_answer"
    EXPIRE_TOKENS = "expire_tokens"
    REVOKE_TOKENS = "revoke_tokens"


TOKEN_FAULTS = (FaultKind.EXPIRE_TOKENS, FaultKind.REVOKE_TOKENS)


class FaultRule(BaseModel):
    """What is left out matches all, as ``*`` does. ``path`` is a prefix, a pattern of a shell or a regular expression,
    below the mount or with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    provider: Provider | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = Field(default=None, ge=100, le=599)
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, object] | None = None
    """In place of the provider's own words for that status."""
    delay_s: float | None = Field(default=None, ge=0)
    share: float | None = Field(default=None, ge=0, le=1)
    times: int | None = Field(default=None, ge=0)

    @field_validator("headers", mode="before")
    @classmethod
    def _no_headers(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("path")
    @classmethod
    def _must_be_a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            if not any(sign in str(value) for sign in "*?["):
                raise ValueError(f"not a regular expression: {error}") from error
        return value

    @property
    def acts_at_once(self) -> bool:
        """A token fault that names no calls happens when the rule is set, not at a call."""
        everywhere = self.method is None and self.path is None
        return self.kind in TOKEN_FAULTS and everywhere and self.share in (None, 1) and self.times in (None, 1)

    def matches(self, provider: Provider, method: str, path: str) -> bool:
        if self.provider is not None and self.provider is not provider:
            return False
        if self.method not in (None, "*") and str(self.method).upper() != method.upper():
            return False
        return self.path is None or any(_fits(self.path, each) for each in (path, f"/{provider}{path}"))


def _fits(pattern: str, path: str) -> bool:
    if path.startswith(pattern) or fnmatchcase(path, pattern):
        return True
    try:
        return re.search(pattern, path) is not None
    except re.error:
        return False


@dataclass
class _Armed:
    rule: FaultRule
    left: int | None = field(default=None)

    @classmethod
    def of(cls, rule: FaultRule) -> "_Armed":
        once = rule.kind in TOKEN_FAULTS and rule.share in (None, 1)
        return cls(rule, 1 if once and rule.times is None else rule.times)


class FaultBook:
    """The rules in force."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._armed: list[_Armed] = []

    def replace(self, rules: list[FaultRule]) -> None:
        self._armed = [_Armed.of(rule) for rule in rules if not rule.acts_at_once]

    def rules(self) -> list[FaultRule]:
        """Those that can still hit something."""
        return [armed.rule for armed in self._armed if armed.left != 0]

    def draw(self, provider: Provider, method: str, path: str) -> FaultRule | None:
        """The rule that hits this call, if any; uses up one of its ``times``."""
        for armed in self._armed:
            if armed.left == 0 or not armed.rule.matches(provider, method, path):
                continue
            if armed.rule.share is not None and self._dice.random() >= armed.rule.share:
                continue
            if armed.left is not None:
                armed.left -= 1
            return armed.rule
        return None
