"""What a customer reads. Nothing internal is in here: no breach, no level, no note, no other customer."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from desk.messages import Block, Bold, Button, Buttons, Confirm, Fine, Message, Quote, Rich, Text, When
from desk.subjects import says_more
from desk.tickets import Status, Ticket
from desk.wording import Words


class FirstAnswer(Struct, frozen=True):
    """What our first answer to a ticket, the customer's card, is about.

    `due_at` is by when we answer, while nobody did; `late`, that this has passed, and `taken`, that somebody
    has it; `answered_by`, who of us did. `withdrawn` says that the
    customer closed it themselves. `words` is what they wrote into a form. `by_email` says that the support
    plan promises answers by e-mail; what is asked here is answered here. `back_at` is when the team is there
    again, None while it is there; `on_call`, whether somebody can be called until then.
    """

    ticket: Ticket
    due_at: datetime | None
    late: bool = False
    taken: bool = False
    answered_by: str = ""
    reopened: bool = False
    withdrawn: bool = False
    words: str = ""
    by_email: bool = False
    back_at: datetime | None = None
    on_call: bool = False


def first_answer(answer: FirstAnswer, t: Words, zone: str) -> Message:
    """Return the first answer: the ticket's number, what happens next and by when, what the reader can do."""
    ticket = answer.ticket
    blocks: list[Block] = [Text((Bold(f"{ticket.number} · {ticket.subject}"),))]
    if says_more(answer.words, ticket.subject):
        blocks.append(Quote(answer.words))
    blocks.append(Text(_state(answer, t)))
    if ticket.status is not Status.RESOLVED:
        blocks += [*_small_print(answer, t), Buttons(_choices(ticket, t))]
    return Message(tuple(blocks), t.language, zone)


def _state(answer: FirstAnswer, t: Words) -> Rich:
    if answer.ticket.status is Status.RESOLVED:
        return (t("Closed, as you asked.") if answer.withdrawn else t("Resolved."),)
    if answer.answered_by:
        if answer.ticket.status is Status.ON_HOLD:
            return (t("Your request is on hold. {agent} answered you.", agent=answer.answered_by),)
        return (t("We are working on your request. {agent} answered you.", agent=answer.answered_by),)
    begun = t("We have reopened your request.") if answer.reopened else t("We have recorded your request.")
    if answer.due_at is None:
        return (begun,)
    if answer.late:
        on_it = t("We are working on it and get back to you as soon as we can.")
        told = t("We have told the team again, and we get back to you as soon as we can.")
        return (begun, " ", on_it if answer.taken else told)
    return (begun, " ", *t.rich("You will hear from us by {due}.", due=When(answer.due_at, bold=True)))


def _small_print(answer: FirstAnswer, t: Words) -> Iterator[Block]:
    if answer.answered_by:
        return
    if answer.by_email:
        yield Fine((t("Your support plan is answered by email. What you write here is answered here."),))
    if answer.back_at is not None:
        yield Fine(_away(answer.back_at, answer.on_call, t))


def _away(back_at: datetime, on_call: bool, t: Words) -> Rich:
    if not on_call:
        return t.rich("The team is back {when}.", when=When(back_at))
    return t.rich(
        "The team is back {when}. If nothing works at all, write that here: somebody is always on call.",
        when=When(back_at),
    )


def _choices(ticket: Ticket, t: Words) -> tuple[Button, ...]:
    sure = Confirm(
        t("Close {number}?", number=ticket.number),
        t("We stop working on it. You can reopen it by writing here again."),
        t("Yes, close it"),
        t("Keep it open"),
    )
    return (
        Button("support.details", t("Add details"), str(ticket.id), asks=True),
        Button("support.nevermind", t("No longer needed"), str(ticket.id), confirm=sure),
    )


def goes_on_here(ticket: Ticket, t: Words, zone: str) -> Message:
    """Return the first post of a ticket in another conversation: what is written below it belongs to it."""
    head = Bold(f"{ticket.number} · {ticket.subject}")
    return Message((Text((head,)), Text((t("From now on this goes on here too."),))), t.language, zone)


