"""Change notifications: the validation handshake before 201, then posts with clientState (facts 3.7)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

import orjson

from deploy.sandbox.calendars import Resource
from deploy.sandbox.calendars.courier import Courier
from deploy.sandbox.callbacks import Callback, Callbacks, address_allowed
from deploy.sandbox.microsoft.calendars import calendar_named
from deploy.sandbox.microsoft.errors import GraphError, unreadable_body
from deploy.sandbox.microsoft.state import TENANT_ID, Event, Mailbox, MicrosoftState, Subscription
from deploy.sandbox.microsoft.times import parse_instant, timestamp
from shared import clock

_LONGEST = timedelta(minutes=10_080)
_SHORTEST = timedelta(minutes=45)
_CHANGES = {"created", "updated", "deleted"}
_LIFECYCLE = {"missed", "subscriptionRemoved", "reauthorizationRequired"}
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_VALIDATION_S = 10.0
_RESOURCE_ENDS = ("events", "calendar/events")


@dataclass(frozen=True)
class Subscriber:
    """Who subscribes: the app, and the account when it acts for one."""

    application_id: str
    email: str | None
    user_id: str


class Subscriptions:
    """Creates, renews and ends subscriptions and tells them what changed."""

    def __init__(
        self, state: MicrosoftState, callbacks: Callbacks, mailbox_of: Callable[[str], Mailbox | None]
    ) -> None:
        self._state = state
        self._callbacks = callbacks
        self._courier = Courier(callbacks)
        self._mailbox_of = mailbox_of

    async def create(self, who: Subscriber, body: object) -> Resource:
        """A new subscription, once its address has answered the handshake. Raises 400 or 403."""
        if not isinstance(body, dict):
            raise unreadable_body()
        mailbox, calendar = self._watched(who, body.get("resource"))
        address = _address(body.get("notificationUrl"))
        lifecycle = body.get("lifecycleNotificationUrl")
        client_state = body.get("clientState")
        if client_state is not None and (not isinstance(client_state, str) or len(client_state) > 128):
            raise _invalid("clientState must not be longer than 128 characters.")
        expires_at = _expiration(body.get("expirationDateTime"))
        change_types = _change_types(body.get("changeType"))
        await self._validate(address)
        if isinstance(lifecycle, str) and lifecycle:
            await self._validate(_address(lifecycle))
        subscription = Subscription(
            id=str(uuid.uuid4()),
            mailbox=mailbox.email,
            resource=str(body["resource"]),
            change_types=change_types,
            notification_url=address,
            lifecycle_url=lifecycle if isinstance(lifecycle, str) else None,
            client_state=client_state,
            expires_at=expires_at,
            application_id=who.application_id,
            creator_id=who.user_id,
            calendar=calendar,
        )
        self._state.subscriptions[subscription.id] = subscription
        self._state.listening.setdefault(mailbox.email, set()).add(subscription.id)
        return shown(subscription)

    def get(self, who: Subscriber, subscription_id: str) -> Subscription:
        """A live subscription of the same app and person; raises 404."""
        found = self._state.subscriptions.get(subscription_id)
        if found is None or found.creator_id != who.user_id or found.expires_at <= clock.now():
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return found

    def all_of(self, who: Subscriber) -> list[Subscription]:
        return [one for one in self._state.subscriptions.values() if one.creator_id == who.user_id]

    async def change(self, who: Subscriber, subscription_id: str, body: object) -> Resource:
        """Renew it, or send it elsewhere (after another handshake)."""
        found = self.get(who, subscription_id)
        if not isinstance(body, dict):
            raise unreadable_body()
        if body.get("notificationUrl"):
            address = _address(body["notificationUrl"])
            await self._validate(address)
            found.notification_url = address
        if body.get("expirationDateTime"):
            found.expires_at = _expiration(body["expirationDateTime"])
        return shown(found)

    def delete(self, who: Subscriber, subscription_id: str) -> None:
        self._drop(self.get(who, subscription_id))

    def changed(self, mailbox: Mailbox, event: Event, change: str, push: bool) -> None:
        """An event changed; those who listen for such changes are told when ``push``."""
        listening = self._state.listening.get(mailbox.email)
        if not push or not listening:
            return
        now = clock.now()
        for subscription_id in tuple(listening):
            subscription = self._state.subscriptions[subscription_id]
            if subscription.expires_at <= now:
                self._drop(subscription)
            elif change in subscription.change_types and event.calendar == subscription.calendar:
                subscription.pending.append(_notification(subscription, mailbox, event, change))
                self._courier.wake(
                    subscription_id,
                    lambda subscription=subscription: self._pack(subscription),  # type: ignore[misc]
                )

    def tell_lifecycle(self, subscription_id: str, event: str) -> Resource:
        """Send a lifecycle notification where the subscription has an address for them. Raises 400 or 404."""
        subscription = self._state.subscriptions.get(subscription_id)
        if subscription is None:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        if event not in _LIFECYCLE or subscription.lifecycle_url is None:
            raise _invalid("No such lifecycle event, or no address for them.")
        told = _head(subscription) | {"lifecycleEvent": event}
        content = orjson.dumps({"value": [told]})
        if event == "subscriptionRemoved":
            self._drop(subscription)
        waiting = [Callback(subscription.lifecycle_url, _JSON, content)]
        self._courier.wake(f"{subscription_id} {event}", lambda: waiting.pop() if waiting else None)
        return told

    def _watched(self, who: Subscriber, resource: object) -> tuple[Mailbox, str]:
        """The mailbox and its calendar beside the default one, empty for that."""
        text = unquote(str(resource or "")).strip("/")
        owner, _, rest = text.partition("/")
        if owner == "users":
            owner, _, rest = rest.partition("/")
        address = who.email if owner == "me" else owner
        if rest not in _RESOURCE_ENDS and not (rest.startswith("calendars/") and rest.endswith("/events")):
            raise _invalid(f"Resource '{text}' is not supported for subscriptions.")
        mailbox = self._mailbox_of(address) if address else None
        if mailbox is None or (who.email is not None and mailbox.email != who.email.lower()):
            raise GraphError(403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden]")
        if not rest.startswith("calendars/"):
            return mailbox, ""
        return mailbox, calendar_named(mailbox, rest.removeprefix("calendars/").removesuffix("/events"))

    async def _validate(self, address: str) -> None:
        token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
        callback = Callback(
            address, headers={"Content-Type": "text/plain; charset=utf-8"}, params={"validationToken": token}
        )
        answer = await self._callbacks.send(callback, timeout_s=_VALIDATION_S)
        if answer is None:
            raise _invalid("Subscription validation request timed out.")
        kind = answer.headers.get("content-type", "")
        if answer.status_code != 200 or not kind.startswith("text/plain") or answer.text != token:
            raise _invalid(
                "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation "
                "request."
            )

    def _drop(self, subscription: Subscription) -> None:
        subscription.pending.clear()
        self._state.subscriptions.pop(subscription.id, None)
        self._state.listening[subscription.mailbox].discard(subscription.id)

    def _pack(self, subscription: Subscription) -> Callback | None:
        """All that is pending in one post."""
        if not subscription.pending:
            return None
        content = orjson.dumps({"value": subscription.pending})
        subscription.pending = []
        return Callback(subscription.notification_url, _JSON, content)


def _notification(subscription: Subscription, mailbox: Mailbox, event: Event, change: str) -> Resource:
    path = f"Users/{mailbox.user_id}/Events/{event.id}"
    return _head(subscription) | {
        "changeType": change,
        "resource": path,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": path,
            "@odata.etag": event.etag,
            "id": event.id,
        },
    }


def _head(subscription: Subscription) -> Resource:
    """What every notification of the subscription says."""
    head: Resource = {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": timestamp(subscription.expires_at),
        "tenantId": TENANT_ID,
    }
    return head | ({"clientState": subscription.client_state} if subscription.client_state else {})


def shown(subscription: Subscription) -> Resource:
    """The subscription as answered; clientState is never shown again after a create."""
    return {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscriptions/$entity",
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": subscription.application_id,
        "changeType": ",".join(sorted(subscription.change_types)),
        "clientState": subscription.client_state,
        "notificationUrl": subscription.notification_url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": timestamp(subscription.expires_at),
        "creatorId": subscription.creator_id,
    }


def _invalid(message: str) -> GraphError:
    return GraphError(400, "InvalidRequest", message)


def _address(value: object) -> str:
    if not isinstance(value, str) or not address_allowed(value):
        raise _invalid("The NotificationUrl must be an https URL.")
    return value


def _change_types(value: object) -> set[str]:
    found = {part.strip().lower() for part in str(value or "").split(",")}
    if not found <= _CHANGES:
        raise _invalid(f"The changeType '{value}' is not supported.")
    return found


def _expiration(value: object) -> datetime:
    """Never under 45 minutes from now; over 10,080 is refused."""
    if not isinstance(value, str):
        raise _invalid("The expirationDateTime is required.")
    asked, now = parse_instant(value, "expirationDateTime"), clock.now()
    if asked <= now:
        raise _invalid("Subscription expiration must be in the future.")
    if asked > now + _LONGEST + timedelta(minutes=1):
        raise _invalid("Subscription expiration can only be 10080 minutes in the future.")
    return max(asked, now + _SHORTEST)
