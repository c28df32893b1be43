"""Reads a customer's text into clauses, and marks in each the phrases that carry meaning.

The phrases are data (`triage.toml`). A text is cut into words, each word is folded (case, diacritics, chat
spelling) and looked up once, and phrases are found by walking a tree of words: time grows with the length of the
text, not with the number of phrases, and no regular expression can backtrack.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

LONGEST = 2000  # characters that are read: what matters is said early, and the rest may be a log
_TOKEN = re.compile(
    r"(?:^[ \t]*>.*$|https?://\S+|:[a-z0-9_+-]{1,40}:)"  # a quoted line, an address, an emoji by its name
    r"|((?:[A-Z]{1,2}[ -]?\d{2,3}[ -]?[A-Z]{3}\b)|[^\W_]+(?:['’`´][^\W_]+)*)"  # a number plate, a word
    r"|[?!.…\n]+|[,;:()]|(?<=\s)[-–—]+(?=\s)",
    re.MULTILINE,
)
_PLATE = re.compile(r"[A-Z]{1,2}[ -]?\d{2,3}[ -]?[A-Z]{3}|[a-z]{1,2}\d{2,3}[a-z]{3}")
_STRETCHED = re.compile(r"(.)\1{2,}")
_LIGHT_AT_ONCE = 4  # light words skipped inside a phrase; a bound, so that a wall of them costs nothing
_SURE = 6  # letters from which a word with one slip is still recognisable

Tree = dict[str, Any]  # word -> Tree; "" -> the meanings of the phrase that ends here
Meanings = dict[tuple[str, str], None]  # (family, name), in the order of the file


class Mark(Struct, frozen=True, gc=False):
    """A phrase that was found: what it means, and where it stands in the text (characters)."""

    family: str
    name: str
    begin: int
    end: int


class Clause(Struct, gc=False):
    """A part of a sentence that says one thing."""

    sentence: int
    begin: int
    end: int
    marks: list[Mark] = []
    asked: bool = False  # its sentence ends with a question mark
    unknown: int = 0  # words that no phrase accounts for
    cut_short: bool = False  # it ends with a bare "not": "exportul nu", "the export doesn't"


class Reading(NamedTuple):
    """What was read: the text that the marks point into, its clauses, and the language it is written in."""

    text: str
    clauses: list[Clause]
    language: str


class _Word(Struct, frozen=True, gc=False):
    lanes: tuple[tuple[str, ...], ...]  # per lane, the entries of the vocabulary that it fits
    heads: tuple[tuple[Tree, ...], ...]  # per lane, the phrases that begin with it
    light: bool
    negates: bool
    heavy: bool  # neither: a word with a meaning of its own
    vote: int  # for Romanian when positive, for English when negative


_Found = tuple[int, int, Meanings]  # the words from .. to, and what they mean


def read(text: str) -> Reading:
    """Read `text` into clauses. Never fails; of a long text only the first `LONGEST` characters are read."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    known = phrases()
    word = known.word
    clauses: list[Clause] = []
    words: list[_Word] = []
    places: list[re.Match[str]] = []
    votes = sentence = 0
    for match in _TOKEN.finditer(text):
        if match.lastindex:
            words.append(word(match[1]))
            places.append(match)
            continue
        if words:
            votes += sum([each.vote for each in words])
            clauses += _clauses(words, places, sentence)
            words, places = [], []
        if (stop := match[0])[0] in "?!.…\n":
            if "?" in stop:
                _ask(clauses, sentence)
            sentence += 1
    votes += sum([each.vote for each in words])
    if words:
        clauses += _clauses(words, places, sentence)
    return Reading(text, clauses, "ro" if votes >= 0 else "en")


def _ask(clauses: list[Clause], sentence: int) -> None:
    for clause in reversed(clauses):
        if clause.sentence != sentence:
            break
        clause.asked = True


def _clauses(words: list[_Word], places: list[re.Match[str]], sentence: int) -> Iterator[Clause]:
    """Find the phrases in `words`, and cut where one of the first lane is a conjunction."""
    lanes = [_phrases(words, lane) for lane in range(len(words[0].lanes))]
    cuts = [(begin, end) for begin, end, meanings in lanes[0] if ("split", "and") in meanings]
    first = 0
    for begin, end in [*cuts, (len(words), len(words))]:
        if first < begin:
            inside = [[each for each in found if first <= each[0] < begin] for found in lanes] if cuts else lanes
            yield _clause(words, places, first, begin, inside, sentence)
        first = end


def _clause(
    words: list[_Word],
    places: list[re.Match[str]],
    first: int,
    after: int,
    lanes: list[list[_Found]],
    sentence: int,
) -> Clause:
    marks: list[Mark] = []
    heavy = [word.heavy for word in words]
    for found in lanes:
        for begin, end, meanings in found:
            heavy[begin:end] = [False] * (end - begin)
            at, to = places[begin].start(), places[end - 1].end()
            for family, name in meanings:
                marks.append(Mark(family, name, at, to))
    clause = Clause(sentence, places[first].start(), places[after - 1].end(), marks)
    clause.unknown = sum(heavy[first:after])
    clause.cut_short = _ends_with_not(words[lanes[0][-1][1] if lanes[0] else first : after])
    return clause


def _ends_with_not(words: list[_Word]) -> bool:
    for word in reversed(words):
        if not word.light:
            return word.negates
    return False


