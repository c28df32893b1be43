"""The way of one event: seen before? who is it? what do they want? One handler, one transaction."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from desk.errors import BadInput, DeskError
from desk.incoming import Incoming
from desk.messages import Answer
from desk.nearest import nearest
from desk.wording import sentence as _
from handlers import (
    about,
    cards,
    commands,
    corrections,
    customers,
    hearing,
    homes,
    intake,
    marks,
    members,
    support,
    support_buttons,
    ticket_buttons,
    tickets,
    typed,
)
from handlers.context import Call, Desk, customer_of
from storage import early, inbox, outbox, people
from storage.people import Person, Place
from storage.transactions import Transaction

_LONGEST_NAME = 200  # characters; what the table holds
# Who does that in a place hears us there.
_HEARD = ("message", "edited", "mark", "action", "command", "joined", "installed")
Handler = Callable[[Call], Answer]

# What somebody did -> what we do.
KINDS: dict[str, Handler] = {
    "message": intake.message,
    "edited": corrections.edited,
    "deleted": corrections.deleted,
    "mark": marks.marked,
    "profile": members.profile,
    "joined": members.joined,
    "left": members.left,
    "installed": members.installed,
    "removed": members.removed,
}

# For the team alone: nobody else can type these or press these.
TEAM_COMMANDS = {"ticket": tickets.COMMANDS, "customer": customers.COMMANDS, "desk": about.COMMANDS}
TEAM_BUTTONS: dict[str, Handler] = {**ticket_buttons.BUTTONS, "ticket.customer": customers.chosen}

# For everybody, about what is their own.
COMMANDS: dict[str, Handler] = {"support": support.support}
BUTTONS: dict[str, Handler] = {**support_buttons.BUTTONS, "ticket.card": cards.looked_at}


# Who may mean a command by a message that begins with its word. For everybody else it is a message.
_TYPED: dict[str, Callable[[Call, str], bool]] = {
    **{name: lambda call, _text: call.person.agent for name in TEAM_COMMANDS},
    "support": lambda _call, text: not text or support.is_command(text),
}


def receive(tx: Transaction, desk: Desk, incoming: Incoming, now: datetime) -> Answer:
    """Handle one event, once. What it raises leaves nothing stored.

    A `DeskError` that leaves here carries the language of the one who reads it.
    """
    if not inbox.first_time(tx, incoming.platform, incoming.id, now):
        return Answer()
    call, news = _recognise(tx, desk, incoming, now)
    try:
        answer = _handle(call)
    except DeskError as error:
        error.language = call.language
        raise
    if call.place is not None and news:
        # Last, for it locks the place, in which posts are put after a ticket is locked, never before.
        people.change_place(tx, call.place.id, **news)
        if "closed" in news:
            outbox.open_again(tx, call.place.id, now)
    return answer


def _recognise(tx: Transaction, desk: Desk, incoming: Incoming, now: datetime) -> tuple[Call, dict[str, Any]]:
    """Return the call, and what it tells about its place that is not stored yet."""
    person, news = _person(tx, incoming), dict[str, Any]()
    place: Place | None
    if incoming.direct and incoming.kind in _HEARD and incoming.user != incoming.address.get("bot"):
        person, place = homes.heard_alone(tx, person, incoming, now)
    else:
        place = _place(tx, desk, incoming)
    if place is not None and (news := _news_of(place, incoming)):
        place = replace(place, **news)
    return Call(tx, desk, now, incoming, person, customer_of(tx, person, place), place), news


def _person(tx: Transaction, incoming: Incoming) -> Person:
    name, news = incoming.user_name[:_LONGEST_NAME], {}
    person = people.person(tx, incoming.platform, incoming.workspace, incoming.user, name)
    if name and name != person.name:
        news["name"] = name
    if person.language is None and incoming.language == "ro":
        news["language"] = "ro"  # English says little: many have it so who work in Romanian
    if not news:
        return person
    people.change_person(tx, person.id, **news)
    return replace(person, **news)


def _place(tx: Transaction, desk: Desk, incoming: Incoming) -> Place | None:
    if not incoming.conversation:
        return None
    key = (incoming.platform, incoming.workspace, incoming.conversation)
    triage = desk.triage_of(incoming.platform)
    if triage is not None and key == (triage.platform, triage.workspace, triage.conversation):
        return triage
    kind, name = "direct" if incoming.direct else "channel", incoming.place_name[:_LONGEST_NAME]
    return people.place(tx, *key, kind, name, incoming.address or None)


def _news_of(place: Place, incoming: Incoming) -> dict[str, Any]:
    """Return what this event tells about a place that we did not know; who speaks there hears us, too."""
    news = {
        "conversation": incoming.conversation,
        "name": incoming.place_name[:_LONGEST_NAME],
        "address": incoming.address,
    }
    changes: dict[str, Any] = {k: v for k, v in news.items() if v and v != getattr(place, k)}
    if place.closed and incoming.heard and incoming.kind in _HEARD:
        changes["closed"] = False
    return changes


def _handle(call: Call) -> Answer:
    incoming = call.incoming
    if incoming.kind == "message" and incoming.typed and typed.command(call, _TYPED, _command_named):
        return Answer()
    if incoming.kind == "command":
        return _command(call)
    if incoming.kind == "action":
        return _button(call)
    answer = KINDS[incoming.kind](call)
    hearing.note(call)
    if incoming.kind == "message":
        _catch_up(call)
    return answer


def _catch_up(call: Call) -> None:
    """Handle what came before this message although it belongs to it: replies, edits."""
    message, place = call.incoming.message, call.place
    if message is None or place is None:
        return
    for waited in early.take(call.tx, place.id, message):
        its_call, _news = _recognise(call.tx, call.desk, waited, call.now)
        _handle(its_call)


def _command(call: Call) -> Answer:
    return _command_named(call, call.incoming.command, call.incoming.text)


def _command_named(call: Call, name: str, text: str) -> Answer:
    if name in TEAM_COMMANDS:
        call.only_agents()
        return commands.run(call, TEAM_COMMANDS[name], name, text)
    if name in COMMANDS:
        return COMMANDS[name](dataclasses.replace(call, incoming=replace(call.incoming, text=text)))
    close = nearest(name, [*COMMANDS, *(TEAM_COMMANDS if call.person.agent else ())])
    if close is not None:
        raise BadInput(_("There is no /{name}. Did you mean /{close}?"), name=name[:40], close=close)
    if call.person.agent:
        raise BadInput(_("There is no /{name}. Write /ticket help to see what there is."), name=name[:40])
    raise BadInput(_("There is no /{name}. Write /support to reach us."), name=name[:40])


def _button(call: Call) -> Answer:
    action = call.incoming.command
    if action in TEAM_BUTTONS:
        call.only_agents()
        return TEAM_BUTTONS[action](call)
    if action in BUTTONS:
        return BUTTONS[action](call)
    raise BadInput(_("That button does nothing any more. The newest card has what works."))
