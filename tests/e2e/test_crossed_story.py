"""Customers and the team on different platforms, and on both: one desk in Slack and in Teams at once."""

import re
from collections import Counter

import pytest

from desk.tickets import Status
from tests.e2e import local_slack, teams_world
from tests.e2e.conftest import Book
from tests.e2e.desk_process import eventually
from tests.e2e.gateway import Gateway
from tests.e2e.local_slack import CARPATI, ION_DM, LocalSlack, buttons, words
from tests.e2e.playground import Playground
from tests.e2e.sight import card_in_slack, in_slack, in_teams, is_card
from tests.e2e.teams_gateway import Post
from tests.e2e.teams_world import GROUP, ION_CHAT

pytestmark = pytest.mark.usefixtures("desk_in_both")

ASKED = "Nu pot crea curse noi"
S_ANA, S_ION, S_TRIAGE = local_slack.ANA, local_slack.ION, local_slack.TRIAGE
T_ANA, T_MIHAI, T_ION, T_TRIAGE = teams_world.ANA, teams_world.MIHAI, teams_world.ION, teams_world.TRIAGE
SLACK_ALONE = pytest.mark.parametrize("team_on", [("slack",)], ids=["team in Slack"])
TEAMS_ALONE = pytest.mark.parametrize("team_on", [("teams",)], ids=["team in Teams"])


async def silence(book: Book) -> None:
    """Wait until all was said that will be said."""
    await eventually(book.all_said, "nothing waits to be sent")


async def is_named(book: Book) -> bool:
    return await book.count(f"people WHERE user = '{S_ION}' AND name <> ''") == 1


async def is_gone(slack: LocalSlack, channel: str, ts: str) -> None:
    async def look() -> bool:
        return all(one["ts"] != ts for one in await slack.messages(channel))

    await eventually(look, f"{ts} is gone from {channel}")


async def is_taken_back(teams: Playground, post: Post) -> None:
    async def look() -> bool:
        return all(one.id != post.id for one in teams.gateway.posts())

    await eventually(look, f"{post.text} is gone")


def said_in_teams(teams: Playground, conversation: str) -> list[str]:
    return [post.text for post in teams.gateway.posts(conversation)]


async def said_in_slack(slack: LocalSlack, channel: str) -> list[str]:
    return [words(one) for one in await slack.by_the_desk(channel)]


def without_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html.replace("</p><p>", "\n").replace("<blockquote>", "\n"))


# --- 1. The customer in Teams, the team in Slack


