"""What a ticket is called: the first line of what was written, without the greeting before it."""

import re

from desk.typed import folded

LONGEST = 80  # characters: it must fit a card's headline

# Folded. These are greetings whatever follows them; the others only before a comma or the like.
_GREETING = re.compile(
    r"(?:(?:buna (?:ziua|dimineata|seara)|good (?:morning|afternoon|evening|day)|salut(?:are)?|salutari"
    r"|neata|servus|hello|hi there|hey there)(?: (?:tuturor|echipa|all|everyone|everybody|team|there))?"
    r"(?:\W+|$)"
    r"|(?:buna|hi|hey|hei|noroc|alo|dear (?:all|team|support|sirs?|madam)|stimat[ia] (?:colegi|domn|doamna)"
    r"|draga? (?:echipa|colegi)|dragi colegi)(?: (?:tuturor|echipa|all|everyone|everybody|team|there))?"
    r"(?: ?[,.!:;\N{EN DASH}-]+\s*|$))+"
)


def subject_of(text: str, instead: str = "") -> str:
    """Return the first line of a text that says more than hello; `instead` where there are no words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next(filter(None, map(_ungreeted, lines)), lines[0] if lines else "")
    line = line if line.endswith("..") else line.removesuffix(".")
    return shortened(line, LONGEST) or instead[:LONGEST] or "—"


def _ungreeted(line: str) -> str:
    plain = "".join(_letter(letter) for letter in line)
    greeting = _GREETING.match(plain)
    if greeting is None:
        return line
    rest = line[greeting.end() :]
    return rest[:1].upper() + rest[1:]


def _letter(letter: str) -> str:
    """Fold a letter into one, so that places in the folded line are places in the line."""
    plain = folded(letter)
    return plain if len(plain) == 1 else letter


def says_more(text: str, subject: str) -> bool:
    """Say whether a text says more than the subject, so that it is worth a quotation below it."""
    return _ungreeted(text.strip()).removesuffix(".") not in ("", subject.removesuffix("."))


def shortened(text: str, longest: int) -> str:
    """Return `text`, cut at a word to at most `longest` characters."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[longest // 2 :] else cut) + "…"
