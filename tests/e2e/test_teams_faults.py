"""When Teams is slow, limited, broken or cut off, and when nobody hears the desk there any more."""

import random

import pytest

from desk.tickets import Status
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess, eventually, holds
from tests.e2e.gateway import Trouble
from tests.e2e.playground import Playground
from tests.e2e.teams_gateway import Call, Post
from tests.e2e.teams_world import ANA, EMMA, GROUP, ION, ION_CHAT, TRIAGE

_ASKED = "Nu pot crea curse noi"


def is_card(post: Post) -> bool:
    return bool(post.cards) and "refresh" in post.cards[0]


def where(teams: Playground) -> dict[str, str]:
    """Return the conversations in which somebody asks for something, and who."""
    return {ION_CHAT: ION, GROUP: ION, teams.chats[EMMA]: EMMA}


def is_post(call: Call) -> bool:
    return call.method == "POST" and call.part("what") == "activities"


async def talk(teams: Playground, lines: int) -> None:
    """Let everybody ask for something and add details; then let the team answer as often."""
    for place, user in where(teams).items():
        await teams.says(user, place, f"{_ASKED}: {place}", mention=place == GROUP)
    for number in range(lines):
        for place, user in where(teams).items():
            await teams.says(user, place, f"detaliul {number}: {place}", mention=place == GROUP)
    for number in range(lines):
        for ticket, place in enumerate(where(teams), 1001):
            said = f"ticket reply {ticket} răspunsul {number}: {place}"
            await teams.says(ANA, TRIAGE, said, mention=True)


async def everything_said(teams: Playground, book: Book, lines: int, most: int) -> None:
    """Wait until nothing waits; then every word is there, at most `most` times, in the order of its cause."""
    await eventually(book.all_said, "nothing waits to be sent", 120)
    assert await book.count("outbox WHERE message IS NOT NULL AND platform_id IS NULL") == 0
    assert await book.count("tickets") == len(where(teams))
    for place in where(teams):
        answers = [f"răspunsul {number}: {place}" for number in range(lines)]
        assert in_order(teams.gateway.posts(place), [f"T-{1001 + list(where(teams)).index(place)}", *answers])
        # Where its answer was cut off, a card was posted again: the last one is what the desk knows.
        card = [post for post in teams.gateway.posts(TRIAGE) if is_card(post) and place in post.text][-1]
        details = [f"detaliul {number}: {place}" for number in range(lines)]
        thread = teams.gateway.posts(TRIAGE, card.id)
        assert in_order(thread, [*details, *answers])
        for words in (*answers, *details):
            for posts in (teams.gateway.posts(place), thread):
                assert sum(words in post.text for post in posts) <= most


def in_order(posts: list[Post], words: list[str]) -> bool:
    """Say whether all the words are there, first seen in this order."""
    seen = [next((at for at, post in enumerate(posts) if one in post.text), -1) for one in words]
    assert -1 not in seen, f"{words} in {[post.text for post in posts]}"
    return seen == sorted(seen)


@pytest.mark.parametrize(
    ("trouble", "most"),
    [
        (Trouble("limited", retry_after=1), 1),
        (Trouble("broken", status=412), 1),
        (Trouble("broken", status=502), 1),
        (Trouble("broken", status=504), 1),
        (Trouble("cut"), 3),
    ],
    ids=["429", "412", "502", "504", "cut after it was posted"],
)
async def test_posts_that_fail_are_late_but_not_lost_and_keep_their_order(
    teams: Playground, desk_in_teams: DeskProcess, book: Book, trouble: Trouble, most: int
) -> None:
    left = dict.fromkeys((*where(teams), TRIAGE), 2)

    def fail_first_in_each_place(call: Call) -> Trouble | None:
        place = call.part("conversation").partition(";")[0]
        if not is_post(call) or not left.get(place):
            return None
        left[place] -= 1
        return trouble

    teams.gateway.trouble = fail_first_in_each_place
    await talk(teams, lines=1)
    await everything_said(teams, book, lines=1, most=most)
    assert not any(left.values())


async def test_the_time_that_teams_asks_for_is_waited(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    def limited_once(call: Call) -> Trouble | None:
        first = not any(one.trouble for one in teams.gateway.calls)
        here = is_post(call) and call.part("conversation") == ION_CHAT
        return Trouble("limited", retry_after=3) if here and first else None

    teams.gateway.trouble = limited_once
    await teams.says(ION, ION_CHAT, _ASKED)
    await eventually(book.all_said, "nothing waits to be sent", 30)
    refused, posted = (one for one in teams.gateway.calls if one.part("conversation") == ION_CHAT)
    assert (refused.status, posted.status) == (429, 201)
    assert posted.at - refused.at >= 3


async def test_a_bad_day_of_teams_changes_nothing_but_the_time(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    dice = random.Random(20261123)
    troubles = [Trouble("limited"), *(Trouble("broken", status=status) for status in (412, 502, 503, 504))]

    def anything(call: Call) -> Trouble | None:
        if call.part("what") != "activities" or dice.random() > 0.3:
            return None
        return dice.choice([*troubles, Trouble("cut")])

    teams.gateway.trouble = anything
    await talk(teams, lines=3)
    await holds(lambda: len(teams.gateway.calls) > 30, "there was enough trouble", 60)
    teams.gateway.trouble = lambda _call: None
    await everything_said(teams, book, lines=3, most=5)


async def test_a_place_that_hangs_holds_up_no_other_and_loses_nothing(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    def ion_hangs_once(call: Call) -> Trouble | None:
        here = is_post(call) and call.part("conversation") == ION_CHAT
        return Trouble("hang") if here and not teams.gateway.posts(ION_CHAT) else None

    teams.gateway.trouble = ion_hangs_once
    await teams.says(ION, ION_CHAT, _ASKED)
    await teams.says(EMMA, teams.chats[EMMA], "I cannot create new trips")
    await holds(lambda: bool(teams.gateway.posts(teams.chats[EMMA])), "Emma is answered at once", 5)
    await eventually(book.all_said, "nothing waits to be sent", 60)
    # The first arrived too late to be known: it is said once more, and no third time.
    assert ["T-1001" in post.text for post in teams.gateway.posts(ION_CHAT)] == [True, True]


async def test_who_blocked_the_desk_is_told_nothing_more_and_the_team_hears_so(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    blocked = Trouble("refused", status=403, error="MessageWritesBlocked")
    teams.gateway.trouble = lambda call: blocked if call.part("conversation") == ION_CHAT else None
    await teams.says(ION, ION_CHAT, _ASKED)
    await holds(
        lambda: any("eliminat sau blocat" in p.text for p in teams.gateway.posts(TRIAGE)), "it is told"
    )
    assert await book.count("places WHERE closed") == 1
    assert len([call for call in teams.gateway.calls if call.part("conversation") == ION_CHAT]) == 1

    card = next(post for post in teams.gateway.posts(TRIAGE) if is_card(post))
    refused = await teams.presses(ANA, card, "ticket.reply")
    assert refused["task"]["type"] == "message"
    assert refused["task"]["value"].startswith("Ion Popescu nu ne mai poate citi mesajele")

    teams.gateway.trouble = lambda _call: None
    await teams.says(ION, ION_CHAT, "M-am răzgândit")
    assert await book.count("places WHERE closed") == 0
    dialog = await teams.presses(ANA, card, "ticket.reply")
    await teams.submits(ANA, card, dialog, text="Bine ați revenit.")
    await holds(
        lambda: any("revenit" in post.text for post in teams.gateway.posts(ION_CHAT)), "he is answered"
    )
    assert (await book.ticket()).status is Status.IN_PROGRESS
