"""Composing: gathers what one mail needs, opens the secrets, renders it and keeps the bytes as an open delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifier.directory import Directory
from services.notifier.mails.material import Material
from services.notifier.mails.message import Recipient, UnusableAddress, message_id, to_bytes, usable_address
from services.notifier.mails.own_links import as_told
from services.notifier.mails.scene import Join
from services.notifier.mails.text import line
from services.notifier.model.matter import Delivery, Matter, Notice, Status, address_mark
from services.notifier.model.people import Organization
from services.notifier.store import Safe
from services.notifier.usecases.stay_inside import StayInside
from services.notifier.usecases.word import WordMail
from shared import clock
from shared.contracts.booking import FormerGuest
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.sealed import AppointmentSecrets, MeetingSecrets, ProposalSecrets
from shared.zoom_block import is_at_zoom

SANDBOX = "sandbox_organization"


class NobodyToMail(Exception):
    """Nobody on this side can get this mail, now or later; ``by_choice`` where all of them were disabled, or are
    outside of a sandbox organization.
    """

    def __init__(self, reason: str, *, by_choice: bool = False) -> None:
        self.reason = reason
        self.by_choice = by_choice
        super().__init__(reason)


class NobodyKnown(Exception):
    """The organization, or those of its staff who would get this mail, have not been heard of yet."""

    def __init__(self) -> None:
        super().__init__("not heard of yet")


@dataclass(frozen=True)
class Sender:
    """Who mails are from, and where their links lead."""

    mail_from: str
    public_url: str

    @property
    def domain(self) -> str:
        return self.mail_from.partition("@")[2]


class ComposeMail:
    """Makes one mail, ready to be sent."""

    def __init__(self, directory: Directory, safe: Safe, sender: Sender, words: WordMail) -> None:
        self._directory = directory
        self._words = words
        self._safe = safe
        self._sender = sender
        self._stay_inside = StayInside(directory)

    async def compose(self, matter: Matter, notice: Notice, audience: Audience) -> Delivery:
        """An open delivery with the bytes to send; raises ``NobodyToMail`` and ``NobodyKnown``."""
        organization = await self._directory.organization(matter.organization_id)
        if organization is None:
            raise NobodyKnown()
        recipients, unusable = await self._recipients(matter, notice, audience)
        allowed = await self._allowed(organization, audience, [recipient.email for recipient in recipients])
        recipients = tuple(recipient for recipient in recipients if recipient.email in allowed)
        about = await self._named(matter) or recipients[0].name
        if notice.former_guest is None:
            material = self.material(matter, notice, audience, organization, about)
        else:
            material = self._farewell(matter, notice, notice.former_guest, organization)
        worded = await self._words.word(material)
        await self._words.tell(worded, notice)
        mail = worded.mail
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
            tag=notice.tag,
            message_id=message_id(key, self._sender.domain),
            message=self._safe.lock_mail(content, about=matter.about),
            recipients=[recipient.email for recipient in recipients],
            refused=unusable,
            link=matter.link if (material.join.url if material.join else material.place) else "",
            own_link=matter.own_link(audience) if material.join and material.join.own_url else "",
            to=address_mark(recipients[0].email) if audience is Audience.GUEST else "",
            sequence=mail.invitation.sequence if mail.invitation else -1,
            uid=mail.invitation.uid if mail.invitation else "",
            organizer=mail.invitation.organizer if mail.invitation else "",
            fell_back=worded.breakage is not None,
        )

    async def allowed(self, matter: Matter, audience: Audience, addresses: Sequence[str]) -> list[str]:
        """Whom of these a mail that is written may still reach (H14)."""
        organization = await self._directory.organization(matter.organization_id)
        return await self._allowed(organization, audience, addresses)

    async def _allowed(
        self, organization: Organization | None, audience: Audience, addresses: Sequence[str]
    ) -> list[str]:
        """A guest from outside never is; staff may be heard of yet."""
        allowed = await self._stay_inside(organization, addresses)
        if not allowed and audience is Audience.GUEST:
            raise NobodyToMail(SANDBOX, by_choice=True)
        if not allowed:
            raise NobodyKnown()
        return allowed

    async def _recipients(
        self, matter: Matter, notice: Notice, audience: Audience
    ) -> tuple[tuple[Recipient, ...], int]:
        """Each address once, and how many cannot be used."""
        wanted = await self._wanted(matter, notice, audience)
        usable: dict[str, Recipient] = {}
        unusable = 0
        for recipient in wanted:
            try:
                address = usable_address(recipient.email)
                usable.setdefault(address.casefold(), Recipient(recipient.name, address))
            except UnusableAddress:
                unusable += 1
        if not usable:
            raise NobodyToMail("no_usable_address")
        return tuple(usable.values()), unusable

    async def _wanted(self, matter: Matter, notice: Notice, audience: Audience) -> list[Recipient]:
        """The guest, the administrators, or the staff concerned; of staff those who are not disabled."""
        state = matter.appointment or matter.proposal
        if state is not None and audience is Audience.GUEST:
            guest = notice.former_guest.guest if notice.former_guest else state.guest
            return [Recipient(line(guest.known_as), guest.email)]
        if audience is Audience.ADMINS:
            members = await self._directory.administrators(matter.organization_id)
            people = {member.staff_id: member.person for member in members}
            known = {member.staff_id: member for member in members}
        else:
            side = (*state.attendees, state.creator) if state else ()
            known = await self._directory.members([matter.about] if state is None else [a.staff_id for a in side])
            told = {attendee.staff_id: attendee.person for attendee in side}
            people = {**told, **{staff_id: member.person for staff_id, member in known.items()}}
            if notice.person is not None:
                people = {matter.about: notice.person}
        if not people:
            raise NobodyKnown()
        enabled = [p for staff_id, p in people.items() if staff_id not in known or not known[staff_id].disabled]
        if not enabled:
            raise NobodyToMail("disabled", by_choice=True)
        return [Recipient(person.name, person.email) for person in enabled]

    async def _named(self, matter: Matter) -> str:
        """The person whom the matter is about, where it is about one."""
        if matter.appointment or matter.proposal:
            return ""
        known = await self._directory.members([matter.about])
        return known[matter.about].person.name if matter.about in known else ""

    def material(
        self,
        matter: Matter,
        notice: Notice,
        audience: Audience,
        organization: Organization,
        staff_name: str,
    ) -> Material:
        """What the mail is made of, as of now."""
        secrets = self._secrets(matter)
        comes_at = matter.link_comes_at(audience, clock.now())
        own_url = self._own_url(matter, audience, secrets)
        return Material(
            matter=matter,
            notice=notice,
            audience=audience,
            organization=organization,
            public_url=self._sender.public_url,
            organizer_address=self._sender.mail_from,
            at=clock.now().replace(microsecond=0),
            guest_url=secrets.guest_url if secrets else "",
            invitation_url=self._safe.open(notice.url, about=matter.about) if notice.url else "",
            guidance=secrets.guidance if secrets else "",
            words=self._words_of(matter, notice, audience, secrets),
            join=None if comes_at else as_told(self._join(matter), own_url, organization.mail_links),
            place=secrets.place if isinstance(secrets, AppointmentSecrets) and not comes_at else "",
            link_comes_at=comes_at,
            staff_name=staff_name,
            answers=secrets.answers if isinstance(secrets, AppointmentSecrets) else (),
        )

    def _words_of(
        self, matter: Matter, notice: Notice, audience: Audience, secrets: ProposalSecrets | AppointmentSecrets | None
    ) -> str:
        """What a person wrote to this side: a guest's reason is for staff (H10), staff's words are for both."""
        if notice.by_guest:
            of_guest = secrets.guest_reason if isinstance(secrets, AppointmentSecrets) else ""
            return of_guest if audience is not Audience.GUEST else ""
        if notice.purpose in (Purpose.CANCELED, Purpose.DECLINED) and secrets:
            return secrets.message
        return self._safe.open(notice.words, about=matter.about) if notice.words else ""

    def _farewell(self, matter: Matter, notice: Notice, former: FormerGuest, organization: Organization) -> Material:
        """For the former guest the appointment is cancelled; page, words and links are another's by now (C9, G23)."""
        return Material(
            matter=matter.as_known_to(former),
            notice=notice.model_copy(update={"purpose": Purpose.CANCELED}),
            audience=Audience.GUEST,
            organization=organization,
            public_url=self._sender.public_url,
            organizer_address=self._sender.mail_from,
            at=clock.now().replace(microsecond=0),
        )

    def _secrets(self, matter: Matter) -> ProposalSecrets | AppointmentSecrets | None:
        if matter.secrets is None:
            return None
        opened = self._safe.open(matter.secrets, about=matter.about)
        kind = AppointmentSecrets if matter.appointment else ProposalSecrets
        return kind.model_validate_json(opened)

    def _own_url(self, matter: Matter, audience: Audience, secrets: ProposalSecrets | AppointmentSecrets | None) -> str:
        """Our link to the meeting for this side (X9)."""
        if audience is not Audience.GUEST:
            return f"{self._sender.public_url}/appointments/{matter.about}/join"
        return secrets.join_url if isinstance(secrets, AppointmentSecrets) else ""

    def _join(self, matter: Matter) -> Join | None:
        joining = matter.joining
        if joining is None or joining.sealed is None:
            return None
        opened = MeetingSecrets.model_validate_json(self._safe.open(joining.sealed, about=matter.about))
        digits = "".join(character for character in opened.meeting_id if character.isdigit())
        return Join(
            url=line(opened.join_url),
            meeting_id=digits,
            passcode=line(opened.passcode),
            at_zoom=matter.by_hand is None or is_at_zoom(opened.join_url),
        )
