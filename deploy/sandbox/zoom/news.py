"""What Zoom tells the app about: meetings, users, and that somebody removed it; as its webhook schemas have it."""

from collections.abc import Iterable

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.oauth import Grant
from deploy.sandbox.world import World
from deploy.sandbox.zoom.model import Meeting
from deploy.sandbox.zoom.recurrence import Occurrence
from deploy.sandbox.zoom.times import written
from deploy.sandbox.zoom.views import Json, Links, account_id, occurrence_row
from deploy.sandbox.zoom.webhooks import Webhooks
from shared import clock

_TOLD_OF_UPDATES = ("topic", "start_time", "duration", "timezone", "agenda", "password")


class News:
    """``by`` is who did it; without anybody it was the app itself, which Zoom tells about too."""

    def __init__(self, world: World, links: Links) -> None:
        self._accounts = world.accounts
        self._webhooks = Webhooks(world)
        self._links = links

    def created(self, meeting: Meeting, by: Account | None) -> None:
        self._of_meeting("meeting.created", meeting, self._whole(meeting), by)

    def updated(self, meeting: Meeting, before: Json, by: Account | None) -> None:
        """Only what differs, as it is and as it was; nothing where nothing does."""
        after = state_of(meeting)
        changed = [name for name in _TOLD_OF_UPDATES if before[name] != after[name]]
        if not changed:
            return
        known = _named(meeting)
        old = known | {name: before[name] for name in changed}
        new = known | {name: after[name] for name in changed}
        self._of_meeting("meeting.updated", meeting, new, by, old_object=old, scope="all", time_stamp=_now_ms())

    def occurrence_updated(self, meeting: Meeting, before: Occurrence, after: Occurrence, by: Account | None) -> None:
        if occurrence_row(before) == occurrence_row(after):
            return
        old = _named(meeting) | {"occurrences": [occurrence_row(before)]}
        new = _named(meeting) | {"occurrences": [occurrence_row(after)]}
        self._of_meeting("meeting.updated", meeting, new, by, old_object=old, scope="single", time_stamp=_now_ms())

    def deleted(self, meeting: Meeting, by: Account | None, occurrence: Occurrence | None = None) -> None:
        self._gone_or_back("meeting.deleted", meeting, by, occurrence)

    def recovered(self, meeting: Meeting, by: Account | None, occurrence: Occurrence | None = None) -> None:
        self._gone_or_back("meeting.recovered", meeting, by, occurrence)

    def user_created(self, account: Account) -> None:
        self._of_user("user.created", account, _user(account), creation_type="create")

    def user_updated(self, before: Account, after: Account) -> None:
        old, new = _user(before), _user(after)
        changed = {name for name in new if old[name] != new[name]}
        if changed:
            told: Json = {name: value for name, value in new.items() if name in changed or name == "id"}
            was: Json = {name: value for name, value in old.items() if name in changed or name == "id"}
            self._of_user("user.updated", after, told, old_object=was, time_stamp=_now_ms())

    def user_deactivated(self, account: Account) -> None:
        self._of_user("user.deactivated", account, _user(account))

    def user_activated(self, account: Account) -> None:
        self._of_user("user.activated", account, _user(account))

    def user_deleted(self, account: Account) -> None:
        self._of_user("user.deleted", account, _user(account))

    def deauthorized(self, grants: Iterable[Grant]) -> None:
        """One for each person and app; an app of its own account just ends."""
        for email, client_id in {(grant.account_email, grant.client_id) for grant in grants}:
            account = self._accounts.find(Provider.ZOOM, email) if email else None
            if account is not None:
                payload: Json = {
                    "account_id": account_id(account),
                    "user_id": account.id,
                    "client_id": client_id,
                    "signature": "",
                    "deauthorization_time": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
                }
                self._webhooks.send("app_deauthorized", payload)

    def _gone_or_back(self, event: str, meeting: Meeting, by: Account | None, occurrence: Occurrence | None) -> None:
        which: Json = {}
        if occurrence is not None:
            named = {name: occurrence_row(occurrence)[name] for name in ("occurrence_id", "start_time")}
            which = {"occurrences": [named]}
        operation = "all" if occurrence is None else "single"
        self._of_meeting(event, meeting, _brief(meeting) | which, by, operation=operation)

    def _of_meeting(self, event: str, meeting: Meeting, told: Json, by: Account | None, **beside: object) -> None:
        host = self._accounts.find(Provider.ZOOM, meeting.host_id)
        self._send(event, host, told, by or host, **beside)

    def _of_user(self, event: str, account: Account, told: Json, **beside: object) -> None:
        self._send(event, account, told, account, **beside)

    def _send(self, event: str, of: Account | None, told: Json, by: Account | None, **beside: object) -> None:
        payload: Json = {
            "account_id": account_id(of) if of else "",
            "operator": by.email if by else "",
            "operator_id": by.id if by else "",
            "object": told,
        }
        self._webhooks.send(event, payload | beside)

    def _whole(self, meeting: Meeting) -> Json:
        settings: Json = {"use_pmi": False, "alternative_hosts": ""}
        return _brief(meeting) | {
            "join_url": self._links.join(meeting),
            "password": meeting.password,
            "settings": settings,
        }


def state_of(meeting: Meeting) -> Json:
    """What updates are told of."""
    return {
        "topic": meeting.topic,
        "start_time": written(meeting.start_at),
        "duration": int(meeting.duration.total_seconds() // 60),
        "timezone": meeting.time_zone,
        "agenda": meeting.agenda,
        "password": meeting.password,
    }


def _named(meeting: Meeting) -> Json:
    return {"id": meeting.id, "uuid": meeting.uuid, "host_id": meeting.host_id}


def _brief(meeting: Meeting) -> Json:
    told = {name: value for name, value in state_of(meeting).items() if name not in ("agenda", "password")}
    return told | {"id": meeting.id, "uuid": meeting.uuid, "host_id": meeting.host_id, "type": int(meeting.type)}


def _user(account: Account) -> Json:
    return {
        "id": account.id,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "display_name": account.name,
        "email": account.email,
        "type": account.plan,
    }


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)
