"""What people attach travels between Slack and Teams, in order and once; what cannot is named, and why."""

import base64

import pytest

from notifications.files import MOST_BYTES
from tests.e2e import local_slack, teams_world
from tests.e2e.conftest import Book
from tests.e2e.desk_process import eventually
from tests.e2e.gateway import Gateway
from tests.e2e.local_slack import CARPATI, ION_DM, LocalSlack, words
from tests.e2e.papers import PDF, png
from tests.e2e.playground import Playground
from tests.e2e.sight import card_in_slack, in_slack, in_teams, is_card
from tests.e2e.teams_files import TOKEN
from tests.e2e.teams_gateway import Post
from tests.e2e.teams_world import ION_CHAT

# Pictures are given to the bot alone: here, it has to prove that it is the bot.
pytestmark = pytest.mark.usefixtures("sign_in", "desk_in_both")

ASKED = "Nu pot crea curse noi"
PNG = png()
S_ANA, S_ION, S_TRIAGE = local_slack.ANA, local_slack.ION, local_slack.TRIAGE
T_ION, T_EMMA, T_TRIAGE = teams_world.ION, teams_world.EMMA, teams_world.TRIAGE
CONSENT, INFO = (f"application/vnd.microsoft.teams.card.file.{kind}" for kind in ("consent", "info"))
ONLY_TO_ONE = "Teams permite aplicațiilor să trimită fișiere doar în conversația cu o singură persoană."
SLACK_ALONE = pytest.mark.parametrize("team_on", [("slack",)], ids=["team in Slack"])
TEAMS_ALONE = pytest.mark.parametrize("team_on", [("teams",)], ids=["team in Teams"])


async def silence(book: Book) -> None:
    await eventually(book.all_said, "nothing waits to be sent")


async def thread_in_slack(slack: LocalSlack, channel: str, root: str) -> list[str]:
    """Return what the desk said in a thread, in order: its words, and the names of its files."""
    posts = await slack.by_the_desk(channel, root)
    return [words(one) or ", ".join(str(file["title"]) for file in one["files"]) for one in posts]


def attachments(post: Post, kind: str) -> list[dict[str, object]]:
    """Return what is attached to a post, of one kind."""
    found = post.activity.get("attachments") or ()
    return [one for one in found if str(one["contentType"]).startswith(kind)]


def pictures(post: Post) -> list[bytes]:
    """Return the pictures within a post."""
    urls = [str(one["contentUrl"]) for one in attachments(post, "image/")]
    return [base64.b64decode(url.partition(";base64,")[2]) for url in urls]


def shown(post: Post) -> str:
    """Return what is seen of a post: its words, or the names of its pictures and files."""
    return post.text or ", ".join(str(one["name"]) for one in post.activity["attachments"])


# --- 1. The customer in Teams, the team in Slack


