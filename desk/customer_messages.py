"""What a customer reads. Nothing internal is in here: no breach, no level, no note, no other customer."""

from datetime import datetime

from desk.messages import Block, Bold, Button, Buttons, Confirm, Fine, Message, Quote, Rich, Text, When
from desk.tickets import Ticket
from desk.wording import Words


def opened(
    ticket: Ticket,
    due_at: datetime | None,
    t: Words,
    zone: str,
    *,
    by_email: bool,
    back_at: datetime | None,
    on_call: bool,
) -> Message:
    """Return the first answer to a new ticket: its number, by when we answer, and what the reader can do.

    `by_email` says that the support plan promises answers by e-mail; what is asked here is answered here.
    `back_at` is when the team is there again, None while it is there; `on_call`, whether somebody can be
    called until then.
    """
    blocks: list[Block] = [Text((Bold(f"{ticket.number} · {ticket.subject}"),)), Text(_promise(due_at, t))]
    if by_email:
        blocks.append(
            Fine((t("Your support plan is answered by email. What you write here is answered here."),))
        )
    if back_at is not None and ticket.priority != "P1":
        blocks.append(Fine(_away(back_at, on_call, t)))
    blocks.append(Buttons(_choices(ticket, t)))
    return Message(tuple(blocks), t.language, zone)


def _away(back_at: datetime, on_call: bool, t: Words) -> Rich:
    if not on_call:
        return t.rich("The team is back {when}.", when=When(back_at))
    return t.rich(
        "The team is back {when}. If nothing works at all, write that here: somebody is always on call.",
        when=When(back_at),
    )


def _promise(due_at: datetime | None, t: Words) -> tuple[str | Bold | When, ...]:
    if due_at is None:
        return (t("We have recorded your request."),)
    return t.rich("We have recorded your request. You hear from us by {due}.", due=When(due_at, bold=True))  # type: ignore[return-value]


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


def closed_card(ticket: Ticket, t: Words, zone: str) -> Message:
    """Return what the first answer turns into once the ticket is resolved."""
    return Message(
        (
            Text((Bold(f"{ticket.number} · {ticket.subject}"),)),
            Text((t("Resolved."),)),
        ),
        t.language,
        zone,
    )


def open_card(ticket: Ticket, due_at: datetime | None, t: Words, zone: str) -> Message:
    """Return what the first answer turns back into when the ticket is reopened."""
    return Message(
        (
            Text((Bold(f"{ticket.number} · {ticket.subject}"),)),
            Text(_promise(due_at, t)),
            Buttons(_choices(ticket, t)),
        ),
        t.language,
        zone,
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


def reopened(ticket: Ticket, due_at: datetime | None, t: Words, zone: str) -> Message:
    """Return the news that we work on a resolved ticket again."""
    blocks: list[Block] = [Text(t.rich("{number} is open again.", number=Bold(ticket.number)))]
    if due_at is not None:
        blocks.append(Text(t.rich("You hear from us by {due}.", due=When(due_at, bold=True))))
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
