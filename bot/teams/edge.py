"""What Teams tells, received and answered in the response that Teams waits for.

A message is acknowledged after `receive` has returned, that is, after the commit. What `receive` raises
becomes a 500, so that Teams sends the activity again.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

import structlog
from msgspec.structs import replace

from bot.teams import answers
from bot.teams.activities import Presence, translate
from bot.teams.adapter import InvokeAnswer
from bot.teams.bodies import Body, part, word
from bot.teams.consent import CONSENT
from desk.incoming import Incoming
from desk.messages import Answer, Message
from notifications.chat import SendError
from notifications.teams.send import TeamsChat

log = structlog.get_logger()

Receive = Callable[[Incoming], Awaitable[Answer]]

_CARD = "ticket.card"


class Edge:
    """Takes activities that were verified.

    `moved` is told when somebody came to a team, or left it, `offered` when somebody answered to an offer.
    """

    def __init__(
        self,
        receive: Receive,
        chat: TeamsChat,
        emoji: str,
        moved: Callable[[str], None] = lambda _team: None,
        offered: Callable[[Body], None] = lambda _activity: None,
    ) -> None:
        self._receive = receive
        self._chat = chat
        self._emoji = emoji
        self._moved = moved
        self._offered = offered

    async def turn(self, activity: Body) -> InvokeAnswer | None:
        """Handle one activity; return the answer where Teams waits for one."""
        if word(activity, "name") == CONSENT:
            self._offered(activity)
            return InvokeAnswer(200)
        answer, incoming = Answer(), None
        for told in translate(activity, self._emoji):
            if isinstance(told, Presence):
                await self._receive(_of_presence(told, activity))
                self._moved(told.address.get("team", ""))
                continue
            incoming = await self._completed(told)
            answer = await self._take(incoming)
        if word(activity, "type") == "invoke":
            return await self._answered(activity, incoming, answer) if incoming is not None else None
        if incoming is not None:
            await self._say(incoming, answer)
        return None

    async def _take(self, incoming: Incoming) -> Answer:
        if incoming.kind in ("joined", "left"):
            self._moved(incoming.address.get("team", ""))
        return await self._receive(incoming)

    async def _completed(self, incoming: Incoming) -> Incoming:
        """Name the writer as the desk knows them. This is before the transaction: none is open meanwhile."""
        if incoming.kind != "mark":
            return incoming
        if incoming.author is None or incoming.author == incoming.user:
            return incoming
        try:
            member = await self._chat.member(
                incoming.address.get("service_url", ""),
                incoming.conversation,
                incoming.author,
                incoming.workspace,
            )
        except SendError as error:
            log.info("teams.author_unknown", why=str(error))
            return incoming
        return replace(incoming, author=word(member, "id") or incoming.author)

    async def _answered(self, activity: Body, incoming: Incoming, answer: Answer) -> InvokeAnswer:
        name = word(activity, "name")
        if name == "adaptiveCard/action":
            return answers.pressed(answer if _says_anything(answer) else await self._card(incoming))
        if name == "task/submit" and (answer.errors or answer.refused):
            return answers.again(await self._form(activity, incoming), incoming.fields, answer)
        return answers.dialog(answer)

    async def _card(self, incoming: Incoming) -> Answer:
        """Return what the card on which somebody acted shows to them now; where it was none, that it is done.

        Teams shows an answer without words as an empty bar below the button.
        """
        look = replace(incoming, id=f"{incoming.id}:card"[-200:], command=_CARD, subject="", fields={})
        answer = await self._receive(look)
        if answer.card is not None or incoming.command == _CARD:
            return Answer(card=answer.card)
        # The refusal to show a card is in the language of whoever pressed.
        return answers.done(answer.message.language if answer.message else None)

    async def _form(self, activity: Body, incoming: Incoming) -> Answer:
        """Ask for the form that was sent once more: what was typed must not be lost."""
        opener = word(part(activity, "value", "data"), "opener")
        subject = incoming.subject.partition(":")[0]
        return await self._receive(
            replace(incoming, id=f"{incoming.id}:form"[-200:], command=opener, subject=subject, fields={})
        )

    async def _say(self, incoming: Incoming, answer: Answer) -> None:
        """Say what was answered to a press or a mark that waits for no answer of its own."""
        message = answers.spoken(answer)
        if message is None:
            return
        said = not incoming.direct and await self._said(incoming, message, aside=True)
        # Whoever has no chat with the desk must not take its silence for a ticket.
        if not said and (incoming.direct or (incoming.kind == "mark" and answer.refused)):
            await self._said(incoming, message)

    async def _said(self, incoming: Incoming, message: Message, *, aside: bool = False) -> bool:
        """Say something where somebody is, or to them alone; return whether it arrived."""
        where = incoming.user if aside else incoming.conversation
        address = incoming.address | ({"type": "person"} if aside else {})
        thread = None if aside else incoming.thread or incoming.message
        try:
            await self._chat.say(incoming.workspace, where, message, address, thread)
        except SendError as error:
            log.warning("teams.not_said", reason=str(error))
            return False
        return True


def _says_anything(answer: Answer) -> bool:
    return bool(answer.message or answer.form or answer.card or answer.errors)


def _of_presence(presence: Presence, activity: Body) -> Incoming:
    kind: Literal["installed", "removed"] = "installed" if presence.added else "removed"
    moment = word(activity, "id") or word(activity, "timestamp")
    return Incoming(
        platform="teams",
        id=f"{kind}:{word(activity, 'type')}:{presence.conversation}:{moment}"[-200:],
        kind=kind,
        workspace=presence.workspace,
        user=presence.user,
        user_name=presence.user_name,
        language=presence.language,
        conversation=presence.conversation,
        place_name=presence.place_name,
        address=presence.address,
        direct=presence.direct,
        typed=True,
        threaded=presence.address.get("type") == "channel",
    )
