import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from desk.messages import Attached, Message, Text
from notifications import outbox as module
from notifications.chat import Bucket, Carried, FilesLeft, SendError, nobody
from notifications.files import MOST_BYTES, fetch
from notifications.outbox import Delivery
from storage import homes, letters, outbox, people
from storage.database import Database
from storage.letters import Letter
from storage.outbox import Post
from storage.transactions import Transaction, Woken
from tests.desk_in_tests import MONDAY_TEN, TestedDesk, words_of


class Platform:
    """A platform outside: it remembers what arrived, and fails as a test tells it to."""

    limits: tuple[Bucket, ...] = ()

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str, str | None]] = []
        self.failures: list[SendError] = []
        self.arrives_all_the_same = False
        self.carried: list[tuple[str, bytes | None, str]] = []
        self.refused: list[str] = []
        self.taken_back: list[str] = []
        self.found: list[int] = []
        self._ids = 0
        self.begun = 0
        self.held: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def fetch(self, file: Attached, most_bytes: int) -> bytes:
        if self.failures:
            raise self.failures.pop(0)
        return file.name.encode()[:most_bytes]

    async def send(
        self, letter: Letter, files: Sequence[Carried] = (), made: Callable[[str], object] = nobody
    ) -> str:
        post = await self._send(letter, files)
        self.taken_back += letter.brought if letter.message is None else ()
        for one in files:
            if one.file.name not in self.refused:
                made(f"{post}:{one.file.name}")
        if left := [one.left("Slack did not answer.") for one in files if one.file.name in self.refused]:
            raise FilesLeft(post, left)
        return post

    async def _send(self, letter: Letter, files: Sequence[Carried]) -> str:
        self.carried += [(one.file.name, one.data, one.reason) for one in files]
        self.begun += 1
        self.asked.set()
        if self.held is not None:
            await self.held.wait()
        if self.failures:
            error = self.failures.pop(0)
            if not self.arrives_all_the_same:
                raise error
            self._arrive(letter)
            raise error
        return self._arrive(letter)

    def _arrive(self, letter: Letter) -> str:
        self._ids += 1
        text = words_of(letter.message) if letter.message else "(taken back)"
        self.arrived.append((letter.conversation, text, letter.edits))
        return letter.edits or f"p{self._ids}"

    async def find(self, letter: Letter) -> str | None:
        self.found.append(letter.id)
        if letter.message is None and self.arrived:
            self.arrived.append((letter.conversation, "(taken back)", "p1"))
            return "p1"
        text = words_of(letter.message) if letter.message else ""
        return "p1" if any(said == text for _place, said, _edits in self.arrived) else None

    def said(self, conversation: str) -> list[str]:
        return [text for place, text, _edits in self.arrived if place == conversation]


class Clock:
    """A desk's clock for tests: it stands until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY_TEN

    def __call__(self) -> datetime:
        return self.now


class PostOffice:
    """A delivery under test with its platform and clock."""

    def __init__(self, database: Database) -> None:
        self.database, self.platform, self.clock = database, Platform(), Clock()
        self.sent = asyncio.Event()
        database.on_commit = self._committed
        self.written: Callable[[str], Message | None] = lambda _key: None
        write = lambda _tx, key, _platform, _now: self.written(key)  # noqa: E731
        self.delivery = Delivery(database, {"web": self.platform}, write, self.clock, timedelta(seconds=1))

    async def put_message(self, conversation: str, message: Message, **more: Any) -> None:
        def work(tx: Transaction) -> None:
            place = people.place(tx, "web", "try", conversation, "channel")
            outbox.put(tx, [Post(place.id, message, **more)], self.clock.now)

        await self.database.write(work)
        self.delivery.wake()

    async def put(self, conversation: str, text: str | None, workspace: str = "try", **more: Any) -> None:
        def work(tx: Transaction) -> None:
            place = people.place(tx, "web", workspace, conversation, "channel")
            outbox.put(tx, [Post(place.id, say(text) if text else None, **more)], self.clock.now)

        await self.database.write(work)
        self.delivery.wake()

    async def take_back(self, conversation: str, key: str) -> None:
        def work(tx: Transaction) -> None:
            place = people.place(tx, "web", "try", conversation, "channel")
            outbox.put(tx, [Post(place.id, None, key=key)], self.clock.now)

        await self.database.write(work)

    async def noted(self) -> None:
        """Wait until how something went was stored."""
        async with asyncio.timeout(10):
            self.sent.clear()
            await self.sent.wait()

    def _committed(self, woken: Woken) -> None:
        if "sent" in woken:
            self.sent.set()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for the platform to be asked until something is true."""
        async with asyncio.timeout(10):
            while not happened():
                self.platform.asked.clear()
                await self.platform.asked.wait()

    async def wait_for(self, seconds: float) -> None:
        """Move the clock and let the delivery look again."""
        self.clock.now += timedelta(seconds=seconds)
        self.delivery.wake()

    async def idle(self) -> None:
        """Wait until nothing waits any more."""
        async with asyncio.timeout(10):
            while await self.database.read(outbox.waiting):
                self.sent.clear()
                if await self.database.read(outbox.waiting):
                    await self.sent.wait()


