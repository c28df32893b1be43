"""The least that a Bolt app can do with an event, to hold the desk against: `python -m benchmarks.peers`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiosqlite
import sqlalchemy as sa
import uvloop
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks import slack

Event = dict[str, Any]
Handler = Callable[[Event], Awaitable[None]]


async def acknowledges(_client: AsyncWebClient, _path: str) -> Handler:
    """Forget every event."""

    async def on_message(event: Event) -> None:
        pass

    return on_message


async def stores_a_row(_client: AsyncWebClient, path: str) -> Handler:
    """Store every event as one row, durably, before it is acknowledged."""
    database = await aiosqlite.connect(path, isolation_level=None)  # each INSERT commits by itself
    await database.execute("PRAGMA journal_mode=WAL")
    await database.execute("PRAGMA synchronous=FULL")
    await database.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, channel, user, ts, text)")

    async def on_message(event: Event) -> None:
        row = (event["channel"], event["user"], event["ts"], event["text"])
        await database.execute_insert("INSERT INTO messages (channel, user, ts, text) VALUES (?,?,?,?)", row)

    return on_message


class Base(DeclarativeBase):
    pass


class Ticket(Base):
    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    user: Mapped[str]
    text: Mapped[str]
    opened_at: Mapped[datetime]


async def stores_an_object_and_replies(client: AsyncWebClient, path: str) -> Handler:
    """Store every event as one ORM object, reply by Bolt's client, then acknowledge."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    @sa.event.listens_for(engine.sync_engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=10000")

    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, class_=AsyncSession)

    async def on_message(event: Event) -> None:
        async with sessions() as session:
            ticket = Ticket(
                channel=event["channel"],
                user=event["user"],
                text=event["text"],
                opened_at=datetime.now(UTC),
            )
            session.add(ticket)
            await session.commit()
        await client.chat_postMessage(
            channel=event["channel"], thread_ts=event["ts"], text="Am primit solicitarea dumneavoastră."
        )

    return on_message


KINDS = {"acknowledges": acknowledges, "row": stores_a_row, "object": stores_an_object_and_replies}


async def serve(kind: str, port: int, path: str, api_url: str) -> None:
    client = AsyncWebClient(slack.TOKEN, base_url=api_url)
    bolt = AsyncApp(client=client, signing_secret=slack.SECRET, process_before_response=True)
    handle = await KINDS[kind](client, path)

    @bolt.event("message")
    async def on_message(event: Event) -> None:
        await handle(event)

    async def events(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    async def ready(_request: web.Request) -> web.Response:
        return web.Response()

    site = web.Application()
    site.add_routes([web.post("/slack/events", events), web.get("/readyz", ready)])
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
