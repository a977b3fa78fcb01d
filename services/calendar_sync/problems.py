"""What can go wrong while connecting a calendar (R1, V2, V4) or asking for a span, as the person reads it."""

from shared.problem import InvalidInput, Problem


class OAuthStateInvalid(Problem):
    """The state is unknown, used, too old, or another person's; or the code is refused."""

    code, status = "oauth_state_invalid", 400
    ja = "連携の有効期限が切れたか、すでに使われています。もう一度お試しください。"
    en = "This attempt to connect has expired or was used already. Please try again."


class OAuthDenied(Problem):
    """The person, or the provider, allowed nothing or too little."""

    code, status = "oauth_denied", 400
    ja = "カレンダーへのアクセスが許可されませんでした。すべての権限を許可してください。"
    en = "Access to the calendar was not granted. Please allow all permissions."


class AddressMismatch(Problem):
    """``account`` and ``expected`` are members of the problem too (V2)."""

    code, status = "address_mismatch", 409
    ja = "連携したアカウント({account})が、あなたのメールアドレス({expected})と一致しません。"
    en = "The account {account} is not the one of your address {expected}."

    def __init__(self, *, account: str, expected: str) -> None:
        super().__init__(extra={"account": account, "expected": expected}, account=account, expected=expected)


class ApprovalRequired(Problem):
    """Microsoft lets only an administrator allow the app (V4)."""

    code, status = "approval_required", 409
    ja = "Microsoft 365の管理者による承認が必要です。管理者にアプリの承認を依頼してから、もう一度連携してください。"
    en = "An administrator of Microsoft 365 must approve the app. Please ask them, then connect again."


class ProviderFailed(Problem):
    """The provider did not answer, or not in a way that can be read."""

    code, status = "provider_failed", 502
    ja = "カレンダーの提供元に接続できませんでした。しばらくしてからもう一度お試しください。"
    en = "The calendar's provider could not be reached. Please try again later."


class CalendarNotConnected(Problem):
    """There is no link through which calendars could be chosen."""

    code, status = "calendar_not_connected", 409
    ja = "カレンダーが連携されていません。連携してから選択してください。"
    en = "This calendar is not connected. Connect it, then choose."


class NoCalendarChosen(InvalidInput):
    """Who wants no calendar to count ends the link instead."""

    ja = "予定ありとして扱うカレンダーを1つ以上選択してください。"
    en = "Choose at least one calendar that counts as busy."
    pointer = "/busy"


class CalendarNotListed(InvalidInput):
    """Not one of the account's, or not any more."""

    ja = "このカレンダーは見つかりません。最新の一覧から選択してください。"
    en = "This calendar is not there. Choose from the current list."
    pointer = "/busy"


class EntriesNotListed(CalendarNotListed):
    """The same of where entries are to go."""

    pointer = "/entries"


class CalendarNotWritable(InvalidInput):
    """Entries cannot be made there."""

    ja = "「{name}」は閲覧専用のため、予定の登録先にできません。"
    en = "Entries cannot be made in “{name}”: it is read-only."
    pointer = "/entries"


class ChangedMeanwhile(Problem):
    """Somebody else chose, or a calendar was lost, between reading and writing."""

    code, status = "changed_meanwhile", 409
    ja = "選択内容がほかで変更されました。最新の一覧を読み込んでからもう一度お試しください。"
    en = "The choice was changed elsewhere. Load the current list and try again."


class NotFrozen(Problem):
    """Somebody decided before, or nothing was to be decided."""

    code, status = "not_frozen", 409
    ja = "このカレンダーの同期は凍結されていません。すでに判断が済んでいます。"
    en = "The sync of this calendar is not frozen; it has been decided already."


class EndBeforeStart(InvalidInput):
    """A span in a body that takes no time."""

    ja, en = "終了は開始より後にしてください。", "The end must be after the start."
    pointer = "/end"


class ToBeforeFrom(EndBeforeStart):
    """The same in a query."""

    pointer = "?to"