def say(text: str) -> Message:
    return Message((Text((text,)),))


@asynccontextmanager
async def opened(office: PostOffice) -> AsyncIterator[PostOffice]:
    """Let an office deliver."""
    office.delivery.start()
    try:
        yield office
    finally:
        await office.delivery.close()


@pytest.fixture
async def office(database: Database) -> AsyncIterator[PostOffice]:
    async with opened(PostOffice(database)) as office:
        yield office


async def test_letters_arrive_in_the_order_of_their_place(office: PostOffice) -> None:
    for n in range(10):
        await office.put("a", f"a{n}")
        await office.put("b", f"b{n}")
    await office.idle()
    assert office.platform.said("a") == [f"a{n}" for n in range(10)]
    assert office.platform.said("b") == [f"b{n}" for n in range(10)]


async def test_a_failure_that_may_pass_delays_and_keeps_the_order(office: PostOffice) -> None:
    office.platform.failures = [SendError("429", temporary=True, retry_after=30)]
    await office.put("a", "first")
    await office.put("a", "second")
    await office.until(lambda: not office.platform.failures)
    await office.wait_for(29)
    await office.put("a", "third")
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.said("b") == ["elsewhere"])
    assert office.platform.said("a") == []
    await office.wait_for(1.1)
    await office.idle()
    assert office.platform.said("a") == ["first", "second", "third"]


async def test_the_pace_of_a_place_holds_for_what_is_stored_later_too(office: PostOffice) -> None:
    office.platform.limits = (Bucket(5, 10.0),)
    for n in range(5):
        await office.put("a", f"{n}")
    await office.idle()
    await office.put("a", "later")
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.said("b") == ["elsewhere"])
    assert "later" not in office.platform.said("a")
    await office.wait_for(10)
    await office.idle()
    assert office.platform.said("a")[-1] == "later"


async def test_a_clock_that_is_set_back_silences_no_place(office: PostOffice) -> None:
    office.platform.limits = (Bucket(1, 10.0),)
    await office.put("a", "before")
    await office.idle()
    await office.wait_for(-7200)
    await office.put("a", "after")
    await office.idle()
    assert office.platform.said("a") == ["before", "after"]


async def test_what_waits_while_the_clock_is_set_back_does_not_wait_as_long_again(office: PostOffice) -> None:
    office.platform.failures = [SendError("429", temporary=True, retry_after=30, everywhere=True)]
    await office.put("a", "waits")
    await office.until(lambda: not office.platform.failures)
    await office.noted()
    await office.wait_for(-7200)
    await office.idle()
    assert office.platform.said("a") == ["waits"]


async def test_what_is_being_sent_while_the_clock_is_set_back_is_sent_once(office: PostOffice) -> None:
    office.platform.held = asyncio.Event()
    office.platform.limits = (Bucket(1, 10.0),)
    await office.put("a", "under way")
    await office.until(lambda: office.platform.begun == 1)
    await office.wait_for(-7200)
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.begun == 2)
    office.platform.held.set()
    await office.idle()
    await office.put("a", "after")
    await office.wait_for(10)
    await office.idle()
    assert office.platform.said("a") == ["under way", "after"]


async def test_a_clock_that_was_set_back_before_the_start_silences_no_place(database: Database) -> None:
    office = PostOffice(database)
    office.clock.now += timedelta(hours=2)
    await office.put("a", "before")
    letter, until = office.clock.now, office.clock.now + timedelta(seconds=60)
    await database.write(lambda tx: letters.claim(tx, letter, until, 10))
    office.clock.now -= timedelta(hours=2)
    office.delivery.start()
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.said("b") == ["elsewhere"])
    await office.wait_for(191)  # as long as a desk may take that sends at this moment, with files
    await office.idle()
    assert office.platform.said("a") == ["before"]
    await office.delivery.close()


async def test_a_desk_that_starts_beside_another_one_leaves_it_its_leases_and_says_nothing(
    database: Database,
) -> None:
    office = PostOffice(database)
    await office.put("a", "another desk's")
    now = office.clock.now
    late = now + timedelta(minutes=3, seconds=1)  # its clock is a little ahead, and it sends files
    await database.write(lambda tx: letters.claim(tx, now, late, 10))
    with capture_logs() as logs:
        async with opened(office):
            await office.put("b", "ours")
            await office.until(lambda: office.platform.said("b") == ["ours"])
            await office.wait_for(180)
            await office.put("b", "ours still")
            await office.until(lambda: office.platform.said("b") == ["ours", "ours still"])
    assert office.platform.said("a") == []
    assert "outbox.clock_set_back" not in {line["event"] for line in logs}


