"""All that the sandbox knows: accounts, tokens, faults, calls and each provider's own state.

A provider keeps its things in a plain-data class of its own, made on first use by ``world.state(ThatClass)``;
what is there is saved and loaded with the rest, so it must pickle (no locks, tasks or clients in it).
"""

import json
import pickle
import random
from collections.abc import Mapping
from typing import TypeVar

import structlog

from deploy.sandbox.accounts import OAUTH_PROVIDERS, AccountBook, Person, Provider
from deploy.sandbox.callbacks import Callbacks
from deploy.sandbox.calls import CallLog
from deploy.sandbox.faults import FaultBook, FaultKind, FaultRule
from deploy.sandbox.oauth import OAuthRules, OAuthServer
from deploy.sandbox.settings import SandboxSettings

log = structlog.get_logger(__name__)
State = TypeVar("State")
Seed = Mapping[str, object]


class World:
    """One sandbox. Everything runs on one event loop, so nothing here needs a lock."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.dice = random.Random()
        self.accounts = AccountBook()
        self.oauth: dict[Provider, OAuthServer] = {}
        self.faults = FaultBook(self.dice)
        self.calls = CallLog(settings.calls_kept)
        self.callbacks = Callbacks()
        self._states: dict[type, object] = {}

    def state(self, kind: type[State]) -> State:
        """The one instance of a provider's state class."""
        if kind not in self._states:
            self._states[kind] = kind()
        found = self._states[kind]
        assert isinstance(found, kind)
        return found

    def oauth_server(self, rules: OAuthRules) -> OAuthServer:
        """The provider's OAuth server, with the tokens of the last run where they were kept."""
        server = self.oauth.setdefault(rules.provider, OAuthServer(rules))
        server.rules = rules
        return server

    def set_faults(self, rules: list[FaultRule]) -> None:
        """Replace all rules; token faults that name no calls happen here and now."""
        self.faults.replace(rules)
        for rule in rules:
            if rule.acts_at_once:
                self.hit_tokens(rule, *([rule.provider] if rule.provider else OAUTH_PROVIDERS))

    def hit_tokens(self, rule: FaultRule, *providers: Provider) -> None:
        for provider in providers:
            server = self.oauth.get(provider)
            if server is not None and rule.kind is FaultKind.EXPIRE_TOKENS:
                server.expire_access_tokens()
            elif server is not None:
                server.revoke_everything()

    def load(self) -> bool:
        """Take up the state of the last run; false when there is none that can be read."""
        path = self.settings.state_file
        if path is None or not path.exists():
            return False
        try:
            kept = pickle.loads(path.read_bytes())
            self.accounts, self.oauth, self._states = kept["accounts"], kept["oauth"], kept["states"]
        except (pickle.UnpicklingError, AttributeError, ImportError, KeyError, EOFError, TypeError) as error:
            log.warning("state.unreadable", path=str(path), error=repr(error))
            return False
        return True

    def save(self) -> None:
        """Keep the state for the next run, where a file for it is configured."""
        path = self.settings.state_file
        if path is None:
            return
        kept = {"accounts": self.accounts, "oauth": self.oauth, "states": self._states}
        beside = path.with_suffix(path.suffix + ".new")
        beside.write_bytes(pickle.dumps(kept))
        beside.replace(path)

    def read_seed(self) -> Seed:
        """The seed file; adds its accounts and returns it, so that each provider can take its own section."""
        seed = json.loads(self.settings.seed.read_text())
        for entry in seed.get("accounts", []):
            for account in Person.model_validate(entry).accounts():
                self.accounts.add(account)
        return seed if isinstance(seed, dict) else {}
