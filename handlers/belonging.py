"""Which ticket a message outside a thread is about: people write where the cursor is, and seldom say.

1. What the same person wrote here within minutes belongs together.
2. "It still does not work" and "any news?" are about their latest ticket here, also one lately resolved.
3. Where they talk to us alone, or where there are no threads, so is whatever does not say by itself what is
   wrong: an answer, a detail. Where there are no threads, a colleague's word is about the only open ticket.

Who is understood wrongly says so with one button (`handlers.support_buttons`).
"""

from datetime import UTC, datetime

from desk.follow_ups import goes_on
from desk.triage import Suggestion
from handlers.context import Call
from storage import tickets
from storage.people import Place

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def ticket_meant(call: Call, place: Place, meant: Suggestion) -> int | None:
    """Return the ticket that a message is about, None when it begins something new."""
    here, who, policy = place.id, call.person.id, call.desk.plan.tickets
    just_now = tickets.latest_from(call.tx, here, who, call.now - policy.gather)
    if just_now is not None or not meant.request:
        return just_now
    latest = tickets.latest_from(call.tx, here, who, _EVER)
    if goes_on(call.incoming.text):
        lately = call.now - policy.reopen_within
        return latest or tickets.latest_from(call.tx, here, who, lately, resolved=True)
    if meant.priority is not None or not (call.incoming.direct or not call.incoming.threaded):
        return None
    return latest or (None if call.incoming.threaded else tickets.only_open_one(call.tx, here))


def spoken_about(call: Call, place: Place, talk: Suggestion) -> int | None:
    """Return the ticket that "yes" or "it works now" is about: the person's latest one here."""
    here, who = place.id, call.person.id
    if talk.talk == "settled":
        lately = call.now - call.desk.plan.tickets.reopen_within
        return (
            tickets.latest_from(call.tx, here, who, since=_EVER)
            or tickets.latest_from(call.tx, here, who, since=lately, resolved=True)
            or (tickets.only_open_one(call.tx, here) if place.customer_id is not None else None)
        )
    polite = talk.talk == "greeting" or (talk.talk == "thanks" and not call.incoming.direct)
    if polite or call.incoming.thread is not None:
        return None
    return tickets.latest_from(call.tx, here, who, since=_EVER)
