from dataclasses import replace

import pytest

from desk import plan as plans
from desk.errors import BadInput, NotAllowed, NotFound
from desk.incoming import File, Line
from desk.messages import Answer, plain
from desk.tickets import Kind, Status
from storage import plans as stored
from tests.desk_in_tests import DAY, HOUR, Speaker, TestedDesk, answer_text, parsed


async def test_the_ticket_emoji_makes_a_ticket_of_anybodys_message_with_its_thread(desk: TestedDesk) -> None:
    earlier = (
        Line("ion", "m1", "Nu pot crea curse noi"),
        Line("ana", "m2", "De când?"),
        Line("ion", "m3", "De azi dimineață", (File("F1", "eroare.png"),)),
    )
    agent = desk.agent()
    agent.conversation = "general"
    answer = await agent.does(
        "mark", message="m1", author="ion", text="Nu pot crea curse noi", earlier=earlier
    )
    assert answer_text(answer) == "T-1001 este deschis."
    assert (await desk.case()).requester.name == "Ion Popescu"  # type: ignore[union-attr]
    told = [(event.kind, event.data["text"]) for event in await desk.history() if "text" in event.data]
    assert told == [
        (Kind.OPENED, "Nu pot crea curse noi"),
        (Kind.NOTED, "De când?"),
        (Kind.SAID, "De azi dimineață"),
    ]
    assert [file["name"] for file in (await desk.history())[-1].data["files"]] == ["eroare.png"]


async def test_a_marked_message_is_marked_once(desk: TestedDesk) -> None:
    agent = desk.agent()
    agent.conversation = "general"
    for _ in range(2):
        answer = await agent.does("mark", message="m1", author="ion", text="Nu pot crea curse noi")
    assert answer_text(answer) == "Mesajul ține deja de T-1001."
    assert len(await desk.all_tickets()) == 1


async def test_a_customer_cannot_mark_what_others_wrote(desk: TestedDesk) -> None:
    emma = desk.customer("emma")
    emma.conversation, emma.direct = "general", False
    await emma.does("mark", message="m1", author="ion", text="Nu pot crea curse noi")
    assert await desk.all_tickets() == []


async def test_who_chooses_to_open_a_ticket_from_what_others_wrote_is_told_how_to_ask(
    desk: TestedDesk,
) -> None:
    emma = Speaker(desk, "emma", "general", direct=False)
    with pytest.raises(NotAllowed, match="tell us in your own words: write /support"):
        await emma.does("mark", message="m1", author="ion", text="Nu pot crea curse noi", shortcut=True)
    assert await desk.all_tickets() == []


async def test_support_opens_a_form_and_the_form_a_ticket(desk: TestedDesk) -> None:
    ion = desk.customer()
    form = (await ion.types("/support")).form
    assert form is not None
    answer = await ion.presses(form.action, form.subject, text="Nu pot crea curse noi")
    assert answer == Answer()
    (said,) = await desk.said_in("dm:ion")
    assert "T-1001 · Nu pot crea curse noi" in said


async def test_a_request_typed_elsewhere_is_confirmed_there_too(desk: TestedDesk) -> None:
    ion = desk.customer()
    assert await ion.types("/support nu pot crea curse noi de azi") == Answer()
    ion.conversation, ion.direct = "general", False
    assert "T-1002" in answer_text(await ion.types("/support exportul nu merge de azi"))
    assert len(await desk.said_in("dm:ion")) == 2
    assert await desk.said_in("general") == []


async def test_a_request_that_has_no_place_is_confirmed_to_who_sent_it(desk: TestedDesk) -> None:
    answer = await desk.customer().sends("support.open", "", home="", text="Nu pot crea curse noi")
    assert "T-1001" in answer_text(answer)


async def test_an_empty_form_says_what_is_missing_and_keeps_it_open(desk: TestedDesk) -> None:
    answer = await desk.customer().presses("support.open", "", text="  ")
    assert list(answer.errors) == ["text"]
    assert await desk.all_tickets() == []


