"""Who of the team is told, and what they read."""

from datetime import timedelta

import pytest

from bot.web.samples import staffed
from desk.messages import Mention, Message, Text
from desk.team_messages import offers_take
from desk.tickets import Kind
from tests.desk_in_tests import DAY, HOUR, MINUTE, TestedDesk, answer_text, words_of

_HEAD = "🟠 P2 · T-1001 · Nu pot crea curse noi · Trans Carpați"


@pytest.fixture
def staffed_desk(desk: TestedDesk) -> TestedDesk:
    """A desk with Ana at L1 and as Tech Lead, and Mihai at L2."""
    desk.desk.plan = staffed(desk.desk.plan)
    return desk


async def said_to(desk: TestedDesk, conversation: str) -> list[Message]:
    """Deliver, and return what was newly said in a conversation, without the card."""
    sent = [m for place, _thread, m in await desk.deliver() if place == conversation and m]
    return [message for message in sent if "\nStare: " not in words_of(message)]


def mentioned(message: Message) -> list[str]:
    """Return whom a message mentions."""
    parts = [part for block in message.blocks if isinstance(block, Text) for part in block.rich]
    return [part.user for part in parts if isinstance(part, Mention)]


async def opened(desk: TestedDesk, command: str = "") -> None:
    await desk.customer().says("Nu pot crea curse noi")
    if command:
        await desk.agent().types(f"/ticket {command}")
    await desk.deliver()


async def test_who_escalates_is_told_who_helps_and_whoever_that_is_hears_it_twice(
    staffed_desk: TestedDesk,
) -> None:
    desk = staffed_desk
    await opened(desk, "take 1001")
    answer = await desk.agent().types("/ticket escalate 1001 baza de date nu răspunde")
    assert answer_text(answer) == "T-1001 este escaladat. Anunț trimis către Mihai Stan (L2)."
    sent = {place: message for place, _thread, message in await desk.deliver() if message}
    why = "Ana Ionescu a escaladat T-1001: baza de date nu răspunde."
    assert words_of(sent["dm:mihai"]) == f"{_HEAD}\n{why}\n[Preia]"
    assert words_of(sent["triage"]) == f"{_HEAD}\n{why} De gardă (L2): Mihai Stan.\n[Preia]"
    assert mentioned(sent["triage"]) == ["mihai"]


async def test_whoever_takes_up_an_escalation_turns_both_posts(staffed_desk: TestedDesk) -> None:
    await opened(staffed_desk, "escalate 1001 baza de date nu răspunde")
    await staffed_desk.agent("mihai").presses("ticket.take", 1001)
    sent = [message for _place, _thread, message in await staffed_desk.deliver() if message]
    turned = [message for message in sent if words_of(message).endswith("\nPreluat de Mihai Stan.")]
    assert len(turned) == 2


async def test_each_escalation_asks_a_level_further_and_nobody_asks_themselves(
    staffed_desk: TestedDesk,
) -> None:
    desk = staffed_desk
    await opened(desk)
    await desk.agent("mihai").types("/ticket escalate 1001 depășește L1")  # Mihai himself is L2
    await desk.agent("mihai").types("/ticket take 1001")
    await desk.agent("ana").types("/ticket escalate 1001 tot nu merge")  # and Ana is the last
    levels = [event.data["level"] for event in await desk.history() if event.kind is Kind.ESCALATED]
    assert levels == ["lead", "lead"]
    await desk.agent("ana").types("/ticket resolve 1001")
    await desk.agent("ana").types("/ticket reopen 1001")
    await desk.agent("ana").types("/ticket escalate 1001 iar nu merge")  # it begins anew
    assert (await desk.history())[-2].data["level"] == "l2"


async def test_a_level_at_which_nobody_is_named_is_said_to_be_so(desk: TestedDesk) -> None:
    await opened(desk)
    answer = await desk.agent().types("/ticket escalate 1001 baza de date nu răspunde!")
    assert "La L2 nu este numit nimeni în plan" in answer_text(answer)
    (said,) = await said_to(desk, "triage")
    assert "nu răspunde! La L2 nu este numit nimeni în plan." in words_of(said)


async def test_the_history_of_an_escalation_says_who_was_asked(staffed_desk: TestedDesk) -> None:
    await opened(staffed_desk, "escalate 1001 baza de date nu răspunde")
    shown = answer_text(await staffed_desk.agent().types("/ticket show 1001"))
    assert "anunț către Mihai Stan, de gardă la L2. Ana Ionescu cere ajutor." in shown


