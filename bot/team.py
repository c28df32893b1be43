"""Who is in the team: asked at the start, when something changed, and every hour."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from notifications.chat import SendError

log = structlog.get_logger()

AGAIN = 60.0  # seconds until a platform is asked again for what it could not tell
ANEW = 3600.0  # ... and for who is in the team, should we have missed somebody's coming or going


async def keep_known(
    platform: str, channel: str, meet: Callable[[str], Awaitable[None]], changed: asyncio.Event
) -> None:
    """Meet the team of a channel now, at once when something `changed`, and every hour; of "" never.

    After a change it is met once more, soon: a platform may tell of somebody before its own list knows it.
    `meet` raises `SendError` where the platform cannot tell; then it is called again soon.
    """
    wait = ANEW
    while channel:
        try:
            await meet(channel)
        except SendError as error:
            log.warning("team.unknown", platform=platform, channel=channel, why=str(error))
            wait = AGAIN
        except Exception:
            # The database is away, or it is a mistake of ours: without its team, the desk is of no use.
            log.exception("team.not_stored", platform=platform, channel=channel)
            wait = AGAIN
        try:
            await asyncio.wait_for(changed.wait(), wait)
            wait = AGAIN
        except TimeoutError:
            wait = ANEW
        changed.clear()
