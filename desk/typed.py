"""What people type, as it is compared."""

import re
import unicodedata

LONGEST_NAME = 200  # characters
_SLASH = re.compile(r"(?<![\w/])/(?=(?:support|ticket|customer|desk)\b)")


def is_name(text: str) -> bool:
    """Say whether a customer may be called so: it can be read, compared and stored."""
    return 0 < len(folded(text)) <= LONGEST_NAME >= len(text) and text.isprintable()


def folded(text: str) -> str:
    """Return a typed word or name as it is compared: "Trans  Carpați " and "trans carpati" are one."""
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def as_words(text: str) -> str:
    """Return a sentence of ours for where commands are words: "Write ticket help"."""
    return _SLASH.sub("", text)