@SLACK_ALONE
async def test_what_a_customer_attaches_in_teams_is_below_the_card_in_slack(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    files = teams.gateway.files
    both = [files.picture("0-wus-d1", PNG), files.document("Raport țară.pdf", PDF)]
    await teams.says(T_ION, ION_CHAT, ASKED, attached=both)
    card = await card_in_slack(slack, "Trans Carpați (Premium)")
    await teams.says(T_ION, ION_CHAT, "Și jurnalul", attached=[files.document("jurnal.txt", b"eroare 7")])
    await teams.says(T_ION, ION_CHAT, "Atât")
    await in_slack(slack, S_TRIAGE, "Atât", card["ts"])
    await silence(book)

    assert await thread_in_slack(slack, S_TRIAGE, card["ts"]) == [
        "*Ion Popescu*\n>image, Raport țară.pdf",
        "image.png",
        "Raport țară.pdf",
        "*Ion Popescu*\n>Și jurnalul",
        "jurnal.txt",
        "*Ion Popescu*\n>Atât",
    ]
    assert await slack.files(S_TRIAGE, card["ts"]) == [
        ("image.png", PNG),
        ("Raport țară.pdf", PDF),
        ("jurnal.txt", b"eroare 7"),
    ]
    assert [(one.name, one.token) for one in files.asked] == [
        ("0-wus-d1", f"Bearer {TOKEN}"),
        ("Raport țară.pdf", ""),
        ("jurnal.txt", ""),
    ]
    assert set(gateway.letters().values()) == {1}


@SLACK_ALONE
async def test_what_cannot_be_had_from_teams_is_named_with_the_reason_and_delays_nothing(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    files = teams.gateway.files
    files.refused |= {"gone.pdf": 404, "0-wus-d2": 403}
    attached = [
        files.document("film.mp4", bytes(MOST_BYTES + 1)),
        files.document("gone.pdf", PDF),
        files.picture("0-wus-d2", PNG),
        files.document("gol.txt", b""),
        files.document("poza.png", b"<svg onload=alert(1)>"),
    ]
    await teams.says(T_ION, ION_CHAT, ASKED, attached=attached)
    card = await card_in_slack(slack, "T-1001")
    await teams.says(T_ION, ION_CHAT, "Atât")
    await in_slack(slack, S_TRIAGE, "Atât", card["ts"])
    await silence(book)

    first, lying, last = await thread_in_slack(slack, S_TRIAGE, card["ts"])
    site = "https://contoso-my.sharepoint.com/personal/ion/Documents"
    assert first.split("\n")[2:] == [
        f"<{site}/film.mp4|film.mp4> · Fișierul este prea mare ca să fie transmis. Se găsește în Teams.",
        f"<{site}/gone.pdf|gone.pdf> · Fișierul nu a putut fi descărcat. Se găsește în Teams.",
        "image · Fișierul nu a putut fi descărcat. Se găsește în Teams.",
        f"<{site}/gol.txt|gol.txt> · Fișierul este gol. Se găsește în Teams.",
    ]
    assert (lying, last) == ("poza.png", "*Ion Popescu*\n>Atât")
    assert await slack.files(S_TRIAGE, card["ts"]) == [("poza.png", b"<svg onload=alert(1)>")]
    assert set(gateway.letters().values()) == {1}


# --- 2. The customer in Slack, the team in Teams


@TEAMS_ALONE
async def test_what_a_customer_attaches_in_slack_is_below_the_card_in_teams(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    asked = await slack.uploads(S_ION, ION_DM, {"ecran.png": PNG, "raport.pdf": PDF}, ASKED)
    card = await in_teams(teams, T_TRIAGE, "Trans Carpați (Premium)", is_card)
    await in_teams(teams, T_TRIAGE, "<b>Ion Popescu</b>")
    await slack.uploads(S_ION, ION_DM, {"ecran2.png": PNG}, "Încă una", thread=asked)
    await slack.uploads(S_ION, ION_DM, {"poza.png": b"%PDF-1.7"}, "Și asta", thread=asked)
    await slack.says(S_ION, ION_DM, "Atât", thread=asked)
    await in_teams(teams, T_TRIAGE, "Atât")
    await silence(book)

    first, picture, more, second, lying, last = teams.gateway.posts(T_TRIAGE, card.id)
    assert "<blockquote>ecran.png, raport.pdf</blockquote>" in first.text
    assert "raport.pdf</a>" in first.text
    assert (pictures(picture), pictures(second)) == ([PNG], [PNG])
    assert [one["name"] for one in attachments(picture, "image/")] == ["ecran.png"]
    assert "Încă una" in more.text
    assert f"poza.png</a> · {ONLY_TO_ONE} Se găsește în Slack." in lying.text
    assert "Atât" in last.text


# --- 3. One ticket, two conversations


async def linked(slack: LocalSlack, teams: Playground) -> str:
    """Open a ticket in Teams, let it go on in #trans-carpati, and return what it goes on under there."""
    await teams.says(T_ION, ION_CHAT, ASKED)
    await card_in_slack(slack, "T-1001")
    await slack.types(S_ANA, CARPATI, "/ticket link 1001")
    begun = await in_slack(slack, CARPATI, "De acum continuăm și aici.")
    return str(begun["ts"])


async def offered(teams: Playground, name: str) -> Post:
    """Wait until a file is offered to Ion, and return the offer."""

    async def look() -> Post | None:
        posts = teams.gateway.posts(ION_CHAT)
        return next((post for post in posts if attachments(post, CONSENT) and shown(post) == name), None)

    found = await eventually(look, f"{name} is offered")
    assert found is not None
    return found


@SLACK_ALONE
async def test_an_agents_files_reach_the_customer_and_a_notes_do_not(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    root, files = await linked(slack, teams), teams.gateway.files
    card = await card_in_slack(slack, "T-1001")
    await slack.uploads(S_ANA, S_TRIAGE, {"intern.png": PNG, "intern.pdf": PDF}, "Notă", thread=card["ts"])
    await slack.uploads(S_ANA, CARPATI, {"ghid.pdf": PDF, "pas.png": PNG}, "Urmați pașii", thread=root)
    await slack.says(S_ANA, CARPATI, "Spuneți dacă merge.", thread=root)
    offer = await offered(teams, "ghid.pdf")
    await in_teams(teams, ION_CHAT, "Spuneți dacă merge.")
    await silence(book)
    told = teams.gateway.posts(ION_CHAT)
    words_first = next(number for number, post in enumerate(told) if "Urmați pașii" in post.text)
    assert [shown(one) for one in told[words_first + 1 : -1]] == ["pas.png", "ghid.pdf"]
    assert pictures(told[words_first + 1]) == [PNG]
    assert not any("intern" in str(one.activity) for one in teams.gateway.posts())

    await teams.answers(T_ION, offer, accept=True)
    await eventually(lambda: gone(teams, offer), "the offer is gone")
    assert files.kept == {"ghid.pdf": PDF}
    assert files.asked[-1].token == ""
    written = teams.gateway.posts(ION_CHAT)[-1]
    (card_of_file,) = attachments(written, INFO)
    assert (card_of_file["name"], card_of_file["contentUrl"]) == (
        "ghid.pdf",
        files.room("ghid.pdf")["contentUrl"],
    )
    assert [words(one) for one in await slack.by_the_desk(CARPATI, root)] == []
    assert set(gateway.letters().values()) == {1}


@SLACK_ALONE
async def test_a_customers_files_travel_into_the_other_conversation(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    root = await linked(slack, teams)
    picture = teams.gateway.files.picture("0-wus-d1", PNG)
    await teams.says(T_ION, ION_CHAT, "Așa arată", attached=[picture])
    await in_slack(slack, CARPATI, "Așa arată", root)
    await slack.uploads(S_ION, CARPATI, {"poza.png": PNG}, thread=root)
    await in_teams(teams, ION_CHAT, "poza.png")
    await silence(book)
    assert await slack.files(CARPATI, root) == [("image.png", PNG)]
    assert [one for post in teams.gateway.posts(ION_CHAT) for one in pictures(post)] == [PNG]


@SLACK_ALONE
async def test_what_a_customer_takes_back_takes_its_files_along_and_the_team_keeps_them(
    slack: LocalSlack, gateway: Gateway, teams: Playground, book: Book
) -> None:
    root, card = await linked(slack, teams), await card_in_slack(slack, "T-1001")
    files = teams.gateway.files
    shown = await teams.says(T_ION, ION_CHAT, "Așa arată", attached=[files.picture("0-wus-d1", PNG)])
    await teams.says(T_ION, ION_CHAT, "Și așa", attached=[files.picture("0-wus-d2", PNG)])
    both = {"poza.png": PNG, "jurnal.pdf": PDF}
    there = await slack.uploads(S_ION, CARPATI, both, "Și la mine", thread=root)
    offer = await offered(teams, "jurnal.pdf")
    await silence(book)
    assert await slack.files(CARPATI, root) == [("image.png", PNG)] * 2

    await teams.deletes(T_ION, ION_CHAT, shown)
    await slack.deletes(S_ION, CARPATI, there)
    await eventually(lambda: gone(teams, offer), "the offer is gone")
    await in_slack(slack, S_TRIAGE, "a șters mesajul „Și la mine”", card["ts"])
    await silence(book)
    assert [words(one) for one in await slack.by_the_desk(CARPATI, root) if words(one)] == [
        "*Ion Popescu*\nȘi așa"
    ]
    (deleted,) = gateway.asked("files.delete")
    assert deleted.done
    assert await slack.files(CARPATI, root) == [("image.png", PNG)]
    assert [one for post in teams.gateway.posts(ION_CHAT) for one in pictures(post)] == []
    kept = await slack.files(S_TRIAGE, card["ts"])
    assert kept == [("image.png", PNG)] * 2 + [("poza.png", PNG), ("jurnal.pdf", PDF)]


async def gone(teams: Playground, post: Post) -> bool:
    return all(one.id != post.id for one in teams.gateway.posts(post.conversation))


# --- 4. An offer in Teams


async def an_offer(slack: LocalSlack, teams: Playground) -> Post:
    root = await linked(slack, teams)
    await slack.uploads(S_ANA, CARPATI, {"ghid.pdf": PDF}, "Urmați pașii", thread=root)
    return await offered(teams, "ghid.pdf")


@SLACK_ALONE
async def test_who_declines_a_file_reads_where_it_is(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    offer = await an_offer(slack, teams)
    await teams.answers(T_ION, offer, accept=False)
    said = await in_teams(teams, ION_CHAT, "L-ați refuzat.")
    assert "ghid.pdf</a> · L-ați refuzat. Se găsește în Slack." in said.text
    await eventually(lambda: gone(teams, offer), "the offer is gone")
    assert teams.gateway.files.kept == {}


@SLACK_ALONE
async def test_a_file_that_cannot_be_written_stays_offered_and_can_be_asked_for_again(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    offer, files = await an_offer(slack, teams), teams.gateway.files
    files.refused["ghid.pdf"] = 507
    await teams.answers(T_ION, offer, accept=True)
    await in_teams(teams, ION_CHAT, "Fișierul nu a putut fi salvat în OneDrive. Se găsește în Slack.")
    assert not await gone(teams, offer)
    files.refused.clear()
    await teams.answers(T_ION, offer, accept=True)
    await eventually(lambda: gone(teams, offer), "the offer is gone")
    assert files.kept == {"ghid.pdf": PDF}


@SLACK_ALONE
async def test_a_file_is_given_to_nobody_else_and_written_nowhere_else(
    slack: LocalSlack, teams: Playground, book: Book
) -> None:
    offer, files = await an_offer(slack, teams), teams.gateway.files
    theirs = Post(offer.id, teams.chats[T_EMMA], None, offer.activity)
    await teams.answers(T_EMMA, theirs, accept=True)
    await teams.answers(T_ION, offer, accept=True, uploadUrl="https://sharepoint.com.evil.example/x")
    await in_teams(teams, ION_CHAT, "Dispecer salvează fișiere doar în OneDrive.")
    assert files.kept == {}
    assert not await gone(teams, offer)
    assert not any("OneDrive" in post.text for post in teams.gateway.posts(teams.chats[T_EMMA]))
