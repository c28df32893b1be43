"""What `desk check` found."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing looked at. `mend` says what to do, empty when all is well; only `ok` False is a failure."""

    what: str
    ok: bool
    found: str
    mend: str = ""
