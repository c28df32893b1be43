"""What people write in Teams, made plain text: its HTML, its mentions, its entities."""

import html
import re
from collections.abc import Collection
from contextlib import suppress
from html.parser import HTMLParser

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
_AT = re.compile(r"<at\b[^<>]*>([^<]*)</at>", re.IGNORECASE)
# With its semicolon alone: what stands in an address ("?a=1&lt=2") is none.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_COMMENT = re.compile(r"<!--(?:>|.*?(?:-->|\Z))", re.DOTALL)
_OPEN = re.compile("<(?!!)")
_NO_TAG = re.compile(r"<(?=[^<>\"']*<)")  # another one begins before it ends
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_REPLY, _MENTION = "schema.skype.com/reply", "schema.skype.com/mention"

_DESK = "\x00"  # stands where the desk is mentioned, until that is taken out
_TO_THE_DESK = re.compile(_DESK + r"[:,]?[^\S\n]*")
_LINES = {
    "p",
    "div",
    "li",
    "tr",
    "ul",
    "ol",
    "table",
    "pre",
    "blockquote",
    *(f"h{size}" for size in range(1, 7)),
}
_SILENT = {"script", "style"}


def sound(text: str) -> str:
    """Return `text` with "\\n" as its line ends, without what no database takes: NUL, broken surrogates."""
    return _BROKEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def from_text(text: str, desk: Collection[str] = ()) -> str:
    """Return the words of a message's text: names for mentions, nothing for one of the desk.

    `desk` are the names by which the desk is mentioned.
    """
    words = _AT.sub(lambda found: _mention(_unescaped(found[1]), desk), sound(text))
    return _tidy(_unescaped(words))


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: sound(html.unescape(found[0])), text)


def _mention(name: str, desk: Collection[str]) -> str:
    name = name.strip().removeprefix("@")
    return _DESK if name in desk else f"@{name}"


def _tidy(words: str) -> str:
    return _TO_THE_DESK.sub("", words).replace("\xa0", " ").strip()


def from_html(markup: str, desk: Collection[str] = ()) -> str:
    """Return the words of a message's HTML, without the message that it quotes."""
    lines = re.sub(r"(?<![ \xa0])[ \xa0]*\n[ \xa0]*", "\n", _read(markup, desk).words())
    return _tidy(re.sub(r"\n{3,}", "\n\n", lines))


def quoted_in(markup: str) -> str | None:
    """Return the id of the message that a message's HTML quotes: what people call a reply in a chat."""
    return _read(markup, ()).quoted if _REPLY in markup.lower() else None


def _read(markup: str, desk: Collection[str]) -> "_Page":
    page = _Page(desk)
    with suppress(AssertionError):  # html.parser's word for a declaration that it does not know
        page.feed(_whole_tags(sound(markup)))
        page.close()
    return page


def _whole_tags(markup: str) -> str:
    """Return `markup` without comments, and with what begins no tag as words.

    html.parser would look for each one's end anew, in time that grows with the square of what was written.
    """
    tags, end, words = _COMMENT.sub("", markup).rpartition(">")
    return _NO_TAG.sub("&lt;", tags + end) + _OPEN.sub("&lt;", words)


class _Page(HTMLParser):
    """Reads HTML as a person would, line by line."""

    def __init__(self, desk: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.quoted: str | None = None
        self._desk = desk
        self._said: list[str] = []
        self._passed: list[str] = []  # the tags that are open within what is passed over
        self._open: list[tuple[str, int, str]] = []  # links and mentions: tag, where they began, address

    def words(self) -> str:
        return "".join(self._said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kind = given.get("itemtype", "").lower()
        if self._passed or tag in _SILENT or (tag == "blockquote" and kind.endswith(_REPLY)):
            self._pass_over(tag, given)
        elif tag == "br":
            self._said.append("\n")
        elif tag in ("img", "emoji"):
            self.handle_data(given.get("alt", ""))
        elif tag == "a":
            self._open.append((tag, len(self._said), given.get("href", "")))
        elif tag == "at" or kind.endswith(_MENTION):
            self._open.append((tag, len(self._said), ""))
        elif tag in _LINES:
            self._new_line("- " if tag == "li" else "")
        elif tag in ("td", "th"):
            self.handle_data(" ")

    def _pass_over(self, tag: str, given: dict[str, str]) -> None:
        if tag == "blockquote" and not self._passed:
            self.quoted = given.get("itemid") or None
        if not self._passed or tag == self._passed[0]:
            self._passed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._passed:
            if tag == self._passed[0]:
                self._passed.pop()
        elif self._open and self._open[-1][0] == tag:
            self._close(*self._open.pop())
        elif tag in _LINES:
            self._new_line()

    def _close(self, tag: str, began: int, address: str) -> None:
        inside = "".join(self._said[began:]).strip()
        del self._said[began:]
        self._said.append(_link(address, inside) if tag == "a" else _mention(inside, self._desk))

    def _new_line(self, begin: str = "") -> None:
        if self._said and not "".join(self._said[-2:]).endswith("\n"):
            self._said.append("\n")
        if begin:
            self._said.append(begin)

    def handle_data(self, data: str) -> None:
        if not self._passed:
            words = re.sub(r"[ \t\n\f]+", " ", data.replace(_DESK, ""))
            self._said.append(words.lstrip(" ") if not self._said or self._said[-1] == "\n" else words)


def _link(address: str, label: str) -> str:
    target = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or not address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
        return label
    same = label.rstrip("/") in (target.rstrip("/"), target.partition("://")[2].rstrip("/"))
    return target if same else f"{label} ({target})"
