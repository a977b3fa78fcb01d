"""Meeting settings: Zoom's defaults, and which of a request's are taken over. Unknown ones and nulls are ignored."""

from collections.abc import Mapping

DEFAULTS: dict[str, object] = {
    "host_video": False,
    "participant_video": False,
    "cn_meeting": False,
    "in_meeting": False,
    "join_before_host": False,
    "jbh_time": 0,
    "mute_upon_entry": False,
    "watermark": False,
    "use_pmi": False,
    "approval_type": 2,
    "audio": "both",
    "auto_recording": "none",
    "enforce_login": False,
    "enforce_login_domains": "",
    "alternative_hosts": "",
    "alternative_hosts_email_notification": True,
    "alternative_host_update_polls": False,
    "close_registration": False,
    "show_share_button": False,
    "allow_multiple_devices": False,
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "waiting_room": False,
    "request_permission_to_unmute_participants": False,
    "meeting_authentication": False,
    "encryption_type": "enhanced_encryption",
    "email_notification": True,
    "host_save_video_order": False,
    "allow_host_control_participant_mute_state": False,
    "device_testing": False,
    "focus_mode": False,
    "private_meeting": False,
    "internal_meeting": False,
    "show_join_info": False,
    "push_change_to_calendar": False,
    "auto_start_meeting_summary": False,
    "auto_start_ai_companion_questions": False,
    "contact_name": "",
    "contact_email": "",
    "calendar_type": 1,
    "registration_type": 1,
}
_HIDDEN_UNLESS_GIVEN = {"contact_name", "contact_email", "calendar_type", "registration_type"}
_ALLOWED: dict[str, set[object]] = {
    "jbh_time": {0, 5, 10, 15},
    "approval_type": {0, 1, 2},
    "registration_type": {1, 2, 3},
    "calendar_type": {1, 2},
    "audio": {"both", "telephony", "voip", "thirdParty"},
    "auto_recording": {"local", "cloud", "none"},
    "encryption_type": {"enhanced_encryption", "e2ee"},
}


def initial() -> dict[str, object]:
    return {name: value for name, value in DEFAULTS.items() if name not in _HIDDEN_UNLESS_GIVEN}


def wrong(given: Mapping[str, object]) -> list[str]:
    """The names of known settings whose value is of the wrong type or not among Zoom's choices."""
    return [name for name, value in given.items() if name in DEFAULTS and value is not None and not _fits(name, value)]


def taken(given: Mapping[str, object]) -> dict[str, object]:
    """The known settings of a request, and its invitees."""
    known = {name: value for name, value in given.items() if name in DEFAULTS and value is not None}
    invitees = given.get("meeting_invitees")
    if isinstance(invitees, list):
        known["meeting_invitees"] = [
            {"email": invitee["email"]}
            for invitee in invitees
            if isinstance(invitee, dict) and isinstance(invitee.get("email"), str)
        ]
    return known


def _fits(name: str, value: object) -> bool:
    default = DEFAULTS[name]
    if type(value) is not type(default):
        return False
    return name not in _ALLOWED or value in _ALLOWED[name]