async def test_a_sentence_after_support_is_a_request_at_once(desk: TestedDesk) -> None:
    await desk.customer().types("/support nu pot crea curse noi de azi")
    assert (await desk.ticket()).subject == "nu pot crea curse noi de azi"


async def test_what_is_answered_to_a_ticket_of_a_form_hangs_under_our_first_answer(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.types("/support nu pot crea curse noi de azi")
    posted = [thread for place, thread, _m in await desk.deliver() if place == "dm:ion"]
    assert posted == [None]
    await desk.agent().types("/ticket reply 1001 Ne uităm.")
    _card, (_place, thread, _message) = [one for one in await desk.deliver() if one[0] == "dm:ion"]
    assert thread is not None
    await ion.says("Mulțumesc, aștept", thread=thread)
    assert (await desk.kinds())[-1] is Kind.SAID


async def test_never_mind_closes_and_not_solved_opens_again(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await ion.presses("support.nevermind", 1001)
    assert (await desk.ticket()).status is Status.RESOLVED
    await ion.presses("support.reopen", 1001)
    assert (await desk.ticket()).status is Status.IN_PROGRESS


async def test_what_is_reopened_promises_the_next_answer_and_turns_the_first_card_back(
    desk: TestedDesk,
) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(3 * DAY)
    before = len(await desk.said_in("dm:ion"))
    await ion.presses("support.reopen", 1001)
    turned, told = (await desk.said_in("dm:ion"))[before:]
    assert "Rezolvat" not in turned
    assert "[Nu mai e nevoie]" in turned
    for said in (turned, told):
        assert "2026-11-26T12:00" in said  # four hours from now, not the resolution that is late
    assert any("Ion Popescu a redeschis T-1001" in said for said in await desk.said_in("triage"))


async def test_details_reach_the_team_and_the_customers_thread(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await ion.presses("support.details.send", 1001, text="Eroarea 500")
    assert any("Eroarea 500" in said for said in await desk.said_in("triage"))
    assert any("Eroarea 500" in said for said in await desk.said_in("dm:ion"))


async def details(speaker: Speaker, text: str) -> None:
    form = (await speaker.presses("support.details", 1001)).form
    assert form is not None
    await speaker.presses(form.action, form.subject, text=text)


async def test_details_are_weighed_like_a_message(desk: TestedDesk) -> None:
    await desk.customer().says("Exportul nu funcționează")
    before = (await desk.ticket()).priority
    await details(desk.customer(), "Acum nu se mai poate conecta nimeni, aplicația nu merge deloc")
    assert (before, (await desk.ticket()).priority) == ("P3", "P1")


async def test_thanks_in_the_form_for_details_start_no_clock_and_leave_a_ticket_on_hold(
    desk: TestedDesk,
) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket reply 1001 Așteptăm o captură.")
    await desk.agent().types("/ticket hold 1001")
    await details(desk.customer(), "Mulțumesc!")
    assert (await desk.ticket()).status is Status.ON_HOLD
    assert "next_response" not in {clock.name for clock in (await desk.case()).clocks() if clock.running}
    await details(desk.customer(), "Versiunea 4.2")
    assert (await desk.ticket()).status is Status.IN_PROGRESS
    assert "next_response" in {clock.name for clock in (await desk.case()).clocks() if clock.running}


async def test_what_somebody_of_the_team_writes_into_the_form_for_details_is_an_answer(
    desk: TestedDesk,
) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await details(Speaker(desk, "ana", "trans-carpati", direct=False), "Ne uităm acum.")
    assert (await desk.said_in("dm:ion"))[-1] == "Ana Ionescu:\nNe uităm acum."
    assert Kind.SAID not in await desk.kinds()
    assert (await desk.ticket()).status is Status.IN_PROGRESS


async def test_sla_says_what_was_promised(desk: TestedDesk) -> None:
    answer = answer_text(await desk.customer("ion").types("/support sla"))
    assert "Premium" in answer
    assert "P2 ridicată: o funcție principală nu merge – răspuns în cel mult 4 h" in answer


async def test_not_solved_after_the_time_for_it_asks_for_a_new_ticket_that_goes_on(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(8 * DAY)
    form = (await ion.presses("support.reopen", 1001)).form
    assert form is not None
    assert plain(form.intro).startswith("T-1001 a fost rezolvat acum mai mult de 7 zile.")
    assert list((await ion.sends(form.action, form.subject, text=" ")).errors) == ["text"]
    await ion.sends(form.action, form.subject, text="Tot nu pot crea curse.\nEroarea 500.")
    ticket = await desk.ticket(1002)
    assert (ticket.subject, ticket.linked_id) == ("Tot nu pot crea curse", 1001)
    assert (await desk.ticket(1001)).status is Status.RESOLVED
    assert any("T-1002" in said for said in await desk.said_in("dm:ion"))
    again = await ion.presses(form.opener, form.subject)
    assert again.form == form  # Teams opens it a second time to show a mistake


async def test_details_after_the_time_for_them_are_a_new_ticket_that_goes_on(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.says("Nu pot crea curse noi")
    form = (await ion.presses("support.details", 1001)).form
    await desk.agent().types("/ticket resolve 1001 Gata.")
    await desk.after(8 * DAY)
    assert form is not None
    await ion.sends(form.action, form.subject, text="Tot nu pot crea curse")
    assert (await desk.ticket(1002)).linked_id == 1001
    assert (await desk.ticket(1001)).status is Status.RESOLVED


async def test_nobody_goes_on_from_a_ticket_of_another_customer(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    with pytest.raises(NotFound, match="There is no ticket T-1001"):
        await desk.customer("emma").sends("support.again", "1001:1", text="I want to read it")
    assert len(await desk.all_tickets()) == 1


@pytest.mark.parametrize(
    ("user", "hours"),
    [
        ("ion", "P1: în fiecare zi, zi și noapte; P2, P3, P4: zile lucrătoare, zi și noapte"),
        ("emma", "every day, day and night"),
    ],
)
async def test_sla_says_in_which_hours_its_times_run(desk: TestedDesk, user: str, hours: str) -> None:
    *_, last = answer_text(await desk.customer(user).types("/support sla")).splitlines()
    assert f": {hours}. " in last


async def test_hours_are_told_whether_somebody_is_here_or_not(desk: TestedDesk) -> None:
    ours = "Programul nostru: luni–vineri 09:00–18:00 (ora din București), cu excepția sărbătorilor legale."
    assert answer_text(await desk.customer().types("/support program")) == f"Suntem aici acum.\n{ours}"
    await desk.after(10 * HOUR)
    away, hours = answer_text(await desk.customer().types("/support program")).splitlines()
    assert away.startswith("Revenim 2026-11-24T07:00")
    assert hours == ours


@pytest.mark.parametrize("words", ["call-me", "call-me acum", "meet"])
async def test_a_call_is_asked_for_with_what_we_need_to_make_it(desk: TestedDesk, words: str) -> None:
    with pytest.raises(BadInput, match="Write it like this: /support "):
        await desk.customer("ion").types(f"/support {words}")
    assert await desk.all_tickets() == []


async def test_a_romanian_reads_romanian_words_in_the_help(desk: TestedDesk) -> None:
    answer = answer_text(await desk.customer().types("/support ajutor"))
    assert "/support sunați-mă +40 ...  vă sunăm noi" in answer
    assert answer.splitlines()[-1].startswith("Și în engleză: status = stare, sla = plan")
    assert "/support call-me +40 ...  we call you back" in answer_text(
        await desk.customer("emma").types("/support help")
    )


async def test_phone_and_video_are_for_those_who_have_them(desk: TestedDesk) -> None:
    await desk.customer("ion").types("/support call-me +40 721 000 000")
    assert "+40 721 000 000" in (await desk.ticket()).subject
    with pytest.raises(BadInput, match="does not include"):
        await desk.customer("basic").types("/support meet mâine")


async def test_a_person_chooses_their_language(desk: TestedDesk) -> None:
    ion = desk.customer()
    await ion.types("/support language en")
    await ion.says("Nu pot crea curse noi")
    assert "You will hear from us by" in (await desk.said_in("dm:ion"))[0]


async def test_a_basic_customer_is_told_of_email_and_that_what_they_write_here_is_answered_here(
    desk: TestedDesk,
) -> None:
    await desk.customer("basic").says("Exportul nu funcționează")
    said = (await desk.said_in("dm:basic"))[0]
    assert "e-mail" in said
    assert "vă răspundem tot aici" in said


@pytest.mark.parametrize(
    "text",
    [
        "nu merge",
        "blocat",
        "eroare",
        "program blocat, nu pot intra deloc",
        "plan de rute blocat",
        "stare cursă greșită",
        "limba engleză nu apare",
        "help me please",
    ],
)
async def test_what_is_no_command_is_a_request(desk: TestedDesk, text: str) -> None:
    await desk.customer().types(f"/support {text}")
    assert (await desk.ticket()).subject == text


@pytest.mark.parametrize("text", ["program", "plan", "stare", "limba en", "HELP", "ajutor", "Status"])
async def test_a_command_is_no_request(desk: TestedDesk, text: str) -> None:
    assert answer_text(await desk.customer().types(f"/support {text}"))
    assert await desk.all_tickets() == []


async def test_a_slip_in_a_command_is_no_request(desk: TestedDesk) -> None:
    with pytest.raises(BadInput, match="Did you mean /support status"):
        await desk.customer().types("/support stauts")


async def put_in_force(desk: TestedDesk, text: str) -> None:
    """Let another plan be in force."""
    version = await desk.database.write(lambda tx: stored.remember(tx, text, plans.digest(text), desk.now))
    desk.desk = replace(desk.desk, plan=parsed(text), plan_version=version)


async def test_a_ticket_keeps_its_plan_until_the_current_one_is_applied(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    shipped = plans.SHIPPED.read_text(encoding="utf-8")
    await put_in_force(desk, shipped.replace('first_response = "4 h"', 'first_response = "2 h"'))
    assert (await desk.case()).clocks()[0].target.total_seconds() == 4 * 3600
    await desk.agent().types("/ticket replan 1001")
    assert (await desk.case()).clocks()[0].target.total_seconds() == 2 * 3600
    assert (await desk.kinds())[-1] is Kind.PLAN


async def test_what_the_current_plan_does_to_a_tickets_tier_and_priority_is_history(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    shipped = plans.SHIPPED.read_text(encoding="utf-8")
    await put_in_force(desk, shipped.replace("tiers.premium", "tiers.gold").replace("P2", "P5"))
    await desk.agent().types("/ticket replan 1001")
    ticket = await desk.ticket()
    changes = {e.kind: (e.data["before"], e.data["after"]) for e in (await desk.history())[-3:]}
    assert changes == {Kind.PLAN: (1, 2), Kind.TIER: ("premium", ticket.tier), Kind.PRIORITY: ("P2", "P3")}
    assert (ticket.tier, ticket.priority) == ("basic", "P3")
    shown = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "Ana Ionescu a schimbat prioritatea din P2 în P3" in shown


async def test_tags_and_category_are_history(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.agent().types("/ticket tag 1001 #Curse smartbill")
    await desk.agent().types("/ticket category 1001 invoicing")
    ticket = await desk.ticket()
    assert (ticket.tags, ticket.category) == (("curse", "smartbill"), "invoicing")
    assert (await desk.kinds())[-2:] == [Kind.TAGGED, Kind.CATEGORY]
