"""How people type what a ticket is about."""

from desk.triage import CATEGORIES
from desk.typed import folded
from desk.wording import LANGUAGES, words

# The Romanian words for the keys of the categories.
ROMANIAN_WORDS = {
    "login": "autentificare",
    "trips": "curse",
    "invoicing": "facturare",
    "gps": "gps",
    "reports": "rapoarte",
    "integrations": "integrări",
    "performance": "performanță",
    "users": "utilizatori",
    "documents": "documente",
    "other": "altele",
}


def category_named(text: str) -> str | None:
    """Return the category that somebody typed: its key, its Romanian word, or its name in either language."""
    wanted = folded(text)
    for key, name in CATEGORIES.items():
        spellings = (key, ROMANIAN_WORDS[key], *(words(language)(name) for language in LANGUAGES))
        if wanted in map(folded, spellings):
            return key
    return None
