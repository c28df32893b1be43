"""Who is who in Slack: direct conversations, and the members of the triage channel."""

import asyncio
from collections import OrderedDict
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.profiles import Receive, tell_profile
from desk.incoming import Incoming

log = structlog.get_logger()

FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, ConnectionError)
_MOST_KNOWN = 10_000
T = TypeVar("T")
_Person = tuple[str, str]  # workspace, user


class People:
    """Where people talk to us alone. Forgetting somebody costs one more question to Slack."""

    def __init__(self) -> None:
        self._homes: OrderedDict[_Person, str] = OrderedDict()

    async def home(self, client: AsyncWebClient, workspace: str, user: str) -> str:
        """Return somebody's direct conversation with the desk, "" while Slack cannot tell."""
        person = (workspace, user)
        if person not in self._homes:
            try:
                answer = await asyncio.wait_for(client.conversations_open(users=user), 1.5)
            except FAILURES as error:
                log.info("slack.no_direct_conversation", why=_code(error))
                return ""
            self.lives_at(workspace, user, str((answer.get("channel") or {}).get("id", "")))
        return self._homes[person]

    def lives_at(self, workspace: str, user: str, conversation: str) -> None:
        """Note somebody's direct conversation with the desk."""
        _remember(self._homes, (workspace, user), conversation)


def _remember(known: OrderedDict[_Person, T], person: _Person, what: T) -> None:
    known[person] = what
    if len(known) > _MOST_KNOWN:
        known.popitem(last=False)


async def sync_team(client: AsyncWebClient, triage_channel: str, receive: Receive) -> bool:
    """Tell `receive` who is in the triage channel: its members are the agents.

    Returns False, and logs why, when Slack cannot tell.
    """
    try:
        us = await client.auth_test()
        members = await _members(client, triage_channel)
    except FAILURES as error:
        log.warning("slack.team_unknown", why=_code(error), channel=triage_channel)
        return False
    workspace, desk = str(us.get("team_id", "")), us.get("user_id")
    for user in members:
        if user != desk:
            await _introduce(client, workspace, triage_channel, user, receive)
    return True


async def _introduce(
    client: AsyncWebClient, workspace: str, channel: str, user: str, receive: Receive
) -> None:
    joined = Incoming(
        platform="slack",
        # Every start says it anew: somebody may have left and come back while we were away.
        id=f"member:{uuid4()}",
        kind="joined",
        workspace=workspace,
        user=user,
        conversation=channel,
    )
    await receive(joined)
    try:
        known: Any = await client.users_info(user=user, include_locale=True)
        await tell_profile(known.data, workspace, user, receive)
    except FAILURES as error:
        log.info("slack.profile_unknown", why=_code(error))


async def _members(client: AsyncWebClient, channel: str) -> list[str]:
    members: list[str] = []
    cursor: str | None = None
    while True:
        answer = await client.conversations_members(channel=channel, limit=200, cursor=cursor)
        members += answer.get("members") or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return members


def _code(error: BaseException) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
