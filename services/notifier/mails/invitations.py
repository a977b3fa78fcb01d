"""Which mails carry the invitation, and what stands in it: the guest's only, staff have the calendar entry (G14)."""

from dataclasses import replace

from services.notifier.mails.invitation import Invitation, Method, Participant, invitation, uid_of
from services.notifier.mails.material import Material
from services.notifier.mails.scene import Scene
from services.notifier.mails.text import line
from services.notifier.model.invited import invited_by
from services.notifier.model.matter import Matter
from shared.contracts.notifier import Audience, Purpose

_METHODS = {
    Purpose.CONFIRMED: Method.REQUEST,
    Purpose.RESCHEDULED: Method.REQUEST,
    Purpose.LINK: Method.REQUEST,
    Purpose.CANCELED: Method.CANCEL,
}


def for_mail(material: Material, scene: Scene) -> Invitation | None:
    """The invitation of this mail, or nothing. SEQUENCE is the revision, or the next number where a mail of this
    revision had it: a late or another link, or one told by a notice (C7), reaches the guest's calendar too, and no
    number comes twice (G14).
    """
    appointment = material.matter.appointment
    method = Method.REQUEST if material.notice.tells_link else _METHODS.get(scene.purpose)
    if material.notice.occurrence is not None:
        method = Method.REQUEST  # the series goes on, without this one or with it at another time
    invited = invited_by(material.matter)
    if appointment is None or method is None or scene.audience is not Audience.GUEST or invited is None:
        return None
    made = invitation(
        method,
        uid=invited.uid or uid_of(appointment.appointment_id),
        asks=invited.asks and method is Method.REQUEST,
        sequence=max(appointment.revision, _newest_sequence(material.matter) + 1),
        start_at=appointment.start_at,
        end_at=appointment.end_at,
        zone=material.zone,
        title=scene.title,
        description=_description(scene),
        location=scene.join.way if scene.join else scene.place or scene.address,
        organizer=Participant(scene.company, line(invited.organizer) or material.organizer_address),
        guest=Participant(scene.guest, line(appointment.guest.email)),
        stamp=material.at,
        all_day=appointment.all_day,
        series=appointment.series,
    )
    return replace(made, uid=invited.uid, organizer=invited.organizer)


def _newest_sequence(matter: Matter) -> int:
    return max((delivery.sequence for delivery in matter.deliveries.values()), default=-1)


def _description(scene: Scene) -> str:
    labels = ("ミーティングID", "パスワード") if scene.language == "ja" else ("Meeting ID", "Passcode")
    manage = "日程の変更・キャンセル" if scene.language == "ja" else "Move or cancel"
    join = scene.join
    own = join.own_url if join else ""
    block = (join.url, f"{labels[0]}: {join.meeting_id}", f"{labels[1]}: {join.passcode}") if join and join.url else ()
    page = f"{manage}: {scene.url}" if scene.manage_url else scene.url
    return "\n\n".join(filter(None, (own, "\n".join(block), scene.place, scene.guidance, page)))