async def test_what_a_platform_asks_us_to_wait_holds_over_a_start(database: Database) -> None:
    async with opened(PostOffice(database)) as office:
        office.platform.failures = [SendError("429", temporary=True, retry_after=1200)]
        await office.put("a", "waits")
        await office.until(lambda: not office.platform.failures)
        await office.noted()
    async with opened(PostOffice(database)) as again:
        await again.put("b", "elsewhere")
        await again.until(lambda: again.platform.said("b") == ["elsewhere"])
        assert again.platform.said("a") == []
        await again.wait_for(1200)
        await again.idle()
        assert again.platform.said("a") == ["waits"]


async def test_a_clock_that_is_set_back_is_told_in_the_log(office: PostOffice) -> None:
    office.platform.limits = (Bucket(1, 10.0),)
    await office.put("a", "before")
    await office.idle()
    with capture_logs() as logs:
        await office.wait_for(-7200)
        await office.put("a", "after")
        await office.idle()
    assert [line["event"] for line in logs] == ["outbox.clock_set_back"]


async def test_a_clock_that_is_set_back_wakes_the_schedule(database: Database) -> None:
    office = PostOffice(database)
    woken: asyncio.Queue[Woken] = asyncio.Queue()
    database.on_commit = woken.put_nowait
    office.delivery.start()
    async with asyncio.timeout(10):
        assert "timers" in await woken.get()
        await office.wait_for(-7200)
        assert (await woken.get())["timers"] == office.clock.now
    await office.delivery.close()


async def test_every_limit_of_a_platform_holds(office: PostOffice) -> None:
    office.platform.limits = (Bucket(2, 1.0), Bucket(3, 60.0))
    for n in range(4):
        await office.put("a", f"{n}")
    # Two in a row, then one a second; three in all, then one a minute.
    for seconds, said in ((0, ["0", "1"]), (1, ["0", "1", "2"]), (2, ["0", "1", "2"])):
        await office.wait_for(seconds)
        await office.put(f"b{seconds}", "elsewhere")
        await office.until(lambda here=f"b{seconds}": office.platform.said(here) == ["elsewhere"])  # type: ignore[misc]
        await office.until(lambda so_far=said: office.platform.said("a") == so_far)  # type: ignore[misc]
    await office.wait_for(60)
    await office.idle()
    assert office.platform.said("a") == ["0", "1", "2", "3"]


async def test_the_files_of_a_letter_count_as_posts_too(office: PostOffice) -> None:
    office.platform.limits = (Bucket(2, 10.0),)
    files = tuple(Attached(f"{n}.txt", "web", "try") for n in range(3))
    await office.put_message("a", Message((Text(("with files",)),), files=files))
    await office.put("a", "after")
    for seconds in (0, 29):
        await office.wait_for(seconds)
        await office.put(f"b{seconds}", "elsewhere")
        await office.until(lambda here=f"b{seconds}": office.platform.said(here) == ["elsewhere"])  # type: ignore[misc]
    assert office.platform.said("a") == ["with files"]
    await office.wait_for(1)
    await office.idle()
    assert office.platform.said("a") == ["with files", "after"]


async def test_a_workspace_that_asks_us_to_wait_is_left_alone(office: PostOffice) -> None:
    office.platform.failures = [SendError("429", temporary=True, retry_after=30, everywhere=True)]
    await office.put("a", "one")
    await office.until(lambda: not office.platform.failures)
    await office.put("b", "two")
    await office.put("c", "three", workspace="elsewhere")
    await office.until(lambda: office.platform.said("c") == ["three"])
    assert office.platform.said("a") == office.platform.said("b") == []
    await office.wait_for(30)
    await office.idle()
    assert office.platform.said("a") == ["one"]
    assert office.platform.said("b") == ["two"]


async def test_a_workspace_that_takes_no_more_edits_takes_posts_all_the_same(office: PostOffice) -> None:
    for place in ("a", "b"):
        await office.put(place, "card", key="card:1")
    await office.idle()
    office.platform.failures = [SendError("429", temporary=True, retry_after=30, everywhere=True)]
    await office.put("a", "card, changed", key="card:1")
    await office.until(lambda: not office.platform.failures)
    await office.noted()
    await office.put("b", "card, changed", key="card:1")
    await office.put("c", "a call")
    await office.until(lambda: office.platform.said("c") == ["a call"])
    assert office.platform.said("a") == office.platform.said("b") == ["card"]
    await office.wait_for(30)
    await office.idle()
    assert office.platform.said("a") == office.platform.said("b") == ["card", "card, changed"]


