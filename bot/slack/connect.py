"""Slack, connected: over HTTP or Socket Mode, for one workspace or for all that install the app."""

import asyncio
import logging
import secrets
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from bot.proxy import proxy_for
from bot.slack.edge import Edge
from bot.slack.http import installing, routes
from bot.slack.installs import Installs, TokenFor, one_workspace
from bot.slack.people import FAILURES, code, members
from bot.slack.profiles import Profiles
from bot.team import keep_known
from desk.incoming import Incoming
from desk.messages import Answer
from notifications.chat import SendError
from notifications.slack.answers import needed
from notifications.slack.send import SlackChat
from storage import people

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger()


async def connect(app: "App", site: web.Application) -> None:
    """Connect a prepared desk to Slack, as its settings say. Does not fail when Slack is out of reach.

    What runs here ends with `site`.
    """
    settings = app.settings
    session = aiohttp.ClientSession(proxy=proxy_for(settings.slack_api_url))
    client = AsyncWebClient(base_url=settings.slack_api_url, session=session, retry_handlers=[])
    installs = None
    if settings.slack_bot_token is not None:
        token_for = one_workspace(settings.slack_bot_token.get_secret_value())
    else:
        secret = settings.slack_client_secret.get_secret_value() if settings.slack_client_secret else ""
        installs = Installs(client, app.database.beside(), settings.slack_client_id or "", secret)
        await installs.prepare()
        token_for = installs.token_for
    chat = SlackChat(session, token_for, settings.slack_api_url)
    app.chats["slack"] = chat
    emoji = app.desk.plan.tickets.emoji
    forget = installs.forget if installs else None
    changed = installs.added if installs else asyncio.Event()
    edge = Edge(partial(_receive, app, changed), chat, emoji, forget, partial(_named, app))
    bolt = build(edge, client, token_for)
    if settings.slack_signing_secret is None and settings.slack_app_token is None:
        log.warning(
            "slack.deaf", mend="set SLACK_SIGNING_SECRET or SLACK_APP_TOKEN: nothing reaches the desk"
        )
    if settings.slack_signing_secret is not None:
        signing = settings.slack_signing_secret.get_secret_value()
        site.add_routes(routes(bolt, signing))
    if installs is not None:
        site.add_routes(installing(installs.oauth))
    meet = partial(_meet_the_team, app, client, token_for, edge.profiles)
    works = [keep_known("slack", settings.slack_triage_channel or "", meet, changed)]
    if settings.slack_app_token is not None:
        works.append(_stay_connected(bolt, settings.slack_app_token.get_secret_value()))
    running = [asyncio.create_task(work) for work in works]

    async def close(_: web.Application) -> None:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await edge.close()
        await session.close()
        if installs is not None:
            await installs.close()

    site.on_cleanup.append(close)


async def _receive(app: "App", changed: asyncio.Event, incoming: Incoming) -> Answer:
    """Have an event handled. After somebody came to the team, or left it, Slack is asked who is there.

    A "joined" that is delivered again may come after the "left" that undid it.
    """
    answer = await app.receive(incoming)
    triage = app.desk.triage_of("slack")
    if incoming.kind in ("joined", "left") and triage and triage.conversation == incoming.conversation:
        changed.set()
    return answer


async def _meet_the_team(
    app: "App", client: AsyncWebClient, token_for: TokenFor, profiles: Profiles, setting: str
) -> None:
    """Let the triage channel be the team's, and its members the agents. Raises `SendError`.

    The setting is the channel's id; with many workspaces, the workspace's before it: "T0123/C0456".
    """
    workspace, _, channel = setting.rpartition("/")
    ours = AsyncWebClient(
        await token_for(workspace), client.base_url, session=client.session, retry_handlers=[]
    )
    try:
        us = await ours.auth_test()
        team = workspace or needed(us, "team_id")
        await app.settle_team("slack", team, channel)
        agents = [user for user in await members(ours, channel) if user != us.get("user_id")]
    except FAILURES as error:
        raise SendError(code(error)) from error
    await app.staff_team("slack", agents)
    for user in agents:
        profiles.meet(team, user)


async def _stay_connected(bolt: AsyncApp, app_token: str) -> None:
    """Keep the Socket Mode connection: the client makes it, tries again, and logs why it must, by itself."""
    handler = socket_mode(bolt, app_token)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await asyncio.Event().wait()
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def socket_mode(app: AsyncApp, app_token: str) -> AsyncSocketModeHandler:
    """Return the connection that Slack sends everything over; `connect_async` it, and `close_async` it."""
    return AsyncSocketModeHandler(app, app_token, web_client=app.client)


async def _named(app: "App", workspace: str, channel: str) -> bool:
    return await app.database.read(lambda tx: people.is_named(tx, "slack", workspace, channel))


def build(edge: Edge, client: AsyncWebClient, token_for: TokenFor) -> AsyncApp:
    """Return the Bolt app. `client` shares our HTTP session and has no retry handlers.

    Signatures are not verified in here: `bot.slack.http.routes` does that before, on the raw bytes, and
    Socket Mode has none. `token_for` returns a workspace's token; what it raises becomes a 500.
    """
    # Bolt's warnings repeat whole payloads, that is, what people wrote.
    quiet = logging.getLogger("dispecer.slack_bolt")
    quiet.setLevel(logging.ERROR)
    app = AsyncApp(
        logger=quiet,
        client=client,
        authorize=_Tokens(token_for),
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # `translate` does, and asks no auth.test for it
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.use(edge)
    app.error(_failed)
    return app


async def _failed(error: Exception) -> None:
    # Its words may hold what somebody wrote; `receive` has logged it where that is allowed. Where it happened
    # they cannot be: that is all we have to find a mistake of ours by.
    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    where = f"{frame.f_code.co_filename}:{line}"
    log.error("slack.not_handled", error_id=secrets.token_hex(4), why=code(error), where=where)


class _Tokens(AsyncAuthorize):
    """Gives each request its workspace's token, without a question to Slack."""

    def __init__(self, token_for: TokenFor) -> None:
        self._token_for = token_for

    async def __call__(self, *, team_id: str | None, enterprise_id: str | None, **_: Any) -> AuthorizeResult:
        token = await self._token_for(team_id or "")
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)
