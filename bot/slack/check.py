"""What `desk check` says about Slack: the secrets, the token, the channel."""

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
    found = [*_secrets(settings), *_missing_channel(settings)]
    if settings.slack_bot_token is None:
        found.append(Finding("slack", True, "many workspaces, installed at /slack/install"))
        return found
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
        reason = f"{settings.slack_api_url} does not answer: {type(error).__name__}"
        found.append(Finding("slack", False, reason, "Check the network, and SLACK_API_URL."))
    return found


def _secrets(settings: Settings) -> list[Finding]:
    if settings.slack_app_token is not None:
        return [Finding("requests", True, "Socket Mode")]
    if settings.slack_signing_secret is not None:
        return [Finding("requests", True, "HTTP at /slack/events, signed")]
    mend = "Set SLACK_SIGNING_SECRET (Basic Information of your app), or SLACK_APP_TOKEN for Socket Mode."
    return [Finding("requests", False, "nothing proves that requests come from Slack", mend)]


def _missing_channel(settings: Settings) -> list[Finding]:
    """Tell that there is no channel for the team: a failure where there is none on any platform."""
    if settings.slack_triage_channel:
        return []
    if settings.teams_triage_channel:
        return [Finding("channel", True, "none in Slack: the team works in Teams alone", _CHANNEL)]
    return [Finding("channel", False, "none: nobody takes up what customers write", _CHANNEL)]


async def _triage(client: AsyncWebClient, channel: str | None) -> list[Finding]:
    if not channel:
        return []
    conversation = channel.rpartition("/")[2]
    try:
        told = await client.conversations_info(channel=conversation)
        name = word(inner(told, "channel"), "name")
        return [Finding("channel", True, f"#{name or conversation}")]
    except SlackApiError as error:
        mend = "Invite the bot to the triage channel: /invite @Dispecer."
        return [Finding("channel", False, f"{conversation}: {code(error)}", mend)]
