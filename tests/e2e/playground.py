"""What people do in Microsoft 365 Agents Playground, which takes the place of Teams.

It hands any activity of anybody to the desk as it stands. By itself it would send one person's messages
alone, with ids that Teams does not give, and none without a mention. It knows a thread once its root was
written there, so a channel's messages are written into it first; its page shows only what is typed in it.
What the desk says is read at the gateway, through which everything passes.
"""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time_ns
from typing import Any
from urllib.parse import quote

import aiohttp

from tests.e2e.adaptive_cards import Card, action_of, inputs, opens_dialog
from tests.e2e.teams_gateway import Event, Post, TeamsGateway
from tests.e2e.teams_world import DESK, ION, PEOPLE, PLACES, TENANT, account, chat_of, place

Fields = dict[str, Any]  # of an activity
Told = dict[str, Any]  # what the desk answers to an invoke


@dataclass
class Playground:
    """Whoever does something waits until the desk has answered.

    `oneself` is whose window its page is, `chats` are the conversations of each person with the desk.
    """

    url: str
    gateway: TeamsGateway
    process: subprocess.Popen[bytes]
    oneself: str = ION
    chats: dict[str, str] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _last: int = 0

    async def enter(self) -> None:
        """Begin anew: nothing was said yet."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40))
        await self.gateway.open()
        async with asyncio.timeout(20):
            while not await self._answers():
                assert self.process.poll() is None, "the Playground ended"
                await asyncio.sleep(0.05)
        self.chats = {user: await self._chat(user) for user in PEOPLE}
        self.gateway.forget()

    async def leave(self) -> None:
        """Let go of the connections; the Playground stays for the next test."""
        await self.gateway.close()
        await self._session.close()

    async def _answers(self) -> bool:
        try:
            async with self._session.get(f"{self.url}/_debug/ping") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _chat(self, user: str) -> str:
        if user == self.oneself:
            return chat_of(user)
        body = {"isGroup": False, "bot": {"id": DESK}, "members": [{"id": user}], "tenantId": TENANT}
        return str((await self._asks("_connector/v3/conversations", body))["id"])

    async def _asks(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(f"{self.url}/{path}", json=body) as answer:
            text = await answer.text()
            assert answer.ok, f"{path} {body}: {answer.status} {text}"
            told: dict[str, Any] = json.loads(text) if text else {}
            return told

    # --- What people write

    async def says(
        self,
        user: str,
        conversation: str,
        text: str,
        mention: bool = False,
        reply_to: str | None = None,
        attached: Sequence[Fields] = (),
    ) -> str:
        """Write a message, in a channel below `reply_to`; return its id."""
        root = self._root(reply_to) if reply_to else None
        written = await self._written(conversation, text, root)
        self._roots[written] = root or written
        said: dict[str, Any] = {"text": text, "textFormat": "plain"}
        if mention:
            tag = "<at>Dispecer</at>"
            entity = {"type": "mention", "text": tag, "mentioned": {"id": DESK, "name": "Dispecer"}}
            said |= {"text": f"{tag}&nbsp;{text}", "entities": [entity]}
        if attached:
            said["attachments"] = [*attached, {"contentType": "text/html", "content": f"<p>{text}</p>"}]
        await self.tells(user, conversation, "message", about=written, id=written, **said)
        return written

    async def _written(self, conversation: str, text: str, root: str | None) -> str:
        if PLACES.get(conversation) != "channel":
            return str(self._now())
        where = f"{conversation};messageid={root}" if root else conversation
        body = {"from": {"id": self.oneself}, "text": text, "textFormat": "plain"}
        path = f"_conversation/v1/conversations/{quote(where)}/messages"
        return str((await self._asks(path, body))["messageId"])

    def _root(self, message: str) -> str:
        post = next((one for one in self.gateway.posts() if one.id == message), None)
        return (post and post.thread) or self._roots.get(message, message)

    def _now(self) -> int:
        self._last = max(self._last + 1, time_ns() // 1_000_000)  # ms, which is also a message's id
        return self._last

    async def tells(
        self, user: str, conversation: str, kind: str, about: str | None = None, event: str = "", **more: Any
    ) -> Event:
        """Let Teams tell the desk something of `user`, in the thread of the message `about`."""
        activity = self.activity(user, conversation, kind, about, event, **more)
        before = len(self.gateway.events)
        await self._asks("_internal/v1/customActivities", activity)
        return _taken(await self.gateway.heard(lambda one: one == activity, before))

    def activity(
        self, user: str, conversation: str, kind: str, about: str | None = None, event: str = "", **more: Any
    ) -> Fields:
        """Return what Teams says when it tells something of `user`."""
        now = self._now()
        told = place(conversation, self._root(about) if about else None)
        if event:
            told["channelData"]["eventType"] = event
        return told | {
            "type": kind,
            "id": f"f:{now}",
            "timestamp": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds"),
            "serviceUrl": self.gateway.service_url,
            "channelId": "msteams",
            "from": {"id": user, "name": PEOPLE[user], "aadObjectId": account(user)},
            "recipient": {"id": DESK, "name": "Dispecer"},
            **more,
        }

    async def edits(self, user: str, conversation: str, message: str, text: str) -> None:
        """Change what one wrote; `restores` undoes having taken it back."""
        told: Fields = {"event": "editMessage", "about": message, "id": message, "text": text}
        await self.tells(user, conversation, "messageUpdate", **told)

    async def restores(self, user: str, conversation: str, message: str, text: str) -> None:
        """Undo having taken back what one wrote."""
        told: Fields = {"event": "undeleteMessage", "about": message, "id": message, "text": text}
        await self.tells(user, conversation, "messageUpdate", **told)

    async def deletes(self, user: str, conversation: str, message: str) -> None:
        """Take back what one wrote."""
        told: Fields = {"event": "softDeleteMessage", "about": message, "id": message}
        await self.tells(user, conversation, "messageDelete", **told)

    async def reacts(self, user: str, conversation: str, message: str, emoji: str) -> None:
        """Put an emoji on a message, by Teams' name for it."""
        told: Fields = {"about": message, "replyToId": message, "reactionsAdded": [{"type": emoji}]}
        await self.tells(user, conversation, "messageReaction", **told)

    # --- What people press

    async def presses(
        self, user: str, post: Post, action: str, choice: str | None = None, card: Card | None = None
    ) -> Told:
        """Press a button of a post, or of the `card` that it shows to `user`; return what the desk answered.

        A button that opens a dialog returns that, to be sent with `submits`.
        """
        shown = card or post.cards[0]
        pressed = action_of(shown, action)
        data = dict({} if pressed.get("associatedInputs") == "none" else inputs(shown))
        data |= (pressed.get("data") or {}) | ({"choice": choice} if choice else {})
        if opens_dialog(pressed):
            return await self._invokes(user, post, "task/fetch", {"data": data})
        if pressed["type"] == "Action.Submit":
            return await self._through(user, post, "submit", {"value": data})
        executed = {"type": "Action.Execute", "verb": pressed["verb"], "data": data}
        return await self._executes(user, post, executed, "manual")

    async def looks(self, user: str, post: Post) -> Told:
        """Let Teams ask for what a post's card shows to `user`; return what the desk answered."""
        asked = post.cards[0]["refresh"]["action"]
        return await self._executes(user, post, asked, "automatic")

    async def submits(self, user: str, post: Post, dialog: Told, **fields: str) -> Told:
        """Fill in a dialog that the desk has opened, and send it; return what the desk answered."""
        card = dialog["task"]["value"]["card"]["content"]
        (send,) = [one for one in card["actions"] if one["type"] == "Action.Submit"]
        filled = {f"field.{name}": text for name, text in fields.items()}
        assert filled.keys() <= inputs(card).keys(), f"the dialog has {list(inputs(card))}"
        return await self._invokes(user, post, "task/submit", {"data": inputs(card) | send["data"] | filled})

    async def _executes(self, user: str, post: Post, action: Card, trigger: str) -> Told:
        value = {"action": action, "trigger": trigger}
        return await self._through(user, post, "invoke", {"name": "adaptiveCard/action", "value": value})

    async def _through(self, user: str, post: Post, path: str, body: dict[str, Any]) -> Told:
        where = place(post.conversation, post.thread or post.id)["conversation"]["id"]
        before = len(self.gateway.events)
        asked = {"from": {"id": user}, "conversation": {"id": where}, "replyToId": post.id, **body}
        await self._asks(f"_conversation/v1/{path}", asked)
        event = await self.gateway.heard(lambda one: one.get("value") == body["value"], before)
        return dict(_taken(event).answer or {})

    async def _invokes(self, user: str, post: Post, name: str, value: dict[str, Any]) -> Told:
        told: Fields = {
            "name": name,
            "value": value | {"context": {"theme": "default"}},
            "replyToId": post.id,
        }
        return dict((await self.tells(user, post.conversation, "invoke", about=post.id, **told)).answer or {})

    async def answers(self, user: str, offer: Post, accept: bool, **room: str) -> None:
        """Say whether one wants the file of an offer; `room` is what is wrong with where it goes."""
        (card,) = offer.activity["attachments"]
        value: Fields = {"type": "fileUpload", "action": "accept" if accept else "decline"}
        value["context"] = card["content"]["acceptContext" if accept else "declineContext"]
        if accept:
            value["uploadInfo"] = self.gateway.files.room(str(card["name"])) | room
        told: Fields = {"name": "fileConsent/invoke", "value": value, "replyToId": offer.id}
        await self.tells(user, offer.conversation, "invoke", about=offer.id, **told)

    async def marks(self, user: str, conversation: str, message: str, writer: str, text: str) -> Told:
        """Choose "Open a ticket" in the menu of a message; return what the desk answered."""
        by = {"user": {"userIdentityType": "aadUser", "id": account(writer), "displayName": PEOPLE[writer]}}
        chosen = {"id": message, "from": by, "body": {"contentType": "html", "content": f"<p>{text}</p>"}}
        value = {"commandId": "openTicket", "commandContext": "message", "messagePayload": chosen}
        told: Fields = {"name": "composeExtension/fetchTask", "value": value}
        return dict((await self.tells(user, conversation, "invoke", about=message, **told)).answer or {})

    # --- Who is where

    async def installs(self, user: str, conversation: str, action: str = "add") -> None:
        """Add the desk to a conversation, or take it away ("remove")."""
        await self.tells(user, conversation, "installationUpdate", action=action)
        moved: Fields = {"membersAdded" if action == "add" else "membersRemoved": [{"id": DESK}]}
        await self.tells(user, conversation, "conversationUpdate", **moved)

    async def joins(self, user: str, conversation: str, left: bool = False) -> None:
        """Become a member of a conversation, or stop being one."""
        moved: Fields = {"membersRemoved" if left else "membersAdded": [{"id": user}]}
        await self.tells(user, conversation, "conversationUpdate", **moved)


def _taken(event: Event) -> Event:
    assert event.status < 300, f"the desk answered {event.status} to {event.activity}"
    return event
