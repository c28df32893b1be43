"""How letters went, noted, and what is said of it: below a post, and to the team."""

from datetime import datetime

from desk.messages import Message
from desk.team_messages import told
from desk.wording import Words, words_for
from desk.wording import sentence as _
from notifications.chat import PLATFORMS
from storage import homes, letters, outbox, people
from storage.letters import Letter, Outcome
from storage.outbox import Post
from storage.people import Place
from storage.transactions import Transaction

OURS = _("It could not be put into words, which is a mistake of ours. The log says more.")


def finish(tx: Transaction, outcomes: list[Outcome], now: datetime) -> None:
    """Note how letters went, and show the team what will never arrive."""
    refused = [o for o in outcomes if o.again_at is None and o.error is not None]
    triages = people.triage_places(tx) if refused else ()
    letters.finish(tx, outcomes, now, also=[triage.id for triage in triages])
    outbox.put(tx, [_below(one, one.below) for one in outcomes if one.below is not None], now)
    for triage in triages:
        _tell_of_failures(tx, triage, refused, now)


def _below(outcome: Outcome, message: Message) -> Post:
    return Post(outcome.letter.place_id, message, thread=outcome.letter.thread or outcome.platform_id)


def _tell_of_failures(tx: Transaction, triage: Place, refused: list[Outcome], now: datetime) -> None:
    """Tell the team; what their own channel refuses is only in the log."""
    t = words_for(triage.language)
    for outcome in refused:
        sentence = _refused(tx, outcome, triage, t)
        if sentence and not (outcome.letter.key or "").startswith("refused:"):
            key = f"refused:{outcome.letter.id}:{outcome.letter.attempts}"
            outbox.put(tx, [Post(triage.id, told((sentence,), t, "UTC"), key=key)], now)


def _refused(tx: Transaction, outcome: Outcome, triage: Place, t: Words) -> str:
    if outcome.letter.place_id == triage.id:
        return _failed_here(outcome, t)
    about = f"T-{outcome.letter.ticket_id} · " if outcome.letter.ticket_id else ""
    return about + _failed_at(_where(tx, outcome.letter), outcome, t)


def _failed_here(outcome: Outcome, t: Words) -> str:
    hint = _("A post for this channel could not be put into words. /ticket list shows every open ticket.")
    return t(hint) if outcome.error == OURS else ""


def _failed_at(where: str, outcome: Outcome, t: Words) -> str:
    reason = t(outcome.error or "")
    sentence = t("A message to {where} did not arrive: {reason}", where=where, reason=reason)
    if not outcome.closed:
        return sentence
    return sentence + " " + t("It waits, with what follows, until somebody there writes to us.")


def _where(tx: Transaction, letter: Letter) -> str:
    """Return to whom or where a letter goes: "Ion Popescu (Slack)", "Slack #suport"."""
    place, platform = people.place_by_id(tx, letter.place_id), PLATFORMS.get(letter.platform, letter.platform)
    if place.kind != "direct":
        return f"{platform} {'#' + place.name if place.name else place.conversation}"
    person = homes.whose(tx, place)
    return f"{(person.name if person else '') or place.name or place.conversation} ({platform})"
