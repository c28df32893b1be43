"""One ticket in several conversations, and a team on two platforms: said once, everywhere, without loops."""

import pytest

from desk.errors import BadInput, NotFound, Refused
from desk.tickets import Kind
from handlers import team
from tests.desk_in_tests import Speaker, TestedDesk, answer_text

_ASKED = "Nu pot crea curse noi"


@pytest.fixture
async def two(desk: TestedDesk) -> TestedDesk:
    """Return a desk whose team has a channel on the page and one in Teams, where Radu is."""
    triages = await desk.database.write(
        lambda tx: team.settle(tx, desk.desk, "teams", "tenant", "19:team", desk.now)
    )
    desk.desk.triages = triages
    place = next(place for place in triages if place.platform == "teams")
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, place, ["29:radu"], desk.now))
    return desk


def radu(desk: TestedDesk) -> Speaker:
    return Speaker(desk, "29:radu", "19:team", direct=False, platform="teams", workspace="tenant")


def channel(desk: TestedDesk, user: str) -> Speaker:
    return Speaker(desk, user, "trans-carpati", direct=False)


async def said_last(desk: TestedDesk, conversation: str) -> str:
    return (await desk.said_in(conversation))[-1]


async def posts(desk: TestedDesk, conversation: str) -> int:
    return len(await desk.said_in(conversation))


