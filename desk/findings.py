"""What a customer's clauses say about the present: the findings that a suggestion rests on.

A finding is a state ("broken", "slow", "question" ...) of objects, at a scope. This is where negation ("not
only the export"), time ("it was down yesterday"), cases that have not come ("what if it is down?") and relief
("it works again") are understood; how serious a finding is, is decided in `desk.triage`.
"""

from msgspec import Struct, field

from desk.clauses import Clause, Mark

_GRAVITY = {
    kind: at
    for at, kind in enumerate(
        ("breach", "stopped", "lost", "down", "broken", "slow", "wrong", "trouble", "over", "works", "solved")
    )
}
# States that are told apart by their words only until it is clear what they mean here.
_MEANS = {
    "fell": "down",
    "failed": "broken",
    "hidden": "broken",
    "unsolved": "broken",
    "ended": "broken",
    "was": "over",
}
_RELIEF = ("works", "solved")


class Finding(Struct):
    """Something that is so, or is asked: `kind` of `objects`, resting on `marks`."""

    kind: str
    marks: list[Mark]
    objects: list[str]
    scopes: set[str] = field(default_factory=set)
    pure: bool = False  # every word of its clause is known: no other object can be meant


class _Said:
    """What one clause says, sorted."""

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.limits: dict[str, Mark] = {}
        self.frames: dict[str, Mark] = {}
        self.scopes: set[str] = set()
        self.objects: list[Mark] = []
        self.just = False
        states: list[Mark] = []
        for mark in clause.marks:
            match mark.family:
                case "state":
                    states.append(mark)
                case "object":
                    self.objects.append(mark)
                case "scope":
                    self.scopes.add(mark.name)
                case "limit":
                    # "Just" limits too, and as often says nothing ("it just works"): see `taken_back`.
                    self.limits.setdefault("only" if mark.name == "just" else mark.name, mark)
                    self.just = self.just or mark.name == "just"
                case "frame":
                    self.frames.setdefault(mark.name, mark)
        self.state = min(states, key=_gravity) if states else None
        if more := self.limits.get("more"):
            self.objects = [mark for mark in self.objects if mark.begin < more.begin]
        if "other" in self.scopes:
            self.scopes.add("one")
        if self.scopes:
            self._narrow_scope(states)

    def _narrow_scope(self, states: list[Mark]) -> None:
        """Keep "the invoice" and "an invoice" as one of many only where they are not said in general."""
        hidden = self.state is not None and self.state.name in ("hidden", "lost", "wrong")
        first = states[0].begin if states else 0
        some = [mark for mark in self.clause.marks if mark.family == "scope" and mark.name == "some"]
        if (hidden and self.scopes & {"single", "some"}) or any(mark.begin < first for mark in some):
            self.scopes.add("one")

    @property
    def supposes(self) -> bool:
        """Whether it speaks of a case that has not come: "what happens if ...", "if it goes down, ..."."""
        if "means" in self.frames:
            return True
        if "if" not in self.frames or "tried" in self.frames:
            return False
        return self.state is None or self.frames["if"].begin < self.state.begin

    def kind(self, supposed: bool, relieved: bool) -> str | None:
        """Return what the clause says: a state, "question", "wish", "rest broken", or None."""
        asks = "question" in self.frames or "means" in self.frames
        if supposed:
            return "question" if self.clause.asked or asks else "supposed"
        if self.state is None or "denial" in self.frames:
            return self._stateless_kind(relieved, asks)
        kind = _kind(self.state)
        if kind in _RELIEF:
            return self._relieved_kind(kind, asks)
        if "past" in self.limits and "since" not in self.limits and self.state.name in ("fell", "failed"):
            return "over"
        if asks and (kind in ("wrong", "trouble", "over") or self.state.name == "hidden"):
            return "question"
        if kind == "trouble" and "wish" in self.frames:
            return "wish"
        return kind

    def _stateless_kind(self, relieved: bool, asks: bool) -> str | None:
        if "denial" in self.frames:
            return "relief"
        named = self.objects or self.scopes or self.limits
        if self.clause.cut_short and (named or (relieved and self.clause.contrary)):
            return "broken"
        if relieved and self.objects and self.limits.keys() & {"only", "except"}:
            return "broken"
        if "wish" in self.frames:
            return "wish"
        if not self.objects and any(mark.name == "call" for mark in self.clause.marks):
            return None
        if asks or "why" in self.frames or (self.clause.asked and (self.objects or self.clause.unknown)):
            return "question"
        return None

    def _relieved_kind(self, kind: str, asks: bool) -> str:
        if "wish" in self.frames:
            return "wish"
        if asks or "why" in self.frames or self.clause.asked:
            return "question"
        if self.objects and "except" in self.limits:
            self.objects = [mark for mark in self.objects if mark.begin > self.limits["except"].begin]
            return "broken"
        if kind == "works" and self.objects and "only" in self.limits:
            return "rest broken"
        return "relief"

    def taken_back(self, relieved: bool) -> list[Mark] | None:
        """Return the words that say that not all of it works: "only on my phone", "for my colleague"."""
        if self.state is None or self.state.name != "works":
            polite = any(mark.name == "thanks" for mark in self.clause.marks)
            doubt = relieved and self.state is None and self.clause.contrary and self.clause.unknown
            return self.clause.marks if doubt and not polite else None
        only = "only" in self.limits and (self.scopes or (self.clause.unknown and not self.just))
        if not (only or "except" in self.limits or "other" in self.scopes):
            return None
        limits = ("scope", "limit")
        return [self.state, *(mark for mark in self.clause.marks if mark.family in limits)]

    def evidence(self) -> list[Mark]:
        """Return the marks that the finding rests on: the state or the frame, and the objects."""
        leading = [self.state] if self.state else []
        if not leading:
            leading = [m for name, m in self.frames.items() if name in ("question", "means", "why", "wish")][
                :1
            ]
        return leading + self.objects


