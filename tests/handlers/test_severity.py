"""A customer's later words may say that it is worse than it seemed."""

from desk.plan import Plan
from desk.tickets import Kind
from storage import people
from storage.transactions import Transaction
from tests.desk_in_tests import MINUTE, TestedDesk, answer_text

_NOTHING_WORKS = "Nu mai merge nimic, toată aplicația e căzută, nimeni nu se poate loga"


async def test_what_turns_out_graver_raises_a_ticket_that_nobody_triaged_and_calls(desk: TestedDesk) -> None:
    desk.desk.plan = _staffed(desk)
    await desk.customer().says("Cum adaug un utilizator nou?")
    assert (await desk.ticket()).priority == "P4"
    await desk.after(MINUTE)
    await desk.customer().says(_NOTHING_WORKS)
    ticket = await desk.ticket()
    assert ticket.priority == "P1"
    assert ticket.suggestion is not None
    assert ticket.suggestion["values"]["words"] in _NOTHING_WORKS
    assert Kind.TOLD in await desk.kinds()


async def test_an_edit_that_says_something_graver_raises_it_too(desk: TestedDesk) -> None:
    message = await desk.customer().says("E ceva ciudat cu aplicația")
    await desk.customer().does("edited", message=message, text="Nu mai merge nimic, serverul e picat")
    assert (await desk.ticket()).priority == "P1"


async def test_a_persons_judgement_is_not_overruled_but_whoever_has_the_ticket_hears(
    desk: TestedDesk,
) -> None:
    root = await desk.customer().says("Exportul nu funcționează")
    await desk.agent().types("/ticket take 1001")
    await desk.customer().says(_NOTHING_WORKS, thread=root)
    assert (await desk.ticket()).priority == "P3"
    (alone,) = [said for said in await desk.said_in("dm:ana") if "mai grav" in said]
    assert "[Treci la P1]" in alone
    await desk.agent().presses("ticket.priority", "1001:P1")
    assert (await desk.ticket()).priority == "P1"


async def test_where_nobody_has_the_ticket_or_is_on_call_the_history_says_that_the_channel_was_told(
    desk: TestedDesk,
) -> None:
    root = await desk.customer().says("Exportul nu funcționează")
    await desk.agent().presses("ticket.priority", "1001:P3")
    await desk.customer().says(_NOTHING_WORKS, thread=root)
    shown = answer_text(await desk.agent().types("/ticket show 1001"))
    assert "anunț în canalul echipei. " in shown
    assert "None" not in shown


async def test_whoever_has_the_ticket_reads_alone_in_their_language_that_it_may_be_worse(
    desk: TestedDesk,
) -> None:
    def speaks_english(tx: Transaction) -> None:
        people.change_person(tx, people.person(tx, "web", "try", "ana").id, language="en")

    await desk.database.write(speaks_english)
    root = await desk.customer().says("Exportul nu funcționează")
    await desk.agent().types("/ticket take 1001")
    await desk.customer().says(_NOTHING_WORKS, thread=root)
    (alone,) = [said for said in await desk.said_in("dm:ana") if said.startswith("T-1001")]
    assert alone.splitlines()[0] == "T-1001: it may be worse than it seemed."
    assert "[Set P1]" in alone
    (team,) = [said for said in await desk.said_in("triage") if "mai grav" in said]
    assert team.splitlines()[0] == "T-1001: ar putea fi mai grav decât părea. Ana Ionescu"
    assert "[Treci la P1]" in team


async def test_a_detail_is_about_what_was_told_before(desk: TestedDesk) -> None:
    root = await desk.customer().says("Nu putem emite facturi")
    await desk.customer().says("Apare eroarea 503.", thread=root)
    assert (await desk.ticket()).priority == "P2"


async def test_what_is_less_grave_changes_nothing(desk: TestedDesk) -> None:
    root = await desk.customer().says(_NOTHING_WORKS)
    await desk.customer().says("Cum pot exporta lista?", thread=root)
    assert (await desk.ticket()).priority == "P1"
    assert Kind.PRIORITY not in await desk.kinds()


def _staffed(desk: TestedDesk) -> Plan:
    levels = {
        key: level.model_copy(update={"people": ("ana",)}) for key, level in desk.desk.plan.levels.items()
    }
    return desk.desk.plan.model_copy(update={"levels": levels})
