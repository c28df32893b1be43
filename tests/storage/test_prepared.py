from itertools import chain

import pytest
import sqlalchemy as sa

from storage import letters, offers, people, tables, tickets, timers
from storage.database import Database
from storage.prepared import Prepared
from storage.transactions import Transaction
from tests.desk_in_tests import MONDAY_TEN

_SQLITE = sa.create_engine("sqlite://").dialect
_NAMED = chain.from_iterable(vars(module).items() for module in (letters, offers, people, tickets, timers))
_OF_SQLITE = {
    name: str(one.statement.compile(dialect=_SQLITE)) for name, one in _NAMED if isinstance(one, Prepared)
}
_WITH_LISTS = {name: sql for name, sql in _OF_SQLITE.items() if "json_each" in sql}


async def test_as_many_are_found_as_are_asked_for(database: Database) -> None:
    def work(tx: Transaction) -> list[list[str]]:
        ids = [people.add_customer(tx, name, "basic", "ro", MONDAY_TEN).id for name in "ABC"]
        asked = (set(ids[:1]), set(ids), {ids[2], 999_999})
        return [sorted(one.name for one in people.customers_by_id(tx, some).values()) for some in asked]

    assert await database.write(work) == [["A"], ["A", "B", "C"], ["C"]]


def kept(place: int, **more: object) -> dict[str, object]:
    return {"place_id": place, "waits_for": "m", "event": {}, "at": MONDAY_TEN, **more}


async def test_a_value_that_only_later_rows_have_is_refused_not_dropped(database: Database) -> None:
    keep = Prepared(sa.insert(tables.early))

    def work(tx: Transaction) -> None:
        here = people.place(tx, "web", "try", "triage", "triage").id
        tx.run(keep, [kept(here), kept(here, id=7)])

    with pytest.raises(ValueError, match="no parameter for id"):
        await database.write(work)


async def test_a_value_that_only_a_later_run_has_is_stored_or_refused_not_dropped(database: Database) -> None:
    keep = Prepared(sa.insert(tables.early))

    def work(tx: Transaction) -> list[int]:
        here = people.place(tx, "web", "try", "triage", "triage").id
        tx.run(keep, kept(here))
        if not tx.postgres:  # compiled once: for what the first run had
            with pytest.raises(ValueError, match="no parameter for id"):
                tx.run(keep, kept(here, id=7))
            return [7]
        tx.run(keep, kept(here, id=7))
        return list(tx.execute(sa.select(tables.early.c.id).where(tables.early.c.id == 7)).scalars())

    assert await database.write(work) == [7]


async def test_a_statement_for_each_of_nothing_is_not_run(database: Database) -> None:
    keep = Prepared(sa.insert(tables.early))
    assert await database.write(lambda tx: tx.run(keep, []).rowcount) == 0


@pytest.mark.parametrize("name", _WITH_LISTS)
def test_what_is_asked_for_by_a_list_of_ids_is_found_by_an_index(name: str) -> None:
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    sql = _WITH_LISTS[name]
    with engine.connect() as connection:
        nothing = (None,) * sql.count("?")
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", nothing).all()
    steps = [row[3] for row in rows if "json_each" not in row[3]]
    assert steps
    assert [step for step in steps if step.startswith("SCAN")] == []
