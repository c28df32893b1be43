"""What people type, as it is compared."""

import unicodedata


def folded(text: str) -> str:
    """Return a typed word or name as it is compared: "Trans  Carpați " and "trans carpati" are one."""
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
