"""Composing: gathers what one mail needs, opens the secrets, renders it and keeps the bytes as an open delivery."""

from dataclasses import dataclass

from services.notifier.directory import Directory
from services.notifier.mails.letters import write
from services.notifier.mails.material import Material
from services.notifier.mails.message import Recipient, UnusableAddress, message_id, to_bytes, usable_address
from services.notifier.mails.scene import Join
from services.notifier.mails.text import line
from services.notifier.model.matter import Delivery, Matter, Notice, Status
from services.notifier.model.people import Organization
from services.notifier.store import Safe
from shared import clock
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.sealed import AppointmentSecrets, MeetingSecrets, ProposalSecrets


class NobodyToMail(Exception):
    """Nobody on this side has a usable address; ``known`` is false where staff have not been heard of yet."""

    def __init__(self, *, known: bool) -> None:
        self.known = known
        super().__init__("nobody to mail")


@dataclass(frozen=True)
class Sender:
    """Who mails are from, and where their links lead."""

    mail_from: str
    public_url: str

    @property
    def domain(self) -> str:
        return self.mail_from.partition("@")[2]


class ComposeMail:
    def __init__(self, directory: Directory, safe: Safe, sender: Sender) -> None:
        self._directory = directory
        self._safe = safe
        self._sender = sender

    async def compose(self, matter: Matter, notice: Notice, audience: Audience, organization: Organization) -> Delivery:
        """An open delivery with the bytes to send; raises ``NobodyToMail``."""
        recipients, unusable = await self._recipients(matter, audience)
        material = self._material(matter, notice, audience, organization, recipients)
        mail = write(material)
        key = f"{matter.about}:{notice.delivery_key(audience)}"
        content = to_bytes(
            mail,
            sender=Recipient(organization.name, self._sender.mail_from),
            recipients=recipients,
            key=key,
            at=material.at,
            language=material.language,
        )
        return Delivery(
            status=Status.OPEN,
            purpose=notice.purpose,
            revision=notice.revision,
            audience=audience,
            message_id=message_id(key, self._sender.domain),
            message=self._safe.lock_mail(content, about=matter.about),
            recipients=[recipient.email for recipient in recipients],
            refused=unusable,
            link=matter.link if material.join else "",
            sequence=mail.invitation.sequence if mail.invitation else -1,
        )

    async def _recipients(self, matter: Matter, audience: Audience) -> tuple[tuple[Recipient, ...], int]:
        """Each address once, and how many cannot be used."""
        wanted = await self._wanted(matter, audience)
        usable: dict[str, Recipient] = {}
        unusable = 0
        for recipient in wanted:
            try:
                address = usable_address(recipient.email)
                usable.setdefault(address.casefold(), Recipient(recipient.name, address))
            except UnusableAddress:
                unusable += 1
        if not usable:
            raise NobodyToMail(known=bool(wanted))
        return tuple(usable.values()), unusable

    async def _wanted(self, matter: Matter, audience: Audience) -> list[Recipient]:
        state = matter.appointment or matter.proposal
        if audience is Audience.ADMINS:
            members = await self._directory.administrators(matter.organization_id)
            return [Recipient(member.person.name, member.person.email) for member in members]
        if state is None:
            known = await self._directory.members([matter.about])
            return [Recipient(m.person.name, m.person.email) for m in known.values() if not m.disabled]
        if audience is Audience.GUEST:
            return [Recipient(line(state.guest.known_as), state.guest.email)]
        side = {attendee.staff_id: attendee.person for attendee in (*state.attendees, state.creator)}
        known = await self._directory.members(list(side))
        gone = {staff_id for staff_id, member in known.items() if member.disabled}
        newest = {**side, **{staff_id: member.person for staff_id, member in known.items()}}
        return [Recipient(p.name, p.email) for staff_id, p in newest.items() if staff_id not in gone]

    def _material(
        self,
        matter: Matter,
        notice: Notice,
        audience: Audience,
        organization: Organization,
        recipients: tuple[Recipient, ...],
    ) -> Material:
        secrets = self._secrets(matter)
        words = self._safe.open(notice.words, about=matter.about) if notice.words else ""
        canceled = notice.purpose is Purpose.CANCELED
        return Material(
            matter=matter,
            notice=notice,
            audience=audience,
            organization=organization,
            public_url=self._sender.public_url,
            organizer_address=self._sender.mail_from,
            at=clock.now().replace(microsecond=0),
            guest_url=secrets.guest_url if secrets else "",
            guidance=secrets.guidance if secrets else "",
            words=secrets.message if canceled and secrets else words,
            join=self._join(matter),
            staff_name=recipients[0].name,
        )

    def _secrets(self, matter: Matter) -> ProposalSecrets | AppointmentSecrets | None:
        if matter.secrets is None:
            return None
        opened = self._safe.open(matter.secrets, about=matter.about)
        kind = AppointmentSecrets if matter.appointment else ProposalSecrets
        return kind.model_validate_json(opened)

    def _join(self, matter: Matter) -> Join | None:
        if not matter.link or matter.meeting is None or matter.meeting.sealed is None:
            return None
        opened = MeetingSecrets.model_validate_json(self._safe.open(matter.meeting.sealed, about=matter.about))
        digits = "".join(character for character in opened.meeting_id if character.isdigit())
        return Join(url=line(opened.join_url), meeting_id=digits, passcode=line(opened.passcode))
