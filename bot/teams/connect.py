"""Microsoft Teams, connected: its door, its posts, and the team's channel."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from bot.proxy import proxy_for
from bot.team import keep_known
from bot.teams.bodies import word
from bot.teams.consent import Consents
from bot.teams.edge import Edge
from bot.teams.http import routes
from bot.teams.keys import SigningKeys
from bot.teams.members import is_a_person, profile
from bot.teams.tokens import TokenCheck
from notifications.teams.send import TeamsChat
from notifications.teams.tokens import Tokens

if TYPE_CHECKING:
    from bot.app import App
    from bot.config import Settings


async def connect(app: "App", site: web.Application) -> None:
    """Connect a prepared desk to Teams, as its settings say. Does not fail when Teams is out of reach.

    What runs here ends with `site`.
    """
    settings = app.settings
    # The Playground is on this machine.
    proxy = proxy_for(settings.teams_service_url) if settings.teams_app_id else None
    session = aiohttp.ClientSession(proxy=proxy)
    chat = _chat(settings, session)
    app.chats["teams"] = chat
    moved = asyncio.Event()
    consents = Consents(app.database, app.chats, chat)
    emoji = app.desk.plan.tickets.emoji
    edge = Edge(app.receive, chat, emoji, lambda team: _note(app, team, moved), consents.take)
    check = _check(settings, session)
    site.add_routes(routes(edge.turn, check, playground=settings.desk_teams_playground))
    meet = partial(_meet_the_team, app, chat)
    knowing = asyncio.create_task(keep_known("teams", settings.teams_triage_channel or "", meet, moved))

    async def close(_: web.Application) -> None:
        knowing.cancel()
        await asyncio.gather(knowing, return_exceptions=True)
        await consents.close()
        await session.close()

    site.on_cleanup.append(close)


def _chat(settings: "Settings", session: aiohttp.ClientSession) -> TeamsChat:
    password = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
    app_id = settings.teams_app_id or ""
    tokens = Tokens(session, app_id, password, settings.teams_tenant_id, settings.teams_login_url)
    return TeamsChat(session, tokens.headers, settings.teams_service_url, app_id, forget=tokens.forget)


def _check(settings: "Settings", session: aiohttp.ClientSession) -> TokenCheck | None:
    if not settings.teams_app_id:
        return None
    keys = SigningKeys(session, settings.teams_metadata_url)
    return TokenCheck(keys, settings.teams_app_id, settings.teams_tenant_id)


def _note(app: "App", team: str, moved: asyncio.Event) -> None:
    """Have the team's members asked for again, if it is our team that changed."""
    triage = app.desk.triage_of("teams")
    ours = (triage.address or {}).get("team", "") if triage is not None else ""
    if not ours or team in ("", ours):
        moved.set()


async def _meet_the_team(app: "App", chat: TeamsChat, setting: str) -> None:
    """Make the members of the triage channel's team the agents. Raises `SendError`.

    The setting is the channel's id; for a bot of many organisations, the tenant's before it: "tenant/19:...".
    """
    tenant, _, channel = setting.rpartition("/")
    tenant = tenant or app.settings.teams_tenant_id or ""
    await app.settle_team("teams", tenant, channel)
    triage = app.desk.triage_of("teams")
    address = (triage.address if triage is not None else None) or {}
    members = await chat.members(address.get("service_url", ""), channel, tenant)
    people = [member for member in members if is_a_person(member)]
    await app.staff_team("teams", [word(member, "id") for member in people])
    for member in people:
        await app.receive(profile(member, tenant))
