"""Booking's answers to what cannot be done; codes and order are api.md's."""

from collections.abc import Mapping, Sequence

from shared.contracts.zoom_issuer import MeetingErrorCode
from shared.problem import FieldError, InvalidInput, Language, Problem


class SlotTaken(Problem):
    code, status = "slot_taken", 409
    ja = "この日時はほかの予定で埋まりました。"
    en = "This time has been taken meanwhile."


class SlotBusy(Problem):
    code, status = "slot_busy", 422
    ja = "参加者の予定と重なっています。"
    en = "An attendee is busy at this time."


class UnknownRoom(Problem):
    code, status = "unknown_room", 422
    ja = "この会議室は見つかりません。"
    en = "There is no such room."


class RoomOfOtherProvider(Problem):
    """A room is booked with the entry in the organizer's calendar."""

    code, status = "room_of_other_provider", 422
    ja = "この会議室は、主催者のカレンダーからは予約できません。"
    en = "This room cannot be booked from the organizer's calendar."


class UnknownMeetingType(Problem):
    code, status = "unknown_meeting_type", 422
    pointer = "/meeting_type_id"
    ja = "この種別は見つかりません。"
    en = "There is no such meeting type."


class UnknownBookable(Problem):
    code, status = "unknown_bookable", 422
    pointer = "/bookable_id"
    ja = "このメニューは見つかりません。"
    en = "There is no such bookable."


class NotOffered(Problem):
    code, status = "meeting_type_not_offered", 422
    pointer = "/meeting_type_id"
    ja = "このメニューでは、この種別を選べません。"
    en = "This bookable does not offer this meeting type."


class CapacityMustBeOne(Problem):
    """A Zoom user, a room or a person can be at one meeting at a time (C2, C3)."""

    code, status = "capacity_must_be_one", 422
    pointer = "/capacity"
    ja = "Zoomユーザー・会議室・担当者を設定したメニューの提供数は1にしてください。同時に複数の予約を受けられません。"
    en = "With a Zoom user, a room or a staff member the capacity is 1: they can be at one meeting at a time only."


class AlreadyConfirmed(Problem):
    code, status = "already_confirmed", 409
    ja = "日程はすでに確定しています。"
    en = "A time has already been confirmed."


class Expired(Problem):
    code, status = "expired", 410
    ja = "回答期限が過ぎました。"
    en = "This proposal has expired."


class Withdrawn(Problem):
    code, status = "withdrawn", 410
    ja = "この日程調整は取り下げられました。"
    en = "This proposal was withdrawn."


class CalendarUnreadable(Problem):
    code, status = "calendar_unreadable", 503
    ja = "担当者の予定をいま確認できません。少し待ってからもう一度お試しください。"
    en = "The host's calendar cannot be read at the moment. Please try again shortly."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "10"})


class NotOpen(Problem):
    code, status = "not_open", 409
    ja = "確定または取り下げ済みのため変更できません。"
    en = "It is confirmed or withdrawn and can no longer be changed."


class NoWebMeeting(Problem):
    code, status = "no_web_meeting", 409
    ja = "Zoomを使わない予定には、Web会議のURLを入力できません。"
    en = "An appointment without a Zoom meeting takes no link by hand."


class DriftOver(Problem):
    code, status = "drift_over", 409
    ja = "直接行われた変更には、すでに対応が済んでいます。"
    en = "What was changed directly has been dealt with already."


class ModesExclusive(Problem):
    code, status = "modes_exclusive", 422
    pointer = "/issue_web_meeting"
    ja = "受付コードの発行とWEB会議URLの発行は同時に選べません。"
    en = "A reception code and a web meeting exclude each other."


class ModeMismatch(Problem):
    code, status = "mode_mismatch", 422
    pointer = "/kind"
    ja = "種別と発行するものの指定が矛盾しています。"
    en = "What is to be issued contradicts the kind."


class AllDayWithZoom(Problem):
    """E6."""

    code, status = "all_day_with_zoom", 422
    pointer = "/all_day"
    ja = "終日の予定にはZoomミーティングを発行できません。時刻を指定するか、Zoom以外の種別を選んでください。"
    en = "An all-day schedule cannot have a Zoom meeting. Set times, or choose a type without Zoom."


class OrganizerNotAttending(Problem):
    code, status = "organizer_not_attending", 422
    pointer = "/organizer_id"
    ja = "主催者は参加者に含まれている必要があります。"
    en = "The organizer must be one of the attendees."


