"""Who is who and where: profiles that platforms tell us, who belongs to the team, where the desk is."""

from desk.customer_messages import arrived, welcome
from desk.messages import Answer
from desk.team_messages import told
from handlers import cases, conversations, team
from handlers.context import Call
from handlers.naming import called, place_name
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
    """Somebody removed the desk from a conversation: nobody hears us there any more.

    The team is told where tickets are open. Teams says each removal twice.
    """
    place, t = call.place, call.desk.team
    if place is None or place.closed:
        return Answer()
    outbox.close(call.tx, [place.id])
    if open_there := tickets.open_at(call.tx, place.id):
        sentence = t(
            "{where} does not hear us any more: the desk was removed there. "
            "What we say about {numbers} waits until it is back.",
            where=place_name(place) if place.kind != "direct" else called(call.person),
            numbers=", ".join(f"T-{ticket_id}" for ticket_id in open_there),
        )
        said = told((sentence,), t, call.desk.plan.zone)
        outbox.put(call.tx, [Post(one.id, said) for one in call.desk.triages], call.now)
    return Answer()


def joined(call: Call) -> Answer:
    """Somebody is in a conversation now; who is in the triage channel is an agent."""
    return _in_triage(call, agent=True)


def left(call: Call) -> Answer:
    """Somebody is no longer in a conversation."""
    return _in_triage(call, agent=False)


def _in_triage(call: Call, agent: bool) -> Answer:
    if call.place and call.desk.is_triage(call.place.id) and call.person.agent is not agent:
        team.come_and_go(call.tx, call.desk, {call.person.id: agent}, call.now)
    return Answer()
