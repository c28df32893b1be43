"""Words that go on from something said before: "it still does not work", "any news?"."""

import re

from desk.typed import folded

# Compared without capitals, diacritics and hyphens.
_AGAIN = (
    r"^iar",
    "din nou",
    "tot (nu|asa|la fel|mai|apare|da)",
    "(aceeasi|acelasi|aceleasi) (problema|eroare|lucru|mesaj)",
    "la fel ca",
    "inca nu",
    "persista",
    "s a intors",
    "again",
    "still",
    "same (problem|issue|error|thing|message)",
    "not (fixed|solved|resolved)",
    "is back",
)
_NEWS = (
    "(vreo|ceva|aveti|exista) (veste|vesti|noutati|noutate|raspuns)",
    "noutati",
    "ce se aude",
    "in ce stadiu",
    "care (e|este) (stadiul|statusul)",
    "cand (se rezolva|va fi gata|e gata)",
    "(any|some) (news|updates?|progress)",
    "what is the status",
    "when will (it|this) be",
)
_GOES_ON = re.compile("|".join(rf"(?<!\w){phrase}\b" for phrase in (*_AGAIN, *_NEWS)))
_JOINS = re.compile(r"[-'’]")


def goes_on(text: str) -> bool:
    """Say whether a message goes on from an earlier one by its own words: again, still, any news."""
    return _GOES_ON.search(folded(_JOINS.sub(" ", text))) is not None
