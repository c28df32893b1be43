"""How fast we speak in each place, and which workspaces asked us to wait."""

from collections import OrderedDict
from datetime import datetime, timedelta

from notifications.chat import Bucket
from storage.letters import Letter

_PLACES_REMEMBERED = 10_000


class Pace:
    """When a place may be spoken in again, as far as this process has spoken there."""

    def __init__(self) -> None:
        self._full_at: OrderedDict[int, list[datetime]] = OrderedDict()
        self._pauses: dict[tuple[str, str, bool], datetime] = {}

    def forget(self) -> None:
        """Forget all instants: the clock was set back."""
        self._full_at.clear()
        self._pauses.clear()

    def next_at(self, place_id: int, limits: tuple[Bucket, ...], now: datetime, posts: int = 1) -> datetime:
        """Return when a place may be spoken in again, now that so many posts were made there."""
        steps = [timedelta(seconds=bucket.seconds) for bucket in limits]
        before = self._full_at.pop(place_id, [now] * len(limits))
        full_at = [max(at, now) + step * posts for at, step in zip(before, steps, strict=True)]
        self._full_at[place_id] = full_at
        if len(self._full_at) > _PLACES_REMEMBERED:
            self._full_at.popitem(last=False)
        room = [step * (bucket.most - 1) for step, bucket in zip(steps, limits, strict=True)]
        return max([now, *(at - left for at, left in zip(full_at, room, strict=True))])

    def pause(self, letter: Letter, until: datetime) -> None:
        """Note that the whole workspace must wait with posts, or with edits, whichever this letter is."""
        self._pauses[_kind(letter)] = until

    def paused(self, letter: Letter, now: datetime) -> datetime | None:
        """Return until when a letter must wait, None where it need not."""
        until = self._pauses.get(_kind(letter))
        return until if until is not None and until > now else None


def _kind(letter: Letter) -> tuple[str, str, bool]:
    return letter.platform, letter.workspace, letter.edits is not None
