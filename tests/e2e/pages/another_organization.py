"""A second organization in a running demo. No page or API makes one; its documents are written as the first set-up
writes them, and the gateway's relay tells the others.
"""

from deploy.credentials import load_or_create
from deploy.demo.layout import HOST, Layout
from deploy.demo.mongodb import REPLICA_SET
from deploy.service_settings import mongo_url
from services.gateway.model import Locale, Organization, Role, Staff
from services.gateway.store.organizations import OrganizationStore
from services.gateway.store.staff import StaffStore
from services.gateway.usecases import announce
from services.gateway.usecases.passwords import Passwords
from shared import mongo
from shared.ids import new_id
from tests.infrastructure.demo import RunningDemo


async def another_organization(demo: RunningDemo, email: str, password: str) -> None:
    """``email`` administers it, in English."""
    organization = Organization(id=new_id("org"), name="Other Inc.", locale=Locale.EN, time_zone="Europe/Berlin")
    admin = Staff(
        id=new_id("stf"),
        organization_id=organization.id,
        name="Otto Other",
        email=email,
        role=Role.ADMIN,
        time_zone=organization.time_zone,
        locale=organization.locale,
        has_password=True,
    )
    known = load_or_create(demo.folder / "credentials.json").database["gateway"]
    ports = [int(url.rpartition(":")[2]) for url in (demo.gateway_url, demo.sandbox_url)]
    address = f"{HOST}:{Layout(ports[0], ports[1]).mongo_port}"
    url = mongo_url(address, "gateway", "gateway", known, REPLICA_SET, "gateway")
    client, database = mongo.connect(url, app_name="test")
    try:
        made, joined = announce.organization_changed(organization, "test"), announce.staff_changed(admin, "test")
        await mongo.in_transaction(
            client, lambda session: OrganizationStore(database).insert(organization, [made], session)
        )
        await StaffStore(database).insert(admin, await Passwords().hash(password), [joined])
    finally:
        await mongo.close(client)
