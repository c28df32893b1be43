"""Posting to Slack."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from desk.messages import Attached, Form, Message
from desk.wording import sentence as _
from notifications.chat import Bucket, Carried, FilesLeft, SendError, nobody
from notifications.download import at_most
from notifications.files import let_go, pass_on, with_links
from notifications.slack.answers import inner, needed, objects, word
from notifications.slack.errors import SlackRefused, refusal
from notifications.slack.form import render_form
from notifications.slack.render import render
from storage.letters import Letter

API_URL = "https://slack.com/api/"
EVENT_TYPE = "dispecer_post"
_PAGE, _MOST_PAGES = 100, 20
_PEOPLE_REMEMBERED = 10_000
_NOT_GIVEN = _("Slack does not hand this file out.")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class SlackChat:
    """Slack's workspaces, over one HTTP session. Whoever made the session closes it.

    `token_for` returns the bot token of a workspace and raises `SendError` where the desk is not installed.
    We post without slack_sdk's client, which costs as much again as the request itself.
    """

    # A channel takes a post a second, and a workspace fifty edits a minute.
    # https://docs.slack.dev/apis/web-api/rate-limits
    limits: tuple[Bucket, ...] = (Bucket(5, 1.2),)

    def __init__(
        self,
        session: aiohttp.ClientSession,
        token_for: Callable[[str], Awaitable[str]],
        api_url: str = API_URL,
        timeout: float = 20.0,
    ) -> None:
        self._session = session
        self._token_for = token_for
        self._api_url = api_url.rstrip("/") + "/"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._direct: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def send(
        self, letter: Letter, files: Sequence[Carried] = (), made: Callable[[str], object] = nobody
    ) -> str:
        """Post, edit or take back, and return the `ts` of the post. Raises `SendError` and `FilesLeft`.

        A post that somebody deleted is posted anew when it should be edited.
        """
        if letter.message is None:
            return await self._take_back(letter, letter.edits) if letter.edits else ""
        if letter.edits is None:
            return await self._post(letter, letter.message, files, made)
        try:
            return await self._edit(letter, letter.message, letter.edits)
        except SlackRefused as refused:
            if refused.code != "message_not_found":
                raise
            return await self._post(letter, letter.message)

    async def _post(
        self,
        letter: Letter,
        message: Message,
        files: Sequence[Carried] = (),
        made: Callable[[str], object] = nobody,
    ) -> str:
        said = with_links(message, [one for one in files if one.data is None])
        body = _body(letter, said) | {"unfurl_links": False, "unfurl_media": False}
        if letter.thread is not None:
            body["thread_ts"] = letter.thread
        answer = await self._call("chat.postMessage", letter.workspace, json=body)
        channel = word(answer, "channel") or letter.conversation
        if channel != letter.conversation and _names_a_person(letter):
            self._remember(letter, channel)
        ts = needed(answer, "ts", uncertain=True)
        await self._upload(letter, channel, ts, files, made)
        return ts

    async def _upload(
        self, letter: Letter, channel: str, ts: str, files: Sequence[Carried], made: Callable[[str], object]
    ) -> None:
        """Upload files below a post. Raises `FilesLeft`."""
        thread = letter.thread or ts

        async def upload(one: Carried) -> None:
            file = await self._uploaded(letter.workspace, one.file.name, one.data or b"")
            made(file)  # before it is shown: whether it is, may stay in doubt
            named = [{"id": file, "title": one.file.name}]
            done = {"files": named, "channel_id": channel, "thread_ts": thread}
            await self._call("files.completeUploadExternal", letter.workspace, json=done)

        if left := await pass_on([((one,), one) for one in files if one.data is not None], upload):
            raise FilesLeft(ts, left)

    async def _uploaded(self, workspace: str, name: str, data: bytes) -> str:
        """https://docs.slack.dev/messaging/working-with-files#uploading_files"""
        asked = {"filename": name, "length": str(len(data))}
        told = await self._call("files.getUploadURLExternal", workspace, form=asked)
        body = aiohttp.BytesPayload(data, content_type="application/octet-stream")
        status, headers, _answer = await self._request(needed(told, "upload_url"), body, {})
        if status != 200:
            raise refusal("upload", status, headers, "")
        return needed(told, "file_id")

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        """Return a file of a workspace's. Raises `SendError`."""
        told = await self._call("files.info", file.workspace, form={"file": file.id})
        url = word(inner(told, "file"), "url_private_download")
        if not self._is_slacks(url):
            raise SendError(_NOT_GIVEN)
        authorization = {"Authorization": f"Bearer {await self._token_for(file.workspace)}"}
        try:
            async with self._session.get(url, headers=authorization, timeout=self._timeout) as answer:
                if answer.status == 200:
                    return await at_most(answer, most_bytes)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(_("Slack did not answer."), temporary=True) from error
        raise SendError(_NOT_GIVEN)

    def _is_slacks(self, url: str) -> bool:
        """Say whether an address may be given our token: Slack's own hosts, and where its API is."""
        host, ours = urlsplit(url).hostname or "", urlsplit(self._api_url).hostname
        return host == ours or (url.startswith("https://") and f".{host}".endswith(".slack.com"))

    async def _edit(self, letter: Letter, message: Message, ts: str) -> str:
        body = _body(letter, message) | {"channel": await self._channel(letter), "ts": ts}
        await self._call("chat.update", letter.workspace, json=body)
        return ts

    async def _channel(self, letter: Letter) -> str:
        """Return the channel of a letter. Posting takes a person's id for one, everything else does not.

        https://docs.slack.dev/reference/methods/chat.postMessage#channels
        """
        if not _names_a_person(letter):
            return letter.conversation
        channel = self._direct.get((letter.workspace, letter.conversation))
        if channel is None:
            asked = {"users": letter.conversation}
            opened = await self._call("conversations.open", letter.workspace, json=asked)
            channel = needed(inner(opened, "channel"), "id")
        self._remember(letter, channel)
        return channel

    def _remember(self, letter: Letter, channel: str) -> None:
        person = letter.workspace, letter.conversation
        self._direct[person] = channel
        self._direct.move_to_end(person)
        if len(self._direct) > _PEOPLE_REMEMBERED:
            self._direct.popitem(last=False)

    async def _take_back(self, letter: Letter, ts: str) -> str:
        await let_go(letter.brought, lambda file: self._delete(letter.workspace, file))
        body = {"channel": await self._channel(letter), "ts": ts}
        try:
            await self._call("chat.delete", letter.workspace, json=body)
        except SlackRefused as refused:
            if refused.code != "message_not_found":
                raise
        return ts

    async def _delete(self, workspace: str, file: str) -> None:
        try:
            await self._call("files.delete", workspace, json={"file": file})
        except SlackRefused as refused:
            if refused.code not in ("file_not_found", "file_deleted"):
                raise

    async def find(self, letter: Letter) -> str | None:
        """Return the `ts` of the post that carries this letter's mark, None if it is not there.

        A post that was made before the letter was edited is edited, not repeated, and one that is no longer
        wanted is taken back. Outside a thread only the channel's newest hundred messages are looked at.
        """
        method, query, pages = "conversations.history", {"channel": await self._channel(letter)}, 1
        if letter.thread is not None:
            # A thread comes with its oldest message first: ours is on the last page.
            method, query, pages = "conversations.replies", query | {"ts": letter.thread}, _MOST_PAGES
        query |= {"limit": str(_PAGE), "include_all_metadata": "true"}
        other = None
        for _page in range(pages):
            answer = await self._call(method, letter.workspace, form=query)
            for message in objects(answer, "messages"):
                mark = _mark(message)
                if mark == (letter.id, letter.revision) and letter.message is not None:
                    return str(message["ts"])
                if mark is not None and mark[0] == letter.id:
                    other = str(message["ts"])
            cursor = word(inner(answer, "response_metadata"), "next_cursor")
            if not cursor:
                break
            query["cursor"] = cursor
        if other is None:
            return None
        if letter.message is None:
            return await self._take_back(letter, other)
        return await self._edit(letter, letter.message, other)

    async def ephemeral(
        self, workspace: str, conversation: str, user: str, message: Message, thread: str | None = None
    ) -> None:
        """Show `message` to one person in a conversation. It is gone when they reload. Raises `SendError`."""
        body = {"channel": conversation, "user": user} | render(message)
        if thread is not None:
            body["thread_ts"] = thread
        await self._call("chat.postEphemeral", workspace, json=body)

    async def say(self, workspace: str, conversation: str, message: Message) -> None:
        """Post at once, beside the outbox: an answer that only its reader would miss. Raises `SendError`."""
        await self._call("chat.postMessage", workspace, json={"channel": conversation} | render(message))

    async def person(self, workspace: str, user: str) -> dict[str, Any]:
        """Return what Slack knows of somebody: users.info. Raises `SendError`."""
        return await self._call("users.info", workspace, form={"user": user, "include_locale": "true"})

    async def channel(self, workspace: str, channel: str) -> dict[str, Any]:
        """Return what Slack knows of a channel: conversations.info. Raises `SendError`."""
        told = await self._call("conversations.info", workspace, form={"channel": channel})
        return inner(told, "channel")

    async def open_form(self, workspace: str, trigger: str, form: Form) -> None:
        """Open a form in the window of whoever caused `trigger`, within three seconds. Raises `SendError`."""
        await self._call("views.open", workspace, json={"trigger_id": trigger, "view": render_form(form)})

    async def respond(self, response_url: str, message: Message) -> None:
        """Answer a command or a button to who used it alone: five times in 30 minutes. Raises `SendError`."""
        body = {"response_type": "ephemeral", "replace_original": False} | render(message)
        status, headers, answer = await self._request(response_url, _encode(body), {})
        if status >= 300:
            code = (
                ""
                if status >= 500 or status == 429
                else f"HTTP {status} {answer[:80].decode(errors='replace')}"
            )
            raise refusal("response_url", status, headers, code)

    async def _call(
        self, method: str, workspace: str, *, json: Any = None, form: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Call a Web API method: those that read take a form only. Raises `SendError`."""
        authorization = {"Authorization": f"Bearer {await self._token_for(workspace)}"}
        body = form if json is None else _encode(json)
        status, headers, answer = await self._request(self._api_url + method, body, authorization)
        try:
            told = _decode(answer)
        except msgspec.DecodeError:
            told = {}
        if status == 200 and told.get("ok"):
            return told
        raise refusal(method, status, headers, str(told.get("error", "")))

    async def _request(self, url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, bytes]:
        if self._session.closed:
            raise SendError(_("The desk is stopping."), temporary=True)
        if isinstance(body, bytes):
            # Said outright: aiohttp would go through a dozen kinds of body to find this one.
            body = aiohttp.BytesPayload(body, content_type="application/json; charset=utf-8")
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=self._timeout) as answer:
                return answer.status, answer.headers, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendError(_("Slack cannot be reached."), temporary=True) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SendError(_("Slack did not answer."), temporary=True, uncertain=True) from error


def _body(letter: Letter, message: Message) -> dict[str, Any]:
    mark = {"event_type": EVENT_TYPE, "event_payload": {"id": letter.id, "revision": letter.revision}}
    return {"channel": letter.conversation, "metadata": mark} | render(message)


def _names_a_person(letter: Letter) -> bool:
    return letter.conversation[:1] in ("U", "W")


def _mark(message: dict[str, Any]) -> tuple[Any, Any] | None:
    """Return the letter and revision that a message of the desk's carries."""
    metadata = inner(message, "metadata")
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = inner(metadata, "event_payload")
    return payload.get("id"), payload.get("revision")
