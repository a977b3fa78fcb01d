"""A replacement that was killed in the middle goes on, with any worker (C1, G15, G27)."""

from datetime import timedelta
from typing import Any

from services.zoom_issuer.hosts import StaffRecord
from services.zoom_issuer.providers import ZoomUser
from services.zoom_issuer.store.accounts import FoundAccount
from services.zoom_issuer.store.connections import Connection, ConnectionStatus, Kind
from services.zoom_issuer.usecases.access_tokens import Endpoints
from services.zoom_issuer.usecases.call_zoom import CallZoom
from services.zoom_issuer.usecases.follow_connection import FollowConnection
from services.zoom_issuer.usecases.hosting import AssignUser
from services.zoom_issuer.usecases.list_users import ListUsers
from services.zoom_issuer.usecases.replaced_users import ReplacedUsers
from shared import clock
from shared.contracts.envelope import Cause, CloudEvent
from shared.contracts.zoom_issuer import ZoomAccountConnected
from shared.due import DueWorker
from tests.builders import ORGANIZATION, an_event
from tests.integration.zoom_issuer.workshop import TARO, Workshop, a_grant, wanted


async def link(shop: Workshop, account: str, replaces: Connection | None = None) -> Connection:
    """What a confirmation commits; whoever was to follow it was killed."""

    def event_of(connection_id: str, version: int) -> CloudEvent[Any]:
        return an_event(ZoomAccountConnected(kind="admin_oauth"), subject=connection_id, version=version)

    found = FoundAccount(Kind.ADMIN, account, account, "stf_admin", a_grant(account), granted_by=f"boss of {account}")
    made, _ = await shop.accounts.link(
        ORGANIZATION,
        found,
        replaces=replaces,
        takes_from=None,
        connected=event_of,
        replaced=event_of,
        taken=event_of,
    )
    return made


def workers(shop: Workshop) -> tuple[DueWorker, DueWorker]:
    """Another replica's."""
    endpoint: Any = shop.endpoint
    relay: Any = shop.ear
    staff = DueWorker("staff", shop.staff.rows, AssignUser(shop.hosts, shop.staff, relay))
    follow = FollowConnection(
        shop.connections,
        shop.accounts,
        shop.users,
        shop.store,
        shop.staff,
        ListUsers(
            shop.accounts,
            shop.users,
            ReplacedUsers(shop.accounts, shop.users, shop.store),
            CallZoom(shop.tokens, shop.limits),
            shop.zoom,
            relay,
        ),
        Endpoints(endpoint, endpoint, lambda *_: endpoint),
        shop.worker,
        staff,
        list_every=timedelta(hours=4),
        give_up_after=timedelta(days=1),
    )
    return DueWorker("connections", shop.connections.rows, follow), staff


async def run(shop: Workshop) -> None:
    connections, staff = workers(shop)
    await connections.run_due()
    await staff.run_due()
    await shop.work()


async def test_c1_g15_a_replacement_killed_after_its_commit_goes_on_until_the_old_account_is_given_up(
    shop: Workshop,
) -> None:
    await shop.staff.keep(TARO, ORGANIZATION, StaffRecord(email="taro@example.jp"), 1, Cause.outside())
    shop.zoom.listed = [ZoomUser("u-old", "taro@example.jp", basic=False)]
    old = await link(shop, "old")
    await run(shop)
    await shop.want(wanted(organizer_id=TARO, zoom_user_id="u-old"))
    await run(shop)
    assert (await shop.row())["actual"]["host_user_id"] == "u-old"
    shop.zoom.listed = [ZoomUser("u-new", "taro@example.jp", basic=False)]
    await link(shop, "new", old)
    await run(shop)
    assert [told["zoom_user_id"] for told in shop.ear.of("zoom_user_assigned")] == ["u-old", "u-new"]
    await shop.want(wanted(organizer_id=TARO, zoom_user_id="u-new", revision=2))
    await run(shop)
    row = await shop.row()
    assert (row["actual"]["host_user_id"], row["leftovers"], len(shop.zoom.meetings)) == ("u-new", [], 1)
    clock.set_offset(clock.offset() + timedelta(seconds=31))
    await run(shop)
    former = await shop.connections.get(old.connection_id)
    assert former is not None
    assert (former.status, former.refresh_sealed) == (ConnectionStatus.DISCONNECTED, None)
    assert shop.endpoint.revoked == ["refresh-old"]
