"""Whether somebody wants a file that they were offered: then it is fetched and written into their OneDrive.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#invoke-activity-when-the-user-accepts-the-file
"""

import asyncio
from collections.abc import Mapping

import structlog

from bot.teams.bodies import Body, address, conversation, part, place_type, word, workspace
from desk.messages import Attached, Message
from desk.wording import sentence as _
from notifications.chat import Carried, Chat, SendError
from notifications.files import fetch, note
from notifications.teams.consent import written
from notifications.teams.render import render
from notifications.teams.send import TeamsChat
from storage import enclosed
from storage.database import Database
from storage.enclosed import Enclosed

log = structlog.get_logger()

CONSENT = "fileConsent/invoke"
_DECLINED = _("You did not want it.")
_CLOSING = 10.0  # seconds for what is under way


class Consents:
    """Takes answers to offers. Teams waits for none of this: `take` returns at once, the file follows."""

    def __init__(self, database: Database, chats: Mapping[str, Chat], chat: TeamsChat) -> None:
        self._database = database
        self._chats = chats
        self._chat = chat
        self._under_way: dict[tuple[str, int, int], asyncio.Task[None]] = {}

    def take(self, activity: Body) -> None:
        """Do what somebody answered. Who presses twice gets one file."""
        context = part(activity, "value", "context")
        letter_id, place = _number(context.get("letter")), _number(context.get("file"))
        key = conversation(activity), letter_id, place
        if key not in self._under_way:
            task = asyncio.create_task(self._do(activity, letter_id, place))
            self._under_way[key] = task
            task.add_done_callback(lambda _task: self._under_way.pop(key))

    async def close(self) -> None:
        """Let what is under way arrive; of what does not, the offer stays."""
        if self._under_way:
            _done, late = await asyncio.wait(self._under_way.values(), timeout=_CLOSING)
            for task in late:
                task.cancel()

    async def _do(self, activity: Body, letter_id: int, place: int) -> None:
        try:
            found = await self._database.read(lambda tx: enclosed.sent(tx, letter_id))
            file = _offered(found, place, activity)
            if found is not None and file is not None:
                await self._answered(activity, found.message, file)
        except SendError as error:
            log.warning("teams.offer_not_closed", reason=str(error))
        except Exception:
            log.exception("teams.offer_failed")

    async def _answered(self, activity: Body, message: Message, file: Attached) -> None:
        if word(activity, "value", "action") != "accept":
            await self._replace_card(activity, render(note(message, [Carried(file, None, _DECLINED)])))
        elif reason := await self._write(activity, file):
            # The offer stays: they may try again.
            said = note(message, [Carried(file, None, reason)])
            await self._chat.say(workspace(activity), conversation(activity), said, address(activity))
        else:
            room = part(activity, "value", "uploadInfo")
            names = (word(room, name) for name in ("contentUrl", "name", "uniqueId", "fileType"))
            await self._replace_card(activity, written(*names))

    async def _write(self, activity: Body, file: Attached) -> str:
        """Write a file where there is room for it; return why it could not be, "" where it was."""
        (one,) = await fetch(self._chats, [file])
        if one.data is None:
            return one.reason
        url = word(activity, "value", "uploadInfo", "uploadUrl")
        try:
            await self._chat.upload(url, one.data, word(activity, "serviceUrl"))
        except SendError as error:
            log.warning("teams.file_not_written", reason=str(error))
            return str(error)
        return ""

    async def _replace_card(self, activity: Body, by: Body) -> None:
        card, where = word(activity, "replyToId"), address(activity)
        await self._chat.put_in_place(workspace(activity), conversation(activity), where, card, by)


def _offered(found: Enclosed | None, place: int, activity: Body) -> Attached | None:
    """Return the file that was offered here, to this very person; whoever else asks gets nothing."""
    if found is None or place_type(activity) != "personal" or not 0 <= place < len(found.message.files):
        return None
    theirs = found.conversation in (conversation(activity), word(activity, "from", "id"))
    if not theirs or (found.platform, found.workspace) != ("teams", workspace(activity)):
        log.warning("teams.offer_of_another")
        return None
    return found.message.files[place]


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**62 else -1
