"""The phrases that carry meaning, as the team writes them (`triage.toml`), ready to be found in a text.

Each word is folded (case, diacritics, chat spelling) and looked up once, and the phrases stand in trees of
words, one for each lane: finding them takes a time that does not grow with their number.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from msgspec import Struct

_TOKEN = re.compile(
    r"https?://\S+|:[a-z0-9_+-]{1,40}:"  # an address, an emoji by its name
    r"|(?P<word>[^\W_]+(?:['’`´][^\W_]+)*)"
    r"|(?P<stop>[?!.…]+|[,;:()]|^[-–—]+$)"
)
_PLATE = re.compile(r"[A-Za-z]{1,2}\d{2,3}[A-Za-z]{3}")
_STRETCHED = re.compile(r"(.)\1{2,}")
_SURE = 6  # letters from which a word with one slip is still recognisable
_REMEMBERED = 40  # characters of what is looked up once: longer is an address or a log, and never the same

Tree = dict[str, Any]  # word -> Tree; "" -> the meanings of the phrase that ends here
Meanings = dict[tuple[str, str], None]  # (family, name), in the order of the file


class Word(Struct, frozen=True, gc=False):
    """A written word or stop, looked up."""

    lanes: tuple[tuple[str, ...], ...] = ((), (), ())  # the entries of each lane's vocabulary that it fits
    heads: tuple[tuple[Tree, ...], ...] = ((), (), ())  # per lane, the phrases that begin with it
    light: bool = False
    negates: bool = False
    heavy: bool = False  # neither: a word with a meaning of its own
    vote: int = 0  # for Romanian when positive, for English when negative
    stop: str = ""  # "," ends a clause, "." a sentence, "?" a question


STOPS = {stop: Word(stop=stop) for stop in ",.?"}


class Phrases:
    """The phrases of a file, ready to be found. `data` is the file as it was read."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self._groups: dict[str, list[str]] = {name: words.split("|") for name, words in data["words"].items()}
        self._light = frozenset(data["light"]["words"].split())
        self._nots = frozenset(data["light"]["not"].split())
        self._spelling = {wrong: right for right, many in data["spelling"].items() for wrong in many.split()}
        self._votes: dict[str, int] = {}
        self._slips: dict[str, list[str]] = {}
        self._vocabulary: list[set[str]] = [set() for _ in data["lanes"]]
        self.trees: list[Tree] = [{} for _ in data["lanes"]]
        for lane, families in enumerate(data["lanes"]):
            for family in families:
                for name, entry in data[family].items():
                    self._grow(lane, (family, name), entry)
        for language, vote in (("ro", 3), ("en", -3)):
            self._votes.update(dict.fromkeys(data["language"][language].split(), vote))
        # A slip adds a letter to a word; with one more, nothing that follows can matter.
        self._matters = 2 + max(map(len, (*self._votes, *self._spelling, *self._light)))
        self._remembered = lru_cache(maxsize=8192)(self._piece)

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
        if len(stem) >= _SURE and word not in self._slips.get(stem, ()):
            for slip in _slips(stem):
                self._slips.setdefault(slip, []).append(word)

    def piece(self, piece: str) -> list[tuple[Word, int, int]]:
        """Return the words and stops in what stands between two spaces, each with its place in it."""
        return self._remembered(piece) if len(piece) <= _REMEMBERED else self._piece(piece)

    def _piece(self, piece: str) -> list[tuple[Word, int, int]]:
        read: list[tuple[Word, int, int]] = []
        for match in _TOKEN.finditer(piece):
            if match["word"]:
                read.append((self._word(match["word"]), *match.span()))
            elif stop := match["stop"]:
                kind = "?" if "?" in stop else "." if stop[0] in "!.…" else ","
                read.append((STOPS[kind], *match.span()))
        return read

    def _word(self, written: str) -> Word:
        spelled = "<plate>" if _PLATE.fullmatch(written) else fold(written)[: self._matters]
        folded = self._spelling.get(spelled, spelled)
        entries = self._entries(folded)
        light = folded in self._light
        if not entries and not light:
            chatty = folded.replace("tz", "t").replace("sh", "s").replace("k", "c")
            entries = self._entries(chatty) or self._nearest(folded)
        vote = self._votes.get(spelled) or sum(self._votes[entry] for entry in entries)
        lanes = tuple(tuple(e for e in entries if e in vocabulary) for vocabulary in self._vocabulary)
        heads = tuple(tuple(t[e] for e in lane if e in t) for lane, t in zip(lanes, self.trees, strict=True))
        negates = folded in self._nots
        return Word(lanes, heads, light, negates, not (light or negates), vote)

    def _entries(self, folded: str) -> list[str]:
        fitting = [folded, *(folded[:n] + "*" for n in range(len(folded), 2, -1))]
        if folded.isdecimal():
            fitting.append("<number>")
        elif len(folded) == 3:
            fitting.append("<letters>")
        return [entry for entry in fitting if entry in self._votes]

    def _nearest(self, folded: str) -> list[str]:
        """Return the entries of a word one slip away: a letter missing, doubled, wrong or swapped."""
        for length in range(len(folded), _SURE - 2, -1):
            for slip in _slips(folded[:length]):
                for near in self._slips.get(slip, ()):
                    if near[0] != folded[0]:
                        continue
                    if length == len(folded) or near[-1] == "*":
                        return self._entries(near.rstrip("*")) or [near]
        return []


def fold(word: str) -> str:
    """Return `word` without case, diacritics (both forms of ș and ț), apostrophes and stretched letters."""
    bare = word.casefold()
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    if not bare.isalnum():
        bare = "".join(letter for letter in bare if letter.isalnum())
    return bare if bare.isdecimal() else _STRETCHED.sub(r"\1", bare)


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
