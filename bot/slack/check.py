"""What `desk check` says about Slack: the secrets, the tokens, the channel."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.finding import Finding
from bot.slack.people import code
from notifications.slack.answers import inner, word

_TIMEOUT = 5  # seconds
_CHANNEL = "Set SLACK_TRIAGE_CHANNEL to the id of the team's private channel, whose members are the agents."


async def look(settings: Settings) -> list[Finding]:
    """Look at the settings, then ask Slack."""
    found = [await _requests(settings), *_missing_channel(settings)]
    if settings.slack_bot_token is None:
        return found + _many_workspaces(settings)
    token = settings.slack_bot_token.get_secret_value()
    client = AsyncWebClient(token, settings.slack_api_url, timeout=_TIMEOUT)
    try:
        who = await client.auth_test()
        found.append(Finding("slack", True, f"{who.get('team')}, as @{who.get('user')}"))
        found += await _triage(client, settings.slack_triage_channel)
    except SlackApiError as error:
        mend = "Set SLACK_BOT_TOKEN to the token under OAuth & Permissions of your app."
        found.append(Finding("slack", False, f"Slack refuses the token: {code(error)}", mend))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        found.append(_silent("slack", settings, error))
    return found


async def _requests(settings: Settings) -> Finding:
    """Look for how requests come in."""
    if settings.slack_app_token is not None:
        return await _socket_mode(settings, settings.slack_app_token.get_secret_value())
    if settings.slack_signing_secret is not None:
        return Finding("requests", True, "HTTP at /slack/events, signed")
    mend = "Set SLACK_SIGNING_SECRET (Basic Information of your app), or SLACK_APP_TOKEN for Socket Mode."
    return Finding("requests", False, "nothing proves that requests come from Slack", mend)


async def _socket_mode(settings: Settings, token: str) -> Finding:
    """Ask for an address to connect to. Nothing is connected: Slack forgets it again."""
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=_TIMEOUT)
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        mend = (
            "Turn on Socket Mode in your app, and set SLACK_APP_TOKEN to an app-level token "
            "(Basic Information) with the scope connections:write."
        )
        return Finding("requests", False, f"Slack refuses SLACK_APP_TOKEN: {code(error)}", mend)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return _silent("requests", settings, error)
    return Finding("requests", True, "Socket Mode")


def _silent(what: str, settings: Settings, error: Exception) -> Finding:
    reason = f"{settings.slack_api_url} does not answer: {type(error).__name__}"
    return Finding(what, False, reason, "Check the network, and SLACK_API_URL.")


def _missing_channel(settings: Settings) -> list[Finding]:
    """Tell that there is no channel for the team: a failure where there is none on any platform."""
    if settings.slack_triage_channel:
        return []
    if settings.teams_triage_channel:
        return [Finding("channel", True, "none in Slack: the team works in Teams alone", _CHANNEL)]
    return [Finding("channel", False, "none: nobody takes up what customers write", _CHANNEL)]


def _many_workspaces(settings: Settings) -> list[Finding]:
    if settings.slack_client_secret is None:
        mend = (
            "Set SLACK_CLIENT_SECRET (Basic Information of your app), or SLACK_BOT_TOKEN for one workspace."
        )
        found = [Finding("slack", False, "SLACK_CLIENT_SECRET is not set: nobody can install the app", mend)]
    else:
        found = [Finding("slack", True, "many workspaces, installed at /slack/install")]
    channel = settings.slack_triage_channel or ""
    if channel and "/" not in channel:
        mend = f"Set SLACK_TRIAGE_CHANNEL=T.../{channel}, with the id of the team's workspace."
        found.append(Finding("channel", False, f"nothing says in which workspace {channel} is", mend))
    return found


async def _triage(client: AsyncWebClient, channel: str | None) -> list[Finding]:
    if not channel:
        return []
    conversation = channel.rpartition("/")[2]
    try:
        told = inner(await client.conversations_info(channel=conversation), "channel")
    except SlackApiError as error:
        mend = "Invite the bot to the triage channel: /invite @Dispecer."
        return [Finding("channel", False, f"{conversation}: {code(error)}", mend)]
    mend = ""
    if told.get("is_private") is False:
        mend = "Anybody in the workspace may join it and so become an agent: make it private."
    return [Finding("channel", True, f"#{word(told, 'name') or conversation}", mend)]
