"""Files that one person is offered in Teams: they agree, Teams makes room in their OneDrive, we write there.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#upload-files-to-personal-chat
"""

from typing import Any

import aiohttp
from yarl import URL

from desk.wording import sentence as _
from desk.wording import words
from notifications.chat import Carried, SendError
from notifications.teams.connector import is_loopback
from notifications.teams.errors import TeamsRefused
from storage.letters import Letter

_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
_INFO = "application/vnd.microsoft.teams.card.file.info"
_ONEDRIVE = (".sharepoint.com", ".onedrive.com", ".1drv.com")
_NOT_THERE = _("The desk writes files only into OneDrive.")
_NOT_WRITTEN = _("It could not be written into your OneDrive.")


def offer(letter: Letter, place: int, one: Carried) -> dict[str, Any]:
    """Return the card that asks whether somebody wants a file, the one at this place among its letter's.

    Nothing in it is trusted when it comes back: the letter says what the file is, and who may have it.
    """
    message, context = letter.message, {"letter": letter.id, "file": place}
    author, t = (message.author if message else None), words(message.language if message else "en")
    content = {
        "description": t("{who} attached this file.", who=author) if author else "",
        "sizeInBytes": len(one.data or b""),
        "acceptContext": context,
        "declineContext": context,
    }
    card = {"contentType": _CONSENT, "name": one.file.name, "content": content}
    return {"type": "message", "attachments": [card]}


def written(content_url: str, name: str, unique_id: str, kind: str) -> dict[str, Any]:
    """Return the card of a file that was written, which opens it."""
    content = {"uniqueId": unique_id, "fileType": kind}
    card = {"contentType": _INFO, "contentUrl": content_url, "name": name, "content": content}
    return {"type": "message", "attachments": [card]}


async def write(
    session: aiohttp.ClientSession, url: str, data: bytes, service_url: str, within: aiohttp.ClientTimeout
) -> None:
    """Write a file where Teams has made room for it: the address itself lets us in. Raises `SendError`.

    https://learn.microsoft.com/onedrive/developer/rest-api/api/driveitem_createuploadsession
    """
    address = _room(url, service_url)
    headers = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}
    body = aiohttp.BytesPayload(data, content_type="application/octet-stream")
    try:
        async with session.put(
            address, data=body, headers=headers, timeout=within, allow_redirects=False
        ) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        raise SendError(_NOT_WRITTEN, temporary=True) from error
    if status not in (200, 201):
        raise SendError(_NOT_WRITTEN, temporary=TeamsRefused(status).temporary)


def _room(url: str, service_url: str) -> URL:
    """Return an address of OneDrive's; beside a service on this machine, one on this machine too."""
    try:
        address, own = URL(url, encoded=True), URL(service_url)
        host, port = address.host or "", address.explicit_port
    except ValueError:
        raise SendError(_NOT_THERE) from None
    here = address.scheme == "http" and is_loopback(host) and is_loopback(own.host)
    onedrive = address.scheme == "https" and port in (None, 443) and host.lower().endswith(_ONEDRIVE)
    if not (here or onedrive) or address.user is not None:
        raise SendError(_NOT_THERE)
    return address
