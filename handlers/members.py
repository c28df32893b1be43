"""Who is who: profiles that platforms tell us, and who belongs to the team."""

from desk.messages import Answer
from handlers import cases
from handlers.context import Call
from storage import people, tickets

_CARDS = 20


def profile(call: Call) -> Answer:
    """A platform told us somebody's name, e-mail address and language."""
    fields = call.incoming.fields
    changes = {name: fields[name] for name in ("name", "email") if fields.get(name)}
    if fields.get("language") in ("ro", "en") and call.person.language is None:
        changes["language"] = fields["language"]
    if changes:
        people.change_person(call.tx, call.person.id, **changes)
    if "name" in changes and not call.person.name:
        _named_on_cards(call)
    return Answer()


def _named_on_cards(call: Call) -> None:
    """Cards that show somebody's id, for want of a name, show the name."""
    theirs = tickets.open_tickets(call.tx, requester_id=call.person.id, most=_CARDS)
    found = cases.load_many(call.tx, call.desk, tickets.lock(call.tx, [ticket.id for ticket in theirs]))
    cases.store(call.tx, call.desk, found, call.now)


def joined(call: Call) -> Answer:
    """Somebody is in a conversation now; who is in the triage channel is an agent."""
    return _in_triage(call, agent=True)


def left(call: Call) -> Answer:
    """Somebody is no longer in a conversation."""
    return _in_triage(call, agent=False)


def _in_triage(call: Call, agent: bool) -> Answer:
    if call.place and call.desk.is_triage(call.place.id) and call.person.agent is not agent:
        people.change_person(call.tx, call.person.id, agent=agent)
    return Answer()