class ZoomNotConnected(Problem):
    code, status = "zoom_not_connected", 422
    pointer = "/organizer_id"
    ja = "主催者のZoomが連携されていません。"
    en = "The organizer's Zoom account is not connected."


ZOOM_ERRORS: Mapping[MeetingErrorCode, str] = {
    MeetingErrorCode.FAILED: "Zoom Meeting Error: Zoom ミーティングの予約に失敗しました。",
    MeetingErrorCode.NO_CREDENTIALS: "Zoom Meeting Error: Zoom 認証情報がありません",
    MeetingErrorCode.RATE_LIMITED: "Zoom Meeting Error: ZoomAPIのリクエスト上限に達しました",
    MeetingErrorCode.OAUTH_FAILED: "Zoom Meeting Error: Oauth トークンのリクエストに失敗しました",
}
"""E8, word for word in every language."""


class ZoomRateLimited(Problem):
    """E8, C4: the day's requests of the Zoom user are known to be used up when staff register or change."""

    code, status = MeetingErrorCode.RATE_LIMITED.value, 422
    ja = en = ZOOM_ERRORS[MeetingErrorCode.RATE_LIMITED]


class CalendarNotConnected(Problem):
    code, status = "calendar_not_connected", 422
    pointer = "/organizer_id"
    ja = "主催者のカレンダーが連携されていません。"
    en = "The organizer's calendar is not connected."


class SlugTaken(Problem):
    """Slugs are unique across the installation."""

    code, status = "slug_taken", 409
    pointer = "/slug"
    ja = "このURLはほかの予約ページで使われています。"
    en = "Another page has this address."


class PageClosed(Problem):
    """Inactive or deleted; guests can book no more."""

    code, status = "page_closed", 410
    ja = "この予約ページは現在受け付けていません。"
    en = "This page takes no bookings at the moment."


class OutsideSandbox(Problem):
    """H14."""

    code, status = "sandbox_organization", 422
    pointer = "/guest/email"
    ja = "この会社はテスト用(サンドボックス)です。お客様として予約できるのは、この会社の社員のメールアドレスだけです。"
    en = "This is a sandbox organization: only email addresses of its own staff can book."


class PaymentUnavailable(Problem):
    """Stripe does not answer, or there is no account (H13); the time is free again."""

    code, status = "payment_unavailable", 503
    ja = "お支払いの手続きを始められませんでした。予約は行われていません。少し待ってからもう一度お試しください。"
    en = "The payment could not be started, and nothing was booked. Please try again shortly."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "30"})


class ChangeNotAllowed(Problem):
    """The page has switched it off (H10), or it was booked on none."""

    code, status = "change_not_allowed", 403
    ja = "この予定はこのページから変更できません。担当者にご連絡ください。"
    en = "This appointment cannot be changed here. Please contact your host."


class TooLate(Problem):
    """The page's deadline has passed (H10)."""

    code, status = "too_late", 409
    ja = "変更・キャンセルの期限が過ぎました。担当者にご連絡ください。"
    en = "It is too late to change or cancel this here. Please contact your host."


class AlreadyCanceled(Problem):
    code, status = "already_canceled", 409
    ja = "この予定はすでにキャンセルされています。"
    en = "This appointment has already been canceled."


class RequestExpired(Problem):
    """Nobody answered it in time (H4)."""

    code, status = "request_expired", 410
    ja = "このリクエストは、承認の期限を過ぎました。"
    en = "This request was not answered in time and is over."


class NotPaidYet(Problem):
    """It is confirmed by its payment, and by nobody else (H13)."""

    code, status = "not_paid_yet", 409
    ja = "この予定は、お支払いが済むと確定します。"
    en = "This is confirmed once it is paid."


class NotConfirmedYet(Problem):
    """A request that nobody has answered has no outcome (H4, H11)."""

    code, status = "not_confirmed_yet", 409
    ja = "この予定はまだ承認されていません。先に承認するか、お断りしてください。"
    en = "This request has not been answered yet. Approve or decline it first."


class IdempotencyKeyReused(Problem):
    code, status = "idempotency_key_reused", 422
    ja = "同じIdempotency-Keyが別の内容で使われています。"
    en = "This Idempotency-Key was used with another body."


class NotReady(Problem):
    """The organization's or the caller's own record has not arrived yet."""

    code, status = "not_ready", 503
    ja = "準備中です。少し待ってからもう一度お試しください。"
    en = "Not ready yet. Please try again shortly."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


Words = tuple[str, str]
"""Japanese and English."""

