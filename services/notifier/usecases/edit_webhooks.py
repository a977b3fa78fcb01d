"""Administrators make, change, rotate and remove webhook endpoints, read their log and send again (X1)."""

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from services.notifier.endpoints import Endpoints
from services.notifier.model.webhooks import Delivery, Endpoint, unknown_patterns
from services.notifier.providers.receivers import AddressRefused, Receivers
from services.notifier.webhook_deliveries import Deliveries
from services.notifier.webhook_secrets import WebhookSafe
from shared import clock
from shared.contracts.api.webhooks import (
    MOST_ENDPOINTS,
    Replay,
    RotateSecret,
    WebhookCreate,
    WebhookPatch,
    WhyDisabled,
)
from shared.ids import new_id
from shared.internal import Caller, check_admin
from shared.problem import FieldError, InvalidInput, NotFound, Problem, Unavailable
from shared.versions import check_version
from shared.wording import Language

_ATTEMPTS = 5


class WebhookUrlRefused(Problem):
    """The same for names that lead nowhere and for those that lead inside."""

    code, status, pointer = "webhook_url_refused", 422, "/url"
    ja = "このURLには送信できません。インターネットから https で届くURLを指定してください。"
    en = "Webhooks cannot be sent there. Enter an https address that can be reached over the Internet."


class TooManyWebhooks(Problem):
    """So many endpoints are enough for one organization."""

    code, status = "too_many_webhooks", 422
    ja = "Webhookは{most}件までです。"
    en = "An organization may have {most} webhooks."


class WebhookDisabled(Problem):
    """Nothing is sent to it until it is enabled again."""

    code, status = "webhook_disabled", 409
    ja = "このWebhookは停止中です。再開してから再送してください。"
    en = "This webhook is disabled. Enable it before sending again."


