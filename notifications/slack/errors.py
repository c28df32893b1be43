"""What Slack's refusals mean: which may pass, and what somebody must do about the others."""

from collections.abc import Mapping
from typing import Any

from desk.wording import sentence as _
from notifications.chat import SendError

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_INVITE = _("The desk is not a member of this channel. Write /invite @Dispecer in it.")
_GONE = _("This Slack channel does not exist any more, or is a private one without the desk in it.")
_ARCHIVED = _("This Slack channel is archived. Unarchive it, or tell the customer another way.")
_TOKEN = _("Slack does not accept the desk's token any more. Install the app again.")
_SCOPE = _("The desk lacks a permission in Slack. Update the app from manifest.json and install it again.")
_CLOSED = _(
    "This workspace lets nobody but a few people post here. Ask its administrator to let the desk in."
)
_TOO_LONG = _("The post is too long for Slack. This is a mistake of ours: please report it.")
_BROKEN = _("Slack did not understand the post. This is a mistake of ours: please report it.")
_NO_EDIT = _("Slack did not let the desk change its post.")
_NO_PERSON = _("Slack knows no such person, or the account is deactivated.")
REASONS: dict[str, str] = {
    "not_in_channel": _INVITE,
    "channel_not_found": _GONE,
    "is_archived": _ARCHIVED,
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "org_login_required": _TOKEN,
    "missing_scope": _SCOPE,
    "no_permission": _SCOPE,
    "not_allowed_token_type": _SCOPE,
    "ekm_access_denied": _CLOSED,
    "access_denied": _CLOSED,
    "restricted_action": _CLOSED,
    "restricted_action_read_only_channel": _CLOSED,
    "restricted_action_thread_only_channel": _CLOSED,
    "restricted_action_non_threadable_channel": _CLOSED,
    "restricted_action_thread_locked": _CLOSED,
    "messages_tab_disabled": _SCOPE,
    "msg_too_long": _TOO_LONG,
    "msg_blocks_too_long": _TOO_LONG,
    "invalid_blocks": _BROKEN,
    "invalid_blocks_format": _BROKEN,
    "invalid_arguments": _BROKEN,
    "no_text": _BROKEN,
    "invalid_metadata_format": _BROKEN,
    "metadata_too_large": _BROKEN,
    "edit_window_closed": _NO_EDIT,
    "cant_update_message": _NO_EDIT,
    "cant_delete_message": _NO_EDIT,
    "user_not_found": _NO_PERSON,
    "user_not_in_channel": _NO_PERSON,
    "expired_trigger_id": _("The window could not be opened in time. Press the button once more."),
    "trigger_expired": _("The window could not be opened in time. Press the button once more."),
}
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# Nobody hears us there any more, until somebody does something about it.
_CLOSING = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "account_inactive",
        "token_revoked",
        "user_not_found",
    }
)
# Of these Slack says that a part may have been done all the same.
_UNCERTAIN = frozenset({"internal_error", "fatal_error"})
_PASSING = frozenset({"service_unavailable", "request_timeout", "team_added_to_org", "update_failed"})
# Posting is limited per channel, everything else per method and workspace: what limits how a letter is looked
# for, or what else is asked, must not hold up posts and edits. https://docs.slack.dev/apis/web-api/rate-limits
_EDITING = frozenset({"chat.update", "chat.delete"})


class SlackRefused(SendError):
    """Slack answered that it will not. `code` is its word for why."""

    def __init__(self, code: str, **how: Any) -> None:
        self.code = code
        super().__init__(REASONS.get(code) or f"Slack: {code}.", **how)


def refusal(method: str, status: int, headers: Mapping[str, str], code: str) -> SlackRefused:
    """Return the error for an answer of Slack's that is not "ok"; `code` is "" when there was no JSON."""
    if status == 429 or code in _LIMITED:
        everywhere = method in _EDITING or code == "message_limit_exceeded"
        wait = _seconds(headers.get("Retry-After"))
        return SlackRefused(code or "ratelimited", temporary=True, retry_after=wait, everywhere=everywhere)
    if code in _PASSING:
        return SlackRefused(code, temporary=True)
    if status >= 500 or code in _UNCERTAIN or not code:
        return SlackRefused(code or f"HTTP {status}", temporary=True, uncertain=True)
    return SlackRefused(code, closed=code in _CLOSING)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.strip().isdecimal() else None
