"""What can go wrong while connecting a calendar, as the person reads it (R1, V2, V4)."""

from shared.problem import Problem


class OAuthStateInvalid(Problem):
    code, status = "oauth_state_invalid", 400
    ja = "連携の有効期限が切れたか、すでに使われています。もう一度お試しください。"
    en = "This attempt to connect has expired or was used already. Please try again."


class OAuthDenied(Problem):
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
    code, status = "approval_required", 409
    ja = "Microsoft 365の管理者による承認が必要です。管理者にアプリの承認を依頼してから、もう一度連携してください。"
    en = "An administrator of Microsoft 365 must approve the app. Please ask them, then connect again."


class ProviderFailed(Problem):
    code, status = "provider_failed", 502
    ja = "カレンダーの提供元に接続できませんでした。しばらくしてからもう一度お試しください。"
    en = "The calendar's provider could not be reached. Please try again later."
