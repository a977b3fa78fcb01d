"""Preview: the guest's proposal mail, drawn by the code that sends it (R17)."""

from services.notifier.directory import Directory
from services.notifier.mails.material import Material
from services.notifier.mails.message import Mail
from services.notifier.model.matter import Chain, Matter, Notice
from services.notifier.usecases.compose import Sender
from services.notifier.usecases.word import WordMail
from shared import clock
from shared.contracts.booking import SlotsProposed
from shared.contracts.notifier import Audience, Purpose
from shared.contracts.sealed import ProposalSecrets
from shared.crypto import KeyRing, UndecryptableValue
from shared.problem import InvalidInput, Problem


class OrganizationUnheard(Problem):
    """Right after an organization was made its settings may still be on the way."""

    code, status = "organization_unknown", 503
    ja = "会社の設定をまだ受け取っていません。しばらくしてからもう一度お試しください。"
    en = "The organization's settings have not arrived yet. Please try again in a moment."


class PreviewProposal:
    """Nothing is stored or sent."""

    def __init__(self, directory: Directory, bus: KeyRing, sender: Sender, words: WordMail) -> None:
        self._directory = directory
        self._words = words
        self._bus = bus
        self._sender = sender

    async def preview(self, subject: str, organization_id: str, data: SlotsProposed) -> Mail:
        """Raises ``OrganizationUnheard`` and, for what was sealed for something else, ``InvalidInput``."""
        organization = await self._directory.organization(organization_id)
        if organization is None:
            raise OrganizationUnheard(headers={"Retry-After": "1"})
        try:
            secrets = ProposalSecrets.unseal(self._bus, data.sealed, subject=subject)
        except UndecryptableValue as error:
            raise InvalidInput(errors=[{"pointer": "/data/sealed", "detail": str(error)}]) from error
        now = clock.now()
        notice = Notice(
            purpose=Purpose.PROPOSED,
            revision=1,
            audiences=(Audience.GUEST,),
            at=now,
            chain=Chain(causation_id="", correlation_id=""),
        )
        matter = Matter(about=subject, organization_id=organization_id, revision=1, proposal=data.proposal)
        material = Material(
            matter=matter,
            notice=notice,
            audience=Audience.GUEST,
            organization=organization,
            public_url=self._sender.public_url,
            organizer_address=self._sender.mail_from,
            at=now,
            guest_url=secrets.guest_url,
            guidance=secrets.guidance,
        )
        return (await self._words.word(material)).mail