UNKNOWN_STAFF: Words = ("この社員は見つかりません。", "There is no such staff member.")
UNKNOWN_SLOT: Words = ("この日時候補は見つかりません。", "There is no such slot.")
SLOT_STAYS: Words = (
    "日時候補の時刻と会議室は変更できません。新しい候補として追加してください。",
    "The times and the room of a slot do not change; add a new one in its place.",
)
ROOM_TAKEN: Words = ("この会議室はほかの予定で埋まりました。", "This room has been taken meanwhile.")
UNKNOWN_TYPE: Words = (UnknownMeetingType.ja, UnknownMeetingType.en)
PLACE_OF_ANOTHER: Words = (
    "URLまたは文面は、場所が「ほかのWeb会議」の種別だけに設定できます。",
    "Only a type whose location is another web-meeting tool has a URL or text.",
)
NAME_TAKEN: Words = ("利用中の同じ名前のものがあります。", "Another one in use has this name.")
NOTHING_BEFORE: Words = ("並べ替え先が見つかりません。", "There is nothing of this id to stand behind.")
SERIES_STAYS: Words = (
    "定例の予定は、終日と時刻指定を切り替えられません。",
    "A recurring schedule cannot change between times and whole days.",
)
NOT_OFFERED: Words = ("この日時は受け付けていません。", "This time is not offered.")
UNKNOWN_DURATION: Words = ("この長さでは予約できません。", "This length is not offered.")
UNKNOWN_QUESTION: Words = ("この質問はありません。", "There is no such question.")
WRONG_ANSWER: Words = ("この質問への回答として使えません。", "This is no answer to this question.")
HOST_TWICE: Words = ("同じ担当者が重複しています。", "This host is listed twice.")
HOST_DISABLED: Words = ("この社員は無効になっています。", "This staff member is disabled.")
SPANS_OVERLAP: Words = ("同じ日の時間帯が重なっています。", "This overlaps another span of the same day.")
QUESTION_TWICE: Words = ("同じIDの質問が重複しています。", "Another question has this id.")
BOOKABLE_ATTENDS: Words = (
    "このメニューの担当者を、全員参加の担当者に加えてください。",
    "The person of this bookable must be one of the hosts, all of whom attend.",
)
REQUIRED: Words = ("必須です。", "This is required.")
IN_THE_PAST: Words = ("過去の日時です。", "This is in the past.")
BACKWARDS: Words = ("終了は開始より後にしてください。", "The end must be after the start.")
TOO_LONG: Words = ("24時間以内にしてください。", "At most 24 hours.")
WHOLE_MINUTES: Words = ("分単位で指定してください。", "Times are whole minutes.")
MALFORMED: Words = ("形式が正しくありません。", "This is malformed.")


def invalid(language: Language, *found: tuple[str, Words]) -> InvalidInput:
    """Findings as pointers with words in the reader's language."""
    return InvalidInput(errors=_errors(language, found))


def taken_at(language: Language, pointers: Sequence[str], when: str = "") -> SlotTaken:
    """Words about the room where a pointer leads to one; ``when`` tells which of several times."""
    time = _of(when, (SlotTaken.ja, SlotTaken.en))
    found = [(pointer, ROOM_TAKEN if pointer.endswith("/room_id") else time) for pointer in pointers]
    return SlotTaken(errors=_errors(language, found))


def unknown_room_at(language: Language, pointers: Sequence[str]) -> UnknownRoom:
    words = (UnknownRoom.ja, UnknownRoom.en)
    return UnknownRoom(errors=_errors(language, [(pointer, words) for pointer in pointers]))


def room_elsewhere_at(language: Language, pointers: Sequence[str]) -> RoomOfOtherProvider:
    words = (RoomOfOtherProvider.ja, RoomOfOtherProvider.en)
    return RoomOfOtherProvider(errors=_errors(language, [(pointer, words) for pointer in pointers]))


def busy_at(language: Language, pointers: Sequence[str], when: str = "") -> SlotBusy:
    words = _of(when, (SlotBusy.ja, SlotBusy.en))
    return SlotBusy(errors=_errors(language, [(pointer, words) for pointer in pointers]))


def _of(when: str, words: Words) -> Words:
    return (f"{when}: {words[0]}", f"{when}: {words[1]}") if when else words


def _errors(language: Language, found: Sequence[tuple[str, Words]]) -> list[FieldError]:
    return [{"pointer": pointer, "detail": words[0 if language == "ja" else 1]} for pointer, words in found]
