"""What a page is made of: its tags with their attributes in order, its tables as rows of text."""

import re
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "wbr", "hr", "img"})


class Outline(HTMLParser):
    """Tags, and the text within each of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unclosed: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.unclosed or self.unclosed.pop() != tag:
            self.wrong.append(tag)

    def of(self, *names: str) -> list[dict[str, str | None]]:
        """The attributes of these tags."""
        return [attributes for name, attributes in self.tags if name in names]

    @property
    def links(self) -> list[str]:
        """Where the page leads to, elsewhere included."""
        return [one["href"] or "" for one in self.of("a")]


def text_of(piece: str) -> str:
    """What a reader sees of a piece of a page."""
    plain = re.sub(r"<[^>]+>", " ", piece).replace("\xa0", " ")
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", '"'), ("&amp;", "&")):
        plain = plain.replace(name, character)
    return re.sub(r"\s+", " ", plain).strip()


def rows(page: str) -> list[str]:
    """Every row of every table, with its tags."""
    return re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)


def cells(page: str, identifier: str) -> list[list[str]]:
    """The texts of the table that is named by this id, its heading row first."""
    table = re.search(rf'<table aria-labelledby="{identifier}".*?</table>', page, re.DOTALL)
    assert table, f"no table {identifier}"
    return [
        [text_of(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)] for row in rows(table.group())
    ]
