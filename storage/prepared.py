"""Statements on the path that every message takes: compiled once, and by SQLite's writer run without detours.

SQLAlchemy's own way takes some 30 µs a call, several times what SQLite needs, and a new ticket takes a
dozen. Its types still turn our values into the database's and back. On PostgreSQL, where the network
costs more than either, and for SQLite's readers, a prepared statement is run as any other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

Process = tuple[int, Callable[[Any], Any]]
"""What a value goes through, and the place of the parameter or column."""

Row = tuple[Any, ...]
Values = Mapping[str, Any]


class Rows:
    """What a prepared statement gave, with the methods of SQLAlchemy's results that we use."""

    __slots__ = ("_rows", "new_id", "rowcount")

    def __init__(self, rows: list[Row], rowcount: int, new_id: int | None) -> None:
        self._rows = rows
        self.rowcount = rowcount
        self.new_id = new_id

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def inserted(self) -> int:
        """Return the id of the row that an insert of one row made."""
        assert self.new_id is not None  # noqa: S101 - an insert of one row has one
        return self.new_id

    def all(self) -> list[Row]:
        """Return every row."""
        return self._rows

    def first(self) -> Row | None:
        """Return the first row, None where there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """Return the only row. Raises `ValueError` where there is another number of them."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """Return the first value of the first row, None where there is none."""
        return self._rows[0][0] if self._rows else None


class Prepared:
    """A statement whose parameters are always the same ones; a list of values runs it once for each.

    What is compiled once has a fixed number of parameters: instead of `IN`, use `among`.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._sql: str | None = None

    def run(self, connection: sa.Connection, values: Values | Sequence[Values] | None) -> Rows:
        """Run it on a connection of either database, the writer's or a reader's.

        Raises `ValueError` for a name that it has no parameter for: its value would be stored nowhere.
        """
        if isinstance(values, list) and not values:
            return Rows([], 0, None)
        if connection.dialect.driver != "pysqlite":
            return self._run_as_usual(connection, values)
        if self._sql is None:
            first = values if values is None or isinstance(values, Mapping) else values[0]
            self._compile(connection.dialect, first or {})
        driver: Any = connection.connection.driver_connection
        sql: Any = self._sql
        if values is None or isinstance(values, Mapping):
            cursor = driver.execute(sql, self._parameters(values or {}))
        else:
            cursor = driver.executemany(sql, [self._parameters(one) for one in values])
        return Rows(self._read(cursor), cursor.rowcount, cursor.lastrowid)

    def _run_as_usual(self, connection: sa.Connection, values: Any) -> Rows:
        if isinstance(values, list):
            for one in values:
                _check_names(one, values[0].keys())
        result = connection.execute(self.statement, values)
        if tuple(getattr(self.statement, "exported_columns", ())):
            return Rows([tuple(row) for row in result], result.rowcount, None)
        key = result.inserted_primary_key if result.is_insert and not isinstance(values, list) else None
        return Rows([], result.rowcount, key[0] if key else None)

    def _compile(self, dialect: sa.Dialect, values: Values) -> None:
        compiled: Any = self.statement.compile(dialect=dialect, column_keys=list(values))
        columns = getattr(self.statement, "exported_columns", ())
        self._names: list[str] = compiled.positiontup
        binds = [compiled.binds[name] for name in self._names]
        self._given = {*self._names} & {*values}
        self._constants = {name: compiled.binds[name].value for name in {*self._names} - {*values}}
        self._to_database = _processes([bind.type for bind in binds], "bind_processor", dialect)
        self._from_database = _processes([c.type for c in columns], "result_processor", dialect, None)
        self._sql = str(compiled)

    def _parameters(self, values: Values) -> list[Any]:
        _check_names(values, self._given)
        if self._constants:
            values = {**self._constants, **values}
        parameters = [values[name] for name in self._names]
        for place, process in self._to_database:
            parameters[place] = process(parameters[place])
        return parameters

    def _read(self, cursor: Any) -> list[Row]:
        if cursor.description is None:
            return []
        rows = cursor.fetchall()
        return [self._values(row) for row in rows] if self._from_database else rows

    def _values(self, row: Row) -> Row:
        values = list(row)
        for place, process in self._from_database:
            values[place] = process(values[place])
        return tuple(values)


def _check_names(values: Values, names: Set[str]) -> None:
    if len(values) > len(names):
        raise ValueError(f"there is no parameter for {', '.join(sorted(values.keys() - names))}")


def _processes(kinds: Iterable[Any], name: str, dialect: sa.Dialect, *arguments: Any) -> list[Process]:
    """Return how SQLAlchemy's types turn values into the other side's, for those that do."""
    made = (getattr(kind.dialect_impl(dialect), name)(dialect, *arguments) for kind in kinds)
    return [(place, process) for place, process in enumerate(made) if process is not None]


class _Ids(TypeDecorator[Any]):
    """Many ids in one parameter: an array on PostgreSQL, its JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(sa.BigInteger))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        ids = list(value)
        return ids if dialect.name == "postgresql" else msgspec.json.encode(ids).decode()


class _Among(FunctionElement[bool]):
    name = "among"
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        # Left alone, SQLAlchemy says "... = 1" to a database without booleans, and SQLite uses no index.
        return self


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Return that an id is one of the parameter `name`, however many these are: one statement for all."""
    return _Among(column, sa.bindparam(name, type_=_Ids()))


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - the compiler's own text


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({ids})"
