"""The events that tell everyone else about organizations and staff."""

from services.gateway.model import Invitation, Organization, Staff
from shared.contracts.envelope import Cause, CloudEvent, DataT, envelope
from shared.contracts.gateway import OrganizationChanged, StaffChanged, StaffDisabled, StaffInvited
from shared.contracts.people import Person


def organization_changed(organization: Organization, request_id: str) -> CloudEvent[OrganizationChanged]:
    data = OrganizationChanged(**organization.model_dump(mode="json", exclude={"id", "version"}))
    return envelope(
        data,
        subject=organization.id,
        organization_id=organization.id,
        version=organization.version,
        cause=Cause.outside(request_id),
    )


def _person(staff: Staff) -> Person:
    return Person(name=staff.name, email=staff.email, kana=staff.kana)


def staff_changed(staff: Staff, request_id: str) -> CloudEvent[StaffChanged]:
    data = StaffChanged(
        person=_person(staff),
        role=staff.role.value,
        time_zone=staff.time_zone,
        locale=staff.locale.value,
        zoom_user=staff.zoom_user,
    )
    return _about(staff, data, request_id)


def staff_disabled(staff: Staff, request_id: str) -> CloudEvent[StaffDisabled]:
    return _about(staff, StaffDisabled(person=_person(staff)), request_id)


def staff_invited(
    staff: Staff, invitation: Invitation, inviter: Staff, sealed: str, request_id: str
) -> CloudEvent[StaffInvited]:
    data = StaffInvited(
        person=_person(staff),
        invited_by=_person(inviter),
        locale=staff.locale.value,
        expires_at=invitation.expires_at,
        sealed=sealed,
    )
    return _about(staff, data, request_id)


def _about(staff: Staff, data: DataT, request_id: str) -> CloudEvent[DataT]:
    return envelope(
        data,
        subject=staff.id,
        organization_id=staff.organization_id,
        version=staff.version,
        cause=Cause.outside(request_id),
    )
