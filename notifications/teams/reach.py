"""Where in Teams something is said: in a channel, one of its threads, a chat, or to one person."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from notifications.teams.connector import conversations_url

# A person's id, as Teams and as Microsoft 365 Agents Playground make them.
_PEOPLE = ("29:", "8:orgid:", "user-id-")
_CHANNELS = ("@thread.tacv2", "@thread.skype")
_CHATS_OF_ONE = "a:"


class Reach(NamedTuple):
    """Where a post goes, and who we are there."""

    service_url: str
    tenant: str
    bot: str
    conversation: str
    thread: str | None
    alone: bool = False
    """Whether it is the conversation of one person with the desk."""

    def url(self, *post: str) -> str:
        """Return the address of what is said there, or of one post."""
        return conversations_url(self.service_url, self._id(), "activities", *post)

    def signed(self, activity: dict[str, Any], **more: str) -> dict[str, Any]:
        """Return an activity with its sender and its conversation."""
        sender = {"from": {"id": self.bot}} if self.bot else {}
        return activity | sender | {"conversation": {"id": self._id()}} | more

    def _id(self) -> str:
        return f"{self.conversation};messageid={self.thread}" if self.thread else self.conversation


def names_a_person(conversation: str, address: Mapping[str, str]) -> bool:
    """Say whether this is a person: how the id begins tells, or an address of the type "person"."""
    return conversation.startswith(_PEOPLE) or address.get("type") == "person"


def has_threads(conversation: str, address: Mapping[str, str]) -> bool:
    """Say whether this is a channel; while nobody spoke there yet, how the id ends tells."""
    kind = address.get("type")
    return kind == "channel" if kind else conversation.endswith(_CHANNELS)


def is_of_one_person(conversation: str, address: Mapping[str, str]) -> bool:
    """Say whether this is the conversation of one person with the desk; what Teams said of it tells."""
    kind = address.get("type")
    return kind == "personal" if kind else conversation.startswith(_CHATS_OF_ONE)