async def test_what_is_refused_for_good_does_not_hold_up_the_rest_and_the_team_hears(
    desk: TestedDesk, office: PostOffice
) -> None:
    office.platform.failures = [SendError("channel_not_found")]
    await office.put("a", "never")
    await office.put("a", "next")
    await office.idle()
    assert office.platform.said("a") == ["next"]
    assert "channel_not_found" in office.platform.said("triage")[0]
    assert office.platform.said("triage")[0].startswith("Un mesaj către Web a nu a ajuns")


@pytest.mark.parametrize(
    ("kind", "conversation", "name", "said"),
    [
        ("channel", "C1", "suport", "T-1042 · Un mesaj către Slack #suport nu a ajuns: "),
        ("direct", "D1", "", "T-1042 · Un mesaj către Ioana Pop (Slack) nu a ajuns: "),
        ("direct", "U2", "", "T-1042 · Un mesaj către Dan Ene (Slack) nu a ajuns: "),
        ("direct", "D3", "Ion Popescu", "T-1042 · Un mesaj către Ion Popescu (Slack) nu a ajuns: "),
        ("direct", "D4", "", "T-1042 · Un mesaj către D4 (Slack) nu a ajuns: "),
    ],
)
async def test_the_team_hears_about_which_ticket_and_to_whom_a_message_did_not_arrive(
    desk: TestedDesk, office: PostOffice, kind: str, conversation: str, name: str, said: str
) -> None:
    def work(tx: Transaction) -> None:
        place = people.place(tx, "slack", "T1", conversation, kind, name)
        for user, who in (("U1", "Ioana Pop"), ("U2", "Dan Ene")):
            people.person(tx, "slack", "T1", user, who)
        if conversation == "D1":
            homes.move_in(tx, people.person(tx, "slack", "T1", "U1"), place)
        outbox.put(tx, [Post(place.id, say("Bună ziua"), ticket_id=1042)], office.clock.now)

    await office.database.write(work)
    office.delivery.wake()
    await office.until(lambda: bool(office.platform.said("triage")))
    assert office.platform.said("triage")[0].startswith(said)


async def is_closed(database: Database, conversation: str) -> bool:
    return await database.write(lambda tx: people.place(tx, "web", "try", conversation, "channel").closed)


async def test_a_place_in_which_nobody_hears_us_any_more_is_closed_and_the_team_hears(
    desk: TestedDesk, office: PostOffice
) -> None:
    office.platform.failures = [SendError("The desk was removed.", closed=True)]
    await office.put("a", "never")
    await office.until(lambda: bool(office.platform.said("triage")))
    await office.put("b", "elsewhere")
    await office.idle()
    assert "The desk was removed." in office.platform.said("triage")[0]
    assert await is_closed(office.database, "a")
    assert not await is_closed(office.database, "b")
    assert not await is_closed(office.database, "triage")


async def opens(office: PostOffice, conversation: str) -> None:
    """Let somebody be heard in a place again."""

    def work(tx: Transaction) -> None:
        place = people.place(tx, "web", "try", conversation, "channel")
        outbox.open_again(tx, place.id, office.clock.now)

    await office.database.write(work)
    office.delivery.wake()


async def closed_by(office: PostOffice, conversation: str) -> None:
    """Wait until a place was closed: its first letter is refused for that."""
    office.platform.failures = [SendError("The desk was removed.", closed=True)]
    told = len(office.platform.said("triage"))
    await office.until(lambda: len(office.platform.said("triage")) > told)
    await office.idle()
    assert await is_closed(office.database, conversation)


async def test_the_line_of_a_closed_place_stands_and_goes_on_in_order_once_somebody_is_heard_there(
    desk: TestedDesk, office: PostOffice
) -> None:
    await office.put("a", "first", key="card:1")
    await closed_by(office, "a")
    await office.put("a", "second")
    await office.put("a", "third", key="card:2")
    await office.put("a", "first, as it is now", key="card:1")
    await office.put("a", "third, as it is now", key="card:2")
    asked = office.platform.begun
    await office.wait_for(3600)
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.said("b") == ["elsewhere"])
    assert office.platform.begun == asked + 1
    await opens(office, "a")
    await office.idle()
    assert office.platform.said("a") == ["first, as it is now", "second", "third, as it is now"]
    assert not await is_closed(office.database, "a")


async def test_what_was_taken_back_while_its_place_was_closed_is_never_said(
    desk: TestedDesk, office: PostOffice
) -> None:
    await office.put("a", "first")
    await closed_by(office, "a")
    await office.put("a", "a slip", key="said:1")
    await office.take_back("a", "said:1")
    await opens(office, "a")
    await office.idle()
    assert office.platform.said("a") == ["first"]


async def test_the_team_is_told_once_a_closing_that_what_is_said_there_waits(
    desk: TestedDesk, office: PostOffice
) -> None:
    for text in ("first", "second", "third"):
        await office.put("a", text)
    await closed_by(office, "a")
    (told,) = office.platform.said("triage")
    assert told.endswith("Mesajul, și cele care urmează, așteaptă până când ne scrie cineva de acolo.")
    await opens(office, "a")
    await closed_by(office, "a")
    assert len([edits for place, _text, edits in office.platform.arrived if place == "triage" and edits]) == 0
    assert len(office.platform.said("triage")) == 2


