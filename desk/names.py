"""What things are called, and the one symbol that each has (voice: nowhere else an emoji)."""

from desk.plan import Plan
from desk.tickets import Status
from desk.wording import Language
from desk.wording import sentence as _

# Without the variation selector, fonts for text that have the white circle draw it as a small ring.
_WHITE = "⚪\N{VARIATION SELECTOR-16}"
PRIORITY_SYMBOLS = {"P1": "🔴", "P2": "🟠", "P3": "🟡", "P4": _WHITE}
STATUS_SYMBOLS = {
    Status.RECEIVED: "📥",
    Status.TRIAGED: "🗂",
    Status.IN_PROGRESS: "🛠",
    Status.ON_HOLD: "⏸",
    Status.ESCALATED: "⏫",
    Status.RESOLVED: "✅",
}
STATUSES = {
    Status.RECEIVED: _("received"),
    Status.TRIAGED: _("triaged"),
    Status.IN_PROGRESS: _("in progress"),
    Status.ON_HOLD: _("on hold"),
    Status.ESCALATED: _("escalated"),
    Status.RESOLVED: _("resolved"),
}
CLOCKS = {
    "first_response": _("first response"),
    "next_response": _("next response"),
    "update": _("update"),
    "resolution": _("resolution"),
}
# What a clock waits for, after "until" or "for".
AWAITED = {
    "first_response": _("the first response"),
    "next_response": _("the next response"),
    "update": _("the next update"),
    "resolution": _("the resolution"),
}
DUE = {
    "first_response": _("First response due"),
    "next_response": _("Next response due"),
    "update": _("Next update due"),
    "resolution": _("Resolution due"),
}
LANGUAGES = {"ro": _("Romanian"), "en": _("English")}


def priority_said(plan: Plan, priority: str, language: Language) -> str:
    """Return a priority as people read it: "P2 ridicată: o funcție principală nu merge"."""
    spec = plan.priorities[priority]
    name = f"{priority} {spec.name.say(language).lower()}" if spec.name else priority
    return f"{name}: {spec.meaning.say(language)}" if spec.meaning else name


def priority_symbol(priority: str) -> str:
    """Return the symbol of a priority; a plan may name others than P1 to P4."""
    return PRIORITY_SYMBOLS.get(priority, _WHITE)
