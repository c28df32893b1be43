"""When Slack is slow, limited, broken or away, and when it tells of things twice or out of order."""

import random

import aiohttp
import pytest

from bot.slack.http import MOST_BYTES
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually, holds
from tests.e2e.gateway import Call, Gateway, Trouble
from tests.e2e.local_slack import (
    CARPATI,
    DESK,
    EMMA,
    EMMA_DM,
    GENERAL,
    ION,
    ION_DM,
    TRIAGE,
    LocalSlack,
    words,
)

pytestmark = pytest.mark.usefixtures("desk")
PLACES = {ION_DM: ION, EMMA_DM: EMMA, CARPATI: ION}


async def everything_said(slack: LocalSlack, gateway: Gateway, book: Book, seconds: float = 60) -> None:
    """Wait until nothing waits; then every post is there once, in each place in the order of its cause."""
    await eventually(book.all_said, "nothing waits to be sent", seconds)
    assert await book.count("outbox WHERE platform_id IS NULL AND message IS NOT NULL") == 0
    assert {letter: many for letter, many in gateway.letters().items() if many > 1} == {}
    for place in (*PLACES, GENERAL, TRIAGE):
        there = {one["ts"] for one in await slack.by_the_desk(place)}
        sent = [call for call in gateway.posted(place) if call.answer["ts"] in there]
        letters = [call.body["metadata"]["event_payload"]["id"] for call in sent]
        assert letters == sorted(letters)


async def talk(slack: LocalSlack, lines: int = 3) -> dict[str, str]:
    """Let everybody ask for something and add details; return the first message in each place."""
    roots = {place: await slack.says(user, place, "Nu pot crea curse noi") for place, user in PLACES.items()}
    for number in range(lines):
        for place, root in roots.items():
            await slack.says(PLACES[place], place, f"detaliul {number}", thread=root)
    return roots


async def all_details_in_order(slack: LocalSlack, lines: int = 3) -> None:
    cards = await slack.cards()
    assert len(cards) == len(PLACES)
    for card in cards:
        said = [words(one).rpartition(">")[2] for one in await slack.by_the_desk(TRIAGE, card["ts"])]
        assert said == [f"detaliul {number}" for number in range(lines)]


@pytest.mark.parametrize(
    "troubles",
    [
        [Trouble("limited", retry_after=1)],
        [Trouble("broken", status=500), Trouble("refused", error="service_unavailable")],
        [Trouble("cut")],
    ],
    ids=["429", "5xx", "cut after it was posted"],
)
async def test_posts_that_fail_are_late_but_neither_lost_nor_doubled(
    slack: LocalSlack, gateway: Gateway, book: Book, troubles: list[Trouble]
) -> None:
    left = {place: list(troubles) for place in (*PLACES, TRIAGE)}

    def fail_first_in_each_place(call: Call) -> Trouble | None:
        waiting = left[call.body["channel"]] if call.method == "chat.postMessage" else []
        return waiting.pop() if waiting else None

    gateway.trouble = fail_first_in_each_place
    await talk(slack, lines=1)
    await everything_said(slack, gateway, book)
    assert not any(left.values())
    await all_details_in_order(slack, lines=1)


