"""Tells a database that is away from work that it refuses: the one passes by itself, the other does not."""

import sqlalchemy as sa

# https://sqlite.org/rescode.html: busy, locked, out of memory, read-only, input or output, full, cannot be
# opened, locked by a protocol. What stands above the lowest byte only tells more of the same.
_SQLITE = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, rolled back by another one,
# resources, the operator, the system; read-only (a server that took over); a lock that was not had.
_POSTGRES = ("08", "40", "53", "57", "58", "25006", "55P03")
_NO_CONNECTION = (OSError, TimeoutError, sa.exc.TimeoutError, sa.exc.PendingRollbackError)


def is_away(error: BaseException) -> bool:
    """Say whether the database could not be used, whatever it was asked for: later it may be."""
    if isinstance(error, _NO_CONNECTION) or getattr(error, "connection_invalidated", False):
        return True
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in _SQLITE
    return str(getattr(cause, "sqlstate", None) or "").startswith(_POSTGRES)
