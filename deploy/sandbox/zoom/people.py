"""What an administrator does at Zoom: adds, edits, deactivates and deletes users of one account, ends apps."""

from collections.abc import Mapping

from deploy.sandbox.accounts import Account, Provider
from deploy.sandbox.oauth import Grant, OAuthServer
from deploy.sandbox.world import World
from deploy.sandbox.zoom.model import MeetingBook
from deploy.sandbox.zoom.news import News
from deploy.sandbox.zoom.views import account_id
from shared import clock


class People:
    """Users of Zoom. A user who is deactivated or deleted has no tokens any more; another address keeps them."""

    def __init__(self, world: World, oauth: OAuthServer, news: News) -> None:
        self._world = world
        self._oauth = oauth
        self._news = news
        self._book = world.state(MeetingBook)

    def of(self, organization: str | None) -> list[Account]:
        everybody = self._world.accounts.of(Provider.ZOOM)
        return [one for one in everybody if organization is None or account_id(one) == organization]

    def find(self, email_or_id: str) -> Account | None:
        return self._world.accounts.find(Provider.ZOOM, email_or_id)

    def add(self, account: Account, *, notify: bool) -> Account:
        if notify:
            self._news.user_created(account)
        return self._world.accounts.add(account)

    def edit(self, account: Account, changes: Mapping[str, object], *, notify: bool) -> Account:
        """The id stays; so do meetings and tokens."""
        names = {"first_name": "", "last_name": ""} if "name" in changes else {}
        after = Account(**account.model_dump() | names | dict(changes))
        self._world.accounts.remove(account)
        self._world.accounts.add(after)
        if after.email != account.email:
            self._oauth.rename(account.email, after.email)
        if account.active and not after.active:
            self._end_tokens_of(after)
        if notify:
            self._tell_of_edit(account, after)
        return after

    def delete(self, account: Account, *, notify: bool) -> None:
        """With all meetings."""
        for meeting in self._book.of_host(account.id):
            self._book.delete(meeting, clock.now())
            if notify:
                self._news.deleted(meeting, account)
        self._end_tokens_of(account)
        if notify:
            self._news.user_deleted(account)
        self._world.accounts.remove(account)

    def deauthorize(self, account: Account, *, notify: bool) -> None:
        """This person removes the app."""
        ended = self._end_tokens_of(account)
        if notify:
            self._news.deauthorized(ended)

    def deauthorize_account(self, organization: str, *, notify: bool) -> None:
        """An administrator removes the app for all: what people of the account allowed ends, and what apps got."""
        emails = {one.email for one in self.of(organization)}
        ended = self._oauth.end_grants(lambda grant: grant.realm == organization or grant.account_email in emails)
        if notify:
            self._news.deauthorized(ended)

    def _tell_of_edit(self, before: Account, after: Account) -> None:
        self._news.user_updated(before, after)
        if before.active and not after.active:
            self._news.user_deactivated(after)
        elif after.active and not before.active:
            self._news.user_activated(after)

    def _end_tokens_of(self, account: Account) -> list[Grant]:
        def theirs(grant: Grant) -> bool:
            return grant.account_email == account.email

        return self._oauth.end_grants(theirs)
