"""What can go wrong while connecting Zoom, as the person reads it (R1–R4)."""

from shared.problem import Problem


class StateInvalid(Problem):
    code, status = "oauth_state_invalid", 400
    ja = "連携の手続きが途中で切れました。もう一度お試しください。"
    en = "The connection attempt is no longer valid. Please start again."


class Denied(Problem):
    code, status = "oauth_denied", 400
    ja = "Zoomとの連携がキャンセルされました。"
    en = "The connection to Zoom was cancelled."


class ApprovalRequired(Problem):
    """R4."""

    code, status = "approval_required", 409
    ja = (
        "Zoomの管理者による事前承認が必要です。https://marketplace.zoom.us/user/requests から申請し、"
        "承認されたあとにもう一度連携してください。"
    )
    en = (
        "Your Zoom administrator must pre-approve this app. Request it at "
        "https://marketplace.zoom.us/user/requests and connect again once it is approved."
    )


class PlanNotAllowed(Problem):
    """R2."""

    code, status = "plan_not_allowed", 409
    ja = (
        "このZoomアカウント(無料のベーシックプラン)は、会社の設定により利用できません。"
        "有料プランのアカウントで連携してください。"
    )
    en = "Your organization does not allow Zoom accounts on the Basic plan. Please connect a licensed account."


class AccountTaken(Problem):
    """R3: names neither the other person nor their organization."""

    code, status = "account_taken", 409
    ja = "このZoomアカウントはすでに別の方が連携しています。別のアカウントで連携してください。"
    en = "This Zoom account is already connected by somebody else. Please use another account."


class ProviderFailed(Problem):
    code, status = "provider_failed", 502
    ja = "Zoomから応答がありません。しばらくしてからもう一度お試しください。"
    en = "Zoom did not answer. Please try again in a moment."


class CredentialsRefused(Problem):
    """C1: Zoom knows no such app, or not in this account."""

    code, status = "zoom_credentials_refused", 422
    ja = (
        "Zoomが認証情報を受け付けませんでした。Account ID・Client ID・Client Secretを確認し、"
        "アプリが有効化(Activate)されているか確かめてください。"
    )
    en = (
        "Zoom did not accept these credentials. Check the account ID, client ID and client secret, and that the app "
        "is activated."
    )


class ScopesLacking(Problem):
    """C1: names what has to be added to the app."""

    code, status = "zoom_scopes_missing", 422
    ja = "Zoomのアプリに次のスコープが足りません: {scopes}。Zoom側で追加してから、もう一度連携してください。"
    en = "The app at Zoom lacks these scopes: {scopes}. Add them there and connect again."


class OfferGone(Problem):
    code, status = "zoom_offer_gone", 410
    ja = "この確認は期限が切れたか、すでに終わっています。もう一度、連携からやり直してください。"
    en = "This confirmation has expired or is over. Please start connecting again."


class AccountChanged(Problem):
    """What the page showed is not so any more."""

    code, status = "zoom_account_changed", 409
    ja = "確認している間に連携の状態が変わりました。もう一度、連携からやり直してください。"
    en = "The connection changed while you were confirming. Please start connecting again."


class NoAccount(Problem):
    code, status = "zoom_account_missing", 404
    ja = "会社のZoomアカウントは連携されていません。"
    en = "The organization has no Zoom account connected."


class AdminConsentMissing(Problem):
    code, status = "zoom_admin_app_missing", 409
    ja = "この環境では管理者の同意による連携は用意されていません。認証情報を入力して連携してください。"
    en = "Connecting by an administrator's consent is not set up here. Please connect by credentials."


class NotFrozen(Problem):
    code, status = "not_frozen", 409
    ja = "このZoomアカウントのミーティングの照合は凍結されていません。すでに選ばれています。"
    en = "The meetings of this Zoom account are not frozen; it has been decided already."