async def test_what_a_closed_place_waits_for_is_not_counted_as_late(
    desk: TestedDesk, office: PostOffice
) -> None:
    await office.put("a", "first")
    await closed_by(office, "a")
    await office.put("a", "second")
    assert await office.database.read(outbox.waiting) == 0
    assert await office.database.read(outbox.oldest_waiting) is None


async def test_a_place_that_closes_while_a_letter_is_under_way_stands_all_the_same(
    office: PostOffice,
) -> None:
    office.platform.held = asyncio.Event()
    await office.put("a", "under way")
    await office.put("a", "next")
    await office.until(lambda: office.platform.begun == 1)
    place = await office.database.write(lambda tx: people.place(tx, "web", "try", "a", "channel"))
    await office.database.write(lambda tx: outbox.close(tx, [place.id]))
    office.platform.held.set()
    await office.noted()
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.said("b") == ["elsewhere"])
    assert office.platform.said("a") == ["under way"]
    await opens(office, "a")
    await office.idle()
    assert office.platform.said("a") == ["under way", "next"]


@pytest.mark.parametrize("temporary", [False, True])
async def test_no_other_failure_closes_a_place(desk: TestedDesk, office: PostOffice, temporary: bool) -> None:
    office.platform.failures = [SendError("no", temporary=temporary)]
    await office.put("a", "x")
    await office.until(lambda: not office.platform.failures)
    await office.wait_for(60)
    await office.idle()
    assert not await is_closed(office.database, "a")


async def test_several_places_are_closed_together(database: Database) -> None:
    office = PostOffice(database)
    for conversation in ("a", "b", "c"):
        await office.put(conversation, "x")
    lease = MONDAY_TEN + timedelta(minutes=1)
    claimed = await database.write(lambda tx: letters.claim(tx, MONDAY_TEN, lease, 10))
    outcomes = [
        letters.Outcome(one, MONDAY_TEN, error="gone", closed=one.conversation != "b") for one in claimed
    ]
    await database.write(lambda tx: letters.finish(tx, outcomes, MONDAY_TEN))
    assert [await is_closed(database, one) for one in ("a", "b", "c")] == [True, False, True]


async def test_after_an_uncertain_outcome_the_platform_is_asked_first(office: PostOffice) -> None:
    office.platform.arrives_all_the_same = True
    office.platform.failures = [SendError("timeout", temporary=True, retry_after=1, uncertain=True)]
    await office.put("a", "once")
    await office.until(lambda: not office.platform.failures)
    await office.wait_for(2)
    await office.idle()
    assert office.platform.said("a") == ["once"]
    assert office.platform.found


async def test_an_edit_in_doubt_is_made_again_without_asking(office: PostOffice) -> None:
    await office.put("a", "open", key="card:1")
    await office.idle()
    office.platform.failures = [SendError("timeout", temporary=True, retry_after=1, uncertain=True)]
    await office.put("a", "resolved", key="card:1")
    await office.until(lambda: not office.platform.failures)
    await office.wait_for(2)
    await office.idle()
    assert (office.platform.said("a"), office.platform.found) == (["open", "resolved"], [])


async def test_a_post_with_a_key_is_edited_rather_than_repeated(office: PostOffice) -> None:
    await office.put("a", "open", key="card:1")
    await office.idle()
    await office.put("a", "resolved", key="card:1")
    await office.idle()
    assert office.platform.arrived == [("a", "open", None), ("a", "resolved", "p1")]


async def test_of_several_edits_that_wait_only_the_last_is_made(office: PostOffice) -> None:
    office.platform.failures = [SendError("503", temporary=True, retry_after=5)]
    await office.put("a", "one", key="card:1")
    await office.until(lambda: not office.platform.failures)
    await office.put("a", "two", key="card:1")
    await office.put("a", "three", key="card:1")
    await office.wait_for(6)
    await office.idle()
    assert office.platform.said("a") == ["three"]


async def test_a_post_that_was_edited_while_it_was_sent_is_sent_again(database: Database) -> None:
    office = PostOffice(database)
    await office.put("a", "old", key="card:1")
    (letter,) = await database.write(
        lambda tx: letters.claim(tx, MONDAY_TEN, MONDAY_TEN + timedelta(minutes=1), 10)
    )
    await office.put("a", "new", key="card:1")
    outcome = letters.Outcome(letter, MONDAY_TEN, "p1")
    await database.write(lambda tx: letters.finish(tx, [outcome], MONDAY_TEN))
    (again,) = await database.write(
        lambda tx: letters.claim(tx, MONDAY_TEN, MONDAY_TEN + timedelta(minutes=1), 10)
    )
    assert (again.edits, words_of(again.message)) == ("p1", "new")  # type: ignore[arg-type]


