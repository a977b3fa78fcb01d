"""``/inspect/zoom``: users of an account, server-to-server apps, the day's budget, and an app that is removed."""

from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from deploy.sandbox.accounts import Account, Address, Provider
from deploy.sandbox.world import World
from deploy.sandbox.zoom.access import ADMIN_SCOPES
from deploy.sandbox.zoom.apps import ServerApp, ServerApps
from deploy.sandbox.zoom.errors import no_such_user
from deploy.sandbox.zoom.inspect_refusals import AnswersRefusals
from deploy.sandbox.zoom.limits import Limits
from deploy.sandbox.zoom.news import News
from deploy.sandbox.zoom.people import People
from deploy.sandbox.zoom.views import Json, account_id, user_row
from shared import clock


class Notifying(BaseModel):
    """``notify``: whether Zoom tells subscribers about it."""

    model_config = ConfigDict(extra="forbid")

    notify: bool = True


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Address
    name: str = ""
    id: str = ""
    zoom_type: Literal[1, 2] = 2
    admin: bool = False
    time_zone: str = "Asia/Tokyo"


class NewUsers(Notifying):
    """``users`` as named, and ``count`` more: ``user001@ORGANIZATION.example`` and so on."""

    organization: str = Field(min_length=1)
    users: list[NewUser] = Field(default_factory=list)
    count: int = Field(default=0, ge=0, le=1000)

    def all(self) -> list[NewUser]:
        domain = f"{self.organization}.example" if self.organization.isascii() else "zoom.example"
        numbered = [
            NewUser(email=f"user{number:03}@{domain}", name=f"利用者 {number:03}")
            for number in range(1, self.count + 1)
        ]
        return self.users + numbered


class UserEdit(Notifying):
    """What is left out stays."""

    email: Address | None = None
    name: str | None = None
    zoom_type: Literal[1, 2] | None = None
    active: bool | None = None
    admin: bool | None = None

    def changes(self) -> dict[str, object]:
        given = self.model_dump(exclude={"notify", "zoom_type"}, exclude_none=True)
        return given if self.zoom_type is None else given | {"plan": self.zoom_type}


class Budget(BaseModel):
    """``user``: Zoom's id or an address. Less than nothing used leaves more than Zoom's limit for today."""

    model_config = ConfigDict(extra="forbid")

    user: str
    used: int = Field(ge=-1_000_000)


class Removal(Notifying):
    """One person's grant (``user``), or all of an ``account``."""

    user: str | None = None
    account: str | None = None


class NewApp(BaseModel):
    """A server-to-server app of one account; without ``scopes`` all that Chosei uses."""

    model_config = ConfigDict(extra="forbid")

    client_id: str
    client_secret: str
    account: str
    scopes: str = ADMIN_SCOPES


def _row(account: Account) -> Json:
    return user_row(account) | {"account_id": account_id(account)}


def _found(people: People, user: str) -> Account:
    """Raises ``ZoomRefused``."""
    account = people.find(user)
    if account is None:
        raise no_such_user(user)
    return account


def _add_user_routes(router: APIRouter, people: People) -> None:
    @router.get("/users")
    async def users(organization: str | None = None) -> dict[str, list[Json]]:
        """Also those who are not active; ``organization`` is an ``account_id``."""
        return {"items": [_row(account) for account in people.of(organization)]}

    @router.post("/users")
    async def add(wish: NewUsers) -> dict[str, list[Json]]:
        made = [
            Account(
                provider=Provider.ZOOM,
                organization=wish.organization,
                plan=one.zoom_type,
                **one.model_dump(exclude={"zoom_type"}),
            )
            for one in wish.all()
        ]
        return {"items": [_row(people.add(account, notify=wish.notify)) for account in made]}

    @router.patch("/users/{user}")
    async def edit(user: str, wish: UserEdit) -> Json:
        return _row(people.edit(_found(people, user), wish.changes(), notify=wish.notify))

    @router.post("/users/{user}/delete")
    async def delete(user: str, wish: Notifying | None = None) -> Json:
        account = _found(people, user)
        people.delete(account, notify=wish is None or wish.notify)
        return _row(account)


def build_people_router(world: World, news: News) -> APIRouter:
    """Only after Zoom's own router, which makes the OAuth server."""
    router = APIRouter(route_class=AnswersRefusals)
    oauth = world.oauth[Provider.ZOOM]
    people, limits, apps = People(world, oauth, news), world.state(Limits), world.state(ServerApps)
    _add_user_routes(router, people)

    @router.get("/budget")
    async def budget(user: str) -> dict[str, int]:
        """Creates and updates of today, by Zoom's user id or address."""
        account = people.find(user)
        return {"used": limits.used_today(account.id if account else user, clock.now())}

    @router.put("/budget")
    async def set_budget(wish: Budget) -> dict[str, int]:
        limits.set_used(_found(people, wish.user).id, wish.used, clock.now())
        return {"used": wish.used}

    @router.post("/apps")
    async def add_app(wish: NewApp) -> dict[str, str]:
        app = ServerApp(wish.client_id, wish.client_secret, wish.account, wish.scopes)
        apps.all[app.client_id] = app
        oauth.rules.clients[app.client_id] = app.client_secret
        return {"client_id": app.client_id, "account": app.account_id}

    @router.post("/deauthorize")
    async def deauthorize(wish: Removal) -> Json:
        if (wish.user is None) == (wish.account is None):
            raise HTTPException(422, detail="give either user or account")
        if wish.user is not None:
            account = _found(people, wish.user)
            people.deauthorize(account, notify=wish.notify)
            return {"account_id": account_id(account), "user_id": account.id}
        people.deauthorize_account(str(wish.account), notify=wish.notify)
        return {"account_id": wish.account}

    return router
