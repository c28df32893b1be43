"""What somebody probably meant to write."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], alike: int = 60) -> str | None:
    """Return the one of `known` that `word` is probably a slip of, or None.

    At least `alike` per cent of the letters are the same.
    """
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=alike)
    return found[0] if found else None
