"""How Zoom writes users and meetings in its answers."""

import secrets

from deploy.sandbox.accounts import Account
from deploy.sandbox.zoom.model import Meeting
from deploy.sandbox.zoom.recurrence import Occurrence
from deploy.sandbox.zoom.times import written

Json = dict[str, object]
_CREATED = "2024-04-01T00:00:00Z"
_AGENDA_IN_LISTS = 250


class Links:
    """URLs of meetings, below the sandbox's own address."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url}/zoom"

    def join(self, meeting: Meeting) -> str:
        return f"{self._base}/j/{meeting.id}?pwd={meeting.encrypted_password}"

    def start(self, meeting: Meeting) -> str:
        """Another one at every call: it expires and is a credential."""
        return f"{self._base}/s/{meeting.id}?zak={secrets.token_urlsafe(32)}"

    def personal(self, account: Account) -> str:
        return f"{self._base}/my/{account.id}"

    @property
    def api(self) -> str:
        return self._base


def account_id(account: Account) -> str:
    return account.organization or f"acc-{account.id}"


def user_status(account: Account) -> str:
    return "active" if account.active else "inactive"


def user_view(account: Account, links: Links) -> Json:
    return user_row(account) | {
        "account_id": account_id(account),
        "account_number": 1,
        "role_name": "Owner" if account.admin else "Member",
        "use_pmi": False,
        "personal_meeting_url": links.personal(account),
        "vanity_url": links.personal(account),
        "language": "jp-JP" if account.locale == "ja" else "en-US",
        "login_types": [100],
        "jid": f"{account.id.lower()}@xmpp.zoom.us",
        "company": account.organization,
        "job_title": "",
        "location": "",
        "cms_user_id": "",
    }


def user_row(account: Account) -> Json:
    return {
        "id": account.id,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "display_name": account.name,
        "email": account.email,
        "type": account.plan,
        "pmi": 1_000_000_000 + int.from_bytes(account.id.encode()[-4:]) % 1_000_000_000,
        "timezone": account.time_zone,
        "verified": 1,
        "dept": "",
        "created_at": _CREATED,
        "user_created_at": _CREATED,
        "last_login_time": _CREATED,
        "role_id": "0" if account.admin else "2",
        "group_ids": [],
        "im_group_ids": [],
        "status": user_status(account),
    }


def meeting_view(meeting: Meeting, links: Links) -> Json:
    """One meeting in full, as create and get answer it."""
    view: Json = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "host_email": meeting.host_email,
        "topic": meeting.topic,
        "type": int(meeting.type),
        "status": meeting.status.value,
        "start_time": written(meeting.start_at),
        "duration": _minutes(meeting),
        "timezone": meeting.time_zone,
        "agenda": meeting.agenda,
        "created_at": written(meeting.created_at),
        "start_url": links.start(meeting),
        "join_url": links.join(meeting),
        "password": meeting.password,
        "h323_password": meeting.password,
        "pstn_password": meeting.password,
        "encrypted_password": meeting.encrypted_password,
        "settings": meeting.settings,
        "pre_schedule": meeting.pre_schedule,
        "creation_source": "open_api",
    }
    if meeting.tracking_fields:
        view["tracking_fields"] = meeting.tracking_fields
    if meeting.recurrence:
        view["recurrence"] = meeting.recurrence
    if meeting.occurrences:
        view["occurrences"] = [occurrence_row(one) for one in meeting.occurrences]
    return view


def occurrence_row(one: Occurrence) -> Json:
    return {
        "occurrence_id": one.id,
        "start_time": written(one.start_at),
        "duration": int(one.duration.total_seconds() // 60),
        "status": "deleted" if one.deleted else "available",
    }


def meeting_row(meeting: Meeting, links: Links) -> Json:
    return {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": int(meeting.type),
        "start_time": written(meeting.start_at),
        "duration": _minutes(meeting),
        "timezone": meeting.time_zone,
        "agenda": meeting.agenda[:_AGENDA_IN_LISTS],
        "created_at": written(meeting.created_at),
        "join_url": links.join(meeting),
    }


def upcoming_row(meeting: Meeting, links: Links, caller_id: str) -> Json:
    return {
        "id": meeting.id,
        "topic": meeting.topic,
        "type": int(meeting.type),
        "start_time": written(meeting.start_at),
        "duration": _minutes(meeting),
        "timezone": meeting.time_zone,
        "created_at": written(meeting.created_at),
        "join_url": links.join(meeting),
        "passcode": meeting.password,
        "use_pmi": False,
        "is_host": meeting.host_id == caller_id,
    }


def inspect_view(meeting: Meeting, links: Links) -> Json:
    row = meeting_row(meeting, links) | {"agenda": meeting.agenda, "password": meeting.password}
    occurrences = {"occurrences": [occurrence_row(one) for one in meeting.occurrences]} if meeting.occurrences else {}
    return row | {"host_email": meeting.host_email, "status": meeting.status.value} | occurrences


def _minutes(meeting: Meeting) -> int:
    return int(meeting.duration.total_seconds() // 60)
