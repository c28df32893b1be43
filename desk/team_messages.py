"""What the team reads: the ticket's card, and what is said in its thread."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from desk.messages import (
    Block,
    Bold,
    Button,
    Buttons,
    Fact,
    Facts,
    Fine,
    Inline,
    Live,
    Menu,
    Message,
    Option,
    Quote,
    Rich,
    Text,
    When,
    plain,
)
from desk.names import DUE, STATUS_SYMBOLS, STATUSES, priority_said, priority_symbol
from desk.plan import Plan
from desk.sla import Clock, breached, warned
from desk.subjects import says_more, shortened
from desk.tickets import Kind, Status, Ticket
from desk.wording import Words, words
from desk.wording import sentence as _

_FIRST_WORDS = 300  # characters of the customer's text on a card: it must fit a phone
_LONGEST_NAME = 50  # characters of it on a button
# What answers a post that offers a ticket, and what the post says then.
_OUTCOMES = {
    Kind.TAKEN: _("Taken by {who}."),
    Kind.ASSIGNED: _("Given to {who}."),
    Kind.RESOLVED: _("Resolved."),
}


Reader = Literal["everybody", "assignee", "colleague", "outsider"]


class Card(Struct, frozen=True):
    """What a ticket's card shows, gathered from the ticket's row, its history and its people.

    `customers` are the choices of "which customer is this?", empty once it is known; `more_customers` says
    that there are others. `reader` is who looks, where the platform can show each their own: whoever has the
    ticket, a colleague, or an outsider who can do nothing with it. `left` says that the assignee has left the
    team.
    """

    ticket: Ticket
    plan: Plan
    requester: Rich
    customer: str | None
    tier: str
    place: str
    assignee: Rich | None
    text: str
    clocks: tuple[Clock, ...]
    now: datetime
    suggestion: str = ""
    hold_reason: str = ""
    customers: tuple[Option, ...] = ()
    more_customers: bool = False
    reader: Reader = "everybody"
    live: Live | None = None
    left: bool = False

    @property
    def free(self) -> bool:
        """Whether nobody sees to the ticket."""
        return self.assignee is None or self.left


def card(card: Card, t: Words) -> Message:
    """Return a ticket's card: complete without its thread, edited as facts change."""
    ticket = card.ticket
    blocks: list[Block] = [
        Text((Bold(headline(ticket)),)),
        Fine(_origin(card, t)),
        Facts(_facts(card, t)),
    ]
    if ticket.linked_id is not None:
        blocks.append(Fine((t("Goes on from T-{id}.", id=ticket.linked_id),)))
    if says_more(card.text, ticket.subject):
        blocks.append(Quote(shortened(card.text, _FIRST_WORDS)))
    if card.suggestion and ticket.status is Status.RECEIVED:
        blocks.append(Fine((card.suggestion,)))
    if card.customers:
        blocks.append(_which_customer(card, t))
    if card.more_customers:
        blocks.append(Fine((t("Another customer? Write /ticket customer {id} NAME", id=ticket.id),)))
    if card.reader == "outsider":
        blocks = [block for block in blocks if not isinstance(block, Buttons)]
    else:
        blocks.append(Buttons(_buttons(card, t)))
    return Message(tuple(blocks), t.language, card.plan.zone, live=card.live)


def _origin(card: Card, t: Words) -> Rich:
    customer = (
        f"{card.customer} ({card.tier})" if card.customer else t("Unknown customer ({tier})", tier=card.tier)
    )
    return (f"{customer} · ", *card.requester, f" · {card.place} · ", When(card.ticket.opened_at, card.now))


