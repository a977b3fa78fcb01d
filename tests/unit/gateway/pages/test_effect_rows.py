"""What became of each effect, in plain words (G9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.gateway.pages.effect_rows import EffectRow, Reading, effect_rows, effect_states
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
from shared.contracts.notifier import Purpose
from tests.unit.gateway.pages.builders import START

READING = Reading({"stf_1": "山田 太郎"}, "Asia/Tokyo", "ja", START)


def the_row(view: EffectView) -> EffectRow:
    (row,) = effect_rows([view], READING)
    return row


def test_a_staff_member_is_called_by_name() -> None:
    row = the_row(EffectView(effect=Effect.HOLD, of="stf_1", status=EffectStatus.DONE))
    assert (row.what, row.who, row.state) == ("仮予定の登録", "山田 太郎", "完了")


def test_what_waits_says_why_and_until_when() -> None:
    until = START + timedelta(minutes=10)
    row = the_row(
        EffectView(effect=Effect.ENTRY, of="stf_1", status=EffectStatus.WAITING, reason="unavailable", until=until)
    )
    assert row.more == "接続先が応答しないため · 2026年12月1日(火) 13:10 に再試行"


def test_a_next_try_that_lies_behind_us_is_said_to_be_due() -> None:
    until = START - timedelta(minutes=10)
    row = the_row(
        EffectView(effect=Effect.ENTRY, of="stf_1", status=EffectStatus.WAITING, reason="unavailable", until=until)
    )
    assert row.more == "接続先が応答しないため · 2026年12月1日(火) 12:50 から順番待ち"


def test_a_filed_reminder_is_planned_until_its_time() -> None:
    until = START + timedelta(days=1)
    view = EffectView(effect=Effect.REMINDER, of="", status=EffectStatus.WAITING, reason="scheduled", until=until)
    row = the_row(view)
    assert (row.state, row.who, row.code) == ("送信予定", "お客様・担当者", "")
    assert row.more == "2026年12月2日(水) 13:00 に送信"


def test_g21_a_reminder_whose_time_has_come_is_under_way_until_its_mails_went_out() -> None:
    due = EffectView(effect=Effect.REMINDER, of="", status=EffectStatus.WAITING, reason="scheduled", until=START)
    assert (the_row(due).state, the_row(due).more) == ("処理中", "")
    late = EffectView(effect=Effect.REMINDER, of="guest", status=EffectStatus.SUPPRESSED, reason="too_late")
    assert (the_row(late).who, the_row(late).state, the_row(late).more) == ("お客様", "対象外", "開始時刻を過ぎたため")


def test_a_notice_that_waits_for_its_hour_is_planned_and_no_trouble() -> None:
    until = START + timedelta(days=300)
    planned = EffectView(
        effect=Effect.MAIL,
        of="guest",
        status=EffectStatus.WAITING,
        reason="scheduled",
        until=until,
        purpose=Purpose.NOTICE,
    )
    assert the_row(planned).state == "送信予定"
    assert "に送信" in the_row(planned).more
    assert the_row(planned).badge != "wait"


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (EffectStatus.FAILED, "400 badRequest", "接続先が受け付けなかったため"),
        (EffectStatus.WAITING, "userRateLimitExceeded", "接続先の回数制限のため"),
        (EffectStatus.WAITING, "ErrorTooManyObjectsOpened", "接続先の回数制限のため"),
        (EffectStatus.WAITING, "503 backendError", "接続先が応答しないため"),
        (EffectStatus.WAITING, "smtp_451", "宛先のメールサーバーが今は受け取らないため"),
        (EffectStatus.FAILED, "smtp_550", "宛先のメールサーバーが受け取らなかったため"),
        (EffectStatus.FAILED, "1 of 2 recipients: smtp_550", "一部の宛先に届かなかったため"),
    ],
)
def test_what_a_provider_calls_it_is_said_in_plain_words_and_stands_beside(
    status: EffectStatus, reason: str, words: str
) -> None:
    row = the_row(EffectView(effect=Effect.ENTRY, of="stf_1", status=status, reason=reason))
    assert (row.more, row.code) == (words, reason)


def test_an_entry_that_was_changed_in_the_calendar_waits_for_a_decision() -> None:
    mine, other, gone = (
        EffectView(effect=Effect.ENTRY, of=of, status=EffectStatus.DONE, absent=absent)
        for of, absent in (("stf_1", False), ("stf_2", False), ("stf_1", True))
    )
    reading = replace(READING, drifted="stf_1")
    states = [(row.state, row.badge, row.more) for row in effect_rows([mine, other, gone], reading)]
    assert states == [
        ("カレンダーで変更あり", "wait", "対応を選ぶのを待っています"),
        ("完了", "ok", ""),
        ("完了", "ok", ""),
    ]
    (state,) = effect_states([mine], reading)
    assert (state.state, state.things) == ("カレンダーで変更あり", ("カレンダー(山田 太郎)",))


def test_a_reason_with_words_of_its_own_needs_no_code() -> None:
    row = the_row(EffectView(effect=Effect.ENTRY, of="stf_1", status=EffectStatus.WAITING, reason="not_connected"))
    assert (row.more, row.code) == ("連携していないため", "")


@pytest.mark.parametrize(
    ("effect", "what"),
    [
        (Effect.MEETING, "Web会議の取り消し"),
        (Effect.ENTRY, "カレンダーの予定の取り消し"),
        (Effect.REMINDER, "当日のリマインドの取り消し"),
        (Effect.HOLD_RELEASE, "仮予定の取り除き"),
    ],
)
def test_what_went_away_says_so(effect: Effect, what: str) -> None:
    later = START + timedelta(days=1)
    row = the_row(EffectView(effect=effect, of="stf_1", status=EffectStatus.DONE, until=later, absent=True))
    assert (row.what, row.state) == (what, "完了")


def test_every_mail_says_which_one_it_is() -> None:
    mails = [EffectView(effect=Effect.MAIL, of="guest", status=EffectStatus.DONE, purpose=why) for why in Purpose]
    assert len({row.what for row in effect_rows(mails, READING)}) == len(Purpose)
    assert effect_rows(mails, READING)[0].what == "メール(日程調整のお願い)"


def test_in_a_line_what_fares_alike_stands_together_and_trouble_comes_first_with_whose_it_is() -> None:
    def view(effect: Effect, of: str, status: EffectStatus, *, absent: bool = False) -> EffectView:
        return EffectView(effect=effect, of=of, status=status, absent=absent)

    states = effect_states(
        [
            view(Effect.HOLD_RELEASE, "stf_1", EffectStatus.DONE, absent=True),
            view(Effect.MAIL, "staff", EffectStatus.DONE),
            view(Effect.MAIL, "guest", EffectStatus.FAILED),
            view(Effect.MEETING, "stf_1", EffectStatus.DONE, absent=True),
            view(Effect.ENTRY, "stf_1", EffectStatus.WAITING),
        ],
        READING,
    )
    assert [(one.state, one.things) for one in states] == [
        ("失敗", ("メール(お客様)",)),
        ("待機中", ("カレンダー(山田 太郎)",)),
        ("完了", ("Web会議の取り消し", "メール", "仮予定の取り除き")),
    ]


def test_every_effect_has_a_word_for_a_line() -> None:
    for effect in Effect:
        (state,) = effect_states([EffectView(effect=effect, of="stf_1", status=EffectStatus.DONE)], READING)
        assert state.things[0]
