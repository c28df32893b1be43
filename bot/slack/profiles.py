"""Names, addresses and languages: whoever is new is asked about once, behind everything else."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.sound import sound
from desk.incoming import Incoming
from desk.messages import Answer
from notifications.chat import SendError
from notifications.slack.answers import inner

log = structlog.get_logger()

Receive = Callable[[Incoming], Awaitable[Answer]]
Ask = Callable[[str, str], Awaitable[Mapping[str, Any]]]
_Person = tuple[str, str]  # workspace, user

_MOST_KNOWN = 10_000
_LONGEST = 200  # characters of a name or an address
# users.info may be asked a hundred times a minute (tier 4) and for a short while more often.
# https://docs.slack.dev/apis/web-api/rate-limits
_AT_ONCE, _PACE = 20, 0.6


class Profiles:
    """Whom we have met since the start. Forgetting somebody costs one more question to Slack.

    `ask` calls users.info with a workspace and a user. A crowd is asked about at the pace that Slack allows.
    """

    def __init__(self, ask: Ask, receive: Receive) -> None:
        self._ask = ask
        self._receive = receive
        self._met: OrderedDict[_Person, None] = OrderedDict()
        self._strangers: OrderedDict[_Person, None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def meet(self, workspace: str, user: str) -> None:
        """Note that somebody was heard: the first time, their profile is asked for and passed on."""
        person = (workspace, user)
        if person in self._met:
            return
        _remember(self._met, person)
        _remember(self._strangers, person)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._introduce())

    async def close(self) -> None:
        """Ask for nobody any more; whom we have not asked for is asked for when they write again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _introduce(self) -> None:
        while self._strangers:
            crowd = len(self._strangers) > _AT_ONCE
            person, _ = self._strangers.popitem(last=False)
            await self._introduce_one(*person)
            if crowd:
                await asyncio.sleep(_PACE)

    async def _introduce_one(self, workspace: str, user: str) -> None:
        try:
            await tell_profile(await self._ask(workspace, user), workspace, user, self._receive)
        except SendError as error:
            log.info("slack.profile_unknown", reason=str(error))
            self._met.pop((workspace, user), None)  # the next event asks again
            if error.retry_after:
                await asyncio.sleep(error.retry_after)
        except Exception:
            log.exception("slack.profile_not_stored")
            self._met.pop((workspace, user), None)


def _remember(people: OrderedDict[_Person, None], person: _Person) -> None:
    people[person] = None
    if len(people) > _MOST_KNOWN:
        people.popitem(last=False)


async def tell_profile(answer: Mapping[str, Any], workspace: str, user: str, receive: Receive) -> None:
    """Pass on the name, e-mail address and language that an answer of users.info tells."""
    told = inner(answer, "user")
    profile = inner(told, "profile")
    name = (
        profile.get("display_name") or profile.get("real_name") or told.get("real_name") or told.get("name")
    )
    fields = {"name": name, "email": profile.get("email"), "language": _language(str(told.get("locale", "")))}
    await receive(
        Incoming(
            platform="slack",
            id=f"profile:{workspace}:{user}:{told.get('updated', 0)}",
            kind="profile",
            workspace=workspace,
            user=user,
            fields={key: sound(str(value))[:_LONGEST] for key, value in fields.items() if value},
        )
    )


def _language(locale: str) -> str:
    # Slack does not speak Romanian, so that "en" says nothing about somebody who might.
    return "ro" if locale.startswith("ro") else ""
