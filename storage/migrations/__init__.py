"""The database's versions, oldest first, and the way to the newest.

Alembic is loaded only where there is a way to go: it takes a fifth of the time in which a desk starts.
"""

from pathlib import Path

import sqlalchemy as sa

from storage.database import Database

_HERE = Path(__file__).parent
# Any number that nobody else uses: two processes that start at once upgrade one after the other.
_LOCK = 0x44495350
_VERSION = sa.table("alembic_version", sa.column("version_num"))


async def upgrade(database: Database) -> None:
    """Bring the database to the newest version; nothing is done where it is there already.

    Of processes that start at one moment, one does so, and the others wait for it.
    """
    if await database.read(lambda tx: current(tx.connection)) == newest():
        return
    engine = database.beside()
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    if current(connection) == newest():
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def current(connection: sa.Connection) -> str | None:
    """Return the version that the database is at, None when it is empty."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    version: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return version


def newest() -> str:
    """Return the version that this program wants: that of the last file, "v0001_first.py" for 0001."""
    return max(file.name for file in (_HERE / "versions").glob("v*_*.py"))[1:].partition("_")[0]
