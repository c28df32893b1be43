"""What somebody probably meant to write."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that `word` is probably a slip of, or None when nothing comes close."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60)
    return found[0] if found else None
