"""Who is who in Slack: direct conversations, and the members of the triage channel."""

import asyncio
from collections import OrderedDict
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from notifications.chat import SendError
from notifications.slack.answers import inner, word

log = structlog.get_logger()

# AttributeError is slack_sdk's own, for an answer that is JSON but no object.
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, ConnectionError, AttributeError)
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
                log.info("slack.no_direct_conversation", why=code(error))
                return ""
            home = word(inner(answer, "channel"), "id")
            if not home:
                return ""
            self.lives_at(workspace, user, home)
        return self._homes[person]

    def lives_at(self, workspace: str, user: str, conversation: str) -> None:
        """Note somebody's direct conversation with the desk."""
        _remember(self._homes, (workspace, user), conversation)


def _remember(known: OrderedDict[_Person, T], person: _Person, what: T) -> None:
    known[person] = what
    if len(known) > _MOST_KNOWN:
        known.popitem(last=False)


async def members(client: AsyncWebClient, channel: str) -> list[str]:
    """Return who is in a channel. Raises one of `FAILURES` when Slack cannot tell."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        answer = await client.conversations_members(channel=channel, limit=200, cursor=cursor)
        told = answer.get("members")
        if not isinstance(told, list):  # nobody is not the same as no answer: the team would be empty
            raise SlackApiError("", {"error": "no_members_named"})  # type: ignore[no-untyped-call]
        found += told
        cursor = word(inner(answer, "response_metadata"), "next_cursor")
        if not cursor:
            return found


def code(error: BaseException) -> str:
    """Return Slack's own word for a failure: "channel_not_found"; for others, what kind of failure it is.

    What is no JSON comes from something between Slack and us: of that, the HTTP status. A `SendError` says
    it all in its sentence.
    """
    if isinstance(error, SendError):
        return str(error)
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    told = error.response.data
    return (word(told, "error") if isinstance(told, dict) else "") or f"HTTP {error.response.status_code}"
