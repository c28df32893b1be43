"""What becomes of an event that our own mistake keeps us from handling: it is shown to the team, not lost."""

from datetime import datetime

from msgspec.structs import replace

from desk.incoming import Incoming
from desk.messages import Block, Bold, Message, Quote, Text
from handlers.context import Desk
from handlers.naming import called, place_name
from storage import inbox, outbox, people
from storage.outbox import Post
from storage.people import Place
from storage.transactions import Transaction

_KEPT = frozenset({"message", "edited", "deleted", "mark"})


def is_kept(incoming: Incoming) -> bool:
    """Say whether an event must not be lost; who is shown our answer simply tries again."""
    return incoming.kind in _KEPT and not incoming.answered


def keep(tx: Transaction, desk: Desk, incoming: Incoming, error_id: str, now: datetime) -> bool:
    """Put what somebody wrote into the triage channels, with the code to look for in the log.

    Returns False when there is no such channel: then the platform must deliver the event again.
    """
    if not desk.triages:
        return False
    if inbox.first_time(tx, incoming.platform, incoming.id, now):
        message = _message(tx, desk, incoming, error_id)
        outbox.put(tx, [Post(place.id, message) for place in desk.triages], now)
    return True


def _message(tx: Transaction, desk: Desk, incoming: Incoming, error_id: str) -> Message:
    t = desk.team
    person = people.person(tx, incoming.platform, incoming.workspace, incoming.user)
    sentence = t.rich(
        "What {who} wrote in {place} could not be handled: answer by hand, and look for {code} in the log.",
        who=Bold(called(person)),
        place=place_name(_place(tx, incoming)),
        code=Bold(error_id),
    )
    blocks: tuple[Block, ...] = (Text(sentence),)
    if incoming.text:
        blocks += (Quote(incoming.text),)
    if incoming.files:
        files = ", ".join(file.name for file in incoming.files)
        blocks += (Text(t.rich("With it came: {files}", files=files)),)
    return Message(blocks, t.language, desk.plan.zone)


def _place(tx: Transaction, incoming: Incoming) -> Place:
    kind = "direct" if incoming.direct else "channel"
    place = people.place(tx, incoming.platform, incoming.workspace, incoming.conversation, kind)
    return place if place.name else replace(place, name=incoming.place_name)
