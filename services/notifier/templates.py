"""Mail templates in MongoDB: one document for each organization, mail and language that was ever changed (C6)."""

from services.notifier.model.templates import Breakage, MailTemplate
from shared.mongo import ASCENDING, Collection, Database, DuplicateKeyError, IndexModel
from shared.wording import Language

TEMPLATE_INDEXES = (IndexModel([("organization_id", ASCENDING)], name="of_organization"),)


class Templates:
    """A write tells whether the version that it follows was still the newest."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database["mail_templates"]

    async def find(self, organization_id: str, name: str, language: Language) -> MailTemplate:
        """As it is kept, or one that was never changed."""
        unwritten = MailTemplate(organization_id=organization_id, name=name, language=language)
        row = await self.collection.find_one({"_id": unwritten.key})
        return MailTemplate.model_validate(row) if row else unwritten

    async def of_organization(self, organization_id: str) -> list[MailTemplate]:
        rows = await self.collection.find({"organization_id": organization_id}, {"wording.body": 0}).to_list(None)
        return [MailTemplate.model_validate(_without_body(row)) for row in rows]

    async def save(self, changed: MailTemplate) -> bool:
        document = changed.model_dump(mode="json")
        if changed.version == 1:
            try:
                await self.collection.insert_one({"_id": changed.key, **document})
            except DuplicateKeyError:
                return False
            return True
        known = {"_id": changed.key, "version": changed.version - 1}
        return (await self.collection.update_one(known, {"$set": document})).modified_count == 1

    async def note_breakage(self, template: MailTemplate, breakage: Breakage) -> bool:
        """Answers whether this is the first of its version."""
        sound = {"_id": template.key, "version": template.version, "broken": None}
        done = await self.collection.update_one(sound, {"$set": {"broken": breakage.model_dump(mode="json")}})
        return done.modified_count == 1


def _without_body(row: dict[str, object]) -> dict[str, object]:
    """Lists need no bodies."""
    wording = row.get("wording")
    return {**row, "wording": {**wording, "body": ""} if isinstance(wording, dict) else None}