def added_to(ticket: Ticket, message: str, t: Words, zone: str) -> Message:
    """Return to which ticket a message went, with a button to say that it is about something else."""
    number = Bold(f"{ticket.number} · {ticket.subject}")
    sentence = t.rich("We added this to {number}.", number=number)
    other = Button("support.separate", t("It is something else"), f"{ticket.id}:{message}")
    return Message((Text(sentence), Buttons((other,))), t.language, zone)


def opened_for(ticket: Ticket, t: Words, zone: str) -> Message:
    """Return what `added_to` says once the message turned out to be about something else."""
    return Message(
        (Text(t.rich("We opened {number} for this message.", number=Bold(ticket.number))),), t.language, zone
    )


def replied(agent: str, text: str, t: Words, zone: str) -> Message:
    """Return an agent's answer, under the agent's name."""
    return Message((Text((text,)),), t.language, zone, author=agent)


def resolved(ticket: Ticket, agent: str, text: str, t: Words, zone: str, days: int) -> Message:
    """Return the news that a ticket is resolved, with the agent's last words if there are any."""
    blocks: list[Block] = [Text(t.rich("{number} is resolved.", number=Bold(ticket.number)))]
    if text:
        blocks.append(Quote(text))
    again = t.count(
        "If it is not solved, write here within {n} day and we go on.",
        "If it is not solved, write here within {n} days and we go on.",
        days,
    )
    blocks.append(Fine((again,)))
    blocks.append(Buttons((Button("support.reopen", t("It is not solved"), str(ticket.id)),)))
    return Message(tuple(blocks), t.language, zone, author=agent or None)


def withdrawn(ticket: Ticket, t: Words, zone: str, days: int) -> Message:
    """Return the answer to who closes their own ticket."""
    again = t.count(
        "If you need it after all, write here within {n} day and we go on.",
        "If you need it after all, write here within {n} days and we go on.",
        days,
    )
    return Message(
        (
            Text(t.rich("We closed {number}, as you asked.", number=Bold(ticket.number))),
            Fine((again,)),
            Buttons((Button("support.reopen", t("Reopen"), str(ticket.id)),)),
        ),
        t.language,
        zone,
    )


def reopened(ticket: Ticket, due_at: datetime | None, t: Words, zone: str) -> Message:
    """Return the news that we work on a resolved ticket again."""
    blocks: list[Block] = [Text(t.rich("{number} is open again.", number=Bold(ticket.number)))]
    if due_at is not None:
        blocks.append(Text(t.rich("You will hear from us by {due}.", due=When(due_at, bold=True))))
    return Message(tuple(blocks), t.language, zone)


def greeted(numbers: list[str], t: Words, zone: str) -> Message:
    """Return the answer to somebody we know who says hello; `numbers` are those of their open tickets."""
    blocks: list[Block] = [Text((t("Hello. What can we do for you? Write it here, in your own words."),))]
    if numbers:
        listed = ", ".join(numbers)
        open_ones = t.count(
            "Your open ticket: {numbers}.", "Your open tickets: {numbers}.", len(numbers), numbers=listed
        )
        blocks.append(Fine((open_ones,)))
    return Message(tuple(blocks), t.language, zone)


def at_your_service(t: Words, zone: str) -> Message:
    """Return the answer to thanks, an "all right" or a goodbye when nothing is open."""
    return Message(
        (Text((t("We are glad to help. If anything else comes up, write it here."),)),), t.language, zone
    )


def arrived(t: Words, zone: str) -> Message:
    """Return what the desk says in a channel or a group that it was added to."""
    hello = t("Hello. Mention me here with what happened, and it becomes a ticket.")
    team = t("If this is a customer's channel, an agent makes it theirs: customer link NAME.")
    return Message((Text((hello,)), Fine((team,))), t.language, zone)


def welcome(t: Words, zone: str) -> Message:
    """Return the answer to a greeting: what to write, and what happens then."""
    return Message(
        (
            Text((t("Hello. Tell us here what happened, in your own words, and it becomes a ticket."),)),
            Fine((t("It helps to say what you tried, when it began, and whether others have it too."),)),
        ),
        t.language,
        zone,
    )
