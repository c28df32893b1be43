"""What a chat platform must be able to do for us, and how it fails."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from desk.messages import Attached
from storage.letters import Letter

# How platforms are named to people.
PLATFORMS = {"slack": "Slack", "teams": "Teams", "web": "Web", "mail": "E-mail"}


class SendError(Exception):
    """A post did not arrive.

    `temporary` failures are tried again, after `retry_after` seconds where the platform said so.
    `everywhere` means that the whole workspace must wait, not this place alone: with posts where this was
    one, with edits where it was an edit. `uncertain` means that
    it may have arrived all the same: ask with `find` before sending again. `closed` means that nobody hears
    us in this place any more, whatever we say there, until somebody speaks to us there again.
    """

    def __init__(
        self,
        reason: str,
        *,
        temporary: bool = False,
        retry_after: float | None = None,
        everywhere: bool = False,
        uncertain: bool = False,
        closed: bool = False,
    ) -> None:
        super().__init__(reason)
        self.temporary = temporary
        self.retry_after = retry_after
        self.everywhere = everywhere
        self.uncertain = uncertain
        self.closed = closed


class Carried(NamedTuple):
    """A file, and its bytes or the reason why it cannot travel."""

    file: Attached
    data: bytes | None
    reason: str = ""

    def left(self, reason: str) -> "Carried":
        """Return it as one that does not travel."""
        return self._replace(data=None, reason=reason)


class FilesLeft(Exception):
    """A post arrived, and not all of its files: each of those `left` says why. They are not sent again."""

    def __init__(self, post: str, left: Sequence[Carried]) -> None:
        super().__init__(post)
        self.post = post
        self.left = left


def nobody(_made: str) -> None:
    """Take no note of what is made for a file."""


class Bucket(NamedTuple):
    """A limit to how much is posted in one place: `most` posts in a row, then one every `seconds`."""

    most: int
    seconds: float


class Chat(Protocol):
    """One platform. A letter that `edits` a post changes it; one without a message takes it back."""

    limits: tuple[Bucket, ...]
    """How much the platform lets us post in one place; all of them hold."""

    async def send(
        self, letter: Letter, files: Sequence[Carried] = (), made: Callable[[str], object] = nobody
    ) -> str:
        """Post, edit or take back, and return the platform's id of the post. Raises `SendError`.

        `files` go with a new post; those that the platform does not take are named in it. Raises `FilesLeft`
        where others did not arrive. `made` hears the id of whatever outlives the post and must be taken back
        with it: a letter without a message takes back what its `brought` names, too.
        """

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        """Return a file that somebody attached on this platform. Raises `SendError`."""

    async def find(self, letter: Letter) -> str | None:
        """Make what arrived of this very letter before what it says now, and return its id.

        None if nothing arrived. A letter without a message has its post taken back.
        """
