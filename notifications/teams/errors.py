"""What the refusals of Teams mean: which may pass, which close a place, and what somebody must do."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from desk.wording import sentence as _
from notifications.chat import SendError

# https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
_BLOCKED = _("The desk was removed or blocked there. It can write again once somebody there writes to it.")
_NOT_THERE = _("The desk is not a member of this conversation. Add the app Dispecer to the team or chat.")
_NOT_INSTALLED = _("This person has not installed the desk's app in Teams, so it cannot write to them.")
_ADMIN = _("An administrator of Microsoft Teams switched the desk's app off. Ask them to allow it.")
_GONE = _("This conversation does not exist in Teams any more.")
_TOKEN = _(
    "Teams does not accept the desk's token. Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID."
)
_UNREGISTERED = _("Teams knows no bot with this app id. Check TEAMS_APP_ID and the registration in Azure.")
_ELSEWHERE = _("This organisation is served at another address. Check TEAMS_SERVICE_URL.")
_MAY_NOT = _("Teams does not let the desk do this here. Ask the administrator of Teams to allow it.")
_TOO_LONG = _("The post is too long for Teams. This is a mistake of ours: please report it.")
_BROKEN = _("Teams did not understand the post. This is a mistake of ours: please report it.")
_BUSY = _("Teams is busy.")
_FAILING = _("Teams has a failure.")
REASONS: dict[str, str] = {
    "MessageWritesBlocked": _BLOCKED,
    "ConversationBlockedByUser": _BLOCKED,
    "BotNotInConversationRoster": _NOT_THERE,
    "ForbiddenOperationException": _NOT_INSTALLED,
    "BotDisabledByAdmin": _ADMIN,
    "ConversationNotFound": _GONE,
    "BotNotRegistered": _UNREGISTERED,
    "InvalidBotApiHost": _ELSEWHERE,
    "NotEnoughPermissions": _MAY_NOT,
    "MessageSizeTooBig": _TOO_LONG,
}
_BY_STATUS: dict[int, str] = {
    400: _BROKEN,
    401: _TOKEN,
    403: _MAY_NOT,
    404: _GONE,
    412: _BUSY,
    413: _TOO_LONG,
    429: _BUSY,
}
_CLOSING = frozenset(
    {
        "MessageWritesBlocked",
        "ConversationBlockedByUser",
        "BotNotInConversationRoster",
        "ForbiddenOperationException",
        "BotDisabledByAdmin",
        "ConversationNotFound",
    }
)
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
_PASSING = frozenset({408, 412, 429, 500, 502, 503, 504})
_UNCERTAIN = frozenset({408, 500, 502, 504})
_LONGEST_WAIT = 3600.0  # seconds: no limit of Teams counts over a longer time
# "code" or "subCode", also within JSON that is itself a string of the JSON around it.
_CODE = re.compile(r'[cC]ode\\*"\s*:\s*\\*"(\w{1,60})')


class TeamsRefused(SendError):
    """Teams answered that it will not: an HTTP `status` and its own word for why, "" where it has none."""

    def __init__(self, status: int, code: str = "", retry_after: float | None = None) -> None:
        self.status = status
        self.code = code
        passing = status in _PASSING
        super().__init__(
            _reason(status, code),
            temporary=passing,
            retry_after=retry_after if passing else None,
            uncertain=status in _UNCERTAIN,
            closed=not passing and (code in _CLOSING or status == 404),
        )


def refusal(status: int, headers: Mapping[str, str], answer: bytes) -> TeamsRefused:
    """Return the error for an answer of Teams that is none of success."""
    codes = _CODE.findall(answer[:4000].decode(errors="replace"))
    code = next((one for one in codes if one in REASONS), codes[0] if codes else "")
    return TeamsRefused(status, code, _wait(headers))


def _reason(status: int, code: str) -> str:
    if status in _PASSING:
        return _BY_STATUS.get(status, _FAILING)
    return REASONS.get(code) or _BY_STATUS.get(status) or f"Teams: {code or f'HTTP {status}'}."


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for; a date counts from the one on the answer itself."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), _LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):  # no date, or one without a zone
        return None
    return min(max(wait.total_seconds(), 0.0), _LONGEST_WAIT)
