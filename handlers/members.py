"""Who is who and where: profiles that platforms tell us, who belongs to the team, where the desk is."""

from desk.customer_messages import arrived, welcome
from desk.messages import Answer
from handlers import cases, conversations
from handlers.context import Call
from storage import outbox, people, tickets
from storage.outbox import Post

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
        conversations.name_copies(call, changes["name"])
    return Answer()


def _named_on_cards(call: Call) -> None:
    """Cards that show somebody's id, for want of a name, show the name."""
    theirs = tickets.open_tickets(call.tx, requester_id=call.person.id, most=_CARDS)
    found = cases.load_many(call.tx, call.desk, tickets.lock(call.tx, [ticket.id for ticket in theirs]))
    cases.store(call.tx, call.desk, found, call.now)


def installed(call: Call) -> Answer:
    """Somebody added the desk to a conversation: it says what it is for, once a day."""
    place = call.place
    if place is None or call.desk.is_triage(place.id):
        return Answer()
    t, zone = call.t, call.desk.plan.zone
    said = welcome(t, zone) if call.incoming.direct else arrived(t, zone)
    once = f"arrived:{place.id}:{call.now:%Y-%m-%d}"
    outbox.put(call.tx, [Post(place.id, said, dedupe_key=once)], call.now)
    return Answer()


def removed(call: Call) -> Answer:
    """Somebody removed the desk from a conversation: nobody hears us there any more."""
    if call.place is not None:
        people.change_place(call.tx, call.place.id, closed=True)
    return Answer()


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
