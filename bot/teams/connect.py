"""Microsoft Teams, connected: its door, its posts, and the team's channel."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from bot.teams.bodies import word
from bot.teams.consent import Consents
from bot.teams.edge import Edge
from bot.teams.http import routes
from bot.teams.keys import SigningKeys
from bot.teams.members import is_a_person, profile
from bot.teams.tokens import TokenCheck
from notifications.chat import SendError
from notifications.teams.send import TeamsChat
from notifications.teams.tokens import Tokens

if TYPE_CHECKING:
    from bot.app import App
    from bot.config import Settings

log = structlog.get_logger()

_AGAIN = 60.0  # seconds until Teams is asked again for what it could not tell
_ANEW = 3600.0  # ... and for who is in the team, should we have missed somebody's coming or going


async def connect(app: "App", site: web.Application) -> None:
    """Connect a prepared desk to Teams, as its settings say. Does not fail when Teams is out of reach.

    What runs here ends with `site`.
    """
    settings = app.settings
    session = aiohttp.ClientSession()
    chat = _chat(settings, session)
    app.chats["teams"] = chat
    moved = asyncio.Event()
    consents = Consents(app.database, app.chats, chat)
    emoji = app.desk.plan.tickets.emoji
    edge = Edge(app.receive, chat, emoji, lambda team: _note(app, team, moved), consents.take)
    check = _check(settings, session)
    site.add_routes(routes(edge.turn, check, playground=settings.desk_teams_playground))
    knowing = asyncio.create_task(_know_the_team(app, chat, moved))

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


async def _know_the_team(app: "App", chat: TeamsChat, moved: asyncio.Event) -> None:
    """Make the members of the triage channel's team the agents, now and whenever the team changes.

    The setting is the channel's id; for a bot of many organisations, the tenant's before it: "tenant/19:...".
    """
    tenant, _, channel = (app.settings.teams_triage_channel or "").rpartition("/")
    tenant = tenant or app.settings.teams_tenant_id or ""
    while channel:
        wait = _ANEW
        try:
            await app.settle_team("teams", tenant, channel)
            await _staff(app, chat, tenant, channel)
        except SendError as error:
            log.warning("teams.team_unknown", why=str(error), channel=channel)
            wait = _AGAIN
        except Exception:
            log.exception("teams.team_failed")
            wait = _AGAIN
        with suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), wait)
        moved.clear()


async def _staff(app: "App", chat: TeamsChat, tenant: str, channel: str) -> None:
    triage = app.desk.triage_of("teams")
    address = (triage.address if triage is not None else None) or {}
    members = await chat.members(address.get("service_url", ""), channel, tenant)
    people = [member for member in members if is_a_person(member)]
    await app.staff_team("teams", [word(member, "id") for member in people])
    for member in people:
        await app.receive(profile(member, tenant))
