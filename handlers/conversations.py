"""A ticket's conversations: it began in one and goes on in others; what is said in one is said in all."""

from msgspec.structs import replace

from desk.customer_messages import goes_on_here, replied
from desk.errors import BadInput, Refused
from desk.incoming import Incoming
from desk.messages import Answer, Message
from desk.team_messages import noted, said
from desk.tickets import Event, Kind
from desk.wording import sentence as _
from handlers import cases
from handlers.case import Case, Conversation, copy_key, opened_key
from handlers.context import Call
from handlers.naming import called, place_name
from handlers.opening import attached
from storage import histories, links, outbox
from storage.links import Link
from storage.people import Place


def pass_on(case: Case, call: Call, place: Place, event_id: int, kind: Kind) -> None:
    """Say what somebody wrote in one of the ticket's conversations in all the others that may hear it.

    A note is for the team alone. The copies follow when their writer changes or takes back the words.
    """
    text = call.incoming.text or ", ".join(file.name for file in call.incoming.files)
    _say(call, case, place, copy_key(event_id), kind, text)


def follow(case: Case, call: Call, place: Place, event: Event, event_id: int, after: str | None) -> None:
    """Let the copies of a message follow it: changed, or (None) taken back."""
    known = outbox.places_of(call.tx, copy_key(event_id))
    if event.kind in (Kind.SAID, Kind.REPLIED, Kind.NOTED):
        _say(call, case, place, copy_key(event_id), event.kind, after, only=known)


def _say(
    call: Call,
    case: Case,
    place: Place,
    key: str,
    kind: Kind,
    text: str | None,
    only: frozenset[int] | None = None,
) -> None:
    name, t, zone = called(call.person), call.desk.team, case.plan.zone
    heading = t("{agent} to the customer", agent=name) if kind is Kind.REPLIED else name
    shown = noted if kind is Kind.NOTED else said
    if text is not None:  # what was taken back stays with the team, and a line tells so
        to_team = with_files(shown(heading, text, t, zone), call.incoming)
        case.copy_to_team(call.desk, to_team, key, besides=place.id, only=only)
    if kind is not Kind.NOTED:
        to_customer = None if text is None else with_files(replied(name, text, case.t, zone), call.incoming)
        case.copy_to_customer(to_customer, key, besides=place.id, only=only)


def with_files(message: Message, incoming: Incoming) -> Message:
    """Return a message that passes on what somebody wrote, with what they attached to it."""
    return replace(message, files=attached(incoming)) if incoming.files else message


def name_copies(call: Call, name: str) -> None:
    """Let the copies of what somebody wrote before we knew their name bear it, instead of their id.

    Only the latest are looked at: a platform tells a name within seconds.
    """
    written = histories.lately_from(call.tx, call.person.id)
    copies = outbox.lately_put(call.tx, [copy_key(event_id) for event_id in written]) if written else []
    unknown, named = called(call.person), []
    for post in copies:
        if post.message is not None and post.message.author is not None:
            author = post.message.author.replace(unknown, name)
            named.append(replace(post, message=replace(post.message, author=author)))
    outbox.put(call.tx, named, call.now)


def link(call: Call, text: str) -> Answer:
    """/ticket link 1042: it goes on in this channel too"""
    case, _rest = cases.case_named(call.tx, call.desk, text)
    place = _channel(call)
    if place.id in case.place_ids:
        raise Refused(_("{number} goes on here already."), number=case.ticket.number)
    if place.customer_id is not None and place.customer_id != case.ticket.customer_id:
        raise Refused(
            _("This channel is another customer's: they would read what is not theirs. Nothing was done.")
        )
    _only_its_customers(case)
    links.make(call.tx, Link(case.ticket.id, place.id, None))
    case.links.append(Conversation(place, None))
    case.add(_event(call, place, added=True))
    case.say_in(place.id, goes_on_here(case.ticket, case.t, case.plan.zone), key=opened_key(case.ticket))
    cases.store(call.tx, call.desk, [case], call.now)
    return call.say(
        "{number} goes on here too: everybody in this channel reads what is said to the customer.",
        number=case.ticket.number,
    )


def _only_its_customers(case: Case) -> None:
    """Raise `Refused` when the ticket goes on where another customer is at home: they would be read here."""
    theirs = case.ticket.customer_id
    for place in (one.place for one in case.conversations):
        if theirs is not None and place.customer_id not in (None, theirs):
            raise Refused(
                _(
                    "{number} goes on in another customer's channel ({where}): what they write there "
                    "would be read here. Nothing was done."
                ),
                number=case.ticket.number,
                where=place_name(place),
            )


def unlink(call: Call, text: str) -> Answer:
    """/ticket unlink 1042: it no longer goes on in this channel"""
    case, _rest = cases.case_named(call.tx, call.desk, text)
    place = _channel(call)
    if not leave(case, call, place):
        raise BadInput(_("{number} was not linked to this channel."), number=case.ticket.number)
    cases.store(call.tx, call.desk, [case], call.now)
    return call.say("{number} no longer goes on here.", number=case.ticket.number)


def leave(case: Case, call: Call, place: Place) -> bool:
    """Let a ticket no longer go on in a place. Returns whether it did."""
    if not links.end(call.tx, case.ticket.id, place.id):
        return False
    case.links = [one for one in case.links if one.place.id != place.id]
    case.add(_event(call, place, added=False))
    return True


def _channel(call: Call) -> Place:
    if call.place is None or call.incoming.direct or call.desk.is_triage(call.place.id):
        raise BadInput(_("Write this in the channel in which the ticket is to go on."))
    if not call.incoming.heard:
        raise Refused(_("I am not in this channel, so I would hear nothing. Invite me, then link it."))
    return call.place


def _event(call: Call, place: Place, *, added: bool) -> Event:
    return call.event(Kind.PLACED, place=place_name(place), added=added)
