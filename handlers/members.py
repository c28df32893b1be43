"""Who is who: profiles that platforms tell us, and who belongs to the team."""

from desk.messages import Answer
from handlers.context import Call
from storage import people


def profile(call: Call) -> Answer:
    """A platform told us somebody's name, e-mail address and language."""
    fields = call.incoming.fields
    changes = {name: fields[name] for name in ("name", "email") if fields.get(name)}
    if fields.get("language") in ("ro", "en") and call.person.language is None:
        changes["language"] = fields["language"]
    if changes:
        people.change_person(call.tx, call.person.id, **changes)
    return Answer()


def joined(call: Call) -> Answer:
    """Somebody is in a conversation now; who is in the triage channel is an agent."""
    return _in_triage(call, agent=True)


def left(call: Call) -> Answer:
    """Somebody is no longer in a conversation."""
    return _in_triage(call, agent=False)


def _in_triage(call: Call, agent: bool) -> Answer:
    triage, place = call.desk.triage, call.place
    if triage and place and place.id == triage.id and call.person.agent is not agent:
        people.change_person(call.tx, call.person.id, agent=agent)
    return Answer()
