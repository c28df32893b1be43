"""How long something takes, as people write it: "30 min", "4 h", "2 d", "1 w"."""

import re
from datetime import timedelta

from desk.errors import BadInput
from desk.wording import sentence as _

_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = r"([0-9]{1,6})\s*(min|h|d|w)"
_WHOLE = re.compile(rf"\s*{_PART}(?:\s*{_PART})*\s*")
_LONGEST = timedelta(days=3660)


def duration(text: str) -> timedelta:
    """Read "30 min", "4 h", "2 d", "1 w" or a sum like "1 h 30 min". A day is 24 hours (the plan, reading 2).

    Raises `BadInput` for anything else, and for more than ten years.
    """
    if not _WHOLE.fullmatch(text):
        raise BadInput(
            _("“{text}” is not a duration. Write it like 30 min, 4 h, 2 d or 1 w."), text=text.strip()[:40]
        )
    length = sum((int(n) * _UNITS[unit] for n, unit in re.findall(_PART, text)), timedelta())
    if length > _LONGEST:
        raise BadInput(_("“{text}” is longer than ten years."), text=text.strip()[:40])
    return length


def in_hours(length: timedelta) -> str:
    """Write `length` in hours and minutes ("48 h", "1 h 30 min"), which read the same in every language.

    Seconds are dropped.
    """
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts) or "0 min"
