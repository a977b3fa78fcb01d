"""Texts of people: addresses become links, everything else stays text (G24), and what is long is folded."""

from services.gateway.pages.long_texts import folded, linked

LINK = '<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>'


def test_g24_only_web_addresses_become_links() -> None:
    assert str(linked("javascript:alert(1) data:x <a href=x>")) == "javascript:alert(1) data:x &lt;a href=x&gt;"
    assert str(linked('https://x.example/"onclick=1')) == LINK.format("https://x.example/") + "&#34;onclick=1"


def test_an_address_ends_where_the_sentence_goes_on() -> None:
    assert str(linked("(https://x.example/a)。")) == f"({LINK.format('https://x.example/a')})。"
    assert str(linked("see http://x.example.")) == f"see {LINK.format('http://x.example')}."
    assert str(linked("https://x.example/?a=1&b=2")) == LINK.format("https://x.example/?a=1&amp;b=2")


def test_short_texts_stay_whole() -> None:
    assert folded("短い\nご案内") == ("短い\nご案内", "")


def test_long_texts_are_folded_without_losing_a_character() -> None:
    head, rest = folded("案" * 50_000)
    assert (len(head), len(head + rest)) == (300, 50_000)
    head, rest = folded("\n".join(f"{number}行目" for number in range(40)))
    assert (head.count("\n"), rest.splitlines()[-1]) == (10, "39行目")


def test_no_address_is_cut() -> None:
    head, rest = folded("案" * 290 + "https://x.example/" + "a" * 50 + " " + "案" * 500)
    assert head == "案" * 290
    assert rest.startswith("https://x.example/a")
