"""What channels are called: asked once for each, when something is first written there."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from notifications.chat import SendError

log = structlog.get_logger()

Named = Callable[[str, str], Awaitable[bool]]
Ask = Callable[[str, str], Awaitable[Mapping[str, Any]]]

_PATIENCE = 1.5  # seconds: what was written waits meanwhile, and Slack waits three for us
_MOST_KNOWN = 10_000
# What Slack says in the place of a name, where it does not want to tell it.
_NO_NAMES = frozenset({"directmessage", "privategroup"})


def shown(name: object) -> str:
    """Return a channel's name as people see it, "" for what is none."""
    text = str(name or "")
    return "" if text in _NO_NAMES or text.startswith("mpdm-") else text


class Channels:
    """The channels met since the start. `named` says whether the desk has stored the name of one already."""

    def __init__(self, named: Named, ask: Ask) -> None:
        self._named = named
        self._ask = ask
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[None]] = {}

    def told(self, workspace: str, channel: str, name: str) -> None:
        """Note a name that came along by itself."""
        self._names[workspace, channel] = name
        if len(self._names) > _MOST_KNOWN:
            self._names.popitem(last=False)

    async def name(self, workspace: str, channel: str) -> str:
        """Return a channel's name, "" where it is stored already or Slack does not tell it.

        What is written in it at the same moment waits for the same answer.
        """
        key = workspace, channel
        if key not in self._names:
            if key not in self._asking:
                self._asking[key] = asyncio.create_task(self._find(*key))
                self._asking[key].add_done_callback(lambda _: self._asking.pop(key))
            await asyncio.shield(self._asking[key])
        return self._names.get(key, "")

    async def _find(self, workspace: str, channel: str) -> None:
        name = ""
        if not await self._named(workspace, channel):
            try:
                async with asyncio.timeout(_PATIENCE):
                    name = shown((await self._ask(workspace, channel)).get("name"))
            except (SendError, TimeoutError) as error:
                log.info("slack.channel_unknown", channel=channel, why=str(error) or type(error).__name__)
        self.told(workspace, channel, name)
