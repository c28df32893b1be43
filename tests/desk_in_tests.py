"""The desk fixture speaks: people say and press things, and what was said to them can be read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from desk import plan as plans
from desk.incoming import Incoming
from desk.messages import Answer, Block, Buttons, Facts, Fine, Message, Quote, Table, Text, plain
from desk.tickets import Event, Kind, Ticket
from handlers import cards, cases, router
from handlers import timers as timer_handlers
from handlers.case import Case
from handlers.context import Desk
from storage import histories, letters, people, tickets, timers
from storage import plans as stored_plans
from storage.database import Database
from storage.letters import Letter, Outcome
from storage.tables import places, posts, ticket_events
from storage.transactions import Transaction

MONDAY_TEN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 10:00 in Bucharest
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Speaker:
    """Somebody in a test."""

    desk: "TestedDesk"
    user: str
    conversation: str
    direct: bool = True
    platform: str = "web"
    workspace: str = "try"

    async def says(self, text: str, **more: Any) -> str:
        """Write a message; return its id."""
        message = more.pop("message", None) or self.desk.next_id("m")
        await self.does("message", message=message, text=text, **more)
        return str(message)

    async def types(self, command: str) -> Answer:
        """Type a slash command."""
        name, _space, text = command.removeprefix("/").partition(" ")
        return await self.does("command", command=name, text=text)

    async def presses(self, action: str, subject: object = "", **fields: str) -> Answer:
        """Press a button, choose an option or send a form."""
        return await self.does("action", command=action, subject=str(subject), fields=fields)

    async def sends(self, form: str, subject: str, *, home: str | None = None, **fields: str) -> Answer:
        """Send a form as Slack tells of it: without the conversation in which it was opened."""
        home = f"dm:{self.user}" if home is None else home
        told = {"conversation": "", "direct": False, "home": home}
        return await self.does("action", command=form, subject=subject, fields=fields, **told)

    async def does(self, kind: Any, **more: Any) -> Answer:
        """Do anything."""
        values: dict[str, Any] = {
            "platform": self.platform,
            "workspace": self.workspace,
            "user": self.user,
            "conversation": self.conversation,
            "direct": self.direct,
            "home": f"dm:{self.user}",
            "id": self.desk.next_id("e"),
        }
        return await self.desk.receives(Incoming(kind=kind, **(values | more)))


@dataclass
class TestedDesk:
    """A desk on a real database whose clock stands until a test moves it."""

    __test__ = False

    database: Database
    desk: Desk
    now: datetime = MONDAY_TEN
    _ids: int = 0
    sent: list[tuple[str, str | None, Message | None]] = field(default_factory=list)
    sent_as: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, database: Database, plan_text: str | None = None) -> "TestedDesk":
        """Open a desk with its customers and agents."""
        text = plan_text or plans.SHIPPED.read_text(encoding="utf-8")
        plan = parsed(text)

        def work(tx: Transaction) -> Desk:
            version = stored_plans.remember(tx, text, plans.digest(text), MONDAY_TEN)
            triage = people.place(tx, "web", "try", "triage", "triage")
            for name, tier, user, who in (
                ("Rapid Cargo", "basic", "basic", "Vasile Rusu"),
                ("Dunărea Logistic", "standard", "standard", "Maria Dinu"),
                ("Trans Carpați", "premium", "ion", "Ion Popescu"),
                ("EuroFleet", "enterprise", "emma", "Emma Clarke"),
            ):
                language = "en" if user == "emma" else "ro"
                customer = people.add_customer(tx, name, tier, language, MONDAY_TEN)
                person = people.person(tx, "web", "try", user)
                people.change_person(tx, person.id, name=who, customer_id=customer.id)
            for user, who in (("ana", "Ana Ionescu"), ("mihai", "Mihai Stan")):
                person = people.person(tx, "web", "try", user)
                people.change_person(tx, person.id, name=who, agent=True)
            return Desk(plan, version, (triage,))

        return cls(database, await database.write(work))

    def next_id(self, prefix: str) -> str:
        """Return an id that nobody had yet."""
        self._ids += 1
        return f"{prefix}{self._ids}"

    def customer(self, user: str = "ion") -> Speaker:
        """Return a customer in their direct conversation."""
        return Speaker(self, user, f"dm:{user}")

    def agent(self, user: str = "ana") -> Speaker:
        """Return an agent in the triage channel."""
        return Speaker(self, user, "triage", direct=False)

    async def receives(self, incoming: Incoming) -> Answer:
        """Hand an event to the router, as an edge does."""
        return await self.database.write(lambda tx: router.receive(tx, self.desk, incoming, self.now))

    async def after(self, wait: timedelta) -> None:
        """Move the clock, stopping at every timer that is due on the way."""
        until = self.now + wait
        while (due := await self.database.read(timers.next_due)) is not None and due <= until:
            self.now = max(self.now, due)
            await self.fire()
        self.now = until

    async def fire(self) -> None:
        """Fire what is due now."""
        while await self.database.write(lambda tx: timer_handlers.fire(tx, self.desk, self.now, 100)):
            pass

    async def deliver(self) -> list[tuple[str, str | None, Message | None]]:
        """Send all that waits, as a platform that never fails; return (conversation, thread, message)."""
        before = len(self.sent)
        while claimed := await self.database.write(self._claim):
            self.sent += [(letter.conversation, letter.thread, letter.message) for letter in claimed]
            outcomes = [Outcome(one, self.now, one.edits or self.next_id("p")) for one in claimed]
            self.sent_as += [outcome.platform_id or "" for outcome in outcomes]
            await self.database.write(lambda tx, o=outcomes: letters.finish(tx, o, self.now))  # type: ignore[misc]
        return self.sent[before:]

    def _claim(self, tx: Transaction) -> list[Letter]:
        claimed = letters.claim(tx, self.now, self.now + MINUTE, 50)
        return [
            replace(one, message=cards.write(tx, self.desk, str(one.key), one.platform, self.now))
            if one.late
            else one
            for one in claimed
        ]

    async def said_in(self, conversation: str) -> list[str]:
        """Deliver, and return what was said in a conversation so far, in plain words."""
        await self.deliver()
        return [
            words_of(message) for place, _thread, message in self.sent if place == conversation and message
        ]

    async def platform_id(self, conversation: str, key: str) -> str:
        """Return the platform's id of the post with a key in a conversation."""
        here = sa.select(posts.c.platform_id).join(places, places.c.id == posts.c.place_id)
        this = here.where(places.c.conversation == conversation, posts.c.key == key)
        return str(await self.database.read(lambda tx: tx.execute(this).scalar_one()))

    async def posts_of(self, conversation: str, platform_id: str) -> str | None:
        """Return what a post says now, None when it was taken back."""
        said = [
            (message, one)
            for (place, _thread, message), one in zip(self.sent, self.sent_as, strict=True)
            if place == conversation
        ]
        message = [message for message, one in said if one == platform_id][-1]
        return words_of(message) if message else None

    async def event_ids(self, ticket_id: int = 1001) -> list[int]:
        """Return the ids of the lines of a ticket's history."""
        ids = sa.select(ticket_events.c.id).where(ticket_events.c.ticket_id == ticket_id)
        return list(await self.database.read(lambda tx: tx.execute(ids).scalars().all()))

    async def ticket(self, ticket_id: int = 1001) -> Ticket:
        """Return a ticket."""
        found = await self.database.read(lambda tx: tickets.get(tx, ticket_id))
        assert found is not None, f"there is no T-{ticket_id}"
        return found

    async def all_tickets(self) -> list[Ticket]:
        """Return every ticket."""
        ids = await self.database.read(
            lambda tx: list(tx.execute(sa.text("SELECT id FROM tickets ORDER BY id")).scalars())
        )
        return [await self.ticket(ticket_id) for ticket_id in ids]

    async def history(self, ticket_id: int = 1001) -> list[Event]:
        """Return a ticket's history."""
        return (await self.database.read(lambda tx: histories.histories(tx, [ticket_id])))[ticket_id]

    async def kinds(self, ticket_id: int = 1001) -> list[Kind]:
        """Return what happened to a ticket, in order."""
        return [event.kind for event in await self.history(ticket_id)]

    async def case(self, ticket_id: int = 1001) -> Case:
        """Return a whole case."""
        return await self.database.write(lambda tx: cases.load(tx, self.desk, ticket_id))


parsed = cache(plans.parse)  # a plan never changes, and counting its holidays takes a while


def words_of(message: Message) -> str:
    """Return a message as plain text, a block a line."""
    head = [f"{message.author}:"] if message.author else []
    return "\n".join([*head, *(_block(block) for block in message.blocks)])


def _block(block: Block) -> str:
    match block:
        case Text(rich=rich) | Fine(rich=rich):
            return plain(rich)
        case Quote(text=text):
            return f"> {text}"
        case Facts(facts=facts):
            return "\n".join(f"{fact.label}: {plain(fact.value)}" for fact in facts)
        case Table(headings=headings, rows=rows):
            return "\n".join(" | ".join(row) for row in (headings, *rows))
        case Buttons(items=items):
            return " ".join(f"[{item.label}]" for item in items)


def answer_text(answer: Answer) -> str:
    """Return what an answer says, in plain words."""
    return words_of(answer.message) if answer.message else ""


def as_json(value: Any) -> Any:
    """Return a struct as plain data."""
    return msgspec.to_builtins(value)
