"""The tables."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Text

from storage.columns import Id, Instant, Json


def _where(condition: str | sa.ColumnElement[bool]) -> dict[str, Any]:
    """Return what makes an index hold only the rows of which this is true, on both databases."""
    told = sa.text(condition) if isinstance(condition, str) else condition
    return {"sqlite_where": told, "postgresql_where": told}


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

plans = sa.Table(
    "plans",
    metadata,
    Column("version", Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
)

customers = sa.Table(
    "customers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("key", String(200), nullable=False, unique=True),  # the name without capitals and diacritics
    Column("tier", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("added_at", Instant, nullable=False),
)

people = sa.Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("user", String(250), nullable=False),
    Column("name", String(200), nullable=False, server_default=""),
    Column("email", String(320)),
    Column("language", String(2)),
    Column("customer_id", ForeignKey("customers.id"), index=True),
    Column("agent", Boolean, nullable=False, server_default=sa.false()),
    Column("home_id", BigInteger),  # the place in which they are alone with the desk, once they spoke there
    sa.UniqueConstraint("platform", "workspace", "user"),
    # The few among the many: every card asks who they are.
    Index("ix_people_agents", "id", **_where(sa.column("agent").is_(True))),
)

# A conversation we hear from and speak in. It is also the line in which its outgoing posts wait:
# `send_at` is when the first of them may leave, `free_at` when the next one may that is stored later,
# `leased_until` says that a process is at it.
places = sa.Table(
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("workspace", String(80), nullable=False),
    Column("conversation", String(250), nullable=False),
    Column("kind", String(20), nullable=False),  # direct, channel, triage
    Column("name", String(200), nullable=False, server_default=""),
    Column("customer_id", ForeignKey("customers.id"), index=True),
    Column("language", String(2)),
    Column("address", Json),  # what the platform needs, beside the conversation, to be reached there
    Column("closed", Boolean, nullable=False, server_default=sa.false()),  # nobody hears us there any more
    Column("send_at", Instant, index=True),
    Column("free_at", Instant),
    Column("leased_until", Instant),
    sa.UniqueConstraint("platform", "workspace", "conversation"),
    Index("ix_places_triage", "id", **_where("kind = 'triage'")),
)

tickets = sa.Table(
    "tickets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("priority", String(20), nullable=False),
    Column("category", String(40)),
    Column("tags", Json, nullable=False, server_default="[]"),
    Column("tier", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("customer_id", ForeignKey("customers.id")),
    Column("requester_id", ForeignKey("people.id"), index=True),
    Column("assignee_id", ForeignKey("people.id")),
    Column("place_id", ForeignKey("places.id")),
    Column("root", String(120)),  # the message in that place under which we answer
    Column("plan_version", ForeignKey("plans.version"), nullable=False),
    Column("suggestion", Json),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("linked_id", ForeignKey("tickets.id")),
    # Indexes of what history and plan say, for lists and figures; never the truth.
    Column("answer_due", Instant),
    Column("resolution_due", Instant),
    Column("last_said_at", Instant),
    Index("ix_tickets_open", "status", "priority", "id"),
    Index("ix_tickets_customer", "customer_id", **_where("customer_id IS NOT NULL")),
    Index("ix_tickets_assignee", "assignee_id", **_where("assignee_id IS NOT NULL")),
    sqlite_autoincrement=True,
)

ticket_events = sa.Table(
    "ticket_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("who", ForeignKey("people.id")),
    Column("source", String(20), nullable=False),
    Column("data", Json, nullable=False),
)

# Which ticket a message of a conversation belongs to. `event_id` is empty while we know a thread's root
# only from a reply to it: events may arrive out of order.
ticket_messages = sa.Table(
    "ticket_messages",
    metadata,
    Column("place_id", ForeignKey("places.id"), primary_key=True),
    Column("message", String(120), primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("event_id", ForeignKey("ticket_events.id")),
    sqlite_with_rowid=False,
)

# Other conversations in which a ticket goes on, beside the one in which its customer began it: what is
# said in one is said in all. `root` is the message under which that happens, where the platform has threads.
ticket_places = sa.Table(
    "ticket_places",
    metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("place_id", ForeignKey("places.id"), primary_key=True),
    Column("root", String(120)),
    Index("ix_ticket_places_place_id", "place_id"),
    sqlite_with_rowid=False,
)

# Events that came before the message they belong to: `waits_for` is that message.
early = sa.Table(
    "early",
    metadata,
    Column("id", Id, primary_key=True),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("waits_for", String(120), nullable=False),
    Column("event", Json, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_early_waits_for", "place_id", "waits_for"),
)

# What was said lately and is in no ticket, where a mark on it comes without its words.
heard = sa.Table(
    "heard",
    metadata,
    Column("place_id", ForeignKey("places.id"), primary_key=True),
    Column("message", String(120), primary_key=True),
    Column("said", Json, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

inbox = sa.Table(
    "inbox",
    metadata,
    Column("platform", String(20), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

outbox = sa.Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("message", Text),  # empty: the post named by `key` is taken back, unless it is
    Column("late", Boolean, nullable=False, server_default=sa.false()),  # written when it leaves
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("key", String(120)),  # the post this is, so that it can be edited later
    Column("under", String(120)),  # the key of the post it hangs under,
    Column("thread", String(120)),  # or the platform's id of that message
    Column("dedupe_key", String(160)),
    Column("ticket_id", BigInteger),  # which ticket it is about
    Column("stored_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubtful", Boolean, nullable=False, server_default=sa.false()),  # it may have arrived
    Column("done_at", Instant),
    # For who looks into the table: which post it became, and why it did not the last time.
    Column("platform_id", String(120)),
    Column("error", Text),
    Index("ix_outbox_waiting", "place_id", "id", **_where("done_at IS NULL")),
    # At most one edit of a post waits; a newer one takes its place in the line.
    Index("uq_outbox_once", "dedupe_key", unique=True, **_where("dedupe_key IS NOT NULL")),
    Index("uq_outbox_edit", "key", "place_id", unique=True, **_where("done_at IS NULL AND key IS NOT NULL")),
    sqlite_autoincrement=True,
)

# The one post that a card, an alert or a notice has in a place; it is edited rather than repeated. Other
# posts about a ticket are kept too, so that who answers one of them is understood.
posts = sa.Table(
    "posts",
    metadata,
    Column("place_id", ForeignKey("places.id"), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("platform_id", String(120), nullable=False),
    Column("ticket_id", BigInteger),
    Column("brought", Json),  # the platform's ids of its files, which are taken back with it
    Index("ix_posts_platform_id", "place_id", "platform_id"),
    Index("ix_posts_key", "key"),
    sqlite_with_rowid=False,
)

# The posts with a button to take a ticket, until somebody did: then they say who.
offers = sa.Table(
    "offers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("key", String(120), nullable=False),
    Column("under", String(120)),
    Column("message", Json, nullable=False),
)

timers = sa.Table(
    "timers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("data", Json, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    sa.UniqueConstraint("kind", "subject"),
)
