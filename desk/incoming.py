"""What a person did, the same for every platform."""

from typing import Literal

from msgspec import Struct

Platform = Literal["slack", "teams", "web", "mail", "desk"]
Kind = Literal[
    "message",  # somebody wrote
    "edited",  # somebody changed what they wrote
    "deleted",  # somebody took back what they wrote
    "mark",  # somebody put the ticket emoji, or used the message shortcut, on a message
    "command",  # /ticket take 42
    "action",  # a button, a menu's option, or a submitted form
    "profile",  # a platform told us who somebody is
    "joined",  # somebody became a member of a conversation
    "left",  # ... and stopped being one
    "installed",  # somebody added the desk to a conversation
    "removed",  # ... or removed it
]


class File(Struct, frozen=True):
    """A file somebody attached: kept by reference, with what a person needs to judge it. Size in bytes.

    `url` is where people find it; `download` gives it to the desk, for a short while, where the platform has
    such an address.
    """

    id: str
    name: str
    kind: str = ""
    size: int = 0
    url: str = ""
    download: str = ""


class Line(Struct, frozen=True):
    """One earlier message of a thread, as it stood when the thread was made a ticket."""

    user: str
    message: str
    text: str
    files: tuple[File, ...] = ()


class Incoming(Struct, frozen=True):
    """One verified event. `id` is unique per platform: the same event delivered twice has the same id.

    `conversation` is the channel or direct message, `thread` the id of the message that a thread hangs
    under (None outside a thread), `message` the id of the message itself, `quotes` that of another which it
    quotes: so people reply where there are no threads.

    For a `mark`, `message` is the marked message, `author` its writer (None where the platform tells nothing
    of it), and `earlier` its thread so far.

    `address` is what the platform needs, beside the conversation's id, to be reached there.
    """

    platform: Platform
    id: str
    kind: Kind
    workspace: str
    user: str
    conversation: str = ""
    thread: str | None = None
    message: str | None = None
    quotes: str | None = None
    text: str = ""
    files: tuple[File, ...] = ()
    place_name: str = ""  # what the conversation is called, where the edge was told
    heard: bool = True  # what is written in the conversation reaches the desk, as far as the edge knows
    home: str = ""  # the direct conversation of this person with the desk, where the edge knows it
    address: dict[str, str] = {}
    user_name: str = ""  # what the platform calls this person, where it says so with every event
    language: str = ""  # "ro" or "en": how the platform speaks to this person, where it does both
    direct: bool = False  # a direct message to the desk
    mentioned: bool = False  # the desk was mentioned
    typed: bool = False  # here commands are typed as messages: "ticket take 42"
    threaded: bool = True  # the conversation has threads; without them a ticket is a whole conversation
    command: str = ""  # the command's word without slash, or the action's name ("ticket.take")
    subject: str = ""  # what the action is about: a button's value, a form's subject
    fields: dict[str, str] = {}  # what was filled in; for a profile: name, email, language
    bare_marks: bool = False  # a mark here comes without the words of what it marks
    author: str | None = None
    earlier: tuple[Line, ...] = ()
    shortcut: bool = False  # a mark that was chosen in a message's menu

    @property
    def answered(self) -> bool:
        """Whether whoever did it is shown our answer; if not, the platform delivers again what we refuse."""
        return self.shortcut or self.kind in ("command", "action")
