"""Folding of names for search (R9): 山田, やまだ, ヤマダ, ﾔﾏﾀﾞ and yamada all find the same person.

Latin spellings are brought to one form on both sides, so that Hepburn, Kunrei and long vowels written in any way meet.
"""

import re
import unicodedata

_VARIANTS = str.maketrans(
    {
        "髙": "高",
        "﨑": "崎",
        "嵜": "崎",
        "濵": "浜",
        "濱": "浜",
        "邊": "辺",
        "邉": "辺",
        "齋": "斉",
        "齊": "斉",
        "斎": "斉",
        "澤": "沢",
        "廣": "広",
        "德": "徳",
        "𠮷": "吉",
        "櫻": "桜",
        "眞": "真",
        "嶋": "島",
        "冨": "富",
    }
)
"""Kanji of names that Unicode's own folding keeps apart."""

_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

_SYLLABLES: dict[str, str] = {}
for _consonant, _row in {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}.items():
    _SYLLABLES.update({kana: _consonant + vowel for kana, vowel in zip(_row, "aiueo", strict=True)})
_SYLLABLES.update({"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n"})
_SYLLABLES.update({"ゔ": "bu", "ぢ": "zi", "づ": "zu", "ー": ""})
_SMALL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ゎ": "wa"}

_ONE_SPELLING = (
    (r"n'", "n"),
    (r"cch|tch", "tch"),
    (r"tch(?=[auoe])", "tty"),
    (r"tchi", "tti"),
    (r"sh$", "s"),
    (r"ch$|ts$", "t"),
    (r"sh(?=[auoe])", "sy"),
    (r"shi", "si"),
    (r"ch(?=[auoe])", "ty"),
    (r"chi", "ti"),
    (r"tsu", "tu"),
    (r"fu", "hu"),
    (r"j(?=[auoe])", "zy"),
    (r"j", "z"),
    (r"dzu|du", "zu"),
    (r"di", "zi"),
    (r"m(?=[bmp])", "n"),
    (r"oh(?![aiueoy])", "o"),
    (r"ou|oo|ô|ō", "o"),
    (r"uu|û|ū", "u"),
)


def folded(text: str) -> str:
    """One form for all widths, cases, kana and variant kanji; without spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS).translate(_TO_HIRAGANA)
    return re.sub(r"\s+", "", plain)


def one_spelling(latin: str) -> str:
    """Latin letters of a Japanese name in one of the ways in which they may be written."""
    for pattern, form in _ONE_SPELLING:
        latin = re.sub(pattern, form, latin)
    return latin


def romaji(kana: str) -> str:
    """Folded kana in the one Latin form; what is not kana stays."""
    out: list[str] = []
    double = False
    for char in folded(kana):
        if char == "っ":
            double = True
            continue
        latin = _SYLLABLES.get(char, char)
        if char in _SMALL:
            latin = _SMALL[char]
            if out and out[-1].endswith("i") and latin.startswith("y"):
                out[-1] = out[-1][:-1]
        out.append(latin[:1] + latin if double and latin[:1].isalpha() else latin)
        double = False
    return one_spelling("".join(out))


def index_of(name: str, kana: str, email: str) -> dict[str, str]:
    """What is stored beside a staff member; the parts are kept apart by a bar."""
    return {"text": "|".join((folded(name), folded(kana), folded(email))), "latin": romaji(kana)}


def filters_for(query: str) -> list[dict[str, object]]:
    """One condition per word of the query; all must hold."""
    conditions: list[dict[str, object]] = []
    for word in unicodedata.normalize("NFKC", query).split():
        text = folded(word).replace("\0", "�")
        either: list[dict[str, object]] = [{"search.text": {"$regex": re.escape(text)}}]
        if re.fullmatch(r"[a-zâêîôûāēīōū'-]+", text):
            either.append({"search.latin": {"$regex": re.escape(one_spelling(text))}})
        conditions.append({"$or": either})
    return conditions
