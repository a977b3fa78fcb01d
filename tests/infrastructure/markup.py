"""What a page says, apart from what stands in its markup: random tokens there hold any few letters sooner or later."""

from html.parser import HTMLParser


def options_of(page: str, name: str) -> list[str]:
    """The values that can be chosen in the list ``name``."""
    reader = _Options(name)
    reader.feed(page)
    assert reader.values, f"no list {name} on the page"
    return reader.values


class _Options(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.values: list[str] = []
        self._name, self._inside = name, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "select":
            self._inside = known.get("name") == self._name
        elif tag == "option" and self._inside:
            self.values.append(known.get("value") or "")
