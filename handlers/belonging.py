"""Which ticket a message outside a thread is about: people write where the cursor is, and seldom say.

1. What the same person wrote here within minutes belongs together.
2. "It still does not work" and "any news?" are about their latest ticket here, also one lately resolved, and
   "is anybody there?" about their latest open one.
3. Where they talk to us alone, or where there are no threads, so is whatever does not say by itself what is
   wrong: an answer, a detail, a picture. Without threads, a colleague's word is about the only open ticket.
4. A ticket that was brought here is everybody's here. Where there are threads, its own says what is about it.
   Where no customer is at home, nothing else is ours: whatever is said goes to that ticket.

Who is understood wrongly says so with one button (`handlers.support_buttons`).
"""

from datetime import UTC, datetime

from desk.follow_ups import goes_on
from desk.triage import Suggestion
from handlers.context import Call
from storage import tickets
from storage.people import Place

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_POLITE = ("thanks", "greeting")


def ticket_meant(call: Call, place: Place, meant: Suggestion) -> int | None:
    """Return the ticket that a message is about, None when it begins something new."""
    just_now = _latest(call, place, call.now - call.desk.plan.tickets.gather)
    if just_now is not None or not (meant.request or call.incoming.files):
        return just_now
    latest = _latest(call, place, _EVER)
    if meant.calls and latest is not None:
        return latest
    if goes_on(call.incoming.text):
        return latest or _lately_resolved(call, place)
    if meant.priority is not None or not (call.incoming.direct or not call.incoming.threaded):
        return None
    return latest or (None if call.incoming.threaded else tickets.only_open_one(call.tx, place.id))


def brought_here(call: Call, place: Place, meant: Suggestion) -> int | None:
    """Return the ticket that was brought into a place without threads, for what is said there by anybody."""
    if call.incoming.threaded:
        return None
    plan = call.desk.plan.tickets
    just_now = tickets.latest_linked(call.tx, place.id, call.now - plan.gather)
    if just_now is not None or (meant.talk in _POLITE and not call.incoming.files):
        return just_now
    latest = tickets.latest_linked(call.tx, place.id, _EVER)
    if latest is not None or not (meant.talk == "settled" or goes_on(call.incoming.text)):
        return latest
    return tickets.latest_linked(call.tx, place.id, call.now - plan.reopen_within, resolved=True)


def _latest(call: Call, place: Place, since: datetime, *, resolved: bool = False) -> int | None:
    own = tickets.latest_from(call.tx, place.id, call.person.id, since, resolved=resolved)
    if own is not None or call.incoming.threaded:
        return own
    return tickets.latest_linked(call.tx, place.id, since, resolved=resolved)


def _lately_resolved(call: Call, place: Place) -> int | None:
    return _latest(call, place, call.now - call.desk.plan.tickets.reopen_within, resolved=True)


def spoken_about(call: Call, place: Place, talk: Suggestion) -> int | None:
    """Return the ticket that "yes" or "it works now" is about: the person's latest one here."""
    if talk.talk == "settled":
        return (
            _latest(call, place, _EVER)
            or _lately_resolved(call, place)
            or (tickets.only_open_one(call.tx, place.id) if place.customer_id is not None else None)
        )
    polite = talk.talk == "greeting" or (talk.talk == "thanks" and not call.incoming.direct)
    if polite or call.incoming.thread is not None:
        return None
    return _latest(call, place, _EVER)