async def test_a_bad_day_of_slacks_changes_nothing_but_the_time(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    dice = random.Random(20261123)

    def anything(call: Call) -> Trouble | None:
        if not call.method.startswith("chat.") or dice.random() > 0.3:
            return None
        return dice.choice([Trouble("limited"), Trouble("broken", status=502), Trouble("cut")])

    gateway.trouble = anything
    await talk(slack)
    await holds(lambda: len(gateway.calls) > 30, "there was enough trouble", 60)
    gateway.trouble = lambda _call: None
    await everything_said(slack, gateway, book, 90)
    await all_details_in_order(slack)


async def test_a_doubt_outlives_the_question_that_failed(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    left = {
        "chat.postMessage": [Trouble("cut")],
        "conversations.replies": [Trouble("limited"), Trouble("broken", status=503)],
    }

    def fail(call: Call) -> Trouble | None:
        waiting = left.get(call.method, []) if call.body.get("channel") == ION_DM else []
        return waiting.pop() if waiting else None

    gateway.trouble = fail
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    await everything_said(slack, gateway, book)
    assert not any(left.values())


async def test_a_place_that_hangs_holds_up_no_other(slack: LocalSlack, gateway: Gateway, book: Book) -> None:
    def ion_hangs(call: Call) -> Trouble | None:
        return Trouble("hang") if call.body.get("channel") == ION_DM and not gateway.posted(ION_DM) else None

    gateway.trouble = ion_hangs
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    await slack.says(EMMA, EMMA_DM, "I cannot create new trips")
    await eventually(lambda: slack.by_the_desk(EMMA_DM), "Emma is answered at once", 5)
    await everything_said(slack, gateway, book, 60)


async def test_what_is_said_while_slack_is_down_arrives_when_it_is_back(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    await gateway.go_down()
    await talk(slack, lines=2)
    assert await book.count("tickets") == len(PLACES)
    assert gateway.posted() == []
    await gateway.come_back()
    await everything_said(slack, gateway, book)
    await all_details_in_order(slack, lines=2)


async def test_an_event_delivered_twice_at_once_makes_one_ticket(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    gateway.deliveries = 3
    await slack.says(ION, ION_DM, "Nu pot crea curse noi")
    await slack.says(EMMA, GENERAL, f"<@{DESK}> I cannot create new trips")
    for event in list(gateway.events):
        assert (await gateway.deliver(event))[0] == 200
    await everything_said(slack, gateway, book)
    assert await book.count("tickets") == 2
    assert len(await slack.by_the_desk(ION_DM)) == len(await slack.by_the_desk(GENERAL)) == 1


async def test_a_thread_told_backwards_is_one_ticket(slack: LocalSlack, gateway: Gateway, book: Book) -> None:
    gateway.hold()
    root = await slack.says(ION, CARPATI, f"<@{DESK}> nu pot crea curse noi")
    await slack.says(ION, CARPATI, "apare eroarea 503", thread=root)
    await slack.says(ION, CARPATI, "nu pot emite nici facturi", thread=root)
    await gateway.release(backwards=True)
    await everything_said(slack, gateway, book)
    assert await book.count("tickets") == 1
    assert len(await slack.by_the_desk(CARPATI, root)) == 1
    told = [(str(event.kind), event.data["text"]) for event in await book.history() if "text" in event.data]
    assert told == [
        ("opened", "nu pot emite nici facturi"),
        ("said", "apare eroarea 503"),
        ("said", "nu pot crea curse noi"),
    ]


async def test_replies_that_come_before_a_mention_are_kept_for_its_ticket(
    slack: LocalSlack, gateway: Gateway, book: Book
) -> None:
    gateway.hold()
    root = await slack.says(ION, GENERAL, f"<@{DESK}> nu pot crea curse noi")
    await slack.says(EMMA, GENERAL, "The same here", thread=root)
    await slack.says(ION, GENERAL, "da, la toți", thread=root)
    await gateway.release(backwards=True)
    await everything_said(slack, gateway, book)
    assert await book.count("tickets") == 1
    assert [event.data.get("text") for event in await book.history()] == [
        "nu pot crea curse noi",
        "da, la toți",
        "The same here",
    ]
    (card,) = await slack.cards()
    assert len(await slack.by_the_desk(TRIAGE, card["ts"])) == 2


async def test_garbage_is_refused_and_never_an_error_of_ours(desk: DeskProcess, book: Book) -> None:
    address = f"{desk.address}/slack/events"
    bodies = [b"", b"{", b"\xff\xfe\x00", b"payload=%7B", b"[" * 50_000, b'{"type":"event_callback"}']
    headers = [
        {},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=1"},
        {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "ș".encode().decode("latin-1")},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": ""},
    ]
    async with aiohttp.ClientSession() as session:
        for body in bodies:
            for header in headers:
                async with session.post(address, data=body, headers=header) as answer:
                    assert answer.status == 401, (body[:20], header, answer.status)
        async with session.post(address, data=b"x" * (MOST_BYTES + 1)) as answer:
            assert answer.status == 413
    assert await book.count("inbox WHERE id NOT LIKE 'member:%' AND id NOT LIKE 'profile:%'") == 0
