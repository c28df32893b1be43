"""What Bolt hands us, received and answered in Slack's own response.

The acknowledgement leaves after `receive` has returned, that is, after the commit. What `receive` raises
becomes a 500, so that Slack sends the event again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from msgspec.structs import replace
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.actions import translate
from bot.slack.bodies import Body, first_field, me, removed, workspace
from bot.slack.channels import Channels, Named
from bot.slack.people import People
from bot.slack.profiles import Profiles, Receive
from bot.slack.threads import with_its_thread
from desk.incoming import Incoming
from desk.messages import Answer, Form, Message, Text
from desk.typed import folded
from desk.wording import words
from handlers import commands
from handlers.router import TEAM_COMMANDS
from notifications.chat import SendError
from notifications.slack.errors import SlackRefused
from notifications.slack.form import render_form
from notifications.slack.render import render
from notifications.slack.send import SlackChat

log = structlog.get_logger()

_QUICK = 1.5  # seconds for a question before an answer that Slack wants within three
_PATIENCE = 3.0  # seconds for answers that are under way when the desk stops

Forget = Callable[[str, int], Awaitable[None]]


async def _never_named(_workspace: str, _channel: str) -> bool:
    return False


class Edge(AsyncMiddleware):
    """Bolt's last step: every payload passes through here, and none goes further.

    `forget` is told which workspace removed the app, and when (seconds since 1970). `named` says whether a
    workspace's channel has its name.
    """

    def __init__(
        self,
        receive: Receive,
        chat: SlackChat,
        emoji: str,
        forget: Forget | None = None,
        named: Named = _never_named,
    ) -> None:
        self._receive = receive
        self._chat = chat
        self._emoji = emoji
        self._forget = forget
        self._people = People()
        self.profiles = Profiles(chat.person, receive)
        self._channels = Channels(named, chat.channel)
        self._running: set[asyncio.Task[None]] = set()

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's signature
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: ARG002
    ) -> BoltResponse:
        """Handle one payload and return the acknowledgement."""
        body, client = req.body, req.context["client"]
        incoming = translate(body, self._emoji)
        if incoming is not None:
            incoming = await self._completed(incoming, body, client)
        if incoming is not None:
            incoming = await self._with_its_place(incoming)
        if incoming is None:
            await self._aside(body)
            return BoltResponse(status=200, body="")
        answer = await self._receive(incoming)
        self.profiles.meet(incoming.workspace, incoming.user)
        return await self._acknowledged(body, incoming, answer, client)

    async def close(self) -> None:
        """Let what follows an acknowledgement end, and ask Slack for nobody any more."""
        await self.profiles.close()
        if self._running:
            _done, late = await asyncio.wait(self._running, timeout=_PATIENCE)
            for task in late:
                task.cancel()

    async def _aside(self, body: Body) -> None:
        """See to what nobody did: Slack's own notices."""
        kind = (body.get("event") or {}).get("type") or body.get("type")
        if kind == "app_rate_limited":
            log.warning("slack.rate_limited", workspace=body.get("team_id"))
        if self._forget is not None and removed(body):
            log.warning("slack.removed", workspace=workspace(body))
            await self._forget(workspace(body), int(body.get("event_time") or time.time()))

    async def _completed(self, incoming: Incoming, body: Body, client: AsyncWebClient) -> Incoming | None:
        """Add what the payload lacks. This is before the transaction: none is open while we ask Slack."""
        if incoming.kind == "mark":
            return await with_its_thread(incoming, client, me(body))
        if incoming.kind == "message" and incoming.direct:
            self._people.lives_at(incoming.workspace, incoming.user, incoming.conversation)
        if incoming.kind == "command" and (incoming.direct or incoming.command == "support"):
            home = await self._people.home(client, incoming.workspace, incoming.user)
            if incoming.direct and incoming.conversation != home:
                # Somebody else's direct conversation: the desk is not in it.
                return replace(incoming, conversation="", direct=False, home=home)
            return replace(incoming, home=home)
        if _links(incoming):
            return replace(incoming, heard=await self._is_heard(incoming))
        if incoming.kind == "action" and incoming.command == "support.open":
            # A form tells no conversation: without this the request would have no place to be answered in.
            return replace(incoming, home=await self._people.home(client, incoming.workspace, incoming.user))
        return incoming

    async def _is_heard(self, incoming: Incoming) -> bool:
        """Say whether the desk is in the channel: commands come from others too, messages do not."""
        try:
            async with asyncio.timeout(_QUICK):
                told = await self._chat.channel(incoming.workspace, incoming.conversation)
        except SlackRefused as refused:
            return refused.code != "channel_not_found"
        except (SendError, TimeoutError):
            return True
        return bool(told.get("is_member", True))

    async def _with_its_place(self, incoming: Incoming) -> Incoming:
        """Add what the channel is called, where nobody knows yet."""
        workspace, channel = incoming.workspace, incoming.conversation
        if incoming.place_name:
            self._channels.told(workspace, channel, incoming.place_name)
        elif incoming.kind in ("message", "mark") and not incoming.direct:
            return replace(incoming, place_name=await self._channels.name(workspace, channel))
        return incoming

    async def _acknowledged(
        self, body: Body, incoming: Incoming, answer: Answer, client: AsyncWebClient
    ) -> BoltResponse:
        if body.get("type") == "view_submission":
            return self._form_closed(incoming, body, answer, client)
        message = answer.message
        if answer.form is not None:
            try:
                await self._chat.open_form(incoming.workspace, str(body.get("trigger_id")), answer.form)
            except SendError as error:
                log.warning("slack.form_not_opened", reason=str(error))
                message = _reason(error, answer.form)
        if message is None:
            return BoltResponse(status=200, body="")
        if incoming.kind == "command" and "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral"} | render(message))
        if body.get("response_url"):
            self._later(self._chat.respond(body["response_url"], message))
        else:
            self._later(self._tell(incoming, message, client))
        return BoltResponse(status=200, body="")

    def _form_closed(
        self, incoming: Incoming, body: Body, answer: Answer, client: AsyncWebClient
    ) -> BoltResponse:
        """Answer a sent form: mistakes keep it open, another form takes its place, else it closes.

        https://docs.slack.dev/surfaces/modals#response_actions
        """
        errors = answer.errors
        if answer.refused and answer.message is not None and (field := first_field(body)):
            errors = {field: str(render(answer.message)["text"])}
        if errors:
            return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
        if answer.message is not None:
            self._later(self._tell(incoming, answer.message, client))
        if answer.form is not None:
            view = render_form(answer.form)
            return BoltResponse(status=200, body={"response_action": "update", "view": view})
        return BoltResponse(status=200, body="")

    async def _tell(self, incoming: Incoming, message: Message, client: AsyncWebClient) -> None:
        """Show a message to one person where they are, or else in their direct conversation with the desk."""
        space, user = incoming.workspace, incoming.user
        if incoming.conversation:
            await self._chat.ephemeral(space, incoming.conversation, user, message, incoming.thread)
        elif home := await self._people.home(client, space, user):
            await self._chat.say(space, home, message)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _links(incoming: Incoming) -> bool:
    """Say whether somebody types a command that lets something go on in the channel in which they are."""
    family = TEAM_COMMANDS.get(incoming.command, {}) if incoming.kind == "command" else {}
    wanted = commands.find(family, folded(incoming.text.partition(" ")[0]))
    return wanted is not None and wanted is family.get("link")


def _reason(error: SendError, form: Form) -> Message:
    """Say in the language of the form why it did not open."""
    return Message((Text((words(form.language)(str(error)),)),), form.language)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except SendError as error:
        log.warning("slack.not_said", reason=str(error))
    except Exception:
        log.exception("slack.failed_afterwards")