async def test_whoever_is_given_a_ticket_is_mentioned_and_told_alone(desk: TestedDesk) -> None:
    await opened(desk, "assign 1001 mihai")
    sent = {place: m for place, _thread, m in desk.sent if m and "\nStare: " not in words_of(m)}
    assert words_of(sent["triage"]) == "De T-1001 se ocupă acum Mihai Stan."
    assert mentioned(sent["triage"]) == ["mihai"]
    assert words_of(sent["dm:mihai"]) == f"{_HEAD}\nAna Ionescu v-a repartizat acest tichet.\n[Preia]"


async def test_who_gives_a_ticket_to_themselves_hears_nothing_of_it(desk: TestedDesk) -> None:
    await opened(desk, "assign 1001 me")
    assert "dm:ana" not in {place for place, _thread, _message in desk.sent}


async def test_a_warning_says_what_is_left_and_that_nobody_has_the_ticket(staffed_desk: TestedDesk) -> None:
    desk = staffed_desk
    await opened(desk)
    await desk.after(3 * HOUR + timedelta(seconds=-1))
    desk.now += timedelta(seconds=3)  # the desk is a little late
    await desk.fire()
    sent = {place: m for place, _thread, m in await desk.deliver() if m and "\nStare: " not in words_of(m)}
    left = "Mai este 1 h până la primul răspuns (2026-11-23T12:00+00:00). Nimeni nu l-a preluat."
    assert words_of(sent["triage"]) == f"{_HEAD}\n{left} De gardă (L1): Ana Ionescu.\n[Preia]"
    assert words_of(sent["dm:ana"]) == f"{_HEAD}\n{left}\n[Preia]"


async def test_a_warning_of_a_ticket_that_somebody_has_is_for_them(desk: TestedDesk) -> None:
    await opened(desk, "take 1001")
    await desk.after(3 * HOUR)
    (said,) = await said_to(desk, "triage")
    assert words_of(said).endswith("). Ana Ionescu, tichetul este la dumneavoastră.")
    assert not offers_take(said)


async def test_a_breach_says_that_the_time_has_just_run_out_and_who_has_the_ticket(
    staffed_desk: TestedDesk,
) -> None:
    desk = staffed_desk
    await opened(desk, "take 1001")
    await desk.after(4 * HOUR - MINUTE)
    await desk.deliver()
    await desk.after(MINUTE + timedelta(microseconds=1))
    (said,) = await said_to(desk, "triage")
    assert words_of(said).splitlines()[1:] == [
        "Termenul pentru primul răspuns a expirat acum (2026-11-23T12:00+00:00). Responsabil: Ana Ionescu. "
        "De gardă (L2): Mihai Stan.",
        "[Preia]",  # whoever is called may take it over at once
    ]


async def test_a_breach_that_is_noticed_late_says_how_late_it_is(desk: TestedDesk) -> None:
    await opened(desk)
    desk.now += 5 * HOUR
    await desk.fire()
    (said,) = await said_to(desk, "triage")
    assert "primul răspuns a expirat acum 1 h (2026-11-23T12:00+00:00). Nimeni" in words_of(said)


async def test_a_later_call_counts_from_the_deadline_and_in_days(desk: TestedDesk) -> None:
    await opened(desk)
    desk.now += 4 * HOUR + 7 * DAY - 30 * MINUTE
    await desk.fire()
    await desk.deliver()
    await desk.after(30 * MINUTE)
    said = [words_of(message) for message in await said_to(desk, "triage")]
    assert any("Termenul primului răspuns a expirat acum 7 zile și nimeni" in one for one in said)


async def test_what_the_plan_calls_nobody_for_yet_is_said_all_the_same(desk: TestedDesk) -> None:
    (first, *others) = [rule for rule in desk.desk.plan.escalation if rule.on == "warning"]
    later = first.model_copy(update={"steps": (first.steps[0].model_copy(update={"after": HOUR}),)})
    rules = [*(rule for rule in desk.desk.plan.escalation if rule is not first), later]
    desk.desk.plan = desk.desk.plan.model_copy(update={"escalation": tuple(rules)})
    assert not others
    await opened(desk)
    await desk.after(3 * HOUR)
    (said,) = await said_to(desk, "triage")
    assert "Mai este 1 h până la primul răspuns" in words_of(said)


async def test_somebody_unknown_is_named_where_no_customer_is(desk: TestedDesk) -> None:
    await desk.customer("U7").says("Nu pot crea curse noi")
    await desk.agent().types("/ticket escalate 1001 baza de date nu răspunde")
    said = [words_of(message) for message in await said_to(desk, "triage")]
    assert said[0].startswith("🟠 P2 · T-1001 · Nu pot crea curse noi · U7\n")
