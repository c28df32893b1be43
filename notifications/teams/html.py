"""Words in the HTML that a bot may write in Teams, which knows no tables and hardly any lists.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from html import escape

from desk.messages import Block, Bold, Code, Fine, Inline, Link, Mention, Message, Quote, Rich, Text, When
from notifications.teams.text import (
    address,
    clean,
    linked,
    name_of,
    one_line,
    shown,
)
from notifications.words import distance, instant

_LONGEST_LABEL = 300


def paragraphs(block: Block, message: Message) -> list[str]:
    """Return one part of a message as paragraphs; none for a part that says nothing."""
    match block:
        case Text(rich=rich):
            return _wrapped(rich, message, "<p>", "</p>")
        case Fine(rich=rich):
            return _wrapped(rich, message, "<p><i>", "</i></p>")
        case Quote(text=text):
            said = _words(clean(text).strip("\n"))
            return [f"<blockquote>{said}</blockquote>"] if said.strip() else []
        case _:
            return []


def _wrapped(rich: Rich, message: Message, before: str, after: str) -> list[str]:
    said = "".join(_inline(part, message) for part in rich)
    return [before + said + after] if said.strip() else []


def _inline(part: Inline, message: Message) -> str:
    match part:
        case str():
            return _words(part)
        case Bold(text=text):
            return _tagged("b", text)
        case Code(text=text):
            return _tagged("code", text)
        case When(bold=bold):
            said = instant(part, message)
            return (_tagged("b", said) if bold else escape(said)) + escape(distance(part, message))
        case Mention(name=name):
            known = name_of(part)
            return f"<at>{known}</at>" if known else _words(name)
        case Link(text=text):
            label = escape(one_line(text, _LONGEST_LABEL))
            url = address(part)
            return f'<a href="{escape(url)}">{label}</a>' if url and label else label


def _tagged(tag: str, text: str) -> str:
    said = escape(shown(text)).replace("\n", "<br/>")
    return f"<{tag}>{said}</{tag}>" if said else ""


def _words(text: str) -> str:
    """Return plain text as HTML that reads the same; an address in it leads where it says."""
    said = ""
    for piece, url in linked(shown(text)):
        words = escape(piece).replace("\n", "<br/>")
        said += f'<a href="{escape(url)}">{words}</a>' if url else words
    return said
