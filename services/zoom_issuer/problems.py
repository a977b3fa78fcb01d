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
