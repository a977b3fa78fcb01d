"""What is wrong with a mail template, by line and column, in words of who edits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from services.notifier.model.templates import Breakage
from shared.wording import Language


class Part(StrEnum):
    """What of a mail its organization may write."""

    SUBJECT = "subject"
    HEADING = "heading"
    BODY = "body"


class FaultKind(StrEnum):
    """Found when a template is saved, or (the last ones) when a mail is made from it."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_ONE_LINE = "not_one_line"
    ODD_CHARACTER = "odd_character"
    WIDE_BRACES = "wide_braces"
    SYNTAX = "syntax"
    UNCLOSED_IF = "unclosed_if"
    STRAY_TAG = "stray_tag"
    TOO_COMPLEX = "too_complex"
    TAG_NOT_ALLOWED = "tag_not_allowed"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_FILTER = "unknown_filter"
    UNKNOWN = "unknown_placeholder"
    NOT_HERE = "placeholder_not_here"
    NOT_IN_LINE = "block_not_in_line"
    BLOCK_ALONE = "block_alone"
    MISSING = "missing_placeholder"
    NOT_SHOWN = "not_shown"
    TURNED_OUT_EMPTY = "turned_out_empty"
    GREW_TOO_LONG = "grew_too_long"
    ENGINE = "engine"


@dataclass(frozen=True)
class Fault:
    """``line`` and ``column`` count from 1; 0 where it is of no one place. ``name`` is what it is about."""

    kind: FaultKind
    part: Part
    line: int = 0
    column: int = 0
    name: str = ""
    suggestion: str = ""

    @classmethod
    def of(cls, breakage: Breakage) -> Self:
        """As it was found when a mail was to be made; a kind of another version of this program has no words."""
        kind = FaultKind(breakage.kind) if breakage.kind in set(FaultKind) else FaultKind.ENGINE
        return cls(kind, Part(breakage.part), breakage.line, breakage.column, breakage.about)

    def words(self, language: Language) -> str:
        """One sentence, with its place in front and a near name behind."""
        japanese = language == "ja"
        sentence = _SENTENCES[self.kind][0 if japanese else 1].format(name=self.name)
        if self.line:
            place = (
                f"{self.line}行目 {self.column}文字目: " if japanese else f"Line {self.line}, column {self.column}: "
            )
            sentence = place + sentence
        if self.suggestion:
            near = "{{ " + self.suggestion + " }}"
            sentence += f"もしかして {near} ですか。" if japanese else f" Did you mean {near}?"
        return sentence


class TemplateFailed(Exception):
    """A mail cannot be made from the organization's template; the default goes out. Names nobody."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.part}: {fault.kind}")


_SENTENCES: Mapping[FaultKind, tuple[str, str]] = {
    FaultKind.EMPTY: ("入力してください。", "Please fill this in."),
    FaultKind.TOO_LONG: ("長すぎます(最大 {name} 文字)。", "This is too long (at most {name} characters)."),
    FaultKind.NOT_ONE_LINE: ("1行で入力してください。", "This must be a single line."),
    FaultKind.ODD_CHARACTER: (
        "使えない制御文字が含まれています。",
        "There is a control character that cannot be used.",
    ),
    FaultKind.WIDE_BRACES: (
        "全角の括弧「｛｛ ｝｝」は差し込み項目になりません。半角の {{{{ }}}} で入力してください。",
        "Full-width braces make no placeholder. Please type {{{{ }}}}.",
    ),
    FaultKind.SYNTAX: (
        "書き方に誤りがあります。{{{{ と }}}}、{{% と %}} の対応をご確認ください。",
        "This cannot be read. Please check that every {{{{ has its }}}} and every {{% its %}}.",
    ),
    FaultKind.UNCLOSED_IF: (
        "この {{% if %}} に対応する {{% endif %}} がありません。",
        "This {{% if %}} has no {{% endif %}}.",
    ),
    FaultKind.STRAY_TAG: (
        "この {{% {name} %}} に対応する {{% if %}} がありません。",
        "This {{% {name} %}} has no {{% if %}} before it.",
    ),
    FaultKind.TOO_COMPLEX: (
        "複雑すぎます。差し込みや条件の数、入れ子を減らしてください。",
        "This is too complex. Please use fewer placeholders or conditions, or nest them less deeply.",
    ),
    FaultKind.TAG_NOT_ALLOWED: (
        "{{% {name} %}} は使えません。使えるのは if、elif、else、endif だけです。",
        "{{% {name} %}} cannot be used; only if, elif, else and endif can.",
    ),
    FaultKind.NOT_ALLOWED: (
        "この書き方は使えません。使えるのは、差し込み項目と条件(if)、文字の加工(default、trim、upper、lower、truncate)だけです。",
        "This cannot be used; only placeholders, conditions (if) and the filters default, trim, upper, lower and "
        "truncate can.",
    ),
    FaultKind.UNKNOWN_FILTER: (
        "「{name}」という加工はありません。使えるのは default、trim、upper、lower、truncate です。",
        "There is no filter “{name}”; default, trim, upper, lower and truncate can be used.",
    ),
    FaultKind.UNKNOWN: ("差し込み項目 {{{{ {name} }}}} はありません。", "There is no placeholder {{{{ {name} }}}}."),
    FaultKind.NOT_HERE: (
        "差し込み項目 {{{{ {name} }}}} は、このメールでは使えません。",
        "The placeholder {{{{ {name} }}}} cannot be used in this mail.",
    ),
    FaultKind.NOT_IN_LINE: (
        "{{{{ {name} }}}} は数行になるため、本文でだけ使えます。",
        "{{{{ {name} }}}} takes several lines and can be used in the body only.",
    ),
    FaultKind.BLOCK_ALONE: (
        "{{{{ {name} }}}} は、加工や比較をせずにそのまま使ってください。",
        "{{{{ {name} }}}} can only be used as it is, without filters or comparisons.",
    ),
    FaultKind.MISSING: (
        "このメールには {name} が必要です。本文に、加工せずに入れてください。",
        "This mail needs {name}. Please put it into the body as it is.",
    ),
    FaultKind.NOT_SHOWN: (
        "このメールに必要な {name} が、条件によって表示されませんでした。",
        "{name}, which this mail needs, was not shown because of a condition.",
    ),
    FaultKind.TURNED_OUT_EMPTY: (
        "差し込みと条件の結果、何も残りませんでした。",
        "With its placeholders and conditions applied, nothing was left.",
    ),
    FaultKind.GREW_TOO_LONG: (
        "差し込みの結果、長くなりすぎました。",
        "With its placeholders filled in, it became too long.",
    ),
    FaultKind.ENGINE: ("処理できませんでした。", "It could not be processed."),
}
