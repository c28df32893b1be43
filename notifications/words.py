"""Words before any platform dresses them: cut, without dress, and the addresses among them."""

import re
from datetime import timedelta

from desk.instants import say_distance, say_instant
from desk.messages import Bold, Code, Inline, Link, Mention, Message, Rich, When

URL = re.compile(r"https?://[^\s<>|\"'`]{1,1500}[^\s<>|\"'`.,;:!?)\]}*_~]")
LONGEST_URL = 1000
# What formats where nothing can be escaped, and what stands in for it.
LOOKS_LIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
NO_BREAK_SPACE = "\u00a0"
_A_MINUTE = timedelta(minutes=1)


def cut(text: str, longest: int) -> str:
    """Return at most `longest` characters of `text`; "…" stands for what is missing."""
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + "…"


def words_of(rich: Rich, message: Message) -> str:
    """Return `rich` without dress, its instants in the message's zone and language."""
    return "".join(words_in(part, message) for part in rich)


def words_in(part: Inline, message: Message) -> str:
    """Return the words of one part, an instant as clocks show it in the message's zone."""
    match part:
        case str():
            return part
        case When():
            return instant(part, message) + distance(part, message)
        case Mention(name=name):
            return name
        case Bold(text=text) | Code(text=text) | Link(text=text):
            return text


def instant(when: When, message: Message) -> str:
    """Return an instant with its weekday, in the message's zone and language."""
    return say_instant(when.at, message.zone, message.language)


def distance(when: When, message: Message) -> str:
    """Return how far an instant is, in brackets after a space: nothing for what is now."""
    # A post stays as it is written: "(now)" beside the time would be wrong a minute later.
    if when.now is None or abs(when.at - when.now) < _A_MINUTE:
        return ""
    said = say_distance(when.at, when.now, message.language)
    return f" ({said.replace(' ', NO_BREAK_SPACE)})"  # columns are narrow: no "(in 4" above "h)"