def _facts(card: Card, t: Words) -> tuple[Fact, ...]:
    ticket = card.ticket
    due = [Fact(t(DUE[clock.name]), _due(clock, card.now, t)) for clock in card.clocks if clock.running]
    status = f"{STATUS_SYMBOLS[ticket.status]} {t(STATUSES[ticket.status])}"
    if card.hold_reason and ticket.status is Status.ON_HOLD:
        status += f" ({shortened(card.hold_reason, 80)})"
    who = card.assignee or (t("nobody yet"),)
    if card.assignee and card.left:
        who = t.rich("{who} (has left the team)", who=plain(card.assignee))
    return (
        *due,
        Fact(t("Assigned to"), who),
        Fact(t("Status"), (status,)),
    )


def _due(clock: Clock, now: datetime, t: Words) -> Rich:
    if clock.due_at is None:
        return (t("stands still while on hold"),)
    when: Inline = When(clock.due_at, now)
    if breached(clock, now):
        return (Bold(t("overdue")), " · ", when)
    if warned(clock, now):
        return (Bold(t("soon")), " · ", when)
    return (when,)


def _which_customer(card: Card, t: Words) -> Buttons:
    prefix = f"{card.ticket.id}:"
    options = tuple(Option(option.label, prefix + option.value) for option in card.customers)
    return Buttons((Menu("ticket.customer", t("Which customer is this?"), options),))


def _buttons(card: Card, t: Words) -> tuple[Button | Menu, ...]:
    ticket, plan = card.ticket, card.plan
    subject = str(ticket.id)

    def button(verb: str, label: str, primary: bool = False) -> Button:
        style: Literal["primary"] | None = "primary" if primary else None
        return Button(f"ticket.{verb}", label, subject, style, asks=verb in _ASKING)

    take, reply = button("take", t("Take"), True), button("reply", t("Reply"))
    resolve, escalate = button("resolve", t("Resolve")), button("escalate", t("Escalate"))
    hold, priority = button("hold", t("Hold")), _priorities(ticket, plan, t)
    if card.reader == "colleague" and ticket.status in (Status.IN_PROGRESS, Status.ON_HOLD):
        over = Button("ticket.more", _take_over(card, t), f"take:{subject}")
        return reply, over, priority, _more(card, t, "note", "escalate", "resolve")
    match ticket.status:
        case Status.RECEIVED | Status.TRIAGED:
            return take, reply, priority, escalate, _more(card, t, "note", "resolve")
        case Status.IN_PROGRESS if card.free:
            return take, reply, resolve, priority, _more(card, t, "note", "escalate")
        case Status.IN_PROGRESS:
            answer = button("reply", t("Reply"), True)
            return answer, resolve, hold, priority, _more(card, t, "note", "escalate", "take")
        case Status.ON_HOLD:
            return (
                button("resume", t("Resume"), True),
                reply,
                resolve,
                priority,
                _more(card, t, "note", "take"),
            )
        case Status.ESCALATED if card.free:
            return take, reply, priority, _more(card, t, "note", "resolve")
        case Status.ESCALATED:
            return take, reply, hold, priority, _more(card, t, "note", "resolve")
        case Status.RESOLVED:
            return button("reopen", t("Reopen")), _more(card, t, "note")


# What opens a form first.
_ASKING = frozenset({"reply", "note", "hold", "escalate", "resolve"})
_TELLING = ("why", "show")


def _priorities(ticket: Ticket, plan: Plan, t: Words) -> Menu:
    options = tuple(
        Option(f"{priority_symbol(name)} {priority_said(plan, name, t.language)}", f"{ticket.id}:{name}")
        for name in plan.priorities
    )
    return Menu("ticket.priority", t("Priority"), options)


def _more(card: Card, t: Words, *verbs: str) -> Menu:
    ticket = card.ticket
    labels = {
        "note": t("Internal note"),
        "take": _take_over(card, t),
        "escalate": t("Escalate"),
        "resolve": t("Resolve"),
        "why": t("Why is it due then?"),
        "show": t("History"),
    }
    offered = [verb for verb in (*verbs, *_TELLING) if (verb, card.reader) != ("take", "assignee")]
    options = (
        Option(labels[verb], f"{verb}:{ticket.id}", asks=verb in _ASKING, tells=verb in _TELLING)
        for verb in offered
    )
    return Menu("ticket.more", t("More"), tuple(options))


