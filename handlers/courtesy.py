"""What somebody who only says hello, thanks or goodbye hears: a short answer, and no ticket."""

from desk.customer_messages import at_your_service, greeted, welcome
from desk.triage import Suggestion
from desk.wording import Words, words_for
from handlers.context import Call
from storage import outbox, tickets
from storage.outbox import Post
from storage.people import Place

_NAMED = 5  # open tickets


def answer(call: Call, place: Place, talk: Suggestion) -> bool:
    """Answer a message that asks for nothing, each kind once an hour: politeness must not become noise.

    Returns whether this was answered now.
    """
    t, zone = _words(call, talk), call.desk.plan.zone
    if talk.talk == "":  # "help!", "?"
        kind, said = "help", welcome(t, zone)
    elif not tickets.spoke_before(call.tx, call.person.id):
        kind, said = "welcome", welcome(t, zone)
    elif talk.talk in ("thanks", "yes"):
        kind, said = "service", at_your_service(t, zone)
    else:
        mine = tickets.open_tickets(call.tx, requester_id=call.person.id, most=_NAMED + 1)
        numbers = [ticket.number for ticket in mine[:_NAMED]] + ["…"] * (len(mine) > _NAMED)
        kind, said = "hello", greeted(numbers, t, zone)
    once = f"courtesy:{kind}:{place.id}:{call.person.id}:{call.now:%Y-%m-%dT%H}"
    # Between the two of us a line is answered by a line; in a channel it hangs under what it answers.
    root = None if call.incoming.direct else call.incoming.thread or call.incoming.message
    if outbox.said_already(call.tx, once):
        return False
    outbox.put(call.tx, [Post(place.id, said, thread=root, dedupe_key=once)], call.now)
    return True


def _words(call: Call, talk: Suggestion) -> Words:
    """A person's own language or their customer's; a stranger is answered as they wrote."""
    known = call.person.language or call.customer
    return call.t if known else words_for(talk.language)
