"""What became of each effect, in plain words (G9)."""

from datetime import timedelta

from services.gateway.pages.effect_rows import EffectRow, Reading, effect_rows
from shared.contracts.api.effects import Effect, EffectStatus, EffectView
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


def test_a_filed_reminder_is_planned_until_its_time() -> None:
    view = EffectView(effect=Effect.REMINDER, of="", status=EffectStatus.DONE, until=START + timedelta(days=1))
    assert (the_row(view).state, the_row(view).who) == ("送信予定", "お客様・担当者")


def test_a_reminder_whose_time_has_come_is_done() -> None:
    view = EffectView(effect=Effect.REMINDER, of="", status=EffectStatus.DONE, until=START)
    assert the_row(view).state == "完了"


def test_an_unknown_reason_is_shown_as_it_came() -> None:
    row = the_row(EffectView(effect=Effect.MEETING, of="stf_1", status=EffectStatus.FAILED, reason="Bad request"))
    assert row.more == "Bad request"
