"""What the try page keeps, and how it starts over."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.errors import Refused
from desk.incoming import Incoming
from storage import links, people, web, web_files, web_page
from storage.database import Database
from storage.links import Link
from storage.tables import inbox, metadata, places
from storage.transactions import Transaction
from storage.web_page import PageState
from tests.desk_in_tests import HOUR, MONDAY_TEN, TestedDesk

_STAYS = {"plans", "customers", "people", "places", "web_page"}


async def rows(database: Database) -> dict[str, int]:
    """Count the rows of each table that is not empty."""

    def work(tx: Transaction) -> dict[str, int]:
        return {
            name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }

    return {name: count for name, count in (await database.read(work)).items() if count}


async def test_a_page_that_nobody_moved_is_at_the_machine_s_time(database: Database) -> None:
    assert await database.read(web_page.state) == PageState(timedelta(0), 0)


async def test_how_far_the_clock_is_ahead_is_kept(database: Database) -> None:
    await database.write(lambda tx: web_page.keep_ahead(tx, HOUR))
    await database.write(lambda tx: web_page.keep_ahead(tx, 25 * HOUR))
    assert await database.read(web_page.state) == PageState(25 * HOUR, 0)


async def test_starting_over_forgets_tickets_and_conversations_and_keeps_the_people(desk: TestedDesk) -> None:
    before = await rows(desk.database)
    message = await desk.customer().says("Nu merge nimic, nu doar exportul")
    await desk.customer("emma").says("The export does not work")
    await desk.deliver()
    await desk.customer().says("De o oră", thread=message)
    await desk.agent().types("/ticket take 1002")
    await desk.database.write(lambda tx: web.write(tx, "key", "dm:ion", MONDAY_TEN, text="Nu merge"))
    file = ("dm:ion", "ion", "a.txt", "application/octet-stream", b"x", MONDAY_TEN)
    await desk.database.write(lambda tx: web_files.keep(tx, *file, post_id=1))
    await desk.database.write(lambda tx: web_page.keep_ahead(tx, HOUR))
    await desk.customer().does("deleted", message="not there yet")
    await desk.customer().says("Mulțumesc!", bare_marks=True, direct=False, conversation="general")
    await desk.database.write(lambda tx: links.make(tx, Link(1001, 2, None)))
    assert (await rows(desk.database)).keys() == metadata.tables.keys()

    await desk.database.write(web_page.start_over)
    after = await rows(desk.database)
    assert after.keys() == _STAYS
    assert {name: after[name] for name in ("plans", "customers", "people")} == {
        name: before[name] for name in ("plans", "customers", "people")
    }
    assert await desk.database.read(web_page.state) == PageState(timedelta(0), 1)
    busy = sa.select(places.c.id).where(
        sa.or_(places.c.send_at.is_not(None), places.c.leased_until.is_not(None))
    )
    assert await desk.database.read(lambda tx: tx.execute(busy).all()) == []


async def test_after_it_a_customer_writes_as_for_the_first_time_and_numbers_go_on(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    await desk.deliver()
    await desk.database.write(web_page.start_over)
    await desk.customer().says("Exportul nu funcționează")
    assert [ticket.id for ticket in await desk.all_tickets()] == [1002]
    sent = await desk.deliver()
    assert {place for place, _thread, _message in sent} == {"dm:ion", "triage"}


async def test_no_timer_stays_and_other_platforms_events_do(desk: TestedDesk) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    seen = {"platform": "slack", "id": "Ev1", "at": MONDAY_TEN}
    await desk.database.write(lambda tx: tx.execute(sa.insert(inbox), seen))
    await desk.database.write(web_page.start_over)
    after = await rows(desk.database)
    assert ("timers" in after, after["inbox"]) == (False, 1)


@pytest.mark.parametrize("from_a_form", [False, True])
async def test_a_ticket_of_another_platform_is_not_the_page_s_to_forget(
    desk: TestedDesk, from_a_form: bool
) -> None:
    await desk.customer().says("Nu pot crea curse noi")
    who = {"platform": "slack", "workspace": "T1", "user": "U1", "conversation": "D1", "direct": True}
    if from_a_form:
        sent = {"command": "support.open", "fields": {"text": "Nu merge exportul"}, "conversation": ""}
        await desk.receives(Incoming(**(who | sent | {"id": "Ev1", "kind": "action"})))  # type: ignore[arg-type]
    else:
        said = {"text": "Nu merge exportul", "message": "1.1"}
        await desk.receives(Incoming(**(who | said | {"id": "Ev1", "kind": "message"})))  # type: ignore[arg-type]
    assert len(await desk.all_tickets()) == 2
    with pytest.raises(Refused, match="tickets of other platforms"):
        await desk.database.write(web_page.start_over)
    assert len(await desk.all_tickets()) == 2
    assert await desk.database.read(web_page.state) == PageState()


async def test_a_customer_s_tier_that_was_changed_stays_changed(desk: TestedDesk) -> None:
    await desk.agent().types("/customer tier Rapid Cargo premium")
    await desk.database.write(web_page.start_over)
    customer = await desk.database.read(lambda tx: people.customer_called(tx, "Rapid Cargo"))
    assert customer is not None
    assert customer.tier == "premium"
