"""The tables of the try page: what Slack or Teams would remember for us, we remember here."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Text

from storage.columns import Id, Instant, Json
from storage.tables import metadata

# `revision` counts every change of any post, so that a page that was away asks for what it missed.
# `key` names the attempt to write: one that is repeated finds its post instead of writing a second.
web_posts = sa.Table(
    "web_posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("revision", BigInteger, nullable=False, unique=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("conversation", String(120), nullable=False),
    Column("thread", ForeignKey("web_posts.id")),  # the post it hangs under
    Column("author", String(120)),  # empty: the desk
    Column("text", Text),  # what a person wrote,
    Column("message", Json),  # or what the desk said
    Column("at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted", Boolean, nullable=False, server_default=sa.false()),
    Index("ix_web_posts_conversation", "conversation", "id"),
    sqlite_autoincrement=True,
)

# A file waits without a post while its message is being written.
web_files = sa.Table(
    "web_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("post_id", ForeignKey("web_posts.id"), index=True),
    Column("conversation", String(120), nullable=False),
    Column("author", String(120)),  # empty: the desk passed it on
    Column("name", String(200), nullable=False),
    Column("kind", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# One row, once somebody moved the page's clock or started over.
web_page = sa.Table(
    "web_page",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ahead", BigInteger, nullable=False),  # seconds
    Column("start", Integer, nullable=False),
)
