"""Reading a thread, so that a marked message becomes a ticket with what was said before."""

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.events import with_thread
from bot.slack.people import code
from desk.incoming import Incoming

log = structlog.get_logger()

_PAGE, _MOST_PAGES = 200, 5
# The desk may not read there. It will not be allowed to the next time either, so the mark is done with.
_CLOSED = frozenset(
    {"not_in_channel", "channel_not_found", "missing_scope", "thread_not_found", "no_permission"}
)


async def with_its_thread(mark: Incoming, client: AsyncWebClient, me: str | None) -> Incoming | None:
    """Return a mark with its message's text and the thread around it; None if there is nothing to read.

    A thread of more than a thousand messages is read from its beginning that far. Raises when Slack
    cannot be asked, so that the mark comes again.
    """
    try:
        messages = await _replies(client, mark.conversation, str(mark.thread or mark.message))
        root = messages[0].get("thread_ts") if messages else None
        if mark.thread is None and root and root != mark.message:
            messages = await _replies(client, mark.conversation, root)
    except SlackApiError as error:
        why = code(error)
        if why not in _CLOSED:
            raise
        log.info("slack.thread_closed", conversation=mark.conversation, why=why)
        # A shortcut brings the message itself along, a reaction does not.
        return mark if mark.text else None
    return with_thread(mark, messages, me) or (mark if mark.text else None)


async def _replies(client: AsyncWebClient, channel: str, ts: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        answer = await client.conversations_replies(channel=channel, ts=ts, limit=_PAGE, cursor=cursor)
        messages += answer.get("messages") or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return messages