async def test_a_letter_whose_sender_died_is_doubted(database: Database) -> None:
    office = PostOffice(database)
    await office.put("a", "perhaps")
    lease = MONDAY_TEN + timedelta(minutes=1)
    await database.write(lambda tx: letters.claim(tx, MONDAY_TEN, lease, 10))
    assert await database.write(lambda tx: letters.claim(tx, MONDAY_TEN, lease, 10)) == []
    (letter,) = await database.write(lambda tx: letters.claim(tx, lease, lease + timedelta(minutes=1), 10))
    assert letter.doubtful


async def test_two_processes_never_send_the_same_letter(fresh_url: str) -> None:
    one, other = Database(fresh_url), Database(fresh_url)
    offices = [PostOffice(one), PostOffice(other)]
    offices[1].sent = offices[0].sent  # either may send what the other waits for
    for n in range(40):
        await offices[0].put(f"place {n % 8}", f"{n}")
    for office in offices:
        office.delivery.start()
    for office in offices:
        await office.idle()
        await office.delivery.close()
    said = [text for office in offices for _place, text, _edits in office.platform.arrived]
    assert sorted(said, key=int) == [str(n) for n in range(40)]
    await one.close()
    await other.close()


async def test_a_dedupe_key_says_something_once(office: PostOffice) -> None:
    await office.put("a", "once", dedupe_key="notice:1")
    await office.idle()
    await office.put("a", "again", dedupe_key="notice:1")
    await office.idle()
    assert office.platform.said("a") == ["once"]


async def test_a_post_that_arrived_in_doubt_is_taken_back_when_it_is_not_wanted_any_more(
    office: PostOffice,
) -> None:
    office.platform.arrives_all_the_same = True
    office.platform.failures = [SendError("timeout", temporary=True, retry_after=5, uncertain=True)]
    await office.put("a", "oops", key="x")
    await office.until(lambda: not office.platform.failures)
    await office.take_back("a", "x")
    await office.wait_for(6)
    await office.idle()
    assert office.platform.arrived == [("a", "oops", None), ("a", "(taken back)", "p1")]


async def test_a_post_that_was_taken_back_before_it_left_is_never_said(office: PostOffice) -> None:
    office.platform.failures = [SendError("503", temporary=True, retry_after=5)]
    await office.put("a", "oops", key="x")
    await office.until(lambda: not office.platform.failures)
    await office.take_back("a", "x")
    await office.wait_for(6)
    await office.idle()
    assert office.platform.arrived == []


async def test_a_late_post_says_what_holds_when_it_leaves(office: PostOffice) -> None:
    for state in ("as it was", "as it is"):
        office.written = lambda key, state=state: say(f"{key} {state}")  # type: ignore[misc]
        await office.put("triage", None, key="card:1", late=True)
        await office.idle()
    assert office.platform.arrived == [
        ("triage", "card:1 as it was", None),
        ("triage", "card:1 as it is", "p1"),
    ]


async def test_a_late_post_whose_subject_is_gone_is_taken_back(office: PostOffice) -> None:
    office.written = say
    await office.put("triage", None, key="card:1", late=True)
    await office.idle()
    office.written = lambda _key: None
    await office.put("triage", None, key="card:1", late=True)
    await office.idle()
    assert office.platform.arrived[1:] == [("triage", "(taken back)", "p1")]


async def test_a_late_post_that_cannot_be_written_waits_and_stops_nobody_else(office: PostOffice) -> None:
    def broken(_key: str) -> Message:
        raise LookupError("no such card")

    office.written = broken
    await office.put("triage", None, key="card:1", late=True)
    await office.put("dm:ion", "Bună")
    await office.until(lambda: bool(office.platform.arrived))
    assert office.platform.arrived == [("dm:ion", "Bună", None)]
    office.written = say
    await office.wait_for(60)
    await office.idle()
    assert office.platform.said("triage") == ["card:1"]


async def test_a_late_post_that_can_never_be_written_makes_way_for_the_next_and_the_team_hears(
    desk: TestedDesk, office: PostOffice
) -> None:
    def broken(key: str) -> Message:
        if key == "card:1":
            raise LookupError("no such card")
        return say(key)

    office.written = broken
    await office.put("triage", None, key="card:1", late=True)
    await office.put("triage", None, key="card:2", late=True)
    while "card:2" not in office.platform.said("triage"):
        await office.wait_for(60)
        await office.noted()
    await office.idle()
    assert "/ticket list" in office.platform.said("triage")[-1]