def _phrases(words: list[_Word], lane: int) -> list[_Found]:
    """Return the longest phrases, from left to right."""
    found: list[_Found] = []
    free = 0
    for at, word in enumerate(words):
        if at >= free and (heads := word.heads[lane]):
            end, meanings = _longest(heads[0], words, lane, at + 1)
            for head in heads[1:]:
                to, more = _longest(head, words, lane, at + 1)
                if more and (to > end or not meanings):
                    end, meanings = to, more
            if meanings:
                found.append((at, end, meanings))
                free = end
    return found


def _longest(tree: Tree, words: list[_Word], lane: int, at: int) -> tuple[int, Meanings | None]:
    """Return where the longest phrase ends that goes on at `at`, and its meanings."""
    end, meanings = at, tree.get("")
    for here in range(at, min(at + _LIGHT_AT_ONCE, len(words))):
        word = words[here]
        for entry in word.lanes[lane]:
            if branch := tree.get(entry):
                to, more = _longest(branch, words, lane, here + 1)
                if more and (to > end or not meanings):
                    end, meanings = to, more
        if not word.light:
            break
    return end, meanings


def fold(word: str) -> str:
    """Return `word` without case, diacritics (both forms of ș and ț), apostrophes and stretched letters."""
    bare = word.casefold()
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    if not bare.isalnum():
        bare = "".join(letter for letter in bare if letter.isalnum())
    return bare if bare.isdecimal() else _STRETCHED.sub(r"\1", bare)


class Phrases:
    """The phrases of a file, ready to be found. `data` is the file as it was read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self._groups: dict[str, list[str]] = {name: words.split("|") for name, words in data["words"].items()}
        self._light = frozenset(data["light"]["words"].split())
        self._nots = frozenset(data["light"]["not"].split())
        self._spelling = {wrong: right for right, many in data["spelling"].items() for wrong in many.split()}
        self._votes: dict[str, int] = {}
        self._slips: dict[str, str] = {}
        self._vocabulary: list[set[str]] = [set() for _ in data["lanes"]]
        self.trees: list[Tree] = [{} for _ in data["lanes"]]
        for lane, families in enumerate(data["lanes"]):
            for family in families:
                for name, entry in data[family].items():
                    self._grow(lane, (family, name), entry)
        for language, vote in (("ro", 3), ("en", -3)):
            self._votes.update(dict.fromkeys(data["language"][language].split(), vote))
        self.word = lru_cache(maxsize=8192)(self._word)

    def _grow(self, lane: int, meaning: tuple[str, str], entry: dict[str, Any]) -> None:
        for language, vote in (("ro", 1), ("en", -1)):
            for phrase in entry.get(language, ()):
                for words in product(*map(self._choices, phrase.split())):
                    node = self.trees[lane]
                    for word in words:
                        node = node.setdefault(word, {})
                        self._learn(lane, word, vote)
                    node.setdefault("", {})[meaning] = None

    def _choices(self, word: str) -> list[str]:
        choices: list[str] = []
        for part in word.split("|"):
            choices += self._groups[part[1:-1]] if part[:1] == "{" else [part]
        return choices

    def _learn(self, lane: int, word: str, vote: int) -> None:
        self._vocabulary[lane].add(word)
        if self._votes.setdefault(word, vote) != vote:
            self._votes[word] = 0
        stem = word.rstrip("*")
        if len(stem) >= _SURE:
            for slip in _slips(stem):
                self._slips.setdefault(slip, word)

    def _word(self, written: str) -> _Word:
        folded = "<plate>" if _PLATE.fullmatch(written) else fold(written)
        folded = self._spelling.get(folded, folded)
        entries = self._entries(folded)
        light = folded in self._light
        if not entries and not light:
            chatty = folded.replace("tz", "t").replace("sh", "s").replace("k", "c")
            entries = self._entries(chatty) or self._nearest(folded)
        vote = self._votes.get(folded) or sum(self._votes[entry] for entry in entries)
        lanes = tuple(tuple(e for e in entries if e in vocabulary) for vocabulary in self._vocabulary)
        heads = tuple(tuple(t[e] for e in lane if e in t) for lane, t in zip(lanes, self.trees, strict=True))
        negates = folded in self._nots
        return _Word(lanes, heads, light, negates, not (light or negates), vote)

    def _entries(self, folded: str) -> list[str]:
        fitting = [folded, *(folded[:n] + "*" for n in range(len(folded), 2, -1))]
        if folded.isdecimal():
            fitting.append("<number>")
        return [entry for entry in fitting if entry in self._votes]

    def _nearest(self, folded: str) -> list[str]:
        """Return the entry that is one slip away: a letter missing, doubled, wrong or swapped with the next."""
        for length in range(len(folded), _SURE - 2, -1):
            for slip in _slips(folded[:length]):
                near = self._slips.get(slip, "")
                if near[:1] == folded[0] and (length == len(folded) or near[-1] == "*"):
                    return [near]
        return []


def _slips(word: str) -> list[str]:
    """Return `word`, and what is left of it without one letter: words that are a slip apart share one.

    The first letter is seldom wrong, and the last is grammar ("schimbat", "schimbati").
    """
    return [word, *(word[:i] + word[i + 1 :] for i in range(1, len(word) - 1))]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """Return the phrases of `triage.toml`, read at first use."""
    with (Path(__file__).parent / "triage.toml").open("rb") as file:
        return Phrases(tomllib.load(file))
