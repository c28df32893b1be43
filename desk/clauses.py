"""Reads a customer's text into clauses, and marks in each the phrases that carry meaning (`desk.phrases`).

No regular expression can backtrack, and the time grows with the length of the text only.
"""

import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import Struct

from desk.phrases import STOPS, Meanings, Tree, Word, phrases

LONGEST = 2000  # characters that are read: what matters is said early, and the rest may be a log
_LIGHT_AT_ONCE = 4  # light words skipped inside a phrase; a bound, so that a wall of them costs nothing
_SPLITS = ("split", "and"), ("split", "but")


class Mark(Struct, frozen=True, gc=False):
    """A phrase that was found: what it means, and where it stands in the text (characters)."""

    family: str
    name: str
    begin: int
    end: int


class Clause(Struct, gc=False):
    """A part of a sentence that says one thing."""

    sentence: int
    marks: list[Mark] = []
    asked: bool = False  # its sentence ends with a question mark
    unknown: int = 0  # words that no phrase accounts for
    cut_short: bool = False  # it ends with a bare "not": "exportul nu", "the export doesn't"
    contrary: bool = False  # it begins with "but": what was said before is not the whole of it


class Reading(NamedTuple):
    """What was read: the text that the marks point into, its clauses, and the language it is written in."""

    text: str
    clauses: list[Clause]
    language: str


class _Found(NamedTuple):
    begin: int
    end: int
    meanings: Meanings


def read(text: str) -> Reading:
    """Read `text` into clauses. Never fails; of a long text only the first `LONGEST` characters are read.

    White space is evened out, and quoted lines ("> ...") are left out.
    """
    known = phrases()
    words: list[Word] = []
    places: list[tuple[int, int]] = []
    pieces: list[str] = []
    at = 0
    for line in unicodedata.normalize("NFC", text[:LONGEST]).splitlines():
        if line.lstrip()[:1] == ">":
            continue
        for piece in line.split():
            for word, begin, end in known.piece(piece):
                words.append(word)
                places.append((at + begin, at + end))
            pieces.append(piece)
            at += len(piece) + 1
        words.append(STOPS["."])
        places.append((at, at))
    lanes = [_phrases(words, lane) for lane in range(len(known.trees))]
    language = "ro" if sum([word.vote for word in words]) >= 0 else "en"
    return Reading(" ".join(pieces), _clauses(words, places, lanes), language)


def _phrases(words: list[Word], lane: int) -> list[_Found]:
    """Return the longest phrases, from left to right."""
    found: list[_Found] = []
    free = 0
    for at, word in enumerate(words):
        if (heads := word.heads[lane]) and at >= free:
            end, meanings = at, None
            for head in heads:
                to, more = _longest(head, words, lane, at + 1)
                if more and (to > end or not meanings):
                    end, meanings = to, more
            if meanings:
                found.append(_Found(at, end, meanings))
                free = end
    return found


def _longest(tree: Tree, words: list[Word], lane: int, at: int) -> tuple[int, Meanings | None]:
    """Return where the longest phrase ends that goes on at `at`, and its meanings."""
    end, meanings = at, tree.get("")
    # The last word is a stop, so that no phrase runs over the end.
    for here in range(at, at + _LIGHT_AT_ONCE):
        word = words[here]
        for entry in word.lanes[lane]:
            if branch := tree.get(entry):
                to, more = _longest(branch, words, lane, here + 1)
                if more and (to > end or not meanings):
                    end, meanings = to, more
        if not word.light:
            break
    return end, meanings


def _clauses(words: list[Word], places: list[tuple[int, int]], lanes: list[list[_Found]]) -> list[Clause]:
    heavy = [word.heavy for word in words]
    marks: list[list[Mark]] = [[] for _ in words]  # at the word with which they begin
    closed: list[bool] = []  # which words belong to a phrase, in the end of the first lane
    for found in reversed(lanes):
        closed = [False] * len(words)
        for begin, end, meanings in found:
            heavy[begin:end] = [False] * (end - begin)
            closed[begin:end] = [True] * (end - begin)
            start, to = places[begin][0], places[end - 1][1]
            marks[begin] += [Mark(family, name, start, to) for family, name in meanings]
    contrary = {end for _begin, end, meanings in lanes[0] if _SPLITS[1] in meanings}
    return [
        Clause(
            sentence,
            list(chain.from_iterable(marks[first:after])),
            asked,
            sum(heavy[first:after]),
            _ends_with_not(words, closed, first, after),
            first in contrary,
        )
        for first, after, sentence, asked in _bounds(words, lanes[0])
    ]


def _bounds(words: list[Word], found: list[_Found]) -> Iterator[tuple[int, int, int, bool]]:
    """Yield the first word of each clause, the word after it, its sentence, and whether that is asked."""
    splits = {begin: end for begin, end, meanings in found if any(split in meanings for split in _SPLITS)}
    clauses: list[tuple[int, int]] = []
    first = sentence = 0
    for at, word in enumerate(words):
        if not (word.stop or at in splits):
            continue
        if first < at:
            clauses.append((first, at))
        first = splits.get(at, at + 1)
        if word.stop in (".", "?"):
            for clause in clauses:
                yield *clause, sentence, word.stop == "?"
            clauses = []
            sentence += 1


def _ends_with_not(words: list[Word], closed: list[bool], first: int, after: int) -> bool:
    for at in range(after - 1, first - 1, -1):
        if closed[at]:
            return False
        if not words[at].light:
            return words[at].negates
    return False
