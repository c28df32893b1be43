"""Small pictures, which a bot sends in Teams within the message itself, wherever it speaks.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages#picture-messages
"""

from base64 import b64encode
from typing import Any

from notifications.chat import Carried
from notifications.files import picture_kind

_MOST_BYTES = 1_000_000


def picture(one: Carried) -> dict[str, Any] | None:
    """Return a file as an attachment of an activity, None where it is no picture, or not a small one."""
    kind = picture_kind(one.data or b"")
    if kind is None or one.data is None or len(one.data) > _MOST_BYTES:
        return None
    data = f"data:{kind};base64,{b64encode(one.data).decode()}"
    return {"contentType": kind, "contentUrl": data, "name": one.file.name}