async def test_with_as_much_under_way_as_may_be_nothing_is_asked_again_and_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, held = PostOffice(database), asyncio.Event()
    office.platform.held = held
    for n in range(70):
        await office.put(f"place {n}", "x")
    write, rounds = database.write, 0

    async def counted(work: Any) -> Any:
        nonlocal rounds
        rounds += 1
        if rounds > 20:
            held.set()
        return await write(work)

    monkeypatch.setattr(database, "write", counted)
    office.delivery.start()
    await office.until(lambda: office.platform.begun == 64)
    await database.read(outbox.waiting)  # takes as long as some rounds would
    asked = rounds
    held.set()
    await office.idle()
    await office.delivery.close()
    assert asked < 5


async def test_while_something_hangs_other_places_are_spoken_in_when_they_are_due(database: Database) -> None:
    office = PostOffice(database)
    office.platform.limits = (Bucket(1, 10.0),)
    for text in ("said", "paced"):
        await office.put("b", text)
    await office.delivery._round()
    await asyncio.gather(*office.delivery._under_way)
    office.platform.held = asyncio.Event()
    await office.put("a", "hangs")
    soon = await office.delivery._round()
    assert soon is not None
    assert soon <= office.clock.now + timedelta(seconds=1)
    assert await office.delivery._round() == office.clock.now + timedelta(seconds=10)
    office.platform.held.set()
    await asyncio.gather(*office.delivery._under_way)


