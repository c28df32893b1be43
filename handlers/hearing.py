"""What is said where a mark comes without words is kept for a while, in case somebody makes it a ticket."""

from handlers.context import Call
from storage import heard, ticket_messages
from storage.heard import Said


def note(call: Call) -> None:
    """Keep what somebody wrote or changed, unless a ticket has it; forget what they took back."""
    incoming, place = call.incoming, call.place
    if not incoming.bare_marks or place is None or place.kind == "triage" or incoming.message is None:
        return
    if incoming.kind == "deleted":
        heard.drop(call.tx, place.id, incoming.message)
    elif incoming.kind in ("message", "edited"):
        known = ticket_messages.belonging(call.tx, place.id, incoming.message)
        if known is None or known.event_id is None:
            said = Said(incoming.user, incoming.thread, incoming.text, incoming.files)
            heard.keep(call.tx, place.id, incoming.message, said, call.now)