@SLACK_ALONE
async def test_a_customer_in_teams_is_helped_by_a_team_in_slack(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    await teams.says(T_ION, ION_CHAT, ASKED)
    await in_teams(teams, ION_CHAT, "Vă răspundem până")
    card = await card_in_slack(slack, "Trans Carpați (Premium)")
    assert "Teams" in words(card)

    await slack.presses(S_ANA, card, "ticket.take")
    card = await card_in_slack(slack, "Ana Ionescu")
    await slack.presses(S_ANA, card, "ticket.reply")
    await slack.submits(S_ANA, text="Ne uităm acum. Ce *mesaj* apare?")
    reply = await in_teams(teams, ION_CHAT, "Ne uităm acum.")
    assert without_tags(reply.text) == "Ana Ionescu\nNe uităm acum. Ce *mesaj* apare?"

    answer = await teams.says(T_ION, ION_CHAT, "Apare un mesaj rosu")
    copy = await in_slack(slack, S_TRIAGE, "Apare un mesaj rosu", card["ts"])
    assert words(copy) == "*Ion Popescu*\n>Apare un mesaj rosu"
    await teams.edits(T_ION, ION_CHAT, answer, "Apare un mesaj roșu")
    changed = await in_slack(slack, S_TRIAGE, ">Apare un mesaj roșu", card["ts"])
    assert changed["ts"] == copy["ts"]
    await teams.deletes(T_ION, ION_CHAT, answer)
    await in_slack(slack, S_TRIAGE, "a șters mesajul „Apare un mesaj roșu”", card["ts"])
    assert changed in await slack.by_the_desk(S_TRIAGE)  # the team keeps what was taken back

    await slack.says(S_ANA, S_TRIAGE, "Pare certificatul lor expirat.", thread=card["ts"])
    await slack.presses(S_ANA, await card_in_slack(slack, "Ana Ionescu"), "ticket.hold")
    await slack.submits(S_ANA, text="așteptăm mesajul")
    await card_in_slack(slack, "așteptăm mesajul")
    await teams.says(T_ION, ION_CHAT, "Scrie „sesiune expirată”")
    assert (await book.ticket()).status is Status.IN_PROGRESS
    await in_slack(slack, S_TRIAGE, "sesiune expirată", card["ts"])

    await slack.presses(S_ANA, await card_in_slack(slack, "în lucru"), "ticket.resolve")
    await slack.submits(S_ANA, text="Am reînnoit certificatul.")
    done = await in_teams(teams, ION_CHAT, "este rezolvat")
    assert "Am reînnoit certificatul." in done.text
    await teams.presses(T_ION, done, "support.reopen")
    await in_teams(teams, ION_CHAT, "este din nou")
    await card_in_slack(slack, "în lucru")

    await silence(book)
    seen = "\n".join(said_in_teams(teams, ION_CHAT))
    assert "certificatul lor" not in seen
    assert "așteptăm" not in seen
    # The first answer, a reply, to which ticket the next message went, resolved, open again.
    assert len(teams.gateway.posts(ION_CHAT)) == 5
    assert teams.gateway.posts(T_TRIAGE) == []
    assert set(gateway.letters().values()) == {1}


# --- 2. The customer in Slack, the team in Teams


@TEAMS_ALONE
async def test_a_customer_in_slack_is_helped_by_a_team_in_teams(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    asked = await slack.says(S_ION, ION_DM, ASKED)
    await in_slack(slack, ION_DM, "Vă răspundem până", asked)
    card = await in_teams(teams, T_TRIAGE, "Trans Carpați (Premium)", is_card)
    assert "Slack" in card.text

    await teams.presses(T_ANA, card, "ticket.take")
    card = await in_teams(teams, T_TRIAGE, "Ana Ionescu", is_card)
    dialog = await teams.presses(T_ANA, card, "ticket.reply")
    await teams.submits(T_ANA, card, dialog, text="Ne uităm acum. Ce *mesaj* apare?")
    reply = await in_slack(slack, ION_DM, "Ne uităm acum.", asked)
    assert words(reply) == "*Ana Ionescu*\nNe uităm acum. Ce ∗mesaj* apare?"

    answer = await slack.says(S_ION, ION_DM, "Apare un mesaj rosu", thread=asked)
    copy = await in_teams(teams, T_TRIAGE, "Apare un mesaj rosu")
    assert (copy.thread, without_tags(copy.text)) == (card.id, "Ion Popescu\nApare un mesaj rosu")
    await slack.edits(S_ION, ION_DM, answer, "Apare un mesaj roșu")
    changed = await in_teams(teams, T_TRIAGE, "<blockquote>Apare un mesaj roșu")
    assert changed.id == copy.id
    await slack.deletes(S_ION, ION_DM, answer)
    await in_teams(teams, T_TRIAGE, "a șters mesajul „Apare un mesaj roșu”")
    assert any(post.id == copy.id for post in teams.gateway.posts(T_TRIAGE))

    await teams.says(T_MIHAI, T_TRIAGE, "Pare certificatul lor expirat.", reply_to=card.id)
    held = await teams.presses(T_ANA, card, "ticket.hold")
    await teams.submits(T_ANA, card, held, text="așteptăm mesajul")
    await in_teams(teams, T_TRIAGE, "așteptăm mesajul", is_card)
    await slack.says(S_ION, ION_DM, "Scrie „sesiune expirată”", thread=asked)
    assert (await book.ticket()).status is Status.IN_PROGRESS
    await in_teams(teams, T_TRIAGE, "sesiune expirată")

    card = await in_teams(teams, T_TRIAGE, "în lucru", is_card)
    ending = await teams.presses(T_ANA, card, "ticket.resolve")
    await teams.submits(T_ANA, card, ending, text="Am reînnoit certificatul.")
    done = await in_slack(slack, ION_DM, "este rezolvat", asked)
    assert "Am reînnoit certificatul." in words(done)
    await slack.presses(S_ION, done, "support.reopen")
    await in_slack(slack, ION_DM, "este din nou", asked)
    await in_teams(teams, T_TRIAGE, "în lucru", is_card)

    await silence(book)
    seen = "\n".join(await said_in_slack(slack, ION_DM))
    assert "certificatul lor" not in seen
    assert "așteptăm" not in seen
    assert len(await slack.by_the_desk(ION_DM)) == 4
    assert await slack.by_the_desk(S_TRIAGE) == []
    assert set(gateway.letters().values()) == {1}
    assert len([post for post in teams.gateway.posts(T_TRIAGE) if post.thread is None]) == 1


# --- 3. The team in both


async def test_a_team_in_both_sees_one_ticket_on_two_cards(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    await teams.says(T_ION, ION_CHAT, ASKED)
    there = await in_teams(teams, T_TRIAGE, "T-1001", is_card)
    here = await card_in_slack(slack, "T-1001")

    await teams.presses(T_ANA, there, "ticket.take")
    await card_in_slack(slack, "Ana Ionescu")
    await in_teams(teams, T_TRIAGE, "Ana Ionescu", is_card)
    await slack.types(local_slack.MIHAI, S_TRIAGE, "/ticket take 1001")
    await card_in_slack(slack, "Mihai Stan")
    await in_teams(teams, T_TRIAGE, "Mihai Stan", is_card)

    await slack.says(S_ANA, S_TRIAGE, "Pare certificatul lor expirat.", thread=here["ts"])
    copy = await in_teams(teams, T_TRIAGE, "Pare certificatul lor expirat.")
    assert copy.thread == there.id
    assert "Ana Ionescu, notă internă" in copy.text
    await teams.says(T_MIHAI, T_TRIAGE, "Nu, serverul.", reply_to=there.id)
    await in_slack(slack, S_TRIAGE, "Nu, serverul.", here["ts"])
    await silence(book)
    for told in (said_in_teams(teams, ION_CHAT), said_in_teams(teams, teams.chats[T_ANA])):
        assert not any("certificat" in text or "serverul" in text for text in told)
    assert [kind for kind in await book.kinds() if kind == "noted"] == ["noted"] * 2
    assert len([post for post in teams.gateway.posts(T_TRIAGE) if post.thread]) == 1
    assert len(await slack.by_the_desk(S_TRIAGE, here["ts"])) == 1


async def test_somebody_of_the_team_is_one_person_on_both_platforms(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    await teams.says(T_ION, ION_CHAT, "Nu merge nimic, nu doar exportul")
    here = await card_in_slack(slack, "P1 · T-1001")
    offer = await in_slack(slack, S_TRIAGE, "T-1001", here["ts"])
    assert "ticket.take" in buttons(offer)
    there = await in_teams(teams, T_TRIAGE, "T-1001", lambda post: post.thread is not None)

    await teams.presses(T_ANA, there, "ticket.take")
    ended = await in_slack(slack, S_TRIAGE, "Preluat de Ana Ionescu.", here["ts"])
    assert (ended["ts"], buttons(ended)) == (offer["ts"], [])
    await in_teams(teams, T_TRIAGE, "Preluat de Ana Ionescu.", lambda post: post.id == there.id)

    await slack.presses(S_ANA, offer, "ticket.take")  # before her window was drawn anew
    seen = await eventually(lambda: slack.seen_by(S_ANA, S_TRIAGE), "she is answered")
    assert "T-1001 este deja al dumneavoastră." in seen[-1]
    assert "Ana Ionescu" not in seen[-1]
    assert "T-1001" in await slack.types(S_ANA, S_TRIAGE, "/ticket list mine")
    refused = await slack.types(S_ANA, S_TRIAGE, "/ticket take 1001")
    assert "T-1001 este deja al dumneavoastră." in refused
    looked = (await teams.looks(T_ANA, await in_teams(teams, T_TRIAGE, "P1 · T-1001", is_card)))["value"]
    assert "Preia" not in str([action.get("title") for action in looked["actions"]])
    assert (await book.kinds()).count("taken") == 1


async def test_a_colleague_is_assigned_by_name_wherever_they_are(
    slack: LocalSlack, teams: Playground
) -> None:
    await teams.says(T_ION, ION_CHAT, ASKED)
    await card_in_slack(slack, "T-1001")
    assert "Mihai Stan" in await slack.types(S_ANA, S_TRIAGE, "/ticket assign 1001 mihai")
    assert "T-1001" in await slack.types(local_slack.MIHAI, S_TRIAGE, "/ticket list mine")
    await in_teams(teams, T_TRIAGE, "Mihai Stan", is_card)
    await teams.says(T_ANA, T_TRIAGE, "ticket assign 1001 eu", mention=True)
    await card_in_slack(slack, "Ana Ionescu")
    await in_teams(teams, T_TRIAGE, "Ana Ionescu", is_card)


async def test_an_offer_taken_in_slack_ends_in_teams(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    await slack.says(S_ION, ION_DM, "Nu merge nimic, nu doar exportul")
    there = await in_teams(teams, T_TRIAGE, "T-1001", lambda post: post.thread is not None)
    here = await in_slack(slack, S_TRIAGE, "T-1001", (await card_in_slack(slack, "T-1001"))["ts"])
    await slack.presses(S_ANA, here, "ticket.take")
    ended = await in_teams(teams, T_TRIAGE, "Preluat de Ana Ionescu.")
    assert ended.id == there.id
    assert "ticket.take" not in str(ended.activity)
    await silence(book)
    assert len([post for post in teams.gateway.posts(T_TRIAGE) if post.thread]) == 1


# --- 4. One ticket, two conversations


async def linked(slack: LocalSlack, teams: Playground) -> str:
    """Open a ticket in Teams, let it go on in #trans-carpati, and return what it goes on under there."""
    await teams.says(T_ION, ION_CHAT, ASKED)
    await card_in_slack(slack, "T-1001")
    await slack.types(S_ANA, CARPATI, "/ticket link 1001")
    begun = await in_slack(slack, CARPATI, "De acum continuăm și aici.")
    return str(begun["ts"])


async def test_words_travel_both_ways_once_in_order_and_with_names(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    root = await linked(slack, teams)
    said = [f"{number}: la fel" for number in range(1, 5)]
    await teams.says(T_ION, ION_CHAT, f"Din Teams {said[0]}")
    await slack.says(S_ION, CARPATI, f"Din Slack {said[1]}", thread=root)
    await teams.says(T_ION, ION_CHAT, f"Din Teams {said[2]}")
    await slack.says(S_ANA, CARPATI, f"Din Slack {said[3]}", thread=root)
    await silence(book)
    await eventually(lambda: is_named(book), "Slack has told who Ion is")
    await silence(book)

    heard = [words(one) for one in await slack.by_the_desk(CARPATI, root)]
    assert heard == [f"*Ion Popescu*\nDin Teams {text}" for text in (said[0], said[2])]
    told = [without_tags(text) for text in said_in_teams(teams, ION_CHAT) if "Din " in text]
    assert told == [f"Ion Popescu\nDin Slack {said[1]}", f"Ana Ionescu\nDin Slack {said[3]}"]
    for texts in (said_in_teams(teams, T_TRIAGE), await said_in_slack(slack, S_TRIAGE)):
        assert [text for one in texts for text in said if text in one] == said
    assert len(await slack.by_the_desk(CARPATI)) == 3
    assert set(gateway.letters().values()) == {1}
    assert await book.count("ticket_events WHERE kind IN ('said', 'replied')") == 4


async def test_edits_and_deletions_travel_both_ways(slack: LocalSlack, teams: Playground, book: Book) -> None:
    root = await linked(slack, teams)
    there = await teams.says(T_ION, ION_CHAT, "Apare o eroare rosie")
    here = await slack.says(S_ION, CARPATI, "Si la mine", thread=root)
    copy_here = await in_slack(slack, CARPATI, "rosie", root)
    copy_there = await in_teams(teams, ION_CHAT, "Si la mine")

    await teams.edits(T_ION, ION_CHAT, there, "Apare o eroare roșie")
    await slack.edits(S_ION, CARPATI, here, "Și la mine")
    assert (await in_slack(slack, CARPATI, "roșie", root))["ts"] == copy_here["ts"]
    assert (await in_teams(teams, ION_CHAT, "Și la mine")).id == copy_there.id
    await teams.deletes(T_ION, ION_CHAT, there)
    await slack.deletes(S_ION, CARPATI, here)
    await is_gone(slack, CARPATI, str(copy_here["ts"]))
    await is_taken_back(teams, copy_there)
    await silence(book)
    assert len(await slack.by_the_desk(CARPATI)) == 1
    assert [kind for kind in await book.kinds() if kind in ("edited", "deleted")] == [
        *("edited", "edited", "deleted", "deleted")
    ]


async def test_what_people_type_stays_text_and_mentions_nobody_on_either_side(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    root = await linked(slack, teams)
    typed = "Nu *merge* <@everyone> <!channel> <at>Ana Ionescu</at> _deloc_ <b>x</b> @channel 5 < 6 & 7"
    await teams.says(T_ION, ION_CHAT, typed)
    copy = words(await in_slack(slack, CARPATI, "merge", root))
    in_markup = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    await slack.says(S_ION, CARPATI, f"Slack: {in_markup}", thread=root)
    post = await in_teams(teams, ION_CHAT, "Slack:")
    await silence(book)

    assert "∗merge*" in copy
    assert "<@" not in copy
    assert "<!" not in copy
    assert "*merge*" in post.text
    assert "&lt;@everyone&gt;" in post.text
    assert "&lt;at&gt;Ana Ionescu&lt;/at&gt;" in post.text
    for one in teams.gateway.posts():
        assert "entities" not in one.activity
    assert "<!channel" not in str([call.body for call in gateway.posted()])


async def test_closing_and_reopening_are_seen_in_both(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    root = await linked(slack, teams)
    await teams.says(T_ANA, T_TRIAGE, "ticket resolve 1001 Am repornit serviciul.", mention=True)
    there = await in_teams(teams, ION_CHAT, "Am repornit serviciul.")
    here = await in_slack(slack, CARPATI, "Am repornit serviciul.", root)
    assert "Ana Ionescu" in words(here)
    assert "Ana Ionescu" in there.text
    await in_slack(slack, CARPATI, "Rezolvat")
    await slack.presses(S_ION, here, "support.reopen")
    await in_teams(teams, ION_CHAT, "este din nou")
    await in_slack(slack, CARPATI, "este din nou", root)
    await in_teams(teams, T_TRIAGE, "a redeschis")
    await silence(book)
    assert Counter(await book.kinds())["reopened"] == 1
    assert (await book.ticket()).status is Status.IN_PROGRESS


async def test_a_group_chat_in_teams_goes_on_with_a_ticket_of_slack(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    asked = await slack.says(S_ION, ION_DM, ASKED)
    await card_in_slack(slack, "T-1001")
    await teams.says(T_ANA, GROUP, "ticket link 1001", mention=True)
    begun = await in_teams(teams, GROUP, "De acum continuăm și aici.")
    message = await teams.says(T_ION, GROUP, "Apare o eroare rosie")
    copy = await in_slack(slack, ION_DM, "Apare o eroare rosie", asked)
    await teams.edits(T_ION, GROUP, message, "Apare o eroare roșie")
    assert (await in_slack(slack, ION_DM, "Apare o eroare roșie", asked))["ts"] == copy["ts"]
    await slack.types(S_ANA, S_TRIAGE, "/ticket reply 1001 Ne uităm acum.")
    reply = await in_slack(slack, ION_DM, "Ne uităm acum.", asked)
    assert words(reply) == "*Ana Ionescu*\nNe uităm acum."
    await in_teams(teams, GROUP, "Ne uităm acum.", lambda post: post.id != begun.id)
    await slack.says(S_ION, ION_DM, "Și colegii văd la fel", thread=asked)
    await in_teams(teams, GROUP, "Și colegii văd la fel")
    await silence(book)
    assert await book.count("tickets") == 1
    assert sum("eroare" in text for text in said_in_teams(teams, GROUP)) == 0