async def test_a_card_stands_in_both_of_the_teams_channels(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    for conversation in ("triage", "19:team"):
        (card,) = await two.said_in(conversation)
        assert "T-1001" in card


async def test_who_takes_a_ticket_in_one_channel_is_named_in_both(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    await two.deliver()
    await radu(two).presses("ticket.take", 1001)
    for conversation in ("triage", "19:team"):
        assert "Responsabil: 29:radu" in await said_last(two, conversation)


async def test_a_note_is_copied_to_the_teams_other_channel_and_to_no_customer(two: TestedDesk) -> None:
    await two.customer().says(_ASKED)
    await two.deliver()
    card = await two.platform_id("triage", "card:1001")
    customer = await posts(two, "dm:ion")
    await two.agent().says("Pare de la actualizare", thread=card)
    assert "> Pare de la actualizare" in await said_last(two, "19:team")
    assert "notă internă" in await said_last(two, "19:team")
    assert await posts(two, "dm:ion") == customer
    assert [e.kind for e in await two.history()].count(Kind.NOTED) == 1


async def test_an_agent_of_one_platform_is_none_of_the_other(two: TestedDesk) -> None:
    stranger = Speaker(two, "29:radu", "triage", direct=False)
    await two.customer().says(_ASKED)
    with pytest.raises(Exception, match="Only the support team"):
        await stranger.types("/ticket take 1001")


async def test_a_linked_channel_hears_and_speaks(desk: TestedDesk) -> None:
    root = await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    answer = await channel(desk, "ana").types("/ticket link 1001")
    assert "T-1001" in answer_text(answer)
    assert "De acum continuăm și aici." in await said_last(desk, "trans-carpati")
    await desk.customer().says("Apare o eroare roșie", thread=root)
    assert await said_last(desk, "trans-carpati") == "Ion Popescu:\nApare o eroare roșie"
    await desk.agent().types("/ticket reply 1001 Ne uităm acum.")
    for conversation in ("dm:ion", "trans-carpati"):
        assert await said_last(desk, conversation) == "Ana Ionescu:\nNe uităm acum."
    opened = await desk.platform_id("trans-carpati", "opened:1001")
    before = await posts(desk, "trans-carpati")
    await channel(desk, "dorel").says("Și la mine la fel", thread=opened)
    assert await said_last(desk, "dm:ion") == "dorel:\nȘi la mine la fel"
    assert await posts(desk, "trans-carpati") == before
    assert "> Și la mine la fel" in await said_last(desk, "triage")


async def test_copies_follow_when_words_are_changed_or_taken_back(desk: TestedDesk) -> None:
    root = await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    message = await desk.customer().says("Apare o eroare rosie", thread=root)
    await desk.deliver()
    copy = await desk.platform_id("trans-carpati", f"said:{(await desk.event_ids())[-1]}")
    await desk.customer().does("edited", message=message, text="Apare o eroare roșie", thread=root)
    await desk.deliver()
    assert await desk.posts_of("trans-carpati", copy) == "Ion Popescu:\nApare o eroare roșie"
    await desk.customer().does("deleted", message=message, thread=root)
    await desk.deliver()
    assert await desk.posts_of("trans-carpati", copy) is None


async def test_a_ticket_is_not_carried_into_another_customers_channel(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Rapid Cargo")
    with pytest.raises(Refused, match="another customer's"):
        await channel(desk, "ana").types("/ticket link 1001")
    assert await posts(desk, "trans-carpati") == 0


async def test_a_ticket_that_began_in_another_customers_channel_goes_on_nowhere_else(
    desk: TestedDesk,
) -> None:
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await Speaker(desk, "ana", "eurofleet", direct=False).types("/customer link EuroFleet")
    began = await channel(desk, "emma").says("The export of trips does not work")
    with pytest.raises(Refused, match="goes on in another customer's channel"):
        await Speaker(desk, "ana", "eurofleet", direct=False).types("/ticket link 1001")
    await channel(desk, "ion").says("Parola noastră este secretă", thread=began)
    assert await posts(desk, "eurofleet") == 0


async def test_a_ticket_is_not_carried_to_where_the_desk_hears_nothing(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    with pytest.raises(Refused, match="I am not in this channel"):
        await channel(desk, "ana").does("command", command="ticket", text="link 1001", heard=False)
    with pytest.raises(BadInput, match="the channel in which the ticket is to go on"):
        await desk.agent().types("/ticket link 1001")
    assert (await desk.case()).links == []


async def test_a_channel_in_which_another_customers_ticket_goes_on_becomes_nobody_elses(
    desk: TestedDesk,
) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/ticket link 1001")
    with pytest.raises(Refused, match="not theirs: T-1001"):
        await channel(desk, "ana").types("/customer link Rapid Cargo")
    await channel(desk, "ana").types("/ticket unlink 1001")
    await channel(desk, "ana").types("/customer link Rapid Cargo")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert "Ana Ionescu:\nNe uităm." not in await desk.said_in("trans-carpati")


async def test_a_channel_in_which_their_own_ticket_goes_on_becomes_the_customers(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/ticket link 1001")
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    assert await said_last(desk, "trans-carpati") == "Ana Ionescu:\nNe uităm."


async def test_a_ticket_whose_customer_is_corrected_leaves_the_channels_of_the_wrong_one(
    desk: TestedDesk,
) -> None:
    await desk.customer("stranger").says(_ASKED)
    await desk.agent().types("/ticket customer 1001 Trans Carpați")
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    await Speaker(desk, "ana", "nobodys", direct=False).types("/ticket link 1001")
    await desk.agent().types("/ticket customer 1001 Rapid Cargo")
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    said = {place: await said_last(desk, place) for place in ("dm:stranger", "trans-carpati", "nobodys")}
    assert [place for place, last in said.items() if "Ne uităm." in last] == ["dm:stranger", "nobodys"]
    placed = [event.data["added"] for event in await desk.history() if event.kind is Kind.PLACED]
    assert placed == [True, True, False]


async def test_a_channel_that_is_unlinked_hears_no_more(desk: TestedDesk) -> None:
    root = await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    await channel(desk, "ana").types("/ticket unlink 1001")
    before = await posts(desk, "trans-carpati")
    await desk.customer().says("Apare o eroare roșie", thread=root)
    assert await posts(desk, "trans-carpati") == before
    with pytest.raises(BadInput, match="was not linked"):
        await channel(desk, "ana").types("/ticket unlink 1001")


async def test_what_is_written_in_a_thread_that_a_ticket_has_left_is_no_word_about_it(
    desk: TestedDesk,
) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    await desk.deliver()
    opened = await desk.platform_id("trans-carpati", "opened:1001")
    await channel(desk, "ana").types("/ticket unlink 1001")
    for text in ("Nu se mai sincronizează facturile", "De azi dimineață"):
        await channel(desk, "dorel").says(text, thread=opened)
    assert not any("facturile" in said for said in await desk.said_in("dm:ion"))
    assert Kind.SAID not in await desk.kinds(1001)
    assert [e.data["text"] for e in await desk.history(1002) if e.kind in (Kind.OPENED, Kind.SAID)] == [
        "Nu se mai sincronizează facturile",
        "De azi dimineață",
    ]


async def test_the_card_and_the_reply_form_say_every_place_that_reads(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").does("message", message="m0", text="-", place_name="trans-carpati")
    await channel(desk, "ana").types("/ticket link 1001")
    form = (await desk.agent().presses("ticket.reply", 1001)).form
    assert form is not None
    assert "Web + Web #trans-carpati" in "".join(str(getattr(part, "text", part)) for part in form.intro)
    assert "Web + Web #trans-carpati" in await said_last(desk, "triage")


async def test_copies_bear_the_name_of_somebody_whom_we_knew_by_their_id(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    await desk.deliver()
    opened = await desk.platform_id("trans-carpati", "opened:1001")
    await channel(desk, "dorel").says("Și la mine la fel", thread=opened)
    assert await said_last(desk, "dm:ion") == "dorel:\nȘi la mine la fel"
    copy = await desk.platform_id("dm:ion", f"said:{(await desk.event_ids())[-1]}")
    await channel(desk, "dorel").says("Apare o eroare", thread=opened)
    await channel(desk, "dorel").does("profile", fields={"name": "Dorel Pop"})
    assert "Dorel Pop:\nApare o eroare" in await desk.said_in("dm:ion")
    assert "dorel:\nApare o eroare" not in await desk.said_in("dm:ion")
    assert await desk.posts_of("dm:ion", copy) == "Dorel Pop:\nȘi la mine la fel"
    assert "Dorel Pop" in await said_last(desk, "triage")


async def test_what_was_taken_back_does_not_come_back_with_a_name(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await channel(desk, "ana").types("/customer link Trans Carpați")
    await channel(desk, "ana").types("/ticket link 1001")
    await desk.deliver()
    opened = await desk.platform_id("trans-carpati", "opened:1001")
    message = await channel(desk, "dorel").says("Și la mine la fel", thread=opened)
    await desk.deliver()
    await channel(desk, "dorel").does("deleted", message=message, thread=opened)
    await channel(desk, "dorel").does("profile", fields={"name": "Dorel Pop"})
    await desk.deliver()
    copy = [one for place, _thread, one in desk.sent if place == "dm:ion"]
    assert copy[-1] is None


async def test_where_a_ticket_goes_on_whoever_reads_its_buttons_may_press_them(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await Speaker(desk, "ana", "grup", direct=False).types("/ticket link 1001")
    dorel = Speaker(desk, "dorel", "grup", direct=False)
    form = (await dorel.presses("support.details", 1001)).form
    assert form is not None
    await dorel.sends(form.action, form.subject, text="Eroarea 500")
    assert await said_last(desk, "dm:ion") == "dorel:\n> Eroarea 500"
    await dorel.presses("support.nevermind", 1001)
    await dorel.presses("support.reopen", 1001)
    assert (await desk.kinds())[-1] is Kind.REOPENED


async def test_elsewhere_nobody_else_may(desk: TestedDesk) -> None:
    await desk.customer().says(_ASKED)
    await Speaker(desk, "ana", "grup", direct=False).types("/ticket link 1001")
    for speaker in (Speaker(desk, "dorel", "altul", direct=False), desk.customer("emma")):
        for button in ("support.details", "support.nevermind", "support.reopen"):
            with pytest.raises(NotFound, match="There is no ticket T-1001"):
                await speaker.presses(button, 1001)
    await Speaker(desk, "ana", "grup", direct=False).types("/ticket unlink 1001")
    with pytest.raises(NotFound, match="There is no ticket T-1001"):
        await Speaker(desk, "dorel", "grup", direct=False).presses("support.details", 1001)
