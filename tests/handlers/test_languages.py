"""Who reads which language: their own choice, their platform's, their company's or team's."""

from desk.errors import DeskError
from desk.messages import Form, Message
from handlers import team
from storage import people
from tests.desk_in_tests import TestedDesk, answer_text, words_of

ASKED, ASKED_IN_ENGLISH = "Nu pot crea curse noi", "I cannot create new trips since this morning"
NOTHING = Message(())


async def first_answer(desk: TestedDesk, user: str) -> Message:
    sent = (message for place, _t, message in await desk.deliver() if place == f"dm:{user}")
    return next(message for message in sent if message is not None)


async def form(desk: TestedDesk, user: str, action: str, subject: object = "", **more: str) -> Form:
    speaker = desk.agent(user) if user in ("ana", "mihai") else desk.customer(user)
    answer = await speaker.does("action", command=action, subject=str(subject), **more)
    assert answer.form is not None
    return answer.form


async def refusal(desk: TestedDesk, user: str, action: str, subject: str, **more: str) -> str | None:
    try:
        await desk.customer(user).does("action", command=action, subject=subject, **more)
    except DeskError as error:
        return error.language
    return None


async def test_whoever_has_the_platform_in_romanian_reads_romanian_also_in_an_english_company(
    desk: TestedDesk,
) -> None:
    await desk.customer("emma").says(ASKED_IN_ENGLISH, language="ro")
    first = await first_answer(desk, "emma")
    assert first.language == "ro"
    assert (await form(desk, "emma", "support.details", 1001)).language == "ro"  # asked without it


async def test_whoever_has_the_platform_in_english_and_writes_english_reads_english_in_a_romanian_company(
    desk: TestedDesk,
) -> None:
    await desk.customer().says(ASKED_IN_ENGLISH, language="en")
    first = await first_answer(desk, "ion")
    assert "You will hear from us by" in words_of(first)
    details = await form(desk, "ion", "support.details", 1001)
    assert (details.language, details.submit) == ("en", "Send")
    assert await refusal(desk, "ion", "ticket.take", "1001") == "en"
    assert "you hear from us by" in answer_text(await desk.customer().types("/support status"))


async def test_whoever_writes_romanian_reads_romanian_whatever_the_platform_speaks(desk: TestedDesk) -> None:
    await desk.customer().says(ASKED, language="en")
    assert (await first_answer(desk, "ion")).language == "ro"
    assert (await form(desk, "ion", "support.details", 1001, language="en")).language == "ro"
    await desk.customer("radu").says(ASKED, language="en")
    assert (await first_answer(desk, "radu")).language == "ro"


async def test_commands_are_no_english_and_neither_are_a_colleague_s_words(desk: TestedDesk) -> None:
    await desk.customer().says("support status", language="en", typed=True)
    await desk.customer().says(ASKED_IN_ENGLISH, message="m1", language="")
    await desk.agent().does("mark", message="m1", language="en", text=ASKED_IN_ENGLISH, author="ion")
    assert (await first_answer(desk, "ion")).language == "ro"


async def test_what_somebody_chose_stays(desk: TestedDesk) -> None:
    await desk.customer().types("/support language en")
    await desk.customer().says(ASKED, language="ro")
    assert (await first_answer(desk, "ion")).language == "en"


async def test_what_was_asked_before_somebody_chose_a_language_follows(desk: TestedDesk) -> None:
    await desk.customer().says(ASKED)
    assert (await first_answer(desk, "ion")).language == "ro"
    await desk.customer().types("/support language en")
    assert "You will hear from us by" in words_of(await first_answer(desk, "ion"))
    assert len(await desk.all_tickets()) == 1
    await desk.agent().does("action", command="ticket.resolve.send", subject="1001", fields={"text": "Done."})
    assert "is resolved" in words_of((await desk.deliver())[-1][2] or NOTHING)


async def test_a_company_s_language_is_that_of_all_who_have_none_of_their_own(desk: TestedDesk) -> None:
    await desk.customer().says(ASKED)
    maria = await desk.database.write(lambda tx: people.person(tx, "web", "try", "maria"))
    ion = await desk.database.read(lambda tx: people.person(tx, "web", "try", "ion"))
    of_the_same = {"customer_id": ion.customer_id, "language": "ro"}
    await desk.database.write(lambda tx: people.change_person(tx, maria.id, **of_the_same))
    await desk.customer("maria").says("Exportul de curse e gol")
    await desk.deliver()
    await desk.agent().types("/customer language Trans Carpați en")
    assert "You will hear from us by" in words_of(await first_answer(desk, "ion"))
    assert [ticket.language for ticket in await desk.all_tickets()] == ["en", "ro"]
    assert (await form(desk, "maria", "support.details", 1002)).language == "ro"


async def test_a_stranger_is_spoken_to_as_their_platform_does(desk: TestedDesk) -> None:
    for user, language, said in (("radu", "ro", "Bună ziua"), ("tom", "en", "Hello"), ("ilie", "", "Bună")):
        await desk.customer(user).does("installed", language=language)
        assert said in words_of(await first_answer(desk, user))
    assert (await form(desk, "tom", "support.form", language="en")).language == "en"
    assert await refusal(desk, "tom", "ticket.take", "1001", language="en") == "en"


async def test_each_agent_reads_a_card_and_its_forms_in_their_own_language(desk: TestedDesk) -> None:
    await desk.customer().says(ASKED)
    await desk.agent("mihai").types("/support language en")
    romanian = (await desk.agent("ana").presses("ticket.card", 1001)).card
    english = (await desk.agent("mihai").presses("ticket.card", 1001)).card
    assert romanian is not None
    assert english is not None
    assert "[Preia]" in words_of(romanian)
    assert "Sugerat P2" in words_of(romanian)
    assert "[Take]" in words_of(english)
    assert "Suggested P2" in words_of(english)
    assert ASKED in words_of(english)
    assert (await form(desk, "ana", "ticket.reply", 1001)).language == "ro"
    assert (await form(desk, "mihai", "ticket.reply", 1001)).language == "en"
    everybody_s = [message for place, _t, message in await desk.deliver() if place == "triage"]
    assert {message.language for message in everybody_s if message} == {"ro"}


async def test_an_agent_whose_platform_speaks_romanian_reads_it_in_a_team_that_speaks_english(
    desk: TestedDesk,
) -> None:
    await desk.database.write(lambda tx: team.speak(tx, desk.desk, "en", desk.now))
    (triage,) = desk.desk.triages
    await desk.database.write(lambda tx: team.staff(tx, desk.desk, triage, ["elena", "tom"], desk.now))
    said = [
        answer_text(await desk.agent(user).does("command", command="ticket", text="list", language=language))
        for user, language in (("elena", "ro"), ("tom", "en"))
    ]
    assert said == ["Nu există tichete deschise.", "There are no open tickets."]


async def test_an_agent_with_an_english_platform_is_answered_as_the_team_is(desk: TestedDesk) -> None:
    await desk.customer().says(ASKED)
    assert (await form(desk, "ana", "ticket.reply", 1001, language="en")).language == "ro"
    ana = await desk.database.read(lambda tx: people.person(tx, "web", "try", "ana"))
    assert ana.language is None
