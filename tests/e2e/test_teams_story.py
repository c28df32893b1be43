"""The story of a ticket in Teams: opened, taken, answered, held, resolved, from chats, cards and dialogs."""

from desk.tickets import Status
from tests.e2e.conftest import Book
from tests.e2e.desk_process import DeskProcess
from tests.e2e.playground import Playground
from tests.e2e.sight import in_teams, is_card
from tests.e2e.teams_world import ANA, EMMA, GROUP, ION, ION_CHAT, MIHAI, TEAM, TRIAGE

_ASKED = "Nu pot crea curse noi"


async def test_a_premium_customers_request_is_taken_answered_held_and_resolved(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    await teams.says(ION, ION_CHAT, _ASKED)
    opened = await in_teams(teams, ION_CHAT, "T-1001")
    assert "Vă răspundem până" in opened.text
    card = await in_teams(teams, TRIAGE, "T-1001", is_card)
    assert "Trans Carpați (Premium)" in card.text
    assert "Sugerat P2" in card.text

    answer = await teams.presses(ANA, card, "ticket.take")
    assert "Ana Ionescu" in str(answer)
    card = await in_teams(teams, TRIAGE, "Ana Ionescu", is_card)
    mihai_sees = (await teams.looks(MIHAI, card))["value"]
    assert "Preia" in str(mihai_sees)
    assert "actions" not in (await teams.looks(EMMA, card))["value"]

    dialog = await teams.presses(ANA, card, "ticket.reply")
    assert "Ion Popescu (Trans Carpați)" in str(dialog)
    await teams.submits(ANA, card, dialog, text="Ne uităm acum. Ce mesaj apare?")
    reply = await in_teams(teams, ION_CHAT, "Ne uităm acum.")
    assert "Ana Ionescu" in reply.text

    held = await teams.presses(ANA, card, "ticket.hold")
    await teams.submits(ANA, card, held, text="așteptăm mesajul")
    assert (await book.ticket()).status is Status.ON_HOLD
    await teams.says(ION, ION_CHAT, "Scrie „sesiune expirată”")
    assert (await book.ticket()).status is Status.IN_PROGRESS
    await in_teams(teams, TRIAGE, "sesiune expirată", lambda post: post.thread is not None)

    done = await teams.presses(ANA, card, "ticket.resolve")
    await teams.submits(ANA, card, done, text="Am repornit serviciul.")
    await in_teams(teams, ION_CHAT, "este rezolvat")
    assert (await book.ticket()).status is Status.RESOLVED
    assert len(teams.gateway.posts(TRIAGE)) >= 3


async def test_commands_are_words_and_notes_stay_inside(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    await teams.says(ION, GROUP, _ASKED, mention=True)
    await in_teams(teams, GROUP, "T-1001")
    card = await in_teams(teams, TRIAGE, "T-1001", is_card)
    await teams.says(ANA, TRIAGE, "ticket take 1001", mention=True)
    await in_teams(teams, TRIAGE, "T-1001 este al dumneavoastră.")
    await teams.says(MIHAI, TRIAGE, "Pare de la actualizare", reply_to=card.id)
    assert "noted" in await book.kinds()
    await teams.says(ANA, TRIAGE, "ticket why 1001", mention=True)
    await in_teams(teams, TRIAGE, "timp de lucru")
    await teams.says(ANA, TRIAGE, "ticket reply 1001 Gata, încercați din nou.", mention=True)
    await in_teams(teams, GROUP, "Gata, încercați din nou.")
    assert not any("actualizare" in post.text for post in teams.gateway.posts(GROUP))
    await teams.says(ANA, GROUP, "ticket show 1001", mention=True)
    await in_teams(teams, teams.chats[ANA], "Pare de la actualizare")
    assert not any("actualizare" in post.text for post in teams.gateway.posts(GROUP))


async def test_edits_and_retractions_are_kept_and_the_card_follows(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    message = await teams.says(ION, ION_CHAT, "Nu pot crea curs")
    await in_teams(teams, TRIAGE, "Nu pot crea curs", is_card)
    await teams.edits(ION, ION_CHAT, message, _ASKED)
    await in_teams(teams, TRIAGE, _ASKED, is_card)
    await teams.deletes(ION, ION_CHAT, message)
    assert [kind for kind in await book.kinds() if kind in ("edited", "deleted")] == ["edited", "deleted"]


async def test_a_colleagues_message_becomes_a_ticket_by_its_menu(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    message = await teams.says(EMMA, TEAM, "The export of trips is empty")
    answer = await teams.marks(ANA, TEAM, message, EMMA, "The export of trips is empty")
    assert "T-1001" in str(answer)
    ticket = await book.ticket()
    assert ticket.subject == "The export of trips is empty"
    (row,) = await book.rows(f"SELECT name FROM people WHERE id = {ticket.requester_id}")
    assert str(row[0]) == "Emma Clarke"


async def test_a_reaction_makes_a_ticket_of_what_was_said_before_the_desk_was_started_anew(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    message = await teams.says(EMMA, TEAM, "The export of trips is empty")
    assert await book.count("tickets") == 0
    desk_in_teams.kill()
    await desk_in_teams.start()
    await teams.reacts(ANA, TEAM, message, "1f3ab_ticket")
    await in_teams(teams, TEAM, "T-1001")
    assert (await book.ticket()).subject == "The export of trips is empty"


async def test_who_reacts_to_what_the_desk_never_heard_is_told_what_to_do(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    await teams.reacts(ANA, TEAM, "1700000000000", "1f3ab_ticket")
    await in_teams(teams, teams.chats[ANA], "Deschide tichet")
    assert await book.count("tickets") == 0


async def test_a_mistake_in_a_dialog_keeps_what_was_typed(
    teams: Playground, desk_in_teams: DeskProcess
) -> None:
    await teams.says(ION, ION_CHAT, _ASKED)
    card = await in_teams(teams, TRIAGE, "T-1001", is_card)
    dialog = await teams.presses(ANA, card, "ticket.escalate")
    again = await teams.submits(ANA, card, dialog, text="   ")
    assert again["task"]["type"] == "continue"
    sent = await teams.submits(ANA, card, again, text="baza de date nu răspunde")
    assert "task" not in sent
    await in_teams(teams, TRIAGE, "baza de date nu răspunde")


async def test_who_removes_the_desk_is_told_nothing_more_and_the_team_hears_so(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    await teams.says(ION, ION_CHAT, _ASKED)
    await in_teams(teams, TRIAGE, "T-1001", is_card)
    await teams.installs(ION, ION_CHAT, "remove")
    assert await book.count("places WHERE closed") == 1
    await teams.installs(ION, ION_CHAT)
    assert await book.count("places WHERE closed") == 0


async def test_what_teams_delivers_twice_is_done_once(
    teams: Playground, desk_in_teams: DeskProcess, book: Book
) -> None:
    teams.gateway.deliveries = 3
    await teams.says(ION, ION_CHAT, _ASKED)
    await in_teams(teams, TRIAGE, "T-1001", is_card)
    assert await book.count("tickets") == 1
    assert await book.kinds() == ["opened"]
