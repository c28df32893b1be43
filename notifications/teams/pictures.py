"""The files that a bot may send in Teams: small pictures, within the message itself.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages#picture-messages
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from desk.wording import sentence as _
from notifications.files import TOO_LARGE, Carried

_MOST_BYTES = 1_000_000  # of a picture
_MOST = 5  # pictures of a message
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_NO_PICTURE = _("Teams lets the desk send pictures only.")


def pictures(files: Sequence[Carried]) -> tuple[list[dict[str, Any]], list[Carried]]:
    """Return the pictures as attachments of an activity, and what cannot be sent, each with its reason."""
    sent: list[dict[str, Any]] = []
    left: list[Carried] = []
    for one in files:
        kind = _kind(one.data or b"")
        if one.data is None:
            left.append(one)
        elif kind is None:
            left.append(one._replace(data=None, reason=_NO_PICTURE))
        elif len(one.data) > _MOST_BYTES or len(sent) == _MOST:
            left.append(one._replace(data=None, reason=TOO_LARGE))
        else:
            data = f"data:{kind};base64,{b64encode(one.data).decode()}"
            sent.append({"contentType": kind, "contentUrl": data, "name": one.file.name})
    return sent, left


def _kind(data: bytes) -> str | None:
    """Return what a file is by how it begins: its name may say anything."""
    return next((kind for sign, kind in _KINDS.items() if data.startswith(sign)), None)
