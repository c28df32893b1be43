"""Posting to Microsoft Teams."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from desk.messages import Attached, Message
from desk.wording import sentence as _
from notifications.chat import Bucket, Carried, FilesLeft, SendError, nobody
from notifications.files import let_go, pass_on, with_links
from notifications.teams.connector import Authorize, Connector, conversations_url
from notifications.teams.consent import write
from notifications.teams.enclosed import enclose
from notifications.teams.errors import TeamsRefused
from notifications.teams.reach import Reach, has_threads, is_of_one_person, names_a_person
from notifications.teams.render import render
from storage.letters import Letter

_PEOPLE_REMEMBERED = 10_000
_PAGE, _MOST_PAGES = "500", 40
_NOT_GIVEN = _("Teams gives apps files only from the chat with one person.")
_NOTHING = {"type": "message", "text": "—"}


class TeamsChat:
    """Teams' tenants, over one HTTP session. Whoever made the session closes it.

    `authorize` returns the headers of the app's token, `forget` drops a token that Teams refused. What is
    known of a conversation (its service's address, the bot's account in it) is in a letter's address.
    The SDK would call `requests` in threads, and needs more CPU for a post than all that is done here.
    """

    # Of 7 posts in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in an hour these allow 5, 7, 54 and 1,740: the rest is
    # for what is said beside the outbox, and for an edit that becomes a post.
    # https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
    limits: tuple[Bucket, ...] = (Bucket(4, 0.6), Bucket(240, 2.4))

    def __init__(
        self,
        session: aiohttp.ClientSession,
        authorize: Authorize,
        default_service_url: str,
        app_id: str,
        timeout: float = 15.0,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._session = session
        self._file_timeout = aiohttp.ClientTimeout(total=timeout * 4, connect=timeout / 2, sock_read=timeout)
        self._connector = Connector(session, authorize, forget, timeout)
        self._default_url = default_service_url
        self._bot = f"28:{app_id}" if app_id else ""
        self._direct: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    async def send(
        self, letter: Letter, files: Sequence[Carried] = (), made: Callable[[str], object] = nobody
    ) -> str:
        """Post, edit or take back, and return the id of the post. Raises `SendError` and `FilesLeft`.

        A post that somebody deleted is posted anew when it should be edited.
        """
        if letter.message is None and not letter.edits:
            return ""
        reach = await self._reach(letter.workspace, letter.conversation, letter.address, letter.thread)
        if letter.message is None:
            await let_go(letter.brought, lambda post: self._take_back(reach, post))
            return await self._take_back(reach, letter.edits or "")
        if not letter.edits:
            return await self._post_with(reach, letter, letter.message, files, made)
        try:
            return await self._edit(reach, render(letter.message), letter.edits)
        except TeamsRefused as refused:
            if refused.status != 404:
                raise
            return await self._post(reach, letter.message)

    async def _post_with(
        self,
        reach: Reach,
        letter: Letter,
        message: Message,
        files: Sequence[Carried],
        made: Callable[[str], object],
    ) -> str:
        """Post a message and, below it, its files as far as Teams takes them; others are named in it."""
        enclosed = enclose(letter, files, alone=reach.alone)
        post = await self._post(reach, with_links(message, enclosed.left))

        async def send(activity: dict[str, Any]) -> None:
            answer = await self._connector.call("POST", reach.url(), reach.tenant, reach.signed(activity))
            if answer.get("id"):
                made(str(answer["id"]))

        if left := await pass_on(enclosed.parcels, send, apart=self.limits[0].seconds):
            raise FilesLeft(post, left)
        return post

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        """Return a file of a tenant's. Raises `SendError`.

        Where people find it, an app would get the page to sign in with, and take that for the file.
        """
        if not file.download:
            raise SendError(_NOT_GIVEN)
        return await self.download(file.download, most_bytes, file.service_url)

    async def find(self, letter: Letter) -> str | None:  # noqa: ARG002 - the protocol's
        """Return None: a bot can ask Teams for no post that it made, nor mark one so that it is not repeated.

        After an uncertain outcome a letter is therefore sent once more: rather twice than not at all. An edit
        is the same when it is made again. A post that arrived in doubt cannot be taken back.
        """
        return None

    async def say(
        self,
        workspace: str,
        conversation: str,
        message: Message,
        address: Mapping[str, str] | None = None,
        thread: str | None = None,
    ) -> None:
        """Post at once, beside the outbox: an answer that only its reader would miss. Raises `SendError`."""
        await self._post(await self._reach(workspace, conversation, address, thread), message)

    async def members(self, service_url: str, conversation: str, tenant: str) -> list[dict[str, Any]]:
        """Return who is in a conversation, or in the team of a channel. Raises `SendError`.

        Each has id, name, email, userPrincipalName and aadObjectId, as far as Teams tells.
        """
        url, query = service_url or self._default_url, {"pageSize": _PAGE}
        found: list[dict[str, Any]] = []
        for _page in range(_MOST_PAGES):
            page = conversations_url(url, conversation, "pagedmembers", **query)
            answer = await self._connector.call("GET", page, tenant)
            found += answer.get("members") or ()
            if not answer.get("continuationToken"):
                break
            query["continuationToken"] = str(answer["continuationToken"])
        return found

    async def member(
        self, service_url: str, conversation: str, user: str, tenant: str = ""
    ) -> dict[str, Any]:
        """Return what Teams knows of somebody in a conversation, as in `members`. Raises `SendError`."""
        url = conversations_url(service_url or self._default_url, conversation, "members", user)
        return await self._connector.call("GET", url, tenant)

    async def download(self, url: str, most_bytes: int, service_url: str = "") -> bytes:
        """Return a file of at most `most_bytes`: see `Connector.download`. Raises `SendError`."""
        return await self._connector.download(url, service_url or self._default_url, most_bytes)

    async def upload(self, url: str, data: bytes, service_url: str = "") -> None:
        """Write a file where Teams has made room for it. Raises `SendError`."""
        await write(self._session, url, data, service_url or self._default_url, self._file_timeout)

    async def put_in_place(
        self, tenant: str, conversation: str, address: Mapping[str, str], post: str, activity: dict[str, Any]
    ) -> None:
        """Post an activity, and take back the post that it stands for. Raises `SendError`."""
        reach = await self._reach(tenant, conversation, address, None)
        await self._connector.call("POST", reach.url(), tenant, reach.signed(activity))
        await self._take_back(reach, post)

    async def _reach(
        self, tenant: str, conversation: str, address: Mapping[str, str] | None, thread: str | None
    ) -> Reach:
        known = address or {}
        url, bot = known.get("service_url") or self._default_url, known.get("bot") or self._bot
        if names_a_person(conversation, known):
            conversation = await self._conversation_with(conversation, url, bot, tenant)
            return Reach(url, tenant, bot, conversation, None, alone=True)
        in_thread = thread if has_threads(conversation, known) else None
        return Reach(url, tenant, bot, conversation, in_thread, is_of_one_person(conversation, known))

    async def _conversation_with(self, user: str, url: str, bot: str, tenant: str) -> str:
        """Return the conversation of the bot and one person; Teams makes it once and names it each time."""
        key = url, tenant, user
        conversation = self._direct.pop(key, None)
        if conversation is None:
            wanted = {"bot": {"id": bot}, "members": [{"id": user}], "isGroup": False}
            wanted |= {"tenantId": tenant, "channelData": {"tenant": {"id": tenant}}}
            answer = await self._connector.call("POST", conversations_url(url), tenant, wanted)
            conversation = str(answer["id"])
        self._direct[key] = conversation
        if len(self._direct) > _PEOPLE_REMEMBERED:
            self._direct.popitem(last=False)
        return conversation

    async def _post(self, reach: Reach, message: Message) -> str:
        activity = render(message)
        try:
            answer = await self._connector.call("POST", reach.url(), reach.tenant, reach.signed(activity))
        except TeamsRefused as refused:
            if reach.thread is None or refused.status != 404:
                raise
            # Somebody deleted what the thread hangs under; the channel is still there.
            return await self._post(reach._replace(thread=None), message)
        return str(answer.get("id") or "")

    async def _edit(self, reach: Reach, activity: dict[str, Any], post: str) -> str:
        await self._connector.call("PUT", reach.url(post), reach.tenant, reach.signed(activity, id=post))
        return post

    async def _take_back(self, reach: Reach, post: str) -> str:
        """Delete a post, or leave a dash of it where the service cannot delete, as the Playground."""
        try:
            await self._connector.call("DELETE", reach.url(post), reach.tenant)
        except TeamsRefused as refused:
            if refused.status in (405, 501):
                return await self._edit(reach, _NOTHING, post)
            if refused.status != 404:
                raise
        return post
