"""Suggests what a customer's message is: a request or not, how serious, about what, and why.

`desk.clauses` finds the words, `desk.findings` what they say (a state, such as "down" or "slow", of an
object), and the table in here decides how serious that is. The most serious finding counts. "Urgent",
exclamation marks and capital letters are no finding.
"""

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from desk.clauses import Clause, Mark, Reading, read
from desk.findings import Finding, findings
from desk.phrases import phrases
from desk.tickets import Priority
from desk.wording import sentence as _

CATEGORIES: dict[str, str] = {
    "login": _("Login and access"),
    "trips": _("Trips and orders"),
    "invoicing": _("Invoicing"),
    "gps": _("GPS and tracking"),
    "reports": _("Export and reports"),
    "integrations": _("Integrations"),
    "performance": _("Performance"),
    "users": _("Users and rights"),
    "documents": _("Documents"),
    "other": _("Other"),
}

_DOWN = _("Suggested {priority}: the application cannot be used (“{words}”)")
_MAJOR = _("Suggested {priority}: a major feature does not work (“{words}”)")
_MINOR = _("Suggested {priority}: a smaller feature does not work (“{words}”)")
_UNNAMED = _("Suggested {priority}: something does not work (“{words}”)")
_WRONG = _("Suggested {priority}: something comes out wrong (“{words}”)")
_SLOW = _("Suggested {priority}: it works, but slowly (“{words}”)")
_LOST = _("Suggested {priority}: data is missing (“{words}”)")
_TROUBLE = _("Suggested {priority}: something is the matter (“{words}”)")
_BREACH = _("Suggested {priority}: a sign of a security breach (“{words}”)")
_STOPPED = _("Suggested {priority}: work has come to a stop (“{words}”)")
_OVER = _("Suggested {priority}: something that happened earlier (“{words}”)")
_QUESTION = _("Suggested {priority}: a question (“{words}”)")
_WISH = _("Suggested {priority}: a wish (“{words}”)")
_UNCLEAR = _("Nothing in the message says how serious it is.")
_SETTLED = _("Nothing to do: the customer says that it is settled (“{words}”)")
_TALK = _("Nothing is asked for.")

Talk = Literal["greeting", "thanks", "yes", "settled", ""]
_Verdict = tuple[Priority, str]

# The plan, section 2: a state, and the size of what it happens to. "" is an object that was not named or does
# not matter; "wide" is a state that many people meet.
TABLE: dict[str, dict[str, _Verdict]] = {
    "breach": {"": ("P1", _BREACH)},
    "stopped": {"": ("P1", _STOPPED), "major": ("P2", _MAJOR), "minor": ("P3", _MINOR)},
    "lost": {
        "system": ("P1", _LOST),
        "major": ("P1", _LOST),
        "minor": ("P3", _LOST),
        "": ("P2", _LOST),
        "wide": ("P1", _LOST),
    },
    "down": {"system": ("P1", _DOWN), "major": ("P2", _MAJOR), "minor": ("P3", _MINOR), "": ("P1", _DOWN)},
    "broken": {
        "system": ("P1", _DOWN),
        "major": ("P2", _MAJOR),
        "minor": ("P3", _MINOR),
        "": ("P3", _UNNAMED),
    },
    "slow": {"": ("P3", _SLOW), "wide": ("P2", _SLOW)},
    "wrong": {"": ("P3", _WRONG), "wide": ("P2", _WRONG)},
    "trouble": {"": ("P3", _TROUBLE), "wide": ("P2", _TROUBLE)},
    "over": {"": ("P3", _OVER)},
    "question": {"": ("P4", _QUESTION)},
    "wish": {"": ("P4", _WISH)},
}
_SIZES = ("minor", "major", "system")
_LONGEST_EVIDENCE = 80  # characters


class Suggestion(Struct, frozen=True):
    """What a message seems to be.

    `priority` is None when nothing is asked for, or nothing says how serious it is. `reason` is a
    translatable sentence whose fields `values` fill. `category` is a key of `CATEGORIES`, None when nothing
    is asked for. `language` is "ro" or "en". `evidence` are the customer's own words that decided. It is
    `named` where these words say themselves what it is about, or whom it meets: "error 503" alone does not.
    It `calls` where it asks whether anybody is there.
    """

    request: bool
    priority: Priority | None
    reason: str
    values: dict[str, str]
    category: str | None
    language: str
    evidence: str
    named: bool = False
    calls: bool = False
    talk: Talk = ""  # where nothing is asked for: hello; thanks, goodbye; "yes"; "it works again"

    @property
    def waits(self) -> bool:
        """Whether whoever wrote it waits for us: not after thanks, a greeting, or "it works again"."""
        return self.request or self.talk in ("", "yes")


