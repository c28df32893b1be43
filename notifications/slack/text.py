"""Words in Slack's dress, mrkdwn. https://docs.slack.dev/messaging/formatting-message-text

Text from people stays text: it mentions nobody, formats nothing, and a link in it shows where it leads.
"""

import re
from collections.abc import Iterable, Iterator

from desk.messages import Bold, Code, Inline, Link, Mention, Message, Rich, When
from notifications.words import LONGEST_URL, LOOKS_LIKE, URL, cut, distance, instant

# Most words of ours hold nothing that Slack could take for more than text.
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff&<>*_~`@]|https?:")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_USER = re.compile(r"[UW][A-Z0-9]{2,}")
# Slack has no way to escape these. Where one would open a format, a character that looks like it stands
# in; inside a word it is left alone, so that names of files can be copied.
_OPENS = re.compile(r"(?<![0-9A-Za-z])[*_~](?=\S)|`")
_MENTIONS = re.compile(r"(?<![0-9A-Za-z])@(?=\w)|^[^\S\n]*(?=&gt;)", re.MULTILINE)
_ZERO_WIDTH_SPACE = "\u200b"
# The only short enough form that shows the weekday. Slack would begin it with a capital, were it first.
_DATE = _ZERO_WIDTH_SPACE + "{date_long_pretty}, {time}"
_LONGEST_STRESSED = 300
_SLICE = 500  # characters that, even if each needs escaping, fit into any text of Slack's


def clean(text: str) -> str:
    """Return `text` without control characters and broken surrogates, which Slack or JSON would refuse."""
    return _CONTROL.sub("", text)


def mrkdwn(rich: Rich, message: Message) -> str:
    """Return `rich` as mrkdwn, however long."""
    return "".join(_mrkdwn(part, message) for part in rich)


def mrkdwn_chunks(rich: Rich, message: Message, longest: int) -> list[str]:
    """Return `rich` as mrkdwn texts of at most `longest` characters (3000 or more); none if it is empty."""
    return gathered((piece for part in rich for piece in _pieces(part, message, longest)), longest)


def _pieces(part: Inline, message: Message, longest: int) -> Iterable[str]:
    said = _mrkdwn(part, message)
    if len(said) <= longest or not isinstance(part, str):
        return [said]
    return map(escaped, slices(part))


def gathered(pieces: Iterable[str], longest: int) -> list[str]:
    """Join `pieces` into as few texts of at most `longest` characters as their order allows."""
    texts = [""]
    for piece in pieces:
        if len(texts[-1]) + len(piece) > longest:
            texts.append("")
        texts[-1] += piece
    return [text.strip("\n") for text in texts if text.strip()]


def slices(text: str) -> Iterator[str]:
    """Yield `text` in slices of at most 500 characters, cut between words where there are any."""
    while len(text) > _SLICE:
        end = max(text.rfind(gap, _SLICE // 2, _SLICE) for gap in "\n ") + 1 or _SLICE
        yield text[:end]
        text = text[end:]
    yield text


def _mrkdwn(part: Inline, message: Message) -> str:
    match part:
        case str():
            return escaped(part)
        case Bold(text=text):
            # An asterisk inside would end it, a line break too.
            stressed = escaped(_one_line(text).replace("*", "∗"))
            return f"*{stressed}*" if stressed else ""
        case Code(text=text):
            typed = _entities(_one_line(text).replace("`", "ˋ"))
            return f"`{typed}`" if typed else ""
        case When(at=at, bold=bold):
            said = instant(part, message)
            date = f"<!date^{int(at.timestamp())}^{_DATE}|{said}>"
            return (f"*{date}*" if bold else date) + distance(part, message)
        case Mention(user=user, name=name):
            return f"<@{user}>" if _USER.fullmatch(user) else escaped(name)
        case Link(url=url, text=text):
            label = _disarmed(_one_line(text).replace("|", "¦"))
            known = label and len(_entities(url)) < LONGEST_URL and URL.fullmatch(url)
            return f"<{_entities(url)}|{label}>" if known else label


def _one_line(text: str) -> str:
    return cut(" ".join(clean(text).split()), _LONGEST_STRESSED)


def escaped(text: str) -> str:
    """Return plain text as mrkdwn that reads the same; an address in it becomes a link that shows itself."""
    if not _SPECIAL.search(text):
        return text
    said, begin = "", 0
    for url in URL.finditer(text):
        said += _disarmed(text[begin : url.start()]) + f"<{_entities(clean(url[0]))}>"
        begin = url.end()
    return said + _disarmed(text[begin:])


def _disarmed(text: str) -> str:
    said = _OPENS.sub(lambda found: LOOKS_LIKE[found[0]], _entities(clean(text)))
    return _MENTIONS.sub(lambda found: found[0] + _ZERO_WIDTH_SPACE, said)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str, longest: int) -> list[str]:
    """Return somebody's words as quotations of at most `longest` characters."""
    lines = (piece for line in clean(text).strip("\n").split("\n") for piece in _quoted_line(line))
    return gathered(lines, longest) if text.strip() else []


def _quoted_line(line: str) -> Iterator[str]:
    said = escaped(line)
    if len(said) <= 5 * _SLICE:
        yield f">{said}\n"
    else:
        yield from (f">{escaped(part)}\n" for part in slices(line))


def preformatted(lines: Iterable[str], longest: int) -> list[str]:
    """Return lines in letters of equal width, as texts of at most `longest` characters."""
    safe = (_entities(clean(line).replace("`", "ˋ"))[: longest - 20] + "\n" for line in lines)
    return [f"```\n{text}\n```" for text in gathered(safe, longest - 10)]
