"""Delivers what waits in the outbox: in order in each place, side by side in different ones.

1. In one transaction, what was sent is noted and the next letters are claimed. Those that are late are
   written now, as things stand.
2. Each letter is sent; how it went is remembered until the next round of 1.
3. The round begins when a letter was sent, when one was stored, or when the next one is due.

Where nobody hears us any more, the line stands: the team is told once, and it goes on once somebody is heard
there.

A clock that is set back is followed in 1: places would be silent until the instants that they stored come.

A process that dies between 1 and 2 leaves a lease; whoever claims the letter after it asks the platform
whether it arrived.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from msgspec.structs import replace

from desk.messages import Attached, Message
from desk.wording import sentence as _
from notifications import files
from notifications.chat import Carried, Chat, FilesLeft, SendError
from notifications.outcomes import OURS, finish
from notifications.pace import Pace
from storage import letters
from storage.database import Database
from storage.letters import Letter, Outcome
from storage.transactions import Transaction

log = structlog.get_logger()

_LEASE = timedelta(seconds=60)
_LEASE_WITH_FILES = timedelta(minutes=3)  # they take as long to be fetched and passed on as is allowed
_SOONER = timedelta(seconds=10)  # before a lease ends, what did not leave is given up, in doubt
_SOON = timedelta(seconds=1)  # mostly the end of what was claimed wakes us, before we need to ask what is due
_AT_ONCE = 64  # letters under way
_LONGEST_WAIT = timedelta(minutes=5)
_LONGEST_ASKED = timedelta(hours=1)  # a platform may ask for more than we wait by ourselves
_AHEAD = timedelta(seconds=10)  # ... may the clock of another desk be
_ANYWHERE = datetime.max.replace(tzinfo=UTC)
_OUR_TRIES = 5  # of a letter that we cannot write or draw; then the others of its place go on
_CLOSING = 15.0  # seconds for what is under way; what is not noted by then is in doubt at the next start


Write = Callable[[Transaction, str, str, datetime], Message | None]


class Delivery:
    """Sends letters until it is closed.

    `write` returns what the post with a key says now on a platform: it writes late letters. `now` is the
    desk's clock.
    """

    def __init__(
        self,
        database: Database,
        chats: Mapping[str, Chat],
        write: Write,
        now: Callable[[], datetime],
        poll: timedelta,
    ) -> None:
        self._database = database
        self._chats = chats
        self._write = write
        self._now = now
        self._poll = poll
        self._woken = asyncio.Event()
        self._outcomes: list[Outcome] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._busy: set[int] = set()  # places of what is under way, or not noted yet
        self._pace = Pace()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._latest = _ANYWHERE  # the clock before the first round

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._run(), name="delivery")

    def wake(self) -> None:
        """Say that a letter was stored."""
        self._woken.set()

    async def close(self) -> None:
        """Let what is under way arrive, and note that it did, if the database is there for that."""
        self._closing = True
        self.wake()
        if self._task is None:
            return
        try:
            await asyncio.wait_for(self._task, _CLOSING)
        except TimeoutError:
            log.warning("outbox.closed_early", under_way=len(self._under_way), not_noted=len(self._outcomes))

    async def _run(self) -> None:
        while not (self._closing and not self._under_way and not self._outcomes):
            self._woken.clear()
            try:
                due = await self._round()
                if not self._closing or self._under_way:  # else nothing more would wake us
                    await self._rest(due)
            except Exception:
                # The database is away: what was sent stays in memory and is noted when it is back.
                log.exception("outbox.round_failed")
                await asyncio.sleep(1)

    async def _round(self) -> datetime | None:
        """Note what was sent and send what may leave; return when the next letter may."""
        outcomes, room = list(self._outcomes), _AT_ONCE - len(self._under_way)
        now = self._now()
        set_back = now < self._latest
        if set_back:
            self._pace.forget()
        most = 0 if self._closing else room
        busy = self._busy - {outcome.letter.place_id for outcome in outcomes}

        def work(tx: Transaction) -> tuple[list[Letter], datetime | None]:
            if outcomes:
                finish(tx, outcomes, now)
            if set_back:
                _follow(tx, now, seen=self._latest < _ANYWHERE)
            claimed = letters.claim(tx, now, now + _LEASE, most) if most else []
            # Leases ran out all the same where the clock was set forward.
            claimed = [letter for letter in claimed if letter.place_id not in busy]
            letters.hold(tx, [one.place_id for one in claimed if _brings(one)], now + _LEASE_WITH_FILES)
            claimed = [self._written(tx, letter, now) if letter.late else letter for letter in claimed]
            if claimed:
                return claimed, now + _SOON
            return claimed, letters.next_due(tx) if most else None

        claimed, due = await self._database.write(work)
        self._latest = now
        del self._outcomes[: len(outcomes)]
        self._busy = busy | {letter.place_id for letter in claimed}
        for letter in claimed:
            task = asyncio.create_task(self._deliver(letter))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        if claimed and len(claimed) == room:
            self._woken.set()
        return due

    def _written(self, tx: Transaction, letter: Letter, now: datetime) -> Letter:
        """Write a late letter; one that cannot be written stays late."""
        try:
            with tx.connection.begin_nested():
                return replace(
                    letter, message=self._write(tx, letter.key or "", letter.platform, now), late=False
                )
        except Exception:
            log.exception("outbox.not_written", letter=letter.id, key=letter.key)
            return letter

    async def _rest(self, due: datetime | None) -> None:
        """Sleep until somebody wakes us, or the next letter is due."""
        if self._woken.is_set() or self._outcomes:
            return
        wait = self._poll if due is None else min(due - self._now(), self._poll)
        try:
            async with asyncio.timeout(max(wait.total_seconds(), 0.001)):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _deliver(self, letter: Letter) -> None:
        try:
            lease = _LEASE_WITH_FILES if _brings(letter) else _LEASE
            async with asyncio.timeout((lease - _SOONER).total_seconds()):
                outcome = await self._send(letter)
        except TimeoutError:
            outcome = self._failed(letter, SendError("it took too long", temporary=True, uncertain=True))
        except Exception:
            log.exception("outbox.failed", letter=letter.id)
            outcome = self._failed(letter, _our_mistake(letter))
        self._outcomes.append(outcome)
        self.wake()

    async def _send(self, letter: Letter) -> Outcome:
        if letter.late:
            return self._failed(letter, _our_mistake(letter))
        if letter.message is None and letter.edits is None and not letter.doubtful:
            return Outcome(letter, self._now())  # taken back before it was ever said
        chat = self._chats.get(letter.platform)
        if chat is None:
            return self._failed(letter, SendError(_("The platform is not connected.")))
        if pause := self._pace.paused(letter, self._now()):
            why = "the workspace asked us to wait"
            return Outcome(letter, pause, error=why, again_at=pause, doubtful=letter.doubtful)
        brought: list[str] = []
        try:
            # An edit is the same when it is made twice.
            found = await chat.find(letter) if letter.doubtful and letter.edits is None else None
            platform_id = found or await self._sent(chat, letter, brought)
            below = _perhaps_left(letter) if found else None
        except FilesLeft as error:
            platform_id, below = error.post, letter.message and files.note(letter.message, error.left)
        except SendError as error:
            return self._failed(letter, error)
        # Each file may be a post of its own; where several share one, we are slower than we must be.
        next_at = self._pace.next_at(letter.place_id, chat.limits, self._now(), 1 + len(_brings(letter)))
        return Outcome(letter, next_at, platform_id, below=below, brought=tuple(brought))

    async def _sent(self, chat: Chat, letter: Letter, brought: list[str]) -> str | None:
        """Send a letter, unless it was taken back before it was ever said. Files go with it once."""
        if letter.message is None:
            return None if letter.edits is None else await chat.send(letter)
        if attached := _brings(letter):
            return await chat.send(letter, await files.fetch(self._chats, attached), brought.append)
        return await chat.send(replace(letter, message=files.with_names(letter.message)))

    def _failed(self, letter: Letter, error: SendError) -> Outcome:
        now = self._now()
        if not error.temporary:
            log.warning(
                "outbox.refused",
                letter=letter.id,
                place=letter.place_id,
                reason=str(error),
                closed=error.closed,
            )
            return Outcome(letter, now, error=str(error), closed=error.closed)
        wait = timedelta(seconds=error.retry_after) if error.retry_after else _backoff(letter.attempts)
        if error.everywhere:
            self._pace.pause(letter, now + wait)
        log.info("outbox.delayed", letter=letter.id, seconds=wait.total_seconds(), reason=str(error))
        return Outcome(
            letter,
            now + wait,
            error=str(error),
            again_at=now + wait,
            doubtful=letter.doubtful or error.uncertain,
        )


def _brings(letter: Letter) -> tuple[Attached, ...]:
    """Return the files that go with a letter: with the post that it makes, not with what changes it."""
    return letter.message.files if letter.message is not None and letter.edits is None else ()


def _perhaps_left(letter: Letter) -> Message | None:
    """Return what is said of the files of a post that stood already: whether they followed, nobody knows."""
    if letter.message is None or not _brings(letter):
        return None
    return files.note(letter.message, [Carried(one, None, files.UNSURE) for one in _brings(letter)])


def _follow(tx: Transaction, now: datetime, *, seen: bool) -> None:
    """Follow a clock that was set back: nothing waits for an instant further ahead than we ever wait.

    Unless that was `seen`, as before the first round, it perhaps was not.
    """
    lease = now + _LEASE_WITH_FILES + _AHEAD
    places = letters.bring_back(tx, now, now + _LONGEST_WAIT, now + _LONGEST_ASKED, lease)
    if places and seen:
        log.warning("outbox.clock_set_back", places=places)
    tx.wake("timers", now)


def _our_mistake(letter: Letter) -> SendError:
    return SendError(OURS, temporary=letter.attempts < _OUR_TRIES)


def _backoff(attempts: int) -> timedelta:
    seconds = min(2.0 ** min(attempts, 10), _LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, guards nothing