class EditWebhooks:
    """Every method raises ``Forbidden`` for who is no administrator, and ``NotFound`` for another's."""

    def __init__(
        self,
        endpoints: Endpoints,
        deliveries: Deliveries,
        receivers: Receivers,
        safe: WebhookSafe,
        events: Collection[str],
        wake: Callable[[str], None],
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._receivers = receivers
        self._safe = safe
        self._events = events
        self._wake = wake

    async def all(self, caller: Caller) -> list[Endpoint]:
        check_admin(caller)
        return await self._endpoints.of_organization(caller.organization_id)

    async def find(self, caller: Caller, endpoint_id: str) -> Endpoint:
        check_admin(caller)
        endpoint = await self._endpoints.find(caller.organization_id, endpoint_id)
        if endpoint is None:
            raise NotFound()
        return endpoint

    async def make(self, caller: Caller, asked: WebhookCreate) -> tuple[Endpoint, str]:
        """With its secret; the same again for the same idempotency key."""
        check_admin(caller)
        self._check_events(asked.events, caller.language)
        await self._check_url(asked.url)
        known = await self._endpoints.of_organization(caller.organization_id)
        key = _key(caller)
        endpoint_id = f"whk_{key[:32]}" if key else new_id("whk")
        made = next((one for one in known if one.endpoint_id == endpoint_id), None)
        if made is None:
            if len(known) >= MOST_ENDPOINTS:
                raise TooManyWebhooks(most=MOST_ENDPOINTS)
            made = self._new(caller, endpoint_id, asked)
            if not await self._endpoints.add(made):
                made = await self.find(caller, endpoint_id)
        return made, self._safe.open(made, made.secret)

    def _new(self, caller: Caller, endpoint_id: str, asked: WebhookCreate) -> Endpoint:
        now = clock.now()
        return Endpoint(
            endpoint_id=endpoint_id,
            organization_id=caller.organization_id,
            url=asked.url,
            events=tuple(dict.fromkeys(asked.events)),
            description=asked.description,
            secret=self._safe.new(endpoint_id),
            enabled=asked.enabled,
            disabled_for=None if asked.enabled else WhyDisabled.BY_HAND,
            disabled_at=None if asked.enabled else now,
            created_at=now,
            created_by=caller.staff_id,
        )

    async def change(self, caller: Caller, endpoint_id: str, patch: WebhookPatch, if_match: str | None) -> Endpoint:
        check_admin(caller)
        if patch.events is not None:
            self._check_events(patch.events, caller.language)
        if patch.url is not None:
            await self._check_url(patch.url)

        def changed(known: Endpoint) -> Endpoint:
            told = {name: value for name, value in patch.model_dump(exclude={"enabled"}).items() if value is not None}
            if "events" in told:
                told["events"] = tuple(dict.fromkeys(told["events"]))
            after = known.model_copy(update=told)
            if patch.enabled is not None and patch.enabled != known.enabled:
                return after.enabled_again() if patch.enabled else after.disabled(WhyDisabled.BY_HAND, clock.now())
            return after if after == known else after.model_copy(update={"version": known.version + 1})

        return await self._change(caller, endpoint_id, changed, if_match)

    async def rotate(
        self, caller: Caller, endpoint_id: str, asked: RotateSecret, if_match: str | None
    ) -> tuple[Endpoint, str]:
        """With the new secret; the same again for the same idempotency key."""
        check_admin(caller)
        key, fresh = _key(caller), self._safe.new(endpoint_id)
        hours = timedelta(hours=asked.old_valid_hours)
        old_until = clock.now() + hours if hours else None

        def changed(known: Endpoint) -> Endpoint:
            return known if key and known.rotated_with == key else known.rotated(fresh, key=key, old_until=old_until)

        rotated = await self._change(caller, endpoint_id, changed, if_match)
        return rotated, self._safe.open(rotated, rotated.secret)

    async def remove(self, caller: Caller, endpoint_id: str, if_match: str | None) -> Endpoint:
        """With its log; what is under way may still arrive."""
        for _ in range(_ATTEMPTS):
            known = await self.find(caller, endpoint_id)
            check_version(known.version, if_match)
            if await self._endpoints.remove(known):
                await self._deliveries.forget(endpoint_id)
                return known
        raise Unavailable()

    async def retry(self, caller: Caller, endpoint_id: str, delivery_id: str) -> Delivery:
        """Now, whatever became of it; raises ``WebhookDisabled``."""
        await self._find_enabled(caller, endpoint_id)
        delivery = await self._deliveries.begin_anew(endpoint_id, delivery_id)
        if delivery is None:
            raise NotFound()
        await self._look(endpoint_id)
        return delivery

    async def replay(self, caller: Caller, endpoint_id: str, asked: Replay) -> int:
        """Raises ``WebhookDisabled``."""
        await self._find_enabled(caller, endpoint_id)
        until: datetime = asked.until or clock.now()
        count = await self._deliveries.replay(endpoint_id, asked.since, until, delivered_too=asked.delivered)
        await self._look(endpoint_id)
        return count

    async def _look(self, endpoint_id: str) -> None:
        await self._endpoints.filed([endpoint_id])
        self._wake(endpoint_id)

    async def _find_enabled(self, caller: Caller, endpoint_id: str) -> Endpoint:
        endpoint = await self.find(caller, endpoint_id)
        if not endpoint.enabled:
            raise WebhookDisabled()
        return endpoint

    async def _change(
        self, caller: Caller, endpoint_id: str, change: Callable[[Endpoint], Endpoint], if_match: str | None
    ) -> Endpoint:
        for _ in range(_ATTEMPTS):
            known = await self.find(caller, endpoint_id)
            changed = change(known)
            if changed == known:
                return known
            check_version(known.version, if_match)
            anew = changed.enabled != known.enabled
            if await self._endpoints.save(changed, look=anew):
                if anew:
                    self._wake(endpoint_id)
                return changed
        raise Unavailable()

    def _check_events(self, patterns: Collection[str], language: Language) -> None:
        unknown = unknown_patterns(list(patterns), self._events)
        words = "このイベントはありません。" if language == "ja" else "There is no such event."
        errors: list[FieldError] = [{"pointer": f"/events/{place}", "detail": words} for place in unknown]
        if errors:
            raise InvalidInput(errors=errors)

    async def _check_url(self, url: str) -> None:
        try:
            await self._receivers.check(url)
        except AddressRefused as error:
            raise WebhookUrlRefused() from error


def _key(caller: Caller) -> str:
    if not caller.idempotency_key:
        return ""
    whose = "\x1f".join((caller.organization_id, caller.staff_id, caller.idempotency_key))
    return hashlib.sha256(whose.encode()).hexdigest()