def _gravity(mark: Mark) -> int:
    return _GRAVITY[_kind(mark)]


def _kind(mark: Mark) -> str:
    return _MEANS.get(mark.name, mark.name)


def findings(clauses: list[Clause]) -> tuple[list[Finding], list[Mark]]:
    """Return what the clauses say about the present, and the words that say that all is well."""
    found: list[Finding] = []
    settled: list[Mark] = []
    topic: list[str] = []
    supposed = -1  # the sentence that speaks of a case that has not come
    relieved = False  # the clause before said that something works
    less: list[Finding] = []  # ... but not all of it, and nothing else tells more
    for clause in clauses:
        said = _Said(clause)
        if said.supposes:
            supposed = clause.sentence
        kind = said.kind(supposed == clause.sentence, relieved)
        names = list(dict.fromkeys(mark.name for mark in said.objects))
        if kind == "relief":
            settled = said.evidence() or settled
            found = _after_relief(found, said, names)
            less = []
        elif kind == "rest broken":
            found.append(Finding("down", said.evidence(), ["system"]))
        elif kind is None:
            _complete(found, said, names)
        elif kind != "supposed":
            found.append(_finding(said, kind, names or topic if _refers(said, names, topic) else names))
        if kind in ("relief", None) and (back := said.taken_back(relieved)) is not None:
            less = [Finding("trouble", back or settled, [])]
        relieved = kind == "relief" or (relieved and kind is None)
        topic = names or topic
    return found or less, settled


def _refers(said: _Said, names: list[str], topic: list[str]) -> bool:
    """Whether a state without an object is about what was spoken of before: "Am deschis harta. Nu merge."."""
    return not names and said.clause.unknown <= (0 if "system" in topic else 1)


def _finding(said: _Said, kind: str, objects: list[str]) -> Finding:
    marks = said.evidence() or said.clause.marks
    if kind == "broken" and "except" in said.limits:
        objects = [mark.name for mark in said.objects if mark.begin < said.limits["except"].begin]
    return Finding(kind, marks, objects, said.scopes, pure=said.clause.unknown == 0)


def _complete(found: list[Finding], said: _Said, names: list[str]) -> None:
    """Let a clause that says nothing of its own tell more of the last finding: "..., la toata flota"."""
    if found and "more" not in said.limits and said.clause.unknown <= 1:
        last = found[-1]
        last.scopes |= said.scopes
        if names and not last.objects:
            last.objects = names
            last.marks = last.marks + said.objects


def _after_relief(found: list[Finding], said: _Said, names: list[str]) -> list[Finding]:
    """Return the findings that stand although something is said to work."""
    if said.state is None:  # "it is not that it does not work"
        return found
    if said.state.name == "solved":
        return []
    if "one" in said.scopes or "past" in said.limits:  # it works elsewhere, or it did
        return found
    return [each for each in found if names and not set(names) & set(each.objects)]