def suggest(text: str) -> Suggestion:
    """Suggest a priority and a category for a customer's `text`, Romanian or English (plan, section 2).

    Never fails: a text that says nothing is no request.
    """
    reading = read(text)
    found, settled = findings(reading.clauses)
    named = [mark.name for clause in reading.clauses for mark in clause.marks if mark.family == "object"]
    worst = min(_telling(found, named), key=lambda each: _verdict(each)[0], default=None)
    if worst is None:
        return _without_finding(reading, settled, named)
    priority, reason = _verdict(worst)
    category = (
        "performance"
        if worst.kind == "slow"
        else _category(worst.objects or named, smallest=priority != "P4")
    )
    suggestion = _suggestion(reading, priority, reason, category, worst.marks)
    return replace(suggestion, named=bool(worst.scopes) or _says_what(reading.text, worst.marks))


def _says_what(text: str, marks: list[Mark]) -> bool:
    """Say whether words name the thing, and not a number ("503")."""
    return any(mark.family == "object" and not text[mark.begin : mark.end].isdigit() for mark in marks)


def _telling(found: list[Finding], named: list[str]) -> list[Finding]:
    """Leave out what a clearer finding explains, and let the account explain why somebody cannot come in."""
    for each in found:
        each.objects = [name for name in each.objects if "weak" not in _entry(name)] or each.objects
        wholes = {_entry(name).get("of") for name in each.objects}
        each.objects = [name for name in each.objects if name not in wholes]
        if "account" in named:
            each.objects = ["account" if name == "entry" else name for name in each.objects]
        if (
            each.kind == "lost"
            and each.objects
            and not any("records" in _entry(name) for name in each.objects)
        ):
            each.kind = "broken"  # of a position or a button no data is lost
    if any(each.kind in ("question", "wish") for each in found):
        return [each for each in found if each.kind not in ("trouble", "over")]
    return found


def _verdict(found: Finding) -> tuple[Priority, str]:
    verdicts = TABLE[found.kind]
    size = _size(found)
    wide = bool(found.scopes & {"all", "many"}) and "one" not in found.scopes
    if wide and "wide" in verdicts and (size != "minor" or found.kind == "lost"):
        return verdicts["wide"]
    return verdicts.get(size) or verdicts[""]


def _size(found: Finding) -> str:
    """Return the size of the smallest object: "the app shows an error when I export" is about the export."""
    if not found.objects:
        if "one" in found.scopes:
            return "minor"
        return "system" if "all" in found.scopes and found.pure else ""
    return min((_object_size(name, found.scopes) for name in found.objects), key=_SIZES.index)


def _object_size(name: str, scopes: set[str]) -> str:
    entry = _entry(name)
    if "some" in scopes and "one" in scopes:  # "an invoice", as one of many
        return "minor"
    if "one" in scopes:
        return str(entry.get("one", "minor"))
    for scope in ("all", "many"):
        if scope in scopes and scope in entry:
            return str(entry[scope])
    return str(entry["size"])


def _entry(name: str) -> dict[str, Any]:
    entry: dict[str, Any] = phrases().data["object"][name]
    return entry


def _category(objects: list[str], *, smallest: bool) -> str:
    """Return the category of the first thing that was named; of the smallest one, where its size decided."""
    entries = [entry for name in objects if (entry := _entry(name))["category"] != "other"]
    if smallest:
        entries.sort(key=lambda entry: _SIZES.index(entry["size"]))
    return str(entries[0]["category"]) if entries else "other"


def _without_finding(reading: Reading, settled: list[Mark], named: list[str]) -> Suggestion:
    if settled:
        return replace(_suggestion(reading, None, _SETTLED, None, settled), talk="settled")
    if _only_talk(reading.clauses, named):
        return replace(_suggestion(reading, None, _TALK, None, []), talk=_talk(reading))
    category = _category(named, smallest=False)
    return Suggestion(True, None, _UNCLEAR, {}, category, reading.language, "", calls=_calls(reading))


def _only_talk(clauses: list[Clause], named: list[str]) -> bool:
    thanked = any(mark.name in ("thanks", "yes") for clause in clauses for mark in clause.marks)
    return not named and (thanked or not any(clause.unknown for clause in clauses))


def _talk(reading: Reading) -> Talk:
    if not reading.clauses and "?" not in reading.text:
        return "thanks"  # a thumb, a smile
    said = _said(reading)
    if "call" in said:
        return ""
    if "yes" in said:
        return "yes"
    if said & {"thanks", "farewell"}:
        return "thanks"
    return "greeting" if "greeting" in said else ""


def _calls(reading: Reading) -> bool:
    return "call" in _said(reading)


def _said(reading: Reading) -> set[str]:
    return {mark.name for clause in reading.clauses for mark in clause.marks if mark.family == "talk"}


def _suggestion(
    reading: Reading, priority: Priority | None, reason: str, category: str | None, marks: list[Mark]
) -> Suggestion:
    words = _evidence(reading.text, marks)
    values = {"priority": priority or "", "words": words}
    return Suggestion(priority is not None, priority, reason, values, category, reading.language, words)


def _evidence(text: str, marks: list[Mark]) -> str:
    """Return the words from the first to the last mark, or the first only when they stand far apart."""
    if not marks:
        return ""
    begin, end = min(mark.begin for mark in marks), max(mark.end for mark in marks)
    if end - begin > _LONGEST_EVIDENCE:
        begin, end = marks[0].begin, marks[0].end
    return text[begin:end][:_LONGEST_EVIDENCE]
