"""What `desk check` says about Teams: the bot, its token, Microsoft's keys, the team's channel."""

import aiohttp

from bot.config import Settings
from bot.finding import Finding
from bot.proxy import proxy_for
from bot.teams.keys import KeysUnavailable, SigningKeys
from bot.teams.members import is_a_person
from bot.teams.tokens import CHANNEL
from notifications.chat import SendError
from notifications.teams.send import TeamsChat
from notifications.teams.tokens import Tokens

_TIMEOUT = 5.0  # seconds
_CHANNEL = "Set TEAMS_TRIAGE_CHANNEL to the id of the team's channel: docs/teams.md says where it stands."


async def look(settings: Settings) -> list[Finding]:
    """Look at the settings, then ask Microsoft."""
    if not settings.teams_app_id:
        return [_without_app_id(settings), *_missing_channel(settings)]
    found = [_bot(settings)]
    async with aiohttp.ClientSession(proxy=proxy_for(settings.teams_service_url)) as session:
        if settings.teams_app_password is not None:
            found += await _posting(settings, session)
        found.append(await _keys(settings, session))
    return found + _missing_channel(settings)


def _without_app_id(settings: Settings) -> Finding:
    mend = "Set TEAMS_APP_ID and TEAMS_APP_PASSWORD for Teams itself: docs/teams.md."
    if settings.desk_teams_playground:
        said = "only Microsoft 365 Agents Playground on this machine, whoever it says that it is"
        return Finding("teams", True, said, mend)
    return Finding("teams", False, "TEAMS_APP_ID is not set, though other settings of Teams are", mend)


def _bot(settings: Settings) -> Finding:
    if settings.teams_app_password is None:
        mend = "Set TEAMS_APP_PASSWORD to the Value of the bot's client secret: docs/teams.md."
        return Finding("teams", False, "TEAMS_APP_PASSWORD is not set: the desk cannot post", mend)
    tenant = settings.teams_tenant_id
    of = f"the organisation {tenant}" if tenant else "many organisations (TEAMS_TENANT_ID is not set)"
    without = "DESK_TEAMS_PLAYGROUND means nothing beside it." if settings.desk_teams_playground else ""
    return Finding("teams", True, f"bot {settings.teams_app_id} of {of}", without)


async def _posting(settings: Settings, session: aiohttp.ClientSession) -> list[Finding]:
    """Look at what it takes to post: a token, and the channel that it opens."""
    password = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
    app_id, tenant = settings.teams_app_id or "", settings.teams_tenant_id
    tokens = Tokens(session, app_id, password, tenant, settings.teams_login_url, timeout=_TIMEOUT)
    try:
        await tokens.headers()
    except SendError as error:
        return [_refused("token", error, "Check the network, and TEAMS_LOGIN_URL.")]
    chat = TeamsChat(
        session, tokens.headers, settings.teams_service_url, app_id, _TIMEOUT, forget=tokens.forget
    )
    token = Finding("token", True, "Microsoft hands one out for this password")
    return [token, *(await _channel(settings, chat))]


def _refused(what: str, error: SendError, otherwise: str) -> Finding:
    """Tell of a refusal, whose second sentence says which setting to mend where there is one."""
    reason, _end, mend = str(error).partition(". ")
    return Finding(what, False, reason.rstrip("."), mend or otherwise)


async def _channel(settings: Settings, chat: TeamsChat) -> list[Finding]:
    if not settings.teams_triage_channel:
        return []
    tenant, _, channel = settings.teams_triage_channel.rpartition("/")
    tenant = tenant or settings.teams_tenant_id or ""
    if not tenant:
        mend = "Set TEAMS_TENANT_ID, or for a bot of many organisations TEAMS_TRIAGE_CHANNEL=TENANT/19:..."
        return [Finding("channel", False, f"nothing says in which organisation {channel} is", mend)]
    try:
        members = await chat.members("", channel, tenant)
    except SendError as error:
        network = "Check the network, and TEAMS_SERVICE_URL."
        mend = network if error.temporary else "Check TEAMS_TRIAGE_CHANNEL, and add the app to that team."
        return [_refused("channel", error, mend)]
    people = sum(is_a_person(member) for member in members)
    mend = "" if people else "Invite the team to it: its members are the agents."
    return [Finding("channel", True, f"{channel}, {people} people", mend)]


async def _keys(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    """Look for the keys that prove who speaks to the desk."""
    url, mend = settings.teams_metadata_url, "Check the network, and TEAMS_METADATA_URL."
    try:
        keys = await SigningKeys(session, url, timeout=_TIMEOUT).fetch()
    except KeysUnavailable as error:
        return Finding("keys", False, f"{url} gives no keys: {error}", mend)
    if not any(CHANNEL in key.endorsements for key in keys.values()):
        return Finding("keys", False, f"none of the keys of {url} may speak for Teams", mend)
    return Finding("keys", True, f"{len(keys)}, with which Microsoft signs")


def _missing_channel(settings: Settings) -> list[Finding]:
    if settings.teams_triage_channel:
        return []
    if settings.slack_triage_channel:
        found = "none in Teams: the team works in Slack alone"
    else:
        found = "none: nobody takes up what customers write"
    ok = bool(settings.slack_triage_channel) or not settings.teams_app_id
    return [Finding("channel", ok, found, _CHANNEL)]