async def test_a_desk_whose_database_went_away_stops_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = PostOffice(database)
    office.platform.held = asyncio.Event()
    await office.put("a", "x")
    office.delivery.start()
    await office.until(lambda: office.platform.begun == 1)

    async def away(_work: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(database, "write", away)
    monkeypatch.setattr("notifications.outbox._CLOSING", 0.01)
    office.platform.held.set()
    async with asyncio.timeout(5):
        await office.delivery.close()


async def test_what_waits_is_measured_from_when_it_was_stored(office: PostOffice) -> None:
    office.platform.failures = [SendError("503", temporary=True, retry_after=600)]
    await office.put("a", "x")
    await office.until(lambda: not office.platform.failures)
    await office.noted()
    assert await office.database.read(outbox.oldest_waiting) == MONDAY_TEN


async def test_a_file_is_fetched_where_it_is_and_goes_with_its_message_once(office: PostOffice) -> None:
    photo = Attached("poza.png", "web", "try")
    message = Message((Text(("Captura",)),), files=(photo,))
    await office.put_message("a", message, key="said:1")
    await office.idle()
    await office.put_message("a", message, key="said:1")
    await office.idle()
    assert office.platform.carried == [("poza.png", b"poza.png", "")]
    assert office.platform.said("a") == ["Captura", "Captura\nWith it came: poza.png"]


async def test_what_is_changed_names_its_files_for_it_named_those_that_did_not_travel(
    office: PostOffice,
) -> None:
    log, photo = (
        Attached("a.zip", "slack", "T1", url="https://a.example/a.zip"),
        Attached("b.png", "web", "try"),
    )
    await office.put_message("a", Message((Text(("Vedeți",)),), "ro", files=(log, photo)), key="said:1")
    await office.idle()
    await office.put_message("a", Message((Text(("Priviți",)),), "ro", files=(log, photo)), key="said:1")
    await office.idle()
    assert office.platform.said("a") == ["Vedeți", "Priviți\nÎmpreună cu: a.zip, b.png"]


async def test_what_is_taken_back_takes_the_files_along_that_it_brought_there(
    desk: TestedDesk, office: PostOffice
) -> None:
    files = tuple(Attached(name, "web", "try") for name in ("a.txt", "b.txt", "c.txt"))
    office.platform.refused = ["b.txt"]
    for place in ("a", "b"):
        await office.put_message(place, Message((Text(("Vedeți",)),), files=files), key="said:1")
    await office.idle()
    await office.put("a", "Priviți", key="said:1")
    await office.idle()
    assert office.platform.taken_back == []
    (posted,) = [n for n, (place, _, _) in enumerate(office.platform.arrived, 1) if place == "a" and n < 3]
    await office.take_back("a", "said:1")
    await office.idle()
    assert office.platform.taken_back == [f"p{posted}:a.txt", f"p{posted}:c.txt"]


async def test_a_file_that_does_not_arrive_is_said_below_its_message_which_is_not_repeated(
    office: PostOffice,
) -> None:
    files = (Attached("a.txt", "web", "try"), Attached("b.txt", "web", "try", size=2_300_000))
    office.platform.refused = ["b.txt"]
    await office.put_message("a", Message((Text(("Vedeți",)),), author="Ion", files=files))
    await office.put("a", "apoi")
    await office.idle()
    assert office.platform.said("a") == ["Ion:\nVedeți", "apoi", "b.txt (2.3 MB) · Slack did not answer."]


async def test_whether_files_followed_a_post_that_stood_already_nobody_knows(office: PostOffice) -> None:
    office.platform.failures = [SendError("cut", temporary=True, uncertain=True)]
    office.platform.arrives_all_the_same = True
    file = Attached("a.pdf", "teams", "T1", size=1)
    await office.put_message("a", Message((Text(("Vedeți",)),), files=(file,)))
    await office.until(lambda: not office.platform.failures)
    await office.noted()
    await office.wait_for(10)
    await office.idle()
    assert office.platform.said("a") == ["Vedeți", "a.pdf · It may not have arrived. It is in Teams."]


async def test_a_place_that_brings_files_is_left_to_its_sender_for_longer(office: PostOffice) -> None:
    office.platform.held = asyncio.Event()
    await office.put_message("a", Message((Text(("Vedeți",)),), files=(Attached("a.txt", "web", "try"),)))
    await office.platform.asked.wait()
    soon, late = (office.clock.now + timedelta(seconds=seconds) for seconds in (170, 190))
    assert await office.database.write(lambda tx: letters.claim(tx, soon, soon, 10)) == []
    assert len(await office.database.write(lambda tx: letters.claim(tx, late, late, 10))) == 1
    office.platform.held.set()


async def test_a_letter_that_takes_too_long_is_given_up_in_doubt_before_its_lease_ends(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SOONER", module._LEASE - timedelta(seconds=0.01))
    office.platform.held = asyncio.Event()
    await office.put("a", "late")
    await office.noted()
    office.platform.held = None
    monkeypatch.undo()
    await office.wait_for(2)
    await office.idle()
    assert (office.platform.said("a"), len(office.platform.found)) == (["late"], 1)


async def test_what_is_under_way_is_not_sent_again_when_the_clock_is_set_forward(office: PostOffice) -> None:
    office.platform.held = asyncio.Event()
    await office.put("a", "under way")
    await office.until(lambda: office.platform.begun == 1)
    await office.wait_for(3600)
    await office.put("b", "elsewhere")
    await office.until(lambda: office.platform.begun == 2)
    office.platform.held.set()
    await office.idle()
    assert (office.platform.said("a"), office.platform.found) == (["under way"], [])


async def test_a_file_that_takes_too_long_is_left_where_it_is() -> None:
    class Slow(Platform):
        async def fetch(self, file: Attached, most_bytes: int) -> bytes:
            await asyncio.Event().wait()
            return b""

    files = [Attached("a.txt", "web", "try"), Attached("b.txt", "web", "try")]
    carried = await fetch({"web": Slow()}, files, within=0.01)
    assert [one.reason for one in carried] == ["It could not be fetched in time."] * 2


@pytest.mark.parametrize(
    ("name", "data", "safe"),
    [
        ("image", b"\x89PNG\r\n\x1a\n", "image.png"),
        ("poza", b"\xff\xd8\xff\xe0", "poza.jpg"),
        ("raport.pdf", b"\x89PNG\r\n\x1a\n", "raport.pdf"),
        ("../../etc/pass\r\nwd", b"x", "....etcpasswd"),
        ("factura\u202efdp.exe", b"x", "facturafdp.exe"),
        ("", b"x", "file"),
        ("x" * 300 + ".xlsx", b"x", "x" * 99 + "…" + "x" * 15 + ".xlsx"),
    ],
)
async def test_a_file_travels_under_a_name_that_is_safe_everywhere(name: str, data: bytes, safe: str) -> None:
    class Given(Platform):
        async def fetch(self, file: Attached, most_bytes: int) -> bytes:
            return data

    (one,) = await fetch({"web": Given()}, [Attached(name, "web", "try")])
    assert (one.file.name, one.data) == (safe, data)


async def test_an_empty_file_and_what_is_too_much_together_do_not_travel() -> None:
    class Full(Platform):
        async def fetch(self, file: Attached, most_bytes: int) -> bytes:
            return b"" if file.name == "gol.txt" else bytes(MOST_BYTES)

    names = ("gol.txt", "1", "2", "3", "4")
    carried = await fetch({"web": Full()}, [Attached(name, "web", "try") for name in names])
    reasons = ["It is empty.", "", "", "", "It is too large to be passed on."]
    assert [one.reason for one in carried] == reasons


async def test_what_cannot_be_fetched_delays_no_words_and_says_why(office: PostOffice) -> None:
    huge = Attached("jurnal.zip", "web", "try", size=MOST_BYTES + 1)
    gone, lost = Attached("a.txt", "elsewhere", "x"), Attached("b.txt", "web", "try")
    office.platform.failures = [SendError("Slack did not answer.", temporary=True)]
    await office.put_message("a", Message((Text(("Vedeți",)),), files=(lost, huge, gone)))
    await office.idle()
    assert office.platform.said("a") == ["Vedeți"]
    assert office.platform.carried == [
        ("b.txt", None, "Slack did not answer."),
        ("jurnal.zip", None, "It is too large to be passed on."),
        ("a.txt", None, "It could not be fetched."),
    ]
