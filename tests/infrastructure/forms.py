"""A page as a browser without JavaScript has it: its language, its links, its forms with what they would send, and
whether it explains why it is no success.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_WANTED = {
    "text": "田中花子",
    "email": "hanako@example.jp",
    "url": "https://example.com/hook",
    "password": "long-password",
}
"""What stands in fields that must be filled."""
_EXPLAINS = ("error-text", "notice-bad", "notice-wait", "gate-lead", "state-mark")
"""Classes of what is shown where something was refused: beside a field, above a form, or alone on the page."""


@dataclass
class Form:
    """``fields`` as they stand there, filled where the page demands something; ``buttons`` of them one is pressed."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Page:
    language: str = ""
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    explains: bool = False


def read(html: str) -> Page:
    """Forms that are posted only; one more for each button that leads elsewhere."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._page = Page()
        self._forms: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        self._buttons: dict[str, list[tuple[str, str]]] = {}
        self._radios: dict[tuple[str, str], str] = {}
        self._elsewhere: list[tuple[str, str, tuple[str, str] | None]] = []
        self._inside = ""
        self._list: tuple[str, str, list[str], list[str]] | None = None
        self._text: tuple[str, str, list[str]] | None = None

    def finished(self) -> Page:
        for (owner, name), value in self._radios.items():
            if name not in dict(self._fields(owner)):
                self._add(owner, name, value)
        known = self._forms.items()
        self._page.forms = [
            Form(action, fields, self._buttons.get(name, [])) for name, (action, fields) in known if action
        ]
        for owner, action, button in self._elsewhere:
            fields = self._forms.get(owner, ("", []))[1]
            self._page.forms.append(Form(action, fields, [button] if button else []))
        return self._page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._page.language = known.get("lang", "")
        if "hidden" not in known and any(name in known.get("class", "") for name in _EXPLAINS):
            self._page.explains = True
        if tag == "a" and "href" in known:
            self._page.links.append(known["href"])
        elif tag == "form":
            self._inside = known.get("id") or f"form {len(self._forms)}"
            posted = known.get("method", "").lower() == "post"
            before = self._forms.get(self._inside, ("", []))[1]
            self._forms[self._inside] = (known.get("action", "") if posted else "", before)
        elif tag == "button" and (action := known.get("formaction")):
            button = (known["name"], known.get("value", "")) if known.get("name") else None
            self._elsewhere.append((known.get("form", self._inside), action, button))
        elif known.get("name") or tag == "option":
            self._control(tag, known)

    def _control(self, tag: str, known: dict[str, str]) -> None:
        owner, name, value = known.get("form", self._inside), known.get("name", ""), known.get("value", "")
        if tag == "input" and known.get("type") in ("checkbox", "radio"):
            if "checked" in known:
                self._add(owner, name, known.get("value", "on"))
            elif known["type"] == "radio":
                self._radios.setdefault((owner, name), value)
        elif tag == "input":
            kind = known.get("type", "text") if "required" in known else ""
            self._add(owner, name, value or _WANTED.get(kind, ""))
        elif tag == "button":
            self._buttons.setdefault(owner, []).append((name, value))
        elif tag == "select":
            self._list = (owner, name, [], [])
        elif tag == "option" and self._list is not None:
            self._list[2].append(value)
            self._list[3].extend([value] if "selected" in known else [])
        elif tag == "textarea":
            self._text = (owner, name, [])

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""
        elif tag == "select" and self._list is not None:
            owner, name, offered, chosen = self._list
            for value in chosen[:1] or offered[:1]:
                self._add(owner, name, value)
            self._list = None
        elif tag == "textarea" and self._text is not None:
            owner, name, parts = self._text
            self._add(owner, name, "".join(parts).removeprefix("\n"))
            self._text = None

    def _fields(self, owner: str) -> list[tuple[str, str]]:
        return self._forms.setdefault(owner, ("", []))[1]

    def _add(self, owner: str, name: str, value: str) -> None:
        self._fields(owner).append((name, value))