def _take_over(card: Card, t: Words) -> str:
    if card.assignee is None or card.left:
        return t("Take")
    return t("Take over from {who}", who=shortened(plain(card.assignee), _LONGEST_NAME))


def said(who: str, text: str, t: Words, zone: str) -> Message:
    """Return somebody's words as the thread shows them."""
    return Message((Quote(text),), t.language, zone, author=who)


def noted(who: str, text: str, t: Words, zone: str) -> Message:
    """Return an internal note as the team reads it where it was not written."""
    return said(t("{agent}, internal note", agent=who), text, t, zone)


def headline(ticket: Ticket) -> str:
    """Return a ticket's first line: its priority, its number and what it is about."""
    return f"{priority_symbol(ticket.priority)} {ticket.priority} · {ticket.number} · {ticket.subject}"


def named(ticket: Ticket, customer: str) -> Rich:
    """Return which ticket is spoken of: its priority, its subject, and whose it is."""
    return (Bold(headline(ticket)), f" · {customer}")


def told(sentence: Rich, t: Words, zone: str, take: Ticket | None = None) -> Message:
    """Return one sentence for the thread; with `take`, a button to take the ticket."""
    return told_together([sentence], t, zone, take)


def told_together(sentences: Sequence[Rich], t: Words, zone: str, take: Ticket | None = None) -> Message:
    """Return several sentences that belong together, a paragraph each; with `take`, one button below them."""
    blocks: tuple[Block, ...] = tuple(Text(sentence) for sentence in sentences)
    if take is not None:
        blocks += (Buttons((Button("ticket.take", t("Take"), str(take.id), "primary"),)),)
    return Message(blocks, t.language, zone)


def settled(ticket: Ticket, who: str, t: Words, zone: str) -> Message:
    """Return the news that a customer says it is settled, with a button to resolve the ticket."""
    sentence = t.rich("{number}: {who} says that it is settled.", number=Bold(ticket.number), who=who)
    button = Button("ticket.resolve", t("Resolve"), str(ticket.id), "primary", asks=True)
    return Message((Text(sentence), Buttons((button,))), t.language, zone)


def graver(ticket: Ticket, wanted: str, reason: Rich, to: Rich, plan: Plan, t: Words) -> Message:
    """Return the news that a customer's later words ask for a higher priority, with a button to set it."""
    sentence = t.rich("{number}: it may be worse than it seemed.", number=Bold(ticket.number))
    label = t("Set {priority}", priority=wanted)
    button = Button("ticket.priority", label, f"{ticket.id}:{wanted}", "primary")
    if to:
        sentence = (*sentence, " ", *to)
    return Message((Text(sentence), Fine(reason), Buttons((button,))), t.language, plan.zone)


def offers_take(message: Message) -> bool:
    """Say whether there is a button in `message` to take a ticket."""
    buttons = (item for block in message.blocks if isinstance(block, Buttons) for item in block.items)
    return any(button.action == "ticket.take" for button in buttons)


def offered_in(t: Words, message: Message) -> Message:
    """Return an offer of a ticket whose button is in the language of `t`; its sentences stay as they were."""
    return replace(message, blocks=tuple(_taken_in(t, block) for block in message.blocks))


def _taken_in(t: Words, block: Block) -> Block:
    if not isinstance(block, Buttons):
        return block
    return Buttons(
        tuple(replace(one, label=t("Take")) if one.action == "ticket.take" else one for one in block.items)
    )


def answered(message: Message, by: Kind, who: str) -> Message:
    """Return an offer of a ticket as it reads once somebody took it, was given it, or resolved it."""
    outcome = words(message.language)(_OUTCOMES[by], who=who)
    said = tuple(block for block in message.blocks if not isinstance(block, Buttons))
    return replace(message, blocks=(*said, Fine((outcome,))))
