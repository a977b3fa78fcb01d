"""Which Zoom user hosts (E1, C1, C8)."""

import pytest

from services.zoom_issuer.hosts import (
    AccountUser,
    Host,
    NoHost,
    OrganizationAccount,
    OwnLink,
    StaffRecord,
    assigned_of,
    host_of,
    replaced_by,
)

TARO = AccountUser("u-taro", "taro@example.jp", basic=False)
BOOTH = AccountUser("u-booth", "booth@example.jp", basic=True)
ACCOUNT = OrganizationAccount("con_account", [TARO, BOOTH])
OWN, BROKEN = OwnLink("con_own", "u-own", works=True), OwnLink("con_own", "u-own", works=False)
MINE, THEIRS = Host("con_own", "u-own", "me"), Host("con_account", "u-taro", "u-taro")
RECORD = StaffRecord(email="Taro@example.jp")
NAMED_OTHERWISE = StaffRecord(email="taro@example.jp", zoom_user="booth@example.jp")


@pytest.mark.parametrize(
    ("own", "account", "record", "asked", "expected"),
    [
        (OWN, None, StaffRecord(), None, MINE),
        (OWN, ACCOUNT, RECORD, None, MINE),
        (OWN, ACCOUNT, RECORD, "u-own", MINE),
        (OWN, ACCOUNT, RECORD, "u-taro", THEIRS),
        (OWN, ACCOUNT, RECORD, "u-nobody", MINE),
        (None, ACCOUNT, RECORD, None, THEIRS),
        (None, ACCOUNT, RECORD, "u-nobody", THEIRS),
        (None, ACCOUNT, StaffRecord(zoom_user="u-taro"), None, THEIRS),
        (None, ACCOUNT, NAMED_OTHERWISE, None, Host("con_account", "u-booth", "u-booth")),
        (None, ACCOUNT, StaffRecord(email="taro@example.jp", zoom_user="x@example.jp"), None, NoHost.UNKNOWN_USER),
        (None, ACCOUNT, StaffRecord(email="x@example.jp"), None, NoHost.UNKNOWN_USER),
        (None, ACCOUNT, StaffRecord(), None, NoHost.NO_CREDENTIALS),
        (None, None, RECORD, None, NoHost.NO_CREDENTIALS),
        (BROKEN, None, RECORD, None, MINE),
        (BROKEN, ACCOUNT, RECORD, None, THEIRS),
        (BROKEN, ACCOUNT, StaffRecord(email="x@example.jp"), None, MINE),
    ],
)
def test_e1_who_hosts(
    own: OwnLink | None,
    account: OrganizationAccount | None,
    record: StaffRecord,
    asked: str | None,
    expected: Host | NoHost,
) -> None:
    assert host_of(own, account, record, asked, basic_allowed=True) == expected


@pytest.mark.parametrize(
    ("own", "account", "asked", "expected"),
    [
        (OWN, ACCOUNT, "u-booth", Host("con_account", "u-booth", "u-booth")),
        (OWN, None, "u-own", MINE),
        (OWN, ACCOUNT, "u-nobody", NoHost.UNKNOWN_USER),
        (OWN, None, "u-booth", NoHost.UNKNOWN_USER),
        (None, ACCOUNT, "u-nobody", NoHost.UNKNOWN_USER),
        (None, ACCOUNT, "booth@example.jp", NoHost.UNKNOWN_USER),
    ],
)
def test_c3_nobody_hosts_instead_of_a_bookables_zoom_user_since_nobody_elses_time_is_claimed(
    own: OwnLink | None, account: OrganizationAccount | None, asked: str, expected: Host | NoHost
) -> None:
    assert host_of(own, account, RECORD, asked, basic_allowed=True, that_user_only=True) == expected


@pytest.mark.parametrize("asked", [None, "u-booth"])
def test_c8_a_basic_user_of_the_account_hosts_only_where_the_organization_allows_it(asked: str | None) -> None:
    assert host_of(None, ACCOUNT, NAMED_OTHERWISE, asked, basic_allowed=False) is NoHost.BASIC
    assert assigned_of(None, ACCOUNT, NAMED_OTHERWISE, basic_allowed=False) is None


@pytest.mark.parametrize(
    ("own", "account", "expected"),
    [(OWN, ACCOUNT, "u-own"), (None, ACCOUNT, "u-taro"), (BROKEN, ACCOUNT, "u-taro"), (BROKEN, None, None)],
)
def test_e1_whom_a_person_has_now(
    own: OwnLink | None, account: OrganizationAccount | None, expected: str | None
) -> None:
    assert assigned_of(own, account, RECORD, basic_allowed=True) == expected


FORMER = [("o-taro", "taro@example.jp"), ("o-taro-before", "taro@example.jp"), ("o-hall", "hall@example.jp")]
NEW = [AccountUser("u-taro", "Taro@Example.jp", basic=False), AccountUser("u-booth", "booth@example.jp", basic=True)]


@pytest.mark.parametrize(
    ("former", "basic_allowed", "expected"),
    [
        (FORMER, True, {"o-taro": "u-taro", "o-taro-before": "u-taro"}),
        ([("o-booth", "booth@example.jp")], True, {"o-booth": "u-booth"}),
        ([("o-booth", "booth@example.jp")], False, {}),
        ([("u-booth", "taro@example.jp")], True, {}),
        ([("o-unknown", "")], True, {}),
        ([], True, {}),
    ],
)
def test_c1_a_former_accounts_user_is_replaced_by_who_has_their_address_and_may_host(
    former: list[tuple[str, str]], basic_allowed: bool, expected: dict[str, str]
) -> None:
    assert replaced_by(former, [*NEW, AccountUser("u-none", "", basic=False)], basic_allowed=basic_allowed) == expected
