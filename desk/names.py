"""What things are called, and the one symbol that each has (voice: nowhere else an emoji)."""

from desk.tickets import Status
from desk.wording import sentence as _

PRIORITY_SYMBOLS = {"P1": "🔴", "P2": "🟠", "P3": "🟡", "P4": "⚪"}
PRIORITIES = {
    "P1": _("P1 critical: the system is down"),
    "P2": _("P2 high: a major feature is broken"),
    "P3": _("P3 medium: a minor feature has a problem"),
    "P4": _("P4 low: a question or a wish"),
}
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
DUE = {
    "first_response": _("First response due"),
    "next_response": _("Next response due"),
    "update": _("Next update due"),
    "resolution": _("Resolution due"),
}
LANGUAGES = {"ro": _("Romanian"), "en": _("English")}


def priority_symbol(priority: str) -> str:
    """Return the symbol of a priority; a plan may name others than P1 to P4."""
    return PRIORITY_SYMBOLS.get(priority, "⚪")
