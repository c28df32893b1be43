"""What people type, as it is compared."""

import unicodedata

LONGEST_NAME = 200  # characters


def is_name(text: str) -> bool:
    """Say whether a customer may be called so: it can be read, compared and stored."""
    return 0 < len(folded(text)) <= LONGEST_NAME >= len(text) and text.isprintable()


def folded(text: str) -> str:
    """Return a typed word or name as it is compared: "Trans  Carpați " and "trans carpati" are one."""
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
